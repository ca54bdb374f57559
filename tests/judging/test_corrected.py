"""A line that is corrected goes back together with the one in its place, or not at all."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.declaring import test_gds801
from tests.manual.practice import UZOVI
from tests.support.clerk import NOTHING, SINGLE, START, Clerk, refusals, the
from tests.support.feeds import CONTRACTS, Cells, Clinic, contract, tables_read_once

__all__ = ["tables_read_once"]

#: What an appointment is changed to, and what is told of it beside that its credit waits.
NO_LINE: Mapping[str, tuple[Cells, list[str]]] = {
    "an unknown code": ({"code": "intake"}, []),
    "another profile": ({"diagnosis_code": "3526"}, ["DIAGNOSIS_WRONG"]),
    "no contract": ({"uzovi": UZOVI["CZ"]}, []),
    "the future": ({"date": "2021-09-01"}, ["DATE_IN_FUTURE"]),
}


@pytest.mark.parametrize("name", NO_LINE)
def test_a_line_stands_until_there_is_another_in_its_place(name: str, clinic: Clinic, clerk: Clerk) -> None:
    cells, found = NO_LINE[name]
    clinic.configure(contracts=CONTRACTS.replace(contract("CZ"), ""))
    clinic.feed([SINGLE]).run()
    clinic.feed([SINGLE | cells]).run()
    clerk.asks("correct", "S1")
    for _ in range(2):
        night = clinic.write(NOTHING).run()
        assert (night.credits, night.lines) == ({}, {})
        assert sorted(code for code, *_ in night.found("error")) == sorted(["CREDIT_HELD_BACK", *found])
    assert clinic.run("--strict").found("error") == night.found("error")
    assert clerk.live()["S1"][0] == SINGLE["date"]
    assert clerk.parsed(clerk.gives("status")[1])["next_run"] == {"credits": 0, "again": 0, "waits": 1}
    assert refusals(clerk.asks("correct", "S1")) == [("CORRECT_QUEUED", "")]
    right = clinic.feed([SINGLE | {"date": "2021-03-02"}]).run()
    assert (set(right.credits), set(right.lines)) == ({"S1"}, {"S1"})
    assert clinic.write(NOTHING).run().problems == []


def test_a_credit_that_waits_can_be_sent_or_taken_back(clinic: Clinic, clerk: Clerk) -> None:
    rows = [SINGLE, SINGLE | {"appointment_id": "S2", "trajectory_id": "TT", "date": "2021-04-01"}]
    clinic.feed(rows).run()
    clinic.feed([row | {"diagnosis_code": ""} for row in rows]).run()
    clerk.asks("correct", "--all")
    assert clinic.write(NOTHING).run().files == {}
    clerk.asks("credit", clerk.reference("S1"))
    clerk.asks("credit", "--cancel", clerk.reference("S2"))
    night = clinic.run()
    assert (set(night.credits), night.lines) == ({"S1"}, {})
    assert "CREDIT_HELD_BACK" not in night.codes


def test_what_is_on_purpose_no_zorg1_is_only_credited(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([SINGLE]).run()
    clinic.feed([SINGLE | {"code": "-"}]).run()
    clerk.asks("correct", "S1")
    night = clinic.write(NOTHING).run()
    assert (set(night.credits), night.lines) == ({"S1"}, {})
    assert clinic.run().problems == []


def test_a_correction_is_dropped_where_the_agenda_was_put_back(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([SINGLE]).run()
    before = clerk.live()
    clinic.feed([SINGLE | {"date": "2021-03-02"}]).run()
    clerk.asks("correct", "--all")
    back = clinic.feed([SINGLE | {"date": "01-03-2021 09:00"}]).run()
    assert (back.credits, back.lines, back.codes) == ({}, {}, ["CORRECTION_DROPPED"])
    assert clerk.live() == before
    assert clinic.feed([SINGLE]).run().problems == []
    moved = clinic.feed([SINGLE | {"date": "2021-03-02"}]).run()
    assert moved.codes == ["DECLARED_MOVED"]
    clerk.asks("correct", "--all")
    assert clinic.run().lines.keys() == {"S1"}


def test_a_correction_is_dropped_in_gds801_too(tmp_path: Path) -> None:
    clinic = test_gds801.clinic(tmp_path)
    clerk, row, today = Clerk(clinic), START | {"date": "2025-01-14"}, test_gds801.TODAY
    sent = clinic.feed([row]).run(today=today)
    assert [line["appointment_id"] for line in sent.document["lines"]] == ["A1"]
    clinic.feed([row | {"date": "2025-01-15"}]).run(today=today)
    clerk.asks("correct", "A1", today=today)
    back = clinic.feed([row]).run(today=today)
    assert (back.files, back.codes) == ({}, ["CORRECTION_DROPPED"])


def test_a_correction_whose_run_is_undone_goes_again_as_one(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([SINGLE]).run()
    clinic.feed([SINGLE | {"date": "2021-03-02"}]).run()
    clerk.asks("correct", "S1")
    the(clinic.write(NOTHING).run())
    clerk.undoes("R000002")
    held = clinic.feed([SINGLE | {"date": "2021-03-02", "diagnosis_code": ""}]).run()
    assert (held.credits, held.lines) == ({}, {})
    again = clinic.feed([SINGLE | {"date": "2021-03-02"}]).run()
    assert (set(again.credits), set(again.lines)) == ({"S1"}, {"S1"})
