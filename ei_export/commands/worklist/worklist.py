"""The work list: everything that is open, each thing in one task or under one cause, the most urgent task first."""

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, groupby, islice
from operator import itemgetter
from typing import Final, NamedTuple, Self

from attrs import define

from ...base.problems import Language, catalogue
from ...base.spool import UNIT, SortedLines
from ...base.words import Words, words
from ...judging.rules import Rules
from ...ledger import Ledger
from ...model.tasks import Ending, TaskName, task_kinds
from ...settings import Settings
from .appointments import of_appointments, of_codes
from .by_now import ByNow
from .lines import of_lines
from .outlook import outlook, outlook_of
from .task import Task, pack, unpack
from .together import together

_encode: Final = json.JSONEncoder().encode
#: Of what has no deadline: behind all that has one.
_NO_DAYS: Final = 999_999
#: Larger than any amount, in cents.
_MOST: Final = 10**12


def worklist(settings: Settings, ledger: Ledger, rules: Rules) -> "WorkList":
    """All there is to do on the day of the rules; to be closed. The ledger isn't needed any more once this returns."""
    found = WorkList(rules.judge.today, settings.status.soon_weeks * 7)
    told, held = set[tuple[str, str]](), dict[tuple[Ending, str, str], dt.date]()
    by_now = ByNow(settings, rules)
    lines = of_lines(ledger, settings, rules, by_now, told)
    waits = of_appointments(ledger, rules, by_now, told, held)
    for thing in chain(lines, waits, of_codes(ledger, rules)):
        found.add(thing)
    for task, _ in outlook(ledger, settings, rules, held):
        found.add(task)
    found.put_in_order()
    return found


def tasks_about(settings: Settings, ledger: Ledger, rules: Rules, patient_id: str) -> Sequence[Task]:
    """What the work list has about one patient, each thing by itself, whatever it waits for together with others."""
    told = set[tuple[str, str]]()
    by_now = ByNow(settings, rules)
    lines = of_lines(ledger, settings, rules, by_now, told, patient_id)
    waits = of_appointments(ledger, rules, by_now, told, {}, patient_id)
    return [*lines, *waits, *(task for task, _ in outlook_of(ledger, settings, rules, patient_id))]


@define
class Count:
    """How many tasks of a kind there are, how many things that is, and how many cents, as far as is known."""

    tasks: int = 0
    things: int = 0
    cents: int = 0

    def told(self, say: Words, key: str = "of_kind") -> str:
        """How many, in the words of the work list."""
        return say(key if self.tasks == self.things else f"{key}_things", count=self.tasks, things=self.things)

    @classmethod
    def of_all(cls, counts: Iterable[Self]) -> Self:
        """Those of all kinds together."""
        kinds = [*counts]
        return cls(*(sum(getattr(count, name) for count in kinds) for name in ("tasks", "things", "cents")))


class PackedTask(NamedTuple):
    """A task as it is kept on disk (`unpack`), with what it is looked for by."""

    key: str
    kind: TaskName
    insurer: str
    packed: str


class WorkList:
    """The tasks of a day, the most urgent first; too many for memory wait on disk.

    Within a kind (`TaskKind`) the nearest deadline comes first, then the largest amount, then the oldest care.
    ``counts`` has the kinds that there are, as the table of kinds has them.
    """

    def __init__(self, day: dt.date, soon_days: int) -> None:
        """``soon_days``: a deadline within so many days is near."""
        self.day = day
        self.counts: dict[TaskName, Count] = {}
        self._soon_days = soon_days
        self._things = SortedLines()
        self._tasks = SortedLines()

    def add(self, thing: Task) -> None:
        """Adds what is open, behind what it follows from; once all of it is there, `put_in_order` follows."""
        cause = thing.waits_for or (thing.kind, thing.patient_id, thing.key)
        follows = str(int(catalogue()[thing.code].consequence))
        self._things.add(UNIT.join((_encode(cause), follows, self._place(thing), self._known(thing), pack(thing))))

    def put_in_order(self) -> None:
        """Makes tasks of what was added."""
        # Two readers, one a cause ahead of the other: the things of a cause may be too many for memory.
        for (cause, things), (_, same) in zip(self._by_cause(), self._by_cause(), strict=True):
            first = next(things)
            if (second := next(things, None)) is None:  # by far most: a task as it is
                _, _, place, known, packed = _columns(first)
                self._tell(place, known, packed)
                continue
            head = together(":".join(json.loads(cause)), map(_task, chain((first, second), things)))
            place, known = self._place(head), self._known(head)
            self._tell(place, known, pack(head))
            for _, follows, its_place, _, packed in map(_columns, same):
                self._tasks.add(UNIT.join((place, known, f"{follows} {its_place}", packed)))
        self._things.close()
        self.counts = {kind: self.counts[kind] for kind in task_kinds() if kind in self.counts}

    def _tell(self, place: str, known: str, packed: str) -> None:
        """Adds a task, and counts it."""
        *_, kind, things, cents = json.loads(known)
        count = self.counts.setdefault(kind, Count())
        count.tasks += 1
        count.things += things
        count.cents += cents
        self._tasks.add(UNIT.join((place, known, "", packed)))

    def __len__(self) -> int:
        return sum(count.tasks for count in self.counts.values())

    def __iter__(self) -> Iterator[Task]:
        """The tasks."""
        return (_task(line) for line in self._tasks if _is_task(line))

    def things(self) -> Iterator[tuple[Task, Task]]:
        """Everything that is open, each with the task that it is, or is under."""
        head: Task | None = None
        for line in self._tasks:
            task = _task(line)
            if _is_task(line):
                head = task
            assert head is not None
            if task is not head or not head.is_cause:
                yield head, task

    def packed(self) -> "Iterator[PackedTask | str]":
        """All tasks as they are kept on disk, behind each that is a cause the things that wait for it."""
        for line in self._tasks:
            _, known, thing, packed = _columns(line)
            if thing:
                yield packed
            else:
                key, _, insurer, kind, *_ = json.loads(known)
                yield PackedTask(key, kind, insurer, packed)

    def grouped(self) -> Iterator[tuple[Task, Iterator[Task]]]:
        """The tasks, each with the things that it is, or that wait for it."""
        for task, same in groupby(self.things(), key=itemgetter(0)):
            yield task, (thing for _, thing in same)

    def head(self, language: Language) -> str:
        """How many there are, as it stands above them."""
        return Count.of_all(self.counts.values()).told(words("worklist", language), "head")

    def first(self, tasks: int, things: int) -> Iterator[tuple[Task, Sequence[Task]]]:
        """The first so many tasks, each with the first so many things that wait for it, if it is a cause."""
        for task, same in islice(self.grouped(), tasks):
            yield task, [*islice(same, things)] if task.is_cause else []

    def is_near(self, task: Task) -> bool:
        """Whether a deadline of somebody is near, or has passed."""
        return task.days_left is not None and task.days_left <= self._soon_days

    def under(self, key: str) -> Iterator[Task]:
        """The things of the task that is called so."""
        return (thing for task, thing in self.things() if task.key == key)

    def close(self) -> None:
        """Gives the disk back."""
        self._tasks.close()

    @staticmethod
    def _known(task: Task) -> str:
        """What there is to know of a task without unpacking it. What differs in two of them is in front."""
        return _encode((task.key, task.patient_id, task.insurer, task.kind, task.count, task.amount_cents or 0))

    def _by_cause(self) -> Iterator[tuple[str, Iterator[str]]]:
        return groupby(self._things, key=lambda line: line.partition(UNIT)[0])

    def _place(self, task: Task) -> str:
        """What puts a task in order, as text."""
        kind, days = task_kinds()[task.kind], task.days_left
        rank = kind.rank if days is None or not self.is_near(task) else kind.soon if days >= 0 else kind.late
        wait = _NO_DAYS if days is None else abs(days)
        day = task.date.isoformat() if task.date is not None else "9999-12-31"
        return f"{rank:09} {wait:06} {_MOST - (task.amount_cents or 0):013} {day} {task.kind}"


def _columns(line: str) -> list[str]:
    return line.split(UNIT)


def _task(line: str) -> Task:
    return unpack(line.rpartition(UNIT)[2])


def _is_task(line: str) -> bool:
    """Whether it is a task, and not one of the things of a cause."""
    return not line.split(UNIT, 3)[2]
