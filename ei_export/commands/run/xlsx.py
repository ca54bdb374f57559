"""The workbook of ``run --xlsx``: the rows of ``lines.csv`` and ``problems.csv``, for who works in a spreadsheet."""

import datetime as dt
from collections.abc import Iterable, Sequence
from importlib.util import find_spec
from itertools import count, islice
from typing import Any, BinaryIO, Final

from ...base.problems import SettingsError

#: Rows of a sheet, its header among them; what is more goes on in a next sheet.
_MOST_ROWS: Final = 1_048_576
#: Columns that hold a number; everything else is text, whatever it looks like.
_NUMBERS: Final = frozenset({"units", "amount_cents", "row"})
_WIDTH: Final = {"message": 80, "remedy": 80, "reference": 22, "trajectory": 22, "rule": 26, "code": 24}
_USUAL_WIDTH: Final = 14
#: Nothing that is written is anything but what it says: no formula, no link, no number made of digits.
_AS_IT_IS: Final = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}

#: A name, its columns and its rows.
Table = tuple[str, Sequence[str], Iterable[Sequence[Any]]]


def require_xlsxwriter() -> None:
    """Raises SettingsError where the extra ``xlsx`` is not installed."""
    if find_spec("xlsxwriter") is None:
        raise SettingsError("XLSX_MISSING")


def write_workbook(file: BinaryIO, day: dt.date, tables: Iterable[Table], most_rows: int = _MOST_ROWS) -> None:
    """Writes each table to a sheet, row by row; the file stays open. Same tables and ``day``, same bytes.

    Raises OSError.
    """
    from xlsxwriter import Workbook  # type: ignore[import-untyped] # only who has the extra comes here
    from xlsxwriter.exceptions import FileCreateError  # type: ignore[import-untyped]

    book = Workbook(file, _AS_IT_IS)
    book.set_properties({"created": dt.datetime.combine(day, dt.time())})
    bold = book.add_format({"bold": True})
    for name, columns, rows in tables:
        left = iter(rows)
        for number in count(1):
            sheet = book.add_worksheet(name if number == 1 else f"{name} {number}")
            written = _fill(sheet, bold, columns, islice(left, most_rows - 1))
            if written < most_rows - 1:
                break
    try:
        book.close()
    except FileCreateError as error:
        raise error.args[0] from None


def _fill(sheet: Any, bold: Any, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """Writes the header and the rows; returns how many rows there were."""
    for index, column in enumerate(columns):
        sheet.set_column(index, index, _WIDTH.get(column, _USUAL_WIDTH))
        sheet.write_string(0, index, column, bold)
    sheet.freeze_panes(1, 0)
    numbers, texts = (sheet.write_number, int), (sheet.write_string, str)
    writers = [numbers if column in _NUMBERS else texts for column in columns]
    at = 0
    for at, row in enumerate(rows, 1):
        for index, ((write, kind), value) in enumerate(zip(writers, row, strict=True)):
            if value not in (None, ""):
                write(at, index, kind(value))
    sheet.autofilter(0, 0, at, len(columns) - 1)
    return at
