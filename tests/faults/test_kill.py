"""Killed at any moment: nothing half done is ever seen, and the next run makes it good, each line once."""

import random
import re
import signal
import subprocess
import time
from collections import Counter
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.child import killing_points, kills
from tests.faults.conftest import Start, Starts
from tests.faults.scene import LATER, Scene, in_two_processes, with_little_memory
from tests.manual.practice import COMMAND

#: How long a run of the practice takes at most, in seconds, in a process that has started already.
_A_RUN = 0.15


def kill_at_every_change(start: Start, folder: Path, until: str = "") -> tuple[Counter[str], dict[str, str]]:
    """Kills a run at each change it wants to make on disk, up to the first ``until``. Returns the changes, and what
    went wrong."""
    wrong: dict[str, str] = {}
    scene = start.scene.copy(folder)
    child = scene.follow(start.day)
    for which in kills(child, killing_points(child.changes(until))):
        try:
            assert scene.declared().due <= start.due
            scene.assert_recovers(start.day, start.due)
        except AssertionError as error:
            wrong[which] = str(error)
    return Counter(child.calls), wrong


#: What differs from run to run of the name of a temporary file; all of a journal does, and how long a run took.
_BY_CHANCE = re.compile(r"(?<=/tmp)\w+|(?<=\.staging-\w{8}-)(?!R0)\w+")


def left_behind(scene: Scene) -> list[tuple[str, bytes]]:
    """All that stands on disk, but for when it was written."""
    files = {path: path.read_bytes() if path.is_file() else b"" for path in scene.folder.rglob("*")}
    return sorted(
        (_BY_CHANCE.sub("*", path.as_posix()), b"" if path.name.endswith(("-journal", ".jsonl")) else content)
        for path, content in files.items()
    )


@pytest.mark.usefixtures("traceable")
def test_what_is_looked_at_is_what_a_kill_leaves(starts: Starts, workshop: Path) -> None:
    """Else the tests below would be about nothing."""
    start = starts.later
    scene = start.scene.copy(workshop / "killed")
    child = scene.follow(start.day)
    shown = {which: left_behind(scene) for which in kills(child, islice(killing_points(child.changes()), 4, None, 9))}
    assert len(shown) > 4
    for which, expected in shown.items():
        killed = start.scene.copy(scene.folder).follow(start.day)
        assert killed.reaches(int(which.split()[0]))
        killed.kill()
        assert killed.wait().code is None
        assert left_behind(scene) == expected, which


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize("which", ["first", "later"])
def test_killed_at_every_change_on_disk(which: str, starts: Starts, workshop: Path) -> None:
    """Before the first run there is no ledger, before a later one there is, and its journal holds what it was."""
    changes, wrong = kill_at_every_change(getattr(starts, which), workshop / "killed")
    assert wrong == {}
    assert changes["pwrite64"] > 10, changes
    # The page as a run begins; the run, its page, its list of problems and the work list, in two forms, as it ends.
    assert changes["rename"] + changes["renameat"] + changes["renameat2"] == 6, changes
    assert changes["fsync"] + changes["fdatasync"] > 10, changes


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize("which", ["first", "later"])
def test_killed_with_part_of_the_ledger_on_disk(which: str, starts: Starts, workshop: Path) -> None:
    """Long before the commit, and with the first page of a new ledger still to come."""
    start: Start = getattr(starts, which)
    scene = start.scene.copy(workshop / "killed")
    child = scene.follow(start.day, before=with_little_memory)
    on_the_ledger = ((at, call) for at, call in enumerate(child.changes(), 1) if call in ("pwrite64", "unlink"))
    for _ in kills(child, islice(on_the_ledger, 5, None, 18)):
        assert scene.declared().due <= start.due
        checked = scene.check(start.day, "-q")
        assert checked.code in (0, 1), checked.stderr
        scene.assert_recovers(start.day, start.due)


@pytest.mark.usefixtures("traceable")
def test_killed_while_recovering(starts: Starts, workshop: Path) -> None:
    """The ledger has the run and its folder waits; or its commit was under way."""
    for last_changes, until in ((["unlink", "rename"], ""), (["unlink"], "write")):
        scene = starts.later.scene.copy(workshop / "killed")
        child = scene.follow(starts.later.day)
        for call in last_changes:
            assert child.comes_to(call)
        child.kill()
        child.wait()
        assert scene.declared().due < starts.later.due
        crash = Start(scene.copy(workshop / "crashed"), starts.later.day, starts.later.due)
        _, wrong = kill_at_every_change(crash, scene.folder, until)
        assert wrong == {}, last_changes


@pytest.mark.parametrize("seed", range(8))
def test_killed_at_any_moment_twice(seed: int, starts: Starts, workshop: Path) -> None:
    moments = random.Random(seed)
    start = starts.later if seed % 2 else starts.first
    scene = start.scene.copy(workshop / "killed")
    for _ in range(2):
        child = scene.start(start.day, before=in_two_processes if seed % 4 > 1 else None)
        time.sleep(moments.uniform(0, _A_RUN))
        child.kill()
        child.wait()
        assert scene.declared().due <= start.due
    scene.assert_recovers(start.day, start.due, runs=2)


@pytest.mark.parametrize("seed", range(3))
def test_the_installed_command_killed_at_any_moment(seed: int, starts: Starts, workshop: Path) -> None:
    scene = starts.later.scene.copy(workshop / "killed")
    command = [str(COMMAND), *scene.arguments("run", LATER)]
    child = subprocess.Popen(command, cwd=scene.folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    time.sleep(random.Random(seed).uniform(0.3, 0.9))
    child.send_signal(signal.SIGKILL)
    child.wait()
    scene.assert_recovers(LATER, starts.later.due, runs=2)
