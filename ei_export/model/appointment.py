"""One visit in the practice's agenda, as the feed or the ledger gives it, and what became of it.

All of these are values: nobody changes one, each step makes what it found out into another.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum
from typing import Any, Final, TypeAlias

from attrs import evolve, frozen

from ..base.problems import Finding
from ..base.value import value
from .columns import COLUMNS


class Outcome(Enum):
    """Where an appointment ended up; the values are the counts of ``summary.json``."""

    __hash__ = object.__hash__  # Enum's own is slow, and these are counted by the million

    DECLARED = "declared"
    COUNTED = "counted"
    EARLIER = "earlier"
    HELD = "held"
    NOT_COMPLETED = "not_completed"
    NOT_ZORG1 = "not_zorg1"
    NO_AGREEMENT = "no_agreement"
    UNREADABLE = "unreadable"
    DUPLICATE = "duplicate"


#: The outcomes with their values: found much quicker here than asked of each.
OUTCOMES: Final = {outcome: outcome.value for outcome in Outcome}


@frozen(eq=False)
class Common:
    """What rows have in common that say the same in a few columns. ``uzovi`` is 4 digits where it is a number at all;
    ``unclear``: nobody said whether a visit of this status took place; ``is_planned``: it is still to come, as the
    status says; ``is_legible``: neither code holds anything that no code can."""

    completed: bool
    unclear: bool
    code: str
    declare_under: str
    uzovi: str
    is_legible: bool = True
    is_planned: bool = False


@value
class Past:
    """What the ledger knows of an appointment: ``settled_as`` the outcome of the run that settled it, ``units`` those
    of its line and ``linked`` its declare-under code then; ``mark`` tells whether its person and care are still written
    as when they were found to be what was sent, or, of a contact, not to be read: '' where that was never seen;
    ``refused`` where the insurer refused the line, so that it is due again as soon as it would be another."""

    settled_as: Outcome | None = None
    units: int = 0
    linked: str = ""
    mark: str = ""
    refused: bool = False


#: Of an appointment that was not settled by any run.
UNKNOWN: Final = Past()


@value
class Appointment:
    """One appointment as it was read, and ``past``, what the ledger knows of it. Texts are trimmed; '' = the feed does
    not say.

    ``row`` is None for one that the ledger remembers; ``date`` where it can't be read; ``number`` is the practice's own
    trajectory number. ``cells`` with ``at`` (see `positions`) are all its texts by column, as they are meant; ``said``
    are those of the feed where words of it stand for something else (``[input.values]``). ``findings`` are what is
    wrong with the row, or with what the feed says now of what was declared.
    """

    id: str
    row: int | None
    date: date | None
    number: str
    patient_id: str
    diagnosis: str
    common: Common
    cells: Sequence[str]
    at: Mapping[str, int]
    findings: tuple[Finding, ...] = ()
    past: Past = UNKNOWN
    said: Sequence[str] | None = None

    @property
    def completed(self) -> bool:
        return self.common.completed

    @property
    def code(self) -> str:
        return self.common.code

    @property
    def declare_under(self) -> str:
        return self.common.declare_under

    @property
    def uzovi(self) -> str:
        return self.common.uzovi

    @property
    def settled_as(self) -> Outcome | None:
        return self.past.settled_as

    @property
    def key(self) -> "Key":
        """What tells it from the others of its patient: its id, or its row where it has none."""
        return self.id or self.row

    def called(self, number: str) -> str:
        """A number of the practice as people may see it: nobody's BSN, whatever a practice uses as its numbers."""
        bsn = self.cells[self.at["bsn"]].strip()
        return number.replace(bsn, "*" * len(bsn)) if len(bsn) > 7 and bsn in number else number

    def text(self, column: str) -> str:
        """The trimmed text of a column, '' where the feed lacks it."""
        return self.cells[self.at[column]].strip()

    def kept(self, column: str) -> str:
        """The trimmed text of a column as the feed has it."""
        return (self.cells if self.said is None else self.said)[self.at[column]].strip()

    def having(self, texts: Mapping[str, tuple[str, str]]) -> "Appointment":
        """With other texts in the place of some: what is meant, and what the feed has."""
        cells, said = [*self.cells], [*(self.said or self.cells)]
        for column, (meant, kept) in texts.items():
            cells[self.at[column]], said[self.at[column]] = meant, kept
        return evolve(self, cells=cells, said=said if said != cells else None)

    def knowing(self, **past: Any) -> "Appointment":
        """With something else in its `Past`."""
        return evolve(self, past=evolve(self.past, **past))

    def finding(self, *found: Finding) -> "Appointment":
        """With more that is wrong."""
        return evolve(self, findings=(*self.findings, *found))


Key: TypeAlias = str | int | None


@value
class Judgement:
    """What became of an appointment, with all that was ``found``; ``past`` is what the ledger is to know of it from now
    on, if it is settled."""

    outcome: Outcome
    found: tuple[Finding, ...] = ()
    past: Past = UNKNOWN

    def finding(self, *found: Finding) -> "Judgement":
        """With more that was found."""
        return evolve(self, found=(*self.found, *found))


def positions(found: Mapping[str, int]) -> dict[str, int]:
    """Where each column stands among the cells of an appointment: those not found in the last cell, which is empty."""
    return {column: found.get(column, -1) for column in COLUMNS}
