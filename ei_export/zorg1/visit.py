"""A visit of a patient, the trajectory it belongs to, and its place there."""

from datetime import date
from typing import Final

from attrs import define, evolve, field

from ..base.problems import Finding
from ..base.value import value
from ..model.appointment import Appointment, Outcome
from .agreements import ANY
from .resolution import Resolution, Verdict

#: Why a contact does not count in an end, where that is no problem.
AFTER_RELAPSE: Final = "AFTER_RELAPSE"


@define(eq=False)
class Trajectory:
    """One patient's course in one program with one insurer: start, contacts, end; a relapse follows an end. With TKP
    and THP it is one of single products, a baseline and a profile, without start or end.

    ``label`` is its name towards people: the practice's number, or patient, insurer and program. ``number`` is '' where
    the practice gave none. ``program`` may be a part of ``whole``, the program of the agreements. ``usual`` is the
    diagnosis of its contacts. ``contacts`` count in the end; ``doubtful`` are the ids of those that may have to.
    ``abandoned``: another start was declared before it had an end. ``last`` is the day of the last visit placed in it,
    ``started_by`` and ``ended_by`` the visits that started and ended it. `group` makes one and goes on with it; from
    then on nobody changes it.
    """

    label: str
    number: str
    insurer: str
    program: str
    whole: str
    profile: str
    is_single: bool = False
    usual: str = ""
    start: date | None = None
    end: date | None = None
    relapse: date | None = None
    last: date | None = None
    started_by: "Visit | None" = None
    ended_by: "Visit | None" = None
    abandoned: bool = False
    contacts: list["Visit"] = field(factory=list)
    doubtful: list[str] = field(factory=list)
    conflict: Finding | None = None

    @property
    def is_open(self) -> bool:
        return self.start is not None and self.end is None and not self.abandoned

    @property
    def stage(self) -> str:
        """How far it came."""
        if self.start is None:
            return "single" if self.relapse is None else "relapse_only"
        if self.relapse is not None:
            return "relapsed" if self.end is not None else "relapsed_open"
        return "ended" if self.end is not None else "abandoned" if self.abandoned else "open"

    def is_of(self, program: str, whole: str) -> bool:
        """Whether a code of this program can belong to it: the same, any, or the whole of which only the part isn't
        known."""
        return program in (ANY, self.program) or (whole == self.whole and whole in (program, self.program))

    def fits(self, insurer: str, program: str, whole: str = "") -> bool:
        """Whether a code of this insurer and program can belong to it; an unknown insurer or any program always can."""
        return (insurer == self.insurer or not insurer or not self.insurer) and self.is_of(program, whole or program)


@value
class Visit:
    """An appointment with what the tables say of its code. ``program`` is the resolution's as `Programs.named` with
    the diagnosis; ``refused`` the day on which its line was, if it is due again for that."""

    appointment: Appointment
    resolution: Resolution
    day: date
    program: str
    refused: date | None = None

    @property
    def is_declared(self) -> bool:
        """Whether an earlier run or another system declared it."""
        return self.appointment.past.settled_as in (Outcome.DECLARED, Outcome.EARLIER)

    @property
    def stands(self) -> bool:
        """Whether it was declared, and neither refused nor taken back since."""
        past = self.appointment.past
        if past.settled_as is Outcome.DECLARED:
            return past.units > 0 and not past.refused
        return past.settled_as is Outcome.EARLIER


@value
class Place:
    """Where a visit stands: its trajectory, if it has one, its ``units``, and what was ``found`` wrong with that.

    ``misplaced``: the first thing that was, by the code of the finding, also where that is no problem of the
    appointment; or `AFTER_RELAPSE`. ``fault`` is that finding.
    """

    trajectory: Trajectory | None = None
    units: int = 0
    misplaced: str = ""
    fault: Finding | None = None
    found: tuple[Finding, ...] = ()

    def find(self, visit: Visit, code: str, column: str = "", /, **params: object) -> "Place":
        """With something wrong, a problem unless the appointment was declared before or has no price agreement to be
        wrong against."""
        finding = Finding(code, column, params)
        is_problem = not visit.is_declared and visit.resolution.verdict is not Verdict.NO_AGREEMENT
        return evolve(
            self,
            misplaced=self.misplaced or code,
            fault=self.fault or finding,
            found=(*self.found, finding) if is_problem else self.found,
        )


#: In no trajectory, and nothing wrong with that.
NOWHERE: Final = Place()


def may_share(one: str, other: str) -> bool:
    """Whether appointments with these trajectory numbers, or none, may be of one trajectory."""
    return one == other or not one or not other
