"""The tables are read by the first run only."""

from tests.support.feeds import tables_read_once

__all__ = ["tables_read_once"]
