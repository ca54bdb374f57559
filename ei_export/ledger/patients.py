"""Patients: what is kept of each, what of it is to be tried again, whose appointments and trajectory numbers are."""

import json
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias

from ..base.problems import Finding
from ..base.steps import batched
from ..model.appointment import Outcome
from . import Ledger
from .dossier import (
    Change,
    KeptTrajectory,
    Settled,
    Unsettled,
)
from .owners import OwnerWriter, candidates, hashes
from .packing import encode, pack, unpack

#: Code and declare-under code, as the feed has them.
Codes: TypeAlias = tuple[str, str]
_UNCHANGED: Final[Mapping[str, Change]] = {}


class StoredDossier(NamedTuple):
    """What is kept of one patient; see ``schema.sql``. ``digest`` is None while something is left to do; ``last`` is
    '', and ``who``, ``born`` and ``birth_year`` None, where that isn't known; ``patient`` is None for one who is new.

    ``owned`` (`owners.hashes`) are the appointments that are the patient's although no line says so, ``numbers`` the
    trajectory numbers, both to be written only.
    """

    patient_id: str
    digest: bytes | None = None
    tally: str | None = None
    pending: int = 0
    open_trajectories: int = 0
    last: str = ""
    who: int | None = None
    born: int | None = None
    sex: str = ""
    birth_year: int | None = None
    consent: str = ""
    consent_on: str = ""
    consent_by: str = ""
    person: str = ""
    appointments: str = pack(Settled, [])
    trajectories: str = pack(KeptTrajectory, [])
    patient: int | None = None
    unsettled: Sequence[Unsettled] = ()
    changes: Mapping[str, Change] = _UNCHANGED
    owned: bytes = b""
    numbers: Sequence[str] = ()

    def settled(self) -> list[Settled]:
        """The appointments in it that are not to be tried again, by id."""
        return unpack(Settled, self.appointments)

    def courses(self) -> list[KeptTrajectory]:
        """The trajectories in it."""
        return unpack(KeptTrajectory, self.trajectories)

    def without(self, appointments: Container[str]) -> "StoredDossier":
        """Without some appointments, and to be judged again."""
        return self._replace(
            digest=None,
            tally=None,
            appointments=pack(Settled, [each for each in self.settled() if each.appointment_id not in appointments]),
            unsettled=[each for each in self.unsettled if each.appointment_id not in appointments],
            changes={ident: change for ident, change in self.changes.items() if ident not in appointments},
        )

    def kept(self) -> list[Settled | Unsettled]:
        """All appointments in it, by id."""
        settled = self.settled()
        return sorted([*settled, *self.unsettled], key=_ID) if self.unsettled else [*settled]


_ID: Final = attrgetter("appointment_id")
#: The columns of a patient: the first that `StoredDossier` has.
_COLUMNS: Final = StoredDossier._fields[: StoredDossier._fields.index("patient") + 1]
#: Dossiers that are written at a time.
_BATCH: Final = 500


# Asking.


def digest_of(ledger: Ledger, patient_id: str) -> tuple[bytes | None, str] | None:
    """Digest and tally of a patient, as `StoredDossier` has them; None for one the ledger doesn't know."""
    sql = "SELECT digest, coalesce(tally, '') FROM patient WHERE patient_id = ?"
    return next(ledger.rows(sql, (patient_id,)), None)


def dossier_of(ledger: Ledger, patient_id: str) -> StoredDossier | None:
    """All that is kept of a patient, if anything is."""
    sql = f"SELECT {', '.join(_COLUMNS)}, apart FROM patient WHERE patient_id = ?"
    for *values, apart in ledger.rows(sql, (patient_id,)):
        if not apart:
            return StoredDossier(*values)
        unsettled, changes = unsettled_of(ledger, patient_id), changes_of(ledger, patient_id)
        return StoredDossier(*values)._replace(unsettled=unsettled, changes=changes)
    return None


def of_one(column: str, patient_id: str | None) -> tuple[str, tuple[str, ...]]:
    """What the condition of a query says besides where it is asked of one patient, with its values; nothing where it is
    asked of all."""
    return ("", ()) if patient_id is None else (f" AND {column} = ?", (patient_id,))


def unsettled_of(ledger: Ledger, patient_id: str) -> list[Unsettled]:
    """The appointments of a patient of which every text is kept, by id."""
    sql = "SELECT * FROM unsettled WHERE patient_id = ? ORDER BY appointment_id"
    return [kept for _, kept in _unsettled(ledger, sql, patient_id)]


def waiting_appointments(ledger: Ledger, appointment_id: str) -> list[tuple[str, Unsettled]]:
    """The appointments of an id that wait to be tried again, each with its patient: more where patients share it."""
    sql = "SELECT * FROM unsettled WHERE appointment_id = ? AND waits ORDER BY patient_id"
    return [*_unsettled(ledger, sql, appointment_id)]


def all_unsettled(ledger: Ledger, mentioning: str = "") -> Iterator[tuple[str, Unsettled]]:
    """The appointments of which every text is kept, each with its patient, by patient and appointment id; those in
    whose number, or that of their trajectory, a text stands, in capitals or not."""
    sql = (
        "SELECT * FROM unsettled WHERE instr(lower(appointment_id || char(10) || trajectory_id), lower(?)) "
        "ORDER BY patient_id, appointment_id"
    )
    return _unsettled(ledger, sql, mentioning)


def _unsettled(ledger: Ledger, sql: str, *values: str) -> Iterator[tuple[str, Unsettled]]:
    """Rows of the table ``unsettled``, each with its patient."""
    for row in ledger.named(sql, values):
        yield (
            row["patient_id"],
            Unsettled(
                row["appointment_id"],
                Outcome(row["outcome"]),
                json.loads(row["texts"]),
                [Finding(*each) for each in json.loads(row["found"])],
                json.loads(row["measured"]),
                bool(row["is_sent"]),
                row["place"],
            ),
        )


def changes_of(ledger: Ledger, patient_id: str) -> dict[str, Change]:
    """How the feed changed declared appointments of a patient since, by id."""
    sql = "SELECT appointment_id, kind, texts FROM change WHERE patient_id = ? ORDER BY appointment_id"
    return {ident: Change(kind, json.loads(texts)) for ident, kind, texts in ledger.rows(sql, (patient_id,))}


def unexplained(ledger: Ledger) -> Iterator[Codes]:
    """The codes that patients have of which nobody said what they stand for."""
    return ledger.rows("SELECT DISTINCT code, declare_under FROM unsettled WHERE NOT waits")


#: The patients with such a code that is explained since; ?1: a JSON array of these.
_EXPLAINED: Final = """
SELECT patient_id FROM unsettled WHERE NOT waits AND (code, declare_under) IN (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(?1)
)
"""


def pending_patients(ledger: Ledger, explained: Sequence[Codes] = ()) -> Iterator[str]:
    """The patients with appointments to be tried again, or changed or due again since they were declared;
    ``explained`` are those of `unexplained` of which that was said since."""
    sql = (
        "SELECT patient_id FROM patient WHERE pending > 0 "
        "UNION SELECT patient_id FROM line WHERE again IN ('now', 'line', 'header') "
        f"UNION {_EXPLAINED}"
    )
    return ledger.column(sql, (encode(explained),))


def patients_since(ledger: Ledger, day: date) -> Iterator[str]:
    """The patients with an appointment on a day or after it, given or planned."""
    sql = (
        "SELECT patient_id FROM patient WHERE last >= ?1 UNION SELECT patient_id FROM regular WHERE last >= ?1 "
        "UNION SELECT patient_id FROM planned WHERE date >= ?1"
    )
    return ledger.column(sql, (day.isoformat(),))


def pending_appointments(ledger: Ledger, explained: Sequence[Codes] = ()) -> Iterator[tuple[str, str, str]]:
    """The appointments to be tried again, each with its patient and trajectory number; of declared ones whose last
    debit doesn't simply stand only the appointment. ``explained`` as for `pending_patients`."""
    sql = (
        "SELECT appointment_id, patient_id, trajectory_id FROM unsettled WHERE waits "
        "UNION ALL SELECT appointment_id, patient_id, trajectory_id FROM unsettled "
        f"WHERE NOT waits AND patient_id IN ({_EXPLAINED}) "
        "UNION ALL SELECT appointment_id, '', '' FROM line WHERE corrected = 1 "
        "AND NOT EXISTS (SELECT 1 FROM line AS later WHERE later.appointment_id = line.appointment_id "
        "AND later.debit_credit = 'D' AND later.attempt > line.attempt)"
    )
    return ledger.rows(sql, (encode(explained),))


def appointment_owner(ledger: Ledger, appointment_id: str) -> str | None:
    """Whose an appointment is that was declared or counted."""
    declared = "SELECT patient_id FROM line WHERE appointment_id = ? ORDER BY attempt DESC LIMIT 1"
    if (owner := ledger.first(declared, appointment_id)) is not None:
        return owner
    for number in candidates(ledger, appointment_id):
        patient_id = ledger.first("SELECT patient_id FROM patient WHERE patient = ?", number)
        dossier = None if patient_id is None else dossier_of(ledger, patient_id)
        if dossier is not None and any(kept.appointment_id == appointment_id for kept in dossier.kept()):
            return patient_id
    return None


def number_owner(ledger: Ledger, number: str) -> str | None:
    """Whose a trajectory number is."""
    return ledger.first("SELECT patient_id FROM trajectory_owner WHERE number = ?", number)


def kept_by_all(ledger: Ledger, mentioning: str = "") -> Iterator[tuple[str, Settled | Unsettled]]:
    """The appointments that are kept, each with its patient: all of those in whose number, or that of their trajectory,
    a text stands, in capitals or not, and perhaps others."""
    sql = "SELECT patient_id, appointments FROM patient WHERE instr(lower(appointments), lower(?))"
    for patient_id, text in ledger.rows(sql, (encode(mentioning)[1:-1],)):
        yield from ((patient_id, settled) for settled in unpack(Settled, text))
    yield from all_unsettled(ledger, mentioning)


# Writing.


def save_dossiers(ledger: Ledger, dossiers: Iterable[StoredDossier]) -> None:
    """Writes what is kept of patients from now on, and whose appointments and numbers are."""
    new = ledger.one("SELECT coalesce(max(patient), 0) + 1 FROM patient")
    owners = OwnerWriter(ledger)
    for batch in batched(dossiers, _BATCH):
        rows = []
        for dossier in batch:
            patient = dossier.patient
            if patient is None:
                patient, new = new, new + 1
            rows.append((*dossier[: len(_COLUMNS) - 1], patient, len(dossier.unsettled) + len(dossier.changes)))
            owners.add(dossier.owned, patient)
        ledger.insert_many("patient", (*_COLUMNS, "apart"), rows, over=True)
        _save_apart(ledger, batch)
        numbers = sorted((number, dossier.patient_id) for dossier in batch for number in dossier.numbers)
        ledger.many("INSERT OR IGNORE INTO trajectory_owner VALUES (?, ?)", numbers)
    owners.flush()


def _save_apart(ledger: Ledger, dossiers: Iterable[StoredDossier]) -> None:
    """Writes what of patients has tables of its own, in the place of what they had there."""
    known = [(dossier.patient_id,) for dossier in dossiers if dossier.patient is not None]
    for table in ("unsettled", "change"):
        ledger.many(f"DELETE FROM {table} WHERE patient_id = ?", known)
    for dossier in dossiers:
        for each in dossier.unsettled:
            values = {
                "patient_id": dossier.patient_id,
                "appointment_id": each.appointment_id,
                "outcome": each.outcome.value,
                **{column: each.text(column) for column in ("code", "declare_under", "trajectory_id")},
                "place": each.place,
                "is_sent": each.is_sent,
                "texts": encode(each.texts),
                "found": encode([(f.code, f.column, dict(f.params)) for f in each.found]),
                "measured": encode(each.measured),
            }
            ledger.insert("unsettled", values)
    ledger.insert_many(
        "change",
        ("patient_id", "appointment_id", "kind", "texts"),
        (
            (dossier.patient_id, ident, change.kind, encode(change.texts))
            for dossier in dossiers
            for ident, change in dossier.changes.items()
        ),
    )


def move_appointments(ledger: Ledger, moved: Iterable[tuple[str, str]]) -> None:
    """Appointments that were another patient's, each with whose it is now."""
    owners = OwnerWriter(ledger)
    for ident, patient_id in moved:
        ledger.do("UPDATE line SET patient_id = ? WHERE appointment_id = ?", (patient_id, ident))
        for number in ledger.column("SELECT patient FROM patient WHERE patient_id = ?", (patient_id,)):
            owners.add(hashes([ident]), number)
    owners.flush()


def forget_numbers(ledger: Ledger, owned: Iterable[tuple[str, str]]) -> None:
    """Trajectory numbers that a patient no longer has, each with the patient."""
    ledger.many("DELETE FROM trajectory_owner WHERE number = ? AND patient_id = ?", owned)


def move_numbers(ledger: Ledger, moved: Iterable[tuple[str, str]]) -> None:
    """Trajectory numbers that another patient had, each with whose it is now."""
    ledger.many("INSERT OR REPLACE INTO trajectory_owner VALUES (?, ?)", sorted(moved))


def take_appointments(ledger: Ledger, taken: Iterable[tuple[str, str]]) -> None:
    """Removes appointments, each from the dossier of a patient whose it no longer is; the next run looks at what is
    left."""
    for ident, patient_id in taken:
        if (dossier := dossier_of(ledger, patient_id)) is not None:
            if dossier.consent_by == ident:  # said by somebody else, then
                dossier = dossier._replace(consent="", consent_on="", consent_by="")
            save_dossiers(ledger, [dossier.without({ident})._replace(pending=dossier.pending + 1)])
