"""Appointments that were another patient's: two dossiers that were merged, or care that was put on the wrong person.

What the same person was declared or counted for under another patient number stands. What was declared for another
person stands as well, until somebody has it corrected; then it is due with whoever the feed says. A contact that was
counted for another person counts where the feed says from now on; what that does to an end that was declared is told
with the next run.
"""

from attrs import evolve

from ..base.problems import Finding
from ..ledger.dossier import AT, PENDING, Kept, unpack
from ..model.appointment import Appointment, Outcome
from ..model.declaration import NO_BSN
from ..standards.forms import FORMS
from ..zorg1.claims import SETTLED
from .context import Desk, Work
from .declared import hear, take_as_pruned


def welcome(work: Work, row: Appointment) -> Appointment | None:
    """What an appointment is taken for that isn't known of its patient; as of `hear`. One that is another patient's is
    noted as `Work.elsewhere`."""
    desk = work.desk
    if desk.ledger.is_new or row.findings or hash(row.id) in desk.shared_appointments:
        return row
    owner = desk.ledger.appointment_owner(row.id)
    if owner is None:
        return row
    debits = desk.debits_of(row.id)
    if not debits:
        return row if owner == work.patient_id else _counted(work, row, owner)
    last = debits[-1]
    if last.is_pruned:
        return take_as_pruned(work, row, last)
    if last.stands:
        sent_to = FORMS[last.standard].person(last.person).bsn
        if owner != work.patient_id and not _is_one_person({sent_to, _bsn(row)}):
            work.elsewhere[row.id] = last.reference
            return row
    elif desk.watched.get(row.id, {owner}) != {work.patient_id}:
        work.elsewhere[row.id] = last.reference
        return row
    _move(work, row.id, owner)
    work.debits[row.id] = [evolve(debit, patient_id=work.patient_id) for debit in debits]
    if last.stands:
        return hear(work, None, row)
    work.again[row.id] = last
    return row


def is_another_s(work: Work, row: Appointment) -> bool:
    """Whether another patient had an appointment that isn't known of its patient."""
    owner = None if work.desk.ledger.is_new else work.desk.ledger.appointment_owner(row.id)
    return owner not in (None, work.patient_id)


def dismiss(work: Work, row: Appointment) -> Appointment | None:
    """What an appointment that another patient had is taken for, now that it did not take place; as of `hear`."""
    _move(work, row.id, str(work.desk.ledger.appointment_owner(row.id)))
    if not (debits := work.desk.debits_of(row.id)):
        work.case.cancelled.append((row.id, work.patient_id))
        work.case.tally(Outcome.NOT_COMPLETED)
        return None
    work.debits[row.id] = [evolve(debit, patient_id=work.patient_id) for debit in debits]
    return hear(work, None, row)


def _move(work: Work, ident: str, owner: str) -> None:
    work.case.moved.append((ident, work.patient_id))
    if owner != work.patient_id:
        work.case.taken.append((ident, owner))


def _counted(work: Work, row: Appointment, owner: str) -> Appointment:
    """A contact, or what another system declared, that another patient had."""
    kept = next((kept for kept in _kept(work.desk, owner) if kept.texts[AT["appointment_id"]] == row.id), None)
    if kept is None or (kept.outcome in PENDING and owner not in work.desk.watched.get(row.id, {owner})):
        _move(work, row.id, owner)  # they have it no more, or it was only held
        return row
    is_theirs = _is_one_person({kept.texts[AT["bsn"]], _bsn(row)})
    if kept.outcome not in SETTLED or not (is_theirs or kept.outcome is Outcome.COUNTED):
        work.elsewhere[row.id] = ""
        return row
    _move(work, row.id, owner)
    if not is_theirs:
        work.case.problems.append((row, Finding("CONTACT_MOVED", "patient_id")))
        return row
    if kept.outcome is Outcome.COUNTED:
        row.known = Outcome.COUNTED
        told = row.code, row.declare_under
        row.linked = kept.linked if told == (kept.texts[AT["code"]], kept.texts[AT["declare_under"]]) else ""
    return row


def is_theirs(work: Work, number: str, owner: str) -> bool:
    """Whether a trajectory number is still that of somebody else, who had it: not where that is the patient under
    another patient number, nor where all that they had under it is another's now."""
    left = [kept for kept in _kept(work.desk, owner) if kept.texts[AT["trajectory_id"]].strip() == number]
    left = [kept for kept in left if not _is_moved(work, kept, owner)]
    if not left:
        work.case.numbers.append((number, work.patient_id))
        return False
    mine = {_bsn(visit.appointment) for visit in work.visits if visit.appointment.number == number}
    return not _is_one_person(mine | {kept.texts[AT["bsn"]] for kept in left})


def _is_moved(work: Work, kept: Kept, owner: str) -> bool:
    """Whether the feed says that an appointment is no longer of who had it."""
    ident = kept.texts[AT["appointment_id"]]
    return ident in work.named or ident in work.known or owner not in work.desk.watched.get(ident, {owner})


def _kept(desk: Desk, patient_id: str) -> list[Kept]:
    dossier = desk.dossier(patient_id)
    return unpack(dossier.appointments) if dossier is not None else []


def _bsn(row: Appointment) -> str:
    return row.text("bsn").zfill(9)


def _is_one_person(bsns: set[str]) -> bool:
    return len(bsns) == 1 and NO_BSN not in bsns
