"""What patients come to, collected until all are judged; and the judging of many patients by two processes.

Patients don't know of each other, so half of them can be judged by a second process, where the system can fork one
and the feed is long enough to be worth it. What it makes comes back through anonymous files.
"""

import errno
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterable
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any, Final

from attrs import Factory, define

from ..base.problems import Refusal
from ..base.spool import Batches, SortedLines
from ..ledger.patients import StoredDossier
from ..model.appointment import Outcome
from ..output.problem_list import ProblemList
from .result import Result, Totals

#: Shorter feeds are done before a second process is of any use.
WORTH_A_FORK: Final = 50_000


def _text_file() -> IO[str]:
    return TemporaryFile("w+", encoding="utf-8", newline="\n")


@define
class _Files:
    """What two processes have open together."""

    due: IO[str] = Factory(_text_file)
    problems: IO[str] = Factory(_text_file)
    dossiers: IO[bytes] = Factory(TemporaryFile)
    rest: IO[bytes] = Factory(TemporaryFile)


class Collected:
    """Lines that are due, problems, dossiers and totals of any number of patients."""

    def __init__(self, problems: ProblemList) -> None:
        self.due = SortedLines()
        self.problems = problems
        self.dossiers = Batches[StoredDossier]()
        self.totals = Totals()

    def add(self, result: Result) -> None:
        """Adds what a patient came to."""
        self.totals.add(result)
        for line in result.lines:
            self.due.add(line.pack())
            if line.previous:
                self.totals.settled.add(line.previous)
        for appointment, finding in result.problems:
            trajectory = appointment.called(appointment.trajectory or appointment.number)
            self.problems.add(finding, appointment.id, trajectory, appointment.row, appointment.uzovi)
        if Outcome.HELD in result.outcomes:
            held = {id(a): a.uzovi for a, _ in result.problems if a.outcome is Outcome.HELD}
            self.totals.held.update(held.values())
        if result.dossier is not None:
            self.dossiers.add(result.dossier)

    def send(self, files: _Files) -> None:
        """Hands everything to the other process."""
        self.due.write_to(files.due)
        self.problems.lines.write_to(files.problems)
        batches = self.dossiers.write_to(files.dossiers)
        counts = self.due.count, batches, len(self.problems), self.problems.severities, self.problems.warnings
        pickle.dump((self.totals, *counts), files.rest)

    def receive(self, files: _Files) -> None:
        """Adds what the other process sent. Raises what stopped it."""
        files.rest.seek(0)
        try:
            rest: Any = pickle.load(files.rest)
        except (EOFError, pickle.UnpicklingError):
            raise OSError(errno.EIO, "the second process could not hand over its work") from None
        files.rest.close()
        if isinstance(rest, BaseException):
            raise rest
        totals, due, batches, *problems = rest
        self.totals.add(totals)
        self.due.adopt(files.due, due)
        self.dossiers.adopt(files.dossiers, batches)
        self.problems.adopt(files.problems, *problems)


def fill(
    collected: Collected,
    partitions: int,
    rows: int,
    judge: Callable[[int, Collected], None],
    reopen: Callable[[], None],
) -> None:
    """Has ``judge`` collect every partition. ``reopen`` is called first in a second process."""
    if rows < WORTH_A_FORK or partitions < 2 or not hasattr(os, "fork") or (os.cpu_count() or 1) < 2:
        for index in range(partitions):
            judge(index, collected)
        return
    files = _Files()
    watched, held = os.pipe()  # closed with the first process, however that ends
    child = os.fork()
    if not child:
        os.close(held)
        _second(watched, files, collected, range(1, partitions, 2), judge, reopen)
    os.close(watched)
    try:
        for index in range(0, partitions, 2):
            judge(index, collected)
        os.waitpid(child, 0)
    except BaseException:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        raise
    finally:
        os.close(held)
    collected.receive(files)


def _end_with(watched: int) -> None:
    """Ends this process when nobody has the other end of a pipe any more."""
    os.read(watched, 1)
    os._exit(1)


def _second(
    watched: int,
    files: _Files,
    collected: Collected,
    indexes: Iterable[int],
    judge: Callable[[int, Collected], None],
    reopen: Callable[[], None],
) -> None:
    """The life of the second process; it ends here, at once when the first one is gone: that is who is stopped."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        Thread(target=_end_with, args=(watched,), daemon=True).start()
        try:
            reopen()
            own = Collected(collected.problems.empty_copy())
            for index in indexes:
                judge(index, own)
            own.send(files)
        except (Refusal, OSError) as error:
            pickle.dump(error, files.rest)
        except BaseException as error:  # noqa: BLE001 - goes on in the first process
            place = traceback.extract_tb(error.__traceback__)[-1]
            pickle.dump(RuntimeError(f"{type(error).__name__} at {place.filename}:{place.lineno}"), files.rest)
        for file in (files.dossiers, files.rest):
            file.flush()
        os._exit(0)
    finally:
        os._exit(1)
