"""Figures of debits, each of them looked at anew: the ledger keeps what it counted, and it is the same after every
event."""

import datetime as dt
import json
from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any, Final

from ei_export.ledger import Ledger
from ei_export.ledger.counted import AnsweredLines, CountedDebits
from ei_export.ledger.figures import KNOWN

#: Every debit that was known on a day, and whether there was none of its appointment before, sent or answered.
_DEBITS: Final = f"""
WITH {KNOWN}
SELECT known.insurer, known.declared_on, known.read_on, line.date, line.list, line.therapist, line.became,
       line.granted_cents, line.amount_cents, line.codes,
       NOT EXISTS (
           SELECT 1 FROM line AS other JOIN known AS its ON its.invoice = other.invoice
           WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D'
               AND (its.declared_on, other.reference) < (known.declared_on, line.reference)
       ),
       NOT EXISTS (
           SELECT 1 FROM line AS other JOIN known AS its ON its.invoice = other.invoice
           WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D'
               AND (its.read_on, other.reference) < (known.read_on, line.reference)
       )
FROM line JOIN known ON known.invoice = line.invoice WHERE line.debit_credit = 'D'
"""
#: What is kept of a declaration, with each debit that it is to be of.
_KEPT: Final = """
SELECT counted.invoice, debits, line.date, list, therapist, granted_cents IS amount_cents, amount_cents
FROM counted LEFT JOIN line ON line.invoice = counted.invoice AND debit_credit = 'D' AND attempt = 1 AND corrected = 0
ORDER BY counted.invoice
"""


def asked_of_all(ledger: Ledger, on: dt.date) -> CountedDebits:
    """What `counted_debits` is to give."""
    lines, cents, after = Counter[Any](), Counter[Any](), Counter[Any]()
    for debit in ledger.rows(_DEBITS, (on.isoformat(),)):
        insurer, declared_on, read_on, care, what, therapist, became, granted, amount, codes, declared, answered = debit
        if declared:
            days = dt.date.fromisoformat(declared_on) - dt.date.fromisoformat(care)
            after[insurer, days.days] += 1
        if read_on:
            refused = became == "refused"
            judged = granted == amount and not refused, refused, codes if refused else ""
            same = insurer, what, therapist, *judged, answered
            lines[same] += 1
            cents[same] += amount
    return CountedDebits(
        [AnsweredLines(*(*same, count, cents[same])) for same, count in sorted(lines.items())],
        [(*same, after[same]) for same in sorted(after)],
    )


def assert_counts_hold(ask: Callable[[str], Iterable[tuple[Any, ...]]]) -> None:
    """What a ledger, to be asked by SQL, keeps of each declaration is what is to be counted of it now."""
    kept, care, lists = dict[str, str](), dict[str, Counter[str]](), dict[str, Counter[Any]]()
    for invoice, debits, day, *said, amount in ask(_KEPT):
        kept[invoice] = debits
        days, same = care.setdefault(invoice, Counter()), lists.setdefault(invoice, Counter())
        if day is not None:
            days[day] += 1
            same[(*said, "lines")] += 1
            same[(*said, "cents")] += amount
    for invoice, debits in kept.items():
        found = json.loads(debits)
        listed = {(*said, "lines"): count for *said, count, _ in found["lists"]}
        listed |= {(*said, "cents"): cents for *said, _, cents in found["lists"]}
        assert (found["care"], listed) == (care[invoice], lists[invoice])
