"""``zorg1 quality`` from the outside: a practice that was counted by hand."""

import csv
import io
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from ei_export.cli import main
from ei_export.commands.zorg1.quality import COLUMNS, Counts
from tests.support.feeds import Cells, tables_read_once, visit
from tests.support.zorg1_practice import TODAY, VISITS, zorg1_practice

__all__ = ["tables_read_once"]


def trajectory(
    number: int, start: str, end: str = "", intake: str = "", last: str = "", consent: str = "J"
) -> list[Cells]:
    """One of VGZ, lage rug, profile 1, with what was measured at its intake and at its end."""
    patient, name = f"P{number}", f"T{number}"
    said = dict(zip(("measurement_name", "measurement_score"), intake.split("="), strict=False))
    found = [visit(f"{name}-1", start, "01", name, patient=patient, consent=consent, **said)]
    if end:
        said = dict(zip(("measurement_name", "measurement_score"), last.split("="), strict=False))
        found.append(visit(f"{name}-2", end, "0111", name, patient=patient, **said))
    return found


#: Seven that are shared: five have an intake, four an end, three of which were measured. One began a day later; N,
#: nobody asked, and N after J are not shared, J after N is one of the seven.
COUNTED: Final = (
    *trajectory(1, "2022-01-10", "2022-02-21", "STarT Back=3", "NPRS=2"),
    *trajectory(2, "2022-01-17", "2022-03-07", "NPRS=6", "GPE=1"),
    *trajectory(3, "2022-02-01", "2022-03-14", "STarT Back=2", "PSK=8"),
    *trajectory(4, "2022-02-08", "2022-03-28", "PSK=24"),
    *trajectory(5, "2022-03-01", intake="STarT Back=1"),
    *trajectory(6, "2022-03-15", intake="STarT Back=hoog"),
    visit("T6-2", "2022-03-16", "011", "T6", patient="P6", measurement_name="Gewicht", measurement_score="80"),
    *trajectory(7, "2022-03-31", consent="N"),
    visit("T7-3", "2022-04-07", "011", "T7", patient="P7", consent="J"),
    *trajectory(8, "2022-04-01", intake="STarT Back=3"),
    *trajectory(9, "2022-02-02", intake="STarT Back=3", consent="N"),
    *trajectory(10, "2022-02-03", intake="STarT Back=3", consent=""),
    *trajectory(11, "2022-02-04", intake="STarT Back=3", consent="J"),
    visit("T11-3", "2022-02-11", "011", "T11", patient="P11", consent="N"),
)  # fmt: skip


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    zorg1_practice(folder, COUNTED)
    return folder


def call(folder: Path, *arguments: str) -> tuple[int, str]:
    config = str(folder / "ei-export.toml")
    done = CliRunner().invoke(main, ["zorg1", "quality", "--config", config, "--today", TODAY, *arguments])
    return done.exit_code, done.stdout


def rows(folder: Path, *arguments: str) -> dict[tuple[str, str], dict[str, Any]]:
    code, out = call(folder, "--json", *arguments)
    assert code == 0, out
    return {(row["program"], row["profile"]): row for row in json.loads(out)["rows"]}


def test_the_practice_comes_out_as_it_was_counted(practice: Path) -> None:
    found = rows(practice, "--quarter", "2022Q1")
    counted = {
        "patients": 7, "trajectories": 7, "ended": 4,
        "intake_due": 7, "intake_measured": 5, "intake_percent": 71.4,
        "between_due": 0, "between_measured": 0, "between_percent": None,
        "end_due": 4, "end_measured": 3, "end_percent": 75.0,
    }  # fmt: skip
    assert list(found) == [("lage rug", "1"), ("lage rug", "*"), ("*", "*")]
    for (program, profile), row in found.items():
        assert row == {"program": program, "profile": profile, **counted}


@pytest.mark.parametrize(
    ("arguments", "trajectories"),
    [
        ([], 8),
        (["--quarter", "2022Q2"], 1),
        (["--from", "2022-04"], 1),
        (["--until", "2022-03"], 7),
        (["--from", "2022-03", "--until", "2022-03"], 3),
        (["--quarter", "2022Q1", "--consent", "all"], 10),
        (["--consent", "all"], 11),
        (["--uzovi", "3332"], 0),
    ],
)
def test_who_is_counted_is_chosen(practice: Path, arguments: Sequence[str], trajectories: int) -> None:
    assert rows(practice, *arguments)["*", "*"]["trajectories"] == trajectories


@pytest.mark.parametrize(
    ("measured", "due", "tenths"),
    [
        (5, 7, 714),
        (3, 4, 750),
        (1, 8, 125),
        (1, 16, 63),
        (2, 3, 667),
        (0, 3, 0),
        (3, 3, 1000),
        (1, 2000, 1),
        (0, 0, None),
    ],
)
def test_half_of_a_tenth_goes_up(measured: int, due: int, tenths: int | None) -> None:
    counts = Counts()
    counts.due["end"], counts.measured["end"] = due, measured
    assert counts.tenths("end") == tenths


def test_programs_and_profiles_have_rows_of_their_own(tmp_path: Path) -> None:
    found = rows(zorg1_practice(tmp_path, VISITS).folder, "--consent", "all")
    assert [key for key in found if key[1] != "*"] == [
        ("lage rug", "1"), ("lage rug", "2"), ("nek", "1"), ("nek", "2"), ("schouder", "3"),
        ("artrose knie", "1"), ("artrose heup", "2"), ("TKP", "3 AV + BV"),
    ]  # fmt: skip
    assert found["lage rug", "*"]["trajectories"] == 7
    assert (found["*", "*"]["trajectories"], found["*", "*"]["patients"]) == (13, 13)
    assert sum(row["trajectories"] for (_, profile), row in found.items() if profile != "*") == 13


# Criteria ---------------------------------------------------------------------------------------


def with_criteria(folder: Path, text: str) -> Path:
    zorg1_practice(folder, COUNTED)
    config = folder / "ei-export.toml"
    config.write_text(f"{config.read_text(encoding='utf-8')}\n[zorg1.criteria]\n{text}\n", encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("criteria", "unmet"),
    [
        ("intake = 71\nend = 75\npatients = 7", []),
        ("intake = 72", ["QUALITY_INTAKE"]),
        ("end = 76", ["QUALITY_END"]),
        ("patients = 8", ["QUALITY_PATIENTS"]),
        ("between = 100", []),
        (
            "intake = 100\nbetween = 100\nend = 100\npatients = 100",
            ["QUALITY_PATIENTS", "QUALITY_INTAKE", "QUALITY_END"],
        ),
    ],
)
def test_a_check_ends_with_1_where_a_criterion_is_not_met(tmp_path: Path, criteria: str, unmet: Sequence[str]) -> None:
    folder = with_criteria(tmp_path, criteria)
    code, out = call(folder, "--quarter", "2022Q1", "--check", "--json")
    assert code == bool(unmet)
    found = json.loads(out)
    assert [problem["code"] for problem in found["problems"]] == [*unmet, "QUALITY_NOBODY"]
    assert len(found["unmet"]) == len(unmet)
    code, out = call(folder, "--quarter", "2022Q1", "--check")
    assert ("Aan alle criteria is voldaan." in out) == (not unmet) == (code == 0)
    assert call(folder, "--quarter", "2022Q1")[0] == 0


def test_a_program_that_nobody_is_in_is_named(tmp_path: Path) -> None:
    folder = with_criteria(tmp_path, "patients = 1")
    [problem] = json.loads(call(folder, "--check", "--json", "--lang", "en")[1])["problems"]
    assert problem["message"].endswith(": nek, schouder, artrose knie, artrose heup, TKP, THP.")
    [problem] = json.loads(call(folder, "--check", "--json", "--program", "THP", "--lang", "en")[1])["problems"]
    assert problem["message"].endswith(": THP.")
    assert json.loads(call(folder, "--check", "--json", "--program", "lage rug")[1])["problems"] == []


def test_what_is_not_met_is_told(tmp_path: Path) -> None:
    folder = with_criteria(tmp_path, "intake = 85")
    said = " ".join(call(folder, "--quarter", "2022Q1", "--check")[1].split())
    assert "Bij lage rug is van 5 van de 7 trajecten een intakemeting; het criterium is ten minste 85 %." in said
    assert "--filter problems=MONITOR_INTAKE_MISSING" in said


@pytest.mark.parametrize("text", ["intakes = 85", "intake = 101", "intake = '85'", "patients = 0"])
def test_criteria_that_cannot_be_are_refused(tmp_path: Path, text: str) -> None:
    assert call(with_criteria(tmp_path, text))[0] == 2


def test_without_criteria_there_is_nothing_to_check_by(practice: Path) -> None:
    code, out = call(practice, "--check", "--json")
    assert code == 2
    assert [problem["code"] for problem in json.loads(out)["problems"]] == ["QUALITY_NO_CRITERIA"]


# Files and text ---------------------------------------------------------------------------------


def test_a_table_is_for_people(practice: Path, tmp_path: Path) -> None:
    code, out = call(practice, "--quarter", "2022Q1", "--out", str(tmp_path), "--xlsx")
    assert code == 0
    assert "lage rug, profiel 1                   7       71,4 %            -       75,0 %" in out
    lines = [*csv.reader(io.StringIO((tmp_path / "zorg1-quality.csv").read_text("utf-8-sig")), delimiter=";")]
    assert lines[0][:3] == ["Programma", "Profiel", "Patiënten"]
    assert lines[1:] == [
        [program, profile, "7", "7", "4", "7", "5", "71,4", "0", "0", "", "4", "3", "75,0"]
        for program, profile in (("lage rug", "1"), ("lage rug", "alle"), ("alle", "alle"))
    ]
    sheet = load_workbook(tmp_path / "zorg1-quality.xlsx")["zorg1-quality"]
    assert [sheet.cell(2, column).value for column in (6, 7, 8, 11, 14)] == [7, 5, 0.714, None, 0.75]
    assert len(lines[0]) == len(COLUMNS)


def test_where_nobody_is_counted_it_says_so(practice: Path) -> None:
    assert "Er zijn geen trajecten om te tellen." in call(practice, "--quarter", "2019Q1")[1]
