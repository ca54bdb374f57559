"""The README is one page, and what it and the pages behind it show is what happens."""

import csv
from pathlib import Path

import pytest

from tests.support.demo import ANSWERS, answers, demo
from tests.support.markdown import read, table
from tests.support.transcripts import WITH_TRANSCRIPTS, played


def test_the_readme_is_one_page() -> None:
    assert len(read("README.md").splitlines()) <= 150


@pytest.mark.parametrize("page", WITH_TRANSCRIPTS)
def test_the_commands_shown_print_what_is_shown(tmp_path: Path, page: str) -> None:
    assert played(page, tmp_path) == read(page), f"if it should: python -m tests.support.transcripts {page}"


def test_the_demo_hides_what_its_readme_says(tmp_path: Path) -> None:
    with (demo(tmp_path) / "out" / "problems.csv").open(encoding="utf-8", newline="") as lines:
        problems = [(row["appointment_id"], row["code"]) for row in csv.DictReader(lines)]
    found = {(appointment, code) for appointment, code in problems if code != "DEADLINE_PASSED"}
    rows = table("fixtures/demo/README.md", "mistake", "appointment", "reported as", "what becomes of it")
    assert {(appointment, code) for _, appointment, code, _ in rows if code != "–"} == found


def test_the_demo_has_answers_to_what_it_declares(tmp_path: Path) -> None:
    assert answers(demo(tmp_path)) == {path.name: path.read_bytes() for path in ANSWERS.iterdir()}
