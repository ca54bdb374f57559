"""A practice and its clerk, as for the commands."""

from tests.commands.conftest import clerk, clinic

__all__ = ["clerk", "clinic"]
