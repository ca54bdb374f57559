"""What is still to be done about debits that don't simply stand, and what people asked for.

A debit that is or once was refused, withdrawn, credited or replaced is ``corrected``, and stays so: one that isn't
stands, and is the last of its appointment.
"""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
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
    sql = """
UPDATE line SET to_credit = NULL, to_repeat = NULL, wish_credit = NULL, wish_again = NULL
WHERE appointment_id = ? AND debit_credit = 'D'
"""
    ledger.many(sql, ((ident,) for ident in appointments))


def waiting_for_credit(ledger: Ledger, invoice: str) -> int:
    """How many debits of a refused declaration don't go again yet, because another one of their appointment stands."""
    sql = """
SELECT count(*) FROM written_line AS own WHERE own.invoice = ? AND own.again = 'now' AND EXISTS (
    SELECT 1 FROM line AS other
    WHERE other.appointment_id = own.appointment_id AND other.debit_credit = 'D'
        AND other.stands AND other.credit IS NOT 'now'
)
"""
    return ledger.one(sql, (invoice,))


# What a person asks for.


@frozen
class Wish:
    """What somebody asked for on a day (YYYY-MM-DD) and no run did yet, by the ``request`` in which they did:
    ``reference`` is that of the debit they named."""

    request: int
    asked: Asked
    reference: str
    appointment_id: str
    patient_id: str
    date: str
    insurer: str
    amount_cents: int
    since: str
    why: str


_WISHES: Final = """
SELECT request, asked, request.reference, named.appointment_id, named.patient_id, named.date, insurer,
       named.amount_cents, request.day AS since, why
FROM request
JOIN line AS named ON named.reference = request.reference
JOIN declaration ON declaration.invoice = named.invoice
WHERE request IN (
"""


def wishes(ledger: Ledger) -> Iterator[Wish]:
    """What the next run is to do because somebody asked for it, what was asked first first; also a credit that goes
    again, as its run was withdrawn. Not what is closed, or goes by itself."""
    sql = f"""{_WISHES}
    SELECT coalesce(wish_credit, (
        SELECT max(request) FROM request AS last
        WHERE last.reference = line.reference AND asked IN ('credit', 'correct') AND NOT taken_back
    )) FROM line INDEXED BY line_credit WHERE credit IS NOT NULL AND credit = 'now'
    UNION SELECT wish_again FROM line INDEXED BY line_again WHERE again IS NOT NULL
)
ORDER BY request
"""
    return ledger.each(Wish, sql)


def _wishes_of(ledger: Ledger, debit: Line) -> Sequence[Wish]:
    """What is wished of a debit, closed or not, and of a line in the place of it, what was asked first first."""
    sql = f"""{_WISHES}
    SELECT wish_credit FROM line WHERE reference = ?1
    UNION SELECT wish_again FROM line WHERE appointment_id = ?2 AND debit_credit = 'D'
)
ORDER BY request
"""
    return [*ledger.each(Wish, sql, (debit.reference, debit.appointment_id))]


def was_asked(ledger: Ledger, appointment_id: str, asked: Asked) -> bool:
    """Whether somebody asked for this of a debit of an appointment, and did not take it back."""
    sql = """
SELECT 1 FROM request JOIN line USING (reference) WHERE appointment_id = ? AND asked = ? AND NOT taken_back
"""
    return any(ledger.rows(sql, (appointment_id, asked)))


@frozen
class Asking:
    """A line that somebody wants something of: ``debit``, whether they named it or its credit (``is_credit``), by this
    ``reference``.

    ``is_last``: no later debit of its appointment stands, or is due again. ``change``: how the appointment is otherwise
    by now, as in the table ``change``, or 'elsewhere' where another patient has it; ''. ``was_credited``: a credit went
    out, whatever came of that. ``is_corrected``: what was asked last of its credit is that it goes out with a new line.
    ``wishes``: what somebody asked for and no run did yet.
    """

    debit: Line
    reference: str
    is_credit: bool
    is_last: bool = field(converter=bool)
    change: str
    was_credited: bool = field(converter=bool)
    is_corrected: bool = field(converter=bool)
    wishes: Sequence[Wish]

    def is_wished(self, *asked: Asked) -> bool:
        """Whether any of these is asked for and was not done yet."""
        return any(wish.asked in asked for wish in self.wishes)


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
           SELECT asked FROM request
           WHERE reference = ?1 AND asked <> 'redeclare' AND NOT taken_back ORDER BY request DESC LIMIT 1
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
    is_credit = named.debit_credit == "C"
    return Asking(debit, named.reference, is_credit, wishes=_wishes_of(ledger, debit), **about)


def refused_of(ledger: Ledger, invoice: str) -> list[str]:
    """The references of the refused lines of a declaration."""
    sql = "SELECT reference FROM written_line WHERE invoice = ? AND state = 'refused' ORDER BY reference"
    return [*ledger.column(sql, (invoice,))]


def standing_debits(ledger: Ledger, appointment_id: str) -> list[str]:
    """The references of the debits of an appointment that stand and are not about to be credited, in order."""
    sql = """
SELECT reference FROM line
WHERE appointment_id = ? AND debit_credit = 'D' AND stands AND credit IS NOT 'now' ORDER BY attempt
"""
    return [*ledger.column(sql, (appointment_id,))]


def ask(ledger: Ledger, asking: Asking, asked: Asked, why: str, today: dt.date, *, credit: bool, again: bool) -> None:
    """Queues what somebody asked for, with why: the credit of the debit, and a debit in the place of the last one. It
    comes in the place of what was asked of the same before."""
    request = _note_request(ledger, asking, asked, why, today)
    debit = asking.debit
    if credit:
        ledger.do("UPDATE line SET corrected = 1, wish_credit = ? WHERE reference = ?", (request, debit.reference))
    if again:
        last = last_debit(ledger, debit.appointment_id)
        ledger.do("UPDATE line SET corrected = 1, wish_again = ? WHERE reference = ?", (request, last))
    left = _wishes_of(ledger, debit)
    _mark_taken_back(ledger, [earlier.request for earlier in asking.wishes if earlier not in left])


def take_back(ledger: Ledger, asking: Asking, wishes: Sequence[Wish], why: str, today: dt.date) -> None:
    """Takes back wishes that no run did: it is then as if nobody had asked, but for that it was said."""
    requests = [wish.request for wish in wishes]
    for request in requests:
        for column in ("wish_credit", "wish_again"):
            sql = f"UPDATE line SET {column} = NULL WHERE appointment_id = ? AND {column} = ?"
            ledger.do(sql, (asking.debit.appointment_id, request))
    _mark_taken_back(ledger, [*requests, _note_request(ledger, asking, "cancel", why, today)])


def let_stand(ledger: Ledger, asking: Asking, why: str, today: dt.date) -> None:
    """Takes back that a debit is to be credited once more, after a credit that was refused or withdrawn. It stands, so
    nothing is to come in its place either."""
    _note_request(ledger, asking, "cancel", why, today)
    debit = asking.debit
    sql = "UPDATE line SET to_repeat = NULL WHERE appointment_id = ? AND debit_credit = 'D'"
    ledger.do(sql, (debit.appointment_id,))
    ledger.do("UPDATE line SET to_credit = NULL WHERE reference = ?", (debit.reference,))


def _note_request(ledger: Ledger, asking: Asking, asked: Asked, why: str, today: dt.date) -> int:
    values = {"day": today.isoformat(), "asked": asked, "reference": asking.debit.reference, "why": why}
    ledger.insert("request", values)
    return ledger.one("SELECT max(request) FROM request")


def _mark_taken_back(ledger: Ledger, requests: Sequence[int]) -> None:
    ledger.many("UPDATE request SET taken_back = 1 WHERE request = ?", ((request,) for request in requests))
