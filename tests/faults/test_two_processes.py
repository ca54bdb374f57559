"""A run that is stopped takes its second process with it."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.conftest import Starts
from tests.faults.scene import FIRST

#: The command, in which the second process never comes to an end by itself, and each says that it is at work.
SCRIPT = """\
import os, sys, time
sys.path.insert(0, {root!r})
from tests.faults.scene import in_two_processes
from ei_export.commands.run import judging as running
from ei_export.__main__ import main
in_two_processes()
first, judge_patients = os.getpid(), running.judge_patients
def slow(*given):
    if os.getpid() != first:
        os.write(1, b"2")
        while True: pass
    os.write(1, b"1")
    time.sleep(30)
    return judge_patients(*given)
running.judge_patients = slow
sys.argv = ["ei-export", *{arguments!r}]
main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_run_that_is_stopped(number: signal.Signals, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / "stopped")
    script = SCRIPT.format(root=str(Path.cwd()), arguments=scene.arguments("run", FIRST))
    run = subprocess.Popen(
        [sys.executable, "-c", script], cwd=scene.folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        start_new_session=True,
    )  # fmt: skip
    assert run.stdout is not None
    said = b""
    while set(said) < set(b"12"):
        one = run.stdout.read(1)
        assert one, "the run ended before both were at work"
        said += one
    run.send_signal(number)
    try:
        _, errors = run.communicate(timeout=10)  # to the end of what both could print
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        pytest.fail("the second process is still at work")
    assert run.returncode == (130 if number == signal.SIGINT else -number)
    assert b"Traceback" not in errors
    scene.assert_recovers(FIRST, starts.first.due)
