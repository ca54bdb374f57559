"""Every product of the Zorg1 manual, at both ends of its period, in the middle of it, and just outside.

The manual is cited as §; where it is silent, the expectation follows the rule the project has set for itself.
"""

import datetime as dt
from collections import Counter
from collections.abc import Callable
from itertools import combinations
from itertools import product as pairs
from typing import Any

import pytest

from tests.manual.practice import (
    AMOUNTS,
    CODES,
    GIVEN,
    PRODUCTS,
    UZOVI,
    Course,
    Product,
    Row,
    Visit,
    Walk,
    course,
    find,
    rows_of,
)

TODAY = "2024-03-01"
LONG_AFTER = "2026-06-01"
ONE_DAY = dt.timedelta(1)

# Lower back, profile 2 without price agreement (§4.1.7): a real code that no product accepts.
WRONG_DIAGNOSIS = "3526"

LINE_KEYS = ("uzovi", "date", "code", "list", "f_code", "units", "amount_cents", "debit_credit")


def test_the_table_gives_one_answer_a_day() -> None:
    overlapping = [
        (one, other)
        for one, other in combinations(PRODUCTS, 2)
        if (one.insurer, one.code) == (other.insurer, other.code)
        and (one.covers(other.first) or other.covers(one.first))
    ]
    assert overlapping == []


# --- What should become of a visit, and what did ---------------------------------------------------------------------


def fate(visit: Visit) -> str:
    """The category of `summary.json` this visit belongs in."""
    if visit.status != "completed":
        return "not_completed"
    product = find(visit.insurer, visit.code, visit.date)
    if product is None or product.units == "unknown":
        return "held"
    if product.units == "none":
        return "counted"
    return "declared" if visit.diagnosis in product.diagnoses else "held"


def expected_line(visit: Visit) -> dict[str, Any]:
    product = find(visit.insurer, visit.code, visit.date)
    assert product is not None
    return {
        "uzovi": product.uzovi,
        "date": visit.date.isoformat(),
        "code": product.declared_as,
        "list": product.list,
        "f_code": product.f_code,
        "units": visit.contacts + 1 if product.units == "contacts+1" else int(product.units),
        "amount_cents": AMOUNTS[product.tariff_list, product.insurer, product.declared_as],
        "debit_credit": "D",
    }


def expected_record(visit: Visit) -> dict[str, str]:
    line = expected_line(visit)
    cents = f"{line['amount_cents']:08}"
    return {
        "0401": "04",
        "0404": line["uzovi"],
        "0408": f"{visit.date:%Y%m%d}",
        "0409": line["list"],
        "0410": f"{line['f_code']:6}",
        "0411": f"{line['units']:04}",
        "0413": "005",
        "0414": visit.diagnosis.zfill(8),
        "0421": "009",
        "0428": cents,
        "0429": cents,
        "0430": "D",
        "0431": "0000",
        "0432": cents,
        "0433": "D",
    }


# --- The table, walked -----------------------------------------------------------------------------------------------


def courses_on(day_of: Callable[[Product], dt.date], step: int = 0) -> list[Course]:
    """Each product with each of its diagnoses in a course of its own, with 0 to 4 contacts before an end."""
    return [
        course(product, diagnosis, day_of(product), step=step, contacts=number % 5, alone=number % 3 == 0)
        for number, product in enumerate(PRODUCTS)
        for diagnosis in product.diagnoses
    ]


def courses_outside(day_of: Callable[[Product], dt.date], step: int = 0) -> list[Course]:
    """Each product on a day for which no row gives its code to its insurer."""
    return [
        course(product, product.diagnoses[0], day_of(product), step=step, alone=True)
        for product in PRODUCTS
        if find(product.insurer, product.code, day_of(product)) is None
    ]


def middle(product: Product) -> dt.date:
    return product.first + (product.last - product.first) / 2


FEEDS: dict[str, Callable[[], list[Row]]] = {
    "first day": lambda: rows_of(courses_on(lambda product: product.first)),
    "last day": lambda: rows_of(courses_on(lambda product: product.last), numbered=False),
    "in the middle": lambda: rows_of(courses_on(middle, step=7), own_codes=True),
    "day before": lambda: rows_of(courses_outside(lambda product: product.first - ONE_DAY)),
    "day after": lambda: rows_of(courses_outside(lambda product: product.last + ONE_DAY, step=1), numbered=False),
    "wrong diagnosis": lambda: rows_of(
        course(product, WRONG_DIAGNOSIS, middle(product), step=7)
        for product in PRODUCTS
        # The manual's table of CZ in 2019 (4.1.1) gives no diagnosis: any is taken.
        if product.units != "none" and not (product.insurer == "CZ" and product.first.year == 2019)
    ),
}


@pytest.fixture(scope="module", params=FEEDS)
def walk(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Walk:
    return Walk.through(tmp_path_factory.mktemp("practice"), FEEDS[request.param](), TODAY)


def declarable(walk: Walk) -> dict[str, Visit]:
    return {row.appointment_id: row.visit for row in walk.rows if fate(row.visit) == "declared"}


def test_exactly_the_lines_of_the_manual(walk: Walk) -> None:
    expected = {appointment_id: expected_line(visit) for appointment_id, visit in declarable(walk).items()}
    found = {
        appointment_id: {key: line[key] for key in LINE_KEYS} for appointment_id, line in walk.outcome.lines.items()
    }
    assert found == expected


def test_the_files_carry_those_lines(walk: Walk) -> None:
    records = walk.outcome.records()
    assert records.keys() == {line["reference"] for line in walk.outcome.lines.values()}
    expected = {appointment_id: expected_record(visit) for appointment_id, visit in declarable(walk).items()}
    found = {
        appointment_id: {element: text for element, text in records[line["reference"]].items() if element != "0434"}
        for appointment_id, line in walk.outcome.lines.items()
    }
    assert found == expected


def test_each_insurer_gets_its_own_lines(walk: Walk) -> None:
    declared = Counter(visit.insurer for visit in declarable(walk).values())
    found = {each["insurer"]: each["lines"] for each in walk.outcome.document["declarations"]}
    assert found == declared


def test_what_is_held_is_named_and_nothing_else(walk: Walk) -> None:
    held = {row.appointment_id for row in walk.rows if fate(row.visit) == "held"}
    assert held - walk.outcome.named("error") == set()
    assert declarable(walk).keys() & walk.outcome.named("error") == set()
    assert walk.outcome.exit_code == (1 if held else 0)


def test_every_row_is_accounted_for(walk: Walk) -> None:
    assert walk.outcome.counts == {"read": len(walk.rows)} | Counter(fate(row.visit) for row in walk.rows)


def test_a_relapse_under_the_other_code_is_resolved_with_a_warning(walk: Walk) -> None:
    """CZ wants a relapse on the bilateral list, under codes of its own; the others do not (§4.1.2, 4.6.1)."""
    resolved = {
        appointment_id
        for appointment_id, visit in declarable(walk).items()
        if visit.code != expected_line(visit)["code"]
    }
    assert walk.outcome.named("warning", "LIST_RESOLVED") == resolved


def test_a_relapse_whose_end_is_not_known_is_declared_with_a_warning(walk: Walk) -> None:
    visits_of = Counter(row.cells["patient_id"] for row in walk.rows)
    relapses = {
        row.appointment_id
        for row in walk.rows
        if visits_of[row.cells["patient_id"]] == 1
        for product in [find(row.visit.insurer, row.visit.code, row.visit.date)]
        if product is not None and product.moment == "relapse"
    }
    assert walk.outcome.named("warning", "RELAPSE_WITHOUT_END") & declarable(walk).keys() == relapses


# --- What the manual does not give -----------------------------------------------------------------------------------


def by_itself(insurer: str, code: str, day: dt.date) -> Course:
    """One appointment with a diagnosis that belongs to its code."""
    diagnosis = next(product.diagnoses[0] for product in PRODUCTS if product.code == code)
    return [Visit(insurer, code, day, diagnosis or "3426")]


@pytest.fixture(scope="module")
def not_given(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Every code with every insurer, on days for which the manual does not give it to that insurer."""
    days = [dt.date(2019, 6, 14), dt.date(2020, 6, 15), dt.date(2021, 2, 15), dt.date(2022, 6, 15)]
    courses = [by_itself(*case) for case in pairs(UZOVI, CODES, days) if find(*case) is None]
    return Walk.through(tmp_path_factory.mktemp("practice"), rows_of(courses), TODAY)


@pytest.fixture(scope="module")
def after_2023(tmp_path_factory: pytest.TempPathFactory) -> Walk:
    """Every code that an insurer ever had, on days after the last period of the manual."""
    days = [dt.date(2024, 1, 1), dt.date(2024, 12, 31), dt.date(2025, 1, 1), dt.date(2026, 5, 1)]
    courses = [by_itself(insurer, code, day) for insurer, code in GIVEN for day in days]
    return Walk.through(tmp_path_factory.mktemp("practice"), rows_of(courses), LONG_AFTER)


@pytest.mark.parametrize("feed", ["not_given", "after_2023"])
def test_what_the_manual_does_not_give_is_never_declared(feed: str, request: pytest.FixtureRequest) -> None:
    walk: Walk = request.getfixturevalue(feed)
    everything = {row.appointment_id for row in walk.rows}
    assert walk.outcome.lines == {}
    assert walk.outcome.document["run"] is None
    assert walk.outcome.named("error") == everything
    assert walk.outcome.counts == {"read": len(everything), "held": len(everything)}
    assert walk.outcome.exit_code == 1


@pytest.mark.parametrize(
    ("insurer", "code", "day"),
    [
        pytest.param("Zilveren Kruis", "940156", dt.date(2022, 6, 15), id="nek, Zilveren Kruis: 4.2 gives Achmea none"),
        pytest.param(
            "Zilveren Kruis", "940165", dt.date(2022, 6, 15), id="schouder, Zilveren Kruis: 4.3 gives Achmea none"
        ),
        pytest.param("CZ", "940156", dt.date(2020, 6, 15), id="nek, CZ in 2020: 4.2.1 is for VGZ only"),
        pytest.param("Menzis", "940174", dt.date(2022, 6, 15), id="artrose, Menzis: 4.4.1 is for VGZ and CZ"),
        pytest.param("VGZ", "940174", dt.date(2021, 2, 15), id="artrose before 1-4-2021: 4.4"),
        pytest.param("VGZ", "940185", dt.date(2022, 6, 15), id="TKP, VGZ: 4.5.1 is for Menzis"),
        pytest.param("Menzis", "940185", dt.date(2021, 2, 15), id="TKP before 1-4-2021: 4.5"),
        pytest.param("Zilveren Kruis", "940131", dt.date(2022, 6, 15), id="lage rug, the codes of the others: 4.1.3"),
        pytest.param("VGZ", "940130", dt.date(2022, 6, 15), id="lage rug, the codes of Achmea: 4.1.3"),
        pytest.param("Zilveren Kruis", "940133", dt.date(2022, 6, 15), id="relapse, Zilveren Kruis: 4.1.3 has none"),
    ],
)
def test_never_declared(not_given: Walk, insurer: str, code: str, day: dt.date) -> None:
    (row,) = [
        row for row in not_given.rows if (row.visit.insurer, row.visit.code, row.visit.date) == (insurer, code, day)
    ]
    assert not_given.result(row) == "held"
