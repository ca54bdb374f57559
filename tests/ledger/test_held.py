"""A process that has the ledger open may look at it again, as the desk does in other threads, and keeps others out."""

import subprocess
import sys
from contextlib import closing
from pathlib import Path
from threading import Thread

import pytest

from ei_export.base.problems import BusyError
from ei_export.ledger import Ledger

ANOTHER = """
import sqlite3, sys
try:
    sqlite3.connect(sys.argv[1], isolation_level=None, timeout=0).execute("BEGIN IMMEDIATE")
except sqlite3.OperationalError as error:
    print(error)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    made = tmp_path / "ledger.sqlite"
    with closing(Ledger.open(made)) as ledger:
        ledger.commit()
    return made


def another_writer(path: Path) -> str:
    """What another process is told that would write."""
    done = subprocess.run([sys.executable, "-c", ANOTHER, path], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout.strip()


def test_looking_at_a_ledger_lets_no_second_writer_in(path: Path) -> None:
    with closing(Ledger.open(path)):
        with closing(Ledger.look(path)) as look:
            assert look.is_new
        with pytest.raises(BusyError):
            Ledger.open(path)
        assert another_writer(path) == "database is locked"
    assert another_writer(path) == ""


def test_a_look_can_be_used_and_closed_by_another_thread(path: Path) -> None:
    look = Ledger.look(path)
    seen: list[int] = []

    def use() -> None:
        seen.append(look.one("SELECT count(*) FROM line"))
        look.close()

    thread = Thread(target=use)
    thread.start()
    thread.join()
    assert seen == [0]


def test_what_could_not_be_opened_is_not_held(tmp_path: Path) -> None:
    """It is looked at by hand again, and refused for what it is."""
    path = tmp_path / "ledger.sqlite"
    path.write_bytes(b"no ledger" * 100)
    for _ in range(2):
        with pytest.raises(Exception, match="no SQLite file"):
            Ledger.look(path)
