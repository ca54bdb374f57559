"""A practice whose index is worked out."""

from pathlib import Path

import pytest

from tests.commands.index.practice import Indexed
from tests.support.feeds import Clinic


@pytest.fixture
def practice(tmp_path: Path) -> Indexed:
    return Indexed(Clinic.open(tmp_path))
