"""The scripts for the night: silent after a good one, and nothing else that can happen stays hidden."""

import os
import shutil
import subprocess
import sysconfig
from pathlib import Path
from typing import Final

import pytest
from lxml import etree

from tests.support.demo import DEMO
from tests.support.markdown import ROOT

SH: Final = ROOT / "docs" / "nightly.sh"
BAT: Final = ROOT / "docs" / "nightly.bat"
LOG: Final = "ei-export.log"


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    folder = shutil.copytree(DEMO, tmp_path / "practice")
    shutil.copy(SH, folder)
    return folder


def night(practice: Path, *program: str) -> tuple[int, str]:
    """What the script ends with and prints, with ``ei-export`` as it is, or with a shell script in its place."""
    path = [sysconfig.get_path("scripts"), os.environ["PATH"]]
    if program:
        fake = practice / ".venv" / "bin" / "ei-export"
        fake.parent.mkdir(parents=True, exist_ok=True)
        fake.write_text("\n".join(["#!/bin/sh", *program, ""]), encoding="utf-8")
        fake.chmod(0o755)
    # Given from another folder, as cron gives it.
    done = subprocess.run(
        [practice / SH.name],
        cwd=practice.parent,
        env={"PATH": os.pathsep.join(path), "HOME": str(practice.parent)},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def test_a_good_night_is_silent_and_in_the_log(practice: Path) -> None:
    assert night(practice) == (1, "")
    assert (practice / LOG).read_text(encoding="utf-8").endswith(" exit=1\n")
    assert (practice / "out" / "R000001").exists()


def test_the_ten_lines_of_a_night_are_those_of_this_one(practice: Path) -> None:
    notice = practice / "ei-export-night.txt"
    night(practice)
    assert len(notice.read_text(encoding="utf-8").splitlines()) == 10
    (practice / "afspraken.csv").unlink()
    _, printed = night(practice)
    assert printed.startswith(notice.read_text(encoding="utf-8"))
    assert "Laatste run die lukte: " in printed
    assert night(practice, "kill -9 $$")[0] == 137
    assert not notice.exists()


def test_who_wants_every_night_mailed_gets_it(practice: Path) -> None:
    script = practice / SH.name
    text = script.read_text(encoding="utf-8")
    script.write_text(text.replace('        # cat "$notice"', '        cat "$notice"'), encoding="utf-8")
    code, printed = night(practice)
    assert code == 1
    assert len(printed.splitlines()) == 10


def test_a_night_on_which_nothing_was_started_shows_in_the_morning(practice: Path) -> None:
    """By the second line of the crontab."""
    page = (ROOT / "docs" / "every-night.md").read_text(encoding="utf-8")
    (line,) = (line for line in page.splitlines() if line.startswith("30 7 "))
    command = line.split("  ", 1)[1].replace("/srv/practice", str(practice))

    def morning() -> str:
        return subprocess.run(["sh", "-c", command], capture_output=True, text=True, check=False).stdout

    assert "ei-export" in morning(), "it never ran"
    night(practice)
    assert morning() == ""
    long_ago = (practice / "out" / "runs.jsonl").stat().st_mtime - 2 * 24 * 3600
    os.utime(practice / "out" / "runs.jsonl", (long_ago, long_ago))
    assert "ei-export" in morning()


def test_a_night_without_anything_held_is_silent_too(practice: Path) -> None:
    assert night(practice, "echo '2024-02-01 02:15:07 ei_export run=R000001 exit=0' >&2") == (0, "")


def test_a_run_that_fails_says_why_and_what_to_do(practice: Path) -> None:
    (practice / "afspraken.csv").unlink()
    code, printed = night(practice)
    assert code == 3
    assert "reason=INPUT_MISSING" in printed
    assert "Kijk of" in printed
    assert "exit code 3" in printed
    assert "reason=INPUT_MISSING" in (practice / LOG).read_text(encoding="utf-8")


def test_what_a_night_that_declared_could_not_show_is_printed(practice: Path) -> None:
    program = (
        "echo 'wat u nu doet' > \"$4\"",
        "echo 'ei_export run=R000001 reason=LISTS_NOT_MADE exit=1' >&2",
        "exit 1",
    )
    assert night(practice, *program) == (1, "wat u nu doet\n")


@pytest.mark.parametrize(
    ("program", "code", "told"),
    [
        # A Python that is gone, or half installed, ends as a run that held something.
        (("echo \"ModuleNotFoundError: No module named 'ei_export'\" >&2", "exit 1"), 4, "ModuleNotFoundError"),
        # One that says nothing, and did nothing.
        (("exit 0",), 4, "exit code 0"),
        (("exit 1",), 4, "exit code 1"),
        (("kill -9 $$",), 137, "exit code 137"),
        # The line of another code than it ended with.
        (("echo 'ei_export run=R000001 exit=0' >&2", "exit 1"), 4, "exit code 1"),
        (("echo 'ei_export run=- exit=75 reason=BUSY' >&2", "exit 75"), 75, "reason=BUSY"),
    ],
)
def test_whatever_else_happens_is_printed(practice: Path, program: tuple[str, ...], code: int, told: str) -> None:
    ended, printed = night(practice, *program)
    assert ended == code
    assert told in printed
    assert str(practice) in printed


def test_a_program_that_is_nowhere_is_told_of(practice: Path) -> None:
    done = subprocess.run(
        [shutil.which("sh") or "sh", practice / SH.name],
        env={"PATH": "/usr/bin:/bin", "HOME": str(practice)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 127
    assert "not found" in done.stdout


def test_a_log_that_cant_be_written_is_told_of(practice: Path) -> None:
    (practice / LOG).mkdir()
    _, printed = night(practice)
    assert LOG in printed


def _batch(path: Path) -> list[str]:
    """The lines of a script as a command prompt reads them: it can't be run here."""
    *lines, last = path.read_bytes().decode("ascii").split("\r\n")
    assert last == ""
    assert not any("\n" in line for line in lines)
    labels = [line[1:] for line in lines if line.startswith(":")]
    assert {line.rpartition("goto ")[2] for line in lines if "goto " in line and line[:3] != "rem"} <= set(labels)
    return lines


def test_the_script_for_windows_goes_by_the_same_line() -> None:
    """That it asks for the line that a run ends with; what may be left of an earlier step is not taken for its own."""
    lines = _batch(BAT)
    steps = (
        "set CODE=4",
        'pushd "%~dp0" || goto failed',
        '"%PROGRAM%" run --quiet --notify-file night.txt > night.log 2>&1',
        "set CODE=%ERRORLEVEL%",
        "type night.log >> ei-export.log || goto failed",
        '"%SystemRoot%\\System32\\find.exe" " exit=%CODE%" night.log > nul',
        "if errorlevel 1 goto failed",
        "if %CODE% gtr 1 goto failed",
        '"%SystemRoot%\\System32\\find.exe" " reason=" night.log > nul',
        "if errorlevel 1 goto end",
        'if exist night.txt type night.txt > "%ALARM%"',
        ":failed",
        "if %CODE% leq 1 set CODE=4",
        "exit /b %CODE%",
    )
    assert [line for line in lines if line in steps] == list(steps)


def test_the_desk_is_opened_by_a_double_click() -> None:
    """Where it can't be, what it said stays."""
    lines = _batch(ROOT / "docs" / "desk.bat")
    steps = (
        'pushd "%~dp0" || goto failed',
        '"%PROGRAM%" desk',
        "if not errorlevel 1 goto end",
        ":failed",
        "pause",
        ":end",
    )
    assert [line for line in lines if line in steps] == list(steps)


def test_the_task_for_windows_starts_that_script_every_night() -> None:
    task = etree.parse(ROOT / "docs" / "nightly-task.xml").getroot()
    said = {etree.QName(each).localname: (each.text or "").strip() for each in task.iter(etree.Element)}
    assert said["Command"].endswith(f"\\{BAT.name}")
    assert said["StartBoundary"].endswith("T02:15:00")
    assert (said["DaysInterval"], said["StartWhenAvailable"], said["WakeToRun"]) == ("1", "true", "true")
    assert (said["MultipleInstancesPolicy"], said["DisallowStartIfOnBatteries"]) == ("IgnoreNew", "false")
