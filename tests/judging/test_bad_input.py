"""One test per mistake in an agenda: what is said of it, at which place, and what goes on regardless."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest
from attrs import field, frozen

from ei_export.standards.flat.pm304 import Pm304
from tests.support.feeds import (
    BSNS,
    BYSTANDER_COUNTS,
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

# The files that `check` writes for nobody live as long as its run.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

__all__ = ["tables_read_once"]

Place = tuple[str, str, str]
"""The code of a problem, its appointment and its column."""


@frozen
class Mistake:
    """Rows with a mistake in them, the only problems they may give, and what becomes of the rows."""

    rows: Sequence[Cells]
    errors: Sequence[Place] = ()
    warnings: Sequence[Place] = ()
    infos: Sequence[Place] = ()
    lines: Mapping[str, tuple[str, int]] = field(factory=dict)
    counts: Mapping[str, int] = field(factory=dict)
    sections: Mapping[str, str] = field(factory=dict)


def start(appointment_id: str = "A1", number: str = "T1", **cells: Any) -> Cells:
    return visit(appointment_id, "2021-03-01", "940131", number, **cells)


def contact(appointment_id: str = "A2", number: str = "T1", **cells: Any) -> Cells:
    return visit(appointment_id, "2021-03-08", "940135", number, **cells)


def end(appointment_id: str = "A3", number: str = "T1", **cells: Any) -> Cells:
    return visit(appointment_id, "2021-03-22", "940134", number, **cells)


START = {"A1": ("F1013", 1)}

TRAJECTORIES = {
    "two programs under one number": Mistake(
        [start(), contact(), visit("A3", "2021-03-15", "940156", "T1", diagnosis="3026"), end("A4")],
        errors=[("TRAJECTORY_TWO_PROGRAMS", "A3", "trajectory_id"), ("TRAJECTORY_TWO_PROGRAMS", "A4", "trajectory_id")],
        lines=START,
        counts={"declared": 1, "counted": 1, "held": 2},
    ),
    "two patients under one number": Mistake(
        [start(), start("A2", patient="P2")],
        errors=[("TRAJECTORY_TWO_PATIENTS", "A1", "trajectory_id"), ("TRAJECTORY_TWO_PATIENTS", "A2", "trajectory_id")],
        counts={"held": 2},
    ),
    "two insurers under one number": Mistake(
        [start(), contact(insurer="CZ"), end()],
        errors=[("TRAJECTORY_TWO_INSURERS", "A2", "trajectory_id"), ("TRAJECTORY_TWO_INSURERS", "A3", "trajectory_id")],
        lines=START,
        counts={"declared": 1, "held": 2},
    ),
    "a second start while one is open": Mistake(
        [start(number=""), visit("A2", "2021-03-05", "940131"), end(number="")],
        errors=[("COUNT_UNCERTAIN", "A3", ""), ("SECOND_START", "A2", "code")],
        lines=START,
        counts={"declared": 1, "held": 2},
    ),
    "a second start under one number": Mistake(
        [start(), visit("A2", "2021-03-05", "940131", "T1"), end()],
        errors=[("COUNT_UNCERTAIN", "A3", ""), ("SECOND_START", "A2", "code")],
        lines=START,
        counts={"declared": 1, "held": 2},
    ),
    "an end without a start": Mistake(
        [end("A1")],
        errors=[("END_WITHOUT_START", "A1", "code")],
        counts={"held": 1},
    ),
    "a second end": Mistake(
        [start(), end("A2"), visit("A3", "2021-03-29", "940134", "T1")],
        errors=[("END_WITHOUT_START", "A3", "code")],
        lines={**START, "A2": ("F1013", 1)},
        counts={"declared": 2, "held": 1},
    ),
    "an end of another profile": Mistake(
        [start(), contact(), visit("A3", "2021-03-22", "940144", "T1")],
        errors=[("END_OTHER_PROFILE", "A3", "code")],
        lines=START,
        counts={"declared": 1, "counted": 1, "held": 1},
    ),
    "a contact outside any trajectory": Mistake(
        [contact("A1", "")],
        errors=[("CONTACT_WITHOUT_TRAJECTORY", "A1", "trajectory_id")],
        counts={"held": 1},
    ),
    "a contact under a number nothing started": Mistake(
        [start(), contact(number="T2"), end()],
        errors=[("CONTACT_WITHOUT_TRAJECTORY", "A2", "trajectory_id")],
        lines={**START, "A3": ("F1013", 1)},
        counts={"declared": 2, "held": 1},
    ),
    "a contact before the start": Mistake(
        [visit("A1", "2021-02-22", "940135", "T1"), start("A2"), end()],
        errors=[("CONTACT_BEFORE_START", "A1", "date"), ("COUNT_UNCERTAIN", "A3", "")],
        lines={"A2": ("F1013", 1)},
        counts={"declared": 1, "held": 2},
    ),
    "a contact after the end": Mistake(
        [start(), contact(), end(), visit("A4", "2021-03-29", "940135", "T1")],
        errors=[("CONTACT_AFTER_END", "A4", "date")],
        lines={**START, "A3": ("F1013", 2)},
        counts={"declared": 2, "counted": 1, "held": 1},
    ),
    "a contact after the end, without number": Mistake(
        [start(number=""), end("A2", ""), visit("A3", "2021-03-29", "940135")],
        errors=[("CONTACT_AFTER_END", "A3", "date")],
        lines={**START, "A2": ("F1013", 1)},
        counts={"declared": 2, "held": 1},
    ),
    "an insurer that changes at a contact": Mistake(
        [start(number=""), contact(number="", insurer="CZ"), end(number="")],
        errors=[("COUNT_UNCERTAIN", "A3", ""), ("INSURER_CHANGED", "A2", "uzovi")],
        lines=START,
        counts={"declared": 1, "held": 2},
    ),
    "an insurer that changes at the end": Mistake(
        [start(number=""), contact(number=""), end(number="", insurer="Menzis")],
        errors=[("INSURER_CHANGED", "A3", "uzovi")],
        lines=START,
        counts={"declared": 1, "counted": 1, "held": 1},
    ),
    "another label of the same insurer is no change": Mistake(
        [start(number=""), contact(number="", uzovi="0101"), end(number="", uzovi="0736")],
        lines={**START, "A3": ("F1013", 2)},
        counts={"declared": 2, "counted": 1},
    ),
    "a contact of two open trajectories, and no diagnosis": Mistake(
        [
            start(number=""),
            visit("A2", "2021-03-01", "940156", diagnosis="3026"),
            contact("A3", "", diagnosis=""),
            end("A4", ""),
            visit("A5", "2021-03-22", "940157", diagnosis="3026"),
        ],
        errors=[
            ("CONTACT_AMBIGUOUS", "A3", "trajectory_id"),
            ("COUNT_UNCERTAIN", "A4", ""),
            ("COUNT_UNCERTAIN", "A5", ""),
        ],
        lines={**START, "A2": ("F1041", 1)},
        counts={"declared": 2, "held": 3},
    ),
    "a contact of two open trajectories, and the diagnosis of neither": Mistake(
        [start(number=""), visit("A2", "2021-03-01", "940156", diagnosis="3026"), contact("A3", "", diagnosis="4026")],
        errors=[("CONTACT_OTHER_PROGRAM", "A3", "diagnosis_code")],
        lines={**START, "A2": ("F1041", 1)},
        counts={"declared": 2, "held": 1},
    ),
    "a contact of two open trajectories, and a diagnosis that decides": Mistake(
        [
            start(number=""),
            visit("A2", "2021-03-01", "940156", diagnosis="3026"),
            contact("A3", "", diagnosis="3026"),
            end("A4", ""),
            visit("A5", "2021-03-22", "940157", diagnosis="3026"),
        ],
        lines={**START, "A2": ("F1041", 1), "A4": ("F1013", 1), "A5": ("F1041", 2)},
        counts={"declared": 4, "counted": 1},
    ),
    "a relapse without an end": Mistake(
        [visit("A1", "2021-05-10", "940133", "T1")],
        warnings=[("RELAPSE_WITHOUT_END", "A1", "code")],
        lines={"A1": ("F1013R", 1)},
        counts={"declared": 1},
    ),
    "a relapse of an open trajectory": Mistake(
        [start(number=""), visit("A2", "2021-05-10", "940133")],
        warnings=[("RELAPSE_WITHOUT_END", "A2", "code")],
        lines={**START, "A2": ("F1013R", 1)},
        counts={"declared": 2},
    ),
    "on one date the order is start, contact, end, relapse": Mistake(
        [
            visit("A1", "2021-03-01", "940133", "T1"),
            visit("A2", "2021-03-01", "940134", "T1"),
            visit("A3", "2021-03-01", "940135", "T1"),
            visit("A4", "2021-03-01", "940131", "T1"),
        ],
        lines={"A1": ("F1013R", 1), "A2": ("F1013", 2), "A4": ("F1013", 1)},
        warnings=[("PERFORMANCE_SAME_DAY", "A4", "date")],
        counts={"declared": 3, "counted": 1},
    ),
    "a conflict of one patient is not that of another": Mistake(
        [start(), end("A2", "T1", patient="P2"), start("A3", "T3", patient="P3")],
        errors=[
            ("END_WITHOUT_START", "A2", "code"),
            ("TRAJECTORY_TWO_PATIENTS", "A1", "trajectory_id"),
            ("TRAJECTORY_TWO_PATIENTS", "A2", "trajectory_id"),
        ],
        lines={"A3": ("F1013", 1)},
        counts={"declared": 1, "held": 2},
    ),
}

ROWS = {
    "an UZOVI number nobody has": Mistake(
        [start(uzovi="9999")], errors=[("UZOVI_UNKNOWN", "A1", "uzovi")], counts={"held": 1}
    ),
    "an UZOVI number that is none": Mistake(
        [start(uzovi="70951")], errors=[("UZOVI_INVALID", "A1", "uzovi")], counts={"held": 1}
    ),
    "no UZOVI number": Mistake([start(uzovi="")], errors=[("UZOVI_INVALID", "A1", "uzovi")], counts={"held": 1}),
    "an UZOVI number that lost its zero": Mistake([start(uzovi="101")], lines=START, counts={"declared": 1}),
    "a contact with an unknown insurer": Mistake(
        [start(), contact(uzovi="9999"), end()],
        errors=[("COUNT_UNCERTAIN", "A3", ""), ("UZOVI_UNKNOWN", "A2", "uzovi")],
        lines=START,
        counts={"declared": 1, "held": 2},
    ),
    "a code that looks like Zorg1 and is in no table": Mistake(
        [visit("A1", "2021-03-01", "940999", "T1")], errors=[("CODE_UNKNOWN", "A1", "code")], counts={"held": 1}
    ),
    "no code": Mistake(
        [visit("A1", "2021-03-01", "", "T1")], errors=[("CODE_MISSING", "A1", "code")], counts={"held": 1}
    ),
    "a code in between that may be a contact": Mistake(
        [start(), visit("A2", "2021-03-08", "940136", "T1"), end()],
        errors=[("CODE_UNKNOWN", "A2", "code"), ("COUNT_UNCERTAIN", "A3", "")],
        lines=START,
        counts={"declared": 1, "held": 2},
    ),
    "a code of another year": Mistake(
        [visit("A1", "2021-03-01", "930211", "T1", insurer="Menzis", diagnosis="7001")],
        errors=[("PRODUCT_NOT_ON_DATE", "A1", "code")],
        counts={"held": 1},
    ),
    "a code of another insurer": Mistake(
        [visit("A1", "2021-05-01", "940183", "T1", diagnosis="7022")],
        errors=[("PRODUCT_NOT_WITH_INSURER", "A1", "code")],
        counts={"held": 1},
    ),
    "units the manual does not give": Mistake(
        [visit("A1", "2020-12-01", "940131", "T1", insurer="Menzis")],
        errors=[("UNITS_UNKNOWN", "A1", "code")],
        counts={"held": 1},
    ),
    "another diagnosis than the product's": Mistake(
        [start(diagnosis="3026")], errors=[("DIAGNOSIS_WRONG", "A1", "diagnosis_code")], counts={"held": 1}
    ),
    "no diagnosis": Mistake(
        [start(diagnosis="")], errors=[("DIAGNOSIS_MISSING", "A1", "diagnosis_code")], counts={"held": 1}
    ),
    "a diagnosis that is not in the DCSPH list": Mistake(
        [visit("A1", "2019-03-01", "930131", insurer="CZ", diagnosis="9999")],
        errors=[("DIAGNOSIS_UNKNOWN", "A1", "diagnosis_code")],
        warnings=[("DIAGNOSIS_UNUSUAL", "A1", "diagnosis_code")],
        counts={"held": 1},
    ),
    "an appointment in the future": Mistake(
        [visit("A1", "2021-07-02", "940131", "T1")], errors=[("DATE_IN_FUTURE", "A1", "date")], counts={"held": 1}
    ),
    "an own code nobody linked, inside a trajectory": Mistake(
        [start(), visit("A2", "2021-03-08", "1000", "T1"), end()],
        errors=[("CODE_UNMAPPED", "A2", "code"), ("COUNT_UNCERTAIN", "A3", "")],
        lines=START,
        counts={"declared": 1, "held": 2},
    ),
    "an own code linked to nothing on purpose": Mistake(
        [start(), visit("A2", "2021-03-08", "1000", "T1"), end()],
        lines={**START, "A3": ("F1013", 1)},
        counts={"declared": 2, "not_zorg1": 1},
        sections={"codes": '"1000" = "-"'},
    ),
    "an own code nobody linked, outside any trajectory": Mistake(
        [start(), visit("A2", "2021-03-08", "1000"), visit("A3", "2021-03-09", "1000", "T9"), end("A4")],
        lines={**START, "A4": ("F1013", 1)},
        counts={"declared": 2, "not_zorg1": 2},
    ),
    "one appointment with two contents": Mistake(
        [start(), {**start(), "date": "2021-03-02"}],
        errors=[("APPOINTMENT_CONFLICT", "A1", "date")],
        counts={"held": 1, "duplicate": 1},
    ),
    "one appointment twice": Mistake(
        [start(), {**start(), "date": "01-03-2021 10:30"}],
        lines=START,
        counts={"declared": 1, "duplicate": 1},
    ),
    "one appointment of two patients": Mistake(
        [start(), start("A1", "T2", patient="P2")],
        errors=[("APPOINTMENT_TWO_PATIENTS", "A1", "appointment_id")] * 2,
        counts={"held": 2},
    ),
    "two people under one patient number": Mistake(
        [start(), end("A2", bsn=BSNS[20])],
        errors=[("PATIENT_CONFLICT", "A1", "bsn"), ("PATIENT_CONFLICT", "A2", "bsn")],
        counts={"held": 2},
    ),
    "an impossible date": Mistake(
        [{**start(), "date": "2021-02-30"}], errors=[("DATE_INVALID", "A1", "date")], counts={"unreadable": 1}
    ),
    "a date in words": Mistake(
        [{**start(), "date": "1 maart 2021"}], errors=[("DATE_INVALID", "A1", "date")], counts={"unreadable": 1}
    ),
    "no date": Mistake([{**start(), "date": ""}], errors=[("DATE_INVALID", "A1", "date")], counts={"unreadable": 1}),
    "no appointment id": Mistake(
        [start("")], errors=[("APPOINTMENT_ID_MISSING", "", "appointment_id")], counts={"unreadable": 1}
    ),
    "an appointment id that is too long": Mistake(
        [start("A" * 65)], errors=[("APPOINTMENT_ID_LENGTH", "A" * 65, "appointment_id")], counts={"unreadable": 1}
    ),
    "no patient": Mistake(
        [{**start(), "patient_id": ""}], errors=[("PATIENT_ID_MISSING", "A1", "patient_id")], counts={"unreadable": 1}
    ),
    "a patient id that is too long": Mistake(
        [{**start(), "patient_id": "P" * 65}],
        errors=[("PATIENT_ID_LENGTH", "A1", "patient_id")],
        counts={"unreadable": 1},
    ),
    "a control character in an id": Mistake(
        [start("A\x07")], errors=[("ROW_CONTROL", "A\x07", "appointment_id")], counts={"unreadable": 1}
    ),
    "what was not completed may be wrong": Mistake(
        [
            {**start(), "status": "cancelled", "date": "", "uzovi": "", "bsn": ""},
            {**start("A2"), "status": "Planned", "patient_id": ""},
        ],
        counts={"not_completed": 2},
    ),
    "what is no Zorg1 may be wrong": Mistake(
        [visit("A1", "2021-03-01", "1000", uzovi="", diagnosis="", bsn="1")], counts={"not_zorg1": 1}
    ),
    "the plain code of a CZ relapse": Mistake(
        [visit("A1", "2021-05-10", "940133", "T1", insurer="CZ")],
        warnings=[("LIST_RESOLVED", "A1", "code"), ("RELAPSE_WITHOUT_END", "A1", "code")],
        lines={"A1": ("F1013R", 1)},
        counts={"declared": 1},
    ),
    "a CZ relapse without the list in the contract": Mistake(
        [visit("A1", "2021-05-10", "940133990", "T1", insurer="CZ")],
        errors=[("CONTRACT_LIST_MISSING", "A1", "uzovi")],
        warnings=[("RELAPSE_WITHOUT_END", "A1", "code")],
        counts={"held": 1},
        sections={
            "contracts": CONTRACTS.replace(contract("CZ"), contract("CZ", ["productafspraken Zorg1"])),
        },
    ),
    "no contract": Mistake(
        [start(insurer="CZ"), contact(insurer="CZ"), end(insurer="CZ")],
        warnings=[("CONTRACT_MISSING", f"A{number}", "uzovi") for number in (1, 2, 3)],
        counts={"no_agreement": 3},
        sections={"contracts": CONTRACTS.replace(contract("CZ"), "")},
    ),
    "no contract yet on the date": Mistake(
        [start(insurer="CZ"), visit("A2", "2021-04-01", "940156", insurer="CZ", diagnosis="3026")],
        warnings=[("CONTRACT_MISSING", "A1", "uzovi")],
        lines={"A2": ("F1041", 1)},
        counts={"declared": 1, "no_agreement": 1},
        sections={"contracts": CONTRACTS.replace(contract("CZ"), contract("CZ", first="2021-04-01"))},
    ),
    "no contract, and a diagnosis that goes with having one": Mistake(
        [visit("A1", "2021-03-01", "940141", "T1", insurer="CZ"), visit("A2", "2021-03-01", "940141", patient="P2")],
        warnings=[("CONTRACT_MISSING", "A1", "uzovi"), ("NO_AGREEMENT_DIAGNOSIS", "A1", "diagnosis_code")],
        lines={"A2": ("F1014", 1)},
        counts={"declared": 1, "no_agreement": 1},
        sections={"contracts": CONTRACTS.replace(contract("CZ"), "")},
    ),
    "an insurer without Zorg1 at all": Mistake(
        [start(uzovi="3343")], warnings=[("CONTRACT_MISSING", "A1", "uzovi")], counts={"no_agreement": 1}
    ),
}


def _cell(column: str, value: str, **severities: str) -> Mistake:
    """A start with one cell filled in wrong. The problem is about that column; an error holds the line."""
    ((severity, code),) = severities.items()
    problem = {f"{severity}s": [(code, "A1", column)]}
    if severity == "error":
        return Mistake([{**start(), column: value}], counts={"held": 1}, **problem)  # type: ignore[arg-type]
    return Mistake([{**start(), column: value}], lines=START, counts={"declared": 1}, **problem)  # type: ignore[arg-type]


CELLS = {
    "no BSN": _cell("bsn", "", error="BSN_MISSING"),
    "a BSN that fails the 11-test": _cell("bsn", "123456789", error="BSN_INVALID"),
    "a BSN with dots": _cell("bsn", "1234.56.708", error="BSN_INVALID"),
    "an insured number that is too long": _cell("insured_number", "1" * 16, error="INSURED_NUMBER_LENGTH"),
    "no birth date": _cell("birth_date", "", error="BIRTH_DATE_MISSING"),
    "an impossible birth date": _cell("birth_date", "1980-13-01", error="BIRTH_DATE_INVALID"),
    "a birth date after the care": _cell("birth_date", "2021-03-02", error="BIRTH_DATE_FUTURE"),
    "no sex": _cell("sex", "", error="SEX_INVALID"),
    "a sex nobody knows": _cell("sex", "X", error="SEX_INVALID"),
    "sex 0": _cell("sex", "0", error="SEX_NOT_DECLARABLE"),
    "sex 9": _cell("sex", "9", error="SEX_NOT_DECLARABLE"),
    "no name": _cell("name", "", error="NAME_MISSING"),
    "a name of 26": _cell("name", "V" * 26, warning="TEXT_SHORTENED"),
    "a name with a letter Latin-1 lacks": _cell("name", "Kova\u010devi\u0107", warning="CHARACTER_REPLACED"),
    "a name in Cyrillic": _cell("name", "\u0418\u0432\u0430\u043d\u043e\u0432", error="CHARACTER_UNSUPPORTED"),
    "a control character in a name": _cell("name", "Jan\x07sen", error="TEXT_CONTROL"),
    "no initials": _cell("initials", "", error="INITIALS_MISSING"),
    "seven initials": _cell("initials", "ABCDEFG", warning="INITIALS_SHORTENED"),
    "initials with dots": _cell("initials", "A.B.", info="INITIALS_REWRITTEN"),
    "initials with a digit": _cell("initials", "A1", error="INITIALS_INVALID"),
    "a name use nobody knows": _cell("name_use", "5", error="NAME_USE_INVALID"),
    "no postcode": _cell("postcode", "", error="POSTCODE_MISSING"),
    "a bad postcode": _cell("postcode", "12345", error="POSTCODE_INVALID"),
    "a house number that is none": _cell("house_number", "Dorpsstraat 12", error="HOUSE_NUMBER_INVALID"),
    "a house number with its suffix": Mistake(
        [start(house_number="12a")],
        lines=START,
        infos=[("HOUSE_NUMBER_SPLIT", "A1", "house_number")],
        counts={"declared": 1},
    ),
    "a country in words": _cell("country", "Belgi\u00eb", error="COUNTRY_INVALID"),
    "no indication": _cell("indication_code", "", warning="INDICATION_MISSING"),
    "an indication nobody knows": _cell("indication_code", "999", error="INDICATION_INVALID"),
    "an indication of the past": _cell("indication_code", "002", error="INDICATION_NOT_ON_DATE"),
    "no therapist": _cell("therapist_agb", "", error="THERAPIST_AGB_MISSING"),
    "a therapist's AGB code of 6": _cell("therapist_agb", "098765", error="THERAPIST_AGB_INVALID"),
    "a therapist's specialism in words": _cell("therapist_specialism", "fysio", error="SPECIALISM_INVALID"),
    "a referral after the care": Mistake(
        [start(referral_date="2021-03-02", referrer_specialism="0101")],
        errors=[("REFERRAL_DATE_LATE", "A1", "referral_date")],
        counts={"held": 1},
    ),
    "a referral of nobody": Mistake(
        [start(referral_date="2021-02-26")],
        warnings=[("REFERRER_MISSING", "A1", "referrer_agb")],
        lines=START,
        counts={"declared": 1},
    ),
    **{
        f"a referral without a date: {column}": Mistake(
            [start(**{column: code})], errors=[("REFERRAL_DATE_MISSING", "A1", "referral_date")], counts={"held": 1}
        )
        for column, code in (("referrer_agb", "01012345"), ("referrer_specialism", "0101"))
    },
    "an impossible referral date": _cell("referral_date", "31-02-2021", error="REFERRAL_DATE_INVALID"),
    "a referrer that is none": _cell("referrer_agb", "Jansen", error="REFERRER_AGB_INVALID"),
    "a referrer's specialism in words": _cell("referrer_specialism", "huisarts", error="SPECIALISM_INVALID"),
    "an authorization number that is too long": _cell("authorization_number", "1" * 16, error="AUTHORIZATION_LENGTH"),
    "an accident nobody knows": _cell("accident", "?", error="ACCIDENT_INVALID"),
    "a side nobody knows": _cell("side", "B", error="SIDE_INVALID"),
    "no BSN and no insured number": Mistake(
        [start(bsn="999999999", insured_number="")],
        errors=[("INSURED_NUMBER_MISSING", "A1", "insured_number")],
        counts={"held": 1},
    ),
    "no BSN, but an insured number": Mistake([start(bsn="999999999")], lines=START, counts={"declared": 1}),
    "a BSN for an appointment id": Mistake(
        [start(BSNS[1], bsn=BSNS[1])],
        errors=[("APPOINTMENT_ID_PERSONAL", "", "appointment_id")],
        counts={"unreadable": 1},
    ),
    "a partner's name to use, and no partner": Mistake(
        [start(name_use="2")], errors=[("PARTNER_NAME_MISSING", "A1", "partner_name")], counts={"held": 1}
    ),
}

MISTAKES = TRAJECTORIES | ROWS | CELLS


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_named_and_holds_back_only_its_own(name: str, tmp_path: Path) -> None:
    mistake = MISTAKES[name]
    clinic = Clinic.open(tmp_path, **mistake.sections).feed([*mistake.rows, *BYSTANDERS])
    before = clinic.command("check", "--lang", "en")
    assert not (tmp_path / "out").exists()
    result = clinic.run()
    assert [(p["code"], p["row"]) for p in before.problems] == [(p["code"], p["row"]) for p in result.problems]
    assert before.lines == result.lines

    assert result.found("error") == sorted(mistake.errors)
    assert result.found("warning") == sorted(mistake.warnings)
    assert result.found("info") == sorted(mistake.infos)
    assert result.lines == {**mistake.lines, **BYSTANDER_LINES}
    expected = Counter(BYSTANDER_COUNTS) + Counter({"read": len(mistake.rows)}) + Counter(mistake.counts)
    assert result.counts == dict(expected)
    assert result.exit_code == bool(mistake.errors)
    if name != "one appointment of two patients":
        ids = [row["appointment_id"] for row in mistake.rows]
        named = [problem for problem in result.problems if problem["appointment_id"]]
        assert all(problem["row"] == ids.index(problem["appointment_id"]) + 2 for problem in named)
    texts = [p["message"] + p["remedy"] for p in (*before.problems, *result.problems)]
    assert not any("{" in text or bsn in text for text in texts for bsn in BSNS)

    again = clinic.run()
    assert again.document["run"] is None
    assert again.lines == {}
    assert again.found("error") == result.found("error")
    settled = result.counts["declared"] + result.counts["counted"]
    counts = {name: count for name, count in result.counts.items() if name not in ("declared", "counted")}
    assert again.counts == {**counts, "earlier": settled}

    quiet = clinic.write(csv_text([])).run()
    assert quiet.lines == {}
    assert quiet.found("error") == [place for place in result.found("error") if 0 < len(place[1]) <= 64]


def test_a_line_that_our_own_checks_let_through_is_held_by_itself(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The receiver would return the whole file for it, so it is judged as they do before it is in one."""
    monkeypatch.setattr(Pm304, "check_person", staticmethod(lambda person: (person, [])))
    result = Clinic.open(tmp_path).feed([start(name="Jansen -Vos"), *BYSTANDERS]).run()
    assert result.found("error") == [("RECEIVER_WOULD_REFUSE", "A1", "")]
    assert result.lines == BYSTANDER_LINES
