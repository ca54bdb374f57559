"""The insurer of today on rows of long ago, as a practice system has it that keeps one insurer of a patient."""

from ..model.appointment import Appointment, Outcome
from ..zorg1.visit import may_share
from .history import Course
from .patient import Patient

#: Performances that are part of a course, and not over by themselves.
_OF_A_COURSE = frozenset({"start", "contact", "end"})


def of_today(patient: Patient, before: Appointment, row: Appointment) -> bool:
    """Whether another insurer in the ``row`` of a settled appointment can only be the one of today, as nothing is left
    to be declared of its care, and no row of the feed says that another part of it was with the insurer of the time."""
    day = before.date
    if before.uzovi == row.uzovi or day is None:
        return False
    resolver = patient.context.resolver
    resolution = resolver.resolve("", before.past.linked, before.uzovi, day)
    if before.settled_as is Outcome.DECLARED and resolution.moment not in _OF_A_COURSE:
        return True
    found = [
        course
        for course in patient.history.courses
        if course.insurer == resolver.insurer(before.uzovi)
        and course.start <= day.isoformat() <= course.end
        and may_share(course.number, before.number)
    ]
    return bool(found) and all(course.is_over and not _is_told(patient, course, before.uzovi) for course in found)


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
