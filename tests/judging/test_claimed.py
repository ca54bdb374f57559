"""What is remembered of persons, care and claims says nothing: forgotten each time, it is worked out to the same."""

import pytest

from ei_export.judging import claimed, records
from tests.property.same_bytes import SEEDS, differences, digest, played, recorded

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


def test_a_history_is_the_same_with_nothing_remembered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claimed, "_REMEMBERED", 1)
    monkeypatch.setattr(records, "_PERSONS", 1)
    monkeypatch.setattr(records, "_CARES", 1)
    seed = SEEDS[0]
    found = {key: digest(content) for key, content in played(seed)}
    assert [*differences(recorded()[seed], found)] == []
