"""Credits, and lines that are declared again."""

from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, refusals, the
from tests.support.feeds import Clinic, tables_read_once
from tests.support.receiver import Verdict, by_insurer, file_level
from tests.support.telling import explained

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
    clerk.replaces("A1")
    message = the(clinic.feed([START | {"date": "2021-03-02"}]).run())
    credit, debit = (line.reference for _, line in message.lines)
    clerk.gets(by_insurer(message, {credit: Verdict(0, ("8017",)), debit: Verdict(0, ("0587",))}))
    assert clerk.asks("redeclare", debit)["problems"] == []
    waiting = clinic.write(NOTHING).run()
    assert waiting.found("error") == [("DEBIT_STANDS", "A1", "")]
    assert first in waiting.problems[0]["remedy"]
    (queued,) = clerk.asks("redeclare", credit)["queued"]
    assert (queued["reference"], queued["asked"]) == (first, "credit")
    assert clinic.run().lines == {"A1": ("F1013", 1)}


def refused_credit(clinic: Clinic, clerk: Clerk, debit: Verdict | None) -> tuple[str, str, str]:
    """Gets the answer to a corrected line: its credit refused, ``debit`` the verdict on the new line. Returns the
    references of the old line, the credit and the new line."""
    clinic.feed([START]).run()
    first = clerk.reference("A1")
    clinic.feed([START | {"date": "2021-03-02"}]).run()
    clerk.asks("correct", first)
    message = the(clinic.write(NOTHING).run())
    credit, second = (line.reference for _, line in message.lines)
    verdicts = {credit: Verdict(0, ("8017",))} | ({second: debit} if debit is not None else {})
    clerk.gets(by_insurer(message, verdicts))
    return first, credit, second


def standing_credits(clerk: Clerk) -> list[tuple[str, str, str]]:
    """What ``status`` says of credits that were refused."""
    document = clerk.parsed(clerk.gives("status")[1])
    return [(row["reference"], row["credit"], row["later"]) for row in document["refused_credits"]]


def test_a_treatment_that_is_paid_twice_is_told_of_until_it_is_not(clinic: Clinic, clerk: Clerk) -> None:
    first, credit, second = refused_credit(clinic, clerk, None)
    assert standing_credits(clerk) == [(first, credit, second)]
    assert all(number in clerk.gives("status", as_json=False)[1] for number in (first, credit, second))
    assert [problem["code"] for problem in clerk.parsed(clerk.gives("explain", "A1")[1])["problems"]] == ["PAID_TWICE"]
    for _ in range(2):
        night = clinic.write(NOTHING).run()
        assert night.found("error") == [("PAID_TWICE", "A1", "")]
        assert f"ei-export credit {first}" in night.problems[0]["remedy"]
    clerk.asks("credit", "--cancel", first)
    assert clinic.run("--strict").codes == ["PAID_TWICE"], "nobody can wish that away"
    assert clerk.asks("credit", first)["problems"] == []
    assert standing_credits(clerk) == []
    again = clinic.run()
    assert (again.problems, again.credits, again.lines) == ([], {"A1": 6644}, {})
    clerk.gets(file_level(the(again), "8001"))
    assert list(clerk.live()) == ["A1"]
    assert clinic.run().problems == []


def test_a_treatment_that_is_paid_twice_is_put_right_by_a_credit_of_the_new_line(clinic: Clinic, clerk: Clerk) -> None:
    first, _, second = refused_credit(clinic, clerk, None)
    clerk.asks("credit", second)
    assert clinic.write(NOTHING).run().found("warning") == [("CREDIT_REFUSED", "A1", "")]
    (queued,) = clerk.asks("credit", "--cancel", first)["queued"]
    assert (queued["reference"], queued["asked"]) == (first, "cancel")
    assert [row["reference"] for row in clerk.debits() if row["status"] == "sent"] == [first]
    for rows in ([START | {"date": "2021-03-02"}], []):
        night = clinic.feed(rows).run()
        assert night.codes == ["DECLARED_MOVED"], "what stands is what was declared first"
        assert first in night.problems[0]["remedy"]
    assert clinic.feed([START]).run().problems == []
    assert clinic.feed([START | {"status": "cancelled"}]).run().codes == ["DECLARED_CANCELLED"]
    assert clerk.asks("correct", first)["problems"] == []
    assert clinic.feed([START | {"date": "2021-03-03"}]).run().credits == {"A1": 6644}
    assert clerk.live() == {"A1": ("2021-03-03", "7095", "940131", 1, 6644)}
    assert clinic.run().problems == []


def test_an_old_line_that_stands_alone_against_the_wish_is_told_of(clinic: Clinic, clerk: Clerk) -> None:
    first, credit, second = refused_credit(clinic, clerk, Verdict(0, ("0587",)))
    assert standing_credits(clerk) == [(first, credit, "")]
    night = clinic.write(NOTHING).run()
    assert night.found("warning") == [("CREDIT_REFUSED", "A1", ""), ("LINE_REFUSED_OPEN", "A1", "")]
    assert refusals(clerk.asks("credit", credit)) == [("CREDIT_OF_CREDIT", "8017")]
    assert clerk.asks("redeclare", credit)["problems"] == []
    clerk.asks("redeclare", second)
    again = clinic.run()
    assert (set(again.credits), set(again.lines), again.problems) == ({"A1"}, {"A1"}, [])


def test_a_credit_that_waits_for_another_header_is_told_of(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.asks("credit", clerk.reference("A1"))
    clerk.gets(file_level(the(clinic.write(NOTHING).run()), "0016"))
    assert clinic.run().found("error") == [("CREDIT_WAITS", "A1", "")]
    clerk.asks("credit", clerk.reference("A1"))
    assert clinic.run().credits.keys() == {"A1"}


def test_a_credit_that_nobody_would_take_waits_alone(clinic: Clinic, clerk: Clerk) -> None:
    """And what was to come in its place waits with it."""
    clinic.feed([*COURSE, SINGLE]).run()
    clinic.feed([START | {"date": "2021-03-02"}]).run()
    first = clerk.reference("A1")
    clerk.write(f"UPDATE line SET sent = replace(sent, '20210301', '20213301') WHERE reference = '{first}'")
    clerk.asks("correct", first)
    clerk.asks("credit", clerk.reference("S1"))
    result = clinic.write(NOTHING).run()
    assert result.credits.keys() == {"S1"}
    assert result.lines == {}
    assert result.found("error") == [("CREDIT_WOULD_BE_REFUSED", "A1", "")]
    assert clinic.run("--strict").found("error") == [("CREDIT_WOULD_BE_REFUSED", "A1", "")]
    told = explained(clinic.folder, "A1", lang="en")
    assert told.codes == ["CREDIT_WOULD_BE_REFUSED", "DECLARED_MOVED"]
    assert told.texts("outcome") == ["declared in run R000001 of 2021-07-01, € 66.44. No answer from VGZ yet."]
    assert told.texts("due") == []
    assert refusals(clerk.asks("credit", "--cancel", "nothing")) == [("REFERENCE_UNKNOWN", "8017")]
    clerk.asks("credit", "--cancel", first)
    assert clinic.run().codes == ["DECLARED_MOVED"]
    assert refusals(clerk.asks("credit", "--cancel", clerk.reference("S1"))) == [("CANCEL_SENT", "")]
    assert refusals(clerk.asks("credit", "--cancel", clerk.reference("A3"))) == [("CANCEL_NOTHING", "")]


def test_a_credit_that_waited_goes_after_a_later_one(clinic: Clinic, clerk: Clerk) -> None:
    first, _, second = refused_credit(clinic, clerk, None)
    clerk.asks("credit", first, second)
    clerk.write(f"UPDATE line SET sent = replace(sent, '20210301', '20213301') WHERE reference = '{first}'")
    assert clinic.write(NOTHING).run().credits == {"A1": 6644}
    clerk.write(f"UPDATE line SET sent = replace(sent, '20213301', '20210301') WHERE reference = '{first}'")
    assert clinic.run().credits == {"A1": 6644}
    assert clerk.live() == {}


def test_a_correction_that_was_taken_back_leaves_the_line_as_it_is(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.replaces("A1")
    assert "blijft staan" in clerk.gives("credit", "--cancel", clerk.reference("A1"), as_json=False)[1]
    assert clinic.run().document["run"] is None
    assert clerk.parsed(clerk.gives("status")[1])["next_run"] == {"credits": 0, "again": 0, "waits": 0}
    clerk.asks("credit", clerk.reference("A1"))
    assert clinic.run().credits.keys() == {"A1"}


def test_only_what_changed_is_corrected(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    assert refusals(clerk.asks("correct", clerk.reference("A1"))) == [("CORRECT_UNCHANGED", "")]
    clinic.feed([START | {"status": "cancelled"}, END | {"diagnosis_code": "3526"}]).run()
    assert "wordt alleen gecrediteerd" in clerk.gives("correct", "A1", as_json=False)[1]
    told = clerk.gives("correct", "--all", as_json=False)[1]
    assert "de laatste run zag" in told
    assert clerk.reference("A3") in told
