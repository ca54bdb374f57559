"""The four kinds of stories: of an appointment, a trajectory, a line that went out, a patient."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any, Final

from ...base.problems import LANGUAGES, Problem
from ...base.reasons import Reason, reason
from ...declaring.numbers import run_label
from ...ledger.line import Line
from ...ledger.matters import Matter
from ...model.appointment import Appointment, Outcome
from ..worklist.task import Task
from .appointment import chain
from .patient import PatientHistory, due_document, sent_document
from .sent import closing_steps, due_step, planned_steps, sent_steps, summary_step
from .story import Quoted, Story
from .trajectory import Listed, course_steps, entries, entries_under, visit_steps

#: Tasks about a line of which its answer, or a problem of each run, says all.
_TOLD: Final = ("refused", "partly_granted", "changed")
#: Outcomes that the first step tells by their name.
_NAMED: Final = frozenset({Outcome.HELD, Outcome.UNREADABLE, Outcome.NO_AGREEMENT, Outcome.NOT_ZORG1})


def appointment_stories(history: PatientHistory, ident: str) -> list[Story]:
    """The story of an appointment, if the patient has it."""
    if ident not in history.rows and ident not in history.appointments:
        return []
    due, debit = history.due.get(ident), history.debit(ident)
    line = due_document(due) if due is not None else sent_document(debit) if debit is not None else None
    return [_appointment(history, "appointment", ident, ident, _outcome(history, ident), line)]


def reference_stories(history: PatientHistory, reference: str) -> list[Story]:
    """The story of a line that went out, which is that of its appointment."""
    for ident, lines in history.sent.items():
        for line in lines:
            if line.reference == reference:
                key = "said.line_debit" if line.debit_credit == "D" else "said.line_credit"
                what = reason(key, run=run_label(line.run), day=line.day, cents=line.amount_cents)
                outcome = "outcome.line_withdrawn" if line.became == "withdrawn" else "outcome.line"
                head = reason(outcome, appointment=ident, what=what)
                return [_appointment(history, "reference", reference, ident, head, sent_document(line))]
    return []


def _appointment(
    history: PatientHistory, kind: str, subject: str, ident: str, head: Reason, line: dict[str, Any] | None
) -> Story:
    due, sent = history.due.get(ident), history.sent.get(ident, ())
    steps = [head, *chain(history, ident)]
    for each in sent:
        steps += sent_steps(history, each)
    steps += [*closing_steps(history, Matter("appointment", ident)), *planned_steps(history, ident)]
    steps += [due_step(credit) for credit in history.credits.get(ident, ())]
    if due is not None:
        steps.append(due_step(due))
    problems = [problem for problem in history.problems if problem.appointment_id == ident]
    tasks = [task for task in history.tasks if task.appointment_id == ident]
    steps += [*_task_steps(tasks, problems), *_problem_steps(problems, named=False)]
    return Story(kind, subject, steps, problems, _lines(history, [ident]), line, sent, tasks)


def _outcome(history: PatientHistory, ident: str) -> Reason:
    """What became of an appointment, or would in the next run."""
    appointment, debit = history.appointments.get(ident), history.debit(ident)
    if (due := history.due.get(ident)) is not None:
        return reason("outcome.due", cents=int(due.amount_cents))
    if debit is not None and (debit.state != "withdrawn" or history.is_taken_back(ident)):
        return _sent_outcome(history, debit)
    if appointment is None:
        return reason("outcome.not_completed")
    outcome = history.outcome(appointment)
    if outcome is Outcome.HELD and ident in history.context.closed:
        return reason("outcome.set_aside")
    if outcome in _NAMED:
        assert outcome is not None
        return reason(f"outcome.{outcome.value}", insurer=history.resolution(appointment).insurer)
    visit = history.visits.get(ident)
    if visit is None or history.settled_as(appointment) is Outcome.EARLIER:
        return reason("outcome.elsewhere", until=history.context.declared_until)
    return reason(f"outcome.{history.context.judge.counting(visit, history.places[ident].trajectory)}")


def _sent_outcome(history: PatientHistory, line: Line) -> Reason:
    change = history.patient.placed.changes.get(line.appointment_id)
    is_over = change is not None and change.kind == "cancelled"
    again = reason("said.cancelled_since") if is_over else reason("said.redeclare", reference=line.reference)
    return reason(
        "outcome.to_credit" if line.appointment_id in history.credits else f"outcome.{line.state}",
        run=run_label(line.run),
        day=line.day,
        insurer=line.insurer,
        cents=line.amount_cents,
        granted_cents=line.granted_cents,
        again=again if history.is_taken_back(line.appointment_id) else "",
    )


# Trajectories and patients.


def trajectory_stories(history: PatientHistory, name: str) -> list[Story]:
    """The story of a trajectory by its number or its name; of the appointments under the number, where no trajectory
    has begun, or of what went out under it, where it has another by now."""
    found = [t for t in history.trajectories if name in (t.number, t.label)]
    steps: list[Reason] = []
    listed: list[Listed] = []
    for trajectory in found:
        of_one = entries(history, trajectory)
        steps += [*course_steps(history, trajectory), *visit_steps(history, of_one)]
        listed += of_one
    if not found and (listed := entries_under(history, name)):
        steps += [reason("trajectory.number", number=name), *visit_steps(history, listed)]
    ids, names = _ids(listed), {name, *(trajectory.label for trajectory in found)}
    if not listed:
        ids = [ident for ident, lines in history.sent.items() if any(line.trajectory == name for line in lines)]
        if not ids:
            return []
        labels = {history.trajectory(history.appointments[ident]) for ident in ids if ident in history.appointments}
        steps.append(reason("trajectory.renamed", number=name, labels=", ".join(sorted(labels)) or "-"))
    steps += [summary_step(line) for ident in ids for line in history.sent.get(ident, ())]
    problems = [problem for problem in history.problems if problem.appointment_id in ids or problem.trajectory == name]
    told = [entry.appointment for entry in listed] or [
        history.appointments[i] for i in ids if i in history.appointments
    ]
    head = reason("outcome.trajectory", counts=_counts(history, told))
    tasks = [task for task in history.tasks if task.appointment_id in ids or task.trajectory in names]
    steps = [head, *steps, *_task_steps(tasks, problems), *_problem_steps(problems)]
    return [Story("trajectory", name, steps, problems, _lines(history, ids), None, _sent(history, ids), tasks)]


def patient_stories(history: PatientHistory, patient_id: str) -> list[Story]:
    """The story of a patient: the trajectories, what is in none, and what is wrong."""
    if patient_id != history.patient.patient_id or not patient_id:
        return []
    steps: list[Reason] = []
    listed: set[tuple[str, int | None]] = set()
    for trajectory in history.trajectories:
        found = [entry.appointment for entry in entries(history, trajectory)]
        steps += [*course_steps(history, trajectory), reason("note.counts", counts=_counts(history, found))]
        listed.update((row.id, row.row) for row in found)
    heard = history.patient.heard
    everything = [*heard.in_feed, *heard.remembered.values(), *history.not_completed()]
    if rest := [row for row in everything if (row.id, row.row) not in listed]:
        steps.append(reason("rest.counts", counts=_counts(history, rest)))
    head = reason("outcome.patient", trajectories=len(history.trajectories), count=len(everything))
    ids = sorted({appointment.id for appointment in everything} - {""})
    tasks = history.tasks
    steps = [head, *steps, *_task_steps(tasks, history.problems), *_problem_steps(history.problems)]
    sent = _sent(history, ids)
    return [Story("patient", patient_id, steps, history.problems, _lines(history, ids), None, sent, tasks)]


def _ids(listed: Iterable[Listed]) -> list[str]:
    return list(dict.fromkeys(entry.appointment.id for entry in listed if entry.appointment.id))


def _counts(history: PatientHistory, appointments: Sequence[Appointment]) -> tuple[Reason, ...]:
    """How many of the appointments became what, and what was declared."""
    counts: dict[str, int] = {}
    cents: dict[str, int] = {}
    for appointment in appointments:
        due, debit = history.due.get(appointment.id), history.debit(appointment.id)
        became = history.outcome(appointment)
        outcome = became.value if became is not None else "not_completed"
        if due is not None:
            outcome, amount = "due", int(due.amount_cents)
        elif history.is_taken_back(appointment.id):
            outcome, amount = "taken_back", 0
        elif debit is not None and debit.state != "withdrawn":
            outcome, amount = "sent", debit.amount_cents
        elif history.settled_as(appointment) is Outcome.COUNTED:
            outcome, amount = "counted", 0
        else:
            amount = 0
        counts[outcome] = counts.get(outcome, 0) + 1
        cents[outcome] = cents.get(outcome, 0) + amount
    return tuple(reason(f"said.n_{name}", count=count, cents=cents[name]) for name, count in counts.items())


# What they have in common.


def _lines(history: PatientHistory, ids: Iterable[str]) -> list[dict[str, Any]]:
    """The lines of appointments, those that went out before those that would."""
    ids = list(ids)
    sent = [sent_document(line) for line in _sent(history, ids)]
    credits = [due_document(line) for ident in ids for line in history.credits.get(ident, ())]
    return sent + credits + [due_document(history.due[ident]) for ident in ids if ident in history.due]


def _sent(history: PatientHistory, ids: Iterable[str]) -> list[Line]:
    return [line for ident in ids for line in history.sent.get(ident, ())]


def _task_steps(tasks: Sequence[Task], problems: Sequence[Problem]) -> Iterator[Reason]:
    """What stands on the work list, and what to do about it, where nothing else says so."""
    told = {problem.code for problem in problems}
    for task in tasks:
        if task.kind not in _TOLD and task.code not in told:
            texts = {
                name: Quoted({language: text(language).replace("{", "{{").replace("}", "}}") for language in LANGUAGES})
                for name, text in {"kind": task.title, "cause": task.cause, "remedy": task.remedy}.items()
            }
            yield reason("worklist.stands", kind=texts["kind"], cause=texts["cause"])
            yield reason("remedy.do", remedy=texts["remedy"])


def _problem_steps(problems: Sequence[Problem], *, named: bool = True) -> Iterator[Reason]:
    """What is wrong, and what to do; said once where the same is to be done for several in a row. ``named``: with the
    appointment it is about."""
    for index, problem in enumerate(problems):
        who = reason("said.who", appointment=problem.appointment_id) if named and problem.appointment_id else ""
        yield reason(f"problem.{problem.severity}", problem.code, who=who, message=problem.message)
        if index + 1 == len(problems) or problems[index + 1].remedy != problem.remedy:
            yield reason("remedy.do", remedy=problem.remedy)
