"""A withdrawn run that was sent after all: an answer to it shows so."""

from collections.abc import Iterator
from typing import Final

from attrs import frozen

from . import Ledger
from .corrections import STANDS

#: The lines of one run.
_LINES: Final = (
    "FROM declaration JOIN line ON line.reference BETWEEN first_reference AND last_reference "
    "AND line.invoice = declaration.invoice WHERE declaration.run = ?1"
)


@frozen
class Clash:
    """A debit of a withdrawn run, and the one of its appointment that stands by now: ``later``, in run ``run``."""

    reference: str
    later: str
    run: int


def reinstate(ledger: Ledger, run: int) -> None:
    """Takes back that a run was withdrawn; not to be committed where that gives a `clashes`.

    Its debits become the last ones of their appointments, and neither these nor its credits go out again.
    """
    key = (run,)
    later = (
        "FROM line AS later WHERE later.appointment_id = line.appointment_id AND later.debit_credit = 'D' "
        "AND later.attempt > line.attempt"
    )
    ledger.do("UPDATE run SET state = 'published' WHERE run = ?", key)
    ledger.do("UPDATE declaration SET contradicted = 0 WHERE run = ?", key)
    ledger.do(
        f"UPDATE line SET attempt = (SELECT max(later.attempt) + 1 {later}) "
        f"WHERE reference IN (SELECT line.reference {_LINES} AND debit_credit = 'D') AND EXISTS (SELECT 1 {later})",
        key,
    )
    ledger.do(
        "UPDATE correction SET again = NULL, credit = NULL "
        f"WHERE appointment_id IN (SELECT appointment_id {_LINES} AND debit_credit = 'D')",
        key,
    )
    ledger.do(f"UPDATE correction SET credit = NULL WHERE reference IN (SELECT previous {_LINES})", key)


def clashes(ledger: Ledger, run: int) -> Iterator[Clash]:
    """The debits of a run of whose appointment another debit stands."""
    sql = (
        f"SELECT line.reference, other.reference, its.run FROM (SELECT line.* {_LINES}) AS line "
        "JOIN line AS other ON other.appointment_id = line.appointment_id AND other.debit_credit = 'D' "
        "AND other.reference <> line.reference JOIN declaration AS its ON its.invoice = other.invoice "
        "WHERE line.debit_credit = 'D' "
        f"AND {STANDS.format('other')} ORDER BY 1"
    )
    yield from ledger.each(Clash, sql, (str(run),))


def contradict(ledger: Ledger, run: int) -> None:
    """Keeps that a withdrawn run was sent after all, where it can't be reinstated: what of it waits, is held."""
    ledger.do("UPDATE declaration SET contradicted = 1 WHERE run = ?", (run,))
