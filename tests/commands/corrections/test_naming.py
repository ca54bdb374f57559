"""Which line somebody means, and what is told at once of what is asked."""

from tests.commands.corrections.test_corrections import refused_credit
from tests.support.clerk import COURSE, NOTHING, SINGLE, START, Clerk, refusals, the
from tests.support.feeds import Clinic, tables_read_once
from tests.support.receiver import Verdict, by_insurer, by_vecozo

__all__ = ["tables_read_once"]

LATE = "2023-07-01"


def test_a_line_is_named_in_any_capitals_or_by_its_appointment(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([*COURSE, SINGLE]).run()
    first = clerk.reference("A1")
    for named in (f" {first.lower()} ", "A1"):
        (queued,) = clerk.asks("credit", named)["queued"]
        assert queued["reference"] == first
        assert len(clerk.asks("credit", "--cancel", named)["queued"]) == 1
    invoice = clerk.declarations()[0]["invoice"]
    assert refusals(clerk.asks("credit", invoice)) == [("REFERENCE_OF_INVOICE", "8017")]


def test_an_appointment_that_stands_twice_names_no_line(clinic: Clinic, clerk: Clerk) -> None:
    first, _, second = refused_credit(clinic, clerk, None)
    done = clerk.asks("credit", "A1")
    assert refusals(done) == [("REFERENCE_AMBIGUOUS", "")]
    assert f"{first}, {second}" in done["problems"][0]["message"]


def test_what_stands_is_told_how_to_be_replaced(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    assert refusals(clerk.asks("redeclare", "A1")) == [("REDECLARE_STANDS", "0587")]
    clinic.feed([START | {"date": "2021-03-02"}]).run()
    assert refusals(clerk.asks("redeclare", "A1")) == [("REDECLARE_CHANGED", "0587")]


def test_a_new_line_that_is_too_late_is_told_of_before(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START, SINGLE]).run()
    clinic.feed([START | {"date": "2021-03-02"}, SINGLE | {"status": "cancelled"}]).run()
    done = clerk.asks("correct", "--all", today=LATE)
    assert [line["appointment_id"] for line in done["queued"]] == ["S1"], (
        "only to be credited, for which it is not late"
    )
    assert [problem["code"] for problem in done["problems"]] == ["CORRECT_LATE"]
    told = clerk.gives("correct", "A1", today=LATE, as_json=False)[1]
    assert "Let op: declareren kon tot en met" in told


def test_what_is_queued_is_no_change_any_more(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clinic.feed([START | {"status": "cancelled"}]).run()
    clerk.asks("correct", "--all")
    clinic.write(NOTHING).run()
    clerk.undoes("R000002")
    assert clerk.asks("correct", "--all")["queued"] == []
    assert clerk.parsed(clerk.gives("status")[1])["changed"] == []
    assert clinic.run().credits.keys() == {"A1"}


def test_an_appointment_without_a_line_of_its_own_is_only_credited(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clinic.feed([START | {"code": "-"}]).run()
    assert "wordt alleen gecrediteerd" in clerk.gives("correct", "A1", as_json=False)[1]


def nothing_stands(clerk: Clerk) -> list[str]:
    return [row["appointment_id"] for row in clerk.parsed(clerk.gives("status")[1])["nothing_stands"]]


def test_the_last_line_of_a_treatment_is_not_taken_back_without_a_word(clinic: Clinic, clerk: Clerk) -> None:
    first, _, second = refused_credit(clinic, clerk, None)
    assert [line["is_last"] for line in clerk.asks("credit", first, second)["queued"]] == [False, True]
    assert nothing_stands(clerk) == []
    clinic.write(NOTHING)
    clerk.gives("run")
    assert nothing_stands(clerk) == ["A1"]
    assert second in clerk.gives("status", as_json=False)[1]
    clerk.asks("redeclare", "A1")
    assert nothing_stands(clerk) == []
    assert clinic.run().lines.keys() == {"A1"}


def test_a_line_that_was_credited_and_then_refused_is_not_lost(clinic: Clinic, clerk: Clerk) -> None:
    sent = the(clinic.feed([START]).run())
    first = clerk.reference("A1")
    clerk.asks("credit", first)
    credited = the(clinic.write(NOTHING).run())
    ((_, credit),) = credited.lines
    clerk.gets(by_insurer(sent, {first: Verdict(0, ("0611",))}))
    report = clerk.gets(by_insurer(credited, {credit.reference: Verdict(0, ("8017",))}))
    assert [problem["code"] for problem in report["problems"]] == ["RETURN_CREDIT_NEEDLESS"]
    assert nothing_stands(clerk) == ["A1"]
    clinic.feed([START | {"status": "cancelled"}]).run()
    assert nothing_stands(clerk) == []


def test_a_line_that_waits_for_a_credit_is_not_promised(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([START]).run(), granted=0)
    first = clerk.reference("A1")
    clerk.replaces("A1")
    message = the(clinic.write(NOTHING).run())
    credit = next(line.reference for _, line in message.lines if line.is_credit)
    path = clinic.folder / "back.ret"
    path.write_bytes(by_vecozo(message, {credit: "0406"}))
    told = clerk.gives("returns", str(path), as_json=False)[1]
    assert ("(8096), vanzelf mee" in told, "pas mee als" in told) == (False, True)
    assert clerk.parsed(clerk.gives("status")[1])["next_run"] == {"credits": 0, "again": 0, "waits": 0}
    told = clerk.gives("redeclare", clerk.reference("A1"), as_json=False)[1]
    assert f"ei-export credit {first}" in told
    clerk.asks("credit", first)
    assert clerk.parsed(clerk.gives("status")[1])["next_run"] == {"credits": 1, "again": 1, "waits": 0}
