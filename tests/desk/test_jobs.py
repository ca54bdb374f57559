"""Long work comes to what its function does, is told of however it ends, and leaves nothing behind."""

import os
import pickle
import signal
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ei_export.base.problems import BusyError, render
from ei_export.desk import jobs as jobs_module
from ei_export.desk.jobs import Job, Jobs, private_folder
from tests.support.long_work import adding, failing, in_threads, refusing, unreadable, waiting

__all__ = ["in_threads"]


@pytest.fixture
def jobs() -> Iterator[Jobs]:
    jobs = Jobs()
    yield jobs
    jobs.stop()


def until(holds: Callable[[], bool]) -> None:
    for _ in range(3000):
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("it takes too long")


def ended(job: Job) -> Job:
    until(lambda: job.state != "works")
    return job


def test_what_it_comes_to_is_kept_for_who_asked(jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs_module, "_KEPT", 1)
    folder = private_folder()
    first = jobs.start("check", adding, 1, 2, writes=False, then="/vandaag", folder=folder, keep=True)
    assert [job.id for job in jobs.running()] == [first.id]
    assert (ended(first).state, first.result, first.stage, first.count) == ("done", 3, "read", 1)
    assert (jobs.done(first.id, "check"), jobs.done(first.id, "run"), jobs.done("x", "check")) == (first, None, None)
    assert folder.exists()
    later = jobs.start("check", failing, writes=False, then="/vandaag")
    assert jobs.get(first.id) is None
    assert not folder.exists()
    refusal = ended(later).refusal
    assert refusal is not None
    assert refusal.code == "INTERNAL"
    assert "ValueError" in str(refusal)
    assert "Jansen" not in str(refusal)
    assert jobs.running() == []


def test_a_refusal_comes_back_and_what_was_sent_is_taken_away(jobs: Jobs) -> None:
    folder = private_folder()
    assert folder.stat().st_mode & 0o777 == 0o700
    job = ended(jobs.start("run", refusing, folder, writes=True, then="/vandaag", folder=folder))
    assert job.state == "refused"
    assert job.refusal is not None
    assert (job.refusal.code, job.refusal.exit_code) == ("INPUT_MISSING", 3)
    assert not folder.exists()


def test_one_that_writes_at_a_time_and_one_that_is_killed_is_told_of(jobs: Jobs, tmp_path: Path) -> None:
    begun = tmp_path / "begun"
    job = jobs.start("run", waiting, begun, writes=True, then="/vandaag")
    with pytest.raises(BusyError, match="at work"):
        jobs.start("returns", adding, 1, 2, writes=True, then="/antwoorden")
    until(begun.exists)
    (process,) = jobs._processes.values()
    os.kill(process.pid, signal.SIGKILL)
    assert (ended(job).state, job.result) == ("refused", None)
    assert job.refusal is not None
    assert (job.refusal.code, job.refusal.exit_code) == ("DESK_WORK_DIED", 4)
    again = jobs.start("run", waiting, begun, writes=True, then="/vandaag")
    begun.unlink()
    until(begun.exists)
    jobs.stop()
    assert ended(again).state == "refused"
    assert again.refusal is not None
    assert again.refusal.code == "DESK_STOPPED"


def test_work_that_can_not_begin_or_whose_end_can_not_be_read_is_in_the_way_of_none(jobs: Jobs) -> None:
    with pytest.raises((AttributeError, TypeError, pickle.PicklingError)):
        jobs.start("run", adding, lambda: 1, 2, writes=True, then="/vandaag")
    assert jobs.running() == []
    job = ended(jobs.start("run", unreadable, writes=True, then="/vandaag"))
    assert job.refusal is not None
    assert (job.state, job.refusal.code) == ("refused", "DESK_WORK_DIED")


def test_a_folder_that_was_forgotten_is_taken_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    left, fresh = private_folder(), private_folder()
    os.utime(left, (0, 0))
    private_folder()
    assert not left.exists()
    assert fresh.exists()


def test_what_is_too_much_to_show_was_done(in_threads: None, jobs: Jobs, monkeypatch: pytest.MonkeyPatch) -> None:
    """Declaring again because a page says that it came to nothing would be the worst of all."""
    monkeypatch.setattr(jobs_module, "_LARGEST", 10)
    job = ended(jobs.start("run", adding, 1, 2, writes=True, then="/vandaag/gedaan"))
    assert job.refusal is not None
    assert (job.state, job.refusal.code, job.is_done) == ("refused", "DESK_RESULT_TOO_LARGE", True)
    assert "niet opnieuw" in render(job.refusal.code, job.refusal.params, "nl")[1]
