"""What the work list asks besides how things stand (:mod:`.standing`)."""

from collections.abc import Iterator
from typing import Final

from . import Ledger
from .dossier import KeptTrajectory
from .line import Line, line_of
from .packing import unpack


def partly_granted(ledger: Ledger) -> Iterator[Line]:
    """The debits that were granted in part, are not closed and are not to be credited."""
    sql = """
SELECT sent_line.* FROM line AS open INDEXED BY line_partly JOIN sent_line ON sent_line.reference = open.reference
WHERE open.state = 'partly_granted' AND open.debit_credit = 'D' AND open.credit IS NULL
ORDER BY open.reference
"""
    return ledger.each(Line, sql)


def things_at_most(ledger: Ledger) -> int:
    """How many lines and appointments something may be to be done about: quickly told, as an estimate from above."""
    sql = (
        "SELECT (SELECT count(*) FROM line INDEXED BY line_corrected WHERE corrected = 1) "
        "+ (SELECT count(*) FROM line INDEXED BY line_partly WHERE state = 'partly_granted') "
        "+ (SELECT count(*) FROM unsettled)"
    )
    return ledger.one(sql)


#: Debits of which one did not always simply stand: else no other of its appointment, or of its performance, went out.
#: ``one`` is paid, or was withdrawn and sent after all; so is ``other``, or it stands in the place of that one.
_TWICE: Final = """
WITH paid AS (
    SELECT line.*, contradicted AND became = 'withdrawn' AS is_contradicted
    FROM line INDEXED BY line_corrected JOIN declaration USING (invoice)
    WHERE corrected = 1 AND debit_credit = 'D' AND closed_as IS NULL AND line.credit IS NULL
        AND (stands AND granted_cents > 0 OR contradicted AND became = 'withdrawn')
)
SELECT one.reference, other.reference, one.is_contradicted
FROM paid AS one JOIN line AS other ON other.appointment_id = one.appointment_id
WHERE other.debit_credit = 'D' AND other.reference <> one.reference AND other.stands AND other.closed_as IS NULL
    AND other.credit IS NULL AND (other.granted_cents > 0 OR one.is_contradicted)
UNION
SELECT one.reference, other.reference, one.is_contradicted
FROM paid AS one JOIN line AS other ON other.who = one.who AND other.date = one.date
WHERE other.debit_credit = 'D' AND other.reference <> one.reference AND other.stands AND other.closed_as IS NULL
    AND other.credit IS NULL AND (other.granted_cents > 0 OR one.is_contradicted)
    AND other.list = one.list AND other.f_code = one.f_code
ORDER BY 1, 2
"""


def paid_twice(ledger: Ledger) -> Iterator[tuple[Line, Line]]:
    """Two debits of one appointment, or of one performance of a person, that are both granted; or of which one was
    withdrawn, answered all the same, and replaced by the other. Each pair once, the one that went out first before the
    other."""
    told = set[frozenset[str]]()
    for one, other, _ in [*ledger.rows(_TWICE)]:
        first, second = line_of(ledger, one), line_of(ledger, other)
        pair = frozenset({one, other})
        if pair not in told and first is not None and second is not None:
            told.add(pair)
            yield (first, second) if (first.run, first.reference) < (second.run, second.reference) else (second, first)


def kept_trajectories(ledger: Ledger, patient_id: str) -> list[KeptTrajectory]:
    """The trajectories of a patient as they were when that was judged last, in the order of `Unsettled.place`."""
    text = ledger.first("SELECT trajectories FROM patient WHERE patient_id = ?", patient_id)
    return unpack(KeptTrajectory, text) if text is not None else []


def not_linked(ledger: Ledger) -> Iterator[tuple[str, str, int]]:
    """The codes, as the feed has them, of which nobody said what they stand for: code, declare-under code, and how many
    appointments have them."""
    return ledger.rows(
        "SELECT code, declare_under, count(*) FROM unsettled WHERE NOT waits GROUP BY code, declare_under ORDER BY 1, 2"
    )
