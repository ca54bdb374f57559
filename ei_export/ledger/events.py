"""What happens to lines: sent, answered, withdrawn, reinstated, closed. Nothing else changes what became of one, nor
closes anything.

What became of a debit follows from what became of its credits: it is credited as long as one of these goes on, and
stands again once none does.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import frozen

from . import Ledger
from .line import ClosedAs, When
from .matters import Matter
from .runs import stored

#: Of a line: what became of it, granted cents, return codes, remark; reference.
AnsweredLine = tuple[str, int, str, str, str]
#: The lines of a declaration: invoice, first and last reference.
_Lines = tuple[str, str, str]


@frozen
class Clash:
    """A debit of a withdrawn run, and the one of its appointment that stands by now: ``later``, in run ``run``."""

    reference: str
    later: str
    run: int


def sent(
    ledger: Ledger,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    credited: Iterable[str] = (),
    replaced: Iterable[str] = (),
) -> None:
    """Lines went out, here by the named columns: with credits of the debits ``credited``, and debits in the place of
    those that are ``replaced``, by reference. The ledger refuses a second debit of one appointment (UNIQUE)."""
    ledger.insert_many("line", columns, rows)
    ledger.many(
        """
UPDATE line SET corrected = 1, to_credit = NULL, wish_credit = NULL,
    became = CASE WHEN stands THEN 'credited' ELSE became END
WHERE reference = ?
""",
        ((reference,) for reference in credited),
    )
    ledger.many(
        "UPDATE line SET corrected = 1, to_repeat = NULL, wish_again = NULL WHERE reference = ?",
        ((reference,) for reference in replaced),
    )


# An answer.


def lines_answered(ledger: Ledger, rows: Sequence[AnsweredLine]) -> None:
    """An answer says of these lines what became of them; to be followed by `answered`. Of two answers to one line the
    first is kept."""
    ledger.many(
        """
UPDATE line SET became = ?, granted_cents = ?, is_named = 1, codes = ?, remark = ? WHERE reference = ? AND NOT is_named
""",
        rows,
    )


def answered(ledger: Ledger, answer: Mapping[str, object], rest: When | None, refused: When) -> None:
    """A declaration was answered, by the columns of ``answer``: the lines that the answer says nothing else of were
    granted, or refused with the whole.

    What it refuses goes out again: the lines that it names as ``refused`` says, the ``rest`` of a whole that was
    refused as that says.
    """
    invoice = str(answer["invoice"])
    ledger.insert("answer", answer)
    lines = _lines(ledger, invoice)
    if answer["kind"] == "refused":
        ledger.do(
            """
UPDATE line SET became = 'refused', granted_cents = 0, codes = CASE WHEN is_named THEN codes ELSE ?4 END
WHERE reference BETWEEN ?2 AND ?3 AND invoice = ?1
""",
            (*lines, answer["codes"]),
        )
    else:
        ledger.do(
            """
UPDATE line SET became = 'granted', granted_cents = amount_cents
WHERE reference BETWEEN ?2 AND ?3 AND invoice = ?1 AND NOT is_named
""",
            lines,
        )
    _follow_credits(ledger, lines)
    _reopen(ledger, lines, rest, refused)


# A run that was not sent, or was after all.


def withdrawn(ledger: Ledger, run: int, folder: Path, today: dt.date, why: str) -> None:
    """A run was taken back: all that was in it goes out again with the next one. ``folder``: where it is now."""
    ledger.do(
        "UPDATE run SET state = 'withdrawn', folder = ?, withdrawn_on = ?, withdrawn_why = ? WHERE run = ?",
        (stored(folder), today.isoformat(), why, run),
    )
    declarations = _lines_of_run(ledger, run)
    for lines in declarations:
        ledger.do(
            "UPDATE line SET became = 'withdrawn' WHERE reference BETWEEN ?2 AND ?3 AND invoice = ?1",
            lines,
        )
    for lines in declarations:
        _follow_credits(ledger, lines)
        _reopen(ledger, lines, "now", "now")


def reinstated(ledger: Ledger, run: int) -> list[Clash]:
    """A withdrawn run was sent after all. Gives the debits of which another of their appointment stands by now: with
    any of these it is not to be committed.

    Its debits become the last ones of their appointments, and neither these nor its credits go out again.
    """
    ledger.do("UPDATE run SET state = 'published' WHERE run = ?", (run,))
    ledger.do("UPDATE declaration SET contradicted = 0 WHERE run = ?", (run,))
    for lines in _lines_of_run(ledger, run):
        for sql in (
            """
UPDATE line SET attempt = (
    SELECT max(later.attempt) + 1 FROM line AS later
    WHERE later.appointment_id = line.appointment_id AND later.debit_credit = 'D'
)
WHERE reference BETWEEN ?2 AND ?3 AND invoice = ?1 AND debit_credit = 'D' AND EXISTS (
    SELECT 1 FROM line AS later
    WHERE later.appointment_id = line.appointment_id AND later.debit_credit = 'D' AND later.attempt > line.attempt
)
""",
            """
UPDATE line SET became = 'sent' WHERE reference BETWEEN ?2 AND ?3 AND invoice = ?1 AND became = 'withdrawn'
""",
            """
UPDATE line SET to_credit = NULL, to_repeat = NULL, wish_credit = NULL, wish_again = NULL
WHERE debit_credit = 'D' AND appointment_id IN (
    SELECT appointment_id FROM line AS own
    WHERE own.reference BETWEEN ?2 AND ?3 AND own.invoice = ?1 AND own.debit_credit = 'D'
)
""",
            """
UPDATE line SET to_credit = NULL, wish_credit = NULL WHERE reference IN (
    SELECT previous FROM line AS credit WHERE credit.reference BETWEEN ?2 AND ?3 AND credit.invoice = ?1
)
""",
        ):
            ledger.do(sql, lines)
        _follow_credits(ledger, lines)
    return [*ledger.each(Clash, _CLASHES, (run,))]


_CLASHES: Final = """
SELECT line.reference, other.reference AS later, its.run
FROM declaration
CROSS JOIN line ON line.invoice = declaration.invoice
    AND line.reference BETWEEN declaration.first_reference AND declaration.last_reference
JOIN line AS other ON other.appointment_id = line.appointment_id AND other.reference <> line.reference
JOIN declaration AS its ON its.invoice = other.invoice
WHERE declaration.run = ? AND line.debit_credit = 'D' AND other.debit_credit = 'D'
    AND other.stands
ORDER BY line.reference
"""


def contradicted(ledger: Ledger, run: int) -> None:
    """A withdrawn run was sent after all, and can't be reinstated: what of it waits, is held."""
    ledger.do("UPDATE declaration SET contradicted = 1 WHERE run = ?", (run,))


# What people close.


def closed(ledger: Ledger, matter: Matter, closed_as: ClosedAs | None, why: str, today: dt.date) -> None:
    """Somebody closed it: nothing is to be done about it any more; or, with None, opened it again. What happens to a
    line all the same is kept as ever, so that it is as it should be once it is opened again."""
    said = {"day": today.isoformat(), "closed_as": closed_as, "why": why}
    ledger.insert("closing", said | matter._asdict())
    if matter.kind == "line":
        ledger.do("UPDATE line SET closed_as = ? WHERE reference = ?", (closed_as, matter.name))


def handed_over(ledger: Ledger, run: int, day: dt.date | None) -> None:
    """Somebody said when the files of a run were handed to VECOZO, or, with None, that they were not."""
    ledger.do("UPDATE run SET handed_over_on = ? WHERE run = ?", (day.isoformat() if day is not None else None, run))


# What follows.


def _lines(ledger: Ledger, invoice: str) -> _Lines:
    """The references of a file follow each other."""
    sql = "SELECT invoice, first_reference, last_reference FROM declaration WHERE invoice = ?"
    ((number, first, last),) = ledger.rows(sql, (invoice,))
    return number, first, last


def _lines_of_run(ledger: Ledger, run: int) -> list[_Lines]:
    sql = "SELECT invoice FROM declaration WHERE run = ? ORDER BY invoice"
    return [_lines(ledger, invoice) for invoice in [*ledger.column(sql, (run,))]]


def _follow_credits(ledger: Ledger, lines: _Lines) -> None:
    """The debits among these lines, and those that are credited by one of them, are as their credits leave them:
    credited while one goes on, and else as they were answered."""
    ledger.do(
        """
UPDATE line SET became = CASE
    WHEN EXISTS (
        SELECT 1 FROM line AS credit
        WHERE credit.previous = line.reference AND credit.became NOT IN ('refused', 'withdrawn')
    ) THEN 'credited'
    WHEN granted_cents IS NULL THEN 'sent'
    WHEN granted_cents = amount_cents THEN 'granted'
    ELSE 'partly_granted'
END
WHERE became NOT IN ('refused', 'withdrawn') AND reference IN (
    SELECT coalesce(previous, reference) FROM line AS own WHERE own.reference BETWEEN ?2 AND ?3 AND own.invoice = ?1
) AND EXISTS (SELECT 1 FROM line AS credit WHERE credit.previous = line.reference)
""",
        lines,
    )


def _reopen(ledger: Ledger, lines: _Lines, rest: When | None, refused: When) -> None:
    """Lets what was refused or withdrawn of these lines go out again: debits that the answer names as ``refused`` says,
    others as ``rest`` does.

    Of an appointment that was, or was to be, credited or declared again anyhow, there is no more to be done; but what
    somebody only wishes may still be taken back. A credit that went with the ``rest`` goes again too, as long as its
    debit stands.
    """
    ledger.do(
        """
UPDATE line SET to_repeat = CASE WHEN is_named THEN ?5 ELSE ?4 END,
    header = (SELECT provider FROM declaration WHERE declaration.invoice = ?1)
WHERE reference BETWEEN ?2 AND ?3 AND invoice = ?1 AND debit_credit = 'D' AND became IN ('refused', 'withdrawn')
    AND to_credit IS NULL AND to_repeat IS NULL AND (wish_credit IS NULL OR wish_again IS NOT NULL)
    AND NOT EXISTS (
        SELECT 1 FROM line AS credit WHERE credit.previous = line.reference AND credit.became <> 'withdrawn'
    )
    AND NOT EXISTS (
        SELECT 1 FROM line AS later
        WHERE later.appointment_id = line.appointment_id AND later.debit_credit = 'D' AND later.attempt > line.attempt
    )
""",
        (*lines, rest, refused),
    )
    ledger.do(
        """
UPDATE line SET corrected = 1, to_credit = NULL, wish_credit = NULL
WHERE reference BETWEEN ?2 AND ?3 AND invoice = ?1 AND debit_credit = 'D' AND became IN ('refused', 'withdrawn')
""",
        lines,
    )
    if rest is not None:
        ledger.do(
            """
UPDATE line SET to_credit = ?4, header = (SELECT provider FROM declaration WHERE declaration.invoice = ?1)
WHERE stands AND reference IN (
    SELECT previous FROM line AS credit
    WHERE credit.reference BETWEEN ?2 AND ?3 AND credit.invoice = ?1 AND NOT credit.is_named
)
""",
            (*lines, rest),
        )
