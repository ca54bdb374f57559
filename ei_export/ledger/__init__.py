"""The ledger: a SQLite file that remembers what was seen and declared. A run is one transaction, which is its lock."""

from .ledger import Ledger

__all__ = ["Ledger"]
