"""The work list: everything that is open in one task or under one cause, with its amount, the most urgent first."""

from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from ei_export.base.problems import Finding
from ei_export.commands.worklist.sheets import rows, sending_rows
from ei_export.commands.worklist.task import Task, pack, unpack
from ei_export.commands.worklist.together import together
from ei_export.commands.worklist.worklist import WorkList, worklist
from ei_export.judging.rules import Rules
from ei_export.ledger import Ledger
from ei_export.settings import settings
from tests.manual.practice import AMOUNTS
from tests.support.clerk import CONTACT, COURSE, END, SINGLE, START, Clerk, few_tariffs, the
from tests.support.feeds import BOTH_LISTS, TODAY, Clinic, contract, tables_read_once, visit
from tests.support.ledgers import LineAnswer, answer, to_do, writing
from tests.support.receiver import Verdict, by_insurer

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
        numbers = [row[0] for row in rows(found, "nl")]

    assert numbers[:3] == [1, 1, 2], "both are of the first task"
    assert about(task) == (
        "tariff_missing",
        "tariff:VGZ:productafspraken Zorg1:940131",
        13_288,
        "estimate",
        "TARIFF_MISSING",
    )
    assert (task.count, task.insurer, task.patient_id, task.appointment_id) == (2, "VGZ", "", "")
    assert task.cause("nl") == (
        "Er is geen tarief voor 940131 bij VGZ van 01-03-2021 tot en met 05-04-2021 "
        'in de lijst "productafspraken Zorg1".'
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


def test_a_file_that_was_refused_is_one_task_of_all_its_lines(clinic: Clinic) -> None:
    clinic.feed([*COURSE, SECOND | {"date": "2021-04-05"}]).run()
    answer(clinic.folder, INVOICE, {}, kind="refused", codes="8022", read_on="2021-07-10", dated="2021-07-09")
    for number in (1, 2, 3):
        to_do(clinic.folder, f"210701R000001000000{number}", to_repeat="header")

    task = only(clinic)

    assert about(task) == ("refused", f"file:{INVOICE}", 20_069, "exact", "TASK_HEADER_REFUSED")
    assert (task.count, task.insurer, task.return_codes, task.invoice) == (3, "VGZ", ["8022"], INVOICE)
    assert task.cause("nl").startswith(f"Declaratie {INVOICE} is in haar geheel afgewezen, retourcode 8022: ")
    assert task.remedy("en").endswith(f"otherwise after ei-export redeclare {INVOICE}.")


def test_two_lines_of_one_appointment_that_are_both_paid_are_one_task(clinic: Clinic) -> None:
    """A run was withdrawn, and its file answered all the same once the next one had gone out."""
    clinic.feed(COURSE).run()
    Clerk(clinic).undoes("R000001")
    clinic.run(today="2021-07-02")
    ledgers_say = "UPDATE line SET became = 'granted', granted_cents = amount_cents WHERE appointment_id = 'A1'"
    Clerk(clinic).write(ledgers_say)

    task = only(clinic, "2021-07-02")

    assert about(task) == ("paid_twice", "210702R0000020000001", 6_644, "exact", "TASK_PAID_TWICE")
    assert task.found[0].params == {"reference": FIRST, "later": "210702R0000020000001"}
    assert task.ways == ["credit"], "what is granted can't be closed"


def test_what_nobody_owes_of_two_lines_is_what_the_later_one_was_granted(clinic: Clinic) -> None:
    """Neither is told of once more, as one that was granted in part."""
    clinic.feed(COURSE).run()
    Clerk(clinic).undoes("R000001")
    clinic.run(today="2021-07-02")
    clerk = Clerk(clinic)
    for reference, cents in ((FIRST, 1_000), ("210702R0000020000001", 5_000)):
        clerk.write(
            f"UPDATE line SET became = 'partly_granted', granted_cents = {cents} WHERE reference = '{reference}'"
        )

    task = only(clinic, "2021-07-02")

    assert about(task) == ("paid_twice", "210702R0000020000001", 5_000, "exact", "TASK_PAID_TWICE")


def test_a_deadline_counts_through_its_day_and_is_near_from_its_first_day() -> None:
    found = WorkList(date(2021, 7, 1), soon_days=28)
    days = (None, 29, 28, 0, -1)
    for left in days:
        found.add(Task("held", str(left), [Finding("TASK_HELD_UNSAID", "")], days_left=left))
    found.put_in_order()
    assert [task.days_left for task in found] == [0, 28, 29, None, -1]
    assert [task.days_left for task in found if found.is_near(task)] == [0, 28, -1]
    found.close()


def test_a_line_whose_credit_was_refused(clinic: Clinic) -> None:
    clerk = Clerk(clinic)
    sent = clinic.feed(COURSE).run()
    clerk.gets(by_insurer(the(sent), {}))
    clerk.asks("credit", FIRST)
    credited = clinic.run(today="2021-07-02")
    (credit,) = [line.reference for _, line in the(credited).lines]
    clerk.gets(by_insurer(the(credited), {credit: Verdict(0, ("0611",))}))

    task = only(clinic, "2021-07-03")

    assert about(task) == ("credit_refused", FIRST, 6_644, "exact", "CREDIT_REFUSED")
    assert task.return_codes == ["0611"]
    assert task.ways == ["credit", "cancel", "accepted", "handled"]


def test_what_is_completed_and_not_claimed_or_changed_since(clinic: Clinic) -> None:
    clerk = Clerk(clinic)
    clinic.feed([*COURSE, SECOND]).run()
    clerk.asks("credit", FIRST)
    clinic.feed([*COURSE[:2], END | {"status": "cancelled"}, SECOND]).run(today="2021-07-02")

    first, second = tasks(clinic, "2021-07-03")

    assert about(first) == ("nothing_stands", FIRST, 6_644, "exact", "TASK_NOTHING_STANDS")
    assert about(second) == ("changed", "210701R0000010000002", -6_781, "exact", "DECLARED_CANCELLED")
    assert "Gedeclareerd is € 67,81; nu zou het € 0,00 zijn." in second.cause("nl")


@pytest.mark.parametrize(
    ("changes", "now", "basis"),
    [
        ({"date": "2021-03-02"}, 6_644, "exact"),
        ({"code": "940134"}, 6_781, "exact"),
        ({"code": "1000"}, 0, "exact"),  # no Zorg1 any more
        ({"code": "940138"}, None, "unknown"),  # a product of which the practice never had a tariff
    ],
)
def test_what_was_changed_is_told_with_the_difference(
    clinic: Clinic, changes: dict[str, str], now: int | None, basis: str
) -> None:
    few_tariffs(clinic)
    clinic.feed([START]).run()
    clinic.feed([START | changes]).run(today="2021-07-02")
    task = only(clinic, "2021-07-03")
    more = now - 6_644 if now is not None else None
    assert about(task) == ("changed", FIRST, more, basis, "TASK_CHANGED")
    assert ("Gedeclareerd is € 66,44" in task.cause("nl")) is (now is not None)


def test_an_end_with_other_contacts_is_told_with_what_these_make_of_it(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path, contracts=contract("VGZ").replace('"product"', '"unit"'))
    assert clinic.feed([START, END]).run().lines["A3"] == ("F1013", 1)
    clinic.feed([START, CONTACT, END]).run(today="2021-07-02")
    task = only(clinic, "2021-07-03")
    assert about(task) == ("changed", FIRST[:-1] + "2", 6_781, "estimate", "TASK_COUNT_CHANGED")
    assert "Gedeclareerd is € 67,81; nu zou het € 135,62 zijn." in task.cause("nl")


def test_a_count_that_waits_stands_under_what_it_waits_for(clinic: Clinic) -> None:
    start = visit("B1", "2021-03-01", "940156", "TB", patient="P8", diagnosis="3026")
    unsure = visit("B2", "2021-03-08", "940135", "TB", patient="P8", diagnosis="3426")
    end = visit("B3", "2021-03-15", "940157", "TB", patient="P8", diagnosis="3026")
    clinic.feed([start, unsure, end]).run()

    with opened(clinic) as found:
        (task,) = (each for each in found if each.kind not in ALWAYS)
        things = [*found.under(task.key)]

    assert (task.kind, task.code, task.count) == ("contact", "CONTACT_OTHER_PROGRAM", 2)
    assert [(thing.key, thing.code) for thing in things] == [("B2", "CONTACT_OTHER_PROGRAM"), ("B3", "COUNT_UNCERTAIN")]
    assert task.amount_cents == things[1].amount_cents
    assert things[1].basis == "exact"


def test_a_contract_and_a_code_that_are_missing_stand_once(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path, contracts=contract("VGZ"))
    other = [visit(f"C{n}", f"2021-03-0{n}", "940141", f"C{n}", patient=f"P{n}", insurer="CZ") for n in (1, 2)]
    clinic.feed([*COURSE, *other, *(visit(f"X{n}", "2021-03-01", "EIGEN", patient=f"P{n}") for n in (4, 5))]).run()

    missing, not_linked = tasks(clinic)

    assert (missing.kind, missing.count, missing.insurer) == ("no_agreement", 2, "CZ")
    assert (missing.amount_cents, missing.basis) == (2 * AMOUNTS[BOTH_LISTS[0], "CZ", "940141"], "exact")
    assert "Van 01-03-2021 tot en met 02-03-2021 heeft de praktijk geen contractpositie met CZ" in missing.cause("nl")
    assert (not_linked.kind, not_linked.key, not_linked.count) == ("not_linked", "not_linked:EIGEN", 2)


def test_the_table_decides_what_comes_first(clinic: Clinic) -> None:
    """What can be saved yet, then what can wait, then what is too late; the largest amount first."""
    clinic.feed([*COURSE, SECOND]).run()
    answered(clinic, 0, _1=("refused", 0, "0611"), _2=("refused", 0, "0611"), _3=("partly_granted", 10, "8059"))

    def order(today: str) -> list[tuple[str, str]]:
        return [(task.kind, task.appointment_id) for task in tasks(clinic, today)]

    assert order("2021-07-15") == [("refused", "A1"), ("refused", "A3"), ("partly_granted", "C1")]
    assert order("2022-03-02") == [("refused", "A3"), ("partly_granted", "C1"), ("refused", "A1")]


def test_both_terms_of_an_insurer(clinic: Clinic) -> None:
    single = visit("S1", "2021-03-01", "940140", "TS", patient="P3", insurer="Zilveren Kruis")
    clinic.feed([single]).run()
    answered(clinic, 0, _1=("refused", 0, "0611"))
    task = only(clinic, "2021-09-06")
    assert (task.deadline, task.days_left, task.first_deadline) == (date(2021, 10, 9), 33, date(2021, 9, 1))


def test_tables_that_end_and_ends_that_nobody_registered(clinic: Clinic) -> None:
    tariffs_end(clinic, "940131", "2021-07-10")
    clinic.feed([START]).run()
    trajectory, *_, tariffs = tasks(clinic, but=())
    key = "open_trajectory:T1:2021-03-01"
    assert about(trajectory) == ("open_trajectory", key, 6_781, "estimate", "TASK_NOT_ENDED")
    assert trajectory.date == date(2021, 3, 1)
    assert (tariffs.kind, tariffs.deadline, tariffs.days_left) == ("tariffs_end", date(2021, 7, 10), 9)
    assert tariffs.in_setup


def test_a_cause_of_which_an_earlier_version_said_less_tells_no_day() -> None:
    said: list[dict[str, object]] = [
        {"day": "2021-03-01", "to": "2021-03-09"},
        {"to": "2021-03-02"},
        {"day": "", "to": "2021-04-01"},
    ]
    things = [
        Task("held", str(number), [Finding("TASK_HELD_UNSAID", "", params)]) for number, params in enumerate(said)
    ]
    (found,) = together("cause", things).found
    assert found.params == {"day": "…", "to": "2021-03-02 – 2021-04-01"}


# --- Above the list ---------------------------------------------------------------------------------------------------


def above(clinic: Clinic) -> list[list[object]]:
    """The cells that are filled of each row above the tasks, in a file of now."""
    with closing(Ledger.look(clinic.folder / "ledger.sqlite")) as ledger:
        return [[cell for cell in row if cell is not None] for row in sending_rows(ledger, "nl")]


def test_files_to_be_sent_and_declarations_without_an_answer_stand_above_the_tasks(clinic: Clinic) -> None:
    few_tariffs(clinic).feed([*COURSE, SINGLE]).run()
    ((kind, day, amount, cause, todo, files),) = above(clinic)
    assert (kind, day, amount, files) == ("nog te versturen", date(2021, 7, 1), 39_249, 2)
    assert cause == "Run R000001: 2 bestanden met 3 regels, voor zover bekend nog niet verstuurd."
    assert str(todo).endswith("ei-export sent R000001.")
    made = (clinic.folder / "out" / "werklijst.csv").read_text(encoding="utf-8-sig").splitlines()
    assert [line.split(";")[:2] for line in made[1:3]] == [["", kind], ["1", "einde vergeten?"]]

    writing(clinic.folder, lambda ledger: ledger.do("UPDATE run SET handed_over_on = '2021-07-02'"))
    first, second = above(clinic)
    assert [first[:2], second[:2]] == [["wacht op antwoord", date(2021, 7, 2)]] * 2
    assert ("verstuurd op 02-07-2021: nog geen antwoord" in str(first[4]), first[-1]) == (True, INVOICE)

    answered(clinic, 13_425, _1=("granted", 6_644, ""), _2=("granted", 6_781, ""))
    assert above(clinic) == [second]
