"""Credits that go out, and those that were refused so that their debit stands."""

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from . import Ledger
from .corrections import ASKED_LAST, STANDS


@frozen
class DueCredit:
    """A debit that is to be credited in this run, by the columns of ``line``; ``cents`` what it was granted, or
    declared at while there is no answer; ``attempt`` of the credit; ``provider`` as in the table ``declaration``."""

    reference: str
    appointment_id: str
    attempt: int
    patient_id: str
    trajectory: str
    uzovi: str
    date: str
    code: str
    list: str
    f_code: str
    units: int
    cents: int
    rule: str
    standard: str
    insurer: str
    person: str
    sent: str
    provider: str


@frozen
class RefusedCredit:
    """A debit that stands because its credit was refused, in ``invoice`` and for ``codes``; ``credit`` is its
    reference. ``later``: the reference of another debit of the appointment that stands too, or ''. ``waits``: it goes
    out again once the header of a declaration is another."""

    reference: str
    appointment_id: str
    patient_id: str
    trajectory: str
    uzovi: str
    insurer: str
    date: str
    amount_cents: int
    credit: str
    invoice: str
    codes: str
    waits: bool = field(converter=bool)
    later: str


def due_credits(ledger: Ledger, header: str) -> Iterator[DueCredit]:
    """The credits that go out with this run; ``header`` as for `corrections.debits`."""
    sql = (
        "SELECT line.reference, line.appointment_id, (SELECT coalesce(max(attempt), 0) FROM line AS other "
        "WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'C') "
        "+ row_number() OVER (PARTITION BY line.appointment_id ORDER BY line.attempt), line.patient_id, "
        "line.trajectory, line.uzovi, line.date, line.code, line.list, line.f_code, line.units, "
        "coalesce((SELECT granted_cents FROM line_status WHERE line_status.reference = line.reference), "
        "line.amount_cents), line.rule, declaration.standard, "
        "declaration.insurer, person.sent, line.sent, declaration.provider "
        "FROM correction CROSS JOIN line ON line.reference = correction.reference "
        "JOIN declaration ON declaration.invoice = line.invoice JOIN person ON person.person = line.person "
        "WHERE credit = 'now' OR (credit = 'header' AND header <> ?) ORDER BY line.appointment_id, line.attempt"
    )
    yield from ledger.each(DueCredit, sql, (header,))


def replacements(ledger: Ledger, header: str) -> dict[str, str]:
    """The debits that somebody had corrected, by appointment id: the credit of such a one goes out together with the
    line that comes in its place. ``header`` as for `corrections.debits`."""
    sql = (
        "SELECT line.appointment_id, line.reference FROM correction CROSS JOIN line USING (reference) "
        "WHERE (credit = 'now' OR (credit = 'header' AND header <> ?)) "
        f"AND {ASKED_LAST.format('line')} = 'correct' "
        "AND EXISTS (SELECT 1 FROM correction AS its WHERE its.again IS NOT NULL AND its.reference = ("
        "SELECT last.reference FROM line AS last WHERE last.appointment_id = line.appointment_id "
        "AND last.debit_credit = 'D' ORDER BY last.attempt DESC LIMIT 1)) ORDER BY line.reference"
    )
    return dict(ledger.rows(sql, (header,)))


_REFUSED: Final = f"""
SELECT line.reference, line.appointment_id, line.patient_id, line.trajectory, line.uzovi, declaration.insurer,
       line.date, line.amount_cents, credit.reference, credit.invoice,
       (SELECT return_codes FROM line_status WHERE line_status.reference = credit.reference),
       correction.credit IS NOT NULL,
       coalesce((
           SELECT later.reference FROM line AS later LEFT JOIN correction AS its ON its.reference = later.reference
           WHERE later.appointment_id = line.appointment_id AND later.debit_credit = 'D'
               AND later.attempt > line.attempt AND its.credit IS NULL AND {STANDS.format("later")}
           ORDER BY later.attempt DESC LIMIT 1
       ), '') AS later
FROM line AS credit
CROSS JOIN line ON line.reference = credit.previous
JOIN declaration ON declaration.invoice = line.invoice
JOIN correction ON correction.reference = line.reference
WHERE credit.previous IS NOT NULL AND (correction.credit IS NULL OR correction.credit = 'header' AND header = ?1)
    AND {STANDS.format("line")}
    AND credit.reference = (
        SELECT other.reference FROM line AS other JOIN declaration USING (invoice) JOIN run USING (run)
        WHERE other.previous = line.reference AND run.state <> 'withdrawn' ORDER BY other.attempt DESC LIMIT 1
    )
    AND (later <> '' OR coalesce((
        SELECT asked FROM request WHERE request.reference = line.reference ORDER BY request DESC LIMIT 1
    ), '') <> 'cancel')
ORDER BY line.reference
"""


def refused_credits(ledger: Ledger, header: str) -> Iterator[RefusedCredit]:
    """The debits that still stand although they were to be credited, and nothing goes out about by itself; ``header``
    as for `due_credits`. Of one that stands alone nothing more is said once somebody took the wish back."""
    return ledger.each(RefusedCredit, _REFUSED, (header,))
