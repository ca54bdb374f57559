"""Which courses a table is about: periods by the start, programs with their parts, any UZOVI number of the course."""

from datetime import date

import pytest
from attrs import evolve

from ei_export.base.problems import SettingsError
from ei_export.commands.zorg1.selection import Selection
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.course import Course

PROGRAMS = Agreements.load().programs
COURSE = Course(
    trajectory="T1", patient_id="P1", birth_year=1970, sex="2", consent="J", uzovi="7095", uzovis=("7095", "0101"),
    insurer="VGZ", category="", program="artrose knie", profile="2", agreement=True, dcsph="7023", csi="",
    referral=None, started=date(2022, 3, 31), ended=None, relapse=None, has_start=True, by_diagnosis=False, visits=(),
)  # fmt: skip


@pytest.mark.parametrize(
    ("asked", "day", "taken"),
    [
        ({}, date(1999, 1, 1), True),
        ({"since": "2022-04"}, date(2022, 3, 31), False),
        ({"since": "2022-04"}, date(2022, 4, 1), True),
        ({"until": "2022-03"}, date(2022, 3, 31), True),
        ({"until": "2022-03"}, date(2022, 4, 1), False),
        ({"until": "2024-02"}, date(2024, 2, 29), True),
        ({"quarter": "2022Q1"}, date(2022, 3, 31), True),
        ({"quarter": "2022Q1"}, date(2022, 4, 1), False),
        ({"quarter": "2022q2"}, date(2022, 4, 1), True),
        ({"quarter": "2022Q4"}, date(2022, 12, 31), True),
        ({"quarter": "2022Q1"}, date(2021, 12, 31), False),
        ({"named": ["artrose"]}, date(2022, 1, 1), True),
        ({"named": ["ARTROSE KNIE", "nek"]}, date(2022, 1, 1), True),
        ({"named": ["artrose heup"]}, date(2022, 1, 1), False),
        ({"uzovis": ["0101"]}, date(2022, 1, 1), True),
        ({"uzovis": ["3332"]}, date(2022, 1, 1), False),
        ({"uzovis": ["3332", "7095"], "named": ["nek"]}, date(2022, 1, 1), False),
    ],
)
def test_a_course_is_taken_by_its_start_program_and_insurers(asked: dict[str, str], day: date, taken: bool) -> None:
    assert Selection.of(PROGRAMS, **asked).takes(evolve(COURSE, started=day)) is taken


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        ({"since": "2022"}, "ZORG1_PERIOD"),
        ({"until": "2022-13"}, "ZORG1_PERIOD"),
        ({"quarter": "2022Q5"}, "ZORG1_PERIOD"),
        ({"since": "2022-02", "until": "2022-01"}, "ZORG1_PERIOD"),
        ({"quarter": "2022Q1", "until": "2022-03"}, "ZORG1_QUARTER_AND_MONTHS"),
        ({"named": ["knieën"]}, "USAGE_CHOICE"),
        ({"uzovis": ["71"]}, "ZORG1_UZOVI"),
    ],
)
def test_what_is_no_period_or_program_is_refused(asked: dict[str, str], code: str) -> None:
    with pytest.raises(SettingsError) as refused:
        Selection.of(PROGRAMS, **asked)
    assert refused.value.code == code
    assert str(refused.value)
