"""Strict reading of rule tables: CSV with a fixed header, every error with file and line."""

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from attrs import frozen

from .problems import SettingsError
from .specs import label

#: ``until`` of a row without an end.
FOREVER: Final = date.max


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
