"""What the ledger remembers of a patient, made ready to be put together with what the feed says now."""

from collections.abc import Sequence

from ..intake.meanings import NO_MEANINGS
from ..intake.reader import read_kept
from ..ledger.dossier import AT, LASTING, PENDING, Change, Kept, unpack
from ..ledger.patients import StoredDossier
from ..model.appointment import Appointment, Outcome
from ..zorg1.claims import SETTLED
from .context import Context
from .patient import LedgerHistory


def recall(context: Context, patient_id: str, dossier: StoredDossier | None) -> LedgerHistory:
    """What the ledger remembers of a patient, of whom it keeps this dossier."""
    history = LedgerHistory(dossier)
    found = context.debits(patient_id)
    history.debits = {ident: debits for ident, debits in found.items() if debits[-1].patient_id == patient_id}
    history.again = {ident: debits[-1] for ident, debits in history.debits.items() if not debits[-1].stands}
    for kept in unpack(dossier.appointments) if dossier is not None else ():
        settled = kept.is_settled
        meant = NO_MEANINGS if settled or kept.is_sent else context.settings.input.values
        appointment = read_kept(patient_id, kept.texts, AT, settled=settled, meant=meant)
        if settled and appointment.id in found and appointment.id not in history.debits:
            continue  # it was declared for another patient since
        whose = context.watched.get(appointment.id)
        if whose and patient_id not in whose and (not settled or appointment.id in history.again):
            continue  # the feed says it is another patient's now
        if settled:
            appointment.settled_as = kept.outcome if kept.outcome in SETTLED else None
            appointment.units, appointment.linked, appointment.mark = kept.units, kept.linked, kept.mark
            if kept.change is not None and kept.change.kind != "count":
                said = row_of_change(context, patient_id, appointment.id, kept.change)
                history.said_before[appointment.id] = said
        elif kept.outcome in PENDING or context.resolver.is_explained(appointment.code, appointment.declare_under):
            if (took_place := _took_place(context, kept)) is False:
                continue  # somebody said since that it didn't
            _recall_pending(history, appointment, kept, is_lasting=took_place is None)
        history.remembered[appointment.id] = appointment
    return history


def _recall_pending(history: LedgerHistory, appointment: Appointment, kept: Kept, *, is_lasting: bool) -> None:
    """What is to be tried again; ``is_lasting``: what only the feed can put right is still to be put right."""
    for finding in kept.found:
        if finding.code in LASTING:
            blur(appointment, str(finding.params.get("columns", "")).split(", "))
        elif finding.code == "PATIENT_CONFLICT":
            history.doubted.add(appointment.id)
    if lasting := kept.lasting:
        appointment.findings[:] = lasting if is_lasting else []
    history.pending.add(appointment.id)
    if kept.is_sent:
        appointment.settled_as = Outcome.DECLARED
    elif appointment.id in history.debits:
        history.said_before[appointment.id] = appointment


def _took_place(context: Context, kept: Kept) -> bool | None:
    """What is known by now of an appointment of which it wasn't known whether it took place."""
    words = [str(finding.params["status"]) for finding in kept.lasting[:1] if finding.code == "STATUS_UNCLEAR"]
    return context.statuses[words[0]] if words else None


def row_of_change(context: Context, patient_id: str, ident: str, change: Change) -> Appointment:
    """What the feed said of a declared appointment."""
    meant = context.settings.input.values
    row = read_kept(patient_id, change.texts or (ident,), AT, settled=not change.texts, meant=meant)
    row.completed = change.kind != "cancelled"
    return row


def blur(appointment: Appointment, columns: Sequence[str]) -> None:
    """Forgets what its rows contradict each other in, where that says which trajectory it could belong to."""
    if "date" in columns:
        appointment.date = None
    if "trajectory_id" in columns:
        appointment.number = ""
