"""From what the practice exports, CSV or SQLite, to appointments and measurements."""

from pathlib import Path
from typing import Final

from ..base.private import expect_file
from ..base.problems import InputError
from .csv_feed import open_csv
from .feed import Source, SourceSettings
from .sqlite_feed import open_sqlite

__all__ = ["Source", "open_feed"]

_SQLITE_SUFFIXES: Final = frozenset({".sqlite", ".sqlite3", ".db"})


def open_feed(path: Path, settings: SourceSettings) -> Source:
    """Opens a feed by its name: SQLite for .sqlite, .sqlite3 and .db, CSV for the rest.

    Raises InputError: missing, empty, binary, without a required column.
    """
    try:
        expect_file(path)
    except OSError as error:
        raise InputError("INPUT_MISSING", path=str(path), reason=error.strerror or "", **settings.kind.told) from None
    if path.suffix.lower() in _SQLITE_SUFFIXES:
        return open_sqlite(path, settings)
    return open_csv(path, settings)
