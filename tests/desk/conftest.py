"""The desk of the demo practice after its first run, and somebody at it."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import date
from pathlib import Path

import pytest

from tests.support.demo import demo
from tests.support.desk import Visitor, let_in

#: The day after the first run of the demo practice.
DAY = date(2024, 2, 2)


@pytest.fixture(scope="session")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo practice after its first run, to look at only."""
    return demo(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def practice(untouched: Path, tmp_path: Path) -> Path:
    """The demo practice after its first run, to do anything with."""
    return shutil.copytree(untouched, tmp_path / "demo")


@pytest.fixture(scope="module")
def place(untouched: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo practice after its first run, of all tests of a module: each finds what those before it did."""
    return shutil.copytree(untouched, tmp_path_factory.mktemp("place") / "demo")


@pytest.fixture(scope="module")
def visitor(place: Path) -> Iterator[Visitor]:
    """Somebody at the desk of it."""
    with let_in(place, DAY) as somebody:
        yield somebody


@pytest.fixture
def desk() -> Iterator[Callable[..., Visitor]]:
    """Somebody at the desk of a practice: ``desk(practice)``, ``desk(practice, day)``."""
    with ExitStack() as stack:
        yield lambda practice, day=DAY: stack.enter_context(let_in(practice, day))
