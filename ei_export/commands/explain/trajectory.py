"""A trajectory as it is told: its course, and of each appointment whether it counts, and why not."""

from collections.abc import Iterator, Sequence
from datetime import date
from operator import attrgetter
from typing import Final

from attrs import frozen

from ...base.reasons import Reason, reason
from ...base.words import words
from ...intake import values
from ...model.appointment import Appointment, Outcome
from ...zorg1.reasons import why_counted
from ...zorg1.resolver import profile
from ...zorg1.trajectories import could_belong, order
from ...zorg1.visit import NOWHERE, Trajectory, Visit
from .patient import PatientHistory
from .sent import unended_steps

#: What is said of a visit that is no contact and has no line.
_OUTCOMES: Final = {
    Outcome.HELD: "said.visit_held",
    Outcome.NO_AGREEMENT: "said.visit_no_agreement",
    Outcome.EARLIER: "said.visit_elsewhere",
}
_PLACE: Final = attrgetter("place")
#: Behind the visits of the day.
_LAST: Final = 9


@frozen
class Listed:
    """An appointment as it is listed with others of its trajectory: where it comes, what is said of it, and the visit
    it was judged as, if it was; ``is_unclear`` where it may be one."""

    appointment: Appointment
    place: tuple[date, int, str]
    what: Reason
    visit: Visit | None = None
    is_unclear: bool = False


def course_steps(history: PatientHistory, trajectory: Trajectory) -> Iterator[Reason]:
    """What a trajectory is, and how far it came; that somebody closed it as it has no end."""
    t = trajectory
    yield reason(
        "trajectory.numbered" if t.number else "trajectory.found",
        label=t.label,
        program=t.program,
        profile=profile(t.profile),
        insurer=t.insurer or "?",
        course=reason(f"said.{t.stage}", start=t.start, end=t.end, relapse=t.relapse),
    )
    yield from unended_steps(history, trajectory)


def place_of(history: PatientHistory, ident: str) -> tuple[Trajectory | None, list[Listed]]:
    """The trajectory an appointment was placed in, or is listed with, and that list."""
    placed = history.places.get(ident, NOWHERE).trajectory
    if placed is not None:
        return placed, entries(history, placed)
    for trajectory in history.trajectories:
        found = entries(history, trajectory)
        if any(entry.appointment.id == ident for entry in found):
            return trajectory, found
    return None, []


def entries(history: PatientHistory, trajectory: Trajectory) -> list[Listed]:
    """Every appointment that is part of a trajectory, could be, or carries its number."""

    def belongs(one: Listed) -> bool:
        row, visit = one.appointment, one.visit
        if one.is_unclear:
            return could_belong(row, trajectory)
        placed = history.places[row.id].trajectory if visit is not None else None
        if placed is not None:
            return placed is trajectory
        if row.id in trajectory.doubtful or (trajectory.number and row.number == trajectory.number):
            return True
        if visit is not None or row.completed:
            return False
        now = history.now(row)  # what did not take place is listed where it would have been
        return now.is_zorg1 and trajectory.fits(now.insurer, now.program) and could_belong(row, trajectory)

    return sorted(filter(belongs, _listed(history)), key=_PLACE)


def entries_under(history: PatientHistory, number: str) -> list[Listed]:
    """Every appointment that carries a trajectory number."""
    return sorted((one for one in _listed(history) if one.appointment.number == number), key=_PLACE)


def _listed(history: PatientHistory) -> Iterator[Listed]:
    """All appointments of the patient: visits, unclear ones, and those that are no Zorg1 or did not take
    place."""

    def other(row: Appointment, what: Reason, *, is_unclear: bool = False) -> Listed:
        return Listed(row, (row.date or date.max, _LAST, row.id), what, is_unclear=is_unclear)

    patient = history.patient
    for visit in history.visits.values():
        yield Listed(visit.appointment, order(visit), _of_visit(history, visit), visit)
    for row in patient.placed.unclear:
        yield other(row, reason("said.unreadable"), is_unclear=True)
    for row in patient.heard.in_feed:
        if history.outcome(row) is Outcome.NOT_ZORG1 and row.id not in history.visits:
            yield other(row, reason("said.not_zorg1", code=values.excerpt(row.code)))
    for row in history.not_completed():
        yield other(row, reason("said.not_completed", status=values.excerpt(row.text("status")) or "-"))


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
    appointment, resolution, outcome = visit.appointment, visit.resolution, history.outcome(visit.appointment)
    if (due := history.due.get(appointment.id)) is not None:
        values_of = {"f_code": due.f_code, "units": due.units, "cents": int(due.amount_cents)}
        return reason("said.visit_due", moment=resolution.moment, **values_of)
    line = history.debit(appointment.id)
    if line is not None and (line.state != "withdrawn" or history.is_taken_back(appointment.id)):
        values_of = {"f_code": line.f_code, "units": line.units, "cents": line.amount_cents}
        return reason(f"said.visit_{line.became}", moment=resolution.moment, **values_of)
    if not resolution.is_linked:
        return reason("said.unmapped", code=values.excerpt(appointment.code))
    if resolution.moment == "contact" and (resolution.agreement is None or not resolution.agreement.is_sent):
        assert outcome is not None
        found = why_counted(history.context.judge, visit, history.places[appointment.id], outcome)
        return found if found.key in words("explain", "nl") else reason("said.counts_not")
    assert outcome is not None
    return reason(_OUTCOMES[outcome], moment=resolution.moment)
