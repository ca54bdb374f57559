"""What changed after it was declared, what a person has corrected, and what goes out again."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.clerk import Clerk
from tests.feeds import BSNS, TODAY, Cells, Clinic, Result, csv_text, tables_read_once, visit
from tests.receiver import Books, Message, Verdict, by_insurer, by_vecozo, file_level, take_apart

__all__ = ["tables_read_once"]

NOTHING = csv_text([])
START, CONTACT, END = (
    visit("A1", "2021-03-01", "940131", "T1"),
    visit("A2", "2021-03-08", "940135", "T1"),
    visit("A3", "2021-03-22", "940134", "T1"),
)
COURSE = [START, CONTACT, END]
#: On its own, with an insurer of its own.
SINGLE = visit("S1", "2021-03-01", "940140", "TS", patient="P3", insurer="Zilveren Kruis")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


@pytest.fixture
def clerk(clinic: Clinic) -> Clerk:
    return Clerk(clinic)


def the(result: Result) -> Message:
    """The only file of a run, as a receiver takes it apart."""
    (content,) = result.files.values()
    return take_apart(content)


def answer(clerk: Clerk, content: bytes) -> dict[str, Any]:
    path = clerk.clinic.folder / "back.ret"
    path.write_bytes(content)
    return clerk.reads(path)


def refuse(
    clerk: Clerk, result: Result, *appointments: str, codes: tuple[str, ...] = ("0611",), granted: int = 0
) -> None:
    """The insurer's answer to the only file of a run: these lines refused, or granted for less."""
    message = the(result)
    verdicts = {clerk.reference(ident): Verdict(granted, codes) for ident in appointments}
    answer(clerk, by_insurer(message, verdicts))


# --- What changed is told of, every night, until it is put right ------------------------------------------------------

#: The rows of a night, what is told of them, and what was and is.
CHANGES: Mapping[str, tuple[Cells, str, str, str]] = {
    "moved": (SINGLE | {"date": "2021-03-02"}, "DECLARED_MOVED", "2021-03-01", "2021-03-02"),
    "another code": (SINGLE | {"code": "940150"}, "DECLARED_CODE_CHANGED", "940140", "940150"),
    "another insurer": (SINGLE | {"uzovi": "3313"}, "DECLARED_INSURER_CHANGED", "3311", "3313"),
    "another diagnosis": (SINGLE | {"diagnosis_code": "3526"}, "DECLARED_DIAGNOSIS_CHANGED", "3426", "3526"),
    "another BSN": (SINGLE | {"bsn": BSNS[30]}, "DECLARED_BSN_CHANGED", "", ""),
    "cancelled": (SINGLE | {"status": "cancelled"}, "DECLARED_CANCELLED", "2021-03-01", ""),
    "a contact more": (visit("A4", "2021-03-15", "940135", "T1"), "CONTACT_AFTER_DECLARED_END", " 2 ", " 3 "),
    "a contact cancelled": (CONTACT | {"status": "no-show"}, "DECLARED_COUNT_CHANGED", " 2 ", " 1 "),
    "a contact moved away": (CONTACT | {"date": "2021-02-01"}, "DECLARED_COUNT_CHANGED", " 2 ", " 1 "),
}


def wrong_line(name: str) -> str:
    return "A3" if "contact" in name else "S1"


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_of_every_night(name: str, clinic: Clinic, clerk: Clerk) -> None:
    row, code, before, after = CHANGES[name]
    clinic.feed([*COURSE, SINGLE]).run()
    for rows in ([row], [], []):
        night = clinic.feed(rows).run()
        (problem,) = (problem for problem in night.problems if problem["severity"] == "warning")
        assert (problem["code"], problem["appointment_id"]) == (code, wrong_line(name))
        assert before in problem["message"]
        assert after in problem["message"]
        assert f"ei-export correct {clerk.reference(wrong_line(name))}" in problem["remedy"]
        assert night.lines == {}
        assert not any(bsn in str(night.document) for bsn in (BSNS[3], BSNS[30]))


@pytest.mark.parametrize("name", [name for name in CHANGES if name != "a contact more"])
def test_a_change_that_is_taken_back_is_forgotten(name: str, clinic: Clinic) -> None:
    clinic.feed([*COURSE, SINGLE]).run()
    clinic.feed([CHANGES[name][0]]).run()
    back = clinic.feed([*COURSE, SINGLE]).run()
    assert back.problems == []
    assert back.counts["earlier"] + back.counts.get("counted", 0) == 4
    assert clinic.write(NOTHING).run().counts == {}


def test_several_changes_are_each_told_of(clinic: Clinic) -> None:
    clinic.feed(COURSE).run()
    result = clinic.feed([START | {"date": "2021-03-02", "diagnosis_code": "3526"}]).run()
    assert result.codes == ["DECLARED_DIAGNOSIS_CHANGED", "DECLARED_MOVED"]


def test_another_code_for_the_same_product_is_no_change(clinic: Clinic) -> None:
    clinic.feed(COURSE).run()
    assert clinic.feed([START | {"code": "01"}]).run().problems == []
    assert clinic.feed([START | {"code": "whatever", "declare_under": "940131"}]).run().problems == []


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_corrected(name: str, clinic: Clinic, clerk: Clerk) -> None:
    """The line is credited as it was sent, and a new one is made of what the feed said last."""
    books = Books()
    first = clinic.feed([*COURSE, SINGLE]).run()
    for content in first.files.values():
        books.judge(books.receive(content), {})
    clinic.feed([CHANGES[name][0]]).run()
    done = clerk.asks("correct", "--all", "--why", "verkeerd in de agenda")
    assert [line["appointment_id"] for line in done["queued"]] == [wrong_line(name)]
    again = clinic.write(NOTHING).run()
    sent = {row["appointment_id"]: row["amount_cents"] for row in first.document["lines"]}
    assert again.credits == {wrong_line(name): sent[wrong_line(name)]}
    assert set(again.lines) == (set() if name in ("cancelled", "another diagnosis") else {wrong_line(name)})
    assert ("DIAGNOSIS_WRONG" in again.codes) is (name == "another diagnosis")
    for content in again.files.values():
        assert books.judge(books.receive(content), {}) == {}
    assert clerk.rows("SELECT why FROM request") == [{"why": "verkeerd in de agenda"}]
    later = clinic.run()
    assert later.lines == later.credits == {}
    assert not any(problem["severity"] == "warning" for problem in later.problems)


def test_nothing_is_corrected_unasked(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clinic.feed([row | {"date": "2021-02-01"} for row in COURSE]).run()
    assert clinic.run().document["run"] is None
    assert clerk.rows("SELECT * FROM correction") == []


def test_a_corrected_line_follows_what_changes_next(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    moved = START | {"date": "2021-03-02"}
    clinic.feed([moved]).run()
    clerk.asks("correct", clerk.reference("A1"))
    assert clinic.feed([moved | {"diagnosis_code": ""}]).run().credits.keys() == {"A1"}
    held = clinic.write(NOTHING).run()
    assert held.found("error") == [("DIAGNOSIS_MISSING", "A1", "diagnosis_code")]
    assert held.counts == {"remembered": 1, "held": 1}
    right = clinic.feed([moved]).run()
    assert right.lines == {"A1": ("F1013", 1)}
    assert right.document["lines"][0]["date"] == "2021-03-02"
    assert clinic.run().lines == {}


def test_a_correction_of_the_insurer_goes_to_both(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clinic.feed([START | {"uzovi": "9664"}]).run()
    clerk.asks("correct", "--all")
    result = clinic.write(NOTHING).run()
    messages = {m.header.values["0108"]: m for m in map(take_apart, result.files.values())}
    assert [line.is_credit for uzovi in ("7095", "9664") for _, line in messages[uzovi].lines] == [True, False]
    assert messages["7095"].trailer.values["9908"] == "C", "more is taken back than claimed"
    assert messages["7095"].cents < 0


def test_a_credit_under_another_insured_number_goes_in_another_file(clinic: Clinic, clerk: Clerk) -> None:
    """A line repeats the insured number of its person, and a person is one record in a file (STB 5.2)."""
    clinic.feed([START, END]).run()
    rows = [row | {"insured_number": "8"} for row in (START, END, visit("A5", "2021-05-01", "940133", "T1"))]
    for row in (START, END):
        clerk.asks("correct", clerk.reference(row["appointment_id"]))
    result = clinic.feed(rows).run()
    messages = [take_apart(content) for content in result.files.values()]
    assert [[line.is_credit for _, line in message.lines] for message in messages] == [[False] * 3, [True] * 2]
    assert {line.values["0405"] for _, line in messages[0].lines} == {"8"}
    assert {line.values["0405"] for _, line in messages[1].lines} == {START["insured_number"]}


def test_a_credit_stands_under_the_person_as_known_now_where_the_key_is_the_same(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.asks("correct", clerk.reference("A1"))
    message = the(clinic.feed([START | {"house_number": "77"}]).run())
    assert {person.values["0219"] for person, _ in message.lines} == {"00077"}
    clerk.asks("credit", clerk.reference("A1"))
    alone = the(clinic.feed([START | {"house_number": "78"}]).run())
    assert [person.values["0219"] for person, _ in alone.lines] == ["00077"]


# --- Credits and declaring again --------------------------------------------------------------------------------------


def test_a_credit_takes_back_what_was_granted(clinic: Clinic, clerk: Clerk) -> None:
    refuse(clerk, clinic.feed(COURSE).run(), "A1", granted=5000, codes=("8059",))
    clerk.asks("credit", clerk.reference("A1"), "--why", "x")
    clerk.asks("credit", clerk.reference("A3"))
    result = clinic.write(NOTHING).run()
    assert result.credits == {"A1": 5000, "A3": 6781}
    assert the(result).trailer.values["9908"] == "C"
    assert result.counts == {}
    assert {row["status"] for row in clerk.lines() if row["debit_credit"] == "D"} == {"credited"}
    answer(clerk, file_level(the(result), "8001"))
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


def refusals(document: dict[str, Any]) -> list[tuple[str, str]]:
    assert document["queued"] == []
    return [(problem["code"], problem["return_code"]) for problem in document["problems"]]


def test_what_can_not_be_credited(clinic: Clinic, clerk: Clerk) -> None:
    result = clinic.feed([*COURSE, SINGLE | {"uzovi": "7095", "code": "940156", "diagnosis_code": "3026"}]).run()
    assert refusals(clerk.asks("credit", "210701R0000010000099")) == [("REFERENCE_UNKNOWN", "8017")]
    refuse(clerk, result, "A1")
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
    refuse(clerk, clinic.feed(COURSE).run(), "A1")
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
    answer(clerk, by_insurer(message, {credit: Verdict(0, ("8017",)), debit: Verdict(0, ("0587",))}))
    assert clerk.asks("redeclare", debit)["problems"] == []
    waiting = clinic.write(NOTHING).run()
    assert waiting.found("error") == [("DEBIT_STANDS", "A1", "")]
    assert first in waiting.problems[0]["remedy"]
    assert clerk.asks("redeclare", credit)["queued"] == [
        {"reference": first, "appointment_id": "A1", "asked": "credit"}
    ]
    assert clinic.run().lines == {"A1": ("F1013", 1)}


# --- Refused by VECOZO ------------------------------------------------------------------------------------------------


def test_the_good_lines_of_a_refused_file_go_again_by_themselves(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed([*COURSE, SINGLE]).run()
    message = next(m for m in map(take_apart, first.files.values()) if len(m.lines) == 2)
    report = answer(clerk, by_vecozo(message, {clerk.reference("A1"): "3100"}))
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
    answer(clerk, by_vecozo(the(result), {clerk.reference("A1"): "0611"}))
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
    answer(clerk, by_vecozo(message, {BSNS[1]: "0435"}))
    again = clinic.write(NOTHING).run()
    assert again.lines == {"B1": ("F1013", 1)}
    assert again.found("error") == [("LINE_REFUSED", "A1", ""), ("LINE_REFUSED", "A3", "")]
    assert "0435" in again.problems[0]["message"]
    other = [row | {"bsn": BSNS[31]} for row in COURSE]
    assert clinic.feed(other).run().lines.keys() == {"A1", "A3"}


def test_a_refused_header_holds_everything_until_it_is_another(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    answer(clerk, file_level(message, "0016"))
    held = clinic.feed([START | {"indication_code": "001"}, CONTACT, END]).run()
    assert held.found("error") == [("DECLARATION_REFUSED", "A1", ""), ("DECLARATION_REFUSED", "A3", "")]
    settings = clinic.folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace("04012345", "04012346"), encoding="utf-8")
    again = clinic.write(NOTHING).run()
    assert again.lines.keys() == {"A1", "A3"}
    assert {line.values["0421"] for _, line in the(again).lines} == {"001", "009"}


def test_a_refused_header_goes_again_with_its_invoice_number(clinic: Clinic, clerk: Clerk) -> None:
    message = the(clinic.feed(COURSE).run())
    answer(clerk, file_level(message, "8022"))
    assert len(clerk.asks("redeclare", message.invoice)["queued"]) == 2
    again = clinic.write(NOTHING).run()
    assert again.lines.keys() == {"A1", "A3"}
    assert refusals(clerk.asks("redeclare", message.invoice)) == [("REDECLARE_LATER", "0587")]


def test_a_credit_in_a_refused_file_goes_again_with_the_good_lines(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.asks("correct", clerk.reference("A1"))
    clerk.asks("credit", clerk.reference("A3"))
    message = the(clinic.write(NOTHING).run())
    answer(clerk, by_vecozo(message, {clerk.reference("A1"): "0611"}))
    again = clinic.run()
    assert again.credits.keys() == {"A1", "A3"}
    assert again.found("error") == [("LINE_REFUSED", "A1", "")]


# --- Refused by the insurer -------------------------------------------------------------------------------------------


def test_a_refused_line_waits_for_the_feed_or_for_somebody(clinic: Clinic, clerk: Clerk) -> None:
    refuse(clerk, clinic.feed(COURSE).run(), "A1")
    for rows in ([], COURSE):
        result = clinic.feed(rows).run()
        assert result.lines == {}
        assert result.problems == []
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
    refuse(clerk, clinic.feed(COURSE).run(), "A1")
    extra = {"referral_date": "2021-02-01"} if column == "referrer_agb" else {}
    rows = [row | {column: value, **extra} if row is START or column == "bsn" else row for row in COURSE]
    changed = clinic.feed(rows).run()
    assert changed.lines == {"A1": ("F1013", 1)}
    assert "A1" not in {problem["appointment_id"] for problem in changed.problems}
    assert clinic.run().lines == {}


def test_a_refused_line_whose_correction_is_held_waits_with_it(clinic: Clinic, clerk: Clerk) -> None:
    refuse(clerk, clinic.feed([START]).run(), "A1", codes=("3100",))
    wrong = START | {"diagnosis_code": "3026"}
    assert clinic.feed([wrong]).run().found("error") == [("DIAGNOSIS_WRONG", "A1", "diagnosis_code")]
    assert clinic.write(NOTHING).run().found("error") == [("DIAGNOSIS_WRONG", "A1", "diagnosis_code")]
    back = clinic.feed([START]).run()
    assert (back.lines, back.problems) == ({}, []), "as it was refused"
    assert clinic.write(NOTHING).run().counts == {}


def test_a_refused_end_goes_again_with_another_count(clinic: Clinic, clerk: Clerk) -> None:
    refuse(clerk, clinic.feed(COURSE).run(), "A3", codes=("0638",))
    assert clinic.write(NOTHING).run().lines == {}
    result = clinic.feed([visit("A4", "2021-03-15", "940135", "T1")]).run()
    assert result.lines == {"A3": ("F1013", 3)}
    assert result.problems == []


def test_a_refused_line_that_was_cancelled(clinic: Clinic, clerk: Clerk) -> None:
    refuse(clerk, clinic.feed([SINGLE]).run(), "S1")
    cancelled = clinic.feed([SINGLE | {"status": "cancelled"}]).run()
    assert (cancelled.lines, cancelled.problems) == ({}, [])
    assert cancelled.counts == {"read": 1, "not_completed": 1}
    assert clinic.write(NOTHING).run().counts == {}
    assert clinic.feed([SINGLE]).run().counts == {"read": 1, "earlier": 1}
    assert clinic.feed([SINGLE | {"date": "2021-03-02"}]).run().lines == {"S1": ("F1014B", 1)}


def test_strict_holds_what_would_go_again(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.asks("correct", clerk.reference("A1"))
    bad = visit("X1", "2021-03-01", "940131", "TX", patient="P5", bsn="1")
    strict = clinic.feed([bad]).run("--strict")
    assert strict.document["run"] is None
    assert strict.found("error") == [("BSN_INVALID", "X1", "bsn"), ("STRICT_HELD", "A1", "")]
    later = clinic.feed([bad | {"status": "cancelled"}]).run("--strict")
    assert (later.lines.keys(), later.credits.keys()) == ({"A1"}, {"A1"})


def test_a_check_shows_what_would_go_again_and_changes_nothing(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.asks("correct", clerk.reference("A1"))
    before = (clinic.folder / "ledger.sqlite").read_bytes()
    checked = clinic.command("check")
    assert (checked.lines.keys(), checked.credits.keys()) == ({"A1"}, {"A1"})
    assert (clinic.folder / "ledger.sqlite").read_bytes() == before
    assert clinic.run().document["lines"] == checked.document["lines"]


# --- Runs that are taken back -----------------------------------------------------------------------------------------


def test_a_run_is_taken_back(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed([*COURSE, SINGLE]).run()
    assert clerk.undoes("R000001") == 0
    assert sorted(path.name for path in (clinic.folder / "out").glob("R*")) == ["R000001-withdrawn"]
    assert clerk.lines() == []
    assert clerk.rows("SELECT state, withdrawn_on, withdrawn_why FROM run") == [
        {"state": "withdrawn", "withdrawn_on": TODAY, "withdrawn_why": "niet verstuurd"}
    ]
    again = clinic.write(NOTHING).run()
    assert again.lines == first.lines
    assert again.document["run"] == "R000002"
    invoices = {d["invoice"] for result in (first, again) for d in result.document["declarations"]}
    assert len(invoices) == 4
    assert clerk.sums()["declared"] == sum(line["amount_cents"] for line in again.document["lines"])


def test_a_run_with_credits_is_taken_back(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.asks("correct", clerk.reference("A1"))
    clerk.asks("credit", clerk.reference("A3"))
    second = clinic.write(NOTHING).run()
    clerk.undoes("2")
    third = clinic.run()
    assert (third.lines, third.credits) == (second.lines, second.credits)


def test_what_changed_since_goes_into_the_next_run(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.undoes("R000001")
    result = clinic.feed([CONTACT | {"status": "cancelled"}, START | {"date": "2021-03-02"}]).run()
    assert result.lines == {"A1": ("F1013", 1), "A3": ("F1013", 1)}
    assert result.document["lines"][0]["date"] == "2021-03-02"
    assert result.problems == []


def undo_refused(clerk: Clerk, run: str) -> str:
    code, text = clerk.gives("undo", run, as_json=True, debug=False)
    assert code == 2
    return str(clerk.parsed(text)["problems"][0]["code"])


def test_what_can_not_be_taken_back(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed(COURSE).run()
    assert [undo_refused(clerk, run) for run in ("R000002", "x", "")] == ["RUN_UNKNOWN"] * 3
    clerk.asks("credit", clerk.reference("A1"))
    clinic.write(NOTHING).run()
    assert undo_refused(clerk, "R000001") == "RUN_CREDITED"
    assert clerk.undoes("R000002") == 0
    assert undo_refused(clerk, "R000002") == "RUN_WITHDRAWN"
    answer(clerk, file_level(the(first), "8001"))
    assert undo_refused(clerk, "r1") == "RUN_ANSWERED"
    assert (clinic.folder / "out" / "R000001").is_dir()


def test_a_run_whose_files_are_gone_is_taken_back_with_a_word(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    (clinic.folder / "out" / "R000001").rename(clinic.folder / "sent")
    code, text = clerk.gives("undo", "R000001")
    assert code == 0
    assert [problem["code"] for problem in clerk.parsed(text)["problems"]] == ["RUN_FILES_MISSING"]
    assert clinic.run().lines.keys() == {"A1", "A3"}


def test_taking_back_can_be_done_again_after_it_was_broken_off(clinic: Clinic, clerk: Clerk) -> None:
    """The folder was renamed, and the ledger was not written."""
    clinic.feed(COURSE).run()
    (clinic.folder / "out" / "R000001").rename(clinic.folder / "out" / "R000001-withdrawn")
    assert clinic.run().lines == {}
    assert clerk.undoes("R000001") == 0
    assert clinic.run().lines.keys() == {"A1", "A3"}


# --- Appointments that were another patient's -------------------------------------------------------------------------


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
    assert (corrected.lines.keys(), corrected.credits.keys()) == ({"A1"}, {"A1"})
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
    assert (result.lines.keys(), result.credits.keys()) == ({"A1"}, {"A1"})
    bsns = {line.is_credit: line.values["0403"] for _, line in the(result).lines}
    assert bsns == {True: BSNS[1], False: BSNS[2]}
    assert clinic.feed([right]).run().counts == {"read": 1, "earlier": 1}


def test_care_that_was_on_the_wrong_person_with_its_number(clinic: Clinic, clerk: Clerk) -> None:
    """The number is free the night after."""
    clinic.feed([START]).run()
    right = visit("A1", "2021-03-01", "940131", "T1", patient="P2")
    clinic.feed([right]).run()
    clerk.asks("correct", clerk.reference("A1"))
    assert clinic.write(NOTHING).run().credits.keys() == {"A1"}
    assert clinic.run().lines == {"A1": ("F1013", 1)}
