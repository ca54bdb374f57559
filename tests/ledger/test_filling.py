"""Some indexes of a new ledger are made once its rows are there, and are then as if they had always been."""

from pathlib import Path

import pytest

from ei_export.ledger import Ledger

INDEXES = "SELECT name, sql FROM sqlite_master WHERE type = 'index' ORDER BY name"
LATER = {"line_who", "patient_who", "patient_last"}


def _is_sound(ledger: Ledger) -> bool:
    return ledger.first("PRAGMA integrity_check") == "ok"


@pytest.mark.parametrize("is_new", [True, False])
def test_they_are_there_again(is_new: bool, tmp_path: Path) -> None:
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    ledger.is_new = is_new
    before, cache = dict(ledger.rows(INDEXES)), ledger.one("PRAGMA cache_size")
    assert before.keys() > LATER
    with ledger.filling():
        assert before.keys() - dict(ledger.rows(INDEXES)).keys() == (LATER if is_new else set())
    assert (dict(ledger.rows(INDEXES)), ledger.one("PRAGMA cache_size")) == (before, cache)
    assert _is_sound(ledger)
    ledger.close()


def test_what_is_undone_leaves_them(tmp_path: Path) -> None:
    """A run that is stopped while it writes takes nothing away."""
    ledger = Ledger.open(tmp_path / "ledger.sqlite")
    before = [*ledger.rows(INDEXES)]
    ledger.commit()
    ledger.do("BEGIN IMMEDIATE")
    with pytest.raises(KeyError), ledger.filling():
        raise KeyError
    ledger.roll_back()
    assert [*ledger.rows(INDEXES)] == before
    assert _is_sound(ledger)
    ledger.close()


def test_one_who_only_looks_changes_nothing(tmp_path: Path) -> None:
    ledger = Ledger.look(tmp_path / "ledger.sqlite")
    before = [*ledger.rows(INDEXES)]
    with ledger.filling():
        assert [*ledger.rows(INDEXES)] == before
    ledger.close()
