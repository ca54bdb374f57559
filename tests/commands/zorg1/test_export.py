"""``zorg1 export`` of a practice that can be counted by hand: its files byte for byte, what is in them by every filter,
and what never is."""

import csv
import io
import json
import zipfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from random import Random

import openpyxl
import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.clerk import Clerk, the
from tests.support.feeds import BSNS, Clinic, csv_text, tables_read_once, visit
from tests.support.receiver import Verdict, by_insurer
from tests.support.zorg1_practice import ENDED, FEED_COLUMNS, NOT_SHARED, TODAY, VISITS, zorg1_practice

__all__ = ["tables_read_once"]

GOLDEN = Path(__file__).parent / "golden"
ALL = {"T1", "T2", "T6", "T7", "P10/ONVZ/nek/2022-04-05", "T12", "T13", "T14", "T15", "T16"}


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Clinic:
    return zorg1_practice(tmp_path_factory.mktemp("practice"))


def give(clinic: Clinic, *arguments: str, lang: str = "nl") -> tuple[int, str, str]:
    config = str(clinic.folder / "ei-export.toml")
    command = ["zorg1", "export", "--config", config, "--today", TODAY, "--lang", lang, *arguments]
    done = CliRunner().invoke(main, command, catch_exceptions=False)
    return done.exit_code, done.stdout, done.stderr


def exported(clinic: Clinic, folder: Path, *arguments: str) -> dict[str, bytes]:
    code, _, errors = give(clinic, "--out", str(folder), *arguments)
    assert (code, errors) == (0, "")
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir())}


def trajectories(files: dict[str, bytes]) -> set[str]:
    """What is in the tables of programs."""
    return {row[1] for name, content in files.items() if name != "zorg1-profielen.csv" for row in rows_of(content)[1:]}


def rows_of(content: bytes) -> list[list[str]]:
    return [*csv.reader(io.StringIO(content.decode("utf-8-sig")), delimiter=";")]


def told(clinic: Clinic, *arguments: str) -> dict[str, str]:
    """The codes of the problems, with what they say."""
    code, text, _ = give(clinic, "--json", *arguments, lang="en")
    assert code == 0
    return {problem["code"]: problem["message"] for problem in json.loads(text)["problems"]}


# What is in the files -------------------------------------------------------------------------------------------------


def test_the_files_byte_for_byte(practice: Clinic, tmp_path: Path) -> None:
    files = exported(practice, tmp_path / "out")
    assert files.keys() == {path.name for path in GOLDEN.iterdir()}
    for name, content in files.items():
        assert content == (GOLDEN / name).read_bytes(), name


def test_nights_of_only_new_rows_and_shuffled_rows_give_the_same_bytes(practice: Clinic, tmp_path: Path) -> None:
    nights, before = Clinic.open(tmp_path / "nights"), ""
    for day in ("2022-02-28", "2022-04-08", "2022-05-02", "2022-06-01", TODAY):
        nights.write(csv_text([row for row in VISITS if before < row["date"] <= day], FEED_COLUMNS))
        nights.run(today=day)
        before = day
    rows = [*VISITS]
    Random(4).shuffle(rows)
    shuffled = zorg1_practice(tmp_path / "shuffled", tuple(rows))
    once = exported(practice, tmp_path / "once", "--xlsx")
    assert exported(nights, tmp_path / "by night", "--xlsx") == once
    assert exported(shuffled, tmp_path / "any order", "--xlsx") == once


def test_consent(practice: Clinic, tmp_path: Path) -> None:
    assert trajectories(exported(practice, tmp_path / "out")) == ALL
    messages = told(practice)
    assert messages["ZORG1_NO_CONSENT"] == "Not in the export: 2 trajectories of 2 patients without consent (N)."
    assert messages["ZORG1_CONSENT_UNSAID"].startswith("Not in the export: 1 trajectory of 1 patient of whom")


@pytest.mark.parametrize("word", ["n", "nee", "misschien", "yes", ""])
def test_no_other_word_is_consent(tmp_path: Path, word: str) -> None:
    clinic = zorg1_practice(tmp_path / "p", tuple(row | {"consent": word} for row in ENDED))
    assert trajectories(exported(clinic, tmp_path / "out")) == set()
    assert "ZORG1_NOTHING" in told(clinic)


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["--from", "2022-04"], {"T2", "T6", "T7", "P10/ONVZ/nek/2022-04-05", "T12", "T13"}),
        (["--until", "2022-03"], {"T1", "T14", "T15", "T16"}),
        (["--from", "2022-03", "--until", "2022-03"], {"T1", "T16"}),
        (["--from", "2022-04", "--until", "2022-04"], {"T2", "T7", "P10/ONVZ/nek/2022-04-05"}),
        (["--program", "Lage Rug"], {"T1", "T7", "T15", "T16"}),
        (["--program", "artrose knie"], {"T12"}),
        (["--program", "artrose"], {"T12", "T13"}),
        (["--program", "nek", "--program", "TKP"], {"T2", "P10/ONVZ/nek/2022-04-05", "T14"}),
        (["--uzovi", "7095"], {"T1", "T6", "T12", "T15", "T16"}),
        (["--uzovi", "0736"], {"T16"}),
        (["--uzovi", "3343", "--uzovi", "3332"], {"T7", "P10/ONVZ/nek/2022-04-05", "T14"}),
        (["--from", "2022-04", "--program", "nek"], {"T2", "P10/ONVZ/nek/2022-04-05"}),
        (["--uzovi", "7095", "--program", "lage rug"], {"T1", "T15", "T16"}),
        (["--until", "2022-03", "--uzovi", "3332"], {"T14"}),
    ],
)
def test_filters(practice: Clinic, tmp_path: Path, arguments: Sequence[str], expected: set[str]) -> None:
    assert trajectories(exported(practice, tmp_path / "out", *arguments)) == expected


def test_a_program_asked_for_is_the_only_table(practice: Clinic, tmp_path: Path) -> None:
    assert [*exported(practice, tmp_path / "out", "--program", "artrose")] == [
        "zorg1-artrose-heup.csv",
        "zorg1-artrose-knie.csv",
        "zorg1-profielen.csv",
    ]


def test_what_the_json_holds(practice: Clinic) -> None:
    code, text, _ = give(practice, "--json")
    document = json.loads(text)
    assert (code, document["trajectories"], document["patients"]) == (0, 10, 10)
    rows = {row["trajectory"]: row for row in document["rows"]}
    assert rows.keys() == ALL
    ended = rows["T1"]
    assert (ended["started"], ended["ended"], ended["units"], ended["declared_cents"]) == (
        *("2022-03-31", "2022-04-28"),
        *(4, 6644 + 6781),
    )
    assert (ended["codes"], ended["f_codes"]) == (["01", "011", "0111"], ["F1013"])
    assert (ended["start_back_intake"], ended["nprs_end"], ended["nprs_intake"]) == (3, 2.5, None)
    assert (ended["agreement"], rows["T7"]["agreement"], rows["T7"]["profile"]) == ("J", "N", "2")
    assert {(row["program"], row["profile"]): row["patients"] for row in document["profiles"]} == {
        ("lage rug", "1"): 3,
        ("lage rug", "2"): 1,
        ("nek", "1"): 1,
        ("nek", "2"): 1,
        ("schouder", "3"): 1,
        ("artrose knie", "1"): 1,
        ("artrose heup", "2"): 1,
        ("TKP", "3 AV + BV"): 1,
    }


def test_the_workbook_has_real_days_and_amounts(practice: Clinic, tmp_path: Path) -> None:
    exported(practice, tmp_path / "out", "--xlsx", "--program", "lage rug")
    book = openpyxl.load_workbook(tmp_path / "out" / "zorg1-export.xlsx")
    assert book.sheetnames == ["zorg1-lage-rug", "zorg1-profielen"]
    header, *rows = book["zorg1-lage-rug"].iter_rows(values_only=True)
    first = dict(zip(header, rows[2], strict=True))
    assert first["Trajectnummer"] == "T1"
    assert first["Startdatum"] == datetime.fromisoformat("2022-03-31")
    assert first["Gedeclareerd bedrag"] == 134.25
    assert first["UZOVI"] == "7095"


# What stands --------------------------------------------------------------------------------------------------------


def amounts(clinic: Clinic) -> tuple[int, int, int | None]:
    """Units, and what was declared and granted, of the only trajectory."""
    _, text, _ = give(clinic, "--json")
    (row,) = json.loads(text)["rows"]
    return row["units"], row["declared_cents"], row["granted_cents"]


def test_answers_credits_and_a_withdrawn_run(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "p").write(csv_text(ENDED, FEED_COLUMNS))
    clerk = Clerk(clinic)
    run = clinic.run(today=TODAY)
    assert amounts(clinic) == (4, 13425, None)
    start, end = (line["reference"] for line in run.document["lines"])
    clerk.gets(by_insurer(the(run), {end: Verdict(6000, ("8059",))}))
    assert amounts(clinic) == (4, 13425, 6644 + 6000)
    clerk.gives("credit", start, "--why", "wrong", today=TODAY)
    clinic.run(today=TODAY)
    assert amounts(clinic) == (3, 6781, 6000)
    (tmp_path / "q").mkdir()
    other = zorg1_practice(tmp_path / "q", ENDED)
    Clerk(other).gives("undo", "R000001", today=TODAY)
    assert amounts(other) == (0, 0, None)
    other.run(today=TODAY)
    assert amounts(other) == (4, 13425, None)


# What columns are called ----------------------------------------------------------------------------------------------


def codebook(folder: Path, **headings: str) -> Clinic:
    clinic = zorg1_practice(folder, ENDED)
    path = clinic.folder / "ei-export.toml"
    lines = "".join(f'{column} = "{heading}"\n' for column, heading in headings.items())
    path.write_text(f"{path.read_text(encoding='utf-8')}[zorg1.codebook]\n{lines}", encoding="utf-8")
    return clinic


def test_a_practice_calls_columns_as_its_codebook_does(tmp_path: Path) -> None:
    clinic = codebook(tmp_path / "p", birth_year="GEBJAAR", nprs_end="NPRS_T2", program="PROGRAMMA")
    files = exported(clinic, tmp_path / "out")
    header = rows_of(files["zorg1-lage-rug.csv"])[0]
    assert header[3] == "GEBJAAR"
    assert "NPRS_T2" in header
    assert rows_of(files["zorg1-profielen.csv"])[0][0] == "PROGRAMMA"
    assert "ZORG1_CODEBOOK" not in told(clinic)


def test_a_column_that_there_is_not_is_refused(tmp_path: Path) -> None:
    clinic = codebook(tmp_path / "p", birth_yaer="GEBJAAR")
    code, text, errors = give(clinic, "--out", str(tmp_path / "out"))
    assert (code, text) == (2, "")
    assert "zorg1.codebook.birth_yaer" in errors
    assert "birth_year" in errors
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("headings", "key"),
    [
        ({"birth_year": "UZOVI"}, "birth_year"),  # as another column is called
        ({"birth_year": "X", "sex": "X"}, "sex"),
        ({"profile": "Aantal trajecten"}, "profile"),  # in the overview of profiles
    ],
)
def test_two_columns_of_one_heading_are_refused(tmp_path: Path, headings: dict[str, str], key: str) -> None:
    code, _, errors = give(codebook(tmp_path / "p", **headings))
    assert code == 2
    assert f"zorg1.codebook.{key}" in errors


def test_english_headings(practice: Clinic, tmp_path: Path) -> None:
    header = rows_of(exported(practice, tmp_path / "out", "--lang", "en")["zorg1-nek.csv"])[0]
    assert header[:4] == ["Practice AGB code", "Trajectory number", "Patient number", "Year of birth"]


# What was measured ----------------------------------------------------------------------------------------------------


def test_what_was_measured_otherwise_has_columns_too(tmp_path: Path) -> None:
    visits = (
        visit("A1", "2022-04-04", "01", "T1", consent="J", measurement_name="vas", measurement_score="6,0"),
        visit("A2", "2022-04-11", "011", "T1", measurement_name="Knijpkracht", measurement_score="31"),
        visit("A3", "2022-04-18", "011", "T1", measurement_name="NPRS", measurement_score="ging goed"),
    )
    clinic = zorg1_practice(tmp_path / "p", visits)
    header, row = rows_of(exported(clinic, tmp_path / "out")["zorg1-lage-rug.csv"])
    found = dict(zip(header, row, strict=True))
    assert found["Knijpkracht intake"] == "31"
    assert header[-1] == "Toestemming zorgproducten"
    assert "ging goed" not in row
    messages = told(clinic)
    assert "Knijpkracht" in messages["ZORG1_OTHER_INSTRUMENTS"]
    assert "1 measurement" in messages["ZORG1_SCORE_UNREADABLE"]


def test_a_category_with_agreement_of_what_is_registered_under_none_is_told(tmp_path: Path) -> None:
    row = visit(
        "A1", "2022-04-04", "1000", "T1", consent="J", category="Zorg 1: Lage rug | profiel 1 | met prijs afspraak"
    )
    assert "1 trajectory" in told(zorg1_practice(tmp_path / "p", (row,)))["ZORG1_AGREEMENT_SAID"]


def test_visits_without_an_own_code_are_told(tmp_path: Path) -> None:
    clinic = zorg1_practice(tmp_path / "p", (ENDED[0] | {"code": "", "declare_under": "940131"}, *ENDED[1:]))
    assert "1 trajectory" in told(clinic)["ZORG1_CODE_UNKNOWN"]
    assert "ZORG1_CODE_UNKNOWN" not in told(zorg1_practice(tmp_path / "q", ENDED))


# Who is never in it ---------------------------------------------------------------------------------------------------


def test_no_name_bsn_or_birth_date_in_any_output(practice: Clinic, tmp_path: Path) -> None:
    config = ["--out", str(tmp_path / "out"), "--xlsx"]
    outputs = [*give(practice, *config)[1:], *give(practice, *config, "--json")[1:]]
    for path in (tmp_path / "out").iterdir():
        if path.suffix == ".xlsx":
            with zipfile.ZipFile(path) as book:
                outputs += [book.read(name).decode() for name in book.namelist()]
        else:
            outputs.append(path.read_text(encoding="utf-8-sig"))
    assert len(outputs) > 10
    for row in VISITS:
        year, month, day = row["birth_date"].split("-")
        for secret in (row["bsn"], row["name"], row["birth_date"], f"{day}-{month}-{year}", row["insured_number"]):
            assert not any(secret in output for output in outputs), secret


def test_a_bsn_as_a_number_of_the_practice_is_not_shown(tmp_path: Path) -> None:
    mine = {"patient_id": BSNS[1], "trajectory_id": f"T{BSNS[1]}", "category": f"Rug van {BSNS[1]}"}
    clinic = zorg1_practice(tmp_path / "p", tuple(row | mine for row in ENDED))
    files = exported(clinic, tmp_path / "out")
    assert len(rows_of(files["zorg1-lage-rug.csv"])) == 2
    assert not any(BSNS[1].encode() in content for content in files.values())


# Where there is nothing -----------------------------------------------------------------------------------------------


def test_before_the_first_run_there_is_nothing_and_that_is_told(tmp_path: Path) -> None:
    clinic = Clinic.open(tmp_path / "p")
    assert "ZORG1_NOTHING" in told(clinic)
    assert not (clinic.folder / "ledger.sqlite").exists()


def test_nothing_is_replaced_where_an_export_is_refused(practice: Clinic, tmp_path: Path) -> None:
    before = exported(practice, tmp_path / "out")
    code, _, errors = give(practice, "--out", str(tmp_path / "out"), "--program", "pols")
    assert code == 2
    assert "lage rug" in errors or "pols" in errors
    assert {path.name: path.read_bytes() for path in (tmp_path / "out").iterdir()} == before


def test_two_trajectories_of_a_patient_are_one_patient(tmp_path: Path) -> None:
    later = tuple(
        row | {"appointment_id": f"B{n}", "date": f"2022-08-{n:02}", "trajectory_id": "T1b"}
        for n, row in enumerate(ENDED, 1)
    )
    _, text, _ = give(zorg1_practice(tmp_path / "p", (*ENDED, *later, *NOT_SHARED)), "--json")
    document = json.loads(text)
    assert (document["trajectories"], document["patients"]) == (2, 1)
    assert [(row["patients"], row["trajectories"]) for row in document["profiles"]] == [(1, 2)]
