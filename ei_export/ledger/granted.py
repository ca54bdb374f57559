"""What became of every line of care on some days: what an insurer granted of it, if it answered."""

from collections.abc import Iterator
from datetime import date

from attrs import field, frozen

from . import Ledger


def _text(value: str | None) -> str:
    return value or ""


@frozen
class KnownLine:
    """A line that was sent, and not withdrawn. ``who`` as `Ledger.hashed` makes it, None where nobody knows; ``date``
    YYYY-MM-DD; ``previous`` the debit of a credit, else ''. ``granted_cents`` >= 0, None while there is no answer."""

    reference: str
    invoice: str
    appointment_id: str
    patient_id: str
    who: int | None
    debit_credit: str
    previous: str = field(converter=_text)
    uzovi: str
    insurer: str
    date: str
    code: str
    list: str
    f_code: str
    units: int
    amount_cents: int
    granted_cents: int | None


def known_lines(ledger: Ledger, first: date, last: date) -> Iterator[KnownLine]:
    """The lines of care given from one day through another, by reference."""
    sql = """
SELECT reference, line.invoice, appointment_id, patient_id, who, debit_credit, previous, line.uzovi,
       declaration.insurer, date, code, list, f_code, units, line.amount_cents, granted_cents
FROM line JOIN declaration ON declaration.invoice = line.invoice
WHERE became <> 'withdrawn' AND date BETWEEN ? AND ? ORDER BY reference
"""
    return ledger.each(KnownLine, sql, (first.isoformat(), last.isoformat()))


def postcodes(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Every patient with the four digits of where they live, '' where that isn't known."""
    sql = "SELECT patient_id, substr(coalesce(json_extract(nullif(person, ''), '$.postcode'), ''), 1, 4) FROM patient"
    return ledger.rows(sql)
