"""What an appointment is to the grouping: a visit, something unclear that may be one, or nothing of Zorg1."""

from typing import Final

from ..base.problems import Finding
from ..ledger.dossier import LASTING
from ..ledger.patients import number_owner
from ..model.appointment import Appointment, Outcome
from ..zorg1.resolver import Verdict
from ..zorg1.visit import Visit
from .another_patient import is_theirs
from .patient import Patient

#: Where something that can't be read leaves it open what an appointment is.
_SAY_WHAT_IT_IS: Final = ("", "code", "declare_under")


def classify(patient: Patient, appointment: Appointment) -> None:
    """Makes a visit of an appointment, or settles it here where there is nothing to group."""
    context = patient.context
    day = appointment.date
    resolution = context.resolver.resolve(appointment.code, appointment.declare_under, appointment.uzovi, day)
    if appointment.linked and (appointment.settled_as is Outcome.DECLARED or not resolution.is_zorg1):
        # What was declared or counted stays what it was, whatever the code is linked to now.
        resolution = context.resolver.resolve("", appointment.linked, appointment.uzovi, day)
    appointment.linked = resolution.code if resolution.is_linked else ""
    found = appointment.findings
    has_place = bool(appointment.number) or appointment.id in context.replaced
    if resolution.verdict is Verdict.UNEXPLAINED and not (has_place or found or day is None or appointment.settled_as):
        patient.kept.append(appointment)  # perhaps a contact, of a trajectory that is still to come
        patient.visits.append(Visit(appointment, resolution, day))
        return
    if (
        appointment.settled_as not in (Outcome.DECLARED, Outcome.EARLIER)  # what was declared stays known
        and not resolution.is_zorg1
        and (resolution.verdict is Verdict.NOT_ZORG1 or not has_place)
        and not any(finding.code.startswith("ROW_") and finding.column in _SAY_WHAT_IT_IS for finding in found)
    ):
        found.clear()
        appointment.outcome = Outcome.NOT_ZORG1
        return
    patient.kept.append(appointment)
    if appointment.settled_as is None:
        is_before = day is not None and day <= context.declared_until
        if (
            is_before
            and resolution.is_zorg1
            and appointment.id not in patient.history.again
            and not appointment.unclear
        ):
            appointment.settled_as = Outcome.EARLIER
        else:
            if found and (found[0].code not in LASTING or found[0].code.startswith("ROW_")):
                appointment.outcome = Outcome.UNREADABLE
            elif not found and (fault := _shared(patient, appointment)) is not None:
                found.append(fault)
            if found:
                appointment.outcome = appointment.outcome or Outcome.HELD
                appointment.trajectory = appointment.number
                patient.unclear.append(appointment)
                return
    if day is None:
        appointment.outcome = Outcome.EARLIER
        return
    patient.visits.append(Visit(appointment, resolution, day))


def _shared(patient: Patient, appointment: Appointment) -> Finding | None:
    """Whether another patient has an appointment with the same id, in this feed or in the ledger."""
    context, reference = patient.context, patient.elsewhere.get(appointment.id)
    if reference:
        return Finding("DECLARED_ELSEWHERE", "appointment_id", {"reference": reference})
    if reference is not None or (context.shared_appointments and hash(appointment.id) in context.shared_appointments):
        return Finding("APPOINTMENT_TWO_PATIENTS", "appointment_id", {"rows": ""})
    return None


def orphans(patient: Patient) -> list[Appointment]:
    """Rows without a patient under one of the patient's trajectory numbers."""
    if not patient.context.orphans:
        return []
    numbers = sorted({visit.appointment.number for visit in patient.visits} & patient.context.orphans)
    return [Appointment("", None, True, None, "", "", n, "", "", "", (), {}) for n in numbers]


def shared_numbers(patient: Patient) -> set[str]:
    """The patient's trajectory numbers that another patient has too."""
    context, numbers = patient.context, {visit.appointment.number for visit in patient.visits} - {""}
    shared = {n for n in numbers if hash(n) in context.shared_numbers} if context.shared_numbers else set()
    shared |= numbers & context.contested
    if not context.ledger.is_new:
        owners = {number: number_owner(context.ledger, number) for number in numbers}
        others = (
            (n, owner) for n, owner in owners.items() if n not in shared and owner not in (None, patient.patient_id)
        )
        shared |= {number for number, owner in others if is_theirs(patient, number, str(owner))}
    return shared
