"""The practice before its first run and before a later one, and what an undisturbed run makes of it."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path

import pytest
from attrs import frozen

from ei_export.cli import main

pytest.register_assert_rewrite("tests.faults.scene")

from tests.faults.child import why_not_traceable  # noqa: E402
from tests.faults.scene import FIRST, LATER, Due, Scene  # noqa: E402

_MEMORY = Path("/dev/shm")


@frozen
class Start:
    """Where a run starts from: ``scene`` is to be copied, ``due`` is all that is declared after it on ``day``."""

    scene: Scene
    day: str
    due: set[Due]


@frozen
class Starts:
    first: Start
    later: Start


@pytest.fixture(scope="session")
def workshop() -> Iterator[Path]:
    """A folder in memory where there is such a thing: what a kill leaves behind is the same there, and sooner. Others
    may look into it."""
    folder = Path(tempfile.mkdtemp(prefix="ei-export-", dir=_MEMORY if _MEMORY.is_dir() else None)).resolve()
    folder.chmod(0o755)
    yield folder
    shutil.rmtree(folder)


@pytest.fixture(scope="session")
def starts(workshop: Path) -> Starts:
    first = Scene.make(workshop / "first", FIRST)
    with chdir(first.copy(workshop / "warm").folder):  # here, so that no child has to read and compile things again
        main([*first.arguments("run", FIRST), "-q"], standalone_mode=False)
    later = first.copy(workshop / "later")
    done = first.copy(workshop / "done")
    due = []
    for day in (FIRST, LATER):
        for scene in (done, later)[: 1 + (day == FIRST)]:
            scene.feed(day)
            ended = scene.run(day)
            assert ended.code == 1, ended.stderr
        due.append(done.declared().due)
    later.feed(LATER)
    assert 10 < len(due[0]) < len(due[1]) - 10
    return Starts(Start(first, FIRST, due[0]), Start(later, LATER, due[1]))


@pytest.fixture(scope="session")
def traceable() -> None:
    """Skips where no process can be followed."""
    if reason := why_not_traceable():
        pytest.skip(reason)
