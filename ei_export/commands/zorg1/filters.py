"""Which rows of a table are asked for: by what stands in their columns."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from attrs import frozen

from ...base.problems import SettingsError
from ...base.tables import sheet_day
from ...model.measurement import score_of
from ...output.sheets import Column, Row, Value
from ...output.sorted_rows import By
from ...settings.sections import nearest

#: What stands for all that isn't empty.
_ANYTHING: Final = "*"
_EMPTY: Final = (None, "", ())
#: Between the ends of a range.
_UP_TO: Final = ".."
_DESCENDING: Final = "desc"


@frozen
class Filter:
    """A row is taken where what stands in a column is one of these."""

    index: int
    tests: tuple[Callable[[Value], bool], ...]

    def takes(self, row: Row) -> bool:
        value = row[self.index]
        return any(test(value) for test in self.tests)


@frozen
class Asked:
    """Rows that all ``filters`` take, sorted ``by``."""

    filters: tuple[Filter, ...] = ()
    by: tuple[By, ...] = ()

    def takes(self, row: Row) -> bool:
        return all(each.takes(row) for each in self.filters)


def parse_filters(
    columns: Sequence[Column], filters: Iterable[str], shown: Mapping[str, Mapping[str, str]]
) -> tuple[Filter, ...]:
    """Filters as they are typed, ``COLUMN=VALUE[,VALUE]``; see `one_filter`."""
    found = []
    for text in filters:
        name, sign, values = text.partition("=")
        if not sign:
            raise SettingsError("ZORG1_FILTER", found=text, expected="COLUMN=VALUE[,VALUE]")
        found.append(one_filter(columns, name.strip(), [value.strip() for value in values.split(",")], shown))
    return tuple(found)


def one_filter(
    columns: Sequence[Column], name: str, values: Iterable[str], shown: Mapping[str, Mapping[str, str]]
) -> Filter:
    """A filter on a column: each value is the whole of what stands there, in any case, with ``*`` for anything; '' an
    empty cell; in a column of days or numbers also ``FROM..UNTIL``, both included, where either may be left out.
    ``shown``: by column, the words that keys are shown in, case-folded, each with its key. Raises SettingsError."""
    index = _index(columns, name)
    column, words = columns[index], shown.get(name, {})
    return Filter(index, tuple(_test(column, value, words) for value in values))


def parse_sort(columns: Sequence[Column], sort: Iterable[str]) -> tuple[By, ...]:
    """What rows are sorted by, as it is typed, ``COLUMN[:desc]``; the first counts first. Raises SettingsError."""
    found = []
    for text in sort:
        name, _, direction = text.partition(":")
        if direction not in ("", "asc", _DESCENDING):
            raise SettingsError("ZORG1_SORT", found=text, expected=f"COLUMN[:{_DESCENDING}]")
        found.append(By(_index(columns, name.strip()), direction == _DESCENDING))
    return tuple(found)


def _index(columns: Sequence[Column], name: str) -> int:
    names = [column.key for column in columns]
    if name not in names:
        raise SettingsError("ZORG1_COLUMN", found=name, expected=nearest(name, names))
    return names.index(name)


def _test(column: Column, text: str, words: Mapping[str, str]) -> Callable[[Value], bool]:
    if text == "":
        return lambda value: value in _EMPTY
    if text == _ANYTHING:
        return lambda value: value not in _EMPTY
    if column.kind in ("date", "number"):
        return _in_range(column, text)
    wanted = words.get(text.casefold(), text).casefold()
    pattern = re.compile(".*".join(map(re.escape, wanted.split("*"))), re.DOTALL)
    if column.kind == "list":
        return lambda value: any(pattern.fullmatch(str(each).casefold()) for each in value or ())  # type: ignore[union-attr]
    return lambda value: bool(value) and pattern.fullmatch(str(value).casefold()) is not None


def _in_range(column: Column, text: str) -> Callable[[Value], bool]:
    """Whether a day or a number is in a range, or the one that is asked for."""
    low, sign, high = text.partition(_UP_TO)
    first, last = _end(column, text, low), _end(column, text, high if sign else low)

    def test(value: Value) -> bool:
        if value is None or isinstance(value, str):
            return False
        return (first is None or first <= value) and (last is None or value <= last)  # type: ignore[operator]

    return test


def _end(column: Column, whole: str, text: str) -> date | Decimal | None:
    """An end of a range; None for one that is left out."""
    if not text:
        return None
    end = sheet_day(text) if column.kind == "date" else score_of(text)
    if end is None:
        expected = "YYYY-MM-DD[..YYYY-MM-DD]" if column.kind == "date" else "4 | 4..9 | ..3"
        raise SettingsError("ZORG1_FILTER", found=f"{column.key}={whole}", expected=expected)
    return end
