"""What was refused: when it goes again by itself, and when it waits."""

import pytest

from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, refusals, the
from tests.support.feeds import BSNS, Clinic, tables_read_once, visit
from tests.support.receiver import by_vecozo, file_level, take_apart

__all__ = ["tables_read_once"]


def test_the_good_lines_of_a_refused_file_go_again_by_themselves(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed([*COURSE, SINGLE]).run()
    message = next(m for m in map(take_apart, first.files.values()) if len(m.lines) == 2)
    report = clerk.gets(by_vecozo(message, {clerk.reference("A1"): "3100"}))
    assert (report["lines_granted"], report["lines_refused"]) == (0, 2)
    assert [problem["reference"] for problem in report["problems"]] == ["", clerk.reference("A1")]
    again = clinic.write(NOTHING).run()
    assert again.lines == {"A3": ("F1013", 2)}
    assert again.found("error") == [("LINE_REFUSED", "A1", "")]
    assert again.counts == {"remembered": 2, "declared": 1, "held": 1}
    assert the(again).invoice != message.invoice
    old, new = (line for m in (message, the(again)) for _, line in m.lines if line.values["0408"] == "20210322")
    assert {id for id in old.values if old.values[id] != new.values[id]} == {"0402", "0434"}
    assert clinic.run().found("error") == [("LINE_REFUSED", "A1", "")]


def faulty(clinic: Clinic, clerk: Clerk) -> None:
    """A line that VECOZO finds at fault, and that is held for it."""
    result = clinic.feed([START]).run()
    clerk.gets(by_vecozo(the(result), {clerk.reference("A1"): "0611"}))
    assert clinic.write(NOTHING).run().found("error") == [("LINE_REFUSED", "A1", "")]


def test_a_faulty_line_goes_when_the_appointment_changes(clinic: Clinic, clerk: Clerk) -> None:
    faulty(clinic, clerk)
    assert clinic.feed([START]).run().lines == {}
    assert clinic.feed([START | {"referrer_agb": "01012345", "referral_date": "2021-02-01"}]).run().lines.keys() == {
        "A1"
    }


def test_a_faulty_line_goes_when_a_table_changes(clinic: Clinic, clerk: Clerk) -> None:
    faulty(clinic, clerk)
    tariffs = clinic.folder / "tariffs.csv"
    tariffs.write_text(tariffs.read_text(encoding="utf-8").replace(";66.44", ";60.00"), encoding="utf-8")
    result = clinic.run()
    assert [line["amount_cents"] for line in result.document["lines"]] == [6000]
    assert clinic.run().lines == {}


def test_a_faulty_line_goes_when_somebody_says_so(clinic: Clinic, clerk: Clerk) -> None:
    faulty(clinic, clerk)
    clerk.asks("redeclare", clerk.reference("A1"))
    assert clinic.run().lines == {"A1": ("F1013", 1)}


def test_a_person_at_fault_holds_all_their_lines(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed([*COURSE, visit("B1", "2021-03-01", "940131", "TB", patient="P8")]).run())
    clerk.gets(by_vecozo(message, {BSNS[1]: "0435"}))
    again = clinic.write(NOTHING).run()
    assert again.lines == {"B1": ("F1013", 1)}
    assert again.found("error") == [("LINE_REFUSED", "A1", ""), ("LINE_REFUSED", "A3", "")]
    assert "0435" in again.problems[0]["message"]
    other = [row | {"bsn": BSNS[31]} for row in COURSE]
    assert clinic.feed(other).run().lines.keys() == {"A1", "A3"}


def test_a_refused_header_holds_everything_until_it_is_another(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    clerk.gets(file_level(message, "0016"))
    held = clinic.feed([START | {"indication_code": "001"}, CONTACT, END]).run()
    assert held.found("error") == [("DECLARATION_REFUSED", "A1", ""), ("DECLARATION_REFUSED", "A3", "")]
    settings = clinic.folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("04012345", "04012346"), encoding="utf-8")
    again = clinic.write(NOTHING).run()
    assert again.lines.keys() == {"A1", "A3"}
    assert {line.values["0421"] for _, line in the(again).lines} == {"001", "009"}


#: Rows that are at fault in themselves: what comes to light when the line is made, and when the row is read.
AT_FAULT = (START | {"diagnosis_code": ""}, CONTACT, END | {"date": "22 maart"})


def test_an_answer_is_told_beside_what_else_is_wrong(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    clerk.gets(by_vecozo(message, {clerk.reference("A1"): "0611", clerk.reference("A3"): "3100"}))
    for rows in (AT_FAULT, ()):
        held = clinic.feed(rows).run()
        assert held.lines == {}
        assert [code for code, _, _ in held.found("error")] == ["DATE_INVALID", "DIAGNOSIS_MISSING"]
        assert held.found("warning") == [("LINE_REFUSED_BEFORE", "A1", ""), ("LINE_REFUSED_BEFORE", "A3", "")]
        assert "0611" in str(held.problems)
        assert "3100" in str(held.problems)
    assert clinic.feed(COURSE).run().found("error") == [("LINE_REFUSED", "A1", ""), ("LINE_REFUSED", "A3", "")]
    other = clinic.feed([START | {"indication_code": "001"}]).run()
    assert other.lines.keys() == {"A1"}
    assert other.codes == ["LINE_REFUSED"]


def test_a_refused_header_is_told_beside_what_else_is_wrong(clinic: Clinic, clerk: Clerk) -> None:
    clerk.gets(file_level(the(clinic.feed(COURSE).run()), "0016"))
    for rows in (AT_FAULT, ()):
        held = clinic.feed(rows).run()
        refused = [("DECLARATION_REFUSED", "A1", ""), ("DECLARATION_REFUSED", "A3", "")]
        assert [problem for problem in held.found("error") if problem in refused] == refused
        assert len(held.found("error")) == 4
    assert clinic.feed(COURSE).run().found("error") == refused


def test_a_good_line_of_a_refused_file_waits_for_what_else_is_wrong(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    clerk.gets(by_vecozo(message, {clerk.reference("A3"): "3100"}))
    held = clinic.feed([AT_FAULT[0]]).run()
    assert held.found("error") == [("DIAGNOSIS_MISSING", "A1", "diagnosis_code"), ("LINE_REFUSED", "A3", "")]
    assert held.found("warning") == []
    assert clinic.feed([START]).run().lines == {"A1": ("F1013", 1)}


def test_a_refused_header_goes_again_with_its_invoice_number(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    clerk.gets(file_level(message, "8022"))
    assert len(clerk.asks("redeclare", message.invoice)["queued"]) == 2
    again = clinic.write(NOTHING).run()
    assert again.lines.keys() == {"A1", "A3"}
    assert refusals(clerk.asks("redeclare", message.invoice)) == [("REDECLARE_LATER", "0587")]


def test_a_credit_in_a_refused_file_goes_again_with_the_good_lines(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.replaces("A1")
    clerk.asks("credit", clerk.reference("A3"))
    message = the(clinic.write(NOTHING).run())
    clerk.gets(by_vecozo(message, {clerk.reference("A1"): "0611"}))
    again = clinic.run()
    assert again.credits.keys() == {"A1", "A3"}
    assert again.found("error") == [("LINE_REFUSED", "A1", "")]


def test_a_refused_line_waits_for_the_feed_or_for_somebody(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed(COURSE).run(), "A1")
    for rows in ((), COURSE):
        result = clinic.feed(rows).run()
        assert result.lines == {}
        assert result.found("warning") == [("LINE_REFUSED_OPEN", "A1", "")]
    clinic.tariffs(without="940134")
    tariffs = clinic.folder / "tariffs.csv"
    tariffs.write_text(tariffs.read_text(encoding="utf-8").replace(";66.44", ";60.00"), encoding="utf-8")
    assert clinic.feed(COURSE).run().lines == {}, "a table that changed is no reason"
    clerk.asks("redeclare", clerk.reference("A1"))
    result = clinic.run()
    assert result.lines == {"A1": ("F1013", 1)}
    assert result.document["lines"][0]["amount_cents"] == 6000


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("indication_code", "001"),
        ("referrer_agb", "01012345"),
        ("insured_number", "77"),
        ("postcode", "4321ZZ"),
        ("bsn", BSNS[30]),
        ("date", "2021-03-02"),
        ("authorization_number", "M1"),
    ],
)
def test_a_refused_line_goes_again_when_its_appointment_changes(
    column: str, value: str, clinic: Clinic, clerk: Clerk
) -> None:
    clerk.is_refused(clinic.feed(COURSE).run(), "A1")
    extra = {"referral_date": "2021-02-01"} if column == "referrer_agb" else {}
    rows = [row | {column: value, **extra} if row is START or column == "bsn" else row for row in COURSE]
    changed = clinic.feed(rows).run()
    assert changed.lines == {"A1": ("F1013", 1)}
    assert "A1" not in {problem["appointment_id"] for problem in changed.problems}
    assert clinic.run().lines == {}


def test_a_refused_line_whose_correction_is_held_waits_with_it(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([START]).run(), "A1", codes=("3100",))
    wrong = START | {"diagnosis_code": "3026"}
    assert clinic.feed([wrong]).run().found("error") == [("DIAGNOSIS_WRONG", "A1", "diagnosis_code")]
    assert clinic.write(NOTHING).run().found("error") == [("DIAGNOSIS_WRONG", "A1", "diagnosis_code")]
    back = clinic.feed([START]).run()
    assert (back.lines, back.codes) == ({}, ["LINE_REFUSED_OPEN"]), "as it was refused"
    assert clinic.write(NOTHING).run().counts == {}


def test_a_refused_end_goes_again_with_another_count(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed(COURSE).run(), "A3", codes=("0638",))
    assert clinic.write(NOTHING).run().lines == {}
    result = clinic.feed([visit("A4", "2021-03-15", "940135", "T1")]).run()
    assert result.lines == {"A3": ("F1013", 3)}
    assert result.problems == []


def test_a_refused_line_that_was_cancelled(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([SINGLE]).run(), "S1")
    cancelled = clinic.feed([SINGLE | {"status": "cancelled"}]).run()
    assert (cancelled.lines, cancelled.problems) == ({}, [])
    assert cancelled.counts == {"read": 1, "not_completed": 1}
    assert clinic.write(NOTHING).run().counts == {}
    assert clinic.feed([SINGLE]).run().counts == {"read": 1, "earlier": 1}
    assert clinic.feed([SINGLE | {"date": "2021-03-02"}]).run().lines == {"S1": ("F1014B", 1)}


def test_a_refused_line_that_was_cancelled_asks_for_nothing(clinic: Clinic, clerk: Clerk) -> None:
    """Whatever else there is to be told of its patient."""
    clerk.is_refused(clinic.feed([SINGLE]).run(), "S1")
    held = visit("S2", "2021-05-01", "940140", "TS2", patient="P3", insurer="Zilveren Kruis", diagnosis="")
    for rows in ([SINGLE | {"status": "cancelled"}, held], []):
        assert clinic.feed(rows).run().codes == ["DIAGNOSIS_MISSING"]
        found = clerk.parsed(clerk.gives("status")[1])
        assert (found["refused"], found["changed"]) == ([], [])
        assert clerk.asks("correct", "--all") == {"queued": [], "problems": []}


def test_what_was_cancelled_does_not_wait_for_the_next_run(clinic: Clinic, clerk: Clerk) -> None:
    """Until it is restored: then it goes by itself."""
    clinic.feed([*COURSE, SINGLE]).run()
    clerk.undoes("R000001")
    queued = [clerk.parsed(clerk.gives("status")[1])["next_run"]["again"]]
    for rows in ([SINGLE | {"status": "cancelled"}, END | {"code": "940135"}], []):
        clinic.feed(rows).run()
        queued.append(clerk.parsed(clerk.gives("status")[1])["next_run"]["again"])
    assert queued == [3, 0, 0]
    assert clinic.feed([SINGLE, END]).run().lines == {"S1": ("F1014B", 1), "A3": ("F1013", 2)}


def test_a_contact_whose_start_was_cancelled_is_held(clinic: Clinic, clerk: Clerk) -> None:
    """Nothing is left for it to count in."""
    clerk.is_refused(clinic.feed(COURSE).run(), "A1", "A3")
    cancelled = clinic.feed([row | {"status": "cancelled"} for row in (START, END)]).run()
    assert cancelled.counts == {"read": 2, "remembered": 1, "not_completed": 2, "held": 1}
    assert cancelled.found("error") == [("CONTACT_WITHOUT_TRAJECTORY", "A2", "trajectory_id")]
    assert clinic.write(NOTHING).run().counts == {"remembered": 1, "held": 1}


def test_strict_holds_what_would_go_again(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.replaces("A1")
    bad = visit("X1", "2021-03-01", "940131", "TX", patient="P5", bsn="1")
    strict = clinic.feed([bad]).run("--strict")
    assert strict.document["run"] is None
    assert strict.found("error") == [("BSN_INVALID", "X1", "bsn"), ("STRICT_HELD", "A1", "")]
    later = clinic.feed([bad | {"status": "cancelled"}]).run("--strict")
    assert set(later.lines) == set(later.credits) == {"A1"}


def test_a_check_shows_what_would_go_again_and_changes_nothing(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.replaces("A1")
    before = (clinic.folder / "ledger.sqlite").read_bytes()
    checked = clinic.command("check")
    assert set(checked.lines) == set(checked.credits) == {"A1"}
    assert (clinic.folder / "ledger.sqlite").read_bytes() == before
    assert clinic.run().document["lines"] == checked.document["lines"]
