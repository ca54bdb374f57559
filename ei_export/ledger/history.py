"""What happened: the lines that went out with the answers to them, and whose a number is."""

import json
from collections.abc import Collection
from pathlib import Path
from typing import Final

from attrs import field, frozen

from . import Ledger
from .patients import dossier_of
from .runs import path_of


def _split(text: str) -> tuple[str, ...]:
    return tuple(text.split())


@frozen
class SentLine:
    """A line that went out, by the columns of the ledger, and what became of it.

    ``status``: sent, granted, partly_granted, refused or credited; withdrawn for one of a run that was withdrawn, on
    ``withdrawn_on``. ``granted_cents`` None and ``answered`` '' while there is no answer; ``return_codes`` as the
    answer gives them, ``remark`` what was written with them, ``kind`` of the answer (see ``schema.sql``) or ''.
    ``credit`` and ``again``: what the next run is to do about it (see ``schema.sql``), or ''.
    """

    reference: str
    appointment_id: str
    patient_id: str
    trajectory: str
    uzovi: str
    date: str
    code: str
    list: str
    f_code: str
    units: int
    amount_cents: int
    debit_credit: str
    invoice: str
    rule: str
    previous: str
    answered: str
    credit: str
    again: str
    run: int
    day: str
    folder: Path = field(converter=path_of)
    file: str
    standard: str
    insurer: str
    withdrawn_on: str
    withdrawn_why: str
    kind: str
    status: str
    granted_cents: int | None
    return_codes: tuple[str, ...] = field(converter=_split)
    remark: str


_LINES: Final = """
SELECT line.reference, line.appointment_id, line.patient_id, line.trajectory, line.uzovi, line.date, line.code,
       line.list, line.f_code, line.units, line.amount_cents, line.debit_credit, line.invoice, line.rule,
       coalesce(line.previous, ''), coalesce(answer.dated, ''), coalesce(correction.credit, ''),
       coalesce(correction.again, ''), run.run, run.today, run.folder, declaration.file, declaration.standard,
       declaration.insurer, coalesce(run.withdrawn_on, ''), coalesce(run.withdrawn_why, ''),
       coalesce(answer.kind, '')
FROM line
JOIN declaration ON declaration.invoice = line.invoice
JOIN run ON run.run = declaration.run
LEFT JOIN answer ON answer.invoice = line.invoice
LEFT JOIN correction ON correction.reference = line.reference
WHERE line.appointment_id = ? AND line.patient_id = ?
ORDER BY run.run, line.reference
"""
#: Asked line by line: SQLite would work out all of a view that is joined to something else.
_STATUS: Final = "SELECT status, granted_cents, return_codes, remark FROM line_status WHERE reference = ?"
#: The view knows nothing of a run that was withdrawn.
_WITHDRAWN: Final = ("withdrawn", None, "", "")


def lines_of(ledger: Ledger, appointment_id: str, patient_id: str) -> list[SentLine]:
    """The lines of an appointment, debits and credits, in the order in which they went out."""
    found = []
    for row in list(ledger.rows(_LINES, (appointment_id, patient_id))):
        status = next(ledger.rows(_STATUS, row[:1]), _WITHDRAWN)
        found.append(SentLine(*row, *status))
    return found


def requests_about(ledger: Ledger, reference: str) -> list[tuple[str, str, str]]:
    """What people asked for about a line, in order: the day, ``credit``, ``redeclare`` or ``correct``, and why."""
    sql = "SELECT day, asked, why FROM request WHERE reference = ? ORDER BY request"
    return [*ledger.rows(sql, (reference,))]


def place_in_file(ledger: Ledger, line: SentLine) -> tuple[int, int]:
    """How many persons and lines stand in the file of a line up to and including it, by the order they were written
    in."""
    sql = (
        "SELECT count(DISTINCT person), count(*) FROM line JOIN declaration USING (invoice) "
        "WHERE invoice = ?1 AND reference BETWEEN first_reference AND ?2"
    )
    persons, lines = next(ledger.rows(sql, (line.invoice, line.reference)))
    return persons, lines


#: Whose a number is, of which ?1 is the text and ?2 the same as JSON writes it.
_OWNERS: Final = (
    "SELECT patient_id FROM line WHERE reference = ?1",
    "SELECT patient_id FROM line WHERE appointment_id = ?1",
    """
SELECT patient_id FROM dossier WHERE instr(appointments, ?2) > 0 AND EXISTS (
    SELECT 1 FROM json_each(appointments)
    WHERE ?1 IN (trim(json_extract(value, '$[3]')), trim(json_extract(value, '$[7]')))
)
""",
)


def names_like(ledger: Ledger, number: str) -> set[str]:
    """The numbers that are the same but for capitals, of whatever they are."""
    columns = (
        *("reference FROM line", "appointment_id FROM appointment", "number FROM trajectory_owner"),
        "patient_id FROM dossier",
    )
    found: set[str] = set()
    for column in columns:
        sql = f"SELECT {column} WHERE {column.partition(' ')[0]} = ? COLLATE NOCASE"
        found.update(ledger.column(sql, (number,)))
    return found


def patients_with(ledger: Ledger, number: str, patients: Collection[str]) -> set[str]:
    """Whose a number is: of an appointment, of a trajectory, of a line; and which of these patients there are."""
    found = {patient for patient in patients if dossier_of(ledger, patient) is not None}
    for sql in _OWNERS:
        values = (number, json.dumps(number, ensure_ascii=False))[: 1 + ("?2" in sql)]
        found.update(ledger.column(sql, values))
    if not found:  # it may be a trajectory that goes by another number since; only its lines know
        found.update(ledger.column("SELECT patient_id FROM line WHERE trajectory = ?", (number,)))
    return found
