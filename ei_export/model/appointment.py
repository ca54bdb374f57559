"""One visit in the practice's agenda, as the feed or the ledger gives it, and what became of it."""

from collections.abc import Mapping, Sequence
from datetime import date
from enum import Enum

from attrs import define, field

from ..base.problems import Finding
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


@define
class Appointment:
    """One appointment. Texts are trimmed; '' = the feed does not say.

    ``date`` is None where it can't be read; ``number`` is the practice's own trajectory number; ``uzovi`` 4 digits
    where it is a number at all; ``row`` is None for one the ledger remembers, ``settled_as`` the outcome of an earlier
    run that settled it, ``units`` those of its line and ``linked`` its declare-under code then; ``mark`` tells whether
    its person and care are still written as when they were found to be what was sent, '' where that was never seen;
    ``refused`` where the insurer refused the line, so that it is due again as soon as it would be another; ``unclear``
    where nobody said whether a visit of its status took place.
    ``cells`` with ``at`` (see `positions`) are all its texts by column, as they are meant; ``said`` are those of the
    feed where words of it stand for something else (``[input.values]``). ``findings`` are what is wrong with it,
    ``trajectory`` what its trajectory is called towards people.
    """

    id: str
    row: int | None
    completed: bool
    date: date | None
    code: str
    declare_under: str
    number: str
    patient_id: str
    uzovi: str
    diagnosis: str
    cells: Sequence[str]
    at: Mapping[str, int]
    settled_as: Outcome | None = None
    units: int = 0
    linked: str = ""
    mark: str = ""
    outcome: Outcome | None = None
    trajectory: str = ""
    refused: bool = False
    unclear: bool = False
    findings: list[Finding] = field(factory=list)
    said: Sequence[str] | None = None

    def called(self, number: str) -> str:
        """A number of the practice as people may see it: nobody's BSN, whatever a practice uses as its numbers."""
        bsn = self.text("bsn")
        return number.replace(bsn, "*" * len(bsn)) if len(bsn) > 7 and bsn in number else number

    def text(self, column: str) -> str:
        """The trimmed text of a column, '' where the feed lacks it."""
        return self.cells[self.at[column]].strip()

    def put(self, texts: Mapping[str, tuple[str, str]]) -> None:
        """Puts other texts in the place of some: what is meant, and what the feed has."""
        cells, said = [*self.cells], [*(self.said or self.cells)]
        for column, (meant, kept) in texts.items():
            cells[self.at[column]], said[self.at[column]] = meant, kept
        self.cells, self.said = cells, said if said != cells else None

    def kept(self, column: str) -> str:
        """The trimmed text of a column as the feed has it."""
        return (self.cells if self.said is None else self.said)[self.at[column]].strip()


def positions(found: Mapping[str, int]) -> dict[str, int]:
    """Where each column stands among the cells of an appointment: those not found in the last cell, which is empty."""
    return {column: found.get(column, -1) for column in COLUMNS}
