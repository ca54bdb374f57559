"""What patients come to, collected until all are judged; and the judging of many patients by several processes.

Patients don't know of each other, so others can be judged by other processes, where the system can fork them and the
feed is long enough to be worth it. What those make comes back through anonymous files.
"""

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from functools import partial
from tempfile import TemporaryFile
from typing import BinaryIO, Final

from attrs import Factory, frozen

from ..base.problems import Severity
from ..base.processes import Helper, cores
from ..base.spool import Batches, PairCheck, Run, SortedLines
from ..ledger.care import RegularCare
from ..ledger.patients import StoredDossier
from ..model.due import DueLine, who_of
from ..output.problem_list import ProblemList
from .result import Result, Totals

#: Shorter feeds are done before another process is of any use.
WORTH_A_FORK: Final = 50_000


@frozen
class _Files:
    """What a process has open together with one that it forks, which writes in them what it hands over."""

    due: BinaryIO = Factory(TemporaryFile)
    problems: BinaryIO = Factory(TemporaryFile)
    dossiers: BinaryIO = Factory(TemporaryFile)
    regular: BinaryIO = Factory(TemporaryFile)


@frozen
class _HandedOver:
    """What was collected by another process, besides what is in its files."""

    totals: Totals
    persons: PairCheck
    due: Sequence[Run]
    dossiers: int
    regular: int
    problems: Sequence[Run]
    severities: Counter[Severity]
    warnings: Counter[str]


class Collected:
    """Lines that are due, problems, dossiers and totals of any number of patients."""

    def __init__(self, problems: ProblemList) -> None:
        self.due = SortedLines()
        #: The persons who have lines that are due, each with the number of the patient.
        self.persons = PairCheck()
        self.problems = problems
        self.dossiers = Batches[StoredDossier]()
        self.regular = Batches[RegularCare]()
        self.totals = Totals()

    def add(self, result: Result) -> None:
        """Adds what a patient came to."""
        self.totals.count(result)
        self.due.add(*map(DueLine.pack, result.lines))
        for line in result.lines:
            if line.previous:
                self.totals.given_up.add(line.previous)
            if line.person:  # the first of them in a file
                self.persons.add(who_of(line), line.patient_id)
        for told in result.problems:
            self.problems.add(told.finding, told.appointment_id, told.trajectory, told.row, told.uzovi)
        if result.dossier is not None:
            self.dossiers.add(result.dossier)
        if result.regular is not None:
            self.regular.add(result.regular)

    def apart(self, files: _Files) -> "Collected":
        """For another process of the same run, which hands over what it collects in ``files``."""
        own = Collected(self.problems.empty_copy(files.problems))
        own.due = SortedLines(file=files.due)
        own.dossiers, own.regular = Batches(files.dossiers), Batches(files.regular)
        return own

    def hand_over(self) -> _HandedOver:
        """Writes what was collected in the files, for another process to `adopt`."""
        return _HandedOver(
            self.totals,
            self.persons,
            self.due.hand_over(),
            self.dossiers.hand_over(),
            self.regular.hand_over(),
            self.problems.lines.hand_over(),
            self.problems.severities,
            self.problems.warnings,
        )

    def adopt(self, files: _Files, other: _HandedOver) -> None:
        """Adds what another process handed over."""
        self.totals.add(other.totals)
        self.persons.adopt(other.persons)
        self.due.adopt(files.due, other.due)
        self.dossiers.adopt(files.dossiers, other.dossiers)
        self.regular.adopt(files.regular, other.regular)
        self.problems.adopt(files.problems, other.problems, other.severities, other.warnings)


def fill(
    collected: Collected,
    partitions: int,
    rows: int,
    judge: Callable[[int, Collected], None],
    reopen: Callable[[], None],
) -> None:
    """Has ``judge`` collect every partition. ``reopen`` is called first in another process."""
    processes = min(partitions, cores()) if rows >= WORTH_A_FORK else 1

    def judge_apart(files: _Files, first: int) -> _HandedOver:
        reopen()
        own = collected.apart(files)
        for index in range(first, partitions, processes):
            judge(index, own)
        return own.hand_over()

    with ExitStack() as cleaning:
        helpers = []
        for first in range(1, processes):
            files = _Files()
            helpers.append((files, cleaning.enter_context(Helper(partial(judge_apart, files, first)))))
        for index in range(0, partitions, processes):
            judge(index, collected)
        for files, helper in helpers:
            collected.adopt(files, helper.result())
