"""What is settled by buckets is what it comes to patient by patient: the same nights give the same bytes without them."""

import pytest

from ei_export.commands.run import judging
from tests.property.same_bytes import played

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")

#: Histories of whole feeds and of news only; rows that are added, changed, taken out and given to another patient.
SEEDS = (2001, 2002, 2003, 2004)


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_gives_the_same_bytes_without_buckets(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    settled: list[int] = []
    by_bucket = judging.settled_buckets

    def counted(*given: object) -> object:
        found = by_bucket(*given)  # type: ignore[arg-type]
        settled.append(len(found))
        return found

    monkeypatch.setattr(judging, "settled_buckets", counted)
    with_buckets = dict(played(seed))
    assert any(settled), "no night had anything settled"
    monkeypatch.setattr(judging, "settled_buckets", lambda *given: {})
    without = dict(played(seed))
    assert with_buckets == without
