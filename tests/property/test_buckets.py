"""What is settled by buckets is what it comes to patient by patient: nights give the same bytes without them."""

import pytest

from ei_export.ledger.buckets import settled_buckets
from tests.property.same_bytes import played
from tests.support.feeds import tables_read_once

__all__ = ["tables_read_once"]

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

ASKED = "ei_export.commands.run.judging.settled_buckets"
#: Histories of whole feeds and of news only; rows that are added, changed, taken out and given to another patient.
SEEDS = (2001, 2002, 2003, 2004)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_gives_the_same_bytes_without_buckets(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[int] = []

    def counted(*given: object) -> object:
        found = settled_buckets(*given)  # type: ignore[arg-type]
        settled.append(len(found))
        return found

    monkeypatch.setattr(ASKED, counted)
    with_buckets = dict(played(seed))
    assert any(settled), "no night had anything settled"
    monkeypatch.setattr(ASKED, lambda *given: {})
    without = dict(played(seed))
    assert with_buckets == without
