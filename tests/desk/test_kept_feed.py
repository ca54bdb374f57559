"""A story is the same from a feed that was kept, until the feed is another."""

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ei_export.commands.explain import explain as module
from ei_export.commands.explain.explain import NumberUnknown, explain
from ei_export.desk.desk import Desk
from ei_export.desk.looks import is_settled, stamp
from ei_export.intake import Source, open_feed
from tests.desk.conftest import DAY
from tests.support.desk import desk_of

#: An appointment that is held, a line, a patient, and what is nearly an appointment.
NUMBERS = ("AFS00338", "240201r0000010000120", "10071", "AFS0O338")


@pytest.fixture
def at(practice: Path) -> Iterator[Desk]:
    made = desk_of(practice, DAY)
    long_ago = time.time() - 3600
    os.utime(made.settings().input.path, (long_ago, long_ago))
    yield made
    made.close()


@pytest.fixture
def read(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """How often a feed was read."""
    counted: list[object] = []

    def counting(*given: Any) -> Source:
        counted.append(given)
        return open_feed(*given)

    monkeypatch.setattr(module, "open_feed", counting)
    return counted


def told(at: Desk, number: str, *, kept: bool) -> object:
    with at.ledger() as ledger:
        try:
            return explain(at.settings(), number, DAY, ledger=ledger, keep=at.kept_feed if kept else None)
        except NumberUnknown as unknown:
            return unknown.code, unknown.alike


def test_what_is_told_is_the_same(at: Desk, read: list[object]) -> None:
    for number in NUMBERS:
        anew = told(at, number, kept=False)
        assert [told(at, number, kept=True) for _ in range(2)] == [anew, anew], number
    assert len(read) == len(NUMBERS) + 1


def test_another_feed_is_read(at: Desk, read: list[object]) -> None:
    before = told(at, "AFS00338", kept=True)
    path = at.settings().input.path
    text = path.read_bytes()
    path.write_bytes(b"".join(line for line in text.splitlines(keepends=True) if b"AFS00338" not in line))
    assert told(at, "AFS00338", kept=True) != before, "written just now, so not kept either"
    path.write_bytes(text)
    assert told(at, "AFS00338", kept=True) == before
    assert len(read) == 3


def test_a_database_is_another_with_what_was_committed_beside_it(tmp_path: Path) -> None:
    """Nothing is written in the file itself, perhaps for days."""
    path, link = tmp_path / "agenda.sqlite", tmp_path / "link.sqlite"
    link.symlink_to(path)
    with closing(sqlite3.connect(path, isolation_level=None)) as agenda:
        agenda.execute("PRAGMA journal_mode = wal")
        agenda.execute("CREATE TABLE appointments (appointment_id)")
        for file in (path, Path(f"{path}-wal")):
            os.utime(file, (0, 0))
        before, written = (stamp(path), stamp(link)), path.stat().st_mtime_ns
        assert (stamp(path), stamp(link)) == before
        assert is_settled(path)
        agenda.execute("INSERT INTO appointments VALUES ('A1')")
        assert path.stat().st_mtime_ns == written
        assert not {stamp(path), stamp(link)} & {*before}
        assert not is_settled(link)
    assert stamp(path) != before[0]
