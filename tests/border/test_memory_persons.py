"""A person corrected in the practice system, and whatever else was sent and is otherwise by now."""

from contextlib import closing
from pathlib import Path
from shutil import copytree

import pytest

from ei_export.ledger import Ledger
from ei_export.ledger.dossier import Settled
from ei_export.ledger.packing import pack
from ei_export.ledger.patients import dossier_of, save_dossiers
from tests.declaring import test_gds801
from tests.support.clerk import CONTACT, COURSE, END, NOTHING, SINGLE, START, Clerk, the
from tests.support.feeds import BSNS, Cells, Clinic, Result, tables_read_once, visit
from tests.support.receiver import Verdict, by_insurer, by_vecozo

__all__ = ["tables_read_once"]

CASES = Path(__file__).parent
#: The next appointment of the patient of `COURSE`: it is told of alone.
NEXT = visit("A4", "2021-04-01", "940135", "T1")


def case(tmp_path: Path, name: str) -> Clinic:
    return Clinic(Path(copytree(CASES / name, tmp_path / name)))


def following(clinic: Clinic) -> Clinic:
    return clinic.write((clinic.folder / "next.csv").read_bytes())


def about_appointments(result: Result) -> list[tuple[str, str, str]]:
    """Each problem of an appointment with its severity; settings and tables have their own."""
    return [(p["code"], p["severity"], p["appointment_id"]) for p in result.problems if p["appointment_id"]]


def test_a_bsn_that_held_a_start(tmp_path: Path) -> None:
    clinic = case(tmp_path, "bsn-corrected-new-rows-only")
    assert clinic.run(today="2023-03-10").found("error") == [("BSN_INVALID", "A-1", "bsn")]
    result = following(clinic).run(today="2023-03-23")
    assert result.lines == {"A-1": ("F1013", 1), "A-3": ("F1013", 2)}
    assert about_appointments(result) == []
    assert clinic.run(today="2023-03-24").problems == []


def test_a_bsn_under_which_a_start_was_declared(tmp_path: Path) -> None:
    clinic = case(tmp_path, "bsn-corrected-after-declared-new-rows-only")
    clerk = Clerk(clinic)
    clinic.run(today="2023-03-10")
    result = following(clinic).run(today="2023-03-23")
    assert result.lines == {"A-3": ("F1013", 2)}
    for night in (result, clinic.write(NOTHING).run(today="2023-03-24")):
        assert about_appointments(night) == [("DECLARED_BSN_CHANGED", "warning", "A-1")]
    (queued,) = clerk.asks("correct", "--all", today="2023-03-25")["queued"]
    assert queued["appointment_id"] == "A-1"
    corrected = clinic.run(today="2023-03-25")
    assert (set(corrected.credits), corrected.lines) == ({"A-1"}, {"A-1": ("F1013", 1)})
    bsns = {line.is_credit: line.values["0403"] for _, line in the(corrected).lines}
    assert bsns[False] == {person.values["0203"] for person, _ in the(result).lines}.pop() != bsns[True]
    assert about_appointments(clinic.run(today="2023-03-26")) == []


#: What a row that is held lacks, and what the next row of the patient says of it.
HELD: dict[str, tuple[Cells, Cells]] = {
    "birth date": ({"birth_date": "1961-13-01"}, {}),
    "name": ({"name": ""}, {}),
    "initials": ({"initials": ""}, {}),
    "sex": ({"sex": "x"}, {}),
    "postcode": ({"postcode": "1234"}, {}),
    "house number": ({"house_number": ""}, {}),
    "abroad": ({"country": "XX"}, {}),
    "no BSN, and no insured number": ({"bsn": "999999999", "insured_number": ""}, {"bsn": "999999999"}),
    "an insurer that nobody knows": ({"uzovi": "7059"}, {}),
}


@pytest.mark.parametrize("name", HELD)
def test_what_held_a_start(name: str, clinic: Clinic) -> None:
    wrong, right = HELD[name]
    first = clinic.feed([START | wrong, CONTACT | right]).run()
    assert first.lines == {}, first.problems
    assert clinic.write(NOTHING).run().lines == {}
    assert clinic.feed([NEXT | right]).run().lines == {"A1": ("F1013", 1)}
    assert clinic.feed([END | {"date": "2021-04-08"} | right]).run().lines == {"A3": ("F1013", 3)}


def test_what_is_held_for_something_else_goes_with_the_details_of_the_latest_row(clinic: Clinic) -> None:
    """Of the feed that was heard of last, and there of the latest day; however long ago."""
    clinic.tariffs(without="940131")
    clinic.feed([START]).run()
    clinic.feed([NEXT | {"house_number": "77"}, CONTACT | {"house_number": "5", "name": "Anders"}]).run()
    clinic.write(NOTHING).run()
    clinic.tariffs()
    ((person, _),) = the(clinic.run()).lines
    assert (person.values["0219"], person.values["0210"]) == ("00077", START["name"])


def test_a_row_that_can_not_be_sent_itself_changes_nothing(clinic: Clinic) -> None:
    clinic.tariffs(without="940131")
    clinic.feed([START]).run()
    clinic.feed([NEXT | {"name": "", "house_number": "77"}]).run()
    clinic.tariffs()
    ((person, _),) = the(clinic.write(NOTHING).run()).lines
    assert (person.values["0219"], person.values["0210"]) == ("00002", START["name"])


def test_the_insurer_of_a_row_stays_its_own(clinic: Clinic) -> None:
    clinic.tariffs(without="940131")
    clinic.feed([START]).run()
    clinic.feed([visit("A9", "2022-01-03", "1000", insurer="CZ", insured_number="5", house_number="77")]).run()
    clinic.tariffs()
    ((person, line),) = the(clinic.write(NOTHING).run()).lines
    assert (person.values["0204"], person.values["0205"]) == (START["uzovi"], START["insured_number"])
    assert line.values["0403"] == START["bsn"]


def test_a_refused_line_goes_for_the_person_as_known_now(clinic: Clinic, clerk: Clerk) -> None:
    """Whoever refused it, and whether the person changes before or after."""
    clerk.is_refused(clinic.feed([START]).run(), "A1", codes=("0435",))
    assert clinic.feed([NEXT]).run().lines == {}
    again = clinic.feed([NEXT | {"bsn": BSNS[31]}]).run()
    assert [(person.values["0203"], line.values["0403"]) for person, line in the(again).lines] == [(BSNS[31],) * 2]
    assert again.problems == []
    clerk.gets(by_vecozo(the(again), {clerk.reference("A1"): "8202"}))
    assert clinic.write(NOTHING).run().found("error") == [("LINE_REFUSED", "A1", "")]
    assert clinic.feed([NEXT | {"bsn": BSNS[31], "birth_date": "1971-01-01"}]).run().lines == {"A1": ("F1013", 1)}


def test_who_was_declared_as_another_and_then_refused(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed([START]).run()
    clinic.feed([NEXT | {"bsn": BSNS[31]}]).run()
    clerk.is_refused(first, "A1", codes=("0435",))
    ((person, _),) = the(clinic.write(NOTHING).run()).lines
    assert person.values["0203"] == BSNS[31]


def test_what_the_next_row_says_of_declared_lines(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    for cells, code in (
        ({"birth_date": "1961-06-17"}, "DECLARED_DETAILS_CHANGED"),
        ({"sex": "1"}, "DECLARED_DETAILS_CHANGED"),
        ({"insured_number": "5"}, "DECLARED_DETAILS_CHANGED"),
        ({"bsn": BSNS[31]}, "DECLARED_BSN_CHANGED"),
    ):
        for rows in ([visit("A9", "2021-05-01", "1000", **cells)], []):
            night = clinic.feed(rows).run()
            assert night.found("warning") == [(code, ident, *cells) for ident in ("A1", "A3")]
            assert not any(value in str(night.problems) for value in (*cells.values(), START["bsn"]) if len(value) > 5)
        assert clinic.feed([visit("A9", "2021-05-01", "1000")]).run().problems == []
    for cells in ({"house_number": "77"}, {"name": "Anders"}, {"uzovi": "9664", "insured_number": "5"}):
        assert clinic.feed([visit("A9", "2021-05-01", "1000", **cells)]).run().problems == []
    clinic.feed([visit("A9", "2021-05-01", "1000", bsn=BSNS[31])]).run()
    assert len(clerk.asks("correct", "--all")["queued"]) == 2
    assert clinic.write(NOTHING).run().lines == {"A1": ("F1013", 1), "A3": ("F1013", 2)}
    assert clinic.run().problems == []


# One patient number, rows of two people.


def test_rows_of_one_feed_that_contradict_each_other(clinic: Clinic) -> None:
    """What was heard of them is held, until what they say is settled: by a row of the one or the other, as far as
    they are as good as the same person."""
    clinic.feed([START]).run()
    other = {"bsn": BSNS[31]}
    for rows in ([START, END | other], []):
        assert clinic.feed(rows).run().found("error") == [("PATIENT_CONFLICT", "A3", "bsn")]
    right = clinic.feed([visit("A9", "2021-05-01", "1000", **other)]).run()
    assert right.lines == {"A3": ("F1013", 1)}
    assert right.found("warning") == [("DECLARED_BSN_CHANGED", "A1", "bsn")]


def test_two_people_stay_two(clinic: Clinic) -> None:
    one, other = START, END | {"bsn": BSNS[31], "birth_date": "1991-05-17"}
    for rows in ([one, other], [], [NEXT]):
        night = clinic.feed(rows).run()
        assert night.lines == {}
        assert {ident for code, ident, _ in night.found("error") if code == "PATIENT_CONFLICT"} == {"A1", "A3"}
    apart = clinic.feed([other | {"patient_id": "P31", "trajectory_id": "T9"}]).run()
    assert apart.lines == {"A1": ("F1013", 1)}


@pytest.mark.parametrize("cells", [{"bsn": BSNS[31]}, {"birth_date": "1961-05-18"}, {"sex": "1"}], ids=str)
def test_a_contact_of_somebody_else_holds_what_is_due(cells: Cells, clinic: Clinic) -> None:
    night = clinic.feed([START, CONTACT | cells, END]).run()
    assert night.found("error") == [("PATIENT_CONFLICT", ident, *cells) for ident in ("A1", "A3")]
    assert clinic.feed([CONTACT]).run().lines == {"A1": ("F1013", 1), "A3": ("F1013", 2)}


# All that was sent.


SENT: dict[str, Cells] = {
    "therapist": {"therapist_agb": "04011111"},
    "specialism": {"therapist_specialism": "0402"},
    "indication": {"indication_code": "001"},
    "birth date": {"birth_date": "1963-05-18"},
    "sex": {"sex": "1"},
    "authorization": {"authorization_number": "M123"},
    "insured number": {"insured_number": "123"},
    "referral": {"referral_date": "2021-02-01", "referrer_agb": "01012345"},
    "accident": {"accident": "J"},
    "two of them": {"indication_code": "001", "accident": "J"},
}


@pytest.mark.parametrize("name", SENT)
def test_all_that_was_sent_is_compared(name: str, clinic: Clinic, clerk: Clerk) -> None:
    cells = SENT[name]
    clinic.feed([SINGLE]).run()
    for rows in ([SINGLE | cells], []):
        (problem,) = clinic.feed(rows).run().problems
        assert (problem["code"], problem["severity"]) == ("DECLARED_DETAILS_CHANGED", "warning")
        assert all(column in problem["message"] for column in cells)
        assert not any(value in problem["message"] for value in cells.values() if len(value) > 1)
        assert clerk.reference("S1") in problem["remedy"]
    assert clinic.feed([SINGLE]).run().problems == []
    clinic.feed([SINGLE | cells]).run()
    assert len(clerk.asks("correct", "--all")["queued"]) == 1
    again = clinic.write(NOTHING).run()
    assert (set(again.credits), set(again.lines)) == ({"S1"}, {"S1"})
    assert clinic.feed([SINGLE | cells]).run().problems == []


def test_another_way_to_write_it_is_no_change(clinic: Clinic) -> None:
    row = SINGLE | {"referral_date": "2021-02-01", "referrer_agb": "01012345"}
    clinic.feed([row]).run()
    other = {"birth_date": "17-05-1963", "sex": "V", "therapist_agb": "4098765", "referral_date": "1-2-2021"}
    assert clinic.feed([row | other | {"accident": "o", "postcode": "1234 ab"}]).run().problems == []


ADDRESS: dict[str, Cells] = {
    "moved house": {"postcode": "4321BA", "house_number": "9"},
    "married": {"partner_name": "Anders", "name_use": "3"},
    "abroad": {"country": "BE", "foreign_postcode": "1000", "postcode": ""},
}


@pytest.mark.parametrize("name", ADDRESS)
def test_what_people_change_in_the_course_of_their_lives_is_told_of_once(
    name: str, clinic: Clinic, clerk: Clerk
) -> None:
    cells = ADDRESS[name]
    clinic.feed([SINGLE]).run()
    (problem,) = clinic.feed([SINGLE | cells]).run().problems
    assert (problem["code"], problem["severity"]) == ("DECLARED_ADDRESS_CHANGED", "info")
    assert all(column in problem["message"] for column in cells if cells[column])
    for rows in ([SINGLE | cells], [], [SINGLE | cells, visit("S2", "2021-05-01", "1000", patient="P3", **cells)]):
        assert clinic.feed(rows).run().problems == []
    assert clerk.asks("correct", "--all")["queued"] == []
    assert clerk.parsed(clerk.gives("status")[1])["changed"] == []
    assert [line["appointment_id"] for line in clerk.asks("correct", clerk.reference("S1"))["queued"]] == ["S1"]
    again = clinic.write(NOTHING).run()
    assert (set(again.credits), set(again.lines)) == ({"S1"}, {"S1"})
    assert clinic.feed([SINGLE | cells]).run().problems == []


def test_where_the_address_is_not_sent_nothing_is_told(tmp_path: Path) -> None:
    clinic = test_gds801.clinic(tmp_path)
    row, today = START | {"date": "2025-01-14"}, test_gds801.TODAY
    assert clinic.feed([row]).run(today=today).lines.keys() == {"A1"}
    assert clinic.feed([row | {"house_number": "77", "name": "Anders"}]).run(today=today).problems == []
    told = clinic.feed([row | {"therapist_agb": "04011111", "birth_date": "1961-05-18"}]).run(today=today)
    assert told.found("warning") == [("DECLARED_DETAILS_CHANGED", "A1", "birth_date")]
    assert "therapist_agb" in told.problems[0]["message"]
    Clerk(clinic).asks("correct", "--all", today=today)
    again = clinic.write(NOTHING).run(today=today)
    assert (set(again.credits), set(again.lines)) == ({"A1"}, {"A1"})


def test_what_is_not_marked_is_compared_once(clinic: Clinic) -> None:
    """As where it was read back from a run."""
    clinic.feed([*COURSE, SINGLE]).run()
    with closing(Ledger.open(clinic.folder / "ledger.sqlite")) as ledger:
        for patient in [*ledger.column("SELECT patient_id FROM patient")]:
            dossier = dossier_of(ledger, patient)
            assert dossier is not None
            unmarked = pack(Settled, [settled._replace(mark="") for settled in dossier.settled()])
            save_dossiers(ledger, [dossier._replace(digest=None, person="", appointments=unmarked)])
        ledger.commit()
    assert clinic.feed([*COURSE, SINGLE]).run().problems == []
    assert clinic.feed([SINGLE | {"accident": "J"}]).run().codes == ["DECLARED_DETAILS_CHANGED"]


# The insurer of today on rows of long ago.


def test_an_insurer_of_today(tmp_path: Path) -> None:
    clinic = case(tmp_path, "insurer-switch-full-export")
    clerk = Clerk(clinic)
    clinic.run(today="2023-12-21")
    told = following(clinic).run(today="2024-01-05")
    assert (told.exit_code, told.counts) == (0, {"read": 3, "earlier": 3})
    assert about_appointments(told) == [("DECLARED_INSURER_CHANGED", "warning", ident) for ident in ("A-1", "A-3")]
    for _ in range(2):
        assert about_appointments(clinic.run(today="2024-01-06")) == []
    assert clerk.asks("correct", "--all", today="2024-01-06")["queued"] == []
    assert clerk.parsed(clerk.gives("status", today="2024-01-06")[1])["changed"] == []
    assert len(clerk.asks("correct", clerk.reference("A-1"), today="2024-01-06")["queued"]) == 1


def test_an_insurer_of_today_with_more_courses(clinic: Clinic) -> None:
    """What follows is with the insurer of its day; what goes on keeps its finding."""
    later = [visit("B1", "2021-05-01", "940131", "T2"), visit("B2", "2021-05-08", "940135", "T2")]
    relapse = visit("A5", "2021-04-10", "940133", "T1")
    clinic.feed([*COURSE, relapse, *later]).run()
    switched = [row | {"uzovi": "9664", "insured_number": "5"} for row in (*COURSE, relapse, *later)]
    told = clinic.feed(switched).run()
    assert told.found("warning") == [("DECLARED_INSURER_CHANGED", ident, "uzovi") for ident in ("A1", "A3", "A5", "B1")]
    assert {ident for _, ident, _ in told.found("error")} == {"B2"}
    again = clinic.run()
    assert again.found("warning") == [("DECLARED_INSURER_CHANGED", "B1", "uzovi")]
    assert again.found("error") == told.found("error")


def test_an_insurer_that_was_wrong_in_one_row_is_told_of_every_night(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    for _ in range(2):
        night = clinic.feed([START | {"uzovi": "9664"}, CONTACT, END]).run()
        assert night.found("warning") == [("DECLARED_INSURER_CHANGED", "A1", "uzovi")]
    assert len(clerk.asks("correct", "--all")["queued"]) == 1


def test_an_end_that_is_not_granted_is_not_over(clinic: Clinic, clerk: Clerk) -> None:
    first = clinic.feed(COURSE).run()
    clerk.gets(by_insurer(the(first), {clerk.reference("A3"): Verdict(0, ("0320",))}))
    night = clinic.feed([row | {"uzovi": "9664"} for row in COURSE]).run()
    assert ("DECLARED_INSURER_CHANGED", "A1", "uzovi") in night.found("warning")
    assert night.found("error")
    assert len(clerk.asks("correct", "--all")["queued"]) == 1
