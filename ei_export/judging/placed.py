"""Where the appointments of a patient have their place: in a trajectory, or as what else they are to the grouping,
something unclear that may be a visit, or nothing of Zorg1."""

from collections.abc import Mapping, Sequence
from typing import Final

from attrs import evolve

from ..base.problems import Finding
from ..base.steps import Steps
from ..base.value import value
from ..ledger.dossier import LASTING
from ..ledger.patients import number_owner
from ..model.appointment import Appointment, Common, Judgement, Key, Outcome, Past
from ..zorg1.resolution import Resolution, Verdict
from ..zorg1.trajectories import group
from ..zorg1.visit import Visit
from .another_patient import is_theirs
from .closed import judge_closed
from .context import Context
from .declared import name_lines
from .patient import Heard, Patient, Placed
from .result import Totals

#: Where something that can't be read leaves it open what an appointment is.
_SAY_WHAT_IT_IS: Final = ("", "code", "declare_under")
_NOT_ZORG1: Final = Judgement(Outcome.NOT_ZORG1, (), Past(Outcome.NOT_ZORG1))
_NOTHING_SAID: Final = Common(completed=True, unclear=False, code="", declare_under="", uzovi="")


@value
class Classified:
    """Visits to be grouped, and what else there is: ``unclear`` appointments may be visits, ``kept`` ones are
    remembered. What is no visit is ``judged``."""

    visits: Sequence[Visit]
    unclear: Sequence[Appointment]
    kept: Sequence[Appointment]
    judged: Mapping[Key, Judgement]


def place(patient: Patient, heard: Heard) -> Steps[Placed]:
    """Puts the appointments of a patient in their places."""
    classified = classify(patient, heard)
    shared, totals = _shared_numbers(patient, heard, classified.visits)
    unclear = [*classified.unclear, *_orphans(patient.context, classified.visits)]
    yield
    grouped = group(classified.visits, unclear, shared, patient.context.resolver)
    named, counted = name_lines(patient, heard, grouped)
    if named:
        grouped = evolve(grouped, places={**grouped.places, **named})
    changes = {ident: taken.change for ident, taken in heard.taken.items() if taken.change is not None}
    return Placed(
        grouped,
        classified.unclear,
        classified.judged,
        classified.kept,
        shared,
        changes | counted,
        counted.keys() | {ident for ident, taken in heard.taken.items() if taken.is_open},
        totals,
    )


def classify(patient: Patient, heard: Heard) -> Classified:
    """Makes visits of the appointments, and judges those of which there is nothing to group."""
    context, again = patient.context, heard.again
    closed = context.closed
    resolver, until = context.resolver, context.declared_until
    visits: list[Visit] = []
    unclear: list[Appointment] = []
    kept = [taken.dropped for taken in heard.taken.values() if taken.dropped is not None]
    judged: dict[Key, Judgement] = {row.key: Judgement(Outcome.EARLIER, row.findings, row.past) for row in kept}
    for row in (*heard.in_feed, *heard.remembered.values()):
        common, day, past = row.common, row.date, row.past
        if row.id in closed and past.settled_as is None and row.id not in again:
            judged[row.key] = judge_closed(patient, row, closed[row.id])
            kept.append(row)
            continue
        resolution = resolver.of(row)
        if past.linked and (past.settled_as is Outcome.DECLARED or not resolution.is_zorg1):
            # What was declared or counted stays what it was, whatever the code is linked to now.
            resolution = resolver.resolve("", past.linked, common.uzovi, day)
        is_before = day is not None and day <= until and resolution.is_zorg1 and not common.unclear
        if is_before and past.settled_as is None and row.id not in again:
            row = row.knowing(settled_as=Outcome.EARLIER)
        if (judgement := _judged(context, heard, row, resolution)) is None:
            assert day is not None
            refused = again[row.id].refused_on if again and row.id in again else None
            program = resolver.programs.named(resolution.program, row.diagnosis)
            visits.append(Visit(row, resolution, day, program, refused))
            kept.append(row)
            continue
        judged[row.key] = judgement
        if judgement.outcome is not Outcome.NOT_ZORG1:
            kept.append(row)
            if judgement.outcome is not Outcome.EARLIER:
                unclear.append(row)
    return Classified(visits, unclear, kept, judged)


def _judged(context: Context, heard: Heard, row: Appointment, resolution: Resolution) -> Judgement | None:
    """What becomes of an appointment of which there is nothing to group; None of a visit."""
    found, settled_as = row.findings, row.past.settled_as
    if not resolution.is_zorg1:
        has_place = bool(row.number) or row.id in context.replaced
        if resolution.verdict is Verdict.UNEXPLAINED and not (has_place or found or row.date is None or settled_as):
            return None  # perhaps a contact, of a trajectory that is still to come
        if (
            settled_as not in (Outcome.DECLARED, Outcome.EARLIER)  # what was declared stays known
            and (resolution.verdict is Verdict.NOT_ZORG1 or not has_place)
            and not any(finding.code.startswith("ROW_") and finding.column in _SAY_WHAT_IT_IS for finding in found)
        ):
            return _NOT_ZORG1
    outcome = Outcome.HELD
    if settled_as is not None:
        if row.date is not None:
            return None
        outcome = Outcome.EARLIER
    elif not found:
        is_any_shared = heard.taken or context.feed.shared_appointments
        if not is_any_shared or (fault := _shared(context, heard, row.id)) is None:
            return None
        found = (fault,)
    elif found[0].code not in LASTING or found[0].code.startswith("ROW_"):
        outcome = Outcome.UNREADABLE
    return Judgement(outcome, found, evolve(row.past, linked=resolution.code if resolution.is_linked else ""))


def _shared(context: Context, heard: Heard, ident: str) -> Finding | None:
    """Whether another patient has an appointment with the same id, in this feed or in the ledger."""
    reference = heard.taken_for(ident).elsewhere
    if reference:
        return Finding("DECLARED_ELSEWHERE", "appointment_id", {"reference": reference})
    if reference is not None or hash(ident) in context.feed.shared_appointments:
        return Finding("APPOINTMENT_TWO_PATIENTS", "appointment_id", {"rows": ""})
    return None


def _orphans(context: Context, visits: Sequence[Visit]) -> list[Appointment]:
    """Rows without a patient under one of the patient's trajectory numbers."""
    if not context.feed.orphans:
        return []
    numbers = sorted({visit.appointment.number for visit in visits} & context.feed.orphans)
    return [Appointment("", None, None, number, "", "", _NOTHING_SAID, (), {}) for number in numbers]


def _shared_numbers(patient: Patient, heard: Heard, visits: Sequence[Visit]) -> tuple[set[str], Sequence[Totals]]:
    """The patient's trajectory numbers that another patient has too; and those that are the patient's from now on."""
    context, numbers = patient.context, {visit.appointment.number for visit in visits} - {""}
    shared = {n for n in numbers if hash(n) in context.feed.shared_numbers} if context.feed.shared_numbers else set()
    shared |= numbers & context.feed.contested
    if context.ledger.is_new:
        return shared, ()
    free = []
    for number in numbers - shared:
        owner = number_owner(context.ledger, number)
        if owner not in (None, patient.patient_id):
            is_shared = is_theirs(patient, heard, number, str(owner), visits)
            if is_shared is None:
                free.append((number, patient.patient_id))
            elif is_shared:
                shared.add(number)
    return shared, [Totals(numbers=free)] if free else ()
