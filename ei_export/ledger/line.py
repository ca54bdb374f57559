"""A line as it was sent, and what became of it."""

import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

from attrs import evolve, field

from ..base.value import value
from . import Ledger
from .runs import path_of

#: What became of a line; see ``schema.sql``.
Became = Literal["sent", "granted", "partly_granted", "refused", "credited", "withdrawn"]
#: The same, but for one that somebody closed.
LineState = Became | Literal["closed"]
#: As what something is closed; see ``schema.sql``.
ClosedAs = Literal["write-off", "patient", "accepted", "handled"]
#: When a credit, or an appointment, goes out again; see ``schema.sql``.
When = Literal["now", "line", "header", "feed"]


def _text(value: str | None) -> str:
    return value or ""


@value
class Line:
    """A line by the columns of the ledger, with what it went out in and the answer to that: the view ``sent_line``.

    Texts are '' where there is nothing. Amounts are cents, dates YYYY-MM-DD. ``day`` is that of its run, ``folder`` and
    ``file`` where it is. ``person`` and ``sent`` are what was sent of the person and of the line; ``codes`` of its
    answer, a space between. ``contradicted``: withdrawn, and sent after all. ``answer``: the kind of the answer to its
    file; ``by_insurer``: the insurer gave it, not VECOZO; ``dated`` as it says itself, ``answered`` that or else when
    it was read. ``stands``: the insurer is held to it, also where it is closed. ``credit`` and ``again``: what is still
    to be done about a debit.
    """

    reference: str
    appointment_id: str
    attempt: int
    debit_credit: str
    patient_id: str
    trajectory: str
    uzovi: str
    date: str
    code: str
    list: str
    f_code: str
    units: int
    amount_cents: int
    invoice: str
    rule: str
    sent: str
    previous: str = field(converter=_text)
    who: int | None
    became: Became
    stands: bool = field(converter=bool)
    state: LineState
    closed_as: str = field(converter=_text)
    granted_cents: int | None
    codes: str
    remark: str
    credit: str = field(converter=_text)
    again: str = field(converter=_text)
    header: str
    person: str
    file: str
    standard: str
    insurer: str
    provider: str
    contradicted: bool = field(converter=bool)
    run: int
    day: str
    run_state: str
    folder: Path = field(converter=path_of)
    withdrawn_on: str
    withdrawn_why: str
    answer: str
    by_insurer: bool = field(converter=bool)
    dated: str
    answered: str

    @property
    def is_pruned(self) -> bool:
        """Whether what was sent is not kept any more: there is nothing to compare, and nothing goes out again."""
        return not self.sent

    @property
    def stays(self) -> bool:
        """Whether the insurer is still held to it once the next run is sent."""
        return self.stands and self.credit != "now"

    @property
    def refused_on(self) -> dt.date | None:
        """The day on which it was refused, if it was."""
        return dt.date.fromisoformat(self.answered) if self.became == "refused" and self.answered else None

    @property
    def was_sent(self) -> bool:
        """Whether the insurer got it: not where it was withdrawn, or VECOZO returned it."""
        return self.became != "withdrawn" and (self.became != "refused" or self.by_insurer)

    @property
    def return_codes(self) -> tuple[str, ...]:
        """Those of its answer."""
        return tuple(self.codes.split())

    @property
    def credit_cents(self) -> int:
        """What a credit of it takes back: what it was granted, or declared at while there is no answer."""
        return self.amount_cents if self.granted_cents is None else self.granted_cents

    def under(self, header: str) -> "Line":
        """As it is when a declaration says ``header`` of who declares: what waits for another than its own, waits no
        longer."""
        if self.header == header or "header" not in (self.credit, self.again):
            return self
        credit, again = ("now" if when == "header" else when for when in (self.credit, self.again))
        return evolve(self, credit=credit, again=again)


def line_of(ledger: Ledger, reference: str) -> Line | None:
    """The line with a reference."""
    return ledger.only(Line, "SELECT * FROM sent_line WHERE reference = ?", (reference,))


def lines_of(ledger: Ledger, appointment_id: str, patient_id: str) -> list[Line]:
    """The lines of an appointment, debits and credits, in the order in which they went out."""
    sql = "SELECT * FROM sent_line WHERE appointment_id = ? AND patient_id = ? ORDER BY run, reference"
    return [*ledger.each(Line, sql, (appointment_id, patient_id))]


def debits_of(ledger: Ledger, appointment_id: str) -> list[Line]:
    """The debits of an appointment in order, whoever's it is."""
    sql = "SELECT * FROM sent_line WHERE appointment_id = ? AND debit_credit = 'D' ORDER BY attempt"
    return [*ledger.each(Line, sql, (appointment_id,))]


def corrected_debits(ledger: Ledger, patient_id: str) -> Iterator[Line]:
    """The debits of each appointment of a patient that has one which doesn't simply stand, in order."""
    sql = """
SELECT * FROM sent_line
WHERE appointment_id IN (SELECT appointment_id FROM line WHERE patient_id = ? AND corrected = 1) AND debit_credit = 'D'
ORDER BY appointment_id, attempt
"""
    return ledger.each(Line, sql, (patient_id,))


def last_debit(ledger: Ledger, appointment_id: str) -> str | None:
    """The reference of the debit of an appointment that went out last."""
    sql = "SELECT reference FROM line WHERE appointment_id = ? AND debit_credit = 'D' ORDER BY attempt DESC LIMIT 1"
    return ledger.first(sql, appointment_id)


def next_attempt(ledger: Ledger, appointment_id: str, debit_credit: str) -> int:
    """The number of the next debit or credit of an appointment."""
    sql = "SELECT coalesce(max(attempt), 0) + 1 FROM line WHERE appointment_id = ? AND debit_credit = ?"
    return ledger.one(sql, (appointment_id, debit_credit))


def closed_lines(ledger: Ledger, invoice: str) -> Iterator[Line]:
    """The closed lines of a declaration, by reference."""
    sql = "SELECT * FROM sent_line WHERE invoice = ? AND closed_as IS NOT NULL ORDER BY reference"
    return ledger.each(Line, sql, (invoice,))


def closed_references(ledger: Ledger) -> frozenset[str]:
    """The references of the closed lines."""
    return frozenset(ledger.column("SELECT reference FROM line WHERE closed_as IS NOT NULL"))
