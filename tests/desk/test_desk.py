"""What is kept between pages: the ledger as it is now, and what was worked out of it, for as long as that is so."""

import os
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from pathlib import Path
from threading import Barrier, Thread

import pytest
from click.testing import CliRunner

from ei_export.base.problems import BusyError, SettingsError
from ei_export.cli import main
from ei_export.desk.desk import Desk
from ei_export.ledger import Ledger
from tests.support.desk import desk_of

LONG_AGO = time.time() - 3600


@pytest.fixture
def at(tmp_path: Path) -> Iterator[Desk]:
    """The desk of a practice that `init` made, with a ledger that is empty."""
    assert CliRunner().invoke(main, ["init", str(tmp_path / "practice")]).exit_code == 0
    made = desk_of(tmp_path / "practice", date(2024, 2, 1))
    write(made)
    os.utime(path_of(made), (LONG_AGO, LONG_AGO))
    yield made
    made.close()


def path_of(desk: Desk) -> Path:
    return desk.settings().ledger.path


def write(desk: Desk) -> None:
    """Somebody writes in the ledger."""
    with closing(Ledger.open(path_of(desk))) as ledger:
        ledger.do("INSERT INTO secret (key) SELECT randomblob(8) WHERE 0")
        ledger.do("UPDATE secret SET key = randomblob(16)")
        ledger.commit()


def key(ledger: Ledger) -> object:
    return next(ledger.column("SELECT key FROM secret"))


def test_a_look_is_kept_until_something_is_written(at: Desk) -> None:
    with at.ledger() as one:
        seen = key(one)
    with at.ledger() as other:
        assert other is one
    write(at)
    with at.ledger() as after:
        assert after is not one
        assert key(after) != seen


def test_nobody_who_writes_waits_for_a_page(at: Desk) -> None:
    with at.ledger() as look:
        before = key(look)
        write(at)
        assert key(look) == before
    write(at)


def test_what_was_written_just_now_is_looked_at_again(at: Desk) -> None:
    """The clock of a file may stand still between two writes."""
    write(at)
    with at.ledger() as one:
        pass
    with at.ledger() as other:
        assert other is not one


def test_pages_at_the_same_time_have_a_look_each(at: Desk) -> None:
    both, seen = Barrier(2, timeout=20), []

    def page() -> None:
        with at.ledger() as ledger:
            both.wait()
            seen.append((id(ledger), key(ledger)))
            both.wait()

    threads = [Thread(target=page) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id for id, _ in seen}) == 2
    assert len({key for _, key in seen}) == 1


def test_while_the_ledger_can_not_be_read_pages_show_what_was(at: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    with at.ledger() as before:
        seen = key(before)
    write(at)

    def busy(path: Path) -> Ledger:
        raise BusyError("LEDGER_BUSY", path=str(path))

    monkeypatch.setattr(Ledger, "look", busy)
    for _ in range(2):
        with at.ledger() as still:
            assert key(still) == seen
    monkeypatch.undo()
    with at.ledger() as after:
        assert key(after) != seen
    at.close()
    monkeypatch.setattr(Ledger, "look", busy)
    with pytest.raises(BusyError), at.ledger():
        pass


def test_what_was_worked_out_is_kept_until_something_changes(at: Desk) -> None:
    made: list[str] = []

    def make() -> int:
        made.append("")
        return len(made)

    assert [at.kept("a", make), at.kept("a", make), at.kept("b", make)] == [1, 1, 2]
    write(at)
    assert [at.kept("a", make), at.kept("a", make)] == [3, 3]
    tariffs = at.settings().tariffs_path
    assert tariffs is not None
    tariffs.write_text(tariffs.read_text("utf-8") + "\n", "utf-8")
    assert [at.kept("a", make), at.kept("a", make)] == [4, 4]
    at.config.write_text(at.config.read_text("utf-8") + "\n# \n", "utf-8")
    assert at.kept("a", make) == 5
    at.asked_day = date(2024, 2, 2)
    assert at.kept("a", make) == 6
    for number in range(40):
        at.kept(number, make)
    assert at.kept("a", make) == 47


def test_settings_are_read_anew(at: Desk) -> None:
    known: list[str] = [at.language]
    text = at.config.read_text("utf-8")
    for written in (text.replace('language = "nl"', 'language = "en"'), "["):
        at.config.write_text(written, "utf-8")
        known.append(at.language)
    assert known == ["nl", "en", "nl"]
    with pytest.raises(SettingsError):
        at.settings()
