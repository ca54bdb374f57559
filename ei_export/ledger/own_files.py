"""What the ledger has of a file that comes from anywhere: whether it is one of its own, and what was used before."""

from attrs import field, frozen

from . import Ledger


@frozen
class OwnLine:
    """What was declared in a line."""

    date: str
    list: str
    f_code: str
    units: int
    amount_cents: int


@frozen
class OwnFile:
    """A file that was made by run ``run``; ``is_withdrawn``: not to be sent."""

    invoice: str
    run: int
    is_withdrawn: bool = field(converter=bool)


def file_of(ledger: Ledger, sha256: str) -> OwnFile | None:
    """The file with these bytes, if we made it."""
    sql = (
        "SELECT invoice, run, run.state = 'withdrawn' FROM declaration JOIN run USING (run) WHERE sha256 = ? "
        "ORDER BY invoice"
    )
    return ledger.only(OwnFile, sql, (sha256,))


def holds_invoice(ledger: Ledger, invoice: str) -> bool:
    """Whether an invoice number was used, by a run that was withdrawn too: no number is used again."""
    return any(ledger.rows("SELECT 1 FROM declaration WHERE invoice = ?", (invoice,)))


def holds_reference(ledger: Ledger, reference: str) -> bool:
    """Whether a line was declared under a reference number, by a run that was withdrawn too."""
    return any(ledger.rows("SELECT 1 FROM line WHERE reference = ?", (reference,)))


def line_of(ledger: Ledger, invoice: str, reference: str) -> OwnLine | None:
    """A line of a declaration, if that has one of this reference."""
    sql = "SELECT date, list, f_code, units, amount_cents FROM line WHERE reference = ? AND invoice = ?"
    return ledger.only(OwnLine, sql, (reference, invoice))


def debit_status(ledger: Ledger, reference: str) -> str | None:
    """What became of a debit: sent, granted, partly_granted, refused or credited; None for one that was never sent."""
    sql = "SELECT status FROM line_status WHERE reference = ? AND debit_credit = 'D'"
    return ledger.first(sql, reference)
