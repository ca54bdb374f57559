"""Uitleg: whatever stands on the work list is told of there as that, with all that the list has to be done about it."""

import re
from collections.abc import Iterator
from datetime import date
from typing import Final

import pytest

from ei_export.base.words import words
from ei_export.commands.worklist.task import Task, unpack
from ei_export.desk.worklist import tasks
from tests.support.clerk import few_tariffs
from tests.support.desk import Page, Visitor, let_in
from tests.support.feeds import CONTRACTS, Cells, Clinic, visit
from tests.support.ledgers import answer

#: Long after the last word of any trajectory.
DAY: Final = date(2021, 12, 1)
#: A start each, of a patient of its own.
STARTS: Final = ("refused", "partly", "granted", "changed", "cancelled", "forgotten", "held")
KINDS: Final = {
    "refused", "partly_granted", "changed", "held", "contact", "tariff_missing", "no_agreement", "open_trajectory",
    "planned",
}  # fmt: skip


def start(name: str, **cells: str) -> Cells:
    return visit(name, "2021-03-01", "940131", f"T{name}", patient=f"P{STARTS.index(name)}") | cells


@pytest.fixture(scope="module")
def visitor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Visitor]:
    """At the desk of a practice in which something of nearly every kind is to be done."""
    clinic = few_tariffs(Clinic.open(tmp_path_factory.mktemp("stories")))
    clinic.configure(contracts=CONTRACTS.replace('"Zilveren Kruis"\n', '"Zilveren Kruis"\nuntil = 2020-12-31\n'))
    tariffs = clinic.folder / "tariffs.csv"
    rows = tariffs.read_text(encoding="utf-8").splitlines()
    tariffs.write_text("\n".join(row for row in rows if "CZ;940131" not in row), encoding="utf-8")
    besides = [
        visit("alone", "2021-03-08", "940135", "Talone", patient="P11"),
        *(visit(f"cz{n}", f"2021-06-0{n}", "940131", f"Tcz{n}", patient=f"P2{n}", insurer="CZ") for n in (1, 2)),
        visit("without", "2021-03-01", "940140", "Twithout", patient="P12", insurer="Zilveren Kruis"),
        visit("still", "2021-06-21", "940131", "Tstill", patient="P13", status="Gepland"),
    ]
    first = [start(name, **({"diagnosis_code": ""} if name == "held" else {})) for name in STARTS]
    run = clinic.feed([*first, *besides]).run().document
    sent = {row["appointment_id"]: row["reference"] for row in run["lines"]}
    answers = {"refused": ("refused", 0, "0611"), "partly": ("partly_granted", 6_000, "8059")}
    granted = ("granted", 6_644, "0200")
    lines = {reference: answers.get(name, granted) for name, reference in sent.items()}
    answer(clinic.folder, run["lines"][0]["invoice"], lines, granted_cents=6_000, read_on="2021-07-10")
    later = {"changed": {"date": "2021-03-02"}, "cancelled": {"status": "Geannuleerd"}}
    clinic.feed([*(row | later.get(row["appointment_id"], {}) for row in first), *besides]).run(today="2021-07-20")
    with let_in(clinic.folder, DAY) as somebody:
        yield somebody


def things(visitor: Visitor) -> list[Task]:
    """Each thing of the work list, that has a number."""
    found = tasks(visitor.desk)
    alone = (task.packed for task in found.all if task.key not in found.things)
    every = [unpack(packed) for packed in (*alone, *(each for same in found.things.values() for each in same))]
    return [task for task in every if task.reference or task.appointment_id or task.trajectory]


def offered(page: Page, name: str) -> set[str]:
    forms = f"//form[input[@name='name' and @value='{name}']]"
    return set(page.all(f"{forms}//button[@name='way']/@value"))


def test_the_story_of_each_thing_says_so_and_has_its_acts(visitor: Visitor) -> None:
    every, kinds = things(visitor), words("worklist", "nl")
    assert {task.kind for task in every} == KINDS, [*tasks(visitor.desk).counts]
    for task in every:
        numbers = {
            "reference": task.reference,
            "appointment": task.appointment_id,
            "trajectory": "" if task.appointment_id else task.trajectory,
            "patient": task.patient_id,
        }
        for kind, number in numbers.items():
            if number:
                page = visitor.get("/uitleg", query_string={"number": number, "kind": kind})
                said = re.findall(r'Staat op de werklijst(?: als|:) "([^"]*)"', page.text)
                assert kinds[task.kind] in said, (task.kind, kind)
                assert len(said) == 1 or kind in ("patient", "trajectory"), "once"
                assert offered(page, task.name) >= {*task.ways}, (task.kind, kind)


def test_each_act_of_a_story_leads_to_what_it_will_do(visitor: Visitor) -> None:
    """Of one thing of each kind."""
    for task in {task.kind: task for task in things(visitor)}.values():
        number, kind = (task.trajectory, "trajectory") if task.kind == "open_trajectory" else (task.appointment_id, "")
        page = visitor.get("/uitleg", query_string={"number": number, "kind": kind})
        for way in offered(page, task.name):
            look = visitor.get("/acties", query_string={"way": way, "name": task.name})
            assert look.all("//form//input[@name='item']/@value"), (task.kind, way)


def test_what_nothing_else_tells_is_told_with_what_to_do(visitor: Visitor) -> None:
    planned = visitor.get("/uitleg?number=still").text
    assert 'Staat op de werklijst als "niet voltooid?".' in planned
    assert 'staat in de agenda nog als "Gepland"' in planned
    assert "kies dan Elders afgehandeld" in planned
    assert "Staat op de werklijst als" not in visitor.get("/uitleg?number=held").text, "its problem says it"


def test_nothing_is_said_of_what_is_not_there(visitor: Visitor) -> None:
    page = visitor.get("/uitleg?number=granted&kind=appointment")
    assert "Staat op de werklijst" not in page.text
