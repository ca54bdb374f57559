"""What patients come to, put away until all are judged; and the judging of many patients by two processes.

Patients don't know of each other, so half of them can be worked out by a second process, where the system can fork one
and the feed is long enough to be worth it. What it makes comes back through anonymous files.
"""

import errno
import os
import pickle
import signal
import traceback
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from tempfile import TemporaryFile
from threading import Thread
from typing import IO, Any, Final

from attrs import Factory, define

from ..base.problems import Refusal
from ..base.spool import SortedLines
from ..ledger.patients import StoredDossier
from ..model.appointment import Outcome
from ..output.problem_list import ProblemList
from .context import Result

#: Shorter feeds are done before a second process is of any use.
WORTH_A_FORK: Final = 50_000
_BATCH: Final = 500


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
    """Lines that are due, problems, dossiers and counts of any number of patients."""

    def __init__(self, problems: ProblemList) -> None:
        self.due = SortedLines()
        self.problems = problems
        self.outcomes: Counter[Outcome] = Counter()
        #: Held appointments by UZOVI number.
        self.held: Counter[str] = Counter()
        self.remembered = 0
        self.cancelled: list[tuple[str, str]] = []
        self.released: list[tuple[str, str]] = []
        self.moved: list[tuple[str, str]] = []
        self.taken: list[tuple[str, str]] = []
        self.numbers: list[tuple[str, str]] = []
        self.held_back: set[str] = set()
        self.dropped: set[str] = set()
        self.shown: list[str] = []
        #: References of debits that nobody waits for any more: others come in their place, or nothing is to.
        self.settled: set[str] = set()
        #: Appointments by UZOVI number whose insurer is not sure.
        self.doubtful: Counter[str] = Counter()
        #: See `Result`.
        self.unasked: set[str] = set()
        self._dossiers: list[StoredDossier] = []
        #: Pickled batches of dossiers: the file for our own, how many are in it, and the same of the other process.
        self._file: IO[bytes] | None = None
        self._batches = 0
        self._received: list[tuple[IO[bytes], int]] = []

    def add(self, result: Result) -> None:
        """Adds what a patient came to."""
        for outcome, count in result.outcomes.items():
            self.outcomes[outcome] += count
        self.remembered += result.remembered
        for line in result.lines:
            self.due.add(line.pack())
            if line.previous:
                self.settled.add(line.previous)
        for appointment, finding in result.problems:
            trajectory = appointment.called(appointment.trajectory or appointment.number)
            self.problems.add(finding, appointment.id, trajectory, appointment.row, appointment.uzovi)
        if Outcome.HELD in result.outcomes:
            held = {id(a): a.uzovi for a, _ in result.problems if a.outcome is Outcome.HELD}
            self.held.update(held.values())
        self.cancelled += result.cancelled
        self.released += result.released
        self.moved += result.moved
        self.taken += result.taken
        self.numbers += result.numbers
        self.held_back.update(result.held_back)
        self.dropped.update(result.dropped)
        self.shown += result.shown
        self.settled.update(result.settled)
        self.doubtful.update(result.doubtful)
        self.unasked |= result.unasked
        if result.dossier is not None:
            self._dossiers.append(result.dossier)
            if len(self._dossiers) >= _BATCH:
                self._put_away()

    def _put_away(self) -> None:
        if self._file is None:
            self._file = TemporaryFile()  # noqa: SIM115 - closed by `dossiers`
        pickle.dump(self._dossiers, self._file, pickle.HIGHEST_PROTOCOL)
        self._batches += 1
        self._dossiers = []

    def dossiers(self) -> Iterator[Sequence[StoredDossier]]:
        """All dossiers, some at a time; once."""
        yield self._dossiers
        own = [] if self._file is None else [(self._file, self._batches)]
        for file, batches in (*own, *self._received):
            file.seek(0)
            for _ in range(batches):
                yield pickle.load(file)
            file.close()

    def send(self, files: _Files) -> None:
        """Hands everything to the other process."""
        batches = 0
        for batch in self.dossiers():
            pickle.dump(batch, files.dossiers, pickle.HIGHEST_PROTOCOL)
            batches += 1
        self.due.write_to(files.due)
        self.problems.lines.write_to(files.problems)
        rest = {
            "outcomes": {outcome.name: count for outcome, count in self.outcomes.items()},
            "held": dict(self.held),
            "remembered": self.remembered,
            "cancelled": self.cancelled,
            "released": self.released,
            "moved": self.moved,
            "taken": self.taken,
            "numbers": self.numbers,
            "held_back": self.held_back,
            "dropped": self.dropped,
            "shown": self.shown,
            "settled": self.settled,
            "doubtful": dict(self.doubtful),
            "unasked": self.unasked,
            "batches": batches,
            "due": self.due.count,
            "problems": len(self.problems),
            "severities": dict(self.problems.severities),
            "warnings": dict(self.problems.warnings),
        }
        pickle.dump(rest, files.rest)

    def receive(self, files: _Files) -> None:
        """Adds what the other process sent. Raises what stopped it."""
        files.rest.seek(0)
        try:
            rest: dict[str, Any] | BaseException = pickle.load(files.rest)
        except (EOFError, pickle.UnpicklingError):
            raise OSError(errno.EIO, "the second process could not hand over its work") from None
        files.rest.close()
        if isinstance(rest, BaseException):
            raise rest
        for name, count in rest["outcomes"].items():
            self.outcomes[Outcome[name]] += count
        self.held.update(rest["held"])
        self.remembered += rest["remembered"]
        self.cancelled += rest["cancelled"]
        self.released += rest["released"]
        self.moved += rest["moved"]
        self.taken += rest["taken"]
        self.numbers += rest["numbers"]
        self.held_back |= rest["held_back"]
        self.dropped |= rest["dropped"]
        self.shown += rest["shown"]
        self.settled |= rest["settled"]
        self.doubtful.update(rest["doubtful"])
        self.unasked |= rest["unasked"]
        self.due.adopt(files.due, rest["due"])
        self.problems.adopt(files.problems, rest["problems"], rest["severities"], rest["warnings"])
        self._put_away()
        self._received.append((files.dossiers, rest["batches"]))


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
