"""What there is to gain by care that waits, and how sure that is: by one appointment, and by many."""

from collections.abc import Sequence
from datetime import date
from typing import Final

import pytest

from ei_export.base.problems import Finding
from ei_export.commands.worklist.stake import money
from ei_export.commands.worklist.task import Basis, Task
from ei_export.commands.worklist.together import together
from ei_export.judging.rules import Rules
from ei_export.model.tasks import Way
from ei_export.settings import settings
from tests.manual.practice import AMOUNTS
from tests.support.feeds import BOTH_LISTS, Clinic, contract, tables_read_once

__all__ = ["tables_read_once"]

#: By the product with CZ, by the unit with VGZ and Menzis.
CONTRACTS: Final = contract("CZ") + "".join(
    contract(insurer).replace('"product"\n', '"unit"\n') for insurer in ("VGZ", "Menzis")
)
UZOVI: Final = {"VGZ": "7095", "CZ": "7053", "Menzis": "3332"}


@pytest.fixture(scope="module")
def rules(tmp_path_factory: pytest.TempPathFactory) -> Rules:
    clinic = Clinic.open(tmp_path_factory.mktemp("practice"), contracts=CONTRACTS)
    return Rules.load(settings.load(clinic.folder / "ei-export.toml"), date(2021, 7, 1))


@pytest.mark.parametrize(
    ("insurer", "code", "day", "contacts", "units", "basis"),
    [
        ("CZ", "940131", "2021-03-01", None, 1, "exact"),
        ("CZ", "940134", "2021-03-01", 3, 1, "exact"),  # an end that counts contacts, at one price
        ("VGZ", "940134", "2021-03-01", 3, 4, "estimate"),  # each of its units has one, and more contacts may come
        ("VGZ", "940134", "2021-03-01", None, None, "unknown"),
        ("Menzis", "940144", "2021-03-01", None, 3, "exact"),  # a fixed number
        ("Menzis", "940144", "2022-03-01", None, 2, "exact"),
        ("CZ", "940131", "2025-03-01", None, 1, "estimate"),  # no row of that day: by the last one known
        ("CZ", "940135", "2021-03-01", None, None, "none"),  # a contact only counts
        ("ONVZ", "940131", "2021-03-01", None, None, "unknown"),
    ],
)
def test_what_one_would_come_to(
    insurer: str, code: str, day: str, contacts: int | None, units: int | None, basis: Basis, rules: Rules
) -> None:
    resolution = rules.resolver.resolve(code, "", UZOVI.get(insurer, "3343"), date.fromisoformat(day))
    found = money(rules, resolution, date.fromisoformat(day), contacts)
    cents = None if units is None else units * AMOUNTS[BOTH_LISTS[0], insurer, code]
    assert found == {"amount_cents": cents, "basis": basis}


@pytest.mark.parametrize(
    ("bases", "basis"),
    [
        (["exact", "exact"], "exact"),
        (["exact", "none"], "exact"),
        (["exact", "unknown"], "estimate"),
        (["exact", "estimate"], "estimate"),
        (["estimate", "none", "unknown"], "estimate"),
        (["none", "unknown"], "unknown"),
        (["none", "none"], "none"),
    ],
)
def test_a_sum_is_as_sure_as_what_is_in_it(bases: Sequence[Basis], basis: Basis) -> None:
    things = [thing(str(number), each, ["accepted"]) for number, each in enumerate(bases)]
    found = together("cause", things)
    assert (found.basis, found.count) == (basis, len(bases))
    known = 100 * sum(each in ("exact", "estimate") for each in bases)
    assert found.amount_cents == (known or None)


def test_with_all_together_can_be_done_what_can_be_with_each() -> None:
    found = together(
        "cause", [thing("1", "none", ["redeclare", "accepted"]), thing("2", "none", ["accepted", "credit"])]
    )
    assert found.ways == ["accepted"]


def test_what_can_still_be_saved_is_the_soonest_of_many() -> None:
    days = [5, -1, None, 3, -9]
    found = together("cause", [thing(str(number), "none", [], each) for number, each in enumerate(days)])
    assert found.days_left == 3
    assert together("cause", [thing("1", "none", [], -9), thing("2", "none", [], -1)]).days_left == -1


def thing(key: str, basis: Basis, ways: Sequence[Way], days_left: int | None = None) -> Task:
    cents = 100 if basis in ("exact", "estimate") else None
    found = [Finding("TASK_HELD_UNSAID", "")]
    return Task("held", key, found, amount_cents=cents, basis=basis, ways=ways, days_left=days_left)
