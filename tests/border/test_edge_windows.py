"""What is otherwise on Windows, as far as it can be stood in for: docs/windows.md names what nobody tried there."""

import ctypes
import errno
import re
import shutil
import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path, PurePosixPath, PureWindowsPath

import pytest
from click.testing import CliRunner

from ei_export import __main__
from ei_export.base import windows
from ei_export.base.private import sqlite_address
from ei_export.base.problems import SettingsError, render
from ei_export.cli import main
from ei_export.ledger import Ledger
from ei_export.settings import load
from tests.support.as_windows import as_windows, refused
from tests.support.demo import ANSWERS, DEMO

needs_proc = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="nothing tells here what is open")

#: Names that Windows keeps for devices, whatever stands behind them.
DEVICE = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")


@pytest.fixture(autouse=True)
def without_a_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(windows, "_PAUSE", 0)


@pytest.fixture
def said_so(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A Windows that speaks Dutch."""
    dutch = {5: "Toegang geweigerd.\r\n", 32: "Het proces heeft geen toegang tot het bestand.\r\n"}
    monkeypatch.setattr(ctypes, "FormatError", lambda number: dutch.get(number, f"{number}."), raising=False)
    windows._said.cache_clear()
    yield
    windows._said.cache_clear()


def do(practice: Path, *words: str) -> tuple[int, str]:
    """The exit code of a command, and all that it printed."""
    config = ["--config", str(practice / "ei-export.toml"), "--today", "2024-02-02"]
    done = CliRunner().invoke(main, [*words, *config])
    return done.exit_code, done.output


@needs_proc
def test_the_life_of_a_practice(tmp_path: Path) -> None:
    """Nothing that is open is moved or deleted, no folder is opened, and no file has a name that Windows can't have."""
    practice = shutil.copytree(DEMO, tmp_path / "De Brug")
    settings, out = practice / "ei-export.toml", practice / "out"
    inbox = practice / "inbox"
    inbox.mkdir()
    settings.write_text(settings.read_text("utf-8").replace("[output]", '[output]\ninbox = "inbox"'), "utf-8")
    with as_windows():
        assert do(tmp_path, "init", str(tmp_path / "start"))[0] == 0
        assert do(practice, "run", "--xlsx", "--notify-file", str(practice / "night.txt"))[0] == 1
        assert do(practice, "undo", "R000001", "--why", "anders")[0] == 0
        for answer in ANSWERS.iterdir():
            shutil.copy(answer, inbox)
        assert do(practice, "run")[0] == 1
        assert do(practice, "sent", "R000002")[0] == 0
        with (out / "problems.csv").open():  # as a spreadsheet does, all night
            code, told = do(practice, "run")
        assert (code, "problems.csv" in told, "REPORT_NOT_RENEWED" in told) == (1, True, False)
        assert do(practice, "status")[0] == 0
        assert do(practice, "zorg1", "export", "--xlsx", "--out", str(practice / "zorg1"))[0] == 0
        assert do(practice, "verify", *map(str, out.glob("R000002/declarations/*")))[0] == 0
        assert do(practice, "prune", "--before", "2021-01-01", "--yes")[0] == 0
        (practice / "ledger.sqlite").unlink()
        assert do(practice, "recover")[0] == 0
    assert [path.name for path in inbox.iterdir()] != []
    assert not [*out.glob(".staging*")]
    for path in tmp_path.rglob("*"):
        assert not DEVICE.fullmatch(path.name), path
        assert not re.search(r'[<>:"|?*\\\x00-\x1f]|[ .]$', path.name), path


@needs_proc
def test_a_ledger_of_a_killed_run_is_looked_at(tmp_path: Path) -> None:
    """In a copy, of which no file is left open."""
    path = tmp_path / "ledger.sqlite"
    ledger = Ledger.open(path)
    ledger.commit()
    ledger.close()
    writer = sqlite3.connect(path, isolation_level=None)
    writer.execute("PRAGMA cache_size = 1")
    writer.execute("BEGIN")
    writer.executemany("INSERT INTO person VALUES (?, ?)", ((number, "x" * 1_000) for number in range(1, 300)))
    killed = tmp_path / "killed"
    killed.mkdir()
    for name in ("ledger.sqlite", "ledger.sqlite-journal"):
        shutil.copy(tmp_path / name, killed)
    writer.close()
    (killed / "ledger.sqlite").chmod(0o400)
    with as_windows():
        ledger = Ledger.look(killed / "ledger.sqlite")
        assert ledger.one("SELECT count(*) FROM person") == 0
        assert {file for _, _, file in ledger.rows("PRAGMA database_list")} == {""}
        ledger.close()


def test_what_another_program_looks_into_is_moved_a_moment_later() -> None:
    tries = [refused(32, "x"), refused(5, "x"), None, None]

    def move() -> None:
        if (error := tries.pop(0)) is not None:
            raise error

    windows.moved(move)
    assert tries == [None]


@pytest.mark.parametrize(("error", "times"), [(refused(32, "x"), windows._TRIES), (PermissionError(13, "no"), 1)])
def test_what_stays_in_the_way_is_told(error: PermissionError, times: int, tmp_path: Path) -> None:
    tried = []

    def move() -> None:
        tried.append(1)
        raise error

    with pytest.raises(PermissionError):
        windows.moved(move)
    assert len(tried) == times


@pytest.mark.parametrize(
    ("told", "dutch", "english"),
    [
        ("Toegang geweigerd", "daar is geen toestemming voor", "Permission denied"),
        (
            "[WinError 32] Het proces heeft geen toegang: 'x'",
            "een ander programma heeft het open",
            "Another program has",
        ),
        ("Permission denied", "daar is geen toestemming voor", "Permission denied"),
    ],
)
@pytest.mark.usefixtures("said_so")
def test_what_windows_says_is_told_in_our_words(told: str, dutch: str, english: str) -> None:
    """In the language of the settings, not in that of the computer."""
    assert render("WRITE_FAILED", {"path": "x", "reason": told}, "nl")[0].endswith(f": {dutch}.")
    assert english in render("WRITE_FAILED", {"path": "x", "reason": told}, "en")[0]


@pytest.mark.parametrize(
    ("path", "address"),
    [
        (PureWindowsPath(r"C:\De Brug\agenda 100%.db"), "file:///C:/De%20Brug/agenda%20100%25.db"),
        (PureWindowsPath(r"\\server\praktijk\a#b?.db"), "file:////server/praktijk/a%23b%3F.db"),
        (PurePosixPath("/srv/praktijk/é.db"), "file:///srv/praktijk/%C3%A9.db"),
    ],
)
def test_a_database_is_opened_wherever_it_is(path: PurePosixPath, address: str) -> None:
    assert sqlite_address(path) == f"{address}?mode=ro"


def test_an_address_leads_to_its_file(tmp_path: Path) -> None:
    path = tmp_path / "100% #1? é.db"
    sqlite3.connect(path).execute("CREATE TABLE a (b)").connection.close()
    with sqlite3.connect(sqlite_address(path), uri=True) as there:
        assert there.execute("SELECT name FROM sqlite_master").fetchall() == [("a",)]
    there.close()


@pytest.mark.parametrize(
    ("path", "code"),
    [
        (r"C:\praktijk\agenda.csv", "SETTINGS_TOML"),
        (r"C:\temp\agenda.csv", "SETTINGS_TOML"),
        (r"C:\temp", "SETTINGS_VALUE"),
        (r"D:\new\tarieven.csv", "SETTINGS_VALUE"),
    ],
)
def test_a_path_with_backslashes_is_told_how_to_be_written(path: str, code: str, tmp_path: Path) -> None:
    """TOML reads the ``\\t`` of ``C:\\temp`` as a tab: no file is called so."""
    file = tmp_path / "ei-export.toml"
    file.write_text(f'[practice]\npractice_agb = "04012345"\nprovider_agb = "04098765"\n[input]\npath = "{path}"\n')
    with pytest.raises(SettingsError) as raised:
        load(file)
    assert raised.value.code == code
    for language in ("nl", "en"):
        assert "/" in render(code, raised.value.params, language)[1]


@pytest.mark.parametrize("path", ["'C:\\temp\\agenda.csv'", '"C:/temp/agenda.csv"', '"//server/praktijk/agenda.csv"'])
def test_a_path_of_windows_is_taken_as_it_is(path: str, tmp_path: Path) -> None:
    file = tmp_path / "ei-export.toml"
    file.write_text(f'[practice]\npractice_agb = "04012345"\nprovider_agb = "04098765"\n[input]\npath = {path}\n')
    assert str(load(file).input.path).endswith(path[1:-1])


def test_no_console_at_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """As under Task Scheduler, or where it is started without a window."""
    for name in ("stdin", "stdout", "stderr"):
        monkeypatch.setattr(sys, name, None)
    __main__._open_streams()
    opened = sys.stdin, sys.stdout, sys.stderr
    assert all(stream is not None for stream in opened)
    assert CliRunner().invoke(main, ["--version"]).exit_code == 0


def test_a_pipe_that_is_closed_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    """Windows calls it an invalid argument."""
    closed = OSError(errno.EINVAL, "Invalid argument")
    assert not windows.is_unheard(closed)
    monkeypatch.setattr(windows, "IS_WINDOWS", True)
    assert windows.is_unheard(closed)
    assert not windows.is_unheard(OSError(errno.ENOSPC, "No space left on device"))
