"""What the ledger knows of a patient's appointments, put together with what the feed says of them now."""

from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter
from typing import Final

from ..appointment import Appointment, Outcome
from ..columns import COLUMNS
from ..intake import values
from ..intake.reader import remembered
from ..ledger.dossier import AT, CORE, PENDING, core, unpack
from ..problems import Finding
from ..zorg1.claims import SETTLED
from .case import Work

#: What may differ between two rows of one appointment: a feed joined with its measurements has a row for each.
_FREE_TO_DIFFER: Final = frozenset({"consent", "measurement_name", "measurement_score"})
_COMPARED: Final = tuple(column for column in COLUMNS if column not in _FREE_TO_DIFFER)
#: Of `CORE`, what is never quoted.
_PRIVATE: Final = frozenset({"bsn"})
_SENT: Final = itemgetter(*(index for index, column in enumerate(CORE) if column != "trajectory_id"))


def recall(work: Work) -> None:
    """Fills in what the ledger remembers of the patient."""
    if work.stored is None:
        return
    for outcome, was, texts, lasting in unpack(work.stored.appointments):
        settled = outcome not in PENDING
        appointment = remembered(work.patient_id, texts, AT, settled=settled)
        if settled:
            appointment.known = outcome if outcome in SETTLED else None
            appointment.units, appointment.linked = was
        else:
            if work.patient_id not in work.desk.watched.get(appointment.id, {work.patient_id}):
                continue  # the feed says it is another patient's now
            for finding in lasting:
                _blur(appointment, str(finding.params.get("columns", "")).split(", "))
            if lasting:
                appointment.findings[:] = lasting
            work.pending_before.add(appointment.id)
        work.known[appointment.id] = appointment


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
    known_ones = work.known
    for same in by_id.values():
        appointment = same[0] if len(same) == 1 else _merge(work, same)
        known = known_ones.pop(appointment.id, None) if known_ones else None
        if not appointment.completed:
            _cancelled(work, appointment, known)
        elif known is None or known.known is None:
            work.told.append(appointment)
        else:
            work.told.append(_compare(appointment, known))


def _merge(work: Work, same: list[Appointment]) -> Appointment:
    """One appointment of the rows that carry its id: they must say the same."""

    def standing(a: Appointment) -> tuple[bool, bool, list[str]]:
        """Which of two contradicting rows comes first, wherever they stand in the feed."""
        answer = work.desk.resolver.answer(a.code, a.declare_under, a.uzovi, a.date)
        return not a.completed, not answer.is_zorg1, [a.text(column) for column in _COMPARED]

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


def _cancelled(work: Work, appointment: Appointment, known: Appointment | None) -> None:
    """An appointment that did not take place, perhaps after we heard that it did."""
    if known is not None and known.known is Outcome.DECLARED:
        known.row = appointment.row
        day = known.date.isoformat() if known.date else ""
        work.known[known.id] = known
        work.case.problems.append((known, Finding("DECLARED_CANCELLED", "status", {"date": day})))
        work.case.tally(Outcome.EARLIER)
        return
    if known is not None:
        work.case.cancelled.append((known.id, work.patient_id))
    work.case.tally(Outcome.NOT_COMPLETED)


def _compare(appointment: Appointment, known: Appointment) -> Appointment:
    """A settled appointment that the feed repeats: what was declared stands, whatever the feed says now."""
    old, new = core(known), core(appointment)
    if known.known is not Outcome.DECLARED:  # counted, or declared by another system: judged by what is said now
        if known.known is Outcome.COUNTED and not appointment.findings:
            appointment.known = Outcome.COUNTED
            appointment.linked = known.linked if old[2:4] == new[2:4] else ""
        return appointment
    if _SENT(old) == _SENT(new) and not appointment.findings:  # a trajectory number is not part of what was sent
        appointment.known, appointment.units, appointment.linked = known.known, known.units, known.linked
        return appointment
    known.row = appointment.row
    changes = [(c, o, n) for c, o, n in zip(CORE, old, new, strict=True) if o != n and c != "trajectory_id"]
    if appointment.findings or not changes:
        known.findings += appointment.findings
        return known
    params = {
        "columns": ", ".join(column for column, _, _ in changes),
        "before": ", ".join("…" if column in _PRIVATE else old or "-" for column, old, _ in changes),
        "after": ", ".join("…" if column in _PRIVATE else new or "-" for column, _, new in changes),
    }
    known.findings.append(Finding("DECLARED_CHANGED", changes[0][0], params))
    return known


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
