"""CSV files that are safe to open in a spreadsheet: no cell in them is taken for a formula.

A cell that a spreadsheet could take for one gets an apostrophe in front, which spreadsheets know as "this is text". A
program that wants the cell as it was takes that apostrophe away again: it is the first of a cell whose rest would have
been defused. JSON and workbooks say what kind a value is, so there nothing is put in front.
"""

import re
from collections.abc import Sequence
from typing import Final, TypeVar

from ..base.wording import printable

#: What starts a formula, also behind spaces and quotes, and in the wide forms of Asian keyboards; tabs and line ends
#: start a new cell in some.
_FORMULA: Final = re.compile(r"""[\s'"]*[-=+@\uff0d\uff1d\uff0b\uff20]|[\t\r\n]""")
_MARK: Final = "'"

T = TypeVar("T")


def defused(cell: str) -> str:
    """A cell that is text in a spreadsheet too."""
    return _MARK + cell if _FORMULA.match(cell) else cell


def restored(cell: str) -> str:
    """The cell that `defused` was given."""
    rest = cell[1:]
    return rest if cell[:1] == _MARK and _FORMULA.match(rest) else cell


def safe(cell: str) -> str:
    """A cell that is safe to print, and text in a spreadsheet too."""
    # Nearly every cell begins with a letter or a digit, and can be printed; that is quickly seen.
    return cell if cell[:1].isalnum() and cell.isprintable() else defused(printable(cell))


def defused_at(row: Sequence[T], columns: Sequence[int]) -> Sequence[T | str]:
    """A row with the texts in some columns safe to print and defused; the row itself where there is nothing to do."""
    changed: list[T | str] | None = None
    for column in columns:
        cell = row[column]
        if isinstance(cell, str) and (text := safe(cell)) is not cell:
            changed = changed or list(row)
            changed[column] = text
    return row if changed is None else changed
