"""Tables for people: a row is a row in a CSV file, in a workbook and in JSON, made of the same values.

===========  ====================  ==================  =====================  ==============
kind         value                 CSV                 workbook               JSON
===========  ====================  ==================  =====================  ==============
``text``     str                   defused             text                   string
``list``     texts                 with ", " between   text                   array
``date``     date                  2021-03-09          a day                  "2021-03-09"
``cents``    whole cents           1234,50             euros                  123450
``number``   int or Decimal        89,6                a number               89.6
``percent``  int, a tenth of 1 %   71,4                71.4 % of one          71.4
===========  ====================  ==================  =====================  ==============

None and '' are an empty cell, null in JSON. A text in a column of another kind stands there as it is, as text: a score
that is no number is seen.

CSV is what a Dutch spreadsheet opens at once: ``;`` between cells, UTF-8 with its mark, CRLF, a comma before decimals,
none between thousands. Days are ISO's, which spreadsheets of every country read as that day. Text that could be taken
for a formula has an apostrophe in front, see `cells`. It can't say that "012" is text: a spreadsheet shows 12, where a
workbook keeps what was written.
"""

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO, Final, Literal, Protocol

from attrs import field, frozen

from ..base.delivery import Replacement, writing
from ..base.problems import Language
from ..base.words import words
from .cells import safe

Kind = Literal["text", "list", "date", "cents", "number", "percent"]
Value = str | int | date | Decimal | Sequence[str] | None
Row = Sequence[Value]

#: Rows of a sheet of a workbook, its header among them; what is more goes on in a next sheet.
_MOST_ROWS: Final = 1_048_576
_EUROS: Final = '"€" #,##0.00'
#: From this width on, in characters, a column holds sentences: they are broken off in lines, so that all can be read.
_SENTENCES: Final = 40
#: Nothing that is written is anything but what it says: no formula, no link, no number made of digits.
_AS_IT_IS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


class Headings(Protocol):
    """What columns are called, by their keys: a file of words, or a mapping."""

    def __getitem__(self, key: str, /) -> str: ...


@frozen
class Column:
    """A column of a table; ``width`` in characters, in a workbook."""

    key: str
    kind: Kind = "text"
    width: int = 14


@frozen
class Sheet:
    """A table without its rows. ``name``: of the file without its suffix, and of the sheet of a workbook, where it may
    have 31 characters."""

    name: str
    columns: Sequence[Column]
    headings: Headings = field(repr=False)

    def header(self) -> Sequence[str]:
        """The headings, in the order of the columns."""
        return [self.headings[column.key] for column in self.columns]


class Total(tuple[Value, ...]):
    """A row of all the others together. In a workbook it stands below them, apart: where they are sorted and filtered,
    it is not among them."""

    __slots__ = ()


class Rows(Protocol):
    """Takes the rows of a sheet, in their order."""

    def add(self, row: Row) -> None:
        """Writes a row: a value for each column."""


@frozen
class _Form:
    """How the values of a kind are written. ``number``: as a number of a workbook, and the format it is shown in; a
    kind without one is text there."""

    text: Callable[[Any], str]
    json: Callable[[Any], Any]
    number: Callable[[Any], float | date] | None = None
    shown: str = ""


def _as_it_is(value: Any) -> Any:
    return value


def _decimals(value: int | Decimal) -> str:
    return f"{value:f}".replace(".", ",") if isinstance(value, Decimal) else str(value)


def _number(value: int | Decimal) -> float:
    return int(value) if value == int(value) else float(value)


_FORMS: Final[Mapping[Kind, _Form]] = {
    "text": _Form(_as_it_is, _as_it_is),
    "list": _Form(", ".join, list),
    "date": _Form(date.isoformat, _as_it_is, _as_it_is, "dd-mm-yyyy"),
    "cents": _Form(lambda cents: _decimals(Decimal(cents).scaleb(-2)), _as_it_is, lambda cents: cents / 100, _EUROS),
    "number": _Form(_decimals, _number, _number),
    "percent": _Form(
        lambda tenths: _decimals(Decimal(tenths).scaleb(-1)),
        lambda tenths: tenths / 10,
        lambda tenths: tenths / 1000,
        "0.0%",
    ),
}


def titled(name: str, columns: Sequence[Column], language: Language) -> Sheet:
    """A sheet with the headings of ``specs/words/headings.toml``."""
    return Sheet(name, columns, words("headings", language))


def as_json(sheet: Sheet, row: Row) -> dict[str, Any]:
    """A row by the keys of its columns."""
    cells = zip(sheet.columns, row, strict=True)
    return {column.key: _json_value(column.kind, value) for column, value in cells}


def _json_value(kind: Kind, value: Value) -> Any:
    if value is None or value == "":
        return None
    return value if isinstance(value, str) else _FORMS[kind].json(value)


class CsvRows:
    """A sheet in a CSV file; the file stays open."""

    def __init__(self, file: BinaryIO, sheet: Sheet) -> None:
        """Writes the header."""
        self._text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
        self._csv = csv.writer(self._text, delimiter=";", lineterminator="\r\n")
        self._forms = [_FORMS[column.kind] for column in sheet.columns]
        self._csv.writerow([safe(heading) for heading in sheet.header()])

    def add(self, row: Row) -> None:
        self._csv.writerow([_cell(form, value) for form, value in zip(self._forms, row, strict=True)])

    def close(self) -> None:
        """Hands the file back, with all that was added in it."""
        self._text.detach()


def _cell(form: _Form, value: Value) -> str:
    if value is None:
        return ""
    if form.number is not None and not isinstance(value, str):
        return form.text(value)
    return safe(value if isinstance(value, str) else form.text(value))


class Workbook:
    """Sheets in one file, row by row; the same rows and ``day`` give the same bytes. The file stays open.

    What is written meanwhile lies on disk, until `discard`.
    """

    def __init__(
        self,
        file: BinaryIO,
        day: date,
        most_rows: int = _MOST_ROWS,
        meanwhile: Callable[[], TemporaryDirectory[str]] = TemporaryDirectory,
    ) -> None:
        """``day``: when it says that it was made. ``meanwhile``: makes the folder of what is written meanwhile."""
        from xlsxwriter import Workbook as Book  # type: ignore[import-untyped] # only who has the extra comes here

        self._meanwhile = meanwhile()
        self._book = Book(file, {**_AS_IT_IS, "tmpdir": self._meanwhile.name})
        self._book.set_properties({"created": datetime.combine(day, time())})
        self._bold = self._book.add_format({"bold": True})
        self._formats = _Formats(self._book)
        self._most_rows = most_rows
        self._sheets: list[_XlsxRows] = []

    def sheet(self, sheet: Sheet) -> Rows:
        """Begins a sheet behind those there are; rows may be added to all of them in turn."""
        self._sheets.append(_XlsxRows(self._book, sheet, self._bold, self._formats, self._most_rows))
        return self._sheets[-1]

    def close(self) -> None:
        """Writes the file. Raises OSError."""
        from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

        for sheet in self._sheets:
            sheet.end()
        try:
            self._book.close()
        except FileCreateError as error:
            raise error.args[0] from None

    def discard(self) -> None:
        """Takes away what was written meanwhile; the file is as `close` left it."""
        for page in self._book.worksheets():
            with suppress(OSError):  # a full disk can't take what was still to be written
                page.row_data_fh.close()
        self._meanwhile.cleanup()


class _Formats:
    """How cells look: each begins at the top of its row, which is as high as its longest sentence asks."""

    def __init__(self, book: Any) -> None:
        self._kinds = {
            kind: book.add_format({"valign": "top"} | ({"num_format": form.shown} if form.shown else {}))
            for kind, form in _FORMS.items()
        }
        self._sentences = book.add_format({"valign": "top", "text_wrap": True})

    def of(self, column: Column) -> Any:
        """That of the cells of a column."""
        if _FORMS[column.kind].number is None and column.width >= _SENTENCES:
            return self._sentences
        return self._kinds[column.kind]


class _XlsxRows:
    """A sheet of a workbook; what doesn't fit goes on in a next one, behind the others, with a number."""

    def __init__(self, book: Any, sheet: Sheet, bold: Any, formats: _Formats, most_rows: int) -> None:
        self._book = book
        self._sheet = sheet
        self._bold = bold
        self._cells = [(_FORMS[column.kind], formats.of(column)) for column in sheet.columns]
        self._most_rows = most_rows
        self._number = 0
        self._totals: list[Total] = []
        self._begin()

    def _begin(self) -> None:
        self._number += 1
        name = self._sheet.name
        self._page = self._book.add_worksheet(name if self._number == 1 else f"{name} {self._number}")
        for index, (column, heading) in enumerate(zip(self._sheet.columns, self._sheet.header(), strict=True)):
            self._page.set_column(index, index, column.width)
            self._page.write_string(0, index, heading, self._bold)
        self._page.freeze_panes(1, 0)
        self._row = 0

    def add(self, row: Row) -> None:
        if isinstance(row, Total):
            self._totals.append(row)
            return
        if self._row >= self._most_rows - 1:
            self._filter()
            self._begin()
        self._write(row)

    def end(self) -> None:
        """Has the rows filtered by their columns, and writes the totals, behind an empty row."""
        self._filter()
        self._row += 1
        for total in self._totals:
            if self._row >= self._most_rows - 1:
                self._begin()
            self._write(total)

    def _write(self, row: Row) -> None:
        self._row += 1
        for index, ((form, shown), value) in enumerate(zip(self._cells, row, strict=True)):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                self._page.write_string(self._row, index, value, shown)
            elif form.number is None:
                self._page.write_string(self._row, index, form.text(value), shown)
            elif isinstance(number := form.number(value), date):
                self._page.write_datetime(self._row, index, number, shown)
            else:
                self._page.write_number(self._row, index, number, shown)

    def _filter(self) -> None:
        self._page.autofilter(0, 0, self._row, len(self._sheet.columns) - 1)


def write_workbook(
    file: BinaryIO,
    day: date,
    tables: Iterable[tuple[Sheet, Iterable[Row]]],
    most_rows: int = _MOST_ROWS,
    meanwhile: Callable[[], TemporaryDirectory[str]] = TemporaryDirectory,
) -> None:
    """Writes each sheet with its rows, one after the other; ``meanwhile`` as of `Workbook`. Raises OSError."""
    book = Workbook(file, day, most_rows, meanwhile)
    try:
        for sheet, rows in tables:
            into = book.sheet(sheet)
            for row in rows:
                into.add(row)
        book.close()
    finally:
        book.discard()


class SheetFiles:
    """A folder of sheets: ``<name>.csv`` of each, and perhaps one workbook of them all. Made by `sheet_files`."""

    def __init__(self, folder: Path, ledger: Path) -> None:
        self._folder = folder
        self._ledger = ledger
        self._files: list[Replacement] = []
        self._rows: list[CsvRows] = []
        self._book: Workbook | None = None

    @property
    def paths(self) -> Sequence[Path]:
        """What is written, in the order in which it was begun."""
        return [file.path for file in self._files]

    def workbook(self, name: str, day: date) -> None:
        """Has the sheets that follow written in a workbook ``<name>.xlsx`` too."""
        self._book = Workbook(self.new(f"{name}.xlsx"), day)

    def sheet(self, sheet: Sheet) -> Rows:
        """Begins a sheet; rows may be added to all of them in turn."""
        self._rows.append(CsvRows(self.new(f"{sheet.name}.csv"), sheet))
        return self._rows[-1] if self._book is None else _Both(self._rows[-1], self._book.sheet(sheet))

    def new(self, name: str) -> BinaryIO:
        """Begins a file that belongs with the sheets; it is closed with them."""
        self._files.append(Replacement(self._folder / name, self._ledger))
        return self._files[-1].file

    def publish(self) -> None:
        """Has them take the place of what is there, once all of them are complete. Raises WriteError or OSError."""
        for rows in self._rows:
            rows.close()
        if self._book is not None:
            self._book.close()
        for file in self._files:
            file.seal()
        for file in self._files:
            file.publish()

    def discard(self) -> None:
        """Takes away what was not published."""
        if self._book is not None:
            self._book.discard()
        for file in self._files:
            file.discard()


@frozen
class _Both:
    """A sheet in two files."""

    one: Rows
    other: Rows

    def add(self, row: Row) -> None:
        self.one.add(row)
        self.other.add(row)


@contextmanager
def sheet_files(folder: Path, ledger: Path) -> Iterator[SheetFiles]:
    """Sheets that take the place of what is in ``folder`` when the block ends well; else nothing changes. ``ledger``:
    whose they are. Raises WriteError."""
    with writing(folder):
        files = SheetFiles(folder, ledger)
        try:
            yield files
            files.publish()
        finally:
            files.discard()
