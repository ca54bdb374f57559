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
