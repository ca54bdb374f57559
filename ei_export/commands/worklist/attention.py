"""What asks for attention whatever a run did: forgotten ends, deadlines, tables that end. For every report that tells.

The command fills these in (:mod:`.overview`); nothing here knows where they come from.
"""

import datetime as dt
import json
from collections.abc import Callable, Iterator, Sequence
from typing import Any, Final, Generic, Literal, TypeAlias, TypeVar

from attrs import AttrsInstance, astuple, fields, frozen

from ...base.spool import SortedLines
from ...model.tasks import Ending

R = TypeVar("R", bound=AttrsInstance)
#: Where a line waits: with us, held or not to be read at all, or refused by its insurer.
State: TypeAlias = Literal["held", "unreadable", "refused"]

#: Sorts before everything that is printed.
_BETWEEN: Final = "\x1f"
_encode: Final = json.JSONEncoder(default=dt.date.isoformat).encode  # escapes, so that one row is one line


@frozen
class OpenTrajectory:
    """A trajectory that was started and has no end, though nothing was heard of it for long: a forgotten end.

    ``trajectory`` is what it is called towards people, ``last_contact`` the last visit known after the start,
    ``contacts`` how many count, ``weeks_open`` the whole weeks since the start.
    """

    trajectory: str
    patient_id: str
    insurer: str
    program: str
    profile: str
    started: dt.date
    last_contact: dt.date | None
    contacts: int
    weeks_open: int


@frozen
class NearDeadline:
    """A line that is due, can't go out yet, and has to be submitted soon or should have been.

    ``deadline`` is the last day on which the insurer takes it, ``days_left`` are negative once that is past.
    ``state`` says where the line waits, ``code`` is the problem that holds it, or '', and ``message`` that in words.
    Of both terms, as far as the insurer publishes them: ``care_deadline`` counts from the care, ``again_deadline`` from
    the refusal of a line that is to be declared again, and is the one that counts then.
    """

    insurer: str
    appointment_id: str
    trajectory: str
    date: dt.date
    deadline: dt.date
    days_left: int
    state: State
    code: str
    message: str
    care_deadline: dt.date | None = None
    again_deadline: dt.date | None = None


@frozen
class EndingTable:
    """What codes and amounts with an insurer come from, and that ends soon, or has ended with nothing after it.

    ``kind``: the rule table (``agreements``), a contract position or tariffs. ``file`` is where to put what comes
    after it, ``products`` the programs, or the price list, or the codes; ``days_left`` negative once it has ended.
    """

    kind: Ending
    file: str
    insurer: str
    products: str
    last_day: dt.date
    days_left: int


class Rows(Generic[R]):
    """Any number of rows of one kind, in the order of a key of texts; too many for memory wait on disk.

    An attribute of a row is a text, a number, a date or None.
    """

    def __init__(self, kind: type[R], key: Callable[[R], Sequence[str]]) -> None:
        self._kind, self._key = kind, key
        self._dates = [index for index, a in enumerate(fields(kind)) if a.type in (dt.date, dt.date | None)]
        self._lines = SortedLines()

    def add(self, row: R) -> None:
        self._lines.add(f"{_BETWEEN.join(self._key(row))}{_BETWEEN}{_encode(astuple(row))}")

    def __len__(self) -> int:
        return self._lines.count

    def __iter__(self) -> Iterator[R]:
        for line in self._lines:
            values: list[Any] = json.loads(line.rpartition(_BETWEEN)[2])
            for index in self._dates:
                values[index] = values[index] and dt.date.fromisoformat(values[index])
            yield self._kind(*values)

    def close(self) -> None:
        """Gives the disk back."""
        self._lines.close()


@frozen
class Overview:
    """How things stood on ``day``, each list the most urgent first.

    ``forgotten_weeks``: without a word for so long, an open trajectory is in ``open_trajectories``; ``soon_weeks``:
    what ends within this time is in ``deadlines`` or ``endings``.
    """

    day: dt.date
    forgotten_weeks: int
    soon_weeks: int
    open_trajectories: Rows[OpenTrajectory]
    deadlines: Rows[NearDeadline]
    endings: Sequence[EndingTable]

    def close(self) -> None:
        """Gives back what it keeps on disk."""
        self.open_trajectories.close()
        self.deadlines.close()
