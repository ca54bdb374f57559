"""What was read back of published runs, and which runs of a folder the ledger knows."""

from collections.abc import Iterable, Sequence
from pathlib import Path

from ..base.private import resolved
from ..model.appointment import Outcome
from . import Ledger
from .dossier import Settled, Unsettled
from .packing import pack
from .patients import StoredDossier, dossier_of, save_dossiers
from .people import HashedIdentity
from .runs import stored


def keep_declared(ledger: Ledger, patient_id: str, identity: HashedIdentity, appointments: Sequence[Settled]) -> None:
    """Puts declared appointments in a patient's dossier, in the place of what it says of them but for what is known
    besides, and who the patient is; the next run completes it."""
    found = dossier_of(ledger, patient_id) or StoredDossier(patient_id)
    who, born, sex, birth_year = identity
    if not sex and who == found.who:  # not every standard sends it
        sex = found.sex
    known = {kept.appointment_id: kept for kept in found.kept()}
    new = {each.appointment_id: _as_known(each, known.get(each.appointment_id)) for each in appointments}
    left = found.without(new)
    found = left._replace(
        pending=1,
        last=max([found.last, *(appointment.date for appointment in appointments)]),
        who=who,
        born=born,
        sex=sex,
        birth_year=birth_year,
        appointments=pack(Settled, sorted([*left.settled(), *new.values()])),
        numbers=sorted({appointment.trajectory_id for appointment in appointments} - {""}),
    )
    save_dossiers(ledger, [found])
    ledger.many("INSERT OR IGNORE INTO recovered VALUES (?)", ((ident,) for ident in new))


def _as_known(appointment: Settled, kept: Settled | Unsettled | None) -> Settled:
    """With what is known of it and no file says."""
    return appointment if kept is None else appointment._replace(place=kept.place, **kept.besides._asdict())


def doubt_begun(ledger: Ledger) -> None:
    """Notes of the trajectories that had begun when an older ledger was written that contacts may be missing."""
    sql = "SELECT patient_id FROM patient WHERE pending > 0 OR open_trajectories > 0"
    for patient_id in list(ledger.column(sql)):
        dossier = dossier_of(ledger, patient_id)
        for kept in dossier.kept() if dossier is not None else ():
            if Outcome(kept.outcome) is not Outcome.COUNTED:
                ledger.do("INSERT OR IGNORE INTO recovered VALUES (?)", (kept.appointment_id,))


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
