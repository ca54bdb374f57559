"""Credits that go out, and those that were refused so that their debit stands."""

from collections.abc import Iterator
from itertools import groupby
from operator import attrgetter
from typing import Final

from attrs import frozen

from . import Ledger
from .line import Line, line_of, next_attempt


@frozen
class DueCredit:
    """A debit that is to be credited in this run, and the ``attempt`` of its credit."""

    debit: Line
    attempt: int


@frozen
class RefusedCredit:
    """A debit that stands because its ``credit`` was refused. ``later``: the reference of another debit of the
    appointment that stands too, or ''. ``waits``: it goes out again once the header of a declaration is another."""

    debit: Line
    credit: Line
    later: str
    waits: bool


def due_credits(ledger: Ledger, header: str) -> Iterator[DueCredit]:
    """The credits that go out with this run; ``header``: what a declaration says today of who declares."""
    sql = """
SELECT sent_line.* FROM line AS due INDEXED BY line_credit JOIN sent_line ON sent_line.reference = due.reference
WHERE due.credit IS NOT NULL AND (due.credit = 'now' OR due.header <> ?)
ORDER BY due.appointment_id, due.attempt
"""
    for appointment_id, debits in groupby(ledger.each(Line, sql, (header,)), key=attrgetter("appointment_id")):
        first = next_attempt(ledger, appointment_id, "C")
        yield from (DueCredit(debit, attempt) for attempt, debit in enumerate(debits, first))


def replacements(ledger: Ledger, header: str) -> dict[str, str]:
    """The debits that somebody had corrected, by appointment id: the credit of such a one goes out together with the
    line that comes in its place. ``header`` as for `due_credits`."""
    sql = """
SELECT appointment_id, reference FROM line
WHERE credit IS NOT NULL AND (credit = 'now' OR header <> ?) AND (
    SELECT asked FROM request
    WHERE request.reference = line.reference AND asked <> 'redeclare' AND NOT taken_back ORDER BY request DESC LIMIT 1
) = 'correct' AND (
    SELECT last.again FROM line AS last
    WHERE last.appointment_id = line.appointment_id AND last.debit_credit = 'D' ORDER BY last.attempt DESC LIMIT 1
) IS NOT NULL
ORDER BY reference
"""
    return dict(ledger.rows(sql, (header,)))


#: Of a debit the credit that went out last; of one that stands alone nothing once somebody took the wish back.
_REFUSED: Final = """
SELECT debit.reference AS debit, credit.reference AS credit, debit.credit IS NOT NULL AS waits, coalesce((
    SELECT later.reference FROM line AS later
    WHERE later.appointment_id = debit.appointment_id AND later.debit_credit = 'D' AND later.attempt > debit.attempt
        AND later.credit IS NULL AND later.stands
    ORDER BY later.attempt DESC LIMIT 1
), '') AS later
FROM line AS credit CROSS JOIN line AS debit ON debit.reference = credit.previous
WHERE credit.previous IS NOT NULL AND credit.state = 'refused'
    AND debit.stands AND debit.closed_as IS NULL
    AND (debit.credit IS NULL OR debit.credit = 'header' AND debit.header = ?)
    AND credit.attempt = (
        SELECT max(other.attempt) FROM line AS other
        WHERE other.previous = debit.reference AND other.state <> 'withdrawn'
    )
    AND (later <> '' OR (
        SELECT asked FROM request
        WHERE request.reference = debit.reference AND NOT taken_back ORDER BY request DESC LIMIT 1
    ) IS NOT 'cancel')
ORDER BY debit.reference
"""


def refused_credits(ledger: Ledger, header: str) -> Iterator[RefusedCredit]:
    """The debits that still stand although they were to be credited, and nothing goes out about by itself; ``header``
    as for `due_credits`. Of one that stands alone nothing more is said once somebody took the wish back."""
    for found in ledger.named(_REFUSED, (header,)):
        debit, credit = line_of(ledger, found["debit"]), line_of(ledger, found["credit"])
        assert debit is not None
        assert credit is not None
        yield RefusedCredit(debit, credit, found["later"], bool(found["waits"]))
