"""From what the practice exports, CSV or SQLite, to appointments and measurements."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.private import expect_file
from ..base.problems import InputError
from .csv_feed import open_any_csv, open_csv
from .feed import Source, SourceSettings
from .sqlite_feed import open_sqlite

__all__ = ["AnyFeed", "Source", "open_any_feed", "open_feed"]

_SQLITE_SUFFIXES: Final = frozenset({".sqlite", ".sqlite3", ".db"})


def open_feed(path: Path, settings: SourceSettings) -> Source:
    """Opens a feed by its name: SQLite for .sqlite, .sqlite3 and .db, CSV for the rest.

    Raises InputError: missing, empty, binary, without a required column.
    """
    _expect_feed(path, settings)
    if _is_database(path):
        return open_sqlite(path, settings)
    return open_csv(path, settings)


@frozen
class AnyFeed:
    """A feed as it is: the ``names`` of its columns, in order; ``source`` has those at hand that are linked and that it
    has once; ``encoding`` and ``delimiter``: how a CSV file is written, '' of a database."""

    names: Sequence[str]
    source: Source
    encoding: str = ""
    delimiter: str = ""


def open_any_feed(path: Path, settings: SourceSettings, is_likely: Callable[[str], bool]) -> AnyFeed:
    """Opens a feed as `open_feed` does, whichever columns it has. ``is_likely``: whether a name may be that of a column
    that is known, by which the row of the names is found. Raises InputError: missing, empty, binary."""
    _expect_feed(path, settings)
    found: list[str] = []

    def find(names: Sequence[str], path: Path, settings: SourceSettings) -> Mapping[str, int]:
        found[:] = [name.strip() for name in names]
        folded = [name.casefold() for name in found]
        theirs = {ours: settings.columns.get(ours, ours).strip().casefold() for ours in settings.kind.columns}
        return {ours: folded.index(name) for ours, name in theirs.items() if folded.count(name) == 1}

    if _is_database(path):
        return AnyFeed(found, open_sqlite(path, settings, find))
    source, encoding = open_any_csv(path, settings, find, is_likely)
    return AnyFeed(found, source, encoding, source.header.delimiter)


def _expect_feed(path: Path, settings: SourceSettings) -> None:
    try:
        expect_file(path)
    except OSError as error:
        raise InputError("INPUT_MISSING", path=str(path), reason=error.strerror or "", **settings.kind.told) from None


def _is_database(path: Path) -> bool:
    return path.suffix.lower() in _SQLITE_SUFFIXES
