"""The insurer of today on rows of long ago, as a practice system has it that keeps one insurer of a patient."""

import json
from collections.abc import Sequence

from ..ledger.dossier import AT, unpack
from ..model.appointment import Appointment, Outcome
from ..zorg1.visit import may_share
from .patient import Course, Patient

#: Performances that are part of a course, and not over by themselves.
_OF_A_COURSE = frozenset({"start", "contact", "end"})


def of_today(patient: Patient, before: Appointment, row: Appointment) -> bool:
    """Whether another insurer in the ``row`` of a settled appointment can only be the one of today, as nothing is left
    to be declared of its care, and no row of the feed says that another part of it was with the insurer of the time."""
    day = before.date
    if before.uzovi == row.uzovi or day is None:
        return False
    resolver = patient.context.resolver
    resolution = resolver.resolve("", before.linked, before.uzovi, day)
    if before.settled_as is Outcome.DECLARED and resolution.moment not in _OF_A_COURSE:
        return True
    found = [
        course
        for course in _courses(patient)
        if course.insurer == resolver.insurer(before.uzovi)
        and course.start <= day.isoformat() <= course.end
        and may_share(course.number, before.number)
    ]
    return bool(found) and all(course.is_over and not _is_told(patient, course, before.uzovi) for course in found)


def _courses(patient: Patient) -> Sequence[Course]:
    """The trajectories of the last time; an open one goes on until the end of time."""
    if patient.history.courses is None:
        stored = patient.history.dossier
        kept = unpack(stored.appointments) if stored is not None else []
        ends = {
            (each.texts[AT["date"]], patient.context.resolver.insurer(each.texts[AT["uzovi"]]))
            for each in kept
            if each.outcome is Outcome.DECLARED and each.texts[AT["appointment_id"]] not in patient.history.again
        }
        patient.history.courses = [
            Course(number, insurer, start, end or "9999-12-31", (end, insurer) in ends)
            for _, number, insurer, _, _, start, end, *_ in json.loads(stored.trajectories if stored else "[]")
        ]
    return patient.history.courses


def _is_told(patient: Patient, course: Course, uzovi: str) -> bool:
    """Whether the feed has a row of a course with the insurer of the time."""
    return any(
        row.completed
        and row.text("uzovi").zfill(4) == uzovi
        and row.date is not None
        and course.start <= row.date.isoformat() <= course.end
        and may_share(course.number, row.number)
        for row in patient.rows
    )
