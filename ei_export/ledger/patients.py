"""Patients: what is kept of each, what of it is to be tried again, whose appointments and trajectory numbers are."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from attrs import astuple, frozen

from ..model.appointment import Outcome
from . import Ledger
from .dossier import PENDING_SQL, encode

#: ?1: see `pending_patients`.
_EXPLAINED_SQL: Final = "unexplained <> '' AND unexplained IN (SELECT value FROM json_each(?1))"


@frozen
class StoredDossier:
    """What is kept of one patient; see ``schema.sql``. ``digest`` is None while something is left to do; ``person`` and
    ``last`` are '', and ``who`` and ``born`` None, where that isn't known."""

    patient_id: str
    pending: int
    digest: bytes | None
    tally: str | None
    appointments: str
    trajectories: str
    person: str = ""
    last: str = ""
    who: int | None = None
    born: int | None = None
    sex: str = ""
    unexplained: str = ""


# Patients.


def dossier_of(ledger: Ledger, patient_id: str) -> StoredDossier | None:
    sql = (
        "SELECT patient_id, pending, digest, tally, appointments, trajectories, person, last, who, born, sex, "
        "unexplained FROM dossier WHERE patient_id = ?"
    )
    return ledger.only(StoredDossier, sql, (patient_id,))


def unexplained(ledger: Ledger) -> Iterator[str]:
    """What patients have of codes of which nobody said what they stand for: see ``dossier.unexplained``."""
    return ledger.column("SELECT DISTINCT unexplained FROM dossier WHERE unexplained <> ''")


def pending_patients(ledger: Ledger, explained: Sequence[str] = ()) -> Iterator[str]:
    """The patients with appointments to be tried again, or changed or due again since they were declared;
    ``explained`` are those of `unexplained` of which that was said since."""
    sql = (
        "SELECT patient_id FROM dossier WHERE pending > 0 "
        "UNION SELECT patient_id FROM line WHERE again IN ('now', 'line', 'header') "
        f"UNION SELECT patient_id FROM dossier WHERE {_EXPLAINED_SQL}"
    )
    return ledger.column(sql, (encode(explained),))


def patients_since(ledger: Ledger, day: date) -> Iterator[str]:
    """The patients with an appointment on a day or after it."""
    return ledger.column("SELECT patient_id FROM dossier WHERE last >= ?", (day.isoformat(),))


def pending_appointments(ledger: Ledger, explained: Sequence[str] = ()) -> Iterator[tuple[str, str, str]]:
    """The appointments to be tried again, each with its patient and trajectory number; of declared ones whose last
    debit doesn't simply stand only the appointment. ``explained`` as for `pending_patients`."""
    return (
        (appointment, patient, number)
        for appointment, patient, number in ledger.rows(
            "SELECT json_extract(value, '$[3]'), patient_id, trim(json_extract(value, '$[7]')) "
            "FROM dossier, json_each(dossier.appointments) "
            f"WHERE pending > 0 AND json_extract(value, '$[0]') IN ({PENDING_SQL}) "
            "UNION ALL SELECT json_extract(value, '$[3]'), patient_id, trim(json_extract(value, '$[7]')) "
            "FROM dossier, json_each(dossier.appointments) "
            f"WHERE {_EXPLAINED_SQL} AND json_extract(value, '$[0]') = '{Outcome.NOT_ZORG1.value}' "
            "UNION ALL SELECT appointment_id, '', '' FROM line WHERE corrected = 1 "
            "AND NOT EXISTS (SELECT 1 FROM line AS later WHERE later.appointment_id = line.appointment_id "
            "AND later.debit_credit = 'D' AND later.attempt > line.attempt)",
            (encode(explained),),
        )
    )


def appointment_owner(ledger: Ledger, appointment_id: str) -> str | None:
    """Whose an appointment is that was declared or counted."""
    return ledger.first(
        "SELECT * FROM (SELECT patient_id FROM line WHERE appointment_id = ?1 ORDER BY attempt DESC LIMIT 1) "
        "UNION ALL SELECT patient_id FROM appointment_owner WHERE appointment_id = ?1",
        appointment_id,
    )


def number_owner(ledger: Ledger, number: str) -> str | None:
    return ledger.first("SELECT patient_id FROM trajectory_owner WHERE number = ?", number)


def save_dossiers(ledger: Ledger, dossiers: Iterable[StoredDossier]) -> None:
    ledger.many(
        f"INSERT OR REPLACE INTO dossier VALUES ({', '.join('?' * 13)})",
        ((first, ledger.run_key, *rest) for first, *rest in map(astuple, dossiers)),
    )


def forget_appointments(ledger: Ledger, owned: Iterable[tuple[str, str]]) -> None:
    """Appointments that were cancelled, each with its patient."""
    ledger.many("DELETE FROM appointment_owner WHERE appointment_id = ? AND patient_id = ?", owned)


def move_appointments(ledger: Ledger, moved: Iterable[tuple[str, str]]) -> None:
    """Appointments that were another patient's, each with whose it is now."""
    for ident, patient in moved:
        for table in ("line", "appointment_owner"):
            ledger.do(f"UPDATE {table} SET patient_id = ? WHERE appointment_id = ?", (patient, ident))


def forget_numbers(ledger: Ledger, owned: Iterable[tuple[str, str]]) -> None:
    """Trajectory numbers that a patient no longer has, each with the patient."""
    ledger.many("DELETE FROM trajectory_owner WHERE number = ? AND patient_id = ?", owned)


def move_numbers(ledger: Ledger, moved: Iterable[tuple[str, str]]) -> None:
    """Trajectory numbers that another patient had, each with whose it is now."""
    ledger.many("INSERT OR REPLACE INTO trajectory_owner VALUES (?, ?)", sorted(moved))


def save_owners(ledger: Ledger) -> None:
    """Whose the settled appointments and the trajectory numbers of the dossiers saved since the start are; of
    declared appointments their line says so."""
    for table, column, place, which in (
        ("appointment_owner", "appointments", 3, "json_extract(value, '$[0]') IN ('counted', 'earlier')"),
        ("trajectory_owner", "trajectories", 1, "key <> ''"),
    ):
        ledger.do(
            f"INSERT OR IGNORE INTO {table} SELECT json_extract(value, '$[{place}]') AS key, patient_id "
            f"FROM dossier, json_each(dossier.{column}) WHERE run_key = ? AND {which} ORDER BY key",
            (ledger.run_key,),
        )
