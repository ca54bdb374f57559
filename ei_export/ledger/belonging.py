"""Whose a ledger is, and which runs it knows."""

from collections.abc import Iterable
from datetime import date

from . import Ledger


def owners(ledger: Ledger) -> set[str]:
    """The AGB codes of the practice that the ledger is of; none for one in which nothing happened yet."""
    return {*ledger.column("SELECT agb FROM owner")}


def bind(ledger: Ledger, codes: Iterable[str], today: date) -> None:
    """Notes the AGB codes of the practice."""
    ledger.many("INSERT OR IGNORE INTO owner VALUES (?, ?)", [(agb, today.isoformat()) for agb in sorted(codes)])


def is_header_refused(ledger: Ledger) -> bool:
    """Whether lines wait until a declaration has another header, because theirs was refused."""
    again, credit = "SELECT 1 FROM line WHERE again = 'header'", "SELECT 1 FROM line WHERE credit = 'header'"
    return any(ledger.rows(again)) or any(ledger.rows(credit))


def runs(ledger: Ledger) -> dict[int, set[str]]:
    """The invoice numbers of every run, withdrawn ones too."""
    found: dict[int, set[str]] = {}
    for run, invoice in ledger.rows("SELECT run, coalesce(invoice, '') FROM run LEFT JOIN declaration USING (run)"):
        found.setdefault(run, set()).add(invoice)
    return found
