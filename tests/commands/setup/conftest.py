"""The demo practice, in a folder that tests change as they like."""

import shutil
from datetime import datetime
from pathlib import Path
from typing import Final

import pytest

from tests.support.demo import DEMO

NOW: Final = datetime(2024, 2, 1, 9, 30)  # noqa: DTZ001 - as the clock on the wall


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """Its settings; the feed and the tariffs are beside it."""
    shutil.copytree(DEMO, tmp_path / "demo", ignore=shutil.ignore_patterns("retour"))
    return tmp_path / "demo" / "ei-export.toml"
