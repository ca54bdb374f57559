"""What the Zorg1 tables ask of an appointment and no line is made of: it is kept, and nothing is judged by it.

The last word counts: what a feed says goes before what is remembered. A cell that says nothing is no word.
"""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Final

from ..base.memo import Memo
from ..intake.values import consent, stated
from ..ledger.dossier import NOTHING_BESIDES, Besides, refusal
from ..model.appointment import Appointment, positions

_TEXTS: Final = ("consent", "indication_code", "category", "therapist_agb", "referral_date")
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
        self._known = Memo(_read, _MOST)

    def of(self, rows: Iterable[Appointment], before: Mapping[str, Besides]) -> Mapping[str, Besides]:
        """What is known of each appointment, by id, by the ``rows`` and what was ``before``. Where rows of one differ,
        N of consent, of each other text the last by the alphabet, and all that they measured; what was measured before
        is left out where its name is among these."""
        if not self.hears:
            return before
        known: dict[str, Besides] = {}
        for row in rows:
            now, ident = self._known[self._cells(row.cells)], row.id
            known[ident] = _joined(known[ident], now) if ident in known else now
        if not before:
            return known
        return {**before, **{ident: _renewed(before.get(ident, NOTHING_BESIDES), now) for ident, now in known.items()}}


def _read(cells: tuple[str, ...]) -> Besides:
    """What the cells of a row say."""
    word, *texts, name, score = (cell.strip() for cell in cells)
    name, score = stated(name), stated(score)
    measured = ((name, score),) if name or score else ()
    return Besides._make((consent(word), *map(stated, texts), measured))


def _joined(one: Besides, other: Besides) -> Besides:
    """What two rows say of one appointment."""
    texts = map(max, one[1:-1], other[1:-1])
    word = max(one.consent, other.consent, key=refusal)
    return Besides._make((word, *texts, (*sorted({*one.measured, *other.measured}),)))


def _renewed(before: Besides, now: Besides) -> Besides:
    """What is known of an appointment, by what was ``before`` and what its rows say now."""
    names = {name for name, _ in now.measured}
    kept = [(name, score) for name, score in before.measured if name not in names]
    texts = (text or old for text, old in zip(now[:-1], before[:-1], strict=True))
    return Besides._make((*texts, (*kept, *now.measured)))
