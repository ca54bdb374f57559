"""Two runs at once, a check during a run, and a check of what a crash left."""

import json
import subprocess
import time
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.child import killing_points, kills, turning_points
from tests.faults.conftest import Starts
from tests.faults.scene import FIRST, LATER
from tests.manual.practice import COMMAND

_BUSY = 75


@pytest.mark.usefixtures("traceable")
def test_a_second_run_at_any_moment_of_the_first(starts: Starts, workshop: Path) -> None:
    """It is turned away at once while the first is at work; before and after that it does what there is to do."""
    undisturbed = starts.first.scene.copy(workshop / "two").follow(FIRST)
    undisturbed.finish()
    wrong = {}
    codes = []
    for change, call in islice(turning_points(undisturbed.calls), 0, None, 4):
        scene = starts.first.scene.copy(workshop / "two")
        first = scene.follow(FIRST)
        assert first.reaches(change)
        started = time.monotonic()
        second = scene.run(FIRST)
        took = time.monotonic() - started
        ended = first.finish()
        codes.append(second.code)
        try:
            assert (ended.code, second.code) in {(1, 1), (1, _BUSY), (_BUSY, 1)}, ended.stderr + second.stderr
            assert took < 2
            if second.code == _BUSY:
                assert "ledger.sqlite" in second.stderr
            assert scene.declared().due == starts.first.due
            scene.assert_recovers(FIRST, starts.first.due)
        except AssertionError as error:
            wrong[f"{change} {call}"] = str(error)
    assert wrong == {}
    assert {1, _BUSY} <= set(codes)


def test_two_of_the_installed_command(starts: Starts, workshop: Path) -> None:
    scene = starts.later.scene.copy(workshop / "two")
    command = [str(COMMAND), *scene.arguments("run", LATER)]
    both = [
        subprocess.Popen(command, cwd=scene.folder, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL) for _ in "12"
    ]
    codes = []
    for each in both:
        _, message = each.communicate()
        assert b"Traceback" not in message
        codes.append(each.returncode)
    assert 1 in codes
    assert set(codes) <= {1, _BUSY}
    scene.assert_recovers(LATER, starts.later.due)


@pytest.mark.usefixtures("traceable")
def test_a_check_during_a_run(starts: Starts, workshop: Path) -> None:
    scene = starts.later.scene.copy(workshop / "two")
    run = scene.follow(LATER)
    assert run.comes_to("write")
    before = scene.tree()
    ended = scene.check(LATER)
    assert ended.code in (1, _BUSY), ended.stderr
    assert scene.tree() == before
    assert run.finish().code == 1
    assert scene.declared().due == starts.later.due


def test_a_check_changes_nothing(starts: Starts, workshop: Path) -> None:
    for start in (starts.first, starts.later):
        scene = start.scene.copy(workshop / "two")
        before = scene.tree()
        ended = scene.check(start.day, "--json")
        assert ended.code == 1, ended.stderr
        assert scene.tree() == before
        would = {line["appointment_id"] for line in json.loads(ended.stdout)["lines"]}
        earlier = {due[0] for due in scene.declared().due}
        assert would == {due[0] for due in start.due} - earlier
        assert len(would) > 10


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize("which", ["first", "later"])
def test_a_check_of_what_a_crash_left(which: str, starts: Starts, workshop: Path) -> None:
    """It answers what the next run is going to do, and leaves that to it."""
    start = getattr(starts, which)
    wrong = {}
    scene = start.scene.copy(workshop / "two")
    run = scene.follow(start.day)
    for which_change in kills(run, islice(killing_points(run.changes()), 1, None, 6)):
        before = scene.tree()
        ended = scene.check(start.day, "--json")
        try:
            assert scene.tree() == before
            assert ended.code in (0, 1), ended.stderr
            would = {line["appointment_id"] for line in json.loads(ended.stdout)["lines"]}
            scene.run(start.day)
            # What the crash had recorded already is only published by the next run.
            run_lines = scene.declared().due
            assert would <= {due[0] for due in run_lines}
        except AssertionError as error:
            wrong[which_change] = str(error)
    assert wrong == {}
