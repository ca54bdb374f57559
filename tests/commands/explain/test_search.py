"""A number that is looked for may be anything that somebody pasted."""

import tracemalloc
from contextlib import closing
from pathlib import Path

import pytest

from ei_export.commands.explain.search import Search
from ei_export.intake.feed import Header
from ei_export.intake.picking import FeedRows
from ei_export.ledger import Ledger


@pytest.mark.parametrize("pasted", ["a/" * 4_000, "/" * 4_000, "a" * 8_000])
def test_a_pasted_text_takes_no_more_room_than_it_has(tmp_path: Path, pasted: str) -> None:
    """Each part before a slash could be that of a patient, whose number isn't that long."""
    feed = FeedRows(Header(0, ";", {}), lambda: iter(()))
    with closing(Ledger.look(tmp_path / "ledger.sqlite")) as ledger:
        tracemalloc.start()
        search = Search(pasted, feed, ledger, is_known=False)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert search.patients(pasted) == []
    assert most < 2_000_000
