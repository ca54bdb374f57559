"""Which courses a Zorg1 table is about: of what period by their start (§5.2.1), of which programs and UZOVI numbers."""

import calendar
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final, Self

from attrs import frozen

from ...base.problems import SettingsError
from ...model.names import Spelling, chosen
from ...zorg1.course import Course
from ...zorg1.programs import Programs

_MONTH: Final = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])")
_QUARTER: Final = re.compile(r"(20[0-9]{2})Q([1-4])", re.IGNORECASE)
_UZOVI: Final = re.compile(r"[0-9]{4}")
#: Between programs of which it isn't known which one it is.
OR: Final = " / "


@frozen
class Selection:
    """Courses that started from ``first`` up to and including ``last``; empty ``programs`` and ``uzovis`` are all."""

    first: date = date.min
    last: date = date.max
    programs: frozenset[str] = frozenset()
    uzovis: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls,
        programs: Programs,
        since: str = "",
        until: str = "",
        named: Iterable[str] = (),
        uzovis: Iterable[str] = (),
        quarter: str = "",
    ) -> Self:
        """As it was asked for: months as ``2022-01``, a quarter in their place as ``2022Q1``; programs in any case, a
        whole one as its parts. Raises SettingsError for a word that is none of these."""
        first, last = _quarter(quarter) if quarter else (_month(since)[0], _month(until)[1])
        if quarter and (since or until):
            raise SettingsError("ZORG1_QUARTER_AND_MONTHS")
        if last < first:
            raise SettingsError("ZORG1_PERIOD", found=f"{since} – {until}", expected=f">= {since}")
        return cls(first, last, frozenset(_programs(programs, named)), frozenset(map(_uzovi, uzovis)))

    def takes(self, course: Course) -> bool:
        """Whether it is about a course."""
        return (
            self.first <= course.started <= self.last
            and (not self.programs or not self.programs.isdisjoint(course.program.split(OR)))
            and (not self.uzovis or not self.uzovis.isdisjoint(course.uzovis))
        )


def _month(text: str) -> tuple[date, date]:
    """The first and the last day of a month; of none, of all time."""
    if not text:
        return date.min, date.max
    match = _MONTH.fullmatch(text)
    if match is None:
        raise SettingsError("ZORG1_PERIOD", found=text, expected="YYYY-MM, such as 2022-01")
    return _days(int(match[1]), int(match[2]), 1)


def _quarter(text: str) -> tuple[date, date]:
    match = _QUARTER.fullmatch(text)
    if match is None:
        raise SettingsError("ZORG1_PERIOD", found=text, expected="YYYYQn, such as 2022Q1")
    return _days(int(match[1]), 3 * int(match[2]) - 2, 3)


def quarter_of(day: date) -> str:
    """The quarter of a day, as it is asked for: ``2022Q1``."""
    return f"{day.year}Q{(day.month + 2) // 3}"


def quarters_between(first: str, last: str) -> Sequence[str]:
    """All quarters from one up to and including another."""
    start, end = (4 * int(text[:4]) + int(text[5]) - 1 for text in (first, last))
    return [f"{number // 4}Q{number % 4 + 1}" for number in range(start, end + 1)]


def _days(year: int, month: int, months: int) -> tuple[date, date]:
    last = month + months - 1
    return date(year, month, 1), date(year, last, calendar.monthrange(year, last)[1])


def _programs(programs: Programs, named: Iterable[str]) -> Collection[str]:
    whole: dict[str, Sequence[str]] = {}
    for program in programs.known:
        whole[programs.whole(program)] = (*whole.get(programs.whole(program), ()), program)
    names = Spelling.of((*programs.known, *whole))
    found: set[str] = set()
    for text in named:
        name = chosen(names, names.known, text, "--program")
        found.update((name, *whole.get(name, ())))
    return found


def _uzovi(text: str) -> str:
    if not _UZOVI.fullmatch(text):
        raise SettingsError("ZORG1_UZOVI", found=text, expected="4 digits, such as 7095")
    return text
