"""Each declaration standard answers all that the program asks of one, and nothing else knows which there are."""

import sys
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from types import ModuleType

import pytest
from attrs import evolve

from ei_export.model import codelists
from ei_export.model.codelists import eras
from ei_export.standards import registry
from ei_export.standards.flat.pm304 import Pm304
from ei_export.standards.message import messages
from ei_export.standards.registry import is_answer, standard_named, standard_of, standards
from ei_export.standards.standard import Standard
from tests.support.clerk import START, Clerk
from tests.support.feeds import Clinic, tables_read_once

__all__ = ["tables_read_once"]


def members(of: type) -> set[str]:
    return {name for name in (*vars(of), *of.__annotations__) if not name.startswith("_")}


@pytest.mark.parametrize("name", [*standards()])
def test_a_standard_has_what_is_asked_of_one_and_no_more(name: str) -> None:
    assert members(type(standard_named(name))) == members(Standard)


def test_each_standard_of_the_table_is_there_and_is_called_as_its_declaration() -> None:
    declarations = [message for message in messages() if not is_answer(message)]
    assert {era.standard for era in eras()} == {*standards()} == {message.name for message in declarations}


def test_each_message_is_of_one_standard_as_a_declaration_or_as_an_answer() -> None:
    found = [(standard_of(message), is_answer(message)) for message in messages()]
    assert found == [(standard, answer) for standard in standards().values() for answer in (False, True)]


def test_a_standard_has_its_landmarks_in_its_declaration() -> None:
    for message in messages():
        if is_answer(message):
            continue
        marks, elements = standard_of(message).landmarks, standard_of(message).elements(message)
        assert marks.message_kind in elements[marks.first]
        assert marks.invoice in elements[marks.header]
        assert marks.uzovi in elements[marks.person]
        held = set().union(*(elements[kind] for kind in marks.lines))
        assert held >= {
            *(marks.reference, marks.previous, marks.day, marks.list, marks.code, marks.units, marks.tariff),
            *marks.amounts,
        }


class Third(Pm304):
    """A standard that is new to the program, written as PM304 is."""

    path = "declarations/THIRD_{}_{}.txt"


@pytest.fixture
def third(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A third standard, for the care of 2021, of which there is no more than a module, a row and its dates."""
    module = ModuleType("ei_export.standards.third")
    module.STANDARD = Third()  # type: ignore[attr-defined] # as any module of a standard has it
    monkeypatch.setitem(sys.modules, module.__name__, module)
    row = registry._Registered(".third", declaration="998", answer="999")
    monkeypatch.setattr(registry, "_ROWS", {**registry._ROWS, "THIRD 1.0": row})
    first, second = eras()
    parted = (
        evolve(first, valid_until=date(2020, 12, 31)),
        evolve(first, standard="THIRD 1.0", valid_from=date(2021, 1, 1)),
        second,
    )
    monkeypatch.setattr(codelists, "eras", lambda: parted)
    codelists.standard_on.cache_clear()
    yield "THIRD 1.0"
    codelists.standard_on.cache_clear()


def test_a_third_standard_is_declared_credited_explained_and_read_back_by_its_row_alone(
    third: str, tmp_path: Path
) -> None:
    clinic = Clinic.open(tmp_path)
    clerk = Clerk(clinic)
    declared = clinic.feed([START]).run()
    (file,) = declared.document["declarations"]
    assert (file["standard"], file["file"].startswith("declarations/THIRD_")) == (third, True)
    reference = clerk.reference("A1")
    code, told = clerk.gives("explain", reference)
    assert code == 0
    assert third in told
    moved = clinic.feed([START | {"date": "2021-03-02"}]).run()
    assert ("DECLARED_MOVED", "A1", "date") in moved.found("warning") + moved.found("error")
    assert len(clerk.asks("correct", reference)["queued"]) == 1
    corrected = clinic.run()
    assert [each["standard"] for each in corrected.document["declarations"]] == [third]
    assert ([*corrected.credits], "A1" in corrected.lines) == (["A1"], True)
    before = clerk.debits()
    (clinic.folder / "ledger.sqlite").unlink()
    assert clerk.gives("recover")[0] == 0
    assert [line["sent"] for line in clerk.debits()] == [line["sent"] for line in before]
