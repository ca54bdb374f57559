"""UZOVI numbers: whose they are, when they were that, and what is said of those that are not sure."""

import csv
import json
import shutil
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.judging.rules import Rules
from ei_export.model.codelists import uzovi_numbers
from ei_export.settings import load
from tests.support.feeds import Clinic, visit

GIVEN: Final = Path(__file__).parent / "judge-run"
#: UZOVI number by appointment of the folder, what it comes to, and the problems that are about it.
EXPECTED: Final = {
    "A1": ("declared", "3333", []),
    "A2": ("declared", "7095", []),  # abroad, without a postcode
    "A3": ("held", "7095", ["REFERRAL_DATE_MISSING"]),
    "A4": ("held", "7095", ["REFERRAL_DATE_MISSING"]),
    "A5": ("no_agreement", "3336", ["CONTRACT_MISSING"]),
    "A6": ("declared", "9001", ["UZOVI_UNSURE"]),
    "A7": ("declared", "9015", []),
    "A8": ("declared", "8956", ["UZOVI_NOT_KNOWN_THEN"]),
}


def command(folder: Path, *arguments: str) -> dict[str, Any]:
    options = ["--config", str(folder / "ei-export.toml"), "--json"]
    done = CliRunner().invoke(main, [arguments[0], *options, *arguments[1:]])
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_a_folder_of_doubtful_appointments(tmp_path: Path) -> None:
    for path in GIVEN.iterdir():
        shutil.copyfile(path, tmp_path / path.name)
    with (GIVEN / "expected.csv").open(encoding="utf-8") as file:
        named = {row["appointment_id"] for row in csv.DictReader(file)}
    assert EXPECTED.keys() == named
    document = command(tmp_path, "run", "--today", "2023-06-01")
    lines = {line["appointment_id"]: line["uzovi"] for line in document["lines"]}
    for ident, (outcome, number, codes) in EXPECTED.items():
        assert (lines.get(ident) == number) == (outcome == "declared")
        about = [
            p["code"] for p in document["problems"] if p["appointment_id"] == ident or f" {number} " in p["message"]
        ]
        assert about == codes


def clinic(folder: Path, uzovi: str = "", rows: Sequence[dict[str, str]] = ()) -> Clinic:
    made = Clinic.open(folder).feed(rows)
    settings = folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + f"[uzovi]\n{uzovi}", encoding="utf-8")
    return made


UNSURE: Final = [
    *(visit(f"U{n}", f"2021-03-0{n}", "940131", patient=f"P{n}", uzovi="8401") for n in (1, 2, 3)),
    visit("U4", "2021-03-04", "940135", patient="P1", uzovi="8401"),
    visit("U5", "2021-03-05", "940131", patient="P5", uzovi="3361"),
    visit("U6", "2021-03-06", "940131", patient="P6", uzovi="8956", indication_code="999"),
    visit("U7", "2021-03-07", "940131", patient="P7", uzovi="7095"),
]


def told(clinic: Clinic) -> list[tuple[str, str, str]]:
    """Kind, number and count of what is said about numbers."""
    found = [p for p in clinic.run("--lang", "en").problems if p["code"].startswith("UZOVI_")]
    return [(p["code"], p["message"].split()[2], p["message"].rstrip(".").split()[-1]) for p in found]


def test_a_number_that_is_not_sure_is_told_once_with_how_many_have_it(tmp_path: Path) -> None:
    assert told(clinic(tmp_path, rows=UNSURE)) == [
        ("UZOVI_NOT_KNOWN_THEN", "8956", "1"),
        ("UZOVI_UNSURE", "3361", "1"),
        ("UZOVI_UNSURE", "8401", "3"),
    ]


def test_two_processes_count_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ei_export.judging.collected.WORTH_A_FORK", 0)
    monkeypatch.setattr("ei_export.intake.gather._BYTES_A_PARTITION", 400)
    rows = [visit(f"A{n}", "2021-03-01", "940131", patient=f"P{n}", uzovi="8001") for n in range(1, 30)]
    assert told(clinic(tmp_path, rows=rows)) == [("UZOVI_UNSURE", "8001", "29")]


def test_what_the_practice_says_of_a_number_is_not_asked_again(tmp_path: Path) -> None:
    said = '"8401" = "VGZ"\n"3361" = "VGZ"\n"8956" = "Menzis"\n"7095" = "CZ"\n'
    made = clinic(tmp_path, said, [*UNSURE[:5], UNSURE[6]])
    assert told(made) == []
    assert Rules.load(load(tmp_path / "ei-export.toml"), date(2021, 7, 1)).insurers["8956"] == "Menzis"


def test_what_was_settled_is_not_asked_again(tmp_path: Path) -> None:
    made = clinic(tmp_path, rows=UNSURE)
    made.run()
    assert told(made) == [("UZOVI_NOT_KNOWN_THEN", "8956", "1")]  # U6 is held


@pytest.mark.parametrize(("day", "sure"), [("2019-12-31", True), ("2020-01-01", False)])
def test_explain_says_whether_a_number_is_sure(tmp_path: Path, day: str, sure: bool) -> None:
    clinic(tmp_path, rows=[visit("A1", day, "940131", uzovi="8956")])
    story = command(tmp_path, "explain", "A1", "--lang", "en", "--today", "2021-07-01")
    said = [step["text"] for step in story["steps"]]
    assert ("UZOVI 8956 is VGZ." in said) == sure
    assert any("do a COV check" in text for text in said) == (not sure)


@pytest.mark.parametrize(
    ("number", "insurer"),
    [
        ("3333", "Menzis"), ("3336", "ASR"), ("9015", "VGZ"), ("3347", "Eno"), ("7029", "DSW"), ("0104", "CZ"),
        ("7085", "Zorg en Zekerheid"), ("0201", "CZ"), ("3314", "Zilveren Kruis"), ("3360", "EUCARE"),
    ],
)  # fmt: skip
def test_numbers_of_the_register(number: str, insurer: str) -> None:
    found = uzovi_numbers()[number]
    assert (found.insurer, found.certainty) == (insurer, "certain")
    assert found.known_on(date(2019, 3, 1))


@pytest.mark.parametrize("number", ["3397", "5501", "7125", "9990"])
def test_misprints_and_schemes_are_nobodys(number: str) -> None:
    assert number not in uzovi_numbers()
