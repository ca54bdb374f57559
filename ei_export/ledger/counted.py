"""Counts of debits, as they were known on a day.

There may be a million of them, of which by far most are the only one of their appointment, and simply stand or wait for
an answer. Of a declaration these are counted once and kept, as long as none of them changes (a trigger of the schema
sees to that); they count from the day on which the declaration is known, whatever that is. The others are asked for
each time: which debit of an appointment is its first depends on the day, and on other declarations.
"""

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from attrs import field, frozen

from . import Ledger
from .figures import KNOWN


@frozen
class AnsweredLines:
    """How many debits there were answers to, alike in all that is said here: the performance ``list`` (COD367), the
    ``therapist`` (AGB, '' where nobody knows any more), granted in full (``is_granted``), refused, or neither: granted
    for less. ``codes`` are those of what was refused, a space between. ``is_first``: no other debit of their
    appointment was answered before."""

    insurer: str
    list: str
    therapist: str
    is_granted: bool = field(converter=bool)
    is_refused: bool = field(converter=bool)
    codes: str
    is_first: bool = field(converter=bool)
    lines: int
    amount_cents: int


@frozen
class CountedDebits:
    """The debits of what was declared: those that there were answers to; and by insurer, and days from the care to the
    first time that its appointment was declared, how many of these there are, in that order."""

    answered: Sequence[AnsweredLines]
    declared_after: Sequence[tuple[str, int, int]]


_DECLARATIONS: Final = f"""
WITH {KNOWN}
SELECT known.insurer, known.declared_on, known.read_on, counted.debits,
       known.first_reference, known.last_reference, known.invoice
FROM known LEFT JOIN counted USING (invoice)
"""
#: Those of a declaration that are alone. Their answer grants them, in full or in part: what is refused is `corrected`.
#: They are counted here: SQLite would first sort all of them.
_ALONE: Final = """
SELECT date, list, therapist, granted_cents IS amount_cents, amount_cents FROM line
WHERE reference BETWEEN ? AND ? AND invoice = ? AND debit_credit = 'D' AND attempt = 1 AND NOT corrected
"""
#: The others, those of an appointment together and in the order in which they went out: where there are several, one of
#: them is corrected.
_OTHERS: Final = f"""
WITH {KNOWN}, several AS (
    SELECT DISTINCT appointment_id FROM line INDEXED BY line_corrected WHERE corrected = 1 AND debit_credit = 'D'
)
SELECT line.appointment_id, known.insurer, known.declared_on, line.date, known.read_on, line.reference,
       line.list, line.therapist, line.became <> 'refused' AND line.granted_cents = line.amount_cents AS is_granted,
       line.became = 'refused' AS is_refused, iif(line.became = 'refused', line.codes, '') AS codes, line.amount_cents
FROM several CROSS JOIN line ON line.appointment_id = several.appointment_id AND line.debit_credit = 'D'
    AND NOT (line.attempt = 1 AND NOT line.corrected)
JOIN known ON known.invoice = line.invoice
ORDER BY line.appointment_id, known.declared_on, line.reference
"""


def counted_debits(ledger: Ledger, on: dt.date) -> CountedDebits:
    """What was known of debits on a day; who may write keeps what can be kept of it."""
    lines, cents = Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    after = Counter[tuple[str, int]]()
    for insurer, declared_on, read_on, kept in _alone(ledger, on):
        for care, count in kept["care"].items():
            after[insurer, _days(care, declared_on)] += count
        for *list_and_therapist, is_granted, count, amount in kept["lists"] if read_on else ():
            same = insurer, *list_and_therapist, is_granted, 0, "", True
            lines[same] += count
            cents[same] += amount
    for _, found in groupby(ledger.rows(_OTHERS, (on.isoformat(),)), itemgetter(0)):
        debits = [debit for _, *debit in found]
        insurer, declared_on, care, *_ = debits[0]
        after[insurer, _days(care, declared_on)] += 1
        answered = sorted((debit[3:5], debit) for debit in debits if debit[3])
        for place, (_, (insurer, _, _, _, _, *said, amount)) in enumerate(answered):
            same = insurer, *said, not place
            lines[same] += 1
            cents[same] += amount
    return CountedDebits(
        [AnsweredLines(*(*same, count, cents[same])) for same, count in sorted(lines.items())],
        [(*same, count) for same, count in sorted(after.items())],
    )


def _alone(ledger: Ledger, on: dt.date) -> Iterator[tuple[str, str, str | None, Mapping[str, Any]]]:
    """Of each declaration: insurer, day, that of its answer, and its counts."""
    for insurer, declared_on, read_on, kept, *lines in [*ledger.rows(_DECLARATIONS, (on.isoformat(),))]:
        if kept is None:
            kept = json.dumps(_count(ledger, lines))
            ledger.do("INSERT INTO counted (invoice, debits) VALUES (?, ?)", (lines[-1], kept))
        yield insurer, declared_on, read_on, json.loads(kept)


def _count(ledger: Ledger, of_file: Sequence[str]) -> Mapping[str, Any]:
    """How many there are by the day of ``care``; and by ``lists``, therapist and whether they were granted in full,
    also what for."""
    care, lines, cents = Counter[str](), Counter[tuple[Any, ...]](), Counter[tuple[Any, ...]]()
    for (day, *same, amount), count in Counter(ledger.rows(_ALONE, of_file)).items():
        care[day] += count
        lines[*same] += count
        cents[*same] += count * amount
    return {"care": care, "lists": [(*same, count, cents[same]) for same, count in lines.items()]}


def _days(since: str, until: str) -> int:
    return (dt.date.fromisoformat(until) - dt.date.fromisoformat(since)).days
