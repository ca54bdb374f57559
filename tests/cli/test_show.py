"""``ei-export show``, as it is typed."""

import json
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ei_export.cli import main
from tests.manual.practice import COMMAND
from tests.support.messages import LINE, RECORDS, flat

SETTINGS = """\
[practice]
practice_agb = "04012345"
provider_agb = "04098765"
[uzovi]
"9664" = "Van de praktijk zelf"
[messages]
language = "en"
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_bytes(flat())
    return tmp_path


def ask(*arguments: str) -> Result:
    return CliRunner().invoke(main, ["show", *arguments])


def test_it_needs_no_settings_and_speaks_dutch(folder: Path) -> None:
    result = ask("file.txt")
    assert result.exit_code == 0
    assert "Verzekerde: PQ van Wolters  23-09-2011  BSN 123456782" in result.stdout
    assert "0108  Uzovi-nummer                        9664  CZ groep" in result.stdout
    assert "Insured person: PQ van Wolters  2011-09-23" in ask("file.txt", "--lang", "en").stdout


def test_settings_say_the_language_and_name_insurers(folder: Path) -> None:
    (folder / "ei-export.toml").write_text(SETTINGS, encoding="utf-8")
    result = ask("file.txt")
    assert "Insured person: PQ van Wolters" in result.stdout
    assert "9664  Van de praktijk zelf" in result.stdout


def test_options_go_together(folder: Path) -> None:
    asked = ("--json", "--mask", "--records", "02, 04", "--elements", "0203,0403,0410")
    result = ask("file.txt", *asked)
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {
        "standard": "PM304 3.2",
        "records": [
            {"record": 2, "kind": "02", "elements": {"0203": "#2"}},
            {"record": 3, "kind": "04", "elements": {"0403": "#2", "0410": LINE["0410"]}},
        ],
    }


def test_all_shows_what_is_empty_too(folder: Path) -> None:
    assert "0406" not in ask("file.txt").stdout
    assert "0406  Machtigingsnummer                 (leeg)" in ask("file.txt", "--all").stdout
    assert "0403" in ask("file.txt", "--all").stdout


@pytest.mark.parametrize(
    ("arguments", "exit_code", "said"),
    [
        (("file.txt", "--records", "05"), 2, "Kies bij --records uit: 01, 02, 03, 04, 98, 99."),
        (("file.txt", "--records", "98", "--elements", "0409"), 2, "Kies bij --elements uit: 9801, 9802, 9803, 9804,"),
        (("file.txt", "--colour"), 2, "--colour"),
        (("none.txt",), 3, "none.txt kan niet worden gelezen"),
        (("other.txt",), 3, "other.txt is geen declaratie- of retourbestand"),
        (("other.txt", "--mask"), 3, "is geen declaratie- of retourbestand"),
    ],
)
def test_refusals(folder: Path, arguments: tuple[str, ...], exit_code: int, said: str) -> None:
    (folder / "other.txt").write_bytes(b"123456782 is not a message")
    result = ask(*arguments)
    assert result.exit_code == exit_code
    assert said in result.stderr
    assert result.stdout == ""
    assert "123456782" not in result.stderr


def test_a_refusal_is_one_document_too(folder: Path) -> None:
    result = ask("file.txt", "--json", "--records", "05")
    assert result.exit_code == 2
    assert json.loads(result.stdout)["problems"][0]["code"] == "SHOW_KIND_UNKNOWN"


def test_a_reader_that_has_seen_enough_ends_it_quietly(folder: Path) -> None:
    (folder / "long.txt").write_bytes(flat([*RECORDS[:2], *[RECORDS[2]] * 500, RECORDS[-1]]))
    with subprocess.Popen(
        [COMMAND, "show", "long.txt"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd=folder
    ) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
    assert process.returncode == 0
