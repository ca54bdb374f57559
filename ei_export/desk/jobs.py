"""Long work of the desk, each piece in a process of its own: pages stay quick, and one that is killed takes no other
work with it.

Processes are spawned, not forked: that works everywhere, and a process with threads, as a server is, is never copied. A
function that is to be worked by one is therefore of a module, and takes and gives what can be pickled.
"""

import pickle
import secrets
import shutil
import signal
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from tempfile import gettempdir, mkdtemp
from threading import Lock, Thread
from typing import Any, Final, Literal

from attrs import define

from ..base.problems import BusyError, Interruption, Refusal, Stopped, WriteError, refusal_of
from ..base.wording import at_desk

#: Pieces of work that are remembered once they have ended, and that only read and are at it.
_KEPT: Final = 10
_READING: Final = 2
#: Bytes of what a piece of work may come to.
_LARGEST: Final = 8_000_000
_TOO_LARGE: Final = "DESK_RESULT_TOO_LARGE"
#: Seconds between two tellings of how far it is; how long one is given to end by itself.
_MOMENT: Final = 0.2
_PATIENCE: Final = 5
#: How folders are called that hold what was sent to the desk, and after how many seconds one was forgotten.
_PREFIX: Final = "ei-export-desk-"
_FORGOTTEN: Final = 24 * 3600

#: How far a piece of work is: told of a stage by its name in ``specs/words/progress.toml``, and a count.
Progress = Callable[[str, int], None]
State = Literal["works", "done", "refused"]


@define
class Job:
    """A piece of work. ``kind`` is its name in ``specs/words/desk-work.toml``, ``then`` the address of the page that
    shows what it came to. It ``writes`` in the ledger or not. ``stage`` and ``count``: how far it is, '' before the
    first is told. ``result`` is what it came to, or ``refusal`` why it came to nothing."""

    id: str
    kind: str
    then: str
    writes: bool
    folder: Path | None = None
    about: Any = None
    state: State = "works"
    stage: str = ""
    count: int = 0
    result: Any = None
    refusal: Refusal | None = None

    @property
    def is_done(self) -> bool:
        """Whether it was done, also where what it came to can't be shown."""
        return self.state == "done" or (self.refusal is not None and self.refusal.code == _TOO_LARGE)


class Jobs:
    """The work of one desk, each piece by its id."""

    def __init__(self) -> None:
        self._jobs: Final[dict[str, Job]] = {}
        self._processes: Final[dict[str, Any]] = {}
        self._stopped: Final = set[str]()
        self._lock: Final = Lock()

    def start(
        self,
        kind: str,
        function: Callable[..., object],
        *args: object,
        writes: bool,
        then: str,
        folder: Path | None = None,
        keep: bool = False,
        about: object = None,
    ) -> Job:
        """Has a process call ``function(*args, progress)``, and returns at once. ``folder``, one of `private_folder`,
        is taken away when it has ended, however that is; with ``keep``, once it is forgotten and no other has it.

        Raises BusyError where another piece of work is in the way: of those that write there is one at a time.
        """
        job = Job(secrets.token_urlsafe(9), kind, then, writes, folder, about)
        with self._lock:
            same = [each for each in self._jobs.values() if each.state == "works" and each.writes == writes]
            if len(same) >= (1 if writes else _READING):
                raise BusyError("DESK_AT_WORK")
            self._make_room()
            context = get_context("spawn")
            ours, theirs = context.Pipe()
            try:
                process = context.Process(target=_live, args=(theirs, function, args), daemon=True)
                process.start()
            except BaseException:
                ours.close()
                raise
            finally:
                theirs.close()
            self._jobs[job.id], self._processes[job.id] = job, process
        Thread(target=self._listen, args=(job, process, ours, keep), daemon=True).start()
        return job

    def did(self, kind: str, result: object, then: str) -> Job:
        """Remembers what a page worked out at once, as if a process had."""
        job = Job(secrets.token_urlsafe(9), kind, then, writes=False, state="done", result=result)
        with self._lock:
            self._make_room()
            self._jobs[job.id] = job
        return job

    def _make_room(self) -> None:
        """For one more among those that are remembered."""
        ended = [each.id for each in self._jobs.values() if each.state != "works"]
        for old in ended[: len(ended) - _KEPT + 1]:
            self._forget(old)

    def _forget(self, job_id: str) -> None:
        folder = self._jobs.pop(job_id).folder
        if all(each.folder != folder for each in self._jobs.values()):
            remove(folder)

    def get(self, job_id: str) -> Job | None:
        """One of those that are remembered."""
        return self._jobs.get(job_id)

    def done(self, job_id: str, kind: str) -> Job | None:
        """A piece of work of this kind that came to something; None where none is remembered."""
        job = self._jobs.get(job_id)
        return job if job is not None and job.kind == kind and job.state == "done" else None

    def has(self, folder: Path) -> bool:
        """Whether a piece of work that is remembered has a folder, and takes it away."""
        return any(job.folder == folder for job in list(self._jobs.values()))

    def running(self) -> Sequence[Job]:
        """Those that are at work, the first to start first."""
        return [job for job in list(self._jobs.values()) if job.state == "works"]

    def stop(self, job_id: str | None = None) -> None:
        """Ends a piece of work, or all, as Ctrl-C would; what does not end by itself is killed."""
        with self._lock:
            stopped = [key for key in self._processes if job_id in (None, key)]
            processes = [self._processes[key] for key in stopped]
            self._stopped.update(stopped)
        for process in processes:
            process.terminate()
        for process in processes:
            process.join(_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()

    def _listen(self, job: Job, process: Any, pipe: Connection, keep: bool) -> None:
        """Hears what a process tells, up to its end."""
        state: State = "works"
        try:
            while state == "works":
                told, *rest = pickle.loads(pipe.recv_bytes())
                if told == "far":
                    stage, count = rest  # two processes may work at it, each with a count of its own
                    job.stage, job.count = stage, max(count, job.count) if stage == job.stage else count
                else:
                    job.result, job.refusal = rest
                    state = told
        except Exception:  # noqa: BLE001 - it is gone, and did not say why; or what it said can't be read
            state = "refused"
            job.refusal = Interruption("DESK_STOPPED") if job.id in self._stopped else WriteError("DESK_WORK_DIED")
        finally:
            pipe.close()
            process.join()
            if not keep:
                remove(job.folder)
            with self._lock:
                del self._processes[job.id]
                self._stopped.discard(job.id)
            job.state = state


def _live(pipe: Connection, function: Callable[..., object], args: Sequence[object]) -> None:
    """The life of a process that does a piece of work."""
    signal.signal(signal.SIGTERM, _stopped)
    told = 0.0

    def progress(stage: str, count: int) -> None:
        nonlocal told
        now = time.monotonic()
        if now - told >= _MOMENT:
            told = now
            try:
                pipe.send_bytes(pickle.dumps(("far", stage, count)))
            except OSError:  # the desk was killed
                raise Stopped from None

    try:
        with at_desk():
            outcome = pickle.dumps(("done", function(*args, progress), None))
        if len(outcome) > _LARGEST:
            raise WriteError(_TOO_LARGE, size=-(-len(outcome) // 1_000_000))
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 - told by the desk
        outcome = pickle.dumps(("refused", None, refusal_of(error)))
    with suppress(OSError):
        pipe.send_bytes(outcome)


def _stopped(*_: object) -> None:
    raise Stopped


def private_folder() -> Path:
    """A new folder for its owner alone, for what was sent to the desk. Those that a desk which was killed left behind
    are taken away."""
    for left in Path(gettempdir()).glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.stat().st_mtime < time.time() - _FORGOTTEN:
                remove(left)
    return Path(mkdtemp(prefix=_PREFIX))


def remove(folder: Path | None) -> None:
    """Takes a folder away with all that is in it."""
    if folder is not None:
        shutil.rmtree(folder, ignore_errors=True)
