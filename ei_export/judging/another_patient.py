"""Appointments that were another patient's: two dossiers that were merged, or care that was put on the wrong person.

What the same person was declared or counted for under another patient number stands. What was declared for another
person stands as well, until somebody has it corrected; then it is due with whoever the feed says. A contact that was
counted for another person counts where the feed says from now on; what that does to an end that was declared is told
with the next run.
"""

from attrs import evolve

from ..base.problems import Finding
from ..ledger.dossier import AT, PENDING, Kept, unpack
from ..ledger.patients import appointment_owner
from ..model.appointment import Appointment, Outcome
from ..model.declaration import NO_BSN
from ..standards.registry import standard_named
from ..zorg1.claims import SETTLED
from .context import Context
from .declared import take_as_pruned, take_declared
from .patient import Patient


def take_from_another(patient: Patient, row: Appointment) -> Appointment | None:
    """What an appointment is taken for that isn't remembered of its patient; as of `take_declared`. One that is
    another patient's is noted as `Patient.elsewhere`."""
    context = patient.context
    if context.ledger.is_new or row.findings or hash(row.id) in context.shared_appointments:
        return row
    owner = appointment_owner(context.ledger, row.id)
    if owner is None:
        return row
    debits = context.debits_of(row.id)
    if not debits:
        return row if owner == patient.patient_id else _counted(patient, row, owner)
    last = debits[-1]
    if last.is_pruned:
        return take_as_pruned(patient, row, last)
    if last.stands:
        sent_to = standard_named(last.standard).read_person(last.person).bsn
        if owner != patient.patient_id and not _is_one_person({sent_to, _bsn(row)}):
            patient.elsewhere[row.id] = last.reference
            return row
    elif context.watched.get(row.id, {owner}) != {patient.patient_id}:
        patient.elsewhere[row.id] = last.reference
        return row
    _move(patient, row.id, owner)
    patient.history.debits[row.id] = [evolve(debit, patient_id=patient.patient_id) for debit in debits]
    if last.stands:
        return take_declared(patient, None, row)
    patient.history.again[row.id] = last
    return row


def is_another_s(patient: Patient, row: Appointment) -> bool:
    """Whether another patient had an appointment that isn't remembered of its patient."""
    owner = None if patient.context.ledger.is_new else appointment_owner(patient.context.ledger, row.id)
    return owner not in (None, patient.patient_id)


def take_cancelled_from_another(patient: Patient, row: Appointment) -> Appointment | None:
    """What an appointment that another patient had is taken for, now that it did not take place; as of
    `take_declared`."""
    _move(patient, row.id, str(appointment_owner(patient.context.ledger, row.id)))
    if not (debits := patient.context.debits_of(row.id)):
        patient.result.cancelled.append((row.id, patient.patient_id))
        patient.result.tally(Outcome.NOT_COMPLETED)
        return None
    patient.history.debits[row.id] = [evolve(debit, patient_id=patient.patient_id) for debit in debits]
    return take_declared(patient, None, row)


def _move(patient: Patient, ident: str, owner: str) -> None:
    patient.result.moved.append((ident, patient.patient_id))
    if owner != patient.patient_id:
        patient.result.taken.append((ident, owner))


def _counted(patient: Patient, row: Appointment, owner: str) -> Appointment:
    """A contact, or what another system declared, that another patient had."""
    kept = next((kept for kept in _kept(patient.context, owner) if kept.texts[AT["appointment_id"]] == row.id), None)
    if kept is None or (kept.outcome in PENDING and owner not in patient.context.watched.get(row.id, {owner})):
        _move(patient, row.id, owner)  # they have it no more, or it was only held
        return row
    is_theirs = _is_one_person({kept.texts[AT["bsn"]], _bsn(row)})
    if kept.outcome not in SETTLED or not (is_theirs or kept.outcome is Outcome.COUNTED):
        patient.elsewhere[row.id] = ""
        return row
    _move(patient, row.id, owner)
    if not is_theirs:
        patient.result.problems.append((row, Finding("CONTACT_MOVED", "patient_id")))
        return row
    if kept.outcome is Outcome.COUNTED:
        row.settled_as = Outcome.COUNTED
        told = row.code, row.declare_under
        row.linked = kept.linked if told == (kept.texts[AT["code"]], kept.texts[AT["declare_under"]]) else ""
    return row


def is_theirs(patient: Patient, number: str, owner: str) -> bool:
    """Whether a trajectory number is still that of somebody else, who had it: not where that is the patient under
    another patient number, nor where all that they had under it is another's now."""
    left = [kept for kept in _kept(patient.context, owner) if kept.texts[AT["trajectory_id"]].strip() == number]
    left = [kept for kept in left if not _is_moved(patient, kept, owner)]
    if not left:
        patient.result.numbers.append((number, patient.patient_id))
        return False
    mine = {_bsn(visit.appointment) for visit in patient.visits if visit.appointment.number == number}
    return not _is_one_person(mine | {kept.texts[AT["bsn"]] for kept in left})


def _is_moved(patient: Patient, kept: Kept, owner: str) -> bool:
    """Whether the feed says that an appointment is no longer of who had it."""
    ident = kept.texts[AT["appointment_id"]]
    return (
        ident in patient.named
        or ident in patient.history.remembered
        or owner not in patient.context.watched.get(ident, {owner})
    )


def _kept(context: Context, patient_id: str) -> list[Kept]:
    dossier = context.dossier(patient_id)
    return unpack(dossier.appointments) if dossier is not None else []


def _bsn(row: Appointment) -> str:
    return row.text("bsn").zfill(9)


def _is_one_person(bsns: set[str]) -> bool:
    return len(bsns) == 1 and NO_BSN not in bsns
