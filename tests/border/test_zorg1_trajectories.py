"""Trajectories as the manual means them: each kind through the command, in one feed and in feeds of new rows only."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

import pytest
from attrs import Factory, frozen

from tests.support.feeds import CONTRACTS, Cells, Clinic, contract, tables_read_once, visit

__all__ = ["tables_read_once"]

TODAY: Final = "2022-06-30"
#: Warnings that are told of other things.
ASIDE: Final = ("DEADLINE_PASSED", "CODE_NOT_LINKED")
Findings = list[tuple[str, str, str]]


@frozen
class Kind:
    """Rows; the lines they give; and what is found of them, as code, appointment and column."""

    rows: Sequence[Cells]
    lines: dict[str, tuple[str, int]]
    errors: Findings = Factory(list)
    warnings: Findings = Factory(list)
    contracts: str = CONTRACTS
    codes: str = '"FT" = "-"'


def on(day: str, code: str, ident: str, number: str = "", **cells: str) -> Cells:
    return visit(ident, f"2021-{day}", code, number, **cells)


def tkp(day: str, code: str, ident: str, number: str = "", **cells: str) -> Cells:
    """Of a patient with a new knee or hip."""
    diagnosis = {"940183": "7022", "940188": "6222"}.get(code, "6201" if "940189" <= code <= "940192" else "7001")
    indication = "001" if code in ("940187", "940192", "930211") else "009"
    defaults = {"insurer": "Menzis", "diagnosis": diagnosis, "indication_code": indication}
    return on(day, code, ident, number, **{**defaults, **cells})


KINDS: Final = {
    # Contacts by their diagnosis.
    "a contact of another program holds the end": Kind(
        [on("03-01", "940131", "A1"), on("03-08", "940135", "A2", diagnosis="3026"), on("03-22", "940134", "A3")],
        {"A1": ("F1013", 1)},
        [("CONTACT_OTHER_PROGRAM", "A2", "diagnosis_code"), ("COUNT_UNCERTAIN", "A3", "")],
    ),
    "under its number too, by the diagnosis without price agreement": Kind(
        [
            on("03-01", "940165", "A1", "T1", insurer="CZ", diagnosis="4026"),
            on("03-08", "940135", "A2", "T1", insurer="CZ", diagnosis="3526"),
            on("03-09", "940135", "A3", "T1", insurer="CZ", diagnosis="4226"),
            on("03-22", "940166", "A4", "T1", insurer="CZ", diagnosis="4026"),
        ],
        {"A1": ("F1044", 1)},
        [("CONTACT_OTHER_PROGRAM", "A2", "diagnosis_code"), ("COUNT_UNCERTAIN", "A4", "")],
    ),
    "the end of the trajectory it may be of waits as well": Kind(
        [
            on("03-01", "940131", "A1", "T1"),
            on("03-01", "940156", "A2", "T2", diagnosis="3026"),
            on("03-08", "940135", "A3", "T1", diagnosis="3126"),
            on("03-22", "940134", "A4", "T1"),
            on("03-22", "940157", "A5", "T2", diagnosis="3026"),
        ],
        {"A1": ("F1013", 1), "A2": ("F1041", 1)},
        [
            ("CONTACT_OTHER_PROGRAM", "A3", "diagnosis_code"),
            ("COUNT_UNCERTAIN", "A4", ""),
            ("COUNT_UNCERTAIN", "A5", ""),
        ],
    ),
    "an empty diagnosis joins, one of no program with a warning": Kind(
        [
            on("03-01", "940156", "A1", diagnosis="3026"),
            on("03-08", "940135", "A2", diagnosis=""),
            on("03-09", "940135", "A3", diagnosis="3020"),
            on("03-22", "940157", "A4", diagnosis="3026"),
        ],
        {"A1": ("F1041", 1), "A4": ("F1041", 3)},
        warnings=[("CONTACT_DIAGNOSIS", "A3", "diagnosis_code")],
    ),
    "with fixed units only the contact is held": Kind(
        [
            on("03-01", "940131", "A1", insurer="Menzis"),
            on("03-08", "940135", "A2", insurer="Menzis", diagnosis="4026"),
            on("03-22", "940134", "A3", insurer="Menzis"),
        ],
        {"A1": ("F1013", 1), "A3": ("F1013", 1)},
        [("CONTACT_OTHER_PROGRAM", "A2", "diagnosis_code")],
    ),
    "a contact of another program than what ended or relapsed": Kind(
        [
            on("03-01", "940131", "A1"),
            on("03-22", "940134", "A2"),
            on("03-23", "940135", "A3", diagnosis="3026"),
            on("03-24", "940135", "A4"),
            on("04-22", "940133", "A5"),
            on("04-23", "940135", "A6", diagnosis="4026"),
        ],
        {"A1": ("F1013", 1), "A2": ("F1013", 1), "A5": ("F1013R", 1)},
        [
            ("CONTACT_AFTER_END", "A4", "date"),
            ("CONTACT_WITHOUT_TRAJECTORY", "A3", "trajectory_id"),
            ("CONTACT_WITHOUT_TRAJECTORY", "A6", "trajectory_id"),
        ],
    ),
    "a contact dated before the start of its number": Kind(
        [
            on("02-08", "940135", "A1", "T1", insurer="CZ", diagnosis="3026"),
            on("03-01", "940160", "A2", "T1", insurer="CZ", diagnosis="3026"),
            on("03-22", "940161", "A3", "T1", insurer="CZ", diagnosis="3026"),
        ],
        {"A2": ("F1043", 1)},
        [("CONTACT_BEFORE_START", "A1", "date"), ("COUNT_UNCERTAIN", "A3", "")],
    ),
    "a contact between two courses of one number": Kind(
        [
            on("03-01", "940131", "A1", "T1"),
            on("03-08", "940134", "A2", "T1"),
            on("03-15", "940135", "A3", "T1"),
            on("04-01", "940131", "A4", "T1"),
            on("04-22", "940134", "A5", "T1"),
        ],
        {"A1": ("F1013", 1), "A2": ("F1013", 1), "A4": ("F1013", 1)},
        [("CONTACT_AFTER_END", "A3", "date"), ("COUNT_UNCERTAIN", "A5", "")],
    ),
    # Artrose: knee and hip are two programs.
    "knee and hip beside each other": Kind(
        [
            on("05-03", "940174", "A1", diagnosis="7023"),
            on("05-04", "940176", "A2", diagnosis="6223"),
            on("05-10", "940135", "A3", diagnosis="6223"),
            on("05-11", "940135", "A4", diagnosis="7023"),
            on("05-12", "940135", "A5", diagnosis="6223"),
            on("05-24", "940177", "A6", diagnosis="6223"),
            on("05-25", "940175", "A7", diagnosis="7023"),
        ],
        {"A1": ("F1038", 1), "A2": ("F1039", 1), "A6": ("F1039", 3), "A7": ("F1038", 2)},
    ),
    "knee and hip under one number": Kind(
        [
            on("05-03", "940174", "A1", "T1", insurer="CZ", diagnosis="7023"),
            on("05-04", "940135", "A2", "T1", insurer="CZ", diagnosis="7023"),
            on("05-24", "940175", "A3", "T1", insurer="CZ", diagnosis="6223"),
        ],
        {"A1": ("F1038", 1)},
        [("TRAJECTORY_TWO_PROGRAMS", "A3", "trajectory_id")],
    ),
    "the end of the hip is none of the knee": Kind(
        [on("05-03", "940178", "A1", diagnosis="7023"), on("05-24", "940179", "A2", diagnosis="6223")],
        {"A1": ("F1040", 1)},
        [("END_WITHOUT_START", "A2", "code")],
    ),
    "a contact of the hip with the knee": Kind(
        [
            on("05-03", "940174", "A1", diagnosis="7023"),
            on("05-10", "940135", "A2", diagnosis="6223"),
            on("05-24", "940175", "A3", diagnosis="7023"),
        ],
        {"A1": ("F1038", 1)},
        [("CONTACT_OTHER_PROGRAM", "A2", "diagnosis_code"), ("COUNT_UNCERTAIN", "A3", "")],
    ),
    "a relapse of the hip after the knee": Kind(
        [
            on("05-03", "940174", "A1", diagnosis="7023"),
            on("05-24", "940175", "A2", diagnosis="7023"),
            on("09-01", "940180", "A3", diagnosis="6223"),
            on("09-02", "940180", "A4", diagnosis="7023"),
        ],
        {"A1": ("F1038", 1), "A2": ("F1038", 1), "A3": ("F1038R", 1), "A4": ("F1038R", 1)},
        warnings=[("RELAPSE_WITHOUT_END", "A3", "code")],
    ),
    # TKP and THP.
    "one baseline and one profile": Kind(
        [
            tkp("05-03", "940183", "A1"),
            tkp("05-10", "940184", "A2"),
            tkp("06-01", "940183", "A3"),
            tkp("06-02", "940186", "A4"),
            tkp("06-03", "940184", "A5"),
        ],
        {"A1": ("F1009", 1), "A2": ("F1022", 5)},
        [("PRODUCT_TWICE", "A3", "code"), ("PRODUCT_TWICE", "A4", "code"), ("PRODUCT_TWICE", "A5", "code")],
    ),
    "AV and BV of one profile": Kind(
        [
            tkp("05-03", "940188", "A1", "T1"),
            tkp("05-10", "940191", "A2", "T1", indication_code="009"),
            tkp("05-10", "940192", "A3", "T1", indication_code="001"),
            tkp("05-11", "940192", "A4", "T1"),
            tkp("05-12", "940190", "A5", "T1"),
        ],
        {"A1": ("F1010", 1), "A2": ("F1028", 20), "A3": ("F1020", 1)},
        [("PRODUCT_TWICE", "A4", "code"), ("PRODUCT_TWICE", "A5", "code")],
    ),
    "another knee has another number, and a product without number could be of either": Kind(
        [
            tkp("05-03", "940183", "A1", "T1"),
            tkp("05-10", "940184", "A2", "T1"),
            tkp("11-03", "940183", "A3", "T2"),
            tkp("11-10", "940186", "A4", "T2"),
            tkp("12-01", "940183", "A5"),
            tkp("12-02", "940183", "A6", "T2"),
        ],
        {"A1": ("F1009", 1), "A2": ("F1022", 5), "A3": ("F1009", 1), "A4": ("F1024", 20)},
        [("PRODUCT_TWICE", "A5", "code"), ("PRODUCT_TWICE", "A6", "code")],
    ),
    "knee and hip are no rivals": Kind(
        [
            tkp("05-03", "940183", "A1"),
            tkp("05-03", "940188", "A2"),
            tkp("05-10", "940184", "A3"),
            tkp("05-10", "940189", "A4"),
        ],
        {"A1": ("F1009", 1), "A2": ("F1010", 1), "A3": ("F1022", 5), "A4": ("F1026", 4)},
    ),
    "a contact of a patient with a new knee": Kind(
        [
            tkp("05-01", "940135", "A1"),
            tkp("05-03", "940183", "A2"),
            tkp("05-04", "940135", "A3", diagnosis="7022"),
            tkp("05-05", "940135", "A4", diagnosis=""),
            tkp("05-10", "940184", "A5"),
            tkp("05-11", "940135", "A6"),
        ],
        {"A2": ("F1009", 1), "A5": ("F1022", 5)},
    ),
    "the same by number, and one of another program under it": Kind(
        [
            tkp("05-01", "940135", "A1", "T1", diagnosis="6222"),
            tkp("05-03", "940188", "A2", "T1"),
            tkp("05-04", "940135", "A3", "T1", diagnosis="6201"),
            tkp("05-05", "940135", "A4", "T1", diagnosis="3426"),
        ],
        {"A2": ("F1010", 1)},
        [("CONTACT_OTHER_PROGRAM", "A4", "diagnosis_code")],
    ),
    "a new knee beside a back": Kind(
        [
            tkp("05-03", "940183", "A1"),
            on("05-03", "940131", "A2", insurer="Menzis"),
            tkp("05-04", "940135", "A3"),
            on("05-05", "940135", "A4", insurer="Menzis"),
            on("05-06", "940135", "A5", insurer="Menzis", diagnosis=""),
            on("05-20", "940134", "A6", insurer="Menzis"),
        ],
        {"A1": ("F1009", 1), "A2": ("F1013", 1), "A6": ("F1013", 1)},
    ),
    "BV with a supplementary indication, AV with a basic one": Kind(
        [
            tkp("05-03", "940188", "A1", indication_code="009"),
            tkp("05-10", "940191", "A2", indication_code="001"),
            tkp("05-10", "940192", "A3", indication_code="008"),
            tkp("05-10", "940187", "A4", patient="P2", indication_code="009"),
            tkp("05-10", "940186", "A5", patient="P2", indication_code="009"),
        ],
        {"A1": ("F1010", 1), "A2": ("F1028", 20), "A3": ("F1020", 1), "A4": ("F1018", 1), "A5": ("F1024", 20)},
        warnings=[("COVER_OTHER", name, "indication_code") for name in ("A2", "A3", "A4")],
    ),
    # 940135 with one insurer, 940145 and 940155 with the others.
    "Zilveren Kruis by the profile of the start": Kind(
        [
            on("03-01", "940140", "A1", insurer="Zilveren Kruis"),
            on("03-08", "940135", "A2", insurer="Zilveren Kruis"),
            on("03-09", "940145", "A3", insurer="Zilveren Kruis"),
            on("03-22", "940142", "A4", insurer="Zilveren Kruis"),
            on("03-01", "940150", "B1", "T2", patient="P2", insurer="Zilveren Kruis"),
            on("03-08", "011", "B2", "T2", patient="P2", insurer="Zilveren Kruis"),
            on("03-01", "940130", "C1", patient="P3", insurer="Zilveren Kruis"),
            on("03-08", "940135", "C2", patient="P3", insurer="Zilveren Kruis"),
            on("03-09", "940155", "C3", patient="P3", insurer="Zilveren Kruis"),
        ],
        {
            "A1": ("F1014B", 1),
            "A2": ("F1014", 1),
            "A3": ("F1014", 1),
            "A4": ("F1014E", 1),
            "B1": ("F1015B", 1),
            "B2": ("F1015", 1),
            "C1": ("F1013B", 1),
            "C2": ("F1013", 1),
        },
        [("CONTACT_OTHER_PROFILE", "C3", "code")],
        [("CONTACT_BY_PROFILE", "A2", "code"), ("CONTACT_BY_PROFILE", "B2", "code")],
    ),
    "the others take it for a contact": Kind(
        [
            on("03-01", "940156", "A1", diagnosis="3026"),
            on("03-08", "940145", "A2", diagnosis="3026"),
            on("03-09", "940155", "A3", diagnosis="3026"),
            on("03-22", "940157", "A4", diagnosis="3026"),
            on("03-01", "940141", "B1", "T2", patient="P2", insurer="CZ"),
            on("03-08", "940155", "B2", "T2", patient="P2", insurer="CZ"),
            on("03-22", "940144", "B3", "T2", patient="P2", insurer="CZ"),
            on("03-01", "940151", "C1", patient="P3", insurer="Menzis"),
            on("03-08", "940145", "C2", patient="P3", insurer="Menzis"),
        ],
        {
            "A1": ("F1041", 1),
            "A4": ("F1041", 3),
            "B1": ("F1014", 1),
            "B3": ("F1014", 2),
            "C1": ("F1015", 4),
        },
        warnings=[("CONTACT_ANY_PROFILE", name, "code") for name in ("A2", "A3", "B2", "C2")],
    ),
    # Own codes that stand for nothing.
    "an unlinked code inside an open trajectory": Kind(
        [
            on("02-22", "O11", "A0"),
            on("03-01", "01", "A1"),
            on("03-08", "O11", "A2"),
            on("03-09", "1864", "A3"),
            on("03-10", "FT", "A4"),
            on("03-15", "011", "A5"),
            on("03-22", "ECHO", "A6"),
            on("03-22", "0111", "A7"),
            on("03-23", "O11", "A8"),
        ],
        {"A1": ("F1013", 1)},
        [("COUNT_UNCERTAIN", "A7", "")],
        [("CODE_UNEXPLAINED", "A2", "code"), ("CODE_UNEXPLAINED", "A6", "code")],
    ),
    "under a number of other care it is none of a numbered trajectory": Kind(
        [
            on("03-01", "940158", "A1", "T1", diagnosis="3026"),
            on("03-08", "O11", "A2", "D9", diagnosis="3026"),
            on("03-22", "940159", "A3", "T1", diagnosis="3026"),
            on("03-01", "940131", "B1", patient="P2", insurer="CZ"),
            on("03-08", "X", "B2", "D8", patient="P2", insurer="CZ"),
            on("03-22", "940134", "B3", patient="P2", insurer="CZ"),
            on("03-01", "940131", "C1", patient="P3", insurer="Menzis"),
            on("03-08", "X", "C2", patient="P3", insurer="Menzis"),
            on("03-22", "940134", "C3", patient="P3", insurer="Menzis"),
        ],
        {"A1": ("F1042", 1), "A3": ("F1042", 1), "B1": ("F1013", 1), "C1": ("F1013", 1), "C3": ("F1013", 1)},
        [("COUNT_UNCERTAIN", "B3", "")],
        [("CODE_UNEXPLAINED", "B2", "code"), ("CODE_UNEXPLAINED", "C2", "code")],
        codes="",
    ),
    # Over a year end, and in 2019.
    "Menzis over a year end": Kind(
        [
            on("12-06", "940151", "A1", insurer="Menzis"),
            visit("A2", "2022-01-10", "940154", insurer="Menzis"),
            on("12-06", "940158", "B1", patient="P2", insurer="Menzis", diagnosis="3026"),
            visit("B2", "2022-01-10", "940159", patient="P2", insurer="Menzis", diagnosis="3026"),
            on("12-06", "940165", "C1", patient="P3", insurer="Menzis", diagnosis="4026"),
            visit("C2", "2022-01-10", "940166", patient="P3", insurer="Menzis", diagnosis="4026"),
        ],
        {
            "A1": ("F1015", 4),
            "A2": ("F1015", 3),
            "B1": ("F1042", 3),
            "B2": ("F1042", 2),
            "C1": ("F1044", 1),
            "C2": ("F1044", 1),
        },
        warnings=[("UNITS_OVER_YEAR_END", "A2", "date"), ("UNITS_OVER_YEAR_END", "B2", "date")],
    ),
    "the E of 2019 before its weeks": Kind(
        [
            visit("A1", "2019-03-01", "F1014B", diagnosis="8002"),
            visit("A2", "2019-04-04", "F1014E", diagnosis="8002"),
            visit("B1", "2019-03-01", "F1014B", patient="P2", diagnosis="8002", insurer="Menzis"),
            visit("B2", "2019-04-05", "F1014E", patient="P2", diagnosis="8002", insurer="Menzis"),
            visit("C1", "2019-03-01", "F1015B", patient="P3", diagnosis="8003"),
            visit("C2", "2019-05-09", "F1015E", patient="P3", diagnosis="8003"),
            visit("D1", "2019-03-01", "F1013B", patient="P4", diagnosis="8001"),
            visit("D2", "2019-03-01", "F1013E", patient="P4", diagnosis="8001"),
        ],
        {
            "A1": ("F1014B", 1),
            "A2": ("F1014E", 1),
            "B1": ("F1014B", 1),
            "B2": ("F1014E", 1),
            "C1": ("F1015B", 1),
            "C2": ("F1015E", 1),
            "D1": ("F1013B", 1),
            "D2": ("F1013E", 1),
        },
        warnings=[("END_EARLY", "A2", "date"), ("END_EARLY", "C2", "date")],
    ),
    "CZ 2019 with another diagnosis, and as often as there are visits": Kind(
        [
            visit("A1", "2019-03-01", "930131", insurer="CZ", diagnosis="8001"),
            visit("A2", "2019-03-08", "930131", insurer="CZ", diagnosis="3426"),
            visit("A3", "2019-03-15", "930151", patient="P2", insurer="CZ", diagnosis="8002"),
        ],
        {"A1": ("F1013", 1), "A2": ("F1013", 1), "A3": ("F1015", 1)},
        warnings=[("DIAGNOSIS_UNUSUAL", "A2", "diagnosis_code"), ("DIAGNOSIS_UNUSUAL", "A3", "diagnosis_code")],
    ),
    "2019 without agreement": Kind(
        [
            visit("A1", "2019-03-01", "F1014B", diagnosis="8002"),
            visit("A2", "2019-03-02", "F1014", diagnosis="3526"),
            visit("A3", "2020-03-01", "940141", patient="P2", diagnosis="8002"),
            visit("A4", "2020-03-02", "940141", patient="P3", diagnosis="3526"),
            visit("A5", "2021-05-01", "940174", patient="P4", diagnosis="6223"),
            visit("A6", "2021-05-02", "940174", patient="P5", diagnosis="3426"),
        ],
        {},
        warnings=[
            *(("CONTRACT_MISSING", f"A{number}", "uzovi") for number in range(1, 7)),
            *(("NO_AGREEMENT_DIAGNOSIS", name, "diagnosis_code") for name in ("A2", "A3", "A6")),
        ],
        contracts=contract("CZ"),
    ),
    # Starts that were not declared.
    "a start before the contract": Kind(
        [
            on("02-01", "940131", "A1", "T1"),
            on("02-08", "940135", "A2", "T1"),
            on("03-08", "940135", "A3", "T1"),
            on("03-22", "940134", "A4", "T1"),
        ],
        {"A4": ("F1013", 3)},
        warnings=[
            ("CONTACT_WITHOUT_CONTRACT", "A2", "uzovi"),
            ("CONTRACT_MISSING", "A1", "uzovi"),
            ("END_START_NOT_DECLARED", "A4", ""),
        ],
        contracts=contract("VGZ", first="2021-03-01"),
    ),
    "a contact without contract, of another program": Kind(
        [
            on("02-08", "940131", "A1", "T1"),
            on("02-22", "940135", "A2", "T1", diagnosis="3026"),
            on("03-22", "940134", "A3", "T1"),
        ],
        {},
        [("CONTACT_OTHER_PROGRAM", "A2", "diagnosis_code"), ("COUNT_UNCERTAIN", "A3", "")],
        [("CONTRACT_MISSING", "A1", "uzovi"), ("CONTRACT_MISSING", "A2", "uzovi")],
        contracts=contract("VGZ", first="2021-03-01"),
    ),
    "nothing of it under contract": Kind(
        [on("02-01", "940131", "A1"), on("02-08", "940135", "A2"), on("02-22", "940134", "A3")],
        {},
        warnings=[("CONTRACT_MISSING", name, "uzovi") for name in ("A1", "A2", "A3")],
        contracts=contract("VGZ", first="2021-03-01"),
    ),
    "a start that is held": Kind(
        [
            on("03-01", "940150", "A1", insurer="Zilveren Kruis", diagnosis=""),
            on("03-22", "940152", "A2", insurer="Zilveren Kruis"),
        ],
        {"A2": ("F1015E", 1)},
        [("DIAGNOSIS_MISSING", "A1", "diagnosis_code")],
        [("END_START_NOT_DECLARED", "A2", "")],
    ),
    "a start that is held for its therapist": Kind(
        [
            on("03-01", "940158", "A1", therapist_agb="04", diagnosis="3026"),
            on("03-22", "940159", "A2", diagnosis="3026"),
        ],
        {"A2": ("F1042", 1)},
        [("THERAPIST_AGB_INVALID", "A1", "therapist_agb")],
        [("END_START_NOT_DECLARED", "A2", "")],
    ),
}


@pytest.mark.parametrize("name", KINDS)
@pytest.mark.parametrize("is_whole", [True, False], ids=["whole history", "new rows only"])
def test_kind(name: str, is_whole: bool, tmp_path: Path) -> None:
    """Each day's rows come with a run of their own, or all with one: the lines are the same."""
    kind = KINDS[name]
    clinic = Clinic.open(tmp_path, contracts=kind.contracts, codes=kind.codes)
    days = [list(reversed(kind.rows))]
    if not is_whole:
        days = [[row for row in kind.rows if row["date"] == day] for day in sorted({row["date"] for row in kind.rows})]
    nights = [clinic.feed(rows).run(today=TODAY) for rows in days]
    assert {ident: line for night in nights for ident, line in night.lines.items()} == kind.lines
    assert nights[-1].found("error") == sorted(kind.errors)
    warnings = {found for night in nights for found in night.found("warning") if found[0] not in ASIDE}
    assert warnings == set(kind.warnings) if is_whole else warnings >= set(kind.warnings)
    again = clinic.feed(kind.rows).run(today=TODAY)
    assert again.lines == {}
    assert again.found("error") == sorted(kind.errors)
