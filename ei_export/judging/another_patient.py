"""Appointments that were another patient's: two dossiers that were merged, or care that was put on the wrong person.

What the same person was declared or counted for under another patient number stands. What was declared for another
person stands as well, until somebody has it corrected; then it is due with whoever the feed says. A contact that was
counted for another person counts where the feed says from now on; what that does to an end that was declared is told
with the next run.
"""

from collections.abc import Iterable, Sequence

from attrs import evolve

from ..base.problems import Finding
from ..ledger.dossier import PENDING, Settled, Unsettled
from ..ledger.patients import appointment_owner
from ..model.appointment import Appointment, Outcome
from ..model.declaration import NO_BSN
from ..standards.registry import standard_named
from ..zorg1.claims import SETTLED
from ..zorg1.visit import Visit
from .context import Context
from .declared import take_as_pruned, take_declared
from .patient import Heard, Patient, Taken
from .result import NOT_COMPLETED, Totals


def take_from_another(patient: Patient, row: Appointment) -> Taken | None:
    """What an appointment is taken for that isn't remembered of its patient; None where there is nothing to say of
    it."""
    context = patient.context
    if context.ledger.is_new or row.findings or hash(row.id) in context.feed.shared_appointments:
        return None
    owner = appointment_owner(context.ledger, row.id)
    if owner is None:
        return None
    debits = context.debits_of(row.id)
    if not debits:
        return None if owner == patient.patient_id else _counted(patient, row, owner)
    last = debits[-1]
    if last.is_pruned:
        return take_as_pruned(row, last)
    if last.stays:
        sent_to = standard_named(last.standard).read_person(last.person).bsn
        if owner != patient.patient_id and not _is_one_person({sent_to, _bsn(row)}):
            return Taken(row, elsewhere=last.reference)
    elif context.feed.watched.get(row.id, {owner}) != {patient.patient_id}:
        return Taken(row, elsewhere=last.reference)
    debits = [evolve(debit, patient_id=patient.patient_id) for debit in debits]
    if not last.stays:
        return Taken(row, debits=debits, again=last, totals=_moved(patient, row.id, owner))
    taken = take_declared(patient, None, row, debits)
    return evolve(taken, debits=debits, totals=[*_moved(patient, row.id, owner), *taken.totals])


def is_another_s(patient: Patient, row: Appointment) -> bool:
    """Whether another patient had an appointment that isn't remembered of its patient."""
    owner = None if patient.context.ledger.is_new else appointment_owner(patient.context.ledger, row.id)
    return owner not in (None, patient.patient_id)


def take_cancelled_from_another(patient: Patient, row: Appointment) -> Taken:
    """What an appointment that another patient had is taken for, now that it did not take place."""
    moved = _moved(patient, row.id, str(appointment_owner(patient.context.ledger, row.id)))
    if not (debits := patient.context.debits_of(row.id)):
        return Taken(None, totals=[*moved, NOT_COMPLETED])
    debits = [evolve(debit, patient_id=patient.patient_id) for debit in debits]
    taken = take_declared(patient, None, row, debits)
    return evolve(taken, debits=debits, totals=[*moved, *taken.totals])


def _moved(patient: Patient, ident: str, owner: str) -> Sequence[Totals]:
    taken = [(ident, owner)] if owner != patient.patient_id else []
    return [Totals(moved=[(ident, patient.patient_id)], taken=taken)]


def _counted(patient: Patient, row: Appointment, owner: str) -> Taken:
    """A contact, or what another system declared, that another patient had."""
    moved = _moved(patient, row.id, owner)
    kept = next((kept for kept in _kept(patient.context, owner) if kept.appointment_id == row.id), None)
    outcome = Outcome(kept.outcome) if kept is not None else None
    if kept is None or (outcome in PENDING and owner not in patient.context.feed.watched.get(row.id, {owner})):
        return Taken(row, totals=moved)  # they have it no more, or it was only held
    is_theirs = _is_one_person({kept.text("bsn"), _bsn(row)})
    if outcome not in SETTLED or not (is_theirs or outcome is Outcome.COUNTED):
        return Taken(row, elsewhere="")
    if not is_theirs:
        return Taken(row, told=[Finding("CONTACT_MOVED", "patient_id")], totals=moved)
    if isinstance(kept, Settled) and outcome is Outcome.COUNTED:
        is_told_the_same = (row.code, row.declare_under) == (kept.code, kept.declare_under)
        linked = kept.linked if is_told_the_same else ""
        row = row.knowing(settled_as=Outcome.COUNTED, linked=linked)
    return Taken(row, totals=moved)


def is_theirs(patient: Patient, heard: Heard, number: str, owner: str, visits: Iterable[Visit]) -> bool | None:
    """Whether a trajectory number is still that of somebody else, who had it: not where that is the patient under
    another patient number; None where all that they had under it is another's now. ``visits`` are the patient's."""
    left = [kept for kept in _kept(patient.context, owner) if kept.text("trajectory_id") == number]
    left = [kept for kept in left if not _is_moved(patient, heard, kept, owner)]
    if not left:
        return None
    mine = {_bsn(visit.appointment) for visit in visits if visit.appointment.number == number}
    return not _is_one_person(mine | {kept.text("bsn") for kept in left})


def _is_moved(patient: Patient, heard: Heard, kept: Settled | Unsettled, owner: str) -> bool:
    """Whether the feed says that an appointment is no longer of who had it."""
    ident = kept.appointment_id
    return (
        ident in heard.named
        or ident in heard.remembered
        or owner not in patient.context.feed.watched.get(ident, {owner})
    )


def _kept(context: Context, patient_id: str) -> list[Settled | Unsettled]:
    dossier = context.dossier(patient_id)
    return dossier.kept() if dossier is not None else []


def _bsn(row: Appointment) -> str:
    return row.text("bsn").zfill(9)


def _is_one_person(bsns: set[str]) -> bool:
    return len(bsns) == 1 and NO_BSN not in bsns
