"""Days on which nobody at an insurer works, and the working days between two others."""

from collections.abc import Iterator
from datetime import date, timedelta
from functools import lru_cache
from typing import Annotated, Final

from attrs import frozen

from ..base.row_types import CertaintyCell, FromCell, KeyedTable, RequiredCell, SourceCell, UntilCell
from ..base.tables import Row

_DAY: Final = timedelta(days=1)
_SATURDAY: Final = 5
_SUNDAY: Final = 6
#: Any year with a 29 February.
_LEAP: Final = 2000


def _offset(row: Row, column: str) -> int | None:
    """So many days off, or None where the cell is empty."""
    text = row[column]
    if text and not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit()):
        raise row.error(column, "a number of days")
    return int(text) if text else None


def _fixed(row: Row, column: str) -> tuple[int, int] | None:
    """Month and day, or None for a feast that follows Easter."""
    text = row[column]
    if bool(text) == bool(row["easter"]):
        raise row.error(column, "either this or easter")
    if not text:
        return None
    try:
        day = date.fromisoformat(f"{_LEAP}-{text}")
    except ValueError:
        raise row.error(column, "MM-DD") from None
    return day.month, day.day


@frozen
class Holiday:
    """A holiday, from ``valid_from`` up to and including ``valid_until``: so many days after ``easter``, or on a
    ``day`` of every year (month, day), which is so many days off where that is a ``sunday``."""

    name: RequiredCell
    easter: Annotated[int | None, _offset]
    day: Annotated[tuple[int, int] | None, _fixed]
    sunday: Annotated[int | None, _offset]
    valid_from: FromCell
    valid_until: UntilCell
    source: SourceCell
    certainty: CertaintyCell

    def on(self, year: int) -> date | None:
        """When it is in a year, if it is."""
        if self.day is None:
            found = easter(year) + (self.easter or 0) * _DAY
        else:
            found = date(year, *self.day)
            if found.weekday() == _SUNDAY:
                found += (self.sunday or 0) * _DAY
        return found if self.valid_from <= found <= self.valid_until else None


holidays: Final = KeyedTable[str, Holiday]("figures/holidays.csv", Holiday, "name")


def easter(year: int) -> date:
    """Easter Sunday of a year of the Gregorian calendar, as Meeus has it (Astronomical Algorithms, chapter 8): the
    Sunday after the first full moon of spring, both as the church reckons them."""
    century, in_century = divmod(year, 100)
    golden = year % 19
    leaps, rest = divmod(century, 4)
    moon = century - (century - (century + 8) // 25 + 1) // 3
    full = (19 * golden + moon - leaps + 15) % 30
    sunday = (32 + 2 * rest + 2 * (in_century // 4) - full - in_century % 4) % 7
    late = (golden + 11 * full + 22 * sunday) // 451
    month, day = divmod(full + sunday - 7 * late + 114, 31)
    return date(year, month, day + 1)


@lru_cache(maxsize=256)
def holidays_of(year: int) -> frozenset[date]:
    """The holidays of a year."""
    return frozenset(day for day in (holiday.on(year) for holiday in holidays().values()) if day is not None)


def is_working_day(day: date) -> bool:
    """Whether it is neither a Saturday, nor a Sunday, nor a holiday."""
    return day.weekday() < _SATURDAY and day not in holidays_of(day.year)


def _after(day: date) -> Iterator[date]:
    while True:
        day += _DAY
        yield day


def working_days_after(day: date, count: int) -> date:
    """The last of the ``count`` (>= 1) working days that follow a day."""
    found = filter(is_working_day, _after(day))
    for _ in range(count - 1):
        next(found)
    return next(found)
