"""Lines that somebody had corrected: what stands is taken back together with the line that comes in its place."""

from ..base.problems import Finding
from ..ledger.corrections import STANDING, Debit
from ..ledger.dossier import PENDING
from ..model.appointment import Appointment, Outcome
from .declared import as_first, is_the_same
from .patient import Patient


def hold_back(patient: Patient) -> None:
    """Tells of each line that stays for now, because its appointment as it is now comes to no other."""
    unmapped = {visit.appointment.id for visit in patient.visits if not visit.resolution.is_linked}
    for appointment in (*patient.in_feed, *patient.history.remembered.values()):
        reference = patient.context.replaced.get(appointment.id)
        if reference is None:
            continue
        if appointment.outcome is Outcome.NOT_ZORG1 and appointment.id in unmapped:  # nobody said that it is none
            appointment.outcome = Outcome.HELD
        if appointment.outcome in PENDING:
            patient.result.held_back.add(appointment.id)
            if all(finding.code != "STRICT_HELD" for finding in appointment.findings):
                appointment.findings.append(Finding("CREDIT_HELD_BACK", "", {"reference": reference}))


def is_as_declared(
    patient: Patient, appointment: Appointment, file: tuple[str, str], record: str, head: str
) -> Debit | None:
    """The debit to be corrected, where the line in its place would be the same; ``file``: standard and UZOVI number."""
    reference = patient.context.replaced.get(appointment.id)
    if reference is None:
        return None
    (debit,) = [debit for debit in patient.history.debits[appointment.id] if debit.reference == reference]
    is_same = (debit.standard, debit.uzovi) == file and as_first(debit) == head
    stands = debit.status in STANDING and debit.status != "partly_granted"
    return debit if stands and is_same and is_the_same(debit.standard, debit.person, record) else None


def put_back(patient: Patient, appointment: Appointment, debit: Debit) -> None:
    """Takes an appointment for what it was declared as, as if nobody had asked for anything."""
    appointment.settled_as, appointment.outcome = Outcome.DECLARED, Outcome.EARLIER
    appointment.units, appointment.linked = debit.units, debit.code
    appointment.findings[:] = [Finding("CORRECTION_DROPPED", "", {"reference": debit.reference})]
    patient.result.dropped.add(appointment.id)
