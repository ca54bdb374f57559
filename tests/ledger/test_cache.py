"""What a run holds of the ledger in memory has a limit, whatever the size of its pages."""

from pathlib import Path

import pytest

from ei_export.ledger import Ledger, opening
from ei_export.ledger.runs import add_persons


@pytest.mark.parametrize("is_there", [False, True])
def test_what_is_beyond_it_goes_to_disk(is_there: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a ledger that is made, and of one that is there."""
    monkeypatch.setattr(opening, "_CACHE_KIB", 512)
    path = tmp_path / "ledger.sqlite"
    if is_there:
        ledger = Ledger.open(path)
        ledger.commit()
        ledger.close()
    ledger = Ledger.open(path)
    before = path.stat().st_size
    add_persons(ledger, ((number, "x" * 1_000) for number in range(1, 1_501)))
    assert path.stat().st_size - before > 600_000
    ledger.close()
