"""How things stand: what waits to be tried again, what was started and has no end, and what became of what went out."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Final, TypeAlias

from attrs import frozen

from ..base.problems import is_worded
from . import Ledger
from .dossier import PENDING, KeptTrajectory, Unsettled
from .line import Line, line_of
from .matters import closed_appointments
from .packing import unpack
from .patients import all_unsettled, of_one, unsettled_of

#: A row by the names of its columns.
LedgerRow: TypeAlias = Mapping[str, Any]


@frozen
class Started:
    """A trajectory without an end. ``last`` is the day of the last visit in it, ``contacts`` how many count."""

    trajectory: str
    patient_id: str
    insurer: str
    program: str
    profile: str
    started: date
    last: date
    contacts: int


def waiting(ledger: Ledger, patient: str | None = None) -> Iterator[tuple[str, Unsettled]]:
    """What the next run tries again, each with its patient, by patient and appointment id; but for what is closed. Of
    one patient, or of all."""
    closed = closed_appointments(ledger)
    own = ((patient, kept) for kept in unsettled_of(ledger, patient)) if patient is not None else None
    for patient_id, kept in own or all_unsettled(ledger):
        if kept.outcome in PENDING and kept.appointment_id not in closed:
            yield patient_id, kept._replace(found=[*filter(is_worded, kept.found)])


def without_end(ledger: Ledger, last: date, patient_id: str | None = None) -> Iterator[Started]:
    """The trajectories that were started, have no end, and were heard of for the last time on this day or before it;
    of one patient, or of all."""
    sql = "SELECT patient_id, trajectories FROM patient WHERE open_trajectories > 0"
    which, values = of_one("patient_id", patient_id)
    for patient, text in ledger.rows(sql + which, values):
        for each in unpack(KeptTrajectory, text):
            if each.started and not each.ended and each.last <= last.isoformat():
                days = date.fromisoformat(each.started), date.fromisoformat(each.last)
                yield Started(each.trajectory, patient, each.insurer, each.program, each.profile, *days, each.contacts)


def declared_to(ledger: Ledger, insurer: str, first: date, last: date) -> Iterator[tuple[str, date, int]]:
    """By code and day of care from ``first`` through ``last``: how many lines went out to an insurer, whatever became
    of them, but for those of runs that were withdrawn."""
    rows = ledger.rows(
        """
SELECT line.code, line.date, count(*) FROM line JOIN declaration USING (invoice)
WHERE line.debit_credit = 'D' AND line.became <> 'withdrawn' AND declaration.insurer = ? AND line.date BETWEEN ? AND ?
GROUP BY line.code, line.date ORDER BY line.code, line.date""",
        (insurer, first.isoformat(), last.isoformat()),
    )
    return ((code, date.fromisoformat(day), count) for code, day, count in rows)


def declarations(ledger: Ledger) -> Iterator[LedgerRow]:
    """Every declaration, the first one first: when it was made (``today``), when it was handed to VECOZO (``sent_on``,
    None where nobody said so) and what became of it, ``state`` as in the view ``declaration_status``.
    ``granted_cents`` and ``answered`` (the day) are None while there is no answer."""
    sql = """
SELECT run, today, file, standard, uzovi, insurer, invoice, persons, lines, amount_cents, sha256, state, granted_cents,
       sent_on, answered, return_codes
FROM declaration_status ORDER BY run, invoice
"""
    return ledger.named(sql)


def tests(ledger: Ledger) -> Iterator[LedgerRow]:
    """The test runs, the first one first: when, and how many files they made."""
    return ledger.named("SELECT run, today, invoices FROM test_run ORDER BY run")


def lines(ledger: Ledger) -> Iterator[Line]:
    """Every line that was not withdrawn, in the order of the references."""
    return ledger.each(Line, "SELECT * FROM sent_line WHERE became <> 'withdrawn' ORDER BY reference")


def refused(ledger: Ledger, patient_id: str | None = None) -> Iterator[Line]:
    """The lines that were refused, are still due and don't simply go again with the next run, by insurer and date: what
    VECOZO refused waits for another 'line' or 'header', what the insurer did for another row in the 'feed'. Those with
    their header come last, by invoice. Of one patient, or of all."""
    which, values = of_one("patient_id", patient_id)
    sql = f"""
SELECT sent_line.* FROM sent_line JOIN still_due USING (reference)
WHERE again IN ('line', 'header', 'feed') AND state = 'refused'{which}
ORDER BY again = 'header', insurer, CASE again WHEN 'header' THEN invoice ELSE '' END, date, reference
"""
    return ledger.each(Line, sql, values)


def to_send(ledger: Ledger) -> Iterator[LedgerRow]:
    """The runs whose files nobody said were handed to VECOZO and to none of which there is an answer, the first one
    first: how many ``invoices`` and ``lines`` they are, and what for."""
    sql = """
SELECT run, today, folder, count(*) AS invoices, sum(lines) AS lines, sum(amount_cents) AS amount_cents
FROM declaration_status WHERE run_state = 'published' AND sent_on IS NULL
GROUP BY run HAVING count(answered) = 0 ORDER BY run
"""
    return ledger.named(sql)


def unanswered(ledger: Ledger, until: date) -> Iterator[LedgerRow]:
    """The declarations that went out on this day or before it and have no answer, the first one first."""
    sql = """
SELECT run, today, file, insurer, uzovi, invoice, lines, amount_cents FROM declaration_status
WHERE answered IS NULL AND run_state = 'published' AND today <= ? ORDER BY run, invoice
"""
    return ledger.named(sql, (until.isoformat(),))


def changed(ledger: Ledger, patient_id: str | None = None) -> Iterator[tuple[Line, str]]:
    """What was declared and is otherwise by now: the last debit of each appointment, if it stands and is not to be
    credited, each with ``kind`` of the view. Of one patient, or of all."""
    which, values = of_one("line.patient_id", patient_id)
    sql = f"""
SELECT reference, kind FROM changed JOIN line ON line.appointment_id = changed.appointment_id AND debit_credit = 'D'
WHERE stands AND state <> 'closed' AND credit IS NULL AND attempt = (
    SELECT max(attempt) FROM line AS other
    WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D'
){which}
ORDER BY reference
"""
    for reference, kind in ledger.rows(sql, values):
        if (line := line_of(ledger, reference)) is not None:
            yield line, kind


def nothing_stands(ledger: Ledger, patient_id: str | None = None) -> Iterator[Line]:
    """What took place and is not claimed, nor goes out again: the last debit of each appointment. Of one patient, or of
    all."""
    which, values = of_one("line.patient_id", patient_id)
    sql = f"""
SELECT * FROM sent_line WHERE reference IN (
    SELECT reference FROM line INDEXED BY line_corrected JOIN still_due USING (reference)
    WHERE corrected = 1 AND again IS NULL AND state <> 'closed' AND attempt = (
        SELECT max(attempt) FROM line AS other
        WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D'
    ) AND NOT EXISTS (
        SELECT 1 FROM line AS other
        WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D' AND other.stands
    ){which}
)
ORDER BY reference
"""
    return ledger.each(Line, sql, values)


def is_still_due(ledger: Ledger, reference: str) -> bool:
    """Whether the appointment of a debit that is to be credited took place, as far as the feed says, and nothing goes
    out in the place of that debit."""
    sql = "SELECT 1 FROM line JOIN still_due USING (reference) WHERE reference = ? AND again IS NULL"
    return any(ledger.rows(sql, (reference,)))


#: Of a line: a debit is to go out in its place, and can.
_GOES_AGAIN: Final = """again = 'now' AND EXISTS (
    SELECT 1 FROM still_due WHERE still_due.reference = line.reference
) AND NOT EXISTS (
    SELECT 1 FROM line AS other
    WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D' AND other.stands
        AND other.credit IS NOT 'now'
)"""


def going_by_themselves(ledger: Ledger) -> tuple[int, int]:
    """How many credits, and how many debits in the place of others, go out with the next run although nobody asked for
    them: their run was withdrawn, or their file refused."""
    sql = f"""
SELECT count(*) FILTER (WHERE credit = 'now' AND wish_credit IS NULL),
       count(*) FILTER (WHERE wish_again IS NULL AND {_GOES_AGAIN})
FROM line WHERE corrected = 1
"""
    credits, again = next(ledger.rows(sql))
    return credits, again
