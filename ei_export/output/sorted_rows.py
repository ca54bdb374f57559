"""Rows of a table in an order that doesn't depend on how they came; any number of them, as they are kept on disk."""

import json
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, Final

from attrs import frozen

from ..base.spool import UNIT, SortedLines
from .sheets import Column, Kind, Row, Value

#: Before a number, another value, and none: in this order, whatever the direction.
_NUMBER, _OTHER, _EMPTY = "0", "1", "2"
#: No number of a table is as large; numbers are compared as positive ones with as many digits.
_LARGEST: Final = Decimal(10) ** 15
_BEHIND: Final = "~"


@frozen
class By:
    """A column that rows are sorted by, the smallest first or last."""

    index: int
    descending: bool = False


class SortedRows:
    """Takes rows, and hands them back by the columns asked for, and then by the ``place`` they were given: numbers and
    days as such, other texts by their code points, empty cells last."""

    def __init__(self, columns: Sequence[Column], by: Sequence[By] = ()) -> None:
        self._kinds: list[Kind] = [column.kind for column in columns]
        self._by = by
        self._lines = SortedLines()

    def add(self, row: Row, place: Sequence[str]) -> None:
        """``place``: texts that tell it from every other row."""
        asked = [_key(row[by.index], by.descending) for by in self._by]
        cells = json.dumps(row, default=_plain, ensure_ascii=True)
        self._lines.add(UNIT.join([*asked, *map(_safe, place), cells]))

    def __iter__(self) -> Iterator[Row]:
        for line in self._lines:
            cells = json.loads(line.rpartition(UNIT)[2])
            yield [_value(kind, cell) for kind, cell in zip(self._kinds, cells, strict=True)]

    def __len__(self) -> int:
        return self._lines.count

    def close(self) -> None:
        """Gives the disk back."""
        self._lines.close()


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else {"number": str(value)}


def _value(kind: Kind, cell: Any) -> Value:
    """A value as it was, from how JSON has it."""
    if isinstance(cell, dict):
        return Decimal(cell["number"])
    if isinstance(cell, list):
        return tuple(cell)
    if kind == "date" and cell:
        return _day(cell)
    return cell  # type: ignore[no-any-return] # a text, a whole number or None


def _day(text: str) -> date | str:
    try:
        return date.fromisoformat(text)
    except ValueError:  # a text that is no day stands there as it is
        return text


def _key(value: Value, descending: bool) -> str:
    """A text that sorts as the value does."""
    if value is None or value == "" or value == ():
        return _EMPTY
    if isinstance(value, int | Decimal):
        number = Decimal(value)
        return f"{_NUMBER}{_LARGEST + (-number if descending else number):024.6f}"
    text = _safe(
        value.isoformat() if isinstance(value, date) else value if isinstance(value, str) else ", ".join(value)
    )
    return _OTHER + (_backwards(text) if descending else text)


def _backwards(text: str) -> str:
    """A text that sorts the other way round: the longer of two that begin alike comes first."""
    return "".join(f"{255 - byte:02x}" for byte in text.encode()) + _BEHIND


def _safe(text: str) -> str:
    """A text on one line, in which nothing looks like the end of a cell."""
    return text if text.isprintable() else json.dumps(text)
