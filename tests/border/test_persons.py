"""Who a person is, and that what was done for one person is declared once, whatever it is called by now."""

import pytest

from tests.support.clerk import NOTHING, Clerk
from tests.support.feeds import BSNS, BYSTANDER_LINES, BYSTANDERS, Cells, Clinic, contract, visit

START = visit("000123", "2021-03-01", "940131", patient="P7")
COURSE = (
    START,
    visit("000124", "2021-03-08", "940135", patient="P7"),
    visit("000125", "2021-03-22", "940134", patient="P7"),
)


def renamed(row: Cells, **cells: str) -> Cells:
    """The row as a spreadsheet gives it back: its numbers without the zeros before them."""
    numbers = {"appointment_id": row["appointment_id"].lstrip("0"), "patient_id": "7"}
    return {**row, **numbers, **cells}


def test_what_was_declared_under_other_numbers_is_held(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    night = clinic.feed([*map(renamed, COURSE), *BYSTANDERS]).run()
    assert night.lines == BYSTANDER_LINES
    assert night.found("error") == [("PERFORMANCE_DECLARED", "123", "date"), ("PERFORMANCE_DECLARED", "125", "date")]
    for problem, ident in zip(night.problems, ("000123", "000125"), strict=False):
        assert clerk.reference(ident) in problem["message"]
    assert clinic.write(NOTHING).run().found("error") == night.found("error")


@pytest.mark.parametrize(
    ("insurer", "code"),
    [("Zilveren Kruis", "940140"), ("Zilveren Kruis", "940135"), ("CZ", "940133990"), ("VGZ", "940133")],
)
@pytest.mark.parametrize(
    "cells", [{"patient_id": "NEW"}, {"trajectory_id": "T9"}, {"patient_id": "N", "status": "uitgevoerd"}]
)
def test_every_kind_of_line(clinic: Clinic, insurer: str, code: str, cells: Cells) -> None:
    first = visit("A1", "2021-03-01", "940130" if code == "940135" else code, "T1", insurer=insurer)
    first = {**first, "code": code} if code != "940135" else first
    other = {**first, "appointment_id": "B1", **cells}
    assert clinic.feed([first]).run().counts == {"read": 1, "declared": 1}
    again = clinic.feed([other]).run()
    assert again.lines == {}
    assert ("PERFORMANCE_DECLARED", "B1", "date") in again.found("error")


def test_with_another_insurer_it_is_the_same(clinic: Clinic) -> None:
    first = visit("A1", "2021-03-01", "940131", "T1")
    clinic.feed([first]).run()
    other = visit("B1", "2021-03-01", "940131", "T2", insurer="CZ")
    assert clinic.feed([other]).run().found("error") == [("PERFORMANCE_DECLARED", "B1", "date")]


def test_both_in_one_run(clinic: Clinic) -> None:
    """The one with the first number goes, whichever of the two patients it is of and in whatever order they come."""
    for rows in (COURSE, COURSE[::-1]):
        result = clinic.feed([*map(renamed, rows), *rows, *BYSTANDERS]).command("check")
        assert {ident for ident in result.lines if ident not in BYSTANDER_LINES} == {"000123", "000125"}
        assert result.found("error") == [("PERFORMANCE_TWICE", "123", "date"), ("PERFORMANCE_TWICE", "125", "date")]
    night = clinic.run()
    assert night.lines.keys() - BYSTANDER_LINES == {"000123", "000125"}
    assert [code for code, *_ in clinic.run().found("error")] == ["PERFORMANCE_DECLARED"] * 2


def test_of_one_patient(clinic: Clinic) -> None:
    one = visit("A1", "2021-03-01", "940140", insurer="Zilveren Kruis", diagnosis="3426")
    two = {**one, "appointment_id": "A2", "trajectory_id": "T2"}
    result = clinic.feed([two, one]).run()
    assert set(result.lines) == {"A1"}
    assert ("PERFORMANCE_TWICE", "A2", "date") in result.found("error")


def test_two_that_were_meant(clinic: Clinic) -> None:
    one = visit("A1", "2021-03-01", "940135", "T1", insurer="Zilveren Kruis")
    two = {**one, "appointment_id": "A2"}
    start = visit("A0", "2021-02-22", "940130", "T1", insurer="Zilveren Kruis")
    clinic.feed([start, one, two]).run()
    assert [problem["appointment_id"] for problem in clinic.run().problems] == ["A2"]
    clinic.configure(feed='path = "appointments.csv"\ntwice_on_a_day = ["A2"]')
    assert set(clinic.run().lines) == {"A2"}
    assert clinic.run().problems == []


def test_what_was_credited_or_withdrawn_does_not_stand_in_the_way(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.asks("credit", clerk.reference("000123"))
    result = clinic.feed([renamed(START)]).run()
    assert (set(result.credits), set(result.lines)) == ({"000123"}, {"123"})


def test_start_and_end_on_one_day_are_two(clinic: Clinic) -> None:
    rows = [visit("A1", "2021-03-01", "940131", "T1"), visit("A2", "2021-03-01", "940134", "T1")]
    together = clinic.feed(rows).command("check")
    clinic.feed(rows[:1]).run()
    apart = clinic.feed(rows[1:]).run()
    for result in (together, apart):
        assert "A2" in result.lines
        assert [code for code, *_ in result.found("warning")] == ["PERFORMANCE_SAME_DAY"]


# Who a person is.

OTHERS: dict[str, Cells] = {
    "another birth date": {"birth_date": "1955-01-15", "sex": "2"},
    "another sex": {"birth_date": "1961-05-17", "sex": "M"},
    "both": {"birth_date": "1955-01-15", "sex": "1"},
}
NUMBER = {"bsn": "999999999", "insured_number": "700100200"}


def persons(cells: Cells, both: Cells) -> tuple[Cells, Cells]:
    mine = visit("A1", "2021-03-01", "940131", "T1", **both)
    theirs = visit("A2", "2021-03-02", "940156", "T2", patient="P2", diagnosis="3026", **(both or {"bsn": BSNS[1]}))
    return mine, {**theirs, **cells}


@pytest.mark.parametrize("both", [{}, NUMBER], ids=["one BSN", "one insured number"])
@pytest.mark.parametrize("cells", OTHERS.values(), ids=OTHERS)
def test_one_number_of_two_persons(clinic: Clinic, cells: Cells, both: Cells) -> None:
    mine, theirs = persons(cells, both)
    code = "INSURED_NUMBER_TWO_PERSONS" if both else "BSN_TWO_PERSONS"
    held = [(code, "A1", "insured_number" if both else "bsn"), (code, "A2", "insured_number" if both else "bsn")]
    together = clinic.feed([mine, theirs, *BYSTANDERS]).command("check")
    assert (together.lines, together.found("error")) == (BYSTANDER_LINES, held)
    assert not any(text in str(together.problems) for text in (BSNS[1], "1955", "1961", "Voorbeeld"))
    # Over nights: the first was declared in good faith.
    assert set(clinic.feed([mine]).run().lines) == {"A1"}
    later = clinic.feed([theirs]).run()
    assert (later.lines, later.found("error")) == ({}, held[1:])
    assert clinic.write(NOTHING).run().found("error") == held[1:]
    # Once it is put right, what waited goes.
    right = {**theirs, "bsn": BSNS[2], "insured_number": "700100201"}
    assert set(clinic.feed([mine, right]).run().lines) == {"A2"}


@pytest.mark.parametrize("whose", [0, 1])
def test_whoever_is_put_right_frees_both(clinic: Clinic, whose: int) -> None:
    rows = [*persons(OTHERS["both"], {})]
    assert clinic.feed(rows).run().lines == {}
    rows[whose]["bsn"] = BSNS[30]
    assert set(clinic.feed(rows[whose : whose + 1]).run().lines) == {"A1", "A2"}


def test_one_person_with_two_dossiers_is_no_contradiction(clinic: Clinic) -> None:
    """A sex that isn't known contradicts nothing."""
    mine, theirs = persons({"birth_date": "17-05-1961"}, {})
    theirs["sex"] = "0"
    result = clinic.feed([mine, theirs]).run()
    assert set(result.lines) == {"A1"}
    assert result.found("error") == [("SEX_NOT_DECLARABLE", "A2", "sex")]


def test_two_insurers_may_give_the_same_number(clinic: Clinic) -> None:
    mine, theirs = persons(OTHERS["both"], NUMBER)
    theirs["uzovi"] = "9664"
    assert set(clinic.feed([mine, theirs]).run().lines) == {"A1", "A2"}


def test_a_patient_without_a_contract_contradicts_too(clinic: Clinic) -> None:
    clinic.configure(contracts=contract("VGZ"))
    mine, theirs = persons(OTHERS["both"], {})
    theirs |= {"uzovi": "9664"}
    assert clinic.feed([mine, theirs]).run().found("error") == [("BSN_TWO_PERSONS", "A1", "bsn")]
