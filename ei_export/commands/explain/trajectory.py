"""A trajectory as it is told: its course, and of each appointment whether it counts, and why not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from attrs import frozen

from ...base.reasons import Reason, reason
from ...base.words import words
from ...intake import values
from ...model.appointment import Appointment, Outcome
from ...zorg1.reasons import why_counted
from ...zorg1.resolver import profile
from ...zorg1.trajectories import could_belong, order
from ...zorg1.visit import Trajectory, Visit
from .patient import PatientHistory

#: What is said of a visit that is no contact and has no line.
_OUTCOMES: Final = {
    Outcome.HELD: "said.visit_held",
    Outcome.NO_AGREEMENT: "said.visit_no_agreement",
    Outcome.EARLIER: "said.visit_elsewhere",
}
#: Behind the visits of the day.
_LAST: Final = 9


@frozen
class Listed:
    """An appointment in the list of a trajectory, where it stands there, and what is said of it."""

    appointment: Appointment
    place: tuple[date, int, str]
    what: Reason


def course(trajectory: Trajectory) -> Reason:
    """What a trajectory is, and how far it came."""
    t = trajectory
    return reason(
        "trajectory.numbered" if t.number else "trajectory.found",
        label=t.label,
        program=t.program,
        profile=profile(t.profile),
        insurer=t.insurer or "?",
        course=reason(f"said.{t.stage}", start=t.start, end=t.end, relapse=t.relapse),
    )


def place_of(history: PatientHistory, ident: str) -> tuple[Trajectory | None, list[Listed]]:
    """The trajectory an appointment was placed in, or is listed with, and that list."""
    visit = history.visits.get(ident)
    if visit is not None and visit.trajectory is not None:
        return visit.trajectory, entries(history, visit.trajectory)
    for trajectory in history.patient.trajectories:
        found = entries(history, trajectory)
        if any(entry.appointment.id == ident for entry in found):
            return trajectory, found
    return None, []


def entries(history: PatientHistory, trajectory: Trajectory) -> list[Listed]:
    """Every appointment that is part of a trajectory, could be, or carries its number."""

    def own(visit: Visit) -> bool:
        if visit.trajectory is not None:
            return visit.trajectory is trajectory
        return visit.appointment.id in trajectory.doubtful or has_number(visit.appointment)

    def has_number(appointment: Appointment) -> bool:
        return bool(trajectory.number) and appointment.number == trajectory.number

    def would_fit(row: Appointment) -> bool:
        resolution = history.now(row)
        return (
            resolution.is_zorg1
            and trajectory.fits(resolution.insurer, resolution.program)
            and could_belong(row, trajectory)
        )

    return _entries(
        history,
        own,
        lambda unclear: could_belong(unclear, trajectory),
        lambda row: has_number(row) or (not row.completed and would_fit(row)),
    )


def entries_under(history: PatientHistory, number: str) -> list[Listed]:
    """Every appointment that carries a trajectory number."""

    def has_number(appointment: Appointment) -> bool:
        return appointment.number == number

    return _entries(history, lambda visit: has_number(visit.appointment), has_number, has_number)


def _entries(
    history: PatientHistory,
    own: Callable[[Visit], bool],
    unclear: Callable[[Appointment], bool],
    aside: Callable[[Appointment], bool],
) -> list[Listed]:
    """The visits, the unclear appointments, and those that are no Zorg1 or did not take place, in order."""
    found = [
        Listed(visit.appointment, order(visit), _of_visit(history, visit))
        for visit in history.patient.visits
        if own(visit)
    ]
    found += [_other(a, reason("said.unreadable")) for a in history.patient.unclear if unclear(a)]
    found += [
        _other(a, reason("said.not_zorg1", code=values.shown(a.code)))
        for a in history.patient.in_feed
        if a.outcome is Outcome.NOT_ZORG1 and a.id not in history.visits and aside(a)
    ]
    found += [
        _other(row, reason("said.not_completed", status=values.shown(row.text("status")) or "-"))
        for row in history.not_completed()
        if aside(row)
    ]
    return sorted(found, key=lambda entry: entry.place)


def _other(appointment: Appointment, what: Reason) -> Listed:
    return Listed(appointment, (appointment.date or date.max, _LAST, appointment.id), what)


def visit_steps(history: PatientHistory, found: Sequence[Listed], this: str = "") -> Iterator[Reason]:
    """A line for each appointment; ``this`` is marked."""
    for entry in found:
        appointment = entry.appointment
        yield reason(
            "visit.this" if appointment.id and appointment.id == this else "visit.line",
            history.place(appointment.row),
            day=appointment.date or "????-??-??",
            id=appointment.id or "-",
            what=entry.what,
        )


def _of_visit(history: PatientHistory, visit: Visit) -> Reason:
    """What is said of a visit: the line it gives or gave, or else whether it counts."""
    appointment, resolution = visit.appointment, visit.resolution
    if (due := history.due.get(appointment.id)) is not None:
        values_of = {"f_code": due.f_code, "units": due.units, "cents": int(due.amount_cents)}
        return reason("said.visit_due", moment=resolution.moment, **values_of)
    line = history.debit(appointment.id)
    if line is not None and (line.status != "withdrawn" or history.is_taken_back(appointment.id)):
        values_of = {"f_code": line.f_code, "units": line.units, "cents": line.amount_cents}
        return reason(f"said.visit_{line.status}", moment=resolution.moment, **values_of)
    if not resolution.is_linked:
        return reason("said.unmapped", code=values.shown(appointment.code))
    if resolution.moment == "contact" and (resolution.agreement is None or not resolution.agreement.is_sent):
        found = why_counted(history.context.judge, visit)
        return found if found.key in words("explain", "nl") else reason("said.counts_not")
    assert appointment.outcome is not None
    return reason(_OUTCOMES[appointment.outcome], moment=resolution.moment)
