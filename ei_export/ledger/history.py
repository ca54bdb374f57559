"""What happened: what was asked about lines, where they stand in their files, and whose a number is."""

from collections.abc import Collection
from typing import Final

from . import Ledger
from .line import Line
from .patients import dossier_of, kept_by_all


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


def names_like(ledger: Ledger, number: str) -> set[str]:
    """The numbers that are the same but for capitals, of whatever they are."""
    found = set(ledger.column(_NAMES_LIKE, (number,)))
    idents = {kept.appointment_id for _, kept in kept_by_all(ledger, number)}
    return found | {ident for ident in idents if _folded(ident) == _folded(number)}


#: Whatever has a number of its own, but for appointments.
_NAMES_LIKE: Final = """
SELECT reference FROM line WHERE reference = ?1 COLLATE NOCASE
UNION SELECT number FROM trajectory_owner WHERE number = ?1 COLLATE NOCASE
UNION SELECT patient_id FROM patient WHERE patient_id = ?1 COLLATE NOCASE
"""


def _folded(number: str) -> bytes:
    """Without capitals, as SQLite has it: of the letters of ASCII."""
    return number.encode().lower()


def patients_with(ledger: Ledger, number: str, patients: Collection[str]) -> set[str]:
    """Whose a number is: of an appointment, of a trajectory, of a line; and which of these patients there are."""
    found = {patient for patient in patients if dossier_of(ledger, patient) is not None}
    found.update(ledger.column("SELECT patient_id FROM line WHERE reference = ?1 OR appointment_id = ?1", (number,)))
    for patient, kept in kept_by_all(ledger, number):
        if number in (kept.appointment_id, kept.text("trajectory_id")):
            found.add(patient)
    if not found:  # it may be a trajectory that goes by another number since; only its lines know
        found.update(ledger.column("SELECT patient_id FROM line WHERE trajectory = ?", (number,)))
    return found
