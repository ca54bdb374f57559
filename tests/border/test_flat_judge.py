"""Declarations that a receiver refuses, warns of or takes: each file of ``judge/`` through ``ei-export verify``."""

import csv
import json
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from ei_export.cli import main

JUDGE: Final = Path(__file__).parent / "judge"


def cases() -> list[dict[str, str]]:
    with (JUDGE / "flat.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def verified(path: Path, today: str) -> tuple[int, dict[str, Any]]:
    result = CliRunner().invoke(main, ["verify", str(path), "--today", today, "--json"])
    (file,) = json.loads(result.stdout)["files"]
    return result.exit_code, file


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["file"])
def test_a_file_is_judged_as_its_receiver_would(case: dict[str, str]) -> None:
    code, file = verified(JUDGE / case["file"], case["today"])
    if case["want"] == "accept":
        assert (code, file["problems"]) == (0, [])
        return
    (problem,) = file["problems"]  # one mistake is one fault
    assert problem["element"] in (case["elements"].split() or [""])
    assert problem["return_code"] in case["codes"].split()
    assert (code, problem["severity"]) == ((0, "warning") if case["want"] == "warn" else (1, "error"))
    assert problem["message"]
    assert problem["remedy"]


def shown(path: Path) -> tuple[int, str]:
    result = CliRunner().invoke(main, ["show", str(path), "--lang", "nl"])
    return result.exit_code, result.stdout + result.stderr


@pytest.mark.parametrize(
    ("start", "names"),
    [
        ("011060702", ["AP304", "farmaceutische hulp", "106"]),
        ("011760103", ["MZ301", "mondzorg", "176"]),
        ("011950100", ["GZ321", "GGZ", "195"]),
        ("011870104", ["AW319", "187"]),
        ("011120100", ["huisartsenhulp", "112"]),
    ],
)
def test_another_message_is_named_and_not_read(tmp_path: Path, start: str, names: list[str]) -> None:
    path = tmp_path / "ander.txt"
    path.write_text(f"{start}P".ljust(310) + "\r\n", encoding="ascii")
    code, file = verified(path, "2023-07-15")
    (problem,) = file["problems"]
    assert (code, file["ok"], problem["return_code"]) == (3, False, "0010")
    show_code, text = shown(path)
    assert show_code == 3
    for name in names:
        assert name in problem["message"]
        assert name in text


@pytest.mark.parametrize(
    ("start", "name", "return_code"),
    [("011070201", "PM304 2.1", "0011"), ("011070301", "PM304 3.1", "8027"), ("011070402", "PM304 4.2", "0011")],
)
def test_another_version_is_named_by_it(tmp_path: Path, start: str, name: str, return_code: str) -> None:
    path = tmp_path / "ouder.txt"
    path.write_text(f"{start}P".ljust(310) + "\r\n", encoding="ascii")
    code, file = verified(path, "2023-07-15")
    (problem,) = file["problems"]
    assert (code, file["standard"], problem["return_code"]) == (1, name, return_code)
    show_code, text = shown(path)
    assert show_code == 3
    assert name in text
    assert "PM304 3.2" in text
