"""Appointments that the feed said last are still to come; see the table ``planned``."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import NamedTuple

from . import Ledger
from .patients import of_one


class PlannedAppointment(NamedTuple):
    """One of them; ``date`` is YYYY-MM-DD, ``trajectory`` as people may see it, ``status`` the word of the feed; code,
    declare-under code and UZOVI number as an `Appointment` has them."""

    appointment_id: str
    patient_id: str
    date: str
    code: str
    declare_under: str
    uzovi: str
    trajectory: str
    status: str


def planned_by(ledger: Ledger) -> Mapping[str, Sequence[str]]:
    """Whose they are, by id: more than one patient's where these share it."""
    found: dict[str, list[str]] = {}
    for ident, patient_id in ledger.rows("SELECT appointment_id, patient_id FROM planned ORDER BY 1, 2"):
        found.setdefault(ident, []).append(patient_id)
    return found


def planned_of(ledger: Ledger, patient_id: str) -> Mapping[str, date]:
    """Those of a patient, by id, each with its day."""
    sql = "SELECT appointment_id, date FROM planned WHERE patient_id = ?"
    return {ident: date.fromisoformat(day) for ident, day in ledger.rows(sql, (patient_id,))}


def save_planned(ledger: Ledger, over: Iterable[tuple[str, str]], planned: Iterable[PlannedAppointment]) -> None:
    """Writes what is planned; ``over`` are those, each with its patient, that aren't any more."""
    ledger.many("DELETE FROM planned WHERE appointment_id = ? AND patient_id = ?", sorted(over))
    ledger.insert_many("planned", PlannedAppointment._fields, sorted(planned), over=True)


def planned_at(ledger: Ledger, appointment_id: str) -> Iterator[PlannedAppointment]:
    """Those of an id: more where patients share it."""
    return ledger.each(
        PlannedAppointment, "SELECT * FROM planned WHERE appointment_id = ? ORDER BY patient_id", (appointment_id,)
    )


def planned_before(ledger: Ledger, day: date, patient_id: str | None = None) -> Iterator[PlannedAppointment]:
    """Those of before a day, the first one first; but for one that the ledger knows as an appointment that took place,
    as it is another patient's by now. Of one patient, or of all."""
    which, values = of_one("patient_id", patient_id)
    sql = f"""
SELECT * FROM planned WHERE date < ?{which}
    AND NOT EXISTS (SELECT 1 FROM line WHERE line.appointment_id = planned.appointment_id)
    AND NOT EXISTS (SELECT 1 FROM unsettled WHERE unsettled.appointment_id = planned.appointment_id)
ORDER BY date, appointment_id, patient_id
"""
    return ledger.each(PlannedAppointment, sql, (day.isoformat(), *values))
