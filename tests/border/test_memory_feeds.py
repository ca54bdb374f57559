"""What one feed said is known in the next: of trajectories that move, of what was deleted."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest

from ei_export.ledger import Ledger
from ei_export.ledger.patients import kept_by_all
from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, the
from tests.support.feeds import BSNS, Cells, Clinic, Result, tables_read_once, visit
from tests.support.receiver import by_vecozo

__all__ = ["tables_read_once"]

CASES = Path(__file__).parent
COMPLETE = 'path = "appointments.csv"\ncomplete_from = 2021-01-01\n'


def of(patient: str, row: Cells, **cells: str) -> Cells:
    """The row with another patient."""
    return {**visit(row["appointment_id"], row["date"], row["code"], row["trajectory_id"], patient=patient), **cells}


OTHER = visit("Z1", "2021-05-01", "940131", "TZ", patient="P9")
MOVED = tuple(of("P2", row) for row in COURSE)

#: How the lines of `COURSE` that stand or fall are answered, by what is refused.
REFUSED: dict[str, Callable[[Clerk, Result, tuple[str, ...]], object]] = {
    "by the insurer": lambda clerk, first, idents: clerk.is_refused(first, *idents),
    "by VECOZO, the line": lambda clerk, first, idents: clerk.gets(
        by_vecozo(the(first), {clerk.reference(ident): "0611" for ident in idents})
    ),
}


# A refused line goes for whom it belongs to.


@pytest.mark.parametrize("how", REFUSED)
def test_the_only_row_of_a_trajectory_moves(how: str, clinic: Clinic, clerk: Clerk) -> None:
    REFUSED[how](clerk, clinic.feed([START]).run(), ("A1",))
    moved = clinic.feed([MOVED[0]]).run()
    assert moved.lines == {"A1": ("F1013", 1)}
    assert moved.problems == []
    assert [line.values["0403"] for _, line in the(moved).lines] == [BSNS[2]]
    for rows in ([], [MOVED[0]], [START | {"appointment_id": "A9", "trajectory_id": "T9", "date": "2021-05-01"}]):
        assert clinic.feed(rows).run().problems == []
    assert "TRAJECTORY_TWO_PATIENTS" in clinic.feed([of("P3", END)]).run().codes
    assert clinic.feed([of("P3", END, status="cancelled"), MOVED[2]]).run().lines == {"A3": ("F1013", 1)}


def test_a_number_is_put_right_with_the_patient(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([START]).run(), "A1")
    assert clinic.feed([of("P2", START, trajectory_id="T2")]).run().lines == {"A1": ("F1013", 1)}
    assert clinic.feed([START | {"appointment_id": "A9"}]).run().lines == {"A9": ("F1013", 1)}


def test_a_number_alone_is_not_sent_and_goes_when_somebody_says_so(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([START]).run(), "A1")
    assert clinic.feed([START | {"trajectory_id": "T9"}]).run().lines == {}
    clerk.asks("redeclare", clerk.reference("A1"))
    (line,) = clinic.write(NOTHING).run().document["lines"]
    assert line["trajectory"] == "T9"
    assert clinic.feed([END | {"trajectory_id": "T9"}]).run().lines == {"A3": ("F1013", 1)}


@pytest.mark.parametrize("refused", ["A1", "A3"])
def test_a_trajectory_of_which_one_line_was_granted_moves(refused: str, clinic: Clinic, clerk: Clerk) -> None:
    """What was refused goes out at once, what was granted after it was corrected; the contact counts with them."""
    granted = "A3" if refused == "A1" else "A1"
    clerk.is_refused(clinic.feed(COURSE).run(), refused)
    moved = clinic.feed(MOVED).run()
    assert ("DECLARED_ELSEWHERE", granted, "appointment_id") in moved.found("error")
    assert not any(code.startswith("TRAJECTORY") for code in moved.codes)
    assert moved.lines == ({"A1": ("F1013", 1)} if refused == "A1" else {})
    clerk.asks("correct", clerk.reference(granted))
    again = clinic.write(NOTHING).run()
    assert set(again.credits) == {granted}
    live = {**moved.lines, **again.lines}
    assert live == {"A1": ("F1013", 1), "A3": ("F1013", 2)}
    assert clinic.run().problems == []
    assert {row["patient_id"] for row in clerk.debits()} == {"P2"}


def test_a_number_that_is_left_with_the_other_is_shared(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([START, END]).run(), "A1")
    assert clinic.feed([MOVED[0]]).run().found("error") == [("TRAJECTORY_TWO_PATIENTS", "A1", "trajectory_id")]
    assert clinic.feed([of("P2", START, trajectory_id="T2")]).run().lines == {"A1": ("F1013", 1)}


@pytest.mark.parametrize("between", ["correct", "credit", "undo", "credit and redeclare"])
def test_a_trajectory_moves_with_something_in_between(between: str, clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    assert clinic.feed([MOVED[0]]).run().codes == ["DECLARED_ELSEWHERE"]
    if between == "undo":
        clerk.undoes("R000001")
    else:
        for command in between.split(" and "):
            clerk.asks(command, clerk.reference("A1"))
    result = clinic.write(NOTHING).run()
    assert result.lines == {"A1": ("F1013", 1)}
    assert set(result.credits) == (set() if between == "undo" else {"A1"})
    assert clinic.feed([MOVED[0]]).run().problems == []
    assert clinic.feed([MOVED[2]]).run().lines == {"A3": ("F1013", 1)}


def test_a_granted_trajectory_that_moves_there_and_back(clinic: Clinic) -> None:
    """Its contacts count again where they did."""
    clinic.feed(COURSE).run()
    for rows in ([*MOVED], [*COURSE], []):
        clinic.feed(rows).run()
    assert clinic.feed(COURSE).run().problems == []
    assert clinic.feed([CONTACT | {"status": "cancelled"}, OTHER]).run().found("warning") == [
        ("DECLARED_COUNT_CHANGED", "A3", "")
    ]


def test_what_moves_is_no_longer_counted_on_where_it_was(clinic: Clinic, clerk: Clerk) -> None:
    """The start went with its number; who had them has no open trajectory any more."""
    clerk.is_refused(clinic.feed([START]).run(), "A1")
    clinic.feed([MOVED[0]]).run()
    assert clinic.feed([END | {"trajectory_id": ""}]).run().codes == ["END_WITHOUT_START"]


# Nothing that a feed said is forgotten.


def test_the_number_of_a_credited_line(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.asks("credit", clerk.reference("A1"))
    clinic.write(NOTHING).run()
    assert clinic.feed([START | {"trajectory_id": "T9"}]).run().lines == {}
    for _ in range(2):
        clinic.write(NOTHING).run()
    clerk.asks("redeclare", clerk.reference("A1"))
    (line,) = clinic.run().document["lines"]
    assert line["trajectory"] == "T9"
    assert clinic.feed([END | {"trajectory_id": "T9"}]).run().lines == {"A3": ("F1013", 1)}


def test_all_that_a_feed_said_of_a_credited_line(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed([START]).run()
    clerk.asks("credit", clerk.reference("A1"))
    clinic.write(NOTHING).run()
    clinic.feed([START | {"therapist_agb": "04011111", "indication_code": "001"}]).run()
    clinic.write(NOTHING).run()
    clerk.asks("redeclare", clerk.reference("A1"))
    ((_, line),) = the(clinic.run()).lines
    assert (line.values["0422"], line.values["0421"]) == ("04011111", "001")


def test_codes_and_numbers_of_a_line_that_stands_again(clinic: Clinic, clerk: Clerk) -> None:
    """Corrected, withdrawn, put back in the agenda, credited and declared again, with nights of nothing in between."""
    row = START | {"code": "01"}

    def kept() -> list[tuple[str, str]]:
        with closing(Ledger.look(clinic.folder / "ledger.sqlite")) as ledger:
            return [(kept.text("code"), kept.text("trajectory_id")) for _, kept in kept_by_all(ledger)]

    clinic.feed([row]).run()
    clinic.feed([row | {"date": "2021-03-02"}]).run()
    clerk.asks("correct", "A1")
    clinic.write(NOTHING).run()
    clerk.undoes("R000002")
    assert clinic.feed([row]).run().codes == ["CORRECTION_DROPPED"]
    for _ in range(2):
        assert kept() == [("01", "T1")]
        assert clinic.write(NOTHING).run().problems == []
    (standing,) = (debit["reference"] for debit in clerk.debits() if debit["status"] == "sent")
    clerk.asks("credit", standing)
    assert clinic.run().credits.keys() == {"A1"}
    assert kept() == [("01", "T1")]
    clerk.asks("redeclare", clerk.reference("A1"))
    (line,) = clinic.run().document["lines"]
    assert (line["trajectory"], line["date"], line["code"]) == ("T1", "2021-03-01", "940131")
    assert kept() == [("01", "T1")]
    assert clinic.feed([END]).run().lines == {"A3": ("F1013", 1)}


def test_a_renumbered_line_that_changed_besides(clinic: Clinic) -> None:
    """It stands as it was declared, and its trajectory goes on under the new number."""
    clinic.feed([START]).run()
    assert clinic.feed([START | {"trajectory_id": "T9", "accident": "J"}]).run().codes == ["DECLARED_DETAILS_CHANGED"]
    assert clinic.feed([END | {"trajectory_id": "T9"}]).run().lines == {"A3": ("F1013", 1)}


def test_a_contact_cancelled_in_the_export_that_moves_its_trajectory(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([START, CONTACT]).run(), "A1")
    moved = clinic.feed([MOVED[0], of("P2", CONTACT, status="cancelled")]).run()
    assert (moved.lines, moved.problems) == ({"A1": ("F1013", 1)}, [])
    assert clinic.feed([MOVED[2]]).run().lines == {"A3": ("F1013", 1)}
    assert clinic.feed([END | {"appointment_id": "A9", "trajectory_id": ""}]).run().codes == ["END_WITHOUT_START"]


@pytest.mark.parametrize("patient", ["P2", "P1"])
def test_what_was_declared_is_cancelled_with_another_patient(patient: str, clinic: Clinic, clerk: Clerk) -> None:
    """Merged dossiers, or care that was put on the wrong person and did not take place either."""
    clinic.feed([START]).run()
    row = of(patient, START, status="cancelled", patient_id="P7")
    for rows in ([row], []):
        assert clinic.feed(rows).run().codes == ["DECLARED_CANCELLED"]
    assert len(clerk.asks("correct", "--all")["queued"]) == 1
    result = clinic.write(NOTHING).run()
    assert (set(result.credits), result.lines) == ({"A1"}, {})
    assert clinic.run().problems == []


def test_what_was_refused_is_cancelled_with_another_patient(clinic: Clinic, clerk: Clerk) -> None:
    clerk.is_refused(clinic.feed([START]).run(), "A1")
    night = clinic.feed([of("P2", START, status="cancelled"), OTHER]).run()
    assert (night.found("error"), night.counts) == ([], {"read": 2, "declared": 1, "not_completed": 1})
    assert clinic.feed([MOVED[0]]).run().lines == {"A1": ("F1013", 1)}


def test_what_is_held_is_cancelled_with_another_patient(clinic: Clinic) -> None:
    clinic.tariffs(without="940131")
    clinic.feed([START]).run()
    clinic.tariffs()
    assert clinic.feed([of("P2", START, status="cancelled")]).run().lines == {}
    assert clinic.write(NOTHING).run().counts == {}


# What a complete feed lacks was deleted.


def test_a_deleted_contact(tmp_path: Path) -> None:
    clinic = Clinic(Path(copytree(CASES / "deleted-contact-still-counts", tmp_path / "case")))
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[input]\n", "[input]\ncomplete_from = 2023-01-01\n", 1), encoding="utf-8")
    clinic.run(today="2023-03-16")
    clinic.write((clinic.folder / "next.csv").read_bytes())
    assert clinic.run(today="2023-03-23").lines == {"A-4": ("F1013", 2)}


@pytest.fixture
def complete(clinic: Clinic) -> Clinic:
    clinic.configure(feed=COMPLETE)
    return clinic


def deleted(result: Result) -> list[tuple[str, str]]:
    return [(p["appointment_id"], p["severity"]) for p in result.problems if p["code"] == "APPOINTMENT_DELETED"]


def test_deleted_contacts_are_told_of_once_and_count_no_more(complete: Clinic) -> None:
    complete.feed([START, CONTACT, OTHER]).run()
    assert deleted(complete.feed([START, OTHER]).run()) == [("A2", "info")]
    assert complete.run().problems == []
    assert complete.feed([START, END, OTHER]).run().lines == {"A3": ("F1013", 1)}
    back = complete.feed([*COURSE, OTHER]).run()
    assert back.codes == ["CONTACT_AFTER_DECLARED_END"]
    assert complete.feed([START, END, OTHER]).run().codes == ["APPOINTMENT_DELETED"]
    assert complete.run().problems == []


def test_a_contact_that_is_deleted_after_the_end(complete: Clinic, clerk: Clerk) -> None:
    complete.feed([*COURSE, OTHER]).run()
    night = complete.feed([START, END, OTHER]).run()
    assert night.codes == ["APPOINTMENT_DELETED", "DECLARED_COUNT_CHANGED"]
    clerk.asks("correct", "--all")
    assert complete.run().lines == {"A3": ("F1013", 1)}
    assert complete.run().problems == []


def test_what_is_held_and_deleted_leaves_the_lists(complete: Clinic, clerk: Clerk) -> None:
    """Also of patients of whom there is nothing left."""
    held = [visit("H1", "2021-03-01", "940131", patient="P5", diagnosis="9999"), visit("H2", "2021-04-01", "940134")]
    complete.feed([*held, OTHER]).run()
    assert len(clerk.parsed(clerk.gives("status")[1])["held"]) == 2
    night = complete.feed([OTHER]).run()
    assert deleted(night) == [("H1", "info"), ("H2", "info")]
    assert night.counts == {"read": 1, "earlier": 1}
    assert clerk.parsed(clerk.gives("status")[1])["held"] == []
    assert complete.run().problems == []
    assert len(complete.feed([*held, OTHER]).run().found("error")) == 2


def test_what_was_declared_and_deleted_is_told_of_until_it_is_put_right(complete: Clinic, clerk: Clerk) -> None:
    complete.feed([*COURSE, SINGLE, OTHER]).run()
    for _ in range(2):
        night = complete.feed([*COURSE, OTHER]).run()
        assert night.found("warning") == [("DECLARED_DELETED", "S1", "")]
        assert clerk.reference("S1") in night.problems[0]["remedy"]
    assert complete.feed([*COURSE, SINGLE, OTHER]).run().problems == []
    everything = complete.feed([OTHER]).run()
    told = [ident for code, ident, _ in everything.found("warning") if code == "DECLARED_DELETED"]
    assert told == ["A1", "A3", "S1"]
    assert "A2" in [ident for ident, _ in deleted(everything)]
    assert len(clerk.asks("correct", "--all")["queued"]) == 3
    result = complete.run()
    assert (set(result.credits), result.lines) == ({"A1", "A3", "S1"}, {})
    assert complete.run().problems == []


def test_a_refused_line_that_was_deleted_is_due_no_more(complete: Clinic, clerk: Clerk) -> None:
    clerk.gets(by_vecozo(the(complete.feed([START]).run()), {clerk.reference("A1"): "0611"}))
    assert complete.feed([OTHER]).run().found("error") == []
    assert complete.run().problems == []
    clerk.asks("redeclare", clerk.reference("A1"))
    assert complete.run().lines == {}


@pytest.mark.parametrize("first", ["2021-03-09", "2021-03-22", "2022-01-01"])
def test_only_what_is_of_that_day_or_later_can_be_deleted(first: str, clinic: Clinic) -> None:
    clinic.configure(feed=COMPLETE.replace("2021-01-01", first))
    clinic.feed([*COURSE, OTHER]).run()
    lost = {"2021-03-09": ["A3"], "2021-03-22": ["A3"], "2022-01-01": []}[first]
    night = clinic.feed([OTHER]).run()
    assert [p["appointment_id"] for p in night.problems] == lost


@pytest.mark.parametrize("rows", [[], [OTHER | {"status": "cancelled"}]], ids=["empty", "nothing completed"])
def test_a_feed_in_which_nothing_took_place_deletes_nothing(rows: list[Cells], complete: Clinic) -> None:
    complete.feed(COURSE).run()
    assert complete.feed(rows).run().problems == []
    assert complete.feed(COURSE).run().counts == {"read": 3, "earlier": 3}


def test_what_is_another_patients_now_is_not_deleted(complete: Clinic) -> None:
    complete.feed([START, CONTACT]).run()
    merged = [row | {"patient_id": "P7"} for row in COURSE]
    result = complete.feed(merged).run()
    assert (result.lines, result.problems) == ({"A3": ("F1013", 2)}, [])
    assert complete.run().problems == []


def test_without_the_setting_nothing_is_deleted(clinic: Clinic) -> None:
    clinic.feed([START, CONTACT]).run()
    assert clinic.feed([OTHER]).run().problems == []
    assert clinic.feed([END]).run().lines == {"A3": ("F1013", 2)}
