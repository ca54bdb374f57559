"""Whole tables, row by row: refused at their first error, or with every error handed to a report.

The loaders of a run refuse; ``ei-export specs check`` runs the same loaders with a list's ``append`` as the report.
"""

from collections.abc import Callable, Hashable, Sequence
from pathlib import Path
from typing import TypeVar

from .problems import SettingsError
from .tables import Row, read_table

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)

#: Takes each error of a table. One that returns lets the loader go on without the row.
Report = Callable[[SettingsError], None]


def refuse(error: SettingsError) -> None:
    """The report of every loader that can't go on: raises the error."""
    raise error


def overlap(row: Row, other: str) -> SettingsError:
    """The error of a row that says what the row at ``other`` (``file:line``) says already."""
    return SettingsError("TABLE_OVERLAP", file=row.file, line=row.line, other=other)


def source(row: Row) -> str:
    """Where the row comes from. Raises SettingsError for a row that doesn't say."""
    if not row["source"]:
        raise SettingsError("TABLE_SOURCE", file=row.file, line=row.line)
    return row["source"]


def number(row: Row, column: str) -> int:
    """The value as a whole number of at least 1. Raises SettingsError."""
    text = row[column]
    if not (text.isascii() and text.isdigit() and int(text)):
        raise row.error(column, ">= 1")
    return int(text)


def parse_table(path: Path, columns: Sequence[str], parse: Callable[[Row], T], report: Report = refuse) -> list[T]:
    """What ``parse`` makes of every row, in the order of the file. Errors, of the file too, go to ``report``."""
    rows = read_table(path, columns)
    parsed: list[T] = []
    while True:
        try:
            parsed.append(parse(next(rows)))
        except StopIteration:  # also after an error of the file itself, which ends the rows
            return parsed
        except SettingsError as error:
            report(error)


def parse_keyed(
    path: Path, columns: Sequence[str], key: Callable[[Row], K], parse: Callable[[Row], T], report: Report = refuse
) -> dict[K, T]:
    """As `parse_table`, by a key that only one row may have."""
    first: dict[K, Row] = {}

    def parse_first(row: Row) -> tuple[K, T]:
        other = first.setdefault(key(row), row)
        if other is not row:
            raise overlap(row, other.place)
        return key(row), parse(row)

    return dict(parse_table(path, columns, parse_first, report))
