"""What patients come to, collected until all are judged; and the judging of many patients by several processes.

Patients don't know of each other, so others can be judged by other processes, where the system can fork them and the
feed is long enough to be worth it. What those make comes back through files that were open before.
"""

from collections.abc import Callable
from contextlib import ExitStack
from functools import partial
from typing import Final

from ..base.processes import Helper, cores
from ..base.spool import Batches, PairCheck, Scratch, SortedLines
from ..ledger.care import RegularCare
from ..ledger.patients import StoredDossier
from ..model.due import DueLine, who_of
from ..output.problem_list import ProblemList
from .result import Result, Totals

#: Shorter feeds are done before another process is of any use.
WORTH_A_FORK: Final = 50_000


class Collected:
    """Lines that are due, problems, dossiers and totals of any number of patients."""

    def __init__(self, problems: ProblemList, new_file: Callable[[], Scratch | None] = lambda: None) -> None:
        """``new_file`` as `SortedLines` takes one."""
        self.due = SortedLines(file=new_file())
        #: The persons who have lines that are due, each with the number of the patient.
        self.persons = PairCheck()
        self.problems = problems
        self.dossiers = Batches[StoredDossier](new_file())
        self.regular = Batches[RegularCare](new_file())
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

    def apart(self) -> "Collected":
        """For another process of the same run to collect in, and to hand back."""
        return Collected(self.problems.empty_copy(Scratch()), Scratch)

    def adopt(self, other: "Collected") -> None:
        """Adds what was collected apart."""
        self.totals.add(other.totals)
        self.persons.adopt(other.persons)
        self.due.adopt(other.due)
        self.dossiers.adopt(other.dossiers)
        self.regular.adopt(other.regular)
        self.problems.adopt(other.problems)


def fill(
    collected: Collected,
    partitions: int,
    rows: int,
    judge: Callable[[int, Collected], None],
    reopen: Callable[[], None],
) -> None:
    """Has ``judge`` collect every partition. ``reopen`` is called first in another process."""
    processes = min(partitions, cores()) if rows >= WORTH_A_FORK else 1

    def judge_apart(own: Collected, first: int) -> Collected:
        reopen()
        for index in range(first, partitions, processes):
            judge(index, own)
        return own

    with ExitStack() as cleaning:
        works = [partial(judge_apart, collected.apart(), first) for first in range(1, processes)]
        helpers = [cleaning.enter_context(Helper(work)) for work in works]
        for index in range(0, partitions, processes):
            judge(index, collected)
        for helper in helpers:
            collected.adopt(helper.result())
