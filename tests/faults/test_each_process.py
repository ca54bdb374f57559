"""Any process of a run is killed at any moment, or any of the files without a name that they share finds the disk full:
nothing is declared twice, and nothing never."""

import contextlib
import os
import random
import signal
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.conftest import Starts
from tests.faults.scene import FIRST, in_two_processes
from tests.faults.test_full_disk import fault_of, mountable, small_disk

in_proc = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc tells of processes here")


def processes(pid: int) -> list[int]:
    """A process and all below it that have not ended yet."""
    found = [pid]
    for each in found:  # which grows by the children
        with contextlib.suppress(OSError):
            for children in Path(f"/proc/{each}/task").glob("*/children"):
                found += map(int, children.read_text(encoding="utf-8").split())
    return found


@pytest.fixture(scope="module")
def how_long(starts: Starts, workshop: Path) -> float:
    """Seconds of an undisturbed run."""
    scene = starts.first.scene.copy(workshop / "timed")
    began = time.monotonic()
    assert scene.run(FIRST, before=in_two_processes).code == 1
    return time.monotonic() - began


@in_proc
@pytest.mark.parametrize("seed", range(16))
def test_any_of_them_is_killed_at_any_moment(seed: int, how_long: float, starts: Starts, workshop: Path) -> None:
    """Three times over, before a run is left alone."""
    chance = random.Random(seed)
    start = chance.choice((starts.first, starts.later))
    scene = start.scene.copy(workshop / "killed")
    before = scene.declared().due
    for _ in range(3):
        child = scene.start(start.day, before=in_two_processes)
        time.sleep(chance.uniform(0, how_long))
        with contextlib.suppress(ProcessLookupError):
            os.kill(chance.choice(processes(child.pid)), signal.SIGKILL)
        ended = child.wait()  # to the end of what all of them could print
        assert ended.code in (None, 1, 4), ended.stderr
        assert "Traceback" not in ended.stderr
        assert scene.declared().due in (before, start.due)
    scene.assert_recovers(start.day, start.due)


class FullFor:
    """In the place of ``tempfile.gettempdir``: one of the files that a process makes there comes on a full disk."""

    def __init__(self, which: int, full: Path) -> None:
        self._which, self._full = which, full
        self._place, self._count = tempfile.gettempdir(), 0

    def __call__(self) -> str:
        self._count += 1
        if self._count != self._which:
            return self._place
        (self._full / "made").mkdir(exist_ok=True)
        return str(self._full)


def _until_there_is_none(folder: Path) -> Iterator[int]:
    """The number of each file that a process makes."""
    for which in range(1, 200):
        yield which
        if not (folder / "made").exists():
            return
        (folder / "made").rmdir()
    raise AssertionError("it never ends")


@mountable
def test_the_disk_is_full_for_any_of_their_files(starts: Starts, workshop: Path) -> None:
    wrong, refused = {}, 0
    full = workshop / "full-for-one"
    with small_disk(full, 1):
        (full / "filler").write_bytes(bytes(4096))
        for which in _until_there_is_none(full):
            scene = starts.first.scene.copy(workshop / "full")

            def before(which: int = which) -> None:
                in_two_processes()
                setattr(tempfile, "gettempdir", FullFor(which, full))  # noqa: B010

            ended = scene.run(FIRST, "--json", before=before)
            refused += ended.code == 4
            if fault := fault_of(scene, ended, starts):
                wrong[which] = fault
    assert wrong == {}
    assert refused >= 4
