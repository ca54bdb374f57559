"""What the Zorg1 tables ask of an appointment and no line is made of: it is kept, and nothing is judged by it.

The last word counts: what a feed says goes before what is remembered. A cell that says nothing is no word.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final

from ..intake.values import stated
from ..ledger.dossier import NOTHING_BESIDES, Besides
from ..model.appointment import Appointment, positions

_TEXTS: Final = ("consent", "indication_code", "category", "therapist_agb")
_MEASURED: Final = ("measurement_name", "measurement_score")
#: Rows differ little in this; forgetting costs time only.
_MOST: Final = 10_000


class BesidesReader:
    """Reads it from the rows of a feed."""

    def __init__(self, at: Mapping[str, int]) -> None:
        """``at``: where the feed has which of our columns."""
        places = positions(at)
        #: Whether the feed has any of it.
        self.hears: Final = not at.keys().isdisjoint((*_TEXTS, *_MEASURED))
        self._cells = itemgetter(*(places[column] for column in (*_TEXTS, *_MEASURED)))
        self._known: dict[tuple[str, ...], Besides] = {}

    def of(self, rows: Sequence[Appointment], before: Besides = NOTHING_BESIDES) -> Besides:
        """What is known by the ``rows`` of one appointment and what was ``before``. Where they differ, of each text the
        last by the alphabet, and all that they measured; what was measured before is left out where its name is
        among these."""
        if not (self.hears and rows):
            return before
        now = self._of_row(rows[0]) if len(rows) == 1 else _joined([self._of_row(row) for row in rows])
        if before is NOTHING_BESIDES:
            return now
        names = {name for name, _ in now.measured}
        kept = [(name, score) for name, score in before.measured if name not in names]
        texts = (text or old for text, old in zip(now[:-1], before[:-1], strict=True))
        return Besides._make((*texts, (*kept, *now.measured)))

    def _of_row(self, row: Appointment) -> Besides:
        cells = self._cells(row.cells)
        found = self._known.get(cells)
        if found is None:
            if len(self._known) >= _MOST:
                self._known.clear()
            *texts, name, score = (stated(cell.strip()) for cell in cells)
            found = self._known[cells] = Besides._make((*texts, ((name, score),) if name or score else ()))
        return found


def _joined(found: Sequence[Besides]) -> Besides:
    """What several rows say of one appointment."""
    *texts, measured = zip(*found, strict=True)
    return Besides._make((*map(max, texts), (*sorted({pair for pairs in measured for pair in pairs}),)))
