"""Appointments that are still planned although their day is past: on the work list until somebody says what became of
them, whatever the feed brings meanwhile."""

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from ei_export.commands.worklist.task import Task
from tests.commands.worklist.test_worklist import tasks
from tests.support.clerk import START, Clerk
from tests.support.feeds import Clinic, tables_read_once, visit

__all__ = ["tables_read_once"]

PLANNED: Final = visit("P1", "2021-03-08", "940134", "T1", status="Gepland")
OTHER: Final = visit("S1", "2021-03-01", "940140", "TS", patient="P3", insurer="Zilveren Kruis")
NIGHT, NEXT, LATER = "2021-03-02", "2021-03-09", "2021-03-10"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


def planned(clinic: Clinic, today: str) -> list[Task]:
    return [task for task in tasks(clinic, today) if task.kind == "planned"]


def ids(clinic: Clinic, today: str) -> list[str]:
    return [task.key for task in planned(clinic, today)]


def test_one_is_told_of_from_the_day_after_it_with_what_it_would_come_to(clinic: Clinic) -> None:
    assert clinic.feed([START, PLANNED]).run(today=NIGHT).counts == {"read": 2, "declared": 1, "not_completed": 1}
    assert planned(clinic, "2021-03-08") == []
    (task,) = planned(clinic, NEXT)
    assert (task.key, task.appointment_id, task.patient_id, task.trajectory) == ("P1", "P1", "P1", "T1")
    assert (task.date, task.insurer, task.amount_cents, task.basis) == (date(2021, 3, 8), "VGZ", 6_781, "exact")
    assert task.cause("nl") == 'Deze afspraak van 08-03-2021 staat in de agenda nog als "Gepland".'
    assert (task.deadline, task.ways) == (date(2022, 3, 8), ["accepted", "handled"])


@pytest.mark.parametrize(
    "rows",
    [
        [START, PLANNED],  # the same bucket again
        [OTHER],  # only what is new
        [START, OTHER],  # the patient again, without it
    ],
)
def test_it_stays_from_night_to_night(clinic: Clinic, rows: list[dict[str, str]]) -> None:
    clinic.feed([START, PLANNED]).run(today=NIGHT)
    clinic.feed(rows).run(today=NEXT)
    clinic.feed(rows).run(today=LATER)
    assert ids(clinic, LATER) == ["P1"]


@pytest.mark.parametrize("status", ["completed", "geannuleerd", "no show", "wat dan ook"])
def test_it_goes_once_somebody_says_what_became_of_it(clinic: Clinic, status: str) -> None:
    clinic.feed([START, PLANNED]).run(today=NIGHT)
    clinic.feed([PLANNED | {"status": status}]).run(today=NEXT)
    assert ids(clinic, NEXT) == []


@pytest.mark.parametrize(
    ("status", "code"),
    [("completed", "940135"), ("geannuleerd", "940134"), ("Gepland", "940134")],  # it counts, was cancelled, is planned
)
def test_it_goes_once_it_is_another_patients(clinic: Clinic, status: str, code: str) -> None:
    clinic.feed([START, PLANNED]).run(today=NIGHT)
    other = {name: visit("", "", "", patient="P7")[name] for name in ("patient_id", "bsn", "birth_date", "name")}
    moved = PLANNED | other | {"status": status, "code": code, "trajectory_id": "T7"}
    start = visit("A7", "2021-03-01", "940131", "T7", patient="P7")
    clinic.feed([start, moved]).run(today=NEXT)
    assert [(task.key, task.patient_id) for task in planned(clinic, LATER)] == [("P1", "P7")] * (status == "Gepland")


def test_one_that_was_put_off_is_told_of_once_its_new_day_is_past(clinic: Clinic) -> None:
    clinic.feed([START, PLANNED]).run(today=NIGHT)
    clinic.feed([PLANNED | {"date": "2021-03-15"}]).run(today=NEXT)
    assert ids(clinic, LATER) == []
    assert ids(clinic, "2021-03-16") == ["P1"]


def test_one_that_was_deleted_goes_where_the_feed_holds_everything(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path, feed='path = "appointments.csv"\ncomplete_from = 2021-01-01')
    lonely = visit("P2", "2021-03-08", "940131", patient="P4", status="gepland")
    clinic.feed([START, PLANNED, lonely, OTHER]).run(today=NIGHT)
    assert ids(clinic, NEXT) == ["P1", "P2"]
    clinic.feed([START, OTHER]).run(today=NEXT)
    assert ids(clinic, NEXT) == []


def test_what_is_no_zorg1_or_cannot_be_read_is_not_asked_for(clinic: Clinic) -> None:
    rows = [
        visit("P1", "2021-03-08", "1000", status="gepland"),
        visit("P2", "2021-03-08", "940131", patient="P2", status="gepland", uzovi="9999"),
        visit("P3", "2021-03-08", "940131", patient="P3", status="gepland") | {"date": "8 maart"},
        visit("", "2021-03-08", "940131", patient="P3", status="gepland"),
    ]
    clinic.feed(rows).run(today=NIGHT)
    assert ids(clinic, NEXT) == ["P2"]  # held as soon as it is completed, for its insurer


def test_the_words_are_those_of_the_practice(tmp_path: Path) -> None:
    feed = 'path = "appointments.csv"\n[input.status]\nplanned = ["staat nog open"]\n'
    clinic = Clinic.open(tmp_path, feed=feed)
    done = clinic.feed([PLANNED, visit("P2", "2021-03-08", "940131", patient="P2", status="Staat nog open")])
    assert done.run(today=NIGHT).problems == []
    assert ids(clinic, NEXT) == ["P2"]


def test_they_are_pruned_with_their_patient(clinic: Clinic) -> None:
    clinic.feed([visit("P2", "2021-03-08", "940131", patient="P4", status="gepland")]).run(today=NIGHT)
    assert Clerk(clinic).gives("prune", "--before", "2023-01-01", "--yes", today="2024-06-01")[0] == 0
    assert Clerk(clinic).rows("SELECT * FROM planned") == []
