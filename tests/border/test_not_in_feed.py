"""A contact that is gone from an export that seems to hold everything: told, and not counted where that is certain."""

import pytest

from tests.support.clerk import CONTACT, END, START
from tests.support.feeds import Clinic, visit

MORE = visit("A4", "2021-03-15", "940135", "T1")


@pytest.mark.parametrize(("setting", "units"), [("", 3), ("complete_from = 2021-01-01", 2)])
def test_a_contact_that_was_deleted(clinic: Clinic, setting: str, units: int) -> None:
    clinic.configure(feed=f'path = "appointments.csv"\n{setting}')
    clinic.feed([START, CONTACT, MORE]).run()
    night = clinic.feed([START, CONTACT, END]).run()
    assert night.lines == {"A3": ("F1013", units)}
    told = [problem["message"] for problem in night.problems if problem["code"] == "CONTACT_NOT_IN_FEED"]
    assert bool(told) is (not setting)
    assert all("A4" in message and "A2" not in message for message in told)


@pytest.mark.parametrize("rows", [[END], [CONTACT, END], [START, CONTACT, MORE, END]])
def test_nothing_seems_deleted_where_the_start_is_not_there(clinic: Clinic, rows: list[dict[str, str]]) -> None:
    clinic.feed([START, CONTACT, MORE]).run()
    night = clinic.feed(rows).run()
    assert (night.lines, night.problems) == ({"A3": ("F1013", 3)}, [])
