"""What people closed, and when and why; `events` is what closes and opens again."""

from collections.abc import Iterator
from typing import Final

from attrs import field, frozen

from . import Ledger
from .dossier import Unsettled
from .line import Line
from .patients import unsettled_of


def _text(value: str | None) -> str:
    return value or ""


@frozen
class Closed:
    """What somebody said last of a line, or of an appointment that gave none (``reference`` ''): as what it is closed
    (``closed_as``, '' where it was opened again), on which ``day`` (YYYY-MM-DD) and why."""

    appointment_id: str
    reference: str = field(converter=_text)
    closed_as: str = field(converter=_text)
    day: str
    why: str


_CLOSED: Final = "SELECT appointment_id, reference, closed_as, day, why FROM"


def all_closed(ledger: Ledger) -> Iterator[Closed]:
    """What is closed, the last one first."""
    return ledger.each(Closed, f"{_CLOSED} closed ORDER BY day DESC, appointment_id, reference")


def closed_appointments(ledger: Ledger) -> dict[str, Closed]:
    """The closed appointments that gave no line, by id: kept, and neither judged nor declared."""
    found = ledger.each(Closed, f"{_CLOSED} closed WHERE reference IS NULL")
    return {each.appointment_id: each for each in found}


def closings_of(ledger: Ledger, appointment_id: str) -> list[Closed]:
    """What people closed and opened again of an appointment and its lines, in order."""
    sql = f"{_CLOSED} closing WHERE appointment_id = ? ORDER BY closing"
    return [*ledger.each(Closed, sql, (appointment_id,))]


def waiting_appointments(ledger: Ledger, appointment_id: str) -> list[tuple[str, Unsettled]]:
    """The appointments of an id that wait to be tried again, each with its patient: more where patients share it."""
    sql = "SELECT patient_id FROM unsettled WHERE appointment_id = ? AND waits ORDER BY patient_id"
    patients = [*ledger.column(sql, (appointment_id,))]
    return [
        (patient, kept)
        for patient in patients
        for kept in unsettled_of(ledger, patient)
        if kept.appointment_id == appointment_id
    ]


def closed_lines(ledger: Ledger, invoice: str) -> Iterator[Line]:
    """The closed lines of a declaration, by reference."""
    sql = "SELECT * FROM sent_line WHERE invoice = ? AND closed_as IS NOT NULL ORDER BY reference"
    return ledger.each(Line, sql, (invoice,))


def closed_references(ledger: Ledger) -> dict[str, set[str]]:
    """The references of the closed lines, by appointment id."""
    found: dict[str, set[str]] = {}
    for ident, reference in ledger.rows("SELECT appointment_id, reference FROM closed WHERE reference IS NOT NULL"):
        found.setdefault(ident, set()).add(reference)
    return found
