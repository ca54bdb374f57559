"""What is still to be done about debits that don't simply stand, and what people asked for.

A debit that is or once was refused, withdrawn, credited or replaced is ``corrected``, and stays so: one that isn't
stands, and is the last of its appointment.
"""

import datetime as dt
from collections.abc import Iterable
from typing import Final, Literal

from attrs import field, frozen

from . import Ledger
from .line import Line, last_debit, line_of

Asked = Literal["credit", "redeclare", "correct", "cancel"]


def corrected_patients(ledger: Ledger) -> dict[str, bool]:
    """The patients with debits that don't simply stand, each with whether something is still to be done about one."""
    sql = """
SELECT patient_id, max(credit IS NOT NULL OR again IS NOT NULL) FROM line WHERE corrected = 1 GROUP BY patient_id
"""
    return {patient: bool(is_open) for patient, is_open in ledger.rows(sql)}


def drop(ledger: Ledger, appointments: Iterable[str]) -> None:
    """Forgets what was to be done about appointments that are again as they were declared: what stands, stands."""
    sql = "UPDATE line SET to_credit = NULL, to_repeat = NULL WHERE appointment_id = ? AND debit_credit = 'D'"
    ledger.many(sql, ((ident,) for ident in appointments))


def waiting_for_credit(ledger: Ledger, invoice: str) -> int:
    """How many debits of a refused declaration don't go again yet, because another one of their appointment stands."""
    sql = """
SELECT count(*) FROM declaration
JOIN line ON line.reference BETWEEN first_reference AND last_reference AND line.invoice = declaration.invoice
WHERE declaration.invoice = ? AND line.again = 'now' AND EXISTS (
    SELECT 1 FROM line AS other
    WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D'
        AND other.stands AND other.credit IS NOT 'now'
)
"""
    return ledger.one(sql, (invoice,))


# What a person asks for.


@frozen
class Asking:
    """A line that somebody wants something of: ``debit``, whether they named it or its credit (``is_credit``).

    ``is_last``: no later debit of its appointment stands, or is due again. ``change``: how the appointment is otherwise
    by now, as in the table ``change``, or 'elsewhere' where another patient has it; ''. ``was_credited``: a credit went
    out, whatever came of that. ``is_corrected``: what was asked last of its credit is that it goes out with a new line.
    """

    debit: Line
    is_credit: bool
    is_last: bool = field(converter=bool)
    change: str
    was_credited: bool = field(converter=bool)
    is_corrected: bool = field(converter=bool)


_ASKING: Final = """
SELECT NOT EXISTS (
           SELECT 1 FROM line AS later
           WHERE later.appointment_id = ?2 AND later.debit_credit = 'D' AND later.attempt > ?3
               AND (later.again IS NOT NULL OR later.stands)
       ) AS is_last,
       coalesce(
           (
               SELECT kind FROM change
               WHERE change.patient_id = ?4 AND change.appointment_id = ?2 AND kind NOT IN ('counted', 'gone')
           ),
           (SELECT 'elsewhere' FROM unsettled WHERE unsettled.appointment_id = ?2 AND waits LIMIT 1),
           ''
       ) AS change,
       EXISTS (SELECT 1 FROM line AS credit WHERE credit.previous = ?1) AS was_credited,
       (
           SELECT asked FROM request WHERE reference = ?1 AND asked <> 'redeclare' ORDER BY request DESC LIMIT 1
       ) IS 'correct' AS is_corrected
"""


def asking(ledger: Ledger, reference: str) -> Asking | None:
    """What is known of a line that somebody names."""
    named = line_of(ledger, reference)
    debit = line_of(ledger, named.previous) if named is not None and named.previous else named
    if named is None or debit is None:
        return None
    key = (debit.reference, debit.appointment_id, debit.attempt, debit.patient_id)
    (about,) = ledger.named(_ASKING, key)
    return Asking(debit, is_credit=named.debit_credit == "C", **about)


def refused_of(ledger: Ledger, invoice: str) -> list[str]:
    """The references of the refused lines of a declaration."""
    sql = """
SELECT line.reference FROM declaration
JOIN line ON line.reference BETWEEN first_reference AND last_reference AND line.invoice = declaration.invoice
WHERE declaration.invoice = ? AND line.state = 'refused' ORDER BY line.reference
"""
    return [*ledger.column(sql, (invoice,))]


def standing_debits(ledger: Ledger, appointment_id: str) -> list[str]:
    """The references of the debits of an appointment that stand and are not about to be credited, in order."""
    sql = """
SELECT reference FROM line
WHERE appointment_id = ? AND debit_credit = 'D' AND stands AND credit IS NOT 'now' ORDER BY attempt
"""
    return [*ledger.column(sql, (appointment_id,))]


def ask(ledger: Ledger, asking: Asking, asked: Asked, why: str, today: dt.date, *, credit: bool, again: bool) -> None:
    """Queues what somebody asked for, with why: the credit of the debit, and a debit in the place of the last one."""
    _note_request(ledger, asking, asked, why, today)
    if credit:
        ledger.do("UPDATE line SET corrected = 1, to_credit = 'now' WHERE reference = ?", (asking.debit.reference,))
    if again:
        last = last_debit(ledger, asking.debit.appointment_id)
        ledger.do("UPDATE line SET corrected = 1, to_repeat = 'now' WHERE reference = ?", (last,))


def take_back_request(ledger: Ledger, asking: Asking, why: str, today: dt.date) -> None:
    """Takes back that a debit is to be credited. It stands, so nothing is to come in its place either."""
    _note_request(ledger, asking, "cancel", why, today)
    debit = asking.debit
    sql = "UPDATE line SET to_repeat = NULL WHERE appointment_id = ? AND debit_credit = 'D'"
    ledger.do(sql, (debit.appointment_id,))
    # Where no credit went out it simply stands again, as if nobody had asked.
    sql = "UPDATE line SET to_credit = NULL, corrected = ? WHERE reference = ?"
    ledger.do(sql, (int(asking.was_credited), debit.reference))


def _note_request(ledger: Ledger, asking: Asking, asked: Asked, why: str, today: dt.date) -> None:
    values = {"day": today.isoformat(), "asked": asked, "reference": asking.debit.reference, "why": why}
    ledger.insert("request", values)
