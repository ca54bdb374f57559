"""Strict reading of rule tables: CSV with a fixed header, every error with file and line.

Whole tables are refused at their first error, or have every error handed to a report: the loaders of a run refuse, and
``ei-export specs check`` runs the same loaders with a list's ``append`` as the report.
"""

import csv
import io
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, TypeVar

from attrs import frozen

from .problems import SettingsError
from .specs import label

#: ``until`` of a row without an end.
FOREVER: Final = date.max


T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@frozen
class Row:
    """One row of a table: its values by column, and where it stands."""

    values: Mapping[str, str]
    file: str
    line: int

    @property
    def place(self) -> str:
        """``specs/zorg1/vgz.csv:12``"""
        return f"{self.file}:{self.line}"

    def __getitem__(self, column: str) -> str:
        return self.values[column]

    def error(self, column: str, expected: str) -> SettingsError:
        """A refusal that names this row, the column, what stands there and what is expected."""
        return SettingsError(
            "TABLE_VALUE", file=self.file, line=self.line, column=column, found=self[column], expected=expected
        )

    def required(self, column: str) -> str:
        """The value. Raises SettingsError where it is empty."""
        if not self[column]:
            raise self.error(column, "a value")
        return self[column]

    def choice(self, column: str, allowed: Sequence[str]) -> str:
        """The value. Raises SettingsError unless it is one of ``allowed``."""
        if self[column] not in allowed:
            raise self.error(column, " | ".join(allowed))
        return self[column]

    def day(self, column: str, empty: date | None = None) -> date:
        """The value, ``YYYY-MM-DD``, as a date; ``empty`` for an empty cell, where given. Raises SettingsError."""
        text = self[column]
        if not text and empty is not None:
            return empty
        try:
            if len(text) != 10:
                raise ValueError(text)
            return date.fromisoformat(text)
        except ValueError:
            raise self.error(column, "YYYY-MM-DD") from None

    def period(self, *, open_ends: bool = False) -> tuple[date, date]:
        """``from`` and ``until``, both inclusive; ``open_ends``: an empty one is no bound. Raises SettingsError on a
        bad date or an end before the start."""
        start = self.day("from", date.min if open_ends else None)
        end = self.day("until", FOREVER if open_ends else None)
        if end < start:
            raise self.error("until", f">= {start.isoformat()}")
        return start, end


def read_table(
    path: Path, columns: Sequence[str], *, delimiters: str = ",", encodings: Sequence[str] = ("utf-8-sig",)
) -> Iterator[Row]:
    """The rows of a CSV file whose header holds exactly ``columns``, in any order; blank lines are passed over.

    The delimiter is the first of ``delimiters`` that the header holds, the encoding the first of ``encodings`` that the
    file can be read in. Raises SettingsError: file missing or in none of the encodings, columns unknown, missing or
    double, a row with another number of cells.
    """
    file = label(path)
    lines = io.StringIO(_text(path, file, encodings), newline=None)
    header_line = lines.readline()
    lines.seek(0)
    delimiter = next((mark for mark in delimiters if mark in header_line), delimiters[0])
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if sorted(header) != sorted(columns):
            raise SettingsError(
                "TABLE_COLUMNS",
                file=file,
                unknown=", ".join(sorted(set(header) - set(columns))) or "-",
                missing=", ".join(column for column in columns if column not in header) or "-",
                expected=",".join(columns),
            )
        for cells in reader:
            if not any(cells):
                continue
            if len(cells) != len(header):
                raise SettingsError(
                    "TABLE_CELLS", file=file, line=reader.line_num, found=len(cells), expected=len(header)
                )
            yield Row(dict(zip(header, map(str.strip, cells), strict=True)), file, reader.line_num)
    except csv.Error as error:
        raise SettingsError("TABLE_CSV", file=file, line=reader.line_num, reason=str(error)) from None


def _text(path: Path, file: str, encodings: Sequence[str]) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError("TABLE_MISSING", file=file, reason=error.strerror or "") from None
    for encoding in encodings:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise SettingsError("TABLE_ENCODING", file=file)


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
