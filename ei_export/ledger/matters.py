"""What people closed, and when and why; `events` is what closes and opens again.

A line, or an appointment that waits, is closed until somebody opens it again. Of what else is on the work list nothing
is declared, or not, by it: it is only told of, or not; closed is what was known of it then, so that it is told of again
once something else is known.
"""

from collections.abc import Mapping
from typing import Literal, NamedTuple

from attrs import frozen

from ..model.tasks import TaskName
from . import Ledger
from .line import ClosedAs


class Matter(NamedTuple):
    """Something that can be closed: a ``line`` by its reference, an ``appointment`` that gave none by its id; or what
    has a ``kind`` of task of its own, an appointment that is planned still, a trajectory without an end, a row of a
    table that ends. ``name`` says which, and ``known`` what is known of it, without anything personal; as in the table
    ``closing``."""

    kind: TaskName | Literal["line", "appointment"]
    name: str
    known: str = ""


@frozen
class Closing:
    """What somebody said of a matter: as what it is closed, None where it was opened again, on which ``day``
    (YYYY-MM-DD) and why."""

    closed_as: ClosedAs | None
    day: str
    why: str


def closed_matters(ledger: Ledger) -> Mapping[Matter, Closing]:
    """All that is closed, as it was known then, the first one first; of some of it something else may be known by
    now."""
    rows = ledger.rows("SELECT kind, name, known, closed_as, day, why FROM closed ORDER BY closing")
    return {Matter(kind, name, known): Closing(*said) for kind, name, known, *said in rows}


def closed_appointments(ledger: Ledger) -> Mapping[str, Closing]:
    """The closed appointments that gave no line, by id: kept, and neither judged nor declared."""
    return {matter.name: said for matter, said in closed_matters(ledger).items() if matter.kind == "appointment"}


def said_of(ledger: Ledger, matter: Matter) -> list[Closing]:
    """What people said of a matter as it is known, in order."""
    sql = "SELECT closed_as, day, why FROM closing WHERE (kind, name, known) = (?, ?, ?) ORDER BY closing"
    return [*ledger.each(Closing, sql, matter)]
