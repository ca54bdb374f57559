"""How things stand: what waits to be tried again, and what was started and has no end."""

from collections.abc import Iterator, Sequence
from datetime import date

from attrs import frozen

from ..appointment import Outcome
from ..problems import Finding
from . import Ledger
from .dossier import unpack_waiting


@frozen
class Waiting:
    """An appointment that the next run tries again: its ``texts`` as the feed had them, in the order of
    `dossier.SAVED`, and what the last run found wrong with it."""

    patient_id: str
    outcome: Outcome
    texts: Sequence[str]
    findings: Sequence[Finding]


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


def waiting(ledger: Ledger) -> Iterator[Waiting]:
    """Everything that waits, by patient and appointment id."""
    sql = "SELECT patient_id, appointments FROM dossier WHERE pending > 0 ORDER BY patient_id"
    for patient_id, appointments in ledger._rows(sql):
        for entry in unpack_waiting(appointments):
            yield Waiting(patient_id, *entry)


def without_end(ledger: Ledger, last: date) -> Iterator[Started]:
    """The trajectories that were started, have no end, and were heard of for the last time on this day or before it."""
    sql = (
        "SELECT trajectory, patient_id, insurer, program, profile, started, last, contacts FROM trajectory "
        "WHERE ended = '' AND started <> '' AND last <= ?"
    )
    for trajectory, patient, insurer, program, profile, started, seen, contacts in ledger._rows(
        sql, (last.isoformat(),)
    ):
        days = date.fromisoformat(started), date.fromisoformat(seen)
        yield Started(trajectory, patient, insurer, program, profile, *days, int(contacts))
