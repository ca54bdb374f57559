"""What the ledger remembers of a patient, made ready to be put together with what the feed says now."""

from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

from attrs import evolve

from ..base.value import value
from ..intake.meanings import NO_MEANINGS
from ..intake.reader import read_kept, read_unsettled
from ..ledger.dossier import AT, LASTING, PENDING, Besides, Change, KeptTrajectory, Settled, Unsettled, in_order
from ..ledger.line import Line
from ..ledger.patients import StoredDossier
from ..model.appointment import Appointment, Outcome, Past
from ..zorg1.claims import SETTLED
from .context import Context

_NOTHING: Final[Mapping[str, Any]] = {}
#: Changes that say what the feed has in the place of what was declared.
_SAID: Final = ("row", "said", "cancelled")


@value
class LedgerHistory:
    """What the ledger remembers of a patient.

    ``remembered`` are the patient's appointments, by id; ``pending`` were to be tried again.

    Of what was declared before, by appointment id: ``debits`` are those of appointments that have one which doesn't
    simply stand; ``again`` the last one, where that doesn't. ``said_before`` is what the feed said of declared ones,
    when it was heard of last, if that was something else.

    ``doubted`` are the appointments of a feed whose rows were of different people; ``courses`` the trajectories of the
    last time, and ``ends`` what may have ended them: the day, YYYY-MM-DD, and the insurer of each line of ours that
    stands; ``besides`` is what the Zorg1 tables ask of the appointments, by id.
    """

    dossier: StoredDossier | None
    remembered: Mapping[str, Appointment] = _NOTHING
    pending: Set[str] = frozenset()
    debits: Mapping[str, Sequence[Line]] = _NOTHING
    again: Mapping[str, Line] = _NOTHING
    said_before: Mapping[str, Appointment] = _NOTHING
    doubted: Set[str] = frozenset()
    courses: Sequence[KeptTrajectory] = ()
    ends: Set[tuple[str, str]] = frozenset()
    besides: Mapping[str, Besides] = _NOTHING


def recall(context: Context, patient_id: str, dossier: StoredDossier | None) -> LedgerHistory:
    """What the ledger remembers of a patient, of whom it keeps this dossier."""
    found = context.debits(patient_id)
    debits = {ident: debits for ident, debits in found.items() if debits[-1].patient_id == patient_id}
    again = {ident: debits[-1] for ident, debits in debits.items() if not debits[-1].stays}
    if dossier is None:
        return LedgerHistory(None, debits=debits, again=again)
    remembered: dict[str, Appointment] = {}
    said_before: dict[str, Appointment] = {}
    pending: set[str] = set()
    doubted: set[str] = set()
    appointments = dossier.kept()
    for kept in appointments:
        settled = isinstance(kept, Settled)
        appointment = _recalled(context, patient_id, kept)
        ident = appointment.id
        if settled and ident in found and ident not in debits:
            continue  # it was declared for another patient since
        whose = context.feed.watched.get(ident)
        if whose and patient_id not in whose and (not settled or ident in again):
            continue  # the feed says it is another patient's now
        if isinstance(kept, Settled):
            change = dossier.changes.get(ident)
            if change is not None and change.kind in _SAID:
                said_before[ident] = row_of_change(context, patient_id, ident, change)
        elif kept.outcome in PENDING or context.resolver.is_explained(appointment.code, appointment.declare_under):
            if (took_place := _took_place(context, kept)) is False:
                continue  # somebody said since that it didn't
            appointment = _pending(appointment, kept, is_lasting=took_place is None)
            pending.add(ident)
            if any(finding.code == "PATIENT_CONFLICT" for finding in kept.found):
                doubted.add(ident)
            if not kept.is_sent and ident in debits:
                said_before[ident] = appointment
        remembered[ident] = appointment
    ends = {
        (kept.date, context.resolver.insurer(kept.uzovi))
        for kept in appointments
        if isinstance(kept, Settled) and kept.outcome == Outcome.DECLARED.value and kept.appointment_id not in again
    }
    besides = {kept.appointment_id: kept.besides for kept in appointments}
    courses = dossier.courses()
    return LedgerHistory(dossier, remembered, pending, debits, again, said_before, doubted, courses, ends, besides)


def _recalled(context: Context, patient_id: str, kept: Settled | Unsettled) -> Appointment:
    """An appointment as it is kept."""
    if isinstance(kept, Settled):
        outcome = Outcome(kept.outcome)
        past = Past(outcome if outcome in SETTLED else None, kept.units, kept.linked, kept.mark)
        return evolve(read_kept(patient_id, kept.texts, AT, settled=True), past=past)
    meant = NO_MEANINGS if kept.is_sent else context.settings.input.values
    return read_unsettled(patient_id, kept.texts, meant, settled=False)


def _pending(appointment: Appointment, kept: Unsettled, *, is_lasting: bool) -> Appointment:
    """What is to be tried again; ``is_lasting``: what only the feed can put right is still to be put right."""
    for finding in kept.found:
        if finding.code in LASTING:
            appointment = blurred(appointment, str(finding.params.get("columns", "")).split(", "))
    if lasting := kept.lasting:
        appointment = evolve(appointment, findings=tuple(lasting) if is_lasting else ())
    return appointment.knowing(settled_as=Outcome.DECLARED) if kept.is_sent else appointment


def _took_place(context: Context, kept: Unsettled) -> bool | None:
    """What is known by now of an appointment of which it wasn't known whether it took place."""
    words = [str(finding.params["status"]) for finding in kept.lasting[:1] if finding.code == "STATUS_UNCLEAR"]
    return context.statuses[words[0]] if words else None


def row_of_change(context: Context, patient_id: str, ident: str, change: Change) -> Appointment:
    """What the feed said of a declared appointment."""
    meant = context.settings.input.values
    texts = in_order(change.texts) if change.texts else (ident,)
    row = read_kept(patient_id, texts, AT, settled=not change.texts, meant=meant)
    return evolve(row, common=evolve(row.common, completed=change.kind != "cancelled"))


def blurred(appointment: Appointment, columns: Sequence[str]) -> Appointment:
    """Without what its rows contradict each other in, where that says which trajectory it could belong to."""
    when = None if "date" in columns else appointment.date
    return evolve(appointment, date=when, number="" if "trajectory_id" in columns else appointment.number)
