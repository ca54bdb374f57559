"""Dutch holidays of some years as calendars have them, and the working days between."""

from datetime import date
from typing import Final

import pytest

from ei_export.model.holidays import easter, holidays_of, is_working_day, working_days_after

#: As the calendars of those years had them; each on its own day, weekends too.
CALENDARS: Final = {
    2013: "01-01 03-29 04-01 04-30 05-05 05-09 05-20 12-25 12-26",  # the last Koninginnedag
    2014: "01-01 04-18 04-21 04-26 05-05 05-29 06-09 12-25 12-26",  # 27 April was a Sunday
    2019: "01-01 04-19 04-22 04-27 05-05 05-30 06-10 12-25 12-26",
    2020: "01-01 04-10 04-13 04-27 05-05 05-21 06-01 12-25 12-26",
    2021: "01-01 04-02 04-05 04-27 05-05 05-13 05-24 12-25 12-26",
    2022: "01-01 04-15 04-18 04-27 05-05 05-26 06-06 12-25 12-26",
    2023: "01-01 04-07 04-10 04-27 05-05 05-18 05-29 12-25 12-26",
    2024: "01-01 03-29 04-01 04-27 05-05 05-09 05-20 12-25 12-26",
    2025: "01-01 04-18 04-21 04-26 05-05 05-29 06-09 12-25 12-26",  # 27 April was a Sunday
    2026: "01-01 04-03 04-06 04-27 05-05 05-14 05-25 12-25 12-26",
    2031: "01-01 04-11 04-14 04-26 05-05 05-22 06-02 12-25 12-26",  # 27 April will be a Sunday
}
#: The earliest and the latest there can be, and others that a mistaken rule gets wrong.
EASTERS: Final = ("1818-03-22", "1943-04-25", "1954-04-18", "1981-04-19", "2008-03-23", "2038-04-25", "2049-04-18")


@pytest.mark.parametrize("year", CALENDARS)
def test_the_holidays_of_a_year(year: int) -> None:
    assert " ".join(day.strftime("%m-%d") for day in sorted(holidays_of(year))) == CALENDARS[year]


@pytest.mark.parametrize("day", EASTERS)
def test_easter_is_computed(day: str) -> None:
    assert easter(date.fromisoformat(day).year).isoformat() == day


def test_easter_is_a_sunday_in_spring() -> None:
    for year in range(1900, 2100):
        assert easter(year).weekday() == 6
        assert date(year, 3, 22) <= easter(year) <= date(year, 4, 25)


@pytest.mark.parametrize(
    ("day", "count", "last"),
    [
        ("2021-03-01", 1, "2021-03-02"),  # Monday, Tuesday
        ("2021-03-05", 1, "2021-03-08"),  # over a weekend
        ("2021-03-06", 1, "2021-03-08"),  # from a Saturday
        ("2021-04-01", 1, "2021-04-06"),  # from Maundy Thursday over Easter
        ("2025-04-25", 1, "2025-04-28"),  # Koningsdag was that Saturday, not the Sunday
        ("2024-04-26", 1, "2024-04-29"),  # and this Saturday
        ("2021-05-12", 2, "2021-05-17"),  # over Ascension Day, a Friday and a weekend
        ("2021-12-24", 3, "2021-12-29"),  # both days of Christmas in a weekend
    ],
)
def test_so_many_working_days_later(day: str, count: int, last: str) -> None:
    assert working_days_after(date.fromisoformat(day), count).isoformat() == last


def test_before_a_holiday_was_one_it_was_a_day_as_any() -> None:
    assert is_working_day(date(1989, 5, 5)), "Liberation Day is a holiday of every year since 1990"
    assert not is_working_day(date(2014, 5, 5))
    assert is_working_day(date(2015, 4, 30)), "Koninginnedag was kept until 2013"
