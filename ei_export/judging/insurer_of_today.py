"""The insurer of today on rows of long ago, as a practice system has it that keeps one insurer of a patient."""

from typing import Final

from ..base.tables import FOREVER
from ..ledger.dossier import KeptTrajectory
from ..model.appointment import Appointment, Outcome
from ..zorg1.visit import may_share
from .patient import Patient

#: Performances that are part of a course, and not over by themselves.
_OF_A_COURSE: Final = frozenset({"start", "contact", "end"})
_FOR_GOOD: Final = FOREVER.isoformat()


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
    insurer, history = resolver.insurer(before.uzovi), patient.history
    found = [course for course in history.courses if course.insurer == insurer and _may_be_of(before, course)]
    is_over = all((course.ended, insurer) in history.ends for course in found)
    return bool(found) and is_over and not any(_is_told(patient, course, before.uzovi) for course in found)


def _is_told(patient: Patient, course: KeptTrajectory, uzovi: str) -> bool:
    """Whether the feed has a row of a course with the insurer of the time."""
    return any(
        row.completed and row.text("uzovi").zfill(4) == uzovi and _may_be_of(row, course) for row in patient.rows
    )


def _may_be_of(row: Appointment, course: KeptTrajectory) -> bool:
    """Whether an appointment may be of a course, by its day and its number; an open one goes on for good."""
    is_during = row.date is not None and course.started <= row.date.isoformat() <= (course.ended or _FOR_GOOD)
    return is_during and may_share(course.number, row.number)
