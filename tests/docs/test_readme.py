"""The README says what the program does: its transcripts are run, its tables compared with the code."""

import csv
import os
import re
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import pytest

from ei_export.base.problems import PROBLEM_COLUMNS
from ei_export.cli import common
from ei_export.commands.specs_check import check_specs
from ei_export.declaring.files import LINE_COLUMNS
from ei_export.model.appointment import Outcome
from ei_export.model.columns import COLUMNS, REQUIRED
from ei_export.settings.settings import _KEYS
from tests.support.demo import ANSWERS, answers, demo

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.md").read_text(encoding="utf-8")
DEMO_README = (ROOT / "fixtures" / "demo" / "README.md").read_text(encoding="utf-8")


def blocks(language: str, text: str = README) -> list[str]:
    return re.findall(rf"^```{language}\n(.*?)^```$", text, re.DOTALL | re.MULTILINE)


def table(header: str, text: str = README) -> list[list[str]]:
    """The cells of the table with this header, row by row."""
    rows = text.split(f"\n{header}\n", 1)[1].split("\n\n", 1)[0].splitlines()[1:]
    return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows]


def quoted(text: str) -> list[str]:
    return re.findall(r"`([^`]+)`", text)


# Transcripts ---------------------------------------------------------------------------------------


def transcript(page: str) -> Iterator[tuple[str, str]]:
    """The commands shown, in order, each with what the page says it prints."""
    for block in blocks("console", page):
        for step in re.split(r"^\$ ", block, flags=re.MULTILINE)[1:]:
            command, _, output = step.partition("\n")
            yield command, output


def execute(command: str, folder: Path) -> str:
    """What a command prints, run in ``folder``; ``make`` runs in the checkout and writes below ``folder``."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("EI_EXPORT_", "MAKE"))}
    environment["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{environment['PATH']}"
    cwd = folder
    if command.startswith("make "):
        # With the environment of these tests as it is, rather than a new one.
        command += f" VENV={sys.prefix} -o {sys.prefix}/.runtime DEMO={folder}/build/demo"
        cwd = ROOT
    done = subprocess.run(command, shell=True, cwd=cwd, env=environment, stdout=subprocess.PIPE, check=False)
    return done.stdout.decode().replace(f"{folder}/", "")


@pytest.mark.parametrize("page", ["README.md", "docs/clerk.md"])
def test_the_commands_shown_print_what_is_shown(tmp_path: Path, page: str) -> None:
    folder = tmp_path
    if page != "README.md":
        demo(folder)
    shown, printed = "", ""
    for command, output in transcript((ROOT / page).read_text(encoding="utf-8")):
        shown += f"$ {command}\n{output}"
        printed += f"$ {command}\n"
        if command.startswith("cd "):
            folder /= command.removeprefix("cd ")
        else:
            printed += execute(command, folder)
    assert printed == shown


def test_the_demo_hides_what_its_readme_says(tmp_path: Path) -> None:
    with (demo(tmp_path) / "out" / "problems.csv").open(encoding="utf-8", newline="") as lines:
        problems = [(row["appointment_id"], row["code"]) for row in csv.DictReader(lines)]
    found = {(appointment, code) for appointment, code in problems if code != "DEADLINE_PASSED"}
    header = "| mistake | appointment | reported as | what becomes of it |"
    told = [(row[1], row[2]) for row in table(header, DEMO_README)]
    assert {(appointment, code) for appointment, code in told if code != "–"} == found


def test_the_demo_has_answers_to_what_it_declares(tmp_path: Path) -> None:
    assert answers(demo(tmp_path)) == {path.name: path.read_bytes() for path in ANSWERS.iterdir()}


def headings(text: str) -> set[str]:
    """The anchors of a page."""
    lines = re.sub(r"^```.*?^```$", "", text, flags=re.DOTALL | re.MULTILINE).splitlines()
    titles = (line.lstrip("# ").lower() for line in lines if line.startswith("#"))
    return {re.sub(r"[^\w -]", "", title).replace(" ", "-") for title in titles}


# Tables --------------------------------------------------------------------------------------------


def test_every_input_column_is_in_the_table() -> None:
    names = [row[0] for row in table("| column | holds |")]
    assert names == [f"**{column}**" if column in REQUIRED else column for column in COLUMNS]


def test_every_setting_is_in_the_table() -> None:
    free = {"input.columns", "codes", "uzovi", "severity"}
    sections = {key for key in _KEYS if key} | free
    known = {f"{section}.{name}".lstrip(".") for section, names in _KEYS.items() for name in names}
    leaves = known - (sections - free)
    told = [quoted(row[0])[0] for row in table("| key | holds | default |")]
    assert len(told) == len(set(told))
    assert set(told) == leaves


def test_every_exit_code_is_in_the_table() -> None:
    codes = [int(row[0]) for row in table("| code | means for `run` | for the other commands |")]
    assert codes == [0, common.HELD, common.USAGE, common.INPUT, common.WRITING, common.BUSY, common.INTERRUPTED]


def test_every_column_of_the_output_is_in_the_table() -> None:
    told = {quoted(row[0])[0]: tuple(quoted(row[1])) for row in table("| file | columns |")}
    assert told == {"lines.csv": LINE_COLUMNS, "problems.csv": PROBLEM_COLUMNS}


def test_every_count_is_in_the_table() -> None:
    told = [quoted(row[0])[0] for row in table("| count | appointments |")]
    assert sorted(told) == sorted(outcome.value for outcome in Outcome)


def test_the_overlay_shown_is_a_good_table(tmp_path: Path) -> None:
    overlay = tmp_path / "zorg1-2024.csv"
    overlay.write_text(blocks("csv")[0], encoding="utf-8")
    assert check_specs([overlay]) == []


@pytest.mark.parametrize("page", ["README.md", "docs/clerk.md"])
def test_every_link_leads_somewhere(page: str) -> None:
    text = (ROOT / page).read_text(encoding="utf-8")
    for target in re.findall(r"\]\(([^)]+)\)", text):
        path, _, anchor = target.partition("#")
        other = (ROOT / page).parent / path if path else ROOT / page
        assert other.exists(), target
        assert not anchor or anchor in headings(other.read_text(encoding="utf-8")), target
