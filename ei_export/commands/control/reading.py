"""The files that a norm looks at: CSV as other systems export it, each row made into a value or told of.

The dialect and the encoding are found as those of a feed; a row that can't be read costs nothing but itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from itertools import chain
from pathlib import Path
from typing import Annotated, Final, TypeVar

from attrs import field, frozen

from ...base.amounts import AMOUNT_FORM, cents
from ...base.problems import Finding, InputError, SettingsError
from ...base.row_types import RowType
from ...base.spool import UNIT
from ...base.tables import Row
from ...base.wording import printable
from ...intake import values
from ...intake.csv_feed import open_csv
from ...intake.feed import BROKEN, Source
from ...model.columns import FeedKind

T = TypeVar("T")

#: Takes what is found in a file.
Tell = Callable[[Finding], object]

_YES: Final = {"j": True, "ja": True, "1": True, "n": False, "nee": False, "0": False}
#: How a file that can't be read is told of here, by how a feed is.
_UNREADABLE: Final[Mapping[str, str]] = {
    "INPUT_MISSING": "CONTROL_MISSING",
    "INPUT_EMPTY": "CONTROL_NO_TABLE",
    "INPUT_BINARY": "CONTROL_NO_TABLE",
    "INPUT_COLUMNS": "CONTROL_COLUMNS",
    "INPUT_NO_NAMES": "CONTROL_COLUMNS",
    "INPUT_COLUMN_TWICE": "CONTROL_COLUMN_TWICE",
}


def yes(row: Row, column: str) -> bool:
    """Whether a cell says yes. Raises SettingsError where it says neither yes nor no."""
    found = _YES.get(row[column].casefold())
    if found is None:
        raise row.error(column, "J | N")
    return found


def _day(row: Row, column: str) -> date:
    found = values.day(row[column])
    if found is None:
        raise row.error(column, values.DATE_FORMS)
    return found


def _amount(row: Row, column: str) -> int | None:
    if not row[column]:
        return None
    found = cents(row[column])
    if found is None:
        raise row.error(column, AMOUNT_FORM)
    return found


YesCell = Annotated[bool, yes]
DayCell = Annotated[date, _day, "date"]
#: Whole cents; None for an empty cell.
AmountCell = Annotated[int | None, _amount]
RowNumber = Annotated[int, lambda row, _: row.line, ""]


@frozen
class _AsItIs:
    """How a file is read of which nothing is said in settings."""

    kind: FeedKind
    table: str = ""
    query: str = ""
    encoding: str = "auto"
    columns: Mapping[str, str] = field(factory=dict)


def read_file(path: Path, option: str, kind: type[T], optional: Sequence[str], tell: Tell) -> Iterator[T]:
    """The rows of a file that was given with an option, by the type of its rows; columns that are none of its own are
    passed over, and ``optional`` ones may be missing. Raises InputError."""
    row_type = RowType(kind)
    for row in _rows(path, option, row_type.columns, optional, tell):
        try:
            yield row_type.parse(row)
        except SettingsError as error:
            column, expected = error.params["column"], error.params["expected"]
            params = {"file": row.file, "row": row.line, "column": column, "expected": expected}
            tell(Finding("CONTROL_CELL", "", {**params, "found": values.quoted_cell(row[str(column)])}))


def _rows(path: Path, option: str, columns: Sequence[str], optional: Sequence[str], tell: Tell) -> Iterator[Row]:
    """The rows that can be cut in cells, as those of a spreadsheet. What other programs write for nothing is empty."""
    file = printable(path.name)
    source = _opened(path, option, FeedKind("controlled", option, columns, frozenset(columns).difference(optional)))
    for number, body in enumerate(chain.from_iterable(source.bodies()), source.first_row):
        cells = _cut(body, source)
        if cells is None:
            tell(Finding("CONTROL_ROW", "", {"file": file, "row": number}))
        elif any(cells):
            at = source.header.at
            said = {column: values.stated(cells[at[column]]) if column in at else "" for column in columns}
            yield Row(said, file, number, is_sheet=True)


def _opened(path: Path, option: str, kind: FeedKind) -> Source:
    try:
        return open_csv(path, _AsItIs(kind))
    except InputError as error:
        said = {name: error.params.get(name, "-") for name in ("reason", "missing", "found", "column")}
        raise InputError(_UNREADABLE[error.code], option=option, path=str(path), **said) from None


def _cut(body: str, source: Source) -> Sequence[str] | None:
    """The cells of a row; None where it has others than there are columns."""
    mark, width = body[:1], source.header.width
    if mark == BROKEN:
        return None
    cells = body[1:].split(UNIT) if mark == UNIT else body.split(source.header.delimiter)
    cells = list(map(str.strip, cells))
    if not any(cells):
        return [""] * width
    return None if len(cells) < width or any(cells[width:]) else cells[:width]
