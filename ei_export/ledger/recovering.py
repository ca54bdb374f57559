"""What was read back of published runs, and which runs of a folder the ledger knows."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from attrs import evolve

from ..base.private import resolved
from ..model.appointment import Appointment, Judgement, Outcome
from . import Ledger
from .dossier import pack
from .patients import StoredDossier, dossier_of, save_dossiers
from .people import HashedIdentity
from .runs import stored

#: Where in an entry of a dossier its appointment stands.
_ID: Final = 3


def keep_declared(
    ledger: Ledger, patient_id: str, identity: HashedIdentity, appointments: Sequence[Appointment]
) -> None:
    """Puts declared appointments in a patient's dossier, in the place of what it says of them, and who the patient is;
    the next run completes it."""
    found = dossier_of(ledger, patient_id) or StoredDossier(patient_id, 1, None, None, "[]", "[]")
    who, born, sex = identity
    if not sex and who == found.who:  # not every standard sends it
        sex = found.sex
    declared = [(appointment, Judgement(Outcome.DECLARED, (), appointment.past)) for appointment in appointments]
    new = {entry[_ID]: entry for entry in json.loads(pack(declared))}
    old = (entry for entry in json.loads(found.appointments) if entry[_ID] not in new)
    entries = sorted([*old, *new.values()], key=lambda entry: str(entry[_ID]))
    last = max([found.last, *(a.date.isoformat() for a in appointments if a.date is not None)])
    text = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    found = evolve(found, pending=1, digest=None, tally=None, appointments=text, last=last)
    save_dossiers(ledger, [evolve(found, who=who, born=born, sex=sex)])
    numbers = sorted({appointment.number for appointment in appointments} - {""})
    ledger.many("INSERT OR IGNORE INTO trajectory_owner VALUES (?, ?)", ((number, patient_id) for number in numbers))
    ledger.many("INSERT OR IGNORE INTO recovered VALUES (?)", ((appointment.id,) for appointment in appointments))


def doubt_begun(ledger: Ledger) -> None:
    """Notes of the trajectories that had begun when an older ledger was written that contacts may be missing."""
    ledger.many(
        "INSERT OR IGNORE INTO recovered SELECT appointment_id FROM appointment WHERE outcome <> ? AND patient_id IN "
        "(SELECT patient_id FROM dossier WHERE pending > 0 UNION SELECT patient_id FROM trajectory WHERE ended = '')",
        [(Outcome.COUNTED.value,)],
    )


def note_listed(ledger: Ledger, out: Path, run: int) -> None:
    """Notes which run of the list in a folder of runs writes in the ledger."""
    ledger.do("INSERT OR REPLACE INTO listed VALUES (?, ?)", (stored(resolved(out)), run))


def last_listed(ledger: Ledger, out: Path) -> int | None:
    """The run of the list in a folder of runs that wrote in the ledger last, by whatever path; None where none did."""
    sql = "SELECT max(run) FROM listed WHERE EXISTS (SELECT 1 FROM listed WHERE folder = ?)"
    run = next(ledger.column(sql, (stored(resolved(out)),)))
    return None if run is None else int(run)


def recovered(ledger: Ledger) -> frozenset[str]:
    """The appointments of which a ledger that runs were read back into knows, and that no feed showed since: what else
    there was then is not known."""
    return frozenset(ledger.column("SELECT appointment_id FROM recovered"))


def note_shown(ledger: Ledger, appointments: Iterable[str]) -> None:
    """Notes that a feed showed these appointments."""
    ledger.many("DELETE FROM recovered WHERE appointment_id = ?", ((ident,) for ident in appointments))
