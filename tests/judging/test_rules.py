"""The tables of a run as they are loaded, while somebody saves one at the desk."""

import shutil
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ei_export.judging import rules
from ei_export.judging.rules import Rules
from ei_export.settings import load
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.tariffs import Tariffs
from tests.support.demo import DEMO


@pytest.mark.parametrize("kind", [Agreements, Tariffs])
def test_a_table_that_is_changed_while_it_is_read_is_another_one_for_the_next_run(
    kind: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Else nobody would look again at what was settled by what it said before."""
    folder = shutil.copytree(DEMO, tmp_path / "demo")
    settings, day, tariffs = load(folder / "ei-export.toml"), date(2024, 2, 1), folder / "tarieven.csv"
    read = kind.load

    def changed(path: object) -> object:
        found = read(path)
        tariffs.write_bytes(tariffs.read_bytes() + b"\n")
        return found

    with monkeypatch.context() as meanwhile:
        meanwhile.setattr(getattr(rules, kind.__name__), "load", changed)
        first = Rules.load(settings, day)
    assert Rules.load(settings, day).fingerprint != first.fingerprint
    assert Rules.load(settings, day).fingerprint == Rules.load(settings, day).fingerprint
