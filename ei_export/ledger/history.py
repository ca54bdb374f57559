"""What happened: what was asked about lines, where they stand in their files, and whose a number is."""

import json
from collections.abc import Collection
from typing import Final

from . import Ledger
from .line import Line
from .patients import dossier_of


def requests_about(ledger: Ledger, reference: str) -> list[tuple[str, str, str]]:
    """What people asked for about a line, in order: the day, ``credit``, ``redeclare`` or ``correct``, and why."""
    sql = "SELECT day, asked, why FROM request WHERE reference = ? ORDER BY request"
    return [*ledger.rows(sql, (reference,))]


def place_in_file(ledger: Ledger, line: Line) -> tuple[int, int]:
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
