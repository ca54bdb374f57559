"""Runs that are a test: of these only the numbers are kept."""

from datetime import date

from . import Ledger


def begin_test(ledger: Ledger) -> None:
    """What is written from here on, `end_test` forgets."""
    ledger.do("SAVEPOINT test")


def end_test(ledger: Ledger, run: int, today: date, invoices: int) -> None:
    """Forgets all that was written since `begin_test`. Of run ``run``, which made so many invoices, the numbers are
    not used again; 0 for one that made none."""
    ledger.do("ROLLBACK TO test")
    ledger.do("RELEASE test")
    if invoices:
        ledger.do("INSERT INTO test_run VALUES (?, ?, ?)", (run, today.isoformat(), invoices))


def next_test_run(ledger: Ledger) -> int:
    return ledger.one("SELECT coalesce(max(run), 0) + 1 FROM test_run")


def test_invoices(ledger: Ledger) -> int:
    """How many invoices there ever were in tests."""
    return ledger.one("SELECT coalesce(sum(invoices), 0) FROM test_run")
