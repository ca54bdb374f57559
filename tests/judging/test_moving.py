"""Appointments that were another patient's."""

from tests.support.clerk import CONTACT, COURSE, END, NOTHING, START, Clerk, the
from tests.support.feeds import BSNS, Clinic, tables_read_once, visit

__all__ = ["tables_read_once"]


def test_two_dossiers_of_one_person_that_were_merged(clinic: Clinic, clerk: Clerk) -> None:
    """What was declared and counted under the old number stands; the end counts it."""
    clinic.feed([START, CONTACT]).run()
    merged = [row | {"patient_id": "P1B"} for row in COURSE]
    result = clinic.feed(merged).run()
    assert result.problems == []
    assert result.lines == {"A3": ("F1013", 2)}
    assert result.counts == {"read": 3, "earlier": 2, "declared": 1}
    assert clinic.run().counts == {"read": 3, "earlier": 3}
    moved = clinic.feed([merged[0] | {"date": "2021-03-02"}]).run()
    assert moved.codes == ["DECLARED_MOVED"]
    clerk.asks("correct", "--all")
    corrected = clinic.write(NOTHING).run()
    assert set(corrected.lines) == set(corrected.credits) == {"A1"}
    assert clinic.feed([START, CONTACT]).run().lines == {}


def test_care_that_was_on_the_wrong_person(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    right = visit("A1", "2021-03-01", "940131", "T2", patient="P2")
    held = clinic.feed([right]).run()
    assert held.found("error") == [("DECLARED_ELSEWHERE", "A1", "appointment_id")]
    reference = clerk.reference("A1")
    assert reference in held.problems[0]["remedy"]
    assert clinic.write(NOTHING).run().found("error") == held.found("error")
    clerk.asks("correct", reference)
    result = clinic.run()
    assert set(result.lines) == set(result.credits) == {"A1"}
    bsns = {line.is_credit: line.values["0403"] for _, line in the(result).lines}
    assert bsns == {True: BSNS[1], False: BSNS[2]}
    assert clinic.feed([right]).run().counts == {"read": 1, "earlier": 1}


def test_care_that_was_on_the_wrong_person_with_its_number(clinic: Clinic, clerk: Clerk) -> None:
    """The number goes with it."""
    clinic.feed([START]).run()
    right = visit("A1", "2021-03-01", "940131", "T1", patient="P2")
    clinic.feed([right]).run()
    clerk.asks("correct", clerk.reference("A1"))
    result = clinic.write(NOTHING).run()
    assert set(result.lines) == set(result.credits) == {"A1"}


def test_a_contact_that_was_on_the_wrong_person(clinic: Clinic, clerk: Clerk) -> None:
    """It counts where it belongs, and the end in which it was counted is to be corrected."""
    clinic.feed(COURSE).run()
    right = [
        visit("B1", "2021-03-01", "940131", "T2", patient="P2"),
        visit("A2", "2021-03-08", "940135", "T2", patient="P2"),
    ]
    moved = clinic.feed(right).run()
    assert (moved.found("error"), moved.found("warning")) == ([], [("CONTACT_MOVED", "A2", "patient_id")])
    assert moved.counts == {"read": 2, "declared": 1, "counted": 1}
    for rows in ([], [START, END, *right], []):
        night = clinic.feed(rows).run()
        assert night.lines == {}
        assert [(problem["code"], problem["appointment_id"]) for problem in night.problems] == [
            ("DECLARED_COUNT_CHANGED", "A3")
        ]
    clerk.asks("correct", "--all")
    assert clinic.feed([visit("B3", "2021-03-22", "940134", "T2", patient="P2")]).run().lines == {
        "A3": ("F1013", 1),
        "B3": ("F1013", 2),
    }
    assert clinic.run().problems == []
    back = clinic.feed([CONTACT]).run()
    assert back.found("warning")[0] == ("CONTACT_AFTER_DECLARED_END", "A3", "")
    assert clinic.write(NOTHING).run().codes == ["CONTACT_AFTER_DECLARED_END", "DECLARED_COUNT_CHANGED"]
