"""What the feed says of a patient's appointments: each taken once, compared with what is remembered of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ..base.problems import Finding
from ..intake import values
from ..intake.reader import check_row
from ..ledger.dossier import CORE, Change, core
from ..model.appointment import Appointment, Outcome
from ..model.columns import COLUMNS
from ..zorg1.resolver import Verdict
from .another_patient import is_another_s, take_cancelled_from_another, take_from_another
from .declared import take_declared
from .history import blur, row_of_change
from .insurer_of_today import of_today
from .patient import Patient

#: What may differ between two rows of one appointment: a feed joined with its measurements has a row for each.
_FREE_TO_DIFFER: Final = frozenset({"consent", "measurement_name", "measurement_score"})
_COMPARED: Final = tuple(column for column in COLUMNS if column not in _FREE_TO_DIFFER)


def take_feed(patient: Patient, fresh: Sequence[Appointment]) -> None:
    """Takes each appointment of the feed once, compared with what is remembered of it; counts away all other rows."""
    by_id: dict[str, list[Appointment]] = {}
    for appointment in fresh:
        if not appointment.id:  # unreadable, or not completed
            if appointment.completed:
                patient.in_feed.append(appointment)
            else:
                patient.result.tally(Outcome.NOT_COMPLETED)
        elif (same := by_id.get(appointment.id)) is not None:
            same.append(appointment)
        else:
            by_id[appointment.id] = [appointment]
    patient.named = by_id.keys()
    for same in by_id.values():
        appointment = same[0] if len(same) == 1 else _merge(patient, same)
        if appointment.unclear and _may_count(patient, appointment):
            appointment.completed = True
            check_row(appointment)
            status = appointment.text("status")
            params = {"word": values.quoted_cell(status), "status": status}
            appointment.findings.insert(0, Finding("STATUS_UNCLEAR", "status", params))
        _take(patient, appointment)
    if patient.context.settings.input.complete_from is not None:
        _miss(patient)
    if patient.history.debits or patient.history.said_before or patient.history.pending or patient.is_news:
        _take_silent(patient)


def _miss(patient: Patient) -> None:
    """Forgets what was deleted in the agenda; of what was declared that is told, as of what was cancelled."""
    for ident, before in list(patient.history.remembered.items()):
        if not patient.context.is_deleted(before):
            continue
        if _was_declared(patient, ident, before):
            patient.deleted.add(ident)
            patient.history.said_before[ident] = row_of_change(
                patient.context, patient.patient_id, ident, Change("cancelled")
            )
        else:
            del patient.history.remembered[ident]
            patient.result.cancelled.append((ident, patient.patient_id))
            day = before.date.isoformat() if before.date is not None else ""
            patient.result.problems.append((before, Finding("APPOINTMENT_DELETED", "", {"date": day})))


def _take(patient: Patient, appointment: Appointment) -> None:
    """Takes an appointment of the feed for what it is."""
    before = patient.history.remembered.pop(appointment.id, None)
    taken: Appointment | None = appointment
    if _was_declared(patient, appointment.id, before):
        taken = take_declared(
            patient, before if before is not None and before.settled_as is Outcome.DECLARED else None, appointment
        )
    elif not appointment.completed:
        if before is not None:
            patient.result.cancelled.append((before.id, patient.patient_id))
        if before is not None or appointment.unclear or not is_another_s(patient, appointment):
            patient.result.tally(Outcome.NOT_COMPLETED)
            return
        taken = take_cancelled_from_another(patient, appointment)
    elif before is not None and before.settled_as is not None:
        _take_over(patient, appointment, before)
    else:
        taken = take_from_another(patient, appointment) or appointment
    if taken is not None:
        patient.in_feed.append(taken)


def _may_count(patient: Patient, appointment: Appointment) -> bool:
    """Whether an appointment of which it can't be seen if it took place is one of Zorg1: it is held then, with the
    counted end that it may be a contact of. One that is still to come is left alone until its day."""
    day = appointment.date
    if day is None or not appointment.patient_id:
        return False
    resolution = patient.context.resolver.resolve(appointment.code, appointment.declare_under, appointment.uzovi, day)
    if not (resolution.is_zorg1 and resolution.code) or resolution.verdict is Verdict.NO_AGREEMENT:
        return False
    patient.waits = patient.waits or day > patient.context.judge.today
    return day <= patient.context.judge.today


def _take_silent(patient: Patient) -> None:
    """Goes on with what the feed said before of declared appointments that it is silent about."""
    for ident, before in list(patient.history.remembered.items()):
        is_told = ident in patient.history.said_before or ident in patient.history.debits or patient.is_news
        if is_told and _was_declared(patient, ident, before):
            taken = take_declared(
                patient,
                before if before.settled_as is Outcome.DECLARED else None,
                patient.history.said_before.get(ident),
            )
            del patient.history.remembered[ident]
            if taken is not None:
                patient.history.remembered[ident] = taken
        elif before.settled_as is None:
            patient.history.remembered[ident] = take_from_another(patient, before) or before


def _was_declared(patient: Patient, ident: str, before: Appointment | None) -> bool:
    """Whether an appointment was declared, and has not been settled as something else since."""
    if before is None or before.settled_as is None:
        return ident in patient.history.debits
    return before.settled_as is Outcome.DECLARED


def _take_over(patient: Patient, appointment: Appointment, before: Appointment) -> None:
    """A contact, or what another system declared, that the feed repeats: judged by what is said now."""
    if before.settled_as is Outcome.COUNTED and not appointment.findings:
        if before.uzovi != appointment.uzovi and of_today(patient, before, appointment):
            appointment.uzovi = before.uzovi
        old, new = core(before), core(appointment)
        appointment.settled_as = Outcome.COUNTED
        appointment.linked = before.linked if old[2:4] == new[2:4] else ""


def _merge(patient: Patient, same: list[Appointment]) -> Appointment:
    """One appointment of the rows that carry its id: they must say the same."""

    def standing(a: Appointment) -> tuple[bool, bool, list[str]]:
        """Which of two contradicting rows comes first, wherever they stand in the feed."""
        resolution = patient.context.resolver.resolve(a.code, a.declare_under, a.uzovi, a.date)
        return not a.completed, not resolution.is_zorg1, [a.text(column) for column in _COMPARED]

    same.sort(key=standing)
    first = same[0]
    columns = sorted({column for other in same[1:] for column in _differences(first, other)}) if first.completed else []
    rows = sorted(a.row or 0 for a in same)
    first.row = rows[0]
    for _ in same[1:]:
        patient.result.tally(Outcome.DUPLICATE)
    if columns:
        params = {"rows": ", ".join(map(str, rows)), "columns": ", ".join(columns)}
        first.findings[:] = [Finding("APPOINTMENT_CONFLICT", columns[0], params)]
        blur(first, columns)
    return first


def _differences(one: Appointment, other: Appointment) -> list[str]:
    """The columns in which two rows of one appointment differ in meaning, not only in writing."""
    if one.cells == other.cells:
        return []
    return [
        column
        for column in _COMPARED
        if one.text(column) != other.text(column) and _meaning(one, column) != _meaning(other, column)
    ]


def _meaning(appointment: Appointment, column: str) -> object:
    """What a cell says, however it is written."""
    if column == "status":
        return appointment.completed
    if column in CORE:
        return core(appointment)[CORE.index(column)]
    text = appointment.text(column)
    parse = _WRITTEN.get(column)
    return (parse(text) if parse is not None and text else None) or text


#: Cells that can say the same in more than one way.
_WRITTEN: Final[Mapping[str, Callable[[str], object]]] = {
    "birth_date": values.day,
    "sex": values.sex,
    "postcode": values.postcode,
    "country": values.country,
    "house_number": values.house_number,
    "indication_code": values.indication,
    "therapist_agb": values.agb,
    "therapist_specialism": values.specialism,
    "referral_date": values.day,
    "referrer_agb": values.agb,
    "referrer_specialism": values.specialism,
}
