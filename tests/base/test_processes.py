"""A helper does its part, says what stopped it, and outlives nobody."""

import errno
import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryFile

import pytest

from ei_export.base.problems import WriteError
from ei_export.base.processes import Helper, cores

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="no process can be forked here")


def test_it_hands_over_what_its_work_comes_to_and_what_it_wrote() -> None:
    with TemporaryFile() as file:

        def work() -> int:
            file.write(b"done")
            file.flush()
            return os.getpid()

        with Helper(work) as helper:
            assert helper.result() != os.getpid()
        file.seek(0)
        assert file.read() == b"done"


@pytest.mark.parametrize("error", [WriteError("RUN_TOO_LARGE", limit=9), OSError(errno.ENOSPC, "full")])
def test_what_stops_it_comes_back_as_itself(error: Exception) -> None:
    def work() -> None:
        raise error

    with Helper(work) as helper, pytest.raises(type(error)) as raised:
        helper.result()
    assert raised.value.args == error.args


def test_a_fault_of_the_program_says_where_and_nothing_else() -> None:
    def work() -> None:
        raise ValueError("999000012")

    with Helper(work) as helper, pytest.raises(RuntimeError, match=r"ValueError at .*test_processes\.py:\d+$"):
        helper.result()


def test_one_that_is_killed_hands_over_nothing() -> None:
    def work() -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with Helper(work) as helper, pytest.raises(OSError, match="could not hand over"):
        helper.result()


def test_it_is_killed_where_nobody_wants_its_work_any_more() -> None:
    with Helper(lambda: time.sleep(60)) as helper:
        pid = helper._pid
    assert pid is not None
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="needs /proc")
def test_it_ends_with_who_forked_it() -> None:
    """Two of them: the second has what holds the first one."""
    reading, writing = os.pipe()
    first = os.fork()
    if not first:

        def work() -> None:
            os.write(writing, b"%d\n" % os.getpid())
            while True:
                pass

        with Helper(work), Helper(work):
            time.sleep(60)
        os._exit(0)
    os.close(writing)
    with open(reading, "rb") as said:  # noqa: PTH123 - a descriptor
        helpers = [int(said.readline()) for _ in range(2)]
        os.kill(first, signal.SIGKILL)
        os.waitpid(first, 0)
        assert said.read() == b""  # closed by both
    assert all(not Path(f"/proc/{pid}/exe").exists() for pid in helpers)


def test_no_more_cores_than_are_given() -> None:
    assert cores() >= 1
    if sys.platform == "linux":
        given = os.sched_getaffinity(0)
        try:
            os.sched_setaffinity(0, {min(given)})
            assert cores() == 1
        finally:
            os.sched_setaffinity(0, given)


def test_a_thread_of_a_server_forks_nobody() -> None:
    """Also where a page reads a feed that is large enough for two."""
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(cores).result() == 1
