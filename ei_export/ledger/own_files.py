"""What the ledger has of a file that comes from anywhere: whether it is one of its own, and what was used before."""

from attrs import field, frozen

from . import Ledger


@frozen
class DeclaredFile:
    """A file that was made by run ``run``; ``is_withdrawn``: not to be sent."""

    invoice: str
    run: int
    is_withdrawn: bool = field(converter=bool)


def file_of(ledger: Ledger, sha256: str) -> DeclaredFile | None:
    """The file with these bytes, if we made it."""
    sql = (
        "SELECT invoice, run, run.state = 'withdrawn' AS is_withdrawn FROM declaration JOIN run USING (run) "
        "WHERE sha256 = ? ORDER BY invoice"
    )
    return ledger.only(DeclaredFile, sql, (sha256,))


def holds_invoice(ledger: Ledger, invoice: str) -> bool:
    """Whether an invoice number was used, by a run that was withdrawn too: no number is used again."""
    return any(ledger.rows("SELECT 1 FROM declaration WHERE invoice = ?", (invoice,)))


def holds_reference(ledger: Ledger, reference: str) -> bool:
    """Whether a line was declared under a reference number, by a run that was withdrawn too."""
    return any(ledger.rows("SELECT 1 FROM line WHERE reference = ?", (reference,)))
