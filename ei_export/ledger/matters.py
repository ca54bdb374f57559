"""What is open and is no line, nor an appointment that waits: what people closed of that; `events` is what closes it.

Nothing is declared, or not, by it: it is only told of, or not. Closed is what was known then, so that it is told of
again once something else is known.
"""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from attrs import frozen

from ..model.tasks import TaskName
from . import Ledger
from .line import ClosedAs


class Matter(NamedTuple):
    """Something of that: an appointment that is planned still, a trajectory without an end, a row of a table that ends.
    ``kind`` and ``name`` say which, and ``known`` what is known of it, without anything personal; as in the table
    ``matter_closing``."""

    kind: TaskName
    name: str
    known: str


@frozen
class MatterClosed:
    """As what a matter is closed, on which ``day`` (YYYY-MM-DD) and why."""

    closed_as: ClosedAs
    day: str
    why: str


_LAST: Final = """
SELECT kind, name, known, closed_as, day, why FROM matter_closing WHERE closing IN (
    SELECT max(closing) FROM matter_closing GROUP BY kind, name, known
) AND closed_as IS NOT NULL
ORDER BY closing
"""


def closed_matters(ledger: Ledger) -> Mapping[Matter, MatterClosed]:
    """The matters that are closed as they were known then; of some of them something else may be known by now."""
    return {Matter(kind, name, known): MatterClosed(*said) for kind, name, known, *said in ledger.rows(_LAST)}


def said_of(ledger: Ledger, matter: Matter) -> Iterator[tuple[ClosedAs | None, str, str]]:
    """What people closed and opened again (None) of a matter as it is known, in order: as what, on which day
    (YYYY-MM-DD) and why."""
    sql = "SELECT closed_as, day, why FROM matter_closing WHERE (kind, name, known) = (?, ?, ?) ORDER BY closing"
    return ledger.rows(sql, matter)
