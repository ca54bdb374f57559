"""The file of a ledger: as what version it is made, and what becomes of one that is none of ours."""

import sqlite3
from contextlib import closing
from pathlib import Path
from threading import Timer

import pytest

from ei_export.base.problems import SettingsError, WriteError
from ei_export.ledger import Ledger
from ei_export.ledger.runs import add_persons, next_run


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A ledger with a run and a person in it."""
    path = tmp_path / "ledger.sqlite"
    with closing(Ledger.open(path)) as ledger:
        ledger.do(
            "INSERT INTO run VALUES (1, '2021-07-01', 'published', '/s', '/f', 'feed.csv', '0.1', NULL, NULL, NULL)"
        )
        add_persons(ledger, [(1, "person")])
        ledger.commit()
    return path


def pragmas(path: Path, *names: str) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        return [connection.execute(f"PRAGMA {name}").fetchone()[0] for name in names]


def test_it_is_of_version_1(path: Path) -> None:
    assert pragmas(path, "application_id", "user_version") == [0x45494C31, 1]


@pytest.mark.parametrize("version", [1, 2, 3, 4, 5])
def test_one_of_before_the_first_release_is_refused(path: Path, version: int) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"PRAGMA application_id = {0x45494558}")
        connection.execute(f"PRAGMA user_version = {version}")
    before = path.read_bytes()
    for open_it in (Ledger.open, Ledger.look):
        with pytest.raises(SettingsError) as error:
            open_it(path)
        assert error.value.code == "LEDGER_UNRELEASED"
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("DROP TABLE secret", "secret"),
        ("ALTER TABLE request ADD COLUMN more", "request"),
        ("ALTER TABLE answer RENAME COLUMN dated TO day", "answer"),
        ("CREATE VIEW more AS SELECT 1", "more"),
        ("DROP VIEW closed", "closed"),
        ("DROP TRIGGER line_counted", "line_counted"),
    ],
)
def test_one_with_other_tables_is_told_as_that(path: Path, change: str, told: str) -> None:
    """Made earlier or later in the same version: no room on a disk would help."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(change)
    before = path.read_bytes()
    for open_it in (Ledger.open, Ledger.look):
        with pytest.raises(SettingsError) as error:
            open_it(path)
        assert error.value.code == "LEDGER_OTHER_TABLES"
        assert told in str(error.value.params["tables"]).split(", ")
    assert path.read_bytes() == before


@pytest.mark.parametrize("sql", ["SELECT * FROM nothing", "SELECT nothing FROM run", "SELECT nothing()", "SELEC"])
def test_what_is_not_there_is_no_fault_of_the_disk(path: Path, sql: str) -> None:
    with closing(Ledger.open(path)) as ledger, pytest.raises(WriteError) as error:
        list(ledger.rows(sql))
    assert error.value.code == "INTERNAL"


def test_a_line_that_is_there_already_is_no_fault_of_the_disk(path: Path) -> None:
    with closing(Ledger.open(path)) as ledger, pytest.raises(WriteError) as error:
        add_persons(ledger, [(1, "again")])
    assert error.value.code == "INTERNAL"


def test_looking_at_it_leaves_it_alone(path: Path) -> None:
    before = path.read_bytes()
    path.chmod(0o400)
    with closing(Ledger.look(path)) as ledger:
        assert next_run(ledger) == 2
    assert path.read_bytes() == before
    assert [each.name for each in path.parent.iterdir()] == [path.name]


def test_what_is_not_committed_is_undone(path: Path) -> None:
    before = path.read_bytes()
    with closing(Ledger.open(path)) as ledger:
        add_persons(ledger, [(2, "other")])
    assert path.read_bytes() == before


def test_what_is_written_after_a_commit_waits_for_who_reads(path: Path) -> None:
    """As a page of the desk does, that looks what the commit brought."""
    with closing(Ledger.open(path)) as ledger, closing(sqlite3.connect(path, check_same_thread=False)) as reader:
        ledger.commit()
        assert ledger.keep_again()
        ledger.do("UPDATE run SET state = 'withdrawn' WHERE run = 1")
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM run").fetchone()
        timer = Timer(0.3, reader.rollback)
        timer.start()
        ledger.give_back()
        timer.join()
    with closing(sqlite3.connect(path)) as database:
        assert database.execute("SELECT state FROM run").fetchone() == ("withdrawn",)
