"""What the ledger knows of a patient's appointments, put together with what the feed says of them now."""

from collections.abc import Callable, Mapping, Sequence
from typing import Final

from ..base.problems import Finding
from ..intake import values
from ..intake.meanings import NO_MEANINGS
from ..intake.reader import check, remembered
from ..ledger.dossier import AT, CORE, LASTING, PENDING, Change, Kept, core, unpack
from ..model.appointment import Appointment, Outcome
from ..model.columns import COLUMNS
from ..zorg1.claims import SETTLED
from ..zorg1.resolver import Verdict
from .context import Work
from .declared import hear
from .insurers import of_today
from .moving import dismiss, is_another_s, welcome

#: What may differ between two rows of one appointment: a feed joined with its measurements has a row for each.
_FREE_TO_DIFFER: Final = frozenset({"consent", "measurement_name", "measurement_score"})
_COMPARED: Final = tuple(column for column in COLUMNS if column not in _FREE_TO_DIFFER)


def recall(work: Work) -> None:
    """Fills in what the ledger remembers of the patient."""
    found = work.desk.debits(work.patient_id)
    work.debits = {ident: debits for ident, debits in found.items() if debits[-1].patient_id == work.patient_id}
    work.again = {ident: debits[-1] for ident, debits in work.debits.items() if not debits[-1].stands}
    if work.stored is None:
        return
    for kept in unpack(work.stored.appointments):
        settled = kept.is_settled
        meant = NO_MEANINGS if settled or kept.is_sent else work.desk.settings.input.values
        appointment = remembered(work.patient_id, kept.texts, AT, settled=settled, meant=meant)
        if settled and appointment.id in found and appointment.id not in work.debits:
            continue  # it was declared for another patient since
        whose = work.desk.watched.get(appointment.id)
        if whose and work.patient_id not in whose and (not settled or appointment.id in work.again):
            continue  # the feed says it is another patient's now
        if settled:
            appointment.known = kept.outcome if kept.outcome in SETTLED else None
            appointment.units, appointment.linked, appointment.mark = kept.units, kept.linked, kept.mark
            if kept.change is not None and kept.change.kind != "count":
                work.heard[appointment.id] = _as_heard(work, appointment.id, kept.change)
        elif kept.outcome in PENDING or work.desk.resolver.is_explained(appointment.code, appointment.declare_under):
            if (took_place := _took_place(work, kept)) is False:
                continue  # somebody said since that it didn't
            _recall_pending(work, appointment, kept, is_lasting=took_place is None)
        work.known[appointment.id] = appointment


def _recall_pending(work: Work, appointment: Appointment, kept: Kept, *, is_lasting: bool) -> None:
    """What is to be tried again; ``is_lasting``: what only the feed can put right is still to be put right."""
    for finding in kept.found:
        if finding.code in LASTING:
            _blur(appointment, str(finding.params.get("columns", "")).split(", "))
        elif finding.code == "PATIENT_CONFLICT":
            work.doubted.add(appointment.id)
    if lasting := kept.lasting:
        appointment.findings[:] = lasting if is_lasting else []
    work.pending_before.add(appointment.id)
    if kept.is_sent:
        appointment.known = Outcome.DECLARED
    elif appointment.id in work.debits:
        work.heard[appointment.id] = appointment


def _took_place(work: Work, kept: Kept) -> bool | None:
    """What is known by now of an appointment of which it wasn't known whether it took place."""
    words = [str(finding.params["status"]) for finding in kept.lasting[:1] if finding.code == "STATUS_UNCLEAR"]
    return work.desk.statuses[words[0]] if words else None


def _as_heard(work: Work, ident: str, change: Change) -> Appointment:
    """What the feed said of a declared appointment."""
    meant = work.desk.settings.input.values
    row = remembered(work.patient_id, change.texts or (ident,), AT, settled=not change.texts, meant=meant)
    row.completed = change.kind != "cancelled"
    return row


def listen(work: Work, fresh: Sequence[Appointment]) -> None:
    """Takes each appointment of the feed once, compared with what is known of it; counts away all other rows."""
    by_id: dict[str, list[Appointment]] = {}
    for appointment in fresh:
        if not appointment.id:  # unreadable, or not completed
            if appointment.completed:
                work.told.append(appointment)
            else:
                work.case.tally(Outcome.NOT_COMPLETED)
        elif (same := by_id.get(appointment.id)) is not None:
            same.append(appointment)
        else:
            by_id[appointment.id] = [appointment]
    work.named = by_id.keys()
    for same in by_id.values():
        appointment = same[0] if len(same) == 1 else _merge(work, same)
        if appointment.unclear and _may_count(work, appointment):
            appointment.completed = True
            check(appointment)
            status = appointment.text("status")
            params = {"word": values.quoted(status), "status": status}
            appointment.findings.insert(0, Finding("STATUS_UNCLEAR", "status", params))
        _take(work, appointment)
    if work.desk.settings.input.complete_from is not None:
        _miss(work)
    if work.debits or work.heard or work.pending_before or work.is_news:
        _hear_again(work)


def _miss(work: Work) -> None:
    """Forgets what was deleted in the agenda; of what was declared that is told, as of what was cancelled."""
    for ident, known in list(work.known.items()):
        if not work.desk.is_deleted(known):
            continue
        if _was_declared(work, ident, known):
            work.deleted.add(ident)
            work.heard[ident] = _as_heard(work, ident, Change("cancelled"))
        else:
            del work.known[ident]
            work.case.cancelled.append((ident, work.patient_id))
            day = known.date.isoformat() if known.date is not None else ""
            work.case.problems.append((known, Finding("APPOINTMENT_DELETED", "", {"date": day})))


def _take(work: Work, appointment: Appointment) -> None:
    """Takes an appointment of the feed for what it is."""
    known = work.known.pop(appointment.id, None)
    taken: Appointment | None = appointment
    if _was_declared(work, appointment.id, known):
        taken = hear(work, known if known is not None and known.known is Outcome.DECLARED else None, appointment)
    elif not appointment.completed:
        if known is not None:
            work.case.cancelled.append((known.id, work.patient_id))
        if known is not None or appointment.unclear or not is_another_s(work, appointment):
            work.case.tally(Outcome.NOT_COMPLETED)
            return
        taken = dismiss(work, appointment)
    elif known is not None and known.known is not None:
        _take_over(work, appointment, known)
    else:
        taken = welcome(work, appointment) or appointment
    if taken is not None:
        work.told.append(taken)


def _may_count(work: Work, appointment: Appointment) -> bool:
    """Whether an appointment of which it can't be seen if it took place is one of Zorg1: it is held then, with the
    counted end that it may be a contact of. One that is still to come is left alone until its day."""
    day = appointment.date
    if day is None or not appointment.patient_id:
        return False
    resolution = work.desk.resolver.resolve(appointment.code, appointment.declare_under, appointment.uzovi, day)
    if not (resolution.is_zorg1 and resolution.code) or resolution.verdict is Verdict.NO_AGREEMENT:
        return False
    work.waits = work.waits or day > work.desk.judge.today
    return day <= work.desk.judge.today


def _hear_again(work: Work) -> None:
    """Goes on with what was heard before of declared appointments that the feed is silent about."""
    for ident, known in list(work.known.items()):
        is_told = ident in work.heard or ident in work.debits or work.is_news
        if is_told and _was_declared(work, ident, known):
            taken = hear(work, known if known.known is Outcome.DECLARED else None, work.heard.get(ident))
            del work.known[ident]
            if taken is not None:
                work.known[ident] = taken
        elif known.known is None:
            work.known[ident] = welcome(work, known) or known


def _was_declared(work: Work, ident: str, known: Appointment | None) -> bool:
    """Whether an appointment was declared, and has not been settled as something else since."""
    if known is None or known.known is None:
        return ident in work.debits
    return known.known is Outcome.DECLARED


def _take_over(work: Work, appointment: Appointment, known: Appointment) -> None:
    """A contact, or what another system declared, that the feed repeats: judged by what is said now."""
    if known.known is Outcome.COUNTED and not appointment.findings:
        if known.uzovi != appointment.uzovi and of_today(work, known, appointment):
            appointment.uzovi = known.uzovi
        old, new = core(known), core(appointment)
        appointment.known = Outcome.COUNTED
        appointment.linked = known.linked if old[2:4] == new[2:4] else ""


def _merge(work: Work, same: list[Appointment]) -> Appointment:
    """One appointment of the rows that carry its id: they must say the same."""

    def standing(a: Appointment) -> tuple[bool, bool, list[str]]:
        """Which of two contradicting rows comes first, wherever they stand in the feed."""
        resolution = work.desk.resolver.resolve(a.code, a.declare_under, a.uzovi, a.date)
        return not a.completed, not resolution.is_zorg1, [a.text(column) for column in _COMPARED]

    same.sort(key=standing)
    first = same[0]
    columns = sorted({column for other in same[1:] for column in _differences(first, other)}) if first.completed else []
    rows = sorted(a.row or 0 for a in same)
    first.row = rows[0]
    for _ in same[1:]:
        work.case.tally(Outcome.DUPLICATE)
    if columns:
        params = {"rows": ", ".join(map(str, rows)), "columns": ", ".join(columns)}
        first.findings[:] = [Finding("APPOINTMENT_CONFLICT", columns[0], params)]
        _blur(first, columns)
    return first


def _blur(appointment: Appointment, columns: Sequence[str]) -> None:
    """Forgets what its rows contradict each other in, where that says which trajectory it could belong to."""
    if "date" in columns:
        appointment.date = None
    if "trajectory_id" in columns:
        appointment.number = ""


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
