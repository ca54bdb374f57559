"""A trajectory as it is told: its course, and of each appointment whether it counts, and why not."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date
from typing import Final

from attrs import frozen

from ...intake import values
from ...model.appointment import Appointment, Outcome
from ...zorg1.agreements import ANY
from ...zorg1.trajectories import Trajectory, Visit, could_belong, order
from .patient import Chart
from .story import Said, Step, said, step
from .words import SENTENCES

#: What is said of a visit that is no contact and has no line.
_OUTCOMES: Final = {
    Outcome.HELD: "said.visit_held",
    Outcome.NO_AGREEMENT: "said.visit_no_agreement",
    Outcome.EARLIER: "said.visit_elsewhere",
}
#: Behind the visits of the day.
_LAST: Final = 9


@frozen
class Entry:
    """An appointment in the list of a trajectory, where it stands there, and what is said of it."""

    appointment: Appointment
    place: tuple[date, int, str]
    what: Said


def course(trajectory: Trajectory) -> Step:
    """What a trajectory is, and how far it came."""
    t = trajectory
    if t.start is None:
        key = "said.single" if t.relapse is None else "said.relapse_only"
    elif t.relapse is not None:
        key = "said.relapsed" if t.end is not None else "said.relapsed_open"
    elif t.end is not None:
        key = "said.ended"
    else:
        key = "said.abandoned" if t.abandoned else "said.open"
    return step(
        "trajectory.numbered" if t.number else "trajectory.found",
        label=t.label,
        program=t.program,
        profile=profile(t.profile),
        insurer=t.insurer or "?",
        course=said(key, start=t.start, end=t.end, relapse=t.relapse),
    )


def profile(name: str) -> Said | str:
    """A profile behind the program; nothing for what goes with any."""
    return "" if name == ANY else said("said.profile", profile=name)


def place_of(chart: Chart, ident: str) -> tuple[Trajectory | None, list[Entry]]:
    """The trajectory an appointment was placed in, or is listed with, and that list."""
    visit = chart.visits.get(ident)
    if visit is not None and visit.trajectory is not None:
        return visit.trajectory, entries(chart, visit.trajectory)
    for trajectory in chart.work.trajectories:
        found = entries(chart, trajectory)
        if any(entry.appointment.id == ident for entry in found):
            return trajectory, found
    return None, []


def entries(chart: Chart, trajectory: Trajectory) -> list[Entry]:
    """Every appointment that is part of a trajectory, could be, or carries its number."""

    def own(visit: Visit) -> bool:
        if visit.trajectory is not None:
            return visit.trajectory is trajectory
        return visit.appointment.id in trajectory.doubtful or has_number(visit.appointment)

    def has_number(appointment: Appointment) -> bool:
        return bool(trajectory.number) and appointment.number == trajectory.number

    def would_fit(row: Appointment) -> bool:
        answer = chart.now(row)
        return answer.is_zorg1 and trajectory.fits(answer.insurer, answer.program) and could_belong(row, trajectory)

    return _entries(
        chart,
        own,
        lambda unclear: could_belong(unclear, trajectory),
        lambda row: has_number(row) or (not row.completed and would_fit(row)),
    )


def entries_under(chart: Chart, number: str) -> list[Entry]:
    """Every appointment that carries a trajectory number."""

    def has_number(appointment: Appointment) -> bool:
        return appointment.number == number

    return _entries(chart, lambda visit: has_number(visit.appointment), has_number, has_number)


def _entries(
    chart: Chart,
    own: Callable[[Visit], bool],
    unclear: Callable[[Appointment], bool],
    aside: Callable[[Appointment], bool],
) -> list[Entry]:
    """The visits, the unclear appointments, and those that are no Zorg1 or did not take place, in order."""
    found = [
        Entry(visit.appointment, order(visit), _of_visit(chart, visit)) for visit in chart.work.visits if own(visit)
    ]
    found += [_other(a, said("said.unreadable")) for a in chart.work.unclear if unclear(a)]
    found += [
        _other(a, said("said.not_zorg1", code=values.shown(a.code)))
        for a in chart.work.told
        if a.outcome is Outcome.NOT_ZORG1 and a.id not in chart.visits and aside(a)
    ]
    found += [
        _other(row, said("said.not_completed", status=values.shown(row.text("status")) or "-"))
        for row in chart.not_completed()
        if aside(row)
    ]
    return sorted(found, key=lambda entry: entry.place)


def _other(appointment: Appointment, what: Said) -> Entry:
    return Entry(appointment, (appointment.date or date.max, _LAST, appointment.id), what)


def visit_steps(chart: Chart, found: Sequence[Entry], this: str = "") -> Iterator[Step]:
    """A line for each appointment; ``this`` is marked."""
    for entry in found:
        appointment = entry.appointment
        yield step(
            "visit.this" if appointment.id and appointment.id == this else "visit.line",
            chart.place(appointment.row),
            day=appointment.date or "????-??-??",
            id=appointment.id or "-",
            what=entry.what,
        )


def counting(chart: Chart, visit: Visit) -> str:
    """Whether a contact is ``counted`` in an end, only ``registered`` as the number of the end is fixed, or stands
    ``aside``."""
    trajectory = visit.trajectory
    if trajectory is None or visit not in trajectory.contacts:
        return "aside"
    if trajectory.is_single:
        return "registered"
    tables, day = chart.desk.judge.agreements, trajectory.end or visit.day
    end = tables.end_of(trajectory.insurer, trajectory.program, trajectory.profile, day)
    return "counted" if end is None or end.units == "count" else "registered"


def _of_visit(chart: Chart, visit: Visit) -> Said:
    """What is said of a visit: the line it gives or gave, or else whether it counts."""
    appointment, answer = visit.appointment, visit.answer
    if (due := chart.due.get(appointment.id)) is not None:
        values_of = {"f_code": due.f_code, "units": due.units, "cents": int(due.amount_cents)}
        return said("said.visit_due", moment=answer.moment, **values_of)
    line = chart.debit(appointment.id)
    if line is not None and (line.status != "withdrawn" or chart.is_taken_back(appointment.id)):
        values_of = {"f_code": line.f_code, "units": line.units, "cents": line.amount_cents}
        return said(f"said.visit_{line.status}", moment=answer.moment, **values_of)
    if not answer.is_linked:
        return said("said.unmapped", code=values.shown(appointment.code))
    if answer.moment == "contact" and (answer.agreement is None or not answer.agreement.is_sent):
        return _of_contact(chart, visit)
    assert appointment.outcome is not None
    return said(_OUTCOMES[appointment.outcome], moment=answer.moment)


def _of_contact(chart: Chart, visit: Visit) -> Said:
    """Whether a contact that is never sent counts, and why not."""
    appointment, trajectory = visit.appointment, visit.trajectory
    counts = counting(chart, visit)
    if appointment.outcome is Outcome.NO_AGREEMENT:
        if not chart.desk.judge.counts_without_contract(visit):
            return said("said.visit_no_agreement", moment="contact")
        assert trajectory is not None
        return said("said.counts_without_contract", number=trajectory.contacts.index(visit) + 1)
    if trajectory is None or counts == "aside":
        key = f"said.{visit.misplaced}"
        return said(key if key in SENTENCES else "said.counts_not")
    number = trajectory.contacts.index(visit) + 1
    if appointment.outcome is Outcome.HELD:
        return said("said.counts_held", number=number)
    if counts == "registered":
        return said("said.registered")
    if appointment.known is Outcome.EARLIER:
        return said("said.counts_elsewhere", number=number)
    end = trajectory.ended_by
    is_late = end is not None and end.appointment.known is Outcome.DECLARED and appointment.known is None
    return said("said.counts_late" if is_late else "said.counts", number=number)
