"""What the feed changes after it was declared: told of every night, and corrected when somebody asks."""

from collections.abc import Mapping

import pytest

from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, the
from tests.support.feeds import BSNS, Cells, Clinic, tables_read_once, visit
from tests.support.receiver import Books, take_apart

__all__ = ["tables_read_once"]


#: The rows of a night, what is told of them, and what was and is.
CHANGES: Mapping[str, tuple[Cells, str, str, str]] = {
    "moved": (SINGLE | {"date": "2021-03-02"}, "DECLARED_MOVED", "01-03-2021", "02-03-2021"),
    "another code": (SINGLE | {"code": "940150"}, "DECLARED_CODE_CHANGED", "940140", "940150"),
    "another insurer": (SINGLE | {"uzovi": "3313"}, "DECLARED_INSURER_CHANGED", "3311", "3313"),
    "another diagnosis": (SINGLE | {"diagnosis_code": "3526"}, "DECLARED_DIAGNOSIS_CHANGED", "3426", "3526"),
    "another BSN": (SINGLE | {"bsn": BSNS[30]}, "DECLARED_BSN_CHANGED", "", ""),
    "cancelled": (SINGLE | {"status": "cancelled"}, "DECLARED_CANCELLED", "01-03-2021", ""),
    "a contact more": (visit("A4", "2021-03-15", "940135", "T1"), "CONTACT_AFTER_DECLARED_END", " 2 ", " 3 "),
    "a contact cancelled": (CONTACT | {"status": "no-show"}, "DECLARED_COUNT_CHANGED", " 2 ", " 1 "),
    # Before the start of its trajectory, which holds the end and so what is to be corrected.
    "a contact moved away": (CONTACT | {"date": "2021-02-01"}, "DECLARED_COUNT_CHANGED", " 2 ", " 1 "),
}


#: What comes to no line as it is now, and what for.
WAITING: Mapping[str, str] = {"another diagnosis": "DIAGNOSIS_WRONG", "a contact moved away": "COUNT_UNCERTAIN"}


def wrong_line(name: str) -> str:
    return "A3" if "contact" in name else "S1"


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_is_told_of_every_night(name: str, clinic: Clinic, clerk: Clerk) -> None:
    row, code, before, after = CHANGES[name]
    clinic.feed([*COURSE, SINGLE]).run()
    for rows in ([row], [], []):
        night = clinic.feed(rows).run()
        (problem,) = (
            problem for problem in night.problems if problem["severity"] == "warning" and problem["appointment_id"]
        )
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
    waits = name in WAITING
    assert again.credits == ({} if waits else {wrong_line(name): sent[wrong_line(name)]})
    assert set(again.lines) == (set() if waits or name == "cancelled" else {wrong_line(name)})
    assert (WAITING.get(name) in again.codes) is ("CREDIT_HELD_BACK" in again.codes) is waits
    for content in again.files.values():
        assert books.judge(books.receive(content), {}) == {}
    assert clerk.rows("SELECT why FROM request") == [{"why": "verkeerd in de agenda"}]
    later = clinic.run()
    assert later.document["lines"] == []
    assert not any(problem["severity"] == "warning" for problem in later.problems)


def test_nothing_is_corrected_unasked(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clinic.feed([row | {"date": "2021-02-01"} for row in COURSE]).run()
    assert clinic.run().document["run"] is None
    assert clerk.rows("SELECT reference FROM line WHERE corrected") == []


def test_a_corrected_line_follows_what_changes_next(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    moved = START | {"date": "2021-03-02"}
    clinic.feed([moved]).run()
    clerk.asks("correct", "A1")
    assert clinic.feed([moved | {"diagnosis_code": ""}]).run().files == {}
    held = clinic.write(NOTHING).run()
    assert held.found("error") == [("CREDIT_HELD_BACK", "A1", ""), ("DIAGNOSIS_MISSING", "A1", "diagnosis_code")]
    assert held.counts == {"remembered": 1, "held": 1}
    right = clinic.feed([moved]).run()
    assert set(right.credits) == {"A1"}
    assert right.lines == {"A1": ("F1013", 1)}
    assert [line["date"] for line in right.document["lines"] if line["debit_credit"] == "D"] == ["2021-03-02"]
    assert clinic.run().lines == {}


def test_a_start_that_became_another_profile_waits_for_what_was_declared(clinic: Clinic, clerk: Clerk) -> None:
    """It was held for its BSN while its end went; then somebody corrected its code with it."""
    clinic.tariffs()
    clinic.feed([START | {"bsn": "123456789", "code": "940141"}, END | {"code": "940144"}]).run()
    assert clinic.feed([START]).run().found("error") == [("START_OTHER_PROFILE", "A1", "code")]
    assert clinic.feed([END]).run().codes == ["DECLARED_CODE_CHANGED", "START_OTHER_PROFILE"]
    clerk.asks("correct", "A3")
    right = clinic.write(NOTHING).run()
    assert (set(right.lines), set(right.credits)) == ({"A1", "A3"}, {"A3"})


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
        clerk.replaces(row["appointment_id"])
    result = clinic.feed(rows).run()
    messages = [take_apart(content) for content in result.files.values()]
    assert [[line.is_credit for _, line in message.lines] for message in messages] == [[False] * 3, [True] * 2]
    assert {line.values["0405"] for _, line in messages[0].lines} == {"8"}
    assert {line.values["0405"] for _, line in messages[1].lines} == {START["insured_number"]}


def test_a_credit_stands_under_the_person_as_known_now_where_the_key_is_the_same(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.replaces("A1")
    message = the(clinic.feed([START | {"house_number": "77"}]).run())
    assert {person.values["0219"] for person, _ in message.lines} == {"00077"}
    clerk.asks("credit", clerk.reference("A1"))
    alone = the(clinic.feed([START | {"house_number": "78"}]).run())
    assert [person.values["0219"] for person, _ in alone.lines] == ["00077"]
