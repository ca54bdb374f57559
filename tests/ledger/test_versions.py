"""A ledger of an earlier version is brought up to date by the first run that needs it, and can be looked at before."""

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

from ei_export.base.problems import Finding, WriteError
from ei_export.ledger import Ledger
from ei_export.ledger.dossier import AT, SAVED, unpack
from ei_export.ledger.patients import dossier_of
from ei_export.ledger.runs import add_persons, invoice_count, next_run

APPLICATION = 0x45494558


@pytest.fixture
def old(tmp_path: Path) -> Path:
    """A ledger as version 1 made it, with two lines in one declaration."""
    path = tmp_path / "ledger.sqlite"
    connection = sqlite3.connect(path)
    connection.executescript(Path(__file__).with_name("schema-1.sql").read_text(encoding="utf-8"))
    connection.execute(f"PRAGMA application_id = {APPLICATION}")
    connection.execute("PRAGMA user_version = 1")
    connection.execute("INSERT INTO run VALUES (1, '2021-07-01', 'published', '/s', '/f', 'feed.csv', '0.1')")
    connection.execute("INSERT INTO declaration VALUES ('I1', 1, 'x.txt', 'PM304 3.2', '7095', 'VGZ', 1, 2, 300, 'aa')")
    connection.execute("INSERT INTO person VALUES (1, 'person')")
    connection.executemany(
        "INSERT INTO line VALUES (?, ?, 1, 'D', 'P1', 'T1', '7095', '2021-03-01', '940131', '012', 'F1013', 1, ?, 'I1',"
        " 'vgz.csv:2', 1, 'line')",
        [("R1", "A1", 100), ("R2", "A2", 200)],
    )
    connection.execute("INSERT INTO dossier VALUES ('P1', 1, 0, NULL, NULL, '[]', '[]')")
    connection.commit()
    connection.close()
    return path


def rows(path: Path, sql: str) -> list[tuple[Any, ...]]:
    connection = sqlite3.connect(path)
    try:
        return connection.execute(sql).fetchall()
    finally:
        connection.close()


def shape(path: Path) -> dict[str, Any]:
    """Every table and view with its columns and indexes."""
    return {
        name: (kind, rows(path, f"PRAGMA table_info({name})"), sorted(rows(path, f"PRAGMA index_list({name})")))
        for name, kind in rows(path, "SELECT name, type FROM sqlite_master WHERE type IN ('table', 'view')")
    }


def test_an_upgraded_ledger_is_like_a_new_one(old: Path, tmp_path: Path) -> None:
    for path in (old, tmp_path / "new.sqlite"):
        ledger = Ledger.open(path)
        ledger.commit()
        ledger.close()
    assert {name: (kind, columns) for name, (kind, columns, _) in shape(old).items()} == {
        name: (kind, columns) for name, (kind, columns, _) in shape(tmp_path / "new.sqlite").items()
    }
    indexes = [{index[1] for _, _, indexes in shape(path).values() for index in indexes} for path in (old, path)]
    assert indexes[0] == indexes[1]
    assert rows(old, "PRAGMA user_version") == rows(path, "PRAGMA user_version") == [(5,)]


def test_what_was_declared_stays(old: Path) -> None:
    ledger = Ledger.open(old)
    assert next_run(ledger) == 2
    ledger.commit()
    ledger.close()
    assert rows(old, "SELECT reference, status, granted_cents, previous FROM line_status") == [
        ("R1", "sent", None, None),
        ("R2", "sent", None, None),
    ]
    assert rows(
        old,
        "SELECT state, first_reference, last_reference, provider FROM declaration_status JOIN declaration "
        "USING (invoice)",
    ) == [("sent", "R1", "R2", "")]
    assert rows(old, "SELECT * FROM sums") == [("VGZ", "7095", 300, 0, 0, 0, 300)]
    assert rows(old, "PRAGMA integrity_check") == [("ok",)]


def test_what_was_asked_of_version_2_stays(old: Path) -> None:
    ledger = Ledger.open(old)
    ledger.commit()
    ledger.close()
    connection = sqlite3.connect(old)
    connection.executescript(
        "DROP TABLE request; CREATE TABLE request (request INTEGER PRIMARY KEY, day TEXT NOT NULL, asked TEXT NOT NULL "
        "CHECK (asked IN ('credit', 'redeclare', 'correct')), reference TEXT NOT NULL REFERENCES line, "
        "why TEXT NOT NULL); INSERT INTO request VALUES (7, '2021-08-01', 'credit', 'R1', 'x'); "
        "ALTER TABLE declaration DROP COLUMN contradicted; DROP INDEX dossier_last; "
        "ALTER TABLE dossier DROP COLUMN person; ALTER TABLE dossier DROP COLUMN last; "
        "DROP INDEX line_who; ALTER TABLE line DROP COLUMN who; "
        "DROP INDEX dossier_who; ALTER TABLE dossier DROP COLUMN who; ALTER TABLE dossier DROP COLUMN born; "
        "ALTER TABLE dossier DROP COLUMN sex; DROP INDEX dossier_unexplained; "
        "ALTER TABLE dossier DROP COLUMN unexplained; PRAGMA user_version = 2"
    )
    connection.close()
    ledger = Ledger.open(old)
    ledger.commit()
    ledger.close()
    assert rows(old, "SELECT * FROM request") == [(7, "2021-08-01", "credit", "R1", "x")]
    assert rows(old, "SELECT name FROM sqlite_master WHERE name = 'request_reference'") == [("request_reference",)]


def test_a_line_that_is_there_already_is_no_fault_of_the_disk(old: Path) -> None:
    ledger = Ledger.open(old)
    with pytest.raises(WriteError) as error:
        add_persons(ledger, [(1, "again")])
    ledger.close()
    assert error.value.code == "INTERNAL"


def test_looking_at_an_old_ledger_leaves_it_alone(old: Path) -> None:
    before = old.read_bytes()
    old.chmod(0o400)
    ledger = Ledger.look(old)
    assert next_run(ledger) == 2
    assert invoice_count(ledger, "") == 1
    ledger.close()
    assert old.read_bytes() == before
    assert [path.name for path in old.parent.iterdir()] == [old.name]


def test_an_upgrade_that_is_not_committed_is_undone(old: Path) -> None:
    before = old.read_bytes()
    ledger = Ledger.open(old)
    ledger.close()
    assert rows(old, "PRAGMA user_version") == [(1,)]
    assert rows(old, "SELECT count(*) FROM line") == [(2,)]
    assert old.read_bytes() == before


#: As version 4 kept them: what was counted, what was declared and moved since, and what was held.
KEPT_BEFORE = [
    ["counted", "0", "940135", "A2", "2021-03-08", "940135", "", "T1", "7095", "3426", "123456782"],
    [
        *["declared", "1", "940131", "A1", "2021-03-01", "940131", "", "T1", "7095", "3426", "123456782", "row"],
        json.dumps(["A1", "02-03-2021", "01", "", "T1", "7095", "3426", "123456782", "1961-05-17", "2", *[""] * 23]),
    ],
    [
        *["held", "0", "", "A3", "22-03-2021", "0111", "", "T1", "7095", "", "123456782", "1961-05-17", "2"],
        *["Voorbeeld", *[""] * 19, "L", "", '"quoted"'],
        json.dumps([["DIAGNOSIS_MISSING", "diagnosis_code", {"expected": "3426"}]]),
    ],
]


def test_what_version_4_kept_of_appointments_is_kept_by_name(old: Path) -> None:
    connection = sqlite3.connect(old)
    with connection:
        connection.execute("UPDATE dossier SET pending = 2, appointments = ?", (json.dumps(KEPT_BEFORE),))
    connection.close()
    ledger = Ledger.open(old)
    dossier = dossier_of(ledger, "P1")
    assert dossier is not None
    assert dossier.last == "2021-03-08"
    counted, declared, held = unpack(dossier.appointments)
    assert [len(held.texts), held.texts[AT["name"]], held.texts[AT["side"]]] == [len(SAVED), "Voorbeeld", "L"]
    assert held.texts[AT["measurement_score"]] == '"quoted"'
    assert held.found == [Finding("DIAGNOSIS_MISSING", "diagnosis_code", {"expected": "3426"})]
    assert declared.change is not None
    assert [declared.change.texts[AT[column]] for column in ("date", "sex", "name")] == ["02-03-2021", "2", ""]
    assert [kept.texts[AT["trajectory_id"]] for kept in (counted, declared, held)] == ["T1"] * 3
    assert list(ledger.rows("SELECT appointment_id, change FROM changed")) == [("A1", "row")]
    ledger.close()
