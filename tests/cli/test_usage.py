"""Commands that can't be understood: said in the language of the practice, with exit code 2."""

import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.ledger import Ledger
from tests.support.feeds import Clinic

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
    "USAGE_CLOSE": ("close", "A1"),
    "USAGE_STATUS_ON": ("status", "--on", "2021-01-01", "--all"),
    "USAGE_SENT": ("sent", "R000001", "--on", "2024-01-01", "--not-sent"),
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


@pytest.mark.parametrize("command", ["agreements", "specs check"])
def test_settings_that_are_named_must_be_there(command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert CliRunner().invoke(main, command.split()).exit_code == 0
    done = CliRunner().invoke(main, [*command.split(), "--config", "praktijk.toml"])
    assert (done.exit_code, "praktijk.toml" in done.stderr) == (2, True)


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


@pytest.mark.parametrize("typed", ["999000007", "Voorbeeld", "R999000007"])
@pytest.mark.parametrize(
    "command", [("credit",), ("credit", "--cancel"), ("redeclare",), ("correct",), ("undo",), ("sent",)]
)
def test_what_was_typed_is_not_repeated(command: tuple[str, ...], typed: str, tmp_path: Path) -> None:
    """It could be a BSN, or a name."""
    clinic = Clinic.open(tmp_path)
    Ledger.open(tmp_path / "ledger.sqlite").close()
    first = () if command in (("undo",), ("sent",)) else ("210701R0000010000099",)
    words = [*command, *first, typed, "--config", str(clinic.folder / "ei-export.toml"), "--today", "2021-07-01"]
    for options in ([], ["--json"]):
        done = CliRunner().invoke(main, [*words, *options])
        assert done.exit_code in (1, 2)
        assert typed not in done.stdout + done.stderr
        assert all(number in done.stderr for number in first)
    if first:
        known, unknown = json.loads(done.stdout)["problems"]
        assert [(each["reference"], each["position"]) for each in (known, unknown)] == [(*first, 1), ("-", 2)]


@pytest.mark.parametrize("place", ["import_module", "_Commands.parse_args"])
def test_ctrl_c_is_told_at_any_moment(place: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(f"ei_export.cli.{place}", interrupted)
    done = CliRunner().invoke(main, ["status", "--lang", "en"])
    assert (done.exit_code, done.stderr.startswith("Broken off")) == (130, True)
