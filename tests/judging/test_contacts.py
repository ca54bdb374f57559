"""Cells of a contact's person that nobody can read: it counts, and that is told; once, and never what it says."""

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from tests.declaring import test_gds801
from tests.support.feeds import Cells, Clinic, csv_text, tables_read_once, visit

__all__ = ["tables_read_once"]

#: A cell of each kind that can't be read, by its column.
BAD = {
    "birth_date": "31-02-1980",
    "sex": "X7",
    "bsn": "123456789",
    "postcode": "99",
    "house_number": "zeven",
    "initials": "A1",
    "country": "Duitsland",
    "name_use": "7",
}
BAD_TEXTS = {"name": "Groenï¿½", "insured_number": "7,001E+08", "prefix": "d\ufffd"}
LINES = {"A1": ("F1013", 1), "A4": ("F1013", 3)}


def course(year: str = "2021", **cells: Any) -> list[Cells]:
    """A start, two contacts, an end; ``cells`` of the contacts."""
    days = [f"{year}-03-01", f"{year}-03-08", f"{year}-03-15", f"{year}-03-22"]
    start, *contacts, end = [
        visit(f"A{n}", day, code, "T1")
        for n, (day, code) in enumerate(zip(days, ("940131", "940135", "940135", "940134"), strict=True), 1)
    ]
    return [start, *(row | cells for row in contacts), end]


def told(rows: Sequence[Cells], clinic: Clinic) -> list[tuple[str, str, str]]:
    """What is told of rows of which all is declared and counted as if nothing were wrong with them."""
    result = clinic.feed(rows).command("check")
    assert (result.counts, result.lines) == ({"read": 4, "declared": 2, "counted": 2}, LINES)
    assert result.found("error") == []
    return result.found("warning")


@pytest.mark.parametrize("column", [*BAD, *BAD_TEXTS])
def test_a_cell_that_cannot_be_read_is_told_of_one_contact(clinic: Clinic, column: str) -> None:
    text = (BAD | BAD_TEXTS)[column]
    start, one, other, end = course()
    code = "CONTACT_CELL_UNREADABLE" if column in BAD else "CONTACT_TEXT_UNREADABLE"
    assert told([start, one, other | {column: text}, end], clinic) == [(code, "A3", column)]


def test_what_is_wrong_with_all_contacts_is_told_once(clinic: Clinic) -> None:
    rows = course(**BAD, **BAD_TEXTS)
    first = told(rows, clinic)
    assert first == sorted(
        [("CONTACT_CELL_UNREADABLE", "A2", column) for column in BAD]
        + [("CONTACT_TEXT_UNREADABLE", "A2", column) for column in BAD_TEXTS]
    )
    assert told(rows[::-1], clinic) == first
    result = clinic.run()
    for problem in result.problems:
        assert "2 contacten" in problem["message"]
        assert "A2, A3" in problem["message"]
        words = re.split(r"[^\w-]+", problem["message"] + problem["remedy"])
        assert not {*BAD.values(), *BAD_TEXTS.values()} & {*words}
    again = clinic.run()
    assert (again.counts, again.problems) == ({"read": 4, "earlier": 4}, [])


def test_what_goes_wrong_after_it_was_counted_is_told_once(clinic: Clinic) -> None:
    rows = course()
    assert clinic.feed(rows).run().found("warning") == []
    name = {"name": "d\ufffd"}
    nights: Sequence[tuple[Cells, list[tuple[str, str, str]]]] = (
        ({"sex": "X7"}, [("CONTACT_CELL_UNREADABLE", "A2", "sex")]),
        ({"sex": "X7"}, []),
        ({"sex": "X7"} | name, [("CONTACT_CELL_UNREADABLE", "A2", "sex"), ("CONTACT_TEXT_UNREADABLE", "A2", "name")]),
        ({"sex": "X7"} | name, []),
        ({}, []),
        ({"sex": "X7"} | name, [("CONTACT_CELL_UNREADABLE", "A2", "sex"), ("CONTACT_TEXT_UNREADABLE", "A2", "name")]),
        ({"bsn": "123456789"}, [("CONTACT_CELL_UNREADABLE", "A2", "bsn")]),
        ({"bsn": "123456789"}, []),
    )
    for cells, found in nights:
        start, *contacts, end = rows
        result = clinic.feed([start, *(row | cells for row in contacts), end]).run()
        assert (result.counts, result.found("warning")) == ({"read": 4, "earlier": 4}, found), cells


def test_it_names_the_column_as_the_practice_does_and_what_is_expected(clinic: Clinic) -> None:
    clinic.configure(feed='path = "appointments.csv"\n[input.columns]\nbirth_date = "Geb.dat."')
    rows = csv_text(course(birth_date="31-02-1980")).replace("birth_date", "Geb.dat.")
    (problem,) = clinic.write(rows).command("check", "--lang", "en").problems
    assert '"Geb.dat."' in problem["message"]
    assert "09-03-2021" in problem["remedy"]


def test_it_is_told_of_care_in_gds801_too(tmp_path: Path) -> None:
    clinic = test_gds801.clinic(tmp_path)
    start, contact, end, *_ = test_gds801.ROWS
    result = clinic.feed([start, contact | {"sex": "X7"}, end]).command("check", today=test_gds801.TODAY)
    assert result.counts == {"read": 3, "declared": 2, "counted": 1}
    assert ("CONTACT_CELL_UNREADABLE", "A2", "sex") in result.found("warning")
    fine = clinic.feed([start, contact, end]).command("check", today=test_gds801.TODAY)
    assert "CONTACT_CELL_UNREADABLE" not in fine.codes


def test_what_is_told_of_a_line_is_not_told_of_contacts(clinic: Clinic) -> None:
    bad = {"birth_date": "31-02-1980"}
    same = clinic.feed([row | bad for row in course()]).command("check")
    assert same.codes == ["BIRTH_DATE_INVALID"]
    start, one, other, end = course(birth_date="30-02-1980")
    different = clinic.feed([start | bad, one, other, end | bad]).command("check")
    assert different.found("warning") == [("CONTACT_CELL_UNREADABLE", "A2", "birth_date")]


def test_nothing_is_told_of_what_is_empty_or_does_not_fit_or_is_not_ours(clinic: Clinic) -> None:
    assert told(course(birth_date="", sex="", name=""), clinic) == []
    assert told(course(name="Naam" * 30, insured_number="7" * 40), clinic) == []
    start, one, other, end = course()
    regular = other | {"appointment_id": "A5", "code": "1000", "declare_under": "", "trajectory_id": "", "sex": "X7"}
    result = clinic.feed([start, one, other, end, regular]).command("check")
    assert result.counts["not_zorg1"] == 1
    assert "CONTACT_CELL_UNREADABLE" not in result.codes
    clinic.configure(ledger="declared_until = 2021-03-31")
    elsewhere = clinic.feed(course(birth_date="31-02-1980")).command("check")
    assert (elsewhere.counts, elsewhere.codes) == ({"read": 4, "earlier": 4}, [])
