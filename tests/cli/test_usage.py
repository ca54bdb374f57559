"""Commands that can't be understood: said in the language of the practice, with exit code 2."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.cli import main

WRONG = {
    "USAGE_COMMAND": ("nothing",),
    "USAGE_OPTION": ("status", "--nothing"),
    "USAGE_OPTION_VALUE": ("status", "--json=x", "--config"),
    "USAGE_MISSING": ("credit",),
    "USAGE_CHOICE": ("explain", "x", "--kind", "x"),
    "USAGE_DAY": ("run", "--today", "2024-02-30"),
    "USAGE_PATH": ("check", "--config", "."),
    "USAGE_EXTRA": ("undo", "1", "2"),
    "USAGE_REFERENCES": ("correct",),
}


@pytest.mark.parametrize("code", WRONG)
def test_a_command_that_is_mistyped(code: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    command, *rest = WRONG[code]
    dutch, english, programs = (
        CliRunner().invoke(main, [command, *options, *rest])
        for options in ([], ["--lang", "en"], ["--lang=nl", "--json"])
    )
    assert {done.exit_code for done in (dutch, english, programs)} == {2}
    assert dutch.stderr == programs.stderr != english.stderr
    (problem,) = json.loads(programs.stdout)["problems"]
    assert problem["code"] == code
    assert dutch.stderr == f"{problem['message']}\n{problem['remedy']}\n"


def test_the_language_is_that_of_the_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, ["init", "practice"]).exit_code == 0
    settings = tmp_path / "practice" / "ei-export.toml"
    text = re.sub(r"^\[messages\]\n.*\n", "", settings.read_text(encoding="utf-8"), flags=re.MULTILINE)
    settings.write_text(f'{text}\n[messages]\nlanguage = "en"\n', encoding="utf-8")
    done = CliRunner().invoke(main, ["status", "--config", str(settings), "--nothing"])
    assert done.stderr.startswith("ei-export status does not know the option --nothing.\n")


@pytest.mark.parametrize("arguments", [["--help"], ["status", "--help"], ["specs", "check", "-h"], ["--version"]])
def test_help_is_no_mistake(arguments: list[str]) -> None:
    assert CliRunner().invoke(main, arguments).exit_code == 0
