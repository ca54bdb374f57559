"""What could steer a terminal, turn a line around or begin a new one goes nowhere raw, wherever it comes from."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.base.wording import printable
from ei_export.cli import main
from ei_export.cli.speaking import speaking
from tests.support.clerk import START, few_tariffs
from tests.support.feeds import COLUMNS, Clinic, csv_text, tables_read_once, visit, write_sqlite

__all__ = ["tables_read_once"]

pytestmark = pytest.mark.usefixtures("words_checked_once")

#: A colour, a title, a line turned around, the end of a line in several ways, and a bell.
NASTY = "\x1b[31mX\x1b]0;t\x07\u202eY\x9b2J\x85\u2028\r\nFAKE"
TOML = NASTY.encode("unicode_escape").decode().replace("\\x", "\\u00")
STEERING = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
COMMANDS = (
    ("check", "--all"),
    ("check", "--json"),
    ("run",),
    ("status", "--all", "--lines"),
    ("status", "--lines", "--json"),
    ("explain", "A2"),
    ("explain", "P2", "--json"),
    ("specs", "check"),
)


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    monkeypatch.chdir(tmp_path)
    return few_tariffs(Clinic.open(tmp_path)).feed([START])


def assert_harmless(clinic: Clinic, *commands: tuple[str, ...]) -> None:
    for words in commands or COMMANDS:
        done = CliRunner().invoke(main, [*words, "--today", "2021-07-01"])
        assert done.exit_code in (0, 1, 2, 3), done.output
        assert not STEERING.search(done.stdout + done.stderr), words
        assert not re.search("^FAKE", done.stdout + done.stderr, re.MULTILINE), words
    for path in clinic.folder.glob("out/**/*.*"):
        if path.suffix in (".csv", ".html", ".json", ".jsonl"):
            text = path.read_bytes().decode("utf-8-sig").replace("\r\n", "\n")
            assert path.suffix == ".json" or not STEERING.search(text), path
            assert not re.search("^FAKE", text, re.MULTILINE), path


OTHER = visit("A2", "2021-03-02", "940131", "T2", patient="P2")


@pytest.mark.parametrize("column", COLUMNS)
def test_cells(column: str, clinic: Clinic) -> None:
    rows = [START, OTHER | {column: OTHER.get(column, "") + NASTY}, OTHER | {"appointment_id": "A4", column: NASTY}]
    clinic.write(csv_text(rows))
    assert_harmless(clinic, COMMANDS[0], COMMANDS[2], COMMANDS[3], COMMANDS[5])


@pytest.mark.parametrize("without", ["bsn", "date"])
def test_headers(without: str, clinic: Clinic) -> None:
    columns = [column for column in COLUMNS if column != without]
    clinic.write(csv_text([START], [*columns, NASTY]))
    assert_harmless(clinic)
    write_sqlite(clinic.folder / "feed.sqlite", [START], [*columns, '"' + NASTY.replace("\n", "") + '"'])
    assert_harmless(clinic, ("run", "--input", "feed.sqlite"))


def changed(old: str, new: str) -> Callable[[str], str]:
    return lambda text: text.replace(old, new.replace("NASTY", TOML), 1)


def added(section: str) -> Callable[[str], str]:
    return lambda text: f"{text}\n{section.replace('NASTY', TOML)}\n"


@pytest.mark.parametrize(
    "change",
    [
        changed("Fysiotherapie", "NASTY"),
        changed("[codes]", '[codes]\n"NASTY" = "940131"\n"88" = "NASTY"'),
        changed('insurer = "VGZ"', 'insurer = "NASTY"'),
        changed("lists = [", 'lists = ["NASTY", '),
        changed("[codes]", '[input.columns]\nbsn = "NASTY"\n[codes]'),
        changed("[codes]", '[input.status]\ncompleted = ["NASTY"]\n[codes]'),
        changed('"appointments.csv"', '"NASTY.csv"'),
        changed('"tariffs.csv"', '"NASTY.csv"'),
        changed("[codes]", '["NASTY"]\n[codes]'),
        changed("[codes]", '"NASTY" = 1\n[codes]'),
        added('[uzovi]\n"9018" = "NASTY"'),
        added('[uzovi]\n"NASTY" = "CZ"'),
        added('[output]\ndir = "out/NASTY"'),
        added('[severity]\nNO_SUCH = "NASTY"'),
    ],
)
def test_settings(change: Callable[[str], str], clinic: Clinic) -> None:
    path = clinic.folder / "ei-export.toml"
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")
    assert_harmless(clinic)


@pytest.mark.parametrize("name", ["tariffs.csv", "overlay.csv"])
@pytest.mark.parametrize("header", [True, False])
def test_tables(name: str, header: bool, clinic: Clinic) -> None:
    path, settings = clinic.folder / name, clinic.folder / "ei-export.toml"
    if name == "overlay.csv":
        path.write_bytes((Path(__file__).parents[2] / "specs" / "zorg1" / "vgz.csv").read_bytes())
        settings.write_text(f'{settings.read_text(encoding="utf-8")}\n[agreements]\noverlay = ["{name}"]\n')
    first, *rows = path.read_text(encoding="utf-8").splitlines()
    mark = NASTY.split("\x85")[0]
    lines = [first.replace("code", f"code{mark}", 1), *rows] if header else [first, f"{rows[0]}{mark}", *rows[1:]]
    path.write_text("\n".join(lines), encoding="utf-8")
    assert_harmless(clinic)


@pytest.mark.parametrize("command", ["show", "verify", "returns"])
def test_names_of_files_and_what_is_in_them(command: str, clinic: Clinic) -> None:
    clinic.run()
    (declared,) = clinic.folder.glob("out/R000001/declarations/*")
    content = declared.read_bytes()
    for name in (f"{NASTY.replace('/', '')}.txt", "plain.txt"):
        (clinic.folder / name).write_bytes(content.replace(b"Voorbeeld", b"V\x1b[2J\x9b\x07", 1))
        assert_harmless(clinic, (command, name), (command, name, "--json"))


def test_what_is_typed(clinic: Clinic) -> None:
    clinic.run()
    for words in (("explain", NASTY), ("credit", NASTY), ("undo", NASTY), (NASTY,), ("run", f"--{NASTY}")):
        assert_harmless(clinic, words, (*words, "--json"))


def test_colours_are_left_to_a_terminal(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdout.isatty", lambda: True)
    with speaking() as out:
        out.write("\x1b[31m\x1b[1mx\x1b[0m\x1b[2J\x1b]0;t\x07\n")
    assert capsys.readouterr().out == "\x1b[31m\x1b[1mx\x1b[0m?[2J?]0;t?\n"


def test_what_is_printable_stays() -> None:
    for text in ("Ĳsselmuiden", "a\xa0b", "€ 1.234,50 × 2 – ’", "日本", ""):
        assert printable(text) == text
