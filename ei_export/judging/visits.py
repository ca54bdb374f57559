"""What an appointment is to the grouping: a visit, something unclear that may be one, or nothing of Zorg1."""

from typing import Final

from ..base.problems import Finding
from ..ledger.dossier import LASTING
from ..model.appointment import Appointment, Outcome
from ..zorg1.resolver import Verdict
from ..zorg1.visit import Visit
from .context import Work
from .moving import is_theirs

#: Where something that can't be read leaves it open what an appointment is.
_SAY_WHAT_IT_IS: Final = ("", "code", "declare_under")


def classify(work: Work, appointment: Appointment) -> None:
    """Makes a visit of an appointment, or settles it here where there is nothing to group."""
    desk = work.desk
    day = appointment.date
    resolution = desk.resolver.resolve(appointment.code, appointment.declare_under, appointment.uzovi, day)
    if appointment.linked and (appointment.known is Outcome.DECLARED or not resolution.is_zorg1):
        # What was declared or counted stays what it was, whatever the code is linked to now.
        resolution = desk.resolver.resolve("", appointment.linked, appointment.uzovi, day)
    appointment.linked = resolution.code if resolution.is_linked else ""
    found = appointment.findings
    has_place = bool(appointment.number) or appointment.id in desk.replaced
    if resolution.verdict is Verdict.UNEXPLAINED and not (has_place or found or day is None or appointment.known):
        work.kept.append(appointment)  # perhaps a contact, of a trajectory that is still to come
        work.visits.append(Visit(appointment, resolution, day))
        return
    if (
        appointment.known not in (Outcome.DECLARED, Outcome.EARLIER)  # what was declared stays known
        and not resolution.is_zorg1
        and (resolution.verdict is Verdict.NOT_ZORG1 or not has_place)
        and not any(finding.code.startswith("ROW_") and finding.column in _SAY_WHAT_IT_IS for finding in found)
    ):
        found.clear()
        appointment.outcome = Outcome.NOT_ZORG1
        return
    work.kept.append(appointment)
    if appointment.known is None:
        is_before = day is not None and day <= desk.declared_until
        if is_before and resolution.is_zorg1 and appointment.id not in work.again and not appointment.unclear:
            appointment.known = Outcome.EARLIER
        else:
            if found and (found[0].code not in LASTING or found[0].code.startswith("ROW_")):
                appointment.outcome = Outcome.UNREADABLE
            elif not found and (fault := _shared(work, appointment)) is not None:
                found.append(fault)
            if found:
                appointment.outcome = appointment.outcome or Outcome.HELD
                appointment.trajectory = appointment.number
                work.unclear.append(appointment)
                return
    if day is None:
        appointment.outcome = Outcome.EARLIER
        return
    work.visits.append(Visit(appointment, resolution, day))


def _shared(work: Work, appointment: Appointment) -> Finding | None:
    """Whether another patient has an appointment with the same id, in this feed or in the ledger."""
    desk, reference = work.desk, work.elsewhere.get(appointment.id)
    if reference:
        return Finding("DECLARED_ELSEWHERE", "appointment_id", {"reference": reference})
    if reference is not None or (desk.shared_appointments and hash(appointment.id) in desk.shared_appointments):
        return Finding("APPOINTMENT_TWO_PATIENTS", "appointment_id", {"rows": ""})
    return None


def orphans(work: Work) -> list[Appointment]:
    """Rows without a patient under one of the patient's trajectory numbers."""
    if not work.desk.orphans:
        return []
    numbers = sorted({visit.appointment.number for visit in work.visits} & work.desk.orphans)
    return [Appointment("", None, True, None, "", "", n, "", "", "", (), {}) for n in numbers]


def shared_numbers(work: Work) -> set[str]:
    """The patient's trajectory numbers that another patient has too."""
    desk, numbers = work.desk, {visit.appointment.number for visit in work.visits} - {""}
    shared = {n for n in numbers if hash(n) in desk.shared_numbers} if desk.shared_numbers else set()
    shared |= numbers & desk.contested
    if not desk.ledger.is_new:
        owners = {number: desk.ledger.number_owner(number) for number in numbers}
        others = ((n, owner) for n, owner in owners.items() if n not in shared and owner not in (None, work.patient_id))
        shared |= {number for number, owner in others if is_theirs(work, number, str(owner))}
    return shared
