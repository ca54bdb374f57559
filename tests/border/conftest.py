"""A practice and its clerk."""

from pathlib import Path

import pytest

from tests.support.clerk import Clerk
from tests.support.feeds import Clinic, tables_read_once

__all__ = ["tables_read_once"]


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


@pytest.fixture
def clerk(clinic: Clinic) -> Clerk:
    return Clerk(clinic)
