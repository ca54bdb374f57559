"""Reading rule tables: CSV with a fixed header, every error with file and line. Our own are read strictly
(`read_table`), those of a practice as a spreadsheet leaves them (`read_sheet`).

Whole tables are refused at their first error, or have every error handed to a report: the loaders of a run refuse, and
``ei-export specs check`` runs the same loaders with a list's ``append`` as the report.
"""

import csv
import io
import re
from codecs import BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Final, TypeVar

from attrs import evolve, frozen

from .private import read_file
from .problems import SettingsError
from .specs import label
from .wording import iso_day

#: ``until`` of a row without an end.
FOREVER: Final = date.max

#: Days as a spreadsheet writes them, a time of midnight behind them or not.
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})(?:[T ]0?0:00(?::00)?)?")
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})(?: 0?0:00(?::00)?)?")
_DAY_FORM: Final = "YYYY-MM-DD"
_SHEET_DAY_FORM: Final = "YYYY-MM-DD | DD-MM-YYYY"
#: What a spreadsheet puts between cells.
_DELIMITERS: Final = ";\t,"
#: What a zip file begins with; a workbook is one.
_ZIP: Final = b"PK\x03\x04"


T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


@lru_cache(8)  # asked for each row of a table
def _name_of(file: str) -> str:
    return Path(file).name


@frozen
class Row:
    """One row of a table: its values by column, and where it stands. ``is_sheet``: of a practice's own, where days may
    be written as a spreadsheet does, and words in any case."""

    values: Mapping[str, str]
    file: str
    line: int
    is_sheet: bool = False

    @property
    def place(self) -> str:
        """``specs/zorg1/vgz.csv:12``"""
        return f"{self.file}:{self.line}"

    @property
    def short_place(self) -> str:
        """``vgz.csv:12``: of a practice's own table, whose folder nobody needs to read."""
        return f"{_name_of(self.file)}:{self.line}"

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
        text = self[column]
        found = next((word for word in allowed if self.is_sheet and word.casefold() == text.casefold()), text)
        if found not in allowed:
            raise self.error(column, " | ".join(allowed))
        return found

    def whole_number(self, column: str) -> int:
        """The value as a number of at least 1. Raises SettingsError."""
        text = self[column]
        if not (text.isascii() and text.isdigit() and len(text) < 10 and int(text)):
            raise self.error(column, ">= 1")
        return int(text)

    def day(self, column: str, empty: date | None = None) -> date:
        """The value as a date; ``empty`` for an empty cell, where given. Raises SettingsError."""
        text = self[column]
        if not text and empty is not None:
            return empty
        day = sheet_day(text) if self.is_sheet else iso_day(text)
        if day is None:
            raise self.error(column, _SHEET_DAY_FORM if self.is_sheet else _DAY_FORM)
        return day

    def period(self, *, open_ends: bool = False) -> tuple[date, date]:
        """``from`` and ``until``, both inclusive; ``open_ends``: an empty one is no bound. Raises SettingsError on a
        bad date or an end before the start."""
        start = self.day("from", date.min if open_ends else None)
        end = self.day("until", FOREVER if open_ends else None)
        if end < start:
            raise self.error("until", f">= {start.isoformat()}")
        return start, end


def sheet_day(text: str) -> date | None:
    """``2023-01-31``, ``20230131``, ``31-01-2023`` or ``31-1-2023``."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, day = match[1], match[3], match[4]
    elif match := _DAY_FIRST.fullmatch(text):
        day, month, year = match[1], match[2], match[3]
    else:
        return None
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def read_table(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a CSV file in UTF-8 whose header holds exactly ``columns``, in any order, a comma between; blank
    lines are passed over.

    Raises SettingsError: file missing or not UTF-8, columns unknown, missing or double, a row with another number of
    cells.
    """
    yield from _rows(read_text(path), label(path), columns, ",", is_sheet=False)


def read_text(path: Path) -> str:
    """One of our own files, in UTF-8. Raises SettingsError: file missing or not UTF-8."""
    file = label(path)
    return _decoded(_bytes(path, file), file, ("utf-8-sig",))[0]


@frozen
class SheetText:
    """A practice's own table as it is written: the ``encoding`` it is in, the line of its names (``header``), and what
    is between cells."""

    text: str
    encoding: str
    header: str
    delimiter: str


def sheet_text(path: Path) -> SheetText:
    """A practice's own table, as a spreadsheet saves it as CSV: ``;`` ``,`` or tab between; UTF-8, UTF-16 with its
    mark, or Windows-1252. Raises SettingsError: missing, or a workbook that was not saved as CSV."""
    file = label(path)
    data = _bytes(path, file)
    if data.startswith(_ZIP):
        raise SettingsError("TABLE_WORKBOOK", file=file)
    utf_16 = data.startswith((BOM_UTF16_LE, BOM_UTF16_BE))
    text, encoding = _decoded(data, file, ("utf-16",) if utf_16 else ("utf-8-sig", "cp1252"))
    header = _header(text)
    return SheetText(text, encoding, header, max(_DELIMITERS, key=header.count))


def read_sheet(path: Path, columns: Sequence[str]) -> Iterator[Row]:
    """The rows of a practice's own table (see `sheet_text`): names of columns in any case; empty columns behind the
    last one, empty rows, and a first line ``sep=;`` are passed over.

    Raises SettingsError as `read_table` and `sheet_text`.
    """
    sheet = sheet_text(path)
    yield from _rows(sheet.text, label(path), columns, sheet.delimiter, is_sheet=True)


def row_at(path: Path, line: int, *, is_sheet: bool) -> Row | None:
    """The row on a line of a table (``is_sheet``: of a practice's own), whatever its columns; None where there is none.
    Raises SettingsError as `read_sheet`."""
    found = sheet_text(path) if is_sheet else SheetText(text := read_text(path), "utf-8", _header(text), ",")
    columns = _without_end(_stripped(found.header.split(found.delimiter)), 0)
    rows = _rows(found.text, label(path), columns, found.delimiter, is_sheet=is_sheet)
    return next((row for row in rows if row.line == line), None)


def _header(text: str) -> str:
    """The line of the names."""
    return next((line for line in text.splitlines() if not _says_separator(line)), "")


def _says_separator(line: str) -> bool:
    """Whether it is the line by which a spreadsheet is told what stands between cells."""
    return line.strip().strip('"').casefold() in {f"sep={mark}" for mark in (*_DELIMITERS, "")}


def _rows(text: str, file: str, columns: Sequence[str], delimiter: str, *, is_sheet: bool) -> Iterator[Row]:
    lines = io.StringIO(text, newline=None)
    before = int(is_sheet and _says_separator(lines.readline()))
    if not before:
        lines.seek(0)
    reader = csv.reader(lines, delimiter=delimiter, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        if is_sheet:
            ours = {column.casefold(): column for column in columns}
            header = [ours.get(name.casefold(), name) for name in _without_end(header, 0)]
        if sorted(header) != sorted(columns):
            raise SettingsError(
                "TABLE_COLUMNS",
                file=file,
                unknown=", ".join(sorted(set(header) - set(columns))) or "-",
                missing=", ".join(column for column in columns if column not in header) or "-",
                expected=delimiter.join(columns) if delimiter.isprintable() else ",".join(columns),
            )
        for cells in map(_stripped, reader):
            if not any(cells):
                continue
            if is_sheet:
                cells = _without_end(cells, len(header))
            line = before + reader.line_num
            if len(cells) != len(header):
                raise SettingsError("TABLE_CELLS", file=file, line=line, found=len(cells), expected=len(header))
            yield Row(dict(zip(header, cells, strict=True)), file, line, is_sheet)
    except csv.Error as error:
        line = before + reader.line_num
        raise SettingsError("TABLE_CSV", file=file, line=line, reason=str(error)) from None


def _stripped(cells: Sequence[str]) -> list[str]:
    return list(map(str.strip, cells))


def _without_end(cells: list[str], least: int) -> list[str]:
    """The cells without empty ones at the end, but ``least`` of them."""
    width = len(cells)
    while width > least and not cells[width - 1]:
        width -= 1
    return cells[:width]


def _bytes(path: Path, file: str) -> bytes:
    try:
        return read_file(path)
    except OSError as error:
        raise SettingsError("TABLE_MISSING", file=file, reason=error.strerror or "") from None


def _decoded(data: bytes, file: str, encodings: Sequence[str]) -> tuple[str, str]:
    """The text in the first of the encodings that it can be read in, and which one that is."""
    line = 0
    for encoding in encodings:
        try:
            return data.decode(encoding), encoding
        except UnicodeDecodeError as error:
            line = line or data.count(b"\n", 0, error.start) + 1
    raise SettingsError("TABLE_ENCODING", file=file, line=line, reason="not UTF-8")


def close_open(rows: Iterable[Row], key: Callable[[Row], Hashable]) -> tuple[list[Row], list[Row]]:
    """The rows, each open one (an empty ``until``) that a later one with the same key follows closed on the day before
    it; and those that were closed so."""
    found = list(rows)
    by_key: dict[Hashable, list[tuple[date, int]]] = {}
    for place, row in enumerate(found):
        start = sheet_day(row["from"]) if row["from"] else date.min
        if start is not None:  # else it is refused later on
            by_key.setdefault(key(row), []).append((start, place))
    closed = []
    for starts in by_key.values():
        for (start, place), (later, _) in pairwise(sorted(starts)):
            if not found[place]["until"] and start < later:
                until = (later - timedelta(days=1)).isoformat()
                found[place] = evolve(found[place], values={**found[place].values, "until": until})
                closed.append(found[place])
    return found, closed


#: Takes each error of a table. One that returns lets the loader go on without the row.
Report = Callable[[SettingsError], None]


def refuse(error: SettingsError) -> None:
    """The report of every loader that can't go on: raises the error."""
    raise error


def overlap(row: Row, other: str) -> SettingsError:
    """The error of a row that says what the row at ``other`` (``file:line``) says already."""
    return SettingsError("TABLE_OVERLAP", file=row.file, line=row.line, other=other)


def parse_table(path: Path, columns: Sequence[str], parse: Callable[[Row], T], report: Report = refuse) -> list[T]:
    """What ``parse`` makes of every row of one of our tables. Errors, of the file too, go to ``report``."""
    return parse_rows(read_table(path, columns), parse, report)


def parse_rows(rows: Iterable[Row], parse: Callable[[Row], T], report: Report = refuse) -> list[T]:
    """What ``parse`` makes of every row, in their order. Errors, of what reads them too, go to ``report``."""
    parsed: list[T] = []
    reading = iter(rows)
    while True:
        try:
            parsed.append(parse(next(reading)))
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
