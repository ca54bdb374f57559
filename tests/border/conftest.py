"""A practice and its clerk."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ei_export.commands import specs_check
from tests.support.clerk import Clerk
from tests.support.feeds import Clinic, tables_read_once

__all__ = ["tables_read_once"]


@pytest.fixture(scope="module")
def words_checked_once() -> Iterator[None]:
    """For modules with many times ``specs check``: our own texts, which nobody changes meanwhile, are checked the first
    time only; they are half of it."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("read_words", "_check_problems"):
            patch.setattr(specs_check, name, _once(getattr(specs_check, name)))
        yield


def _once(check: Callable[..., object]) -> Callable[..., None]:
    checked: set[object] = set()

    def checks(what: object, *more: object) -> None:
        which = what if isinstance(what, Path) else "all"
        if which not in checked:
            checked.add(which)
            check(what, *more)

    return checks


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path)


@pytest.fixture
def clerk(clinic: Clinic) -> Clerk:
    return Clerk(clinic)
