"""Credits, and lines that are declared again."""

from tests.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, refusals, the
from tests.feeds import Clinic, tables_read_once
from tests.receiver import Verdict, by_insurer, file_level

__all__ = ["tables_read_once"]


def test_a_credit_takes_back_what_was_granted(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed(COURSE).run(), "A1", granted=5000, codes=("8059",))
    clerk.asks("credit", clerk.reference("A1"), "--why", "x")
    clerk.asks("credit", clerk.reference("A3"))
    result = clinic.write(NOTHING).run()
    assert result.credits == {"A1": 5000, "A3": 6781}
    assert the(result).trailer.values["9908"] == "C"
    assert result.counts == {}
    assert {row["status"] for row in clerk.lines() if row["debit_credit"] == "D"} == {"credited"}
    clerk.gets(file_level(the(result), "8001"))
    assert clerk.sums() == {"declared": 13425, "credited": 11781, "granted": 0, "refused": 1644, "open": 0}


def test_what_was_credited_stays_away_until_somebody_asks(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.asks("credit", clerk.reference("A3"))
    assert clinic.run().credits.keys() == {"A3"}
    changed = clinic.feed([START, CONTACT | {"status": "no-show"}, END]).run()
    assert changed.problems == []
    assert changed.lines == {}
    clerk.asks("redeclare", clerk.reference("A3"))
    assert clinic.write(NOTHING).run().lines == {"A3": ("F1013", 1)}


def test_a_credit_and_a_new_line_may_go_together(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    reference = clerk.reference("A1")
    clerk.asks("credit", reference)
    clerk.asks("redeclare", reference)
    message = the(clinic.write(NOTHING).run())
    assert [(line.is_credit, line.values["0435"]) for _, line in message.lines] == [(True, reference), (False, "")]
    assert message.cents == 0
    assert message.trailer.values["9908"] == "D"


def test_what_can_not_be_credited(clinic: Clinic, clerk: Clerk) -> None:
    result = clinic.feed([*COURSE, SINGLE | {"uzovi": "7095", "code": "940156", "diagnosis_code": "3026"}]).run()
    assert refusals(clerk.asks("credit", "210701R0000010000099")) == [("REFERENCE_UNKNOWN", "8017")]
    clerk.is_refused(result, "A1")
    assert refusals(clerk.asks("credit", clerk.reference("A1"))) == [("CREDIT_NOT_STANDING", "8017")]
    reference = clerk.reference("A3")
    assert clerk.asks("credit", reference)["problems"] == []
    assert refusals(clerk.asks("credit", reference)) == [("CREDIT_TWICE", "8084")]
    clinic.write(NOTHING).run()
    assert refusals(clerk.asks("credit", reference)) == [("CREDIT_TWICE", "8084")]
    (credit,) = (row["reference"] for row in clerk.lines() if row["debit_credit"] == "C")
    assert refusals(clerk.asks("credit", credit)) == [("CREDIT_OF_CREDIT", "8017")]
    assert refusals(clerk.asks("correct", credit)) == [("CREDIT_OF_CREDIT", "8017")]
    assert refusals(clerk.asks("correct", clerk.reference("A1"))) == [("CORRECT_NOT_STANDING", "8017")]


def test_a_line_of_a_run_that_is_not_finished_can_not_be_credited(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.write("UPDATE run SET state = 'staged'")
    reference = clerk.reference("A1")
    assert refusals(clerk.asks("credit", reference)) == [("CREDIT_UNSENT", "8062")]
    assert refusals(clerk.asks("correct", reference)) == [("CREDIT_UNSENT", "8062")]


def test_what_can_not_be_declared_again(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed(COURSE).run(), "A1")
    first = clerk.reference("A1")
    assert refusals(clerk.asks("redeclare", clerk.reference("A3"))) == [("REDECLARE_STANDS", "0587")]
    assert refusals(clerk.asks("redeclare", "no such line")) == [("REFERENCE_UNKNOWN", "8017")]
    assert clerk.asks("redeclare", first)["problems"] == []
    clinic.write(NOTHING).run()
    assert refusals(clerk.asks("redeclare", first)) == [("REDECLARE_LATER", "0587")]
    assert refusals(clerk.asks("correct", first)) == [("REDECLARE_LATER", "0587")]


def test_what_can_be_done_is_done_beside_what_can_not(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    done = clerk.asks("credit", "nothing", clerk.reference("A1"), clerk.reference("A1"))
    assert [line["appointment_id"] for line in done["queued"]] == ["A1"]
    assert len(done["problems"]) == 1


def test_a_refused_credit_leaves_the_line_standing(clinic: Clinic, clerk: Clerk) -> None:
    """And what was to come in its place waits, or it would be paid twice."""
    clinic.feed([START]).run()
    first = clerk.reference("A1")
    clerk.asks("correct", first)
    message = the(clinic.feed([START | {"date": "2021-03-02"}]).run())
    credit, debit = (line.reference for _, line in message.lines)
    clerk.gets(by_insurer(message, {credit: Verdict(0, ("8017",)), debit: Verdict(0, ("0587",))}))
    assert clerk.asks("redeclare", debit)["problems"] == []
    waiting = clinic.write(NOTHING).run()
    assert waiting.found("error") == [("DEBIT_STANDS", "A1", "")]
    assert first in waiting.problems[0]["remedy"]
    assert clerk.asks("redeclare", credit)["queued"] == [
        {"reference": first, "appointment_id": "A1", "asked": "credit"}
    ]
    assert clinic.run().lines == {"A1": ("F1013", 1)}
