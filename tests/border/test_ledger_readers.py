"""Nobody who reads keeps the night from being written; what is no file is refused without waiting for it."""

import os
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ei_export.base.processes import Helper
from ei_export.ledger import Ledger
from tests.support.clerk import COURSE, SINGLE, Clerk
from tests.support.feeds import Clinic, tables_read_once

__all__ = ["tables_read_once"]

_STATUS = "import sys; from ei_export.cli import main; main(['status', '--lines', '--all', '--config', sys.argv[1]])"


def test_a_reader_that_is_left_open_is_not_waited_for(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    reader = Ledger.look(clinic.folder / "ledger.sqlite")
    before = [*reader.rows("SELECT reference FROM line")]
    result = clinic.feed([SINGLE]).run()
    assert result.lines.keys() == {"S1"}
    assert "Wacht tot" not in result.stderr
    assert [*reader.rows("SELECT reference FROM line")] == before
    reader.close()
    assert len(clerk.debits()) == len(before) + 1


def test_nor_is_a_command_whose_output_nobody_reads_on(clinic: Clinic) -> None:
    clinic.feed(COURSE).run()
    config = str(clinic.folder / "ei-export.toml")
    with subprocess.Popen([sys.executable, "-c", _STATUS, config], stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.read(1)
        assert clinic.feed([SINGLE]).run().lines.keys() == {"S1"}
        child.stdout.read()
    assert child.returncode == 0


@pytest.mark.parametrize(
    "command", ["check", "status --lines --all", "explain A1", "prune --before 2021-03-02", "verify {file}"]
)
def test_no_command_that_reads_keeps_it(
    command: str, clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From when it has its copy, the ledger can be written and even locked by somebody else."""
    result = clinic.feed(COURSE).run()
    (file,) = (clinic.folder / "out").glob("R*/declarations/*")
    path = clinic.folder / "ledger.sqlite"
    looks: list[Path] = []
    look = Ledger.look

    def locked(asked: Path) -> Ledger:
        ledger = look(asked)
        with closing(sqlite3.connect(path, isolation_level=None, timeout=0)) as other:
            other.execute("BEGIN EXCLUSIVE")
            looks.append(asked)
        return ledger

    monkeypatch.setattr(Ledger, "look", locked)
    clerk.gives(*command.format(file=file).split())
    assert (len(result.lines), len(looks)) == (2, 1)


@pytest.mark.parametrize("command", ["check", "run"])
def test_only_processes_of_who_writes_read_the_ledger_itself(
    command: str, clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    clinic.feed(COURSE).run()
    clinic.feed([*COURSE, SINGLE])
    monkeypatch.setattr("ei_export.judging.collected.WORTH_A_FORK", 1)
    monkeypatch.setattr("ei_export.judging.collected.cores", lambda: 2)
    monkeypatch.setattr("ei_export.intake.gather._BYTES_A_PARTITION", 1)
    monkeypatch.setattr("ei_export.intake.gather.cores", lambda: 2)
    helpers: list[object] = []

    def helper(work: Callable[[], object]) -> Helper[object]:
        helpers.append(work)
        return Helper(work)

    monkeypatch.setattr("ei_export.judging.collected.Helper", helper)
    clerk.gives(command)
    assert len(helpers) == (command == "run")


def test_rows_that_nobody_reads_on_outlive_the_ledger(clinic: Clinic) -> None:
    clinic.feed(COURSE).run()
    reader = Ledger.look(clinic.folder / "ledger.sqlite")
    rows = reader.rows("SELECT reference FROM line")
    next(rows)
    reader.close()
    rows.close()  # type: ignore[attr-defined]


def test_what_is_waited_for_is_said(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ei_export.ledger.ledger._MOMENT_MS", 50)
    clinic.feed(COURSE).run()
    other = sqlite3.connect(clinic.folder / "ledger.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN")
    other.execute("SELECT * FROM line").fetchone()
    timer = threading.Timer(1.0, lambda: other.execute("COMMIT"))
    timer.start()
    result = clinic.feed([SINGLE]).run()
    timer.join()
    other.close()
    assert result.lines.keys() == {"S1"}
    assert "Wacht tot een ander programma klaar is met lezen" in result.stderr


@pytest.mark.parametrize("command", ["check", "status", "explain A1"])
def test_without_room_for_a_copy_it_is_not_read_at_all(
    command: str, clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who read the ledger itself would keep the night from being written, as long as they read."""
    clinic.feed(COURSE).run()
    connect = sqlite3.connect

    def full(path: str, **options: object) -> sqlite3.Connection:
        connection: sqlite3.Connection = connect(path, **options)  # type: ignore[call-overload]
        if path == "":
            connection.execute("PRAGMA max_page_count = 1")
        return connection

    monkeypatch.setattr("ei_export.ledger.opening.sqlite3.connect", full)
    code, text = clerk.gives(*command.split(), debug=False)
    (problem,) = clerk.parsed(text)["problems"]
    assert (code, problem["code"]) == (4, "LEDGER_NO_ROOM")
    assert "(1 MB)" in problem["message"]
    with closing(connect(clinic.folder / "ledger.sqlite", isolation_level=None, timeout=0)) as other:
        other.execute("BEGIN EXCLUSIVE")  # nobody has it any more


@pytest.mark.parametrize(
    "make",
    [os.mkfifo, Path.mkdir, lambda path: path.symlink_to("nowhere"), lambda path: path.symlink_to("/dev/zero")],
    ids=["fifo", "folder", "dangling", "device"],
)
@pytest.mark.parametrize("command", ["run", "check", "status", "recover", "credit X", "undo R000001 --why x"])
def test_what_is_no_file_is_refused_at_once(
    make: Callable[[Path], None], command: str, clinic: Clinic, clerk: Clerk
) -> None:
    path = clinic.feed(COURSE).folder / "ledger.sqlite"
    make(path)
    code, text = clerk.gives(*command.split(), debug=False)
    (problem,) = clerk.parsed(text)["problems"]
    assert (code, problem["code"], "ledger.sqlite" in problem["message"]) == (4, "LEDGER_NO_FILE", True)
    assert not [each for each in clinic.folder.glob("out/*") if each.is_dir()]
