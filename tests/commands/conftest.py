"""A practice and its clerk, for what comes after declaring."""

from pathlib import Path

import pytest

from tests.support.clerk import Clerk, few_tariffs
from tests.support.feeds import Clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return few_tariffs(Clinic.open(tmp_path))


@pytest.fixture
def clerk(clinic: Clinic) -> Clerk:
    return Clerk(clinic)
