"""Files spoilt at random: nothing but words, never about anybody.

For as long as one likes: ``python -m tests.border.fuzz SEED COUNT``.
"""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.border.fuzz import MEMORY, PERSONAL, ROWS, TARGETS, TODAY, Fuzz
from tests.support.feeds import tables_read_once

__all__ = ["tables_read_once"]

#: Of each kind of file; where one fails, its seed says how to see it again.
CASES = 8


@pytest.fixture(scope="module")
def fuzz(tables_read_once: None, words_checked_once: None) -> Iterator[Fuzz]:
    with tempfile.TemporaryDirectory(dir=MEMORY) as folder:
        yield Fuzz.prepare(Path(folder))


@pytest.mark.parametrize("name", TARGETS)
def test_a_file_that_was_spoilt(name: str, fuzz: Fuzz) -> None:
    first = list(TARGETS).index(name)
    faults = [fault for case in range(CASES) for fault in fuzz.faults(first + case * len(TARGETS))]
    assert faults == []


def test_a_leak_would_be_seen(fuzz: Fuzz) -> None:
    config = str(fuzz.base / "ei-export.toml")
    shown = CliRunner().invoke(main, ["show", str(fuzz.base / "declared.txt"), "--config", config]).stdout
    found = set(PERSONAL.findall(shown))
    assert {ROWS[0]["bsn"], ROWS[0]["name"]} <= found
    checked = CliRunner().invoke(main, ["check", "--config", config, "--today", TODAY, "--json"]).stdout
    assert not PERSONAL.search(checked)
