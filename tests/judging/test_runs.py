"""What one run leaves to the next: what was held and tried again, what was declared and comes back different."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from tests.support.feeds import (
    BYSTANDER_LINES,
    BYSTANDERS,
    CONTRACTS,
    Cells,
    Clinic,
    contract,
    csv_text,
    tables_read_once,
    visit,
)

__all__ = ["tables_read_once"]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


def course(number: str = "T1", **cells: Any) -> list[Cells]:
    """A start, a contact and a counted end."""
    return [
        visit("A1", "2021-03-01", "940131", number, **cells),
        visit("A2", "2021-03-08", "940135", number, **cells),
        visit("A3", "2021-03-22", "940134", number, **cells),
    ]


LINES = {"A1": ("F1013", 1), "A3": ("F1013", 2)}
NOTHING = csv_text([])


# --- Contacts that can't be read hold back the end they could belong to -----------------------------------------------

UNREADABLE = {
    "under its number": visit("A9", "2021-03-15", "940135", "T1", patient="P1") | {"date": "15 maart"},
    "without a number": visit("A9", "2021-03-15", "940135") | {"date": "15 maart"},
    "conflicting": visit("A9", "2021-03-15", "940135", "T1"),
}


@pytest.mark.parametrize("numbered", [True, False])
@pytest.mark.parametrize("name", UNREADABLE)
def test_an_unreadable_contact_holds_the_count_until_it_is_corrected(name: str, numbered: bool, clinic: Clinic) -> None:
    bad = UNREADABLE[name]
    if not numbered:
        bad = {**bad, "trajectory_id": ""}
    rows = [*course("T1" if numbered else ""), bad, *BYSTANDERS]
    if name == "conflicting":
        rows.append({**bad, "date": "2021-03-16"})
    first = clinic.feed(rows).run()
    assert first.lines == {"A1": ("F1013", 1), **BYSTANDER_LINES}
    code, column = ("APPOINTMENT_CONFLICT", "date") if name == "conflicting" else ("DATE_INVALID", "date")
    assert first.found("error") == sorted([(code, "A9", column), ("COUNT_UNCERTAIN", "A3", "")])
    assert "A9" in next(p["message"] for p in first.problems if p["code"] == "COUNT_UNCERTAIN")

    again = clinic.write(NOTHING).run()
    assert again.lines == {}
    assert again.found("error") == first.found("error")
    assert again.counts["remembered"] == 2

    corrected = clinic.feed([{**bad, "date": "15-03-2021"}]).run()
    assert corrected.lines == {"A3": ("F1013", 3)}
    assert corrected.problems == []
    assert corrected.counts == {"read": 1, "remembered": 1, "declared": 1, "counted": 1}


def test_an_unreadable_contact_that_was_cancelled_holds_nothing_any_more(clinic: Clinic) -> None:
    bad = UNREADABLE["under its number"]
    assert clinic.feed([*course(), bad]).run().lines == {"A1": ("F1013", 1)}
    cancelled = clinic.feed([{**bad, "status": "cancelled"}]).run()
    assert cancelled.lines == {"A3": ("F1013", 2)}
    assert cancelled.problems == []


@pytest.mark.parametrize(
    ("number", "day", "holds"),
    [
        ("T2", "", False),
        ("", "", True),
        ("T1", "", True),
        ("", "2021-02-27", False),
        ("", "2021-03-01", True),
        ("", "2021-03-22", True),
        ("", "2021-03-23", False),
    ],
)
def test_an_unreadable_row_holds_only_what_it_could_belong_to(
    number: str, day: str, holds: bool, clinic: Clinic
) -> None:
    """With a date that can be read, the row itself can't: it has a cell too many."""
    *head, last = csv_text([*course(), visit("A9", day, "940135", number)]).splitlines()
    result = clinic.write("\n".join([*head, f"{last};more"])).run()
    assert ("A3" not in result.lines) == holds
    assert ("COUNT_UNCERTAIN" in result.codes) == holds
    assert result.counts["unreadable"] == 1


# --- Held, remembered, and tried again --------------------------------------------------------------------------------


def test_a_tariff_that_comes_later(clinic: Clinic) -> None:
    clinic.tariffs(without="940134")
    first = clinic.feed(course()).run()
    assert first.found("error") == [("TARIFF_MISSING", "A3", "code")]
    assert first.lines == {"A1": ("F1013", 1)}
    clinic.tariffs()
    later = clinic.write(NOTHING).run()
    assert later.lines == {"A3": ("F1013", 2)}
    assert later.counts == {"remembered": 1, "declared": 1}
    assert clinic.run().counts == {}


def test_a_contract_that_comes_later(clinic: Clinic) -> None:
    clinic.configure(contracts=CONTRACTS.replace(contract("VGZ"), ""))
    first = clinic.feed(course()).run()
    assert first.counts == {"read": 3, "no_agreement": 3}
    assert first.exit_code == 0
    assert clinic.write(NOTHING).run().counts == {"remembered": 3, "no_agreement": 3}
    clinic.configure()
    later = clinic.run()
    assert later.lines == LINES
    assert later.counts == {"remembered": 3, "declared": 2, "counted": 1}


def test_a_mapping_that_comes_later(clinic: Clinic) -> None:
    """The own code of a contact was forgotten in the settings."""
    rows = [row | {"code": "12" if row["code"] == "940135" else row["code"]} for row in course()]
    first = clinic.feed(rows).run()
    assert first.found("error") == [("CODE_UNMAPPED", "A2", "code"), ("COUNT_UNCERTAIN", "A3", "")]
    clinic.configure(codes='"12" = "940135"')
    later = clinic.write(NOTHING).run()
    assert later.lines == {"A3": ("F1013", 2)}
    assert later.counts == {"remembered": 2, "declared": 1, "counted": 1}


def test_an_own_code_that_turns_out_to_be_no_zorg1(clinic: Clinic) -> None:
    rows = [row | {"code": "12" if row["code"] == "940135" else row["code"]} for row in course()]
    clinic.feed(rows).run()
    clinic.configure(codes='"12" = "-"')
    later = clinic.write(NOTHING).run()
    assert later.lines == {"A3": ("F1013", 1)}
    assert later.counts == {"remembered": 2, "declared": 1, "not_zorg1": 1}
    assert clinic.run().counts == {}


@pytest.mark.parametrize(
    ("column", "wrong"), [("bsn", "1"), ("uzovi", "9999"), ("diagnosis_code", "3026"), ("therapist_agb", "x")]
)
def test_a_row_that_is_corrected(column: str, wrong: str, clinic: Clinic) -> None:
    first = clinic.feed([row | {column: wrong} for row in course()]).run()
    assert first.lines == {}
    assert clinic.write(NOTHING).run().lines == {}
    later = clinic.feed(course()).run()
    assert later.lines == LINES
    assert later.problems == []


def test_an_appointment_of_tomorrow_is_declared_tomorrow(clinic: Clinic) -> None:
    row = visit("A1", "2021-07-02", "940131", "T1")
    assert clinic.feed([row]).run().codes == ["DATE_IN_FUTURE"]
    assert clinic.write(NOTHING).run(today="2021-07-02").lines == {"A1": ("F1013", 1)}


def test_an_end_that_came_before_its_start(clinic: Clinic) -> None:
    start, contact, end = course("")
    assert clinic.feed([end]).run().codes == ["END_WITHOUT_START"]
    assert clinic.feed([contact]).run().codes == ["CONTACT_WITHOUT_TRAJECTORY", "END_WITHOUT_START"]
    later = clinic.feed([start]).run()
    assert later.lines == LINES
    assert later.problems == []


def test_an_ambiguous_contact_that_gets_its_diagnosis(clinic: Clinic) -> None:
    neck = [
        visit("N1", "2021-03-01", "940156", diagnosis="3026"),
        visit("N3", "2021-03-22", "940157", diagnosis="3026"),
    ]
    start, contact, end = course("")
    first = clinic.feed([start, contact | {"diagnosis_code": ""}, end, *neck]).run()
    assert first.lines == {"A1": ("F1013", 1), "N1": ("F1041", 1)}
    later = clinic.feed([contact]).run()
    assert later.lines == {"A3": ("F1013", 2), "N3": ("F1041", 1)}
    assert later.problems == []


def test_one_id_of_two_patients_that_is_corrected(clinic: Clinic) -> None:
    first, second = course("T1")[0], visit("A1", "2021-03-01", "940131", "T2", patient="P2")
    assert clinic.feed([first, second]).run().codes == ["APPOINTMENT_TWO_PATIENTS"]
    later = clinic.feed([first, second | {"appointment_id": "A2"}]).run()
    assert later.lines == {"A1": ("F1013", 1), "A2": ("F1013", 1)}


def test_one_number_of_two_patients_that_is_corrected(clinic: Clinic) -> None:
    first, second = course("T1")[0], visit("A2", "2021-03-01", "940131", "T1", patient="P2")
    assert clinic.feed([first, second]).run().codes == ["TRAJECTORY_TWO_PATIENTS"]
    later = clinic.feed([first, second | {"trajectory_id": "T2"}]).run()
    assert later.lines == {"A1": ("F1013", 1), "A2": ("F1013", 1)}
    assert later.problems == []


def test_one_appointment_with_two_contents_that_is_corrected(clinic: Clinic) -> None:
    row = course()[0]
    assert clinic.feed([row, row | {"date": "2021-03-02"}]).run().codes == ["APPOINTMENT_CONFLICT"]
    assert clinic.feed([row]).run().lines == {"A1": ("F1013", 1)}


# --- What was declared stands -----------------------------------------------------------------------------------------


def test_a_declared_appointment_that_comes_back_changed(clinic: Clinic) -> None:
    clinic.feed([*course(), *BYSTANDERS]).run()
    changed = clinic.feed([course()[0] | {"uzovi": "3332"}, *course()[1:], *BYSTANDERS]).run()
    assert changed.found("warning") == [("DECLARED_INSURER_CHANGED", "A1", "uzovi")]
    assert changed.exit_code == 0
    assert changed.lines == {}
    assert changed.counts == {"read": 7, "earlier": 7}
    assert "7095" in changed.problems[0]["message"]
    assert "3332" in changed.problems[0]["message"]
    assert changed.problems[0]["row"] == 2


def test_another_way_to_write_it_is_no_change(clinic: Clinic) -> None:
    clinic.feed(course()).run()
    rows = [
        row | {"date": f"{row['date'][8:]}-{row['date'][5:7]}-2021 09:00", "status": "VOLTOOID"} for row in course()
    ]
    again = clinic.feed(rows).run()
    assert again.problems == []
    assert again.counts == {"read": 3, "earlier": 3}


def test_a_declared_appointment_that_is_cancelled(clinic: Clinic) -> None:
    clinic.feed(course()).run()
    cancelled = clinic.feed([course()[0] | {"status": "cancelled"}]).run()
    assert cancelled.found("warning") == [("DECLARED_CANCELLED", "A1", "status")]
    assert cancelled.counts == {"read": 1, "earlier": 1}
    assert cancelled.exit_code == 0
    assert clinic.feed(course()).run().counts == {"read": 3, "earlier": 3}


def test_a_counted_contact_that_is_cancelled_before_the_end(clinic: Clinic) -> None:
    start, contact, end = course()
    clinic.feed([start, contact]).run()
    cancelled = clinic.feed([contact | {"status": "no-show"}]).run()
    assert cancelled.counts == {"read": 1, "not_completed": 1}
    assert clinic.feed([end]).run().lines == {"A3": ("F1013", 1)}


def test_a_counted_contact_that_moves_before_the_end(clinic: Clinic) -> None:
    start, contact, end = course()
    clinic.feed([start, contact]).run()
    clinic.feed([contact | {"date": "2021-02-01"}]).run()
    result = clinic.feed([end]).run()
    assert result.found("error") == [("CONTACT_BEFORE_START", "A2", "date"), ("COUNT_UNCERTAIN", "A3", "")]
    assert result.lines == {}


def test_a_contact_that_comes_after_its_end_was_declared(clinic: Clinic) -> None:
    start, contact, end = course()
    clinic.feed([start, end]).run()
    late = clinic.feed([contact]).run()
    assert late.found("warning") == [("CONTACT_AFTER_DECLARED_END", "A3", "")]
    assert late.exit_code == 0
    assert late.lines == {}
    assert late.counts == {"read": 1, "counted": 1}
    again = clinic.run()
    assert again.counts == {"read": 1, "earlier": 1}
    assert again.problems == late.problems


def test_an_appointment_that_moves_to_another_patient(clinic: Clinic) -> None:
    clinic.feed(course()).run()
    moved = clinic.feed([visit("A1", "2021-03-01", "940131", "T2", patient="P2")]).run()
    assert moved.found("error") == [("DECLARED_ELSEWHERE", "A1", "appointment_id")]
    assert moved.lines == {}
    assert moved.counts == {"read": 1, "held": 1}


def test_a_trajectory_number_that_another_patient_had(clinic: Clinic) -> None:
    clinic.feed(course()).run()
    second = clinic.feed([visit("C1", "2021-03-01", "940131", "T1", patient="P2")]).run()
    assert second.found("error") == [("TRAJECTORY_TWO_PATIENTS", "C1", "trajectory_id")]
    assert second.lines == {}


@pytest.mark.parametrize("anew", [False, True], ids=["as it was", "changed"])
def test_a_number_that_gets_a_second_patient_is_in_doubt_for_the_first_too(clinic: Clinic, *, anew: bool) -> None:
    """Whether the rows of the patient who had it are the same or not: contacts may be either patient's."""
    start, contact, _ = course()
    clinic.feed([start, contact]).run()
    second = visit("C1", "2021-03-29", "940135", "T1", patient="P2")
    doubtful = clinic.feed([start | {"name": "Ander"} if anew else start, contact, second]).run()
    errors = [("TRAJECTORY_TWO_PATIENTS", ident, "trajectory_id") for ident in ("A2", "C1")]
    errors = [("CONTACT_WITHOUT_TRAJECTORY", "C1", "trajectory_id"), *errors]
    assert sorted(doubtful.found("error")) == errors
    assert doubtful.counts["held"] == 2
    assert sorted(clinic.run().found("error")) == errors
    mended = clinic.feed([start, contact, second | {"trajectory_id": ""}]).run()
    assert "TRAJECTORY_TWO_PATIENTS" not in mended.codes


# --- Strict, and what another system declared -------------------------------------------------------------------------


def test_strict_declares_nothing_while_anything_is_wrong(clinic: Clinic) -> None:
    rows = [*course(), *BYSTANDERS]
    strict = clinic.feed([*rows, visit("A9", "2021-03-01", "940131", "T9", patient="P5", bsn="1")]).run("--strict")
    assert strict.exit_code == 1
    assert strict.lines == {}
    assert strict.document["run"] is None
    assert not list((clinic.folder / "out").glob("R*"))
    assert strict.counts["held"] == 6
    assert {p["appointment_id"] for p in strict.problems if p["code"] == "STRICT_HELD"} == {
        "A1",
        "A3",
        "B1",
        "B3",
        "B4",
    }

    cancelled = visit("A9", "2021-03-01", "940131", "T9", patient="P5", bsn="1") | {"status": "cancelled"}
    result = clinic.feed([*rows, cancelled]).run("--strict")
    assert result.exit_code == 0
    assert result.lines == {**LINES, **BYSTANDER_LINES}


def test_strict_minds_no_warnings(clinic: Clinic) -> None:
    result = clinic.feed([visit("A1", "2021-05-10", "940133", "T1")]).run("--strict")
    assert result.exit_code == 0
    assert result.lines == {"A1": ("F1013R", 1)}


def test_what_another_system_declared_counts_and_gives_no_line(clinic: Clinic) -> None:
    """Up to and including the day: the start is theirs, and so is a contact; the end is ours, with its whole count."""
    clinic.configure(ledger="declared_until = 2021-03-08")
    late = visit("A4", "2021-03-09", "940135", "T1")
    result = clinic.feed([*course(), late]).run()
    assert result.lines == {"A3": ("F1013", 3)}
    assert result.problems == []
    assert result.counts == {"read": 4, "earlier": 2, "counted": 1, "declared": 1}
    assert clinic.run().counts == {"read": 4, "earlier": 4}


def test_what_another_system_declared_is_not_judged(clinic: Clinic) -> None:
    clinic.configure(ledger="declared_until = 2021-06-30")
    rows = [row | {"diagnosis_code": "", "bsn": ""} for row in course()]
    result = clinic.feed([*rows, visit("A4", "2021-07-01", "940133", "T1")]).run()
    assert result.lines == {"A4": ("F1013R", 1)}
    assert result.problems == []
    assert result.counts == {"read": 4, "earlier": 3, "declared": 1}


# --- The shortcut for patients of whom nothing changed ----------------------------------------------------------------


def test_a_patient_who_did_not_change_is_not_judged_again(clinic: Clinic) -> None:
    clinic.feed([*course(), *BYSTANDERS]).run()
    with sqlite3.connect(clinic.folder / "ledger.sqlite") as ledger:
        assert ledger.execute("SELECT count(*) FROM patient WHERE digest IS NULL").fetchone() == (0,)
    ledger.close()


def test_the_shortcut_gives_way_to_new_settings(clinic: Clinic) -> None:
    rows = [row | {"code": "12" if row["code"] == "940135" else row["code"]} for row in course()]
    clinic.configure(codes='"12" = "-"')
    assert clinic.feed(rows).run().lines == {"A1": ("F1013", 1), "A3": ("F1013", 1)}
    clinic.configure(codes='"12" = "940135"')
    again = clinic.run()
    assert again.counts == {"read": 3, "earlier": 2, "counted": 1}
    assert again.found("warning") == [("CONTACT_AFTER_DECLARED_END", "A3", "")]


# --- What changes around an appointment does not unsettle it ----------------------------------------------------------

CODES = '"S" = "940131"\n"C" = "940135"\n"E" = "940134"\n'


def own_course() -> list[Cells]:
    return [
        visit("A1", "2021-03-01", "S", "T1"),
        visit("A2", "2021-03-08", "C", "T1"),
        visit("A3", "2021-03-22", "E", "T1"),
    ]


def test_a_code_that_is_unlinked_for_a_night(clinic: Clinic) -> None:
    """What was declared or counted under it stays so."""
    start, contact, end = own_course()
    clinic.configure(codes=CODES)
    assert clinic.feed([start, contact]).run().lines == {"A1": ("F1013", 1)}
    clinic.configure(codes='"S" = "-"\n"C" = "-"\n')
    unlinked = clinic.feed([start, contact, visit("A9", "2021-03-09", "1000")]).run()
    assert unlinked.lines == {}
    assert unlinked.counts["earlier"] == 2
    clinic.configure(codes=CODES)
    again = clinic.feed([start, contact, end]).run()
    assert again.lines == {"A3": ("F1013", 2)}
    assert again.problems == []


def test_a_code_that_is_linked_to_something_else_later(clinic: Clinic) -> None:
    start, contact, end = own_course()
    clinic.configure(codes=CODES)
    clinic.feed([start]).run()
    clinic.configure(codes=CODES.replace("940131", "940141"))
    assert clinic.feed([contact, end]).run().lines == {"A3": ("F1013", 2)}


def test_one_patients_cancellation_leaves_the_others_line_alone(clinic: Clinic) -> None:
    first = visit("A1", "2021-03-01", "940131", "T1")
    assert clinic.feed([first]).run().lines == {"A1": ("F1013", 1)}
    second = visit("A1", "2021-03-01", "940131", "T2", patient="P2")
    assert clinic.feed([second]).run().codes == ["DECLARED_ELSEWHERE"]
    assert clinic.feed([second | {"status": "cancelled"}]).run().problems == []
    third = clinic.feed([visit("A1", "2021-03-01", "940131", "T3", patient="P3")]).run()
    assert third.codes == ["DECLARED_ELSEWHERE"]
    assert third.lines == {}


def test_strict_remembers_what_it_held(clinic: Clinic) -> None:
    start, contact, end = course()
    bad = visit("A9", "2021-03-01", "940131", "T9", patient="P5", bsn="1")
    assert clinic.feed([start, contact, bad]).run("--strict").lines == {}
    later = clinic.feed([end, bad | {"status": "cancelled"}]).run()
    assert later.lines == LINES
    assert later.problems == []


def test_a_number_that_the_practice_begins_to_export(clinic: Clinic) -> None:
    start, contact, end = course("")
    clinic.feed([start, contact]).run()
    numbered = [row | {"trajectory_id": "T1"} for row in (start, contact, end)]
    result = clinic.feed(numbered).run()
    assert result.lines == {"A3": ("F1013", 2)}
    assert result.problems == []


def test_a_patient_number_that_was_given_to_somebody_else(clinic: Clinic) -> None:
    start, contact, end = course()
    clinic.feed([start]).run()
    other = {"bsn": visit("X", "2021-03-01", "940131", patient="P2")["bsn"]}
    result = clinic.feed([contact | other, end | other]).run()
    assert result.found("warning") == [("DECLARED_BSN_CHANGED", "A1", "bsn")]
    assert result.lines == {"A3": ("F1013", 2)}


def test_rows_of_two_people_under_a_patient_number_that_was_declared(clinic: Clinic) -> None:
    start, contact, end = course()
    clinic.feed([start, contact]).run()
    other = {"bsn": visit("X", "2021-03-01", "940131", patient="P2")["bsn"]}
    assert clinic.feed([start, end | other]).run().found("error") == [("PATIENT_CONFLICT", "A3", "bsn")]
    for rows in ([], [contact | other | {"date": "2021-03-09", "appointment_id": "A9"}]):
        night = clinic.feed(rows).run()
    assert night.found("warning") == [("DECLARED_BSN_CHANGED", "A1", "bsn")]
    assert night.lines == {"A3": ("F1013", 3)}


def test_a_contact_that_is_cancelled_after_the_end_was_declared(clinic: Clinic) -> None:
    clinic.feed(course()).run()
    _, contact, _ = course()
    result = clinic.feed([contact | {"status": "cancelled"}]).run()
    assert result.found("warning") == [("DECLARED_COUNT_CHANGED", "A3", "")]
    assert result.counts == {"read": 1, "not_completed": 1}


def test_a_counted_contact_that_only_reads_different(clinic: Clinic) -> None:
    clinic.feed(course()).run()
    _, contact, _ = course()
    result = clinic.feed([contact | {"diagnosis_code": "3526"}]).run()
    assert result.problems == []
    assert result.counts == {"read": 1, "earlier": 1}


def test_declared_until_that_was_too_late(clinic: Clinic) -> None:
    clinic.configure(ledger="declared_until = 2021-12-31")
    assert clinic.feed(course()).run().counts == {"read": 3, "earlier": 3}
    clinic.configure(ledger="declared_until = 2020-12-31")
    assert clinic.feed(course()).run().lines == LINES


def test_a_row_without_a_patient_holds_the_count_only(clinic: Clinic) -> None:
    start, contact, end = course()
    lost = contact | {"appointment_id": "A9", "patient_id": ""}
    first = clinic.feed([start, contact, lost, end]).run()
    assert first.lines == {"A1": ("F1013", 1)}
    assert first.found("error") == [("COUNT_UNCERTAIN", "A3", ""), ("PATIENT_ID_MISSING", "A9", "patient_id")]
    assert clinic.write(NOTHING).run().lines == {}


def test_a_contact_under_a_mistyped_number_holds_the_count(clinic: Clinic) -> None:
    """Of trajectories without a number, which it could belong to; one with a number is another."""
    start, contact, end = course("")
    result = clinic.feed([start, contact | {"trajectory_id": "T9"}, end]).run()
    assert result.lines == {"A1": ("F1013", 1)}
    assert result.found("error") == [
        ("CONTACT_WITHOUT_TRAJECTORY", "A2", "trajectory_id"),
        ("COUNT_UNCERTAIN", "A3", ""),
    ]


@pytest.mark.parametrize("code", ["940131.0", "94O131", "94013"])
def test_a_mistyped_zorg1_code_is_no_regular_care(code: str, clinic: Clinic) -> None:
    assert clinic.feed([visit("A1", "2021-03-01", code)]).run().codes == ["CODE_UNKNOWN"]


@pytest.mark.parametrize("code", ["1", "001"])
def test_an_own_code_that_lost_its_zeros(code: str, clinic: Clinic) -> None:
    assert clinic.feed([visit("A1", "2021-03-01", code)]).run().codes == ["CODE_SIMILAR"]
    clinic.configure(codes=f'"{code}" = "-"\n')
    assert clinic.feed([visit("A1", "2021-03-01", code)]).run().counts["not_zorg1"] == 1


def test_one_birth_date_in_two_forms_is_one_person(clinic: Clinic) -> None:
    start, contact, end = course()
    day = start["birth_date"]
    other = f"{day[8:]}-{day[5:7]}-{day[:4]}"
    assert clinic.feed([start, contact, end | {"birth_date": other}]).run().lines == LINES


def test_one_performance_of_one_person_goes_once(clinic: Clinic) -> None:
    """Two dossiers with the same start: only the practice can say which is wrong."""
    first = visit("A1", "2021-03-01", "940131", "T1")
    second = visit("A2", "2021-03-01", "940131", "T2") | {"patient_id": "P1B"}
    result = clinic.feed([first, second]).run()
    assert result.lines == {"A1": ("F1013", 1)}
    assert result.found("error") == [("PERFORMANCE_TWICE", "A2", "date")]
