"""The work list: everything that is open in one task or under one cause, with its amount, the most urgent first."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from ei_export.commands.worklist.task import Task, pack, unpack
from ei_export.commands.worklist.worklist import WorkList, worklist
from ei_export.judging.rules import Rules
from ei_export.ledger import Ledger
from ei_export.settings import settings
from tests.support.clerk import CONTACT, COURSE, END, START, Clerk
from tests.support.feeds import TODAY, Clinic, tables_read_once, visit
from tests.support.ledgers import LineAnswer, answer

__all__ = ["tables_read_once"]

SECOND = visit("C1", "2021-03-01", "940131", "T2", patient="P2")
INVOICE = "210701000001"
FIRST = "210701R0000010000001"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


@contextmanager
def opened(clinic: Clinic, today: str = TODAY) -> Iterator[WorkList]:
    told = settings.load(clinic.folder / "ei-export.toml")
    rules = Rules.load(told, date.fromisoformat(today))
    with closing(Ledger.look(told.ledger.path)) as ledger, closing(worklist(told, ledger, rules)) as found:
        yield found


#: Of every practice here, on its day.
ALWAYS: Final = ("agreements_end", "open_trajectory")


def tasks(clinic: Clinic, today: str = TODAY, but: Sequence[str] = ALWAYS) -> list[Task]:
    with opened(clinic, today) as found:
        assert sum(count.tasks for count in found.counts.values()) == len(found) == len([*found])
        return [task for task in found if task.kind not in but]


def only(clinic: Clinic, today: str = TODAY) -> Task:
    (task,) = tasks(clinic, today)
    return task


def answered(clinic: Clinic, granted: int, *, remark: str = "", **lines: LineAnswer) -> None:
    """The answer of VGZ; ``lines`` by the end of their reference, behind an underscore."""
    named = {f"210701R000001000000{number[1:]}": line for number, line in lines.items()}
    days = {"read_on": "2021-07-10", "dated": "2021-07-09"}
    answer(clinic.folder, INVOICE, named, remark=remark, granted_cents=granted, **days)


def tariffs_end(clinic: Clinic, code: str, until: str) -> None:
    """There is no tariff of a code after a day."""
    path = clinic.folder / "tariffs.csv"
    rows = path.read_text(encoding="utf-8").splitlines()
    path.write_text("\n".join(row.replace(f"{code};;", f"{code};;{until}") for row in rows), encoding="utf-8")


def about(task: Task) -> tuple[object, ...]:
    return task.kind, task.key, task.amount_cents, task.basis, task.code


# --- Lines ------------------------------------------------------------------------------------------------------------


def test_nothing_was_ever_declared(clinic: Clinic) -> None:
    assert tasks(clinic) == []


def test_a_refused_line_has_its_reason_the_words_of_the_insurer_and_what_can_be_done(clinic: Clinic) -> None:
    clinic.feed(COURSE).run()
    answered(clinic, 6_644, _2=("refused", 0, "0611"), remark="Tarief te hoog")

    task = only(clinic)

    assert about(task) == ("refused", "210701R0000010000002", 6_781, "exact", "TASK_LINE_REFUSED")
    assert (task.appointment_id, task.patient_id, task.trajectory, task.insurer) == ("A3", "P1", "T1", "VGZ")
    assert (task.date, task.return_codes, task.remark) == (date(2021, 3, 22), ["0611"], "Tarief te hoog")
    assert task.ways == ["redeclare", "patient", "write-off", "accepted", "handled"]
    assert task.cause("en").startswith(
        "Line 210701R0000010000002 was refused by VGZ, return code 0611: Tarief prestatie ontbreekt"
    )
    assert task.remedy("nl").startswith("Vergelijk uw tarieventabel")
    assert "ei-export redeclare 210701R0000010000002" in task.remedy("nl")


def test_a_refused_line_whose_appointment_is_held_by_now_is_one_task_with_both(clinic: Clinic) -> None:
    clinic.feed([START]).run()
    answered(clinic, 0, _1=("refused", 0, "3100"))
    clinic.feed([START | {"diagnosis_code": ""}]).run()

    task = only(clinic)

    assert [finding.code for finding in task.found] == ["TASK_LINE_REFUSED", "DIAGNOSIS_MISSING"]
    assert "De diagnosecode ontbreekt." in task.cause("nl")


def test_what_was_granted_in_part_is_what_is_missing_of_it(clinic: Clinic) -> None:
    clinic.feed([START]).run()
    answered(clinic, 5_000, _1=("partly_granted", 5_000, "8059"))

    task = only(clinic)

    assert about(task) == ("partly_granted", FIRST, 1_644, "exact", "TASK_PARTLY_GRANTED")
    assert task.cause("nl") == (f"VGZ kende van regel {FIRST} € 50,00 toe, gedeclareerd was € 66,44 (retourcode 8059).")


def test_what_was_closed_is_no_task_any_more(clinic: Clinic) -> None:
    clinic.feed([START]).run()
    answered(clinic, 5_000, _1=("partly_granted", 5_000, "8059"))
    Clerk(clinic).gives("close", FIRST, "--as", "accepted")
    assert tasks(clinic) == []


# --- Appointments -----------------------------------------------------------------------------------------------------


def test_what_waits_for_one_tariff_stands_once_with_its_money_and_what_it_holds_under_it(clinic: Clinic) -> None:
    tariffs_end(clinic, "940131", "2020-12-31")
    clinic.feed([START, SECOND | {"date": "2021-04-05"}]).run()

    with opened(clinic) as found:
        (task,) = (each for each in found if each.kind == "tariff_missing")
        things = [*found.under(task.key)]

    assert about(task) == (
        "tariff_missing",
        "tariff:VGZ:productafspraken Zorg1:940131",
        13_288,
        "estimate",
        "TARIFF_MISSING",
    )
    assert (task.count, task.insurer, task.patient_id, task.appointment_id) == (2, "VGZ", "", "")
    assert task.cause("nl") == (
        'Er is geen tarief voor 940131 bij VGZ op 01-03-2021 – 05-04-2021 in de lijst "productafspraken Zorg1".'
    )
    assert [(thing.key, thing.patient_id, thing.amount_cents, thing.deadline) for thing in things] == [
        ("A1", "P1", 6_644, date(2022, 3, 1)),
        ("C1", "P2", 6_644, date(2022, 4, 5)),
    ]


def test_a_task_is_the_same_once_it_was_on_disk(clinic: Clinic) -> None:
    clinic.feed([START, END | {"diagnosis_code": ""}, CONTACT]).run()
    with opened(clinic) as found:
        for task in found:
            assert unpack(pack(task)) == task
