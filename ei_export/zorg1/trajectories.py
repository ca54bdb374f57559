"""Groups the appointments of one patient into Zorg1 trajectories, and finds what doesn't fit.

A course is judged in the order of its dates, each appointment only by what came before it (and an end also by its
contacts), so a feed of the whole history and one of only what is new give the same lines.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final

from attrs import define, field

from ..appointment import Appointment, Outcome
from ..problems import Finding
from .resolver import Answer, Standing

#: The order on one date. ``other`` and ``profile`` stand on themselves.
_ORDER: Final = {"start": 0, "baseline": 0, "contact": 1, "other": 1, "profile": 1, "end": 2, "relapse": 3, "": 4}
_ANY: Final = "*"
#: Why a contact does not count in an end, where that is no problem.
AFTER_RELAPSE: Final = "AFTER_RELAPSE"


@define
class Trajectory:
    """One patient's course in one program with one insurer: start, contacts, end; a relapse follows an end.

    ``label`` is its name towards people: the practice's number, or patient, insurer and program. ``number`` is '' where
    the practice gave none. ``contacts`` count in the end; ``doubtful`` are the ids of those that may have to.
    ``abandoned``: another start was declared before it had an end. ``last`` is the day of the last visit placed in it,
    ``ended_by`` the id of the one that ended it.
    """

    label: str
    number: str
    insurer: str
    program: str
    profile: str
    diagnosis: str = ""
    start: date | None = None
    end: date | None = None
    relapse: date | None = None
    last: date | None = None
    ended_by: str = ""
    abandoned: bool = False
    contacts: list["Visit"] = field(factory=list)
    doubtful: list[str] = field(factory=list)
    conflict: Finding | None = None

    @property
    def is_open(self) -> bool:
        return self.start is not None and self.end is None and not self.abandoned

    def fits(self, insurer: str, program: str) -> bool:
        """Whether a code of this insurer and program can belong to it; an unknown insurer or any program always can."""
        return (insurer == self.insurer or not insurer or not self.insurer) and program in (_ANY, self.program)


@define(eq=False)
class Visit:
    """An appointment with the answer of the tables on its way through the trajectories; ``units`` once it is placed.

    ``misplaced``: the first thing that was found wrong with its place, by the code of the finding, also where that is
    no problem of the appointment; or `AFTER_RELAPSE`.
    """

    appointment: Appointment
    answer: Answer
    day: date
    units: int = 0
    trajectory: Trajectory | None = None
    misplaced: str = ""

    def find(self, code: str, column: str = "", /, **params: object) -> None:
        """Notes a finding, unless the appointment was declared before or has no price agreement to be wrong against."""
        self.misplaced = self.misplaced or code
        if not self.is_declared and self.answer.standing is not Standing.NO_AGREEMENT:
            self.appointment.findings.append(Finding(code, column, params))

    @property
    def is_declared(self) -> bool:
        """Whether an earlier run or another system declared it."""
        return self.appointment.known in (Outcome.DECLARED, Outcome.EARLIER)


def group(
    visits: Iterable[Visit], unclear: Collection[Appointment], shared_numbers: Collection[str]
) -> list[Trajectory]:
    """Places the visits of one patient, filling in ``trajectory``, ``units`` and findings; returns the trajectories.

    ``unclear`` appointments of the patient (unreadable, contradictory) hold back the counted ends they could belong
    to. ``shared_numbers`` are
    trajectory numbers that another patient has too.
    """
    grouping = _Grouping(sorted(visits, key=order))
    grouping.place_all(unclear, shared_numbers)
    return grouping.trajectories


def order(visit: Visit) -> tuple[date, int, str]:
    """The order in which visits are judged."""
    return visit.day, _ORDER[visit.answer.moment], visit.appointment.id


class _Grouping:
    def __init__(self, visits: Sequence[Visit]) -> None:
        self.visits = visits
        self.trajectories: list[Trajectory] = []
        self._numbered: dict[str, Trajectory] = {}

    def place_all(self, unclear: Collection[Appointment], shared_numbers: Collection[str]) -> None:
        zorg1_numbers = {v.appointment.number for v in self.visits if v.answer.is_zorg1 and v.appointment.number}
        for visit in self.visits:
            moment = visit.answer.moment
            if visit.answer.standing is Standing.UNMAPPED:
                if visit.appointment.number in zorg1_numbers:
                    self._unmapped(visit)
            elif moment == "contact":
                number = visit.appointment.number
                trajectory = self._numbered.get(number) if number else None
                if trajectory is not None and self._is_plain(visit, trajectory):
                    visit.trajectory = trajectory
                    trajectory.contacts.append(visit)
                else:
                    self._contact(visit)
            elif moment == "start":
                self._start(visit)
            elif moment == "end":
                self._end(visit, unclear)
            elif moment == "relapse":
                self._relapse(visit)
            elif moment:
                self._single(visit)
            elif visit.answer.standing is Standing.FAULT:  # a code no table knows could be anything
                self._doubt(visit.appointment)
            if (placed := visit.trajectory) is not None:
                placed.last = visit.day
            if shared_numbers and visit.appointment.number in shared_numbers:
                visit.find("TRAJECTORY_TWO_PATIENTS", "trajectory_id", number=visit.appointment.number)

    @staticmethod
    def _is_plain(visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact is one of the many that just count in the open trajectory whose number it has."""
        answer = visit.answer
        return (
            answer.standing is Standing.CONTACT
            and answer.profile == _ANY
            and answer.insurer == trajectory.insurer
            and trajectory.start is not None
            and trajectory.end is None
            and trajectory.relapse is None
            and trajectory.conflict is None
            and not trajectory.abandoned
        )

    # What each moment does.

    def _start(self, visit: Visit) -> None:
        answer, number = visit.answer, visit.appointment.number
        numbered = self._numbered.get(number) if number else None
        if numbered is not None and not self._agrees(visit, numbered):
            return
        rival = numbered if number else self._open(answer.insurer, answer.program)
        if rival is not None and rival.is_open and visit.is_declared:
            rival.abandoned = True
        elif rival is not None and rival.is_open:
            visit.find("SECOND_START", "code", program=answer.program, start=_show(rival.start))
            visit.trajectory = rival
            rival.doubtful.append(visit.appointment.id)
            return
        trajectory = numbered if numbered is not None and numbered.start is None else self._new(visit)
        trajectory.start, trajectory.profile = visit.day, answer.profile
        trajectory.diagnosis = visit.appointment.diagnosis
        visit.trajectory, visit.units = trajectory, _fixed(answer)

    def _contact(self, visit: Visit) -> None:
        trajectory = self._of_contact(visit)
        if trajectory is None:
            return
        visit.trajectory, visit.units = trajectory, _fixed(visit.answer)
        if doubtful := visit.answer.profile not in (_ANY, trajectory.profile):
            visit.find(
                "CONTACT_OTHER_PROFILE",
                "code",
                program=trajectory.program,
                profile=visit.answer.profile,
                start_profile=trajectory.profile,
            )
        if doubtful or visit.answer.standing is Standing.FAULT:
            trajectory.doubtful.append(visit.appointment.id)
        elif trajectory.is_open:
            trajectory.contacts.append(visit)
        else:
            visit.misplaced = visit.misplaced or AFTER_RELAPSE

    def _of_contact(self, visit: Visit) -> Trajectory | None:
        """The trajectory a contact counts in; None, with a finding, where there is none or no way to tell."""
        answer, number = visit.answer, visit.appointment.number
        if number:
            trajectory = self._numbered.get(number)
            if trajectory is None or trajectory.start is None:
                visit.find("CONTACT_WITHOUT_TRAJECTORY", "trajectory_id")
                self._doubt(visit.appointment)
                return None
            if not self._agrees(visit, trajectory):
                trajectory.doubtful.append(visit.appointment.id)
                return None
            if not trajectory.is_open and trajectory.relapse is None:
                visit.find("CONTACT_AFTER_END", "date", end=_show(trajectory.end))
                visit.trajectory = trajectory
                return None
            return trajectory
        running = [t for t in self.trajectories if t.is_open or (t.relapse is not None and t is self._latest(t))]
        fitting = [t for t in running if t.fits(answer.insurer, answer.program)]
        if len(fitting) > 1:
            fitting = [t for t in fitting if t.is_open] or fitting
        if len(fitting) > 1:
            fitting = [t for t in fitting if t.diagnosis == visit.appointment.diagnosis] or fitting
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            visit.find("CONTACT_AMBIGUOUS", "trajectory_id", count=len(fitting))
            for trajectory in fitting:
                trajectory.doubtful.append(visit.appointment.id)
        elif changed := [t for t in running if t.insurer != answer.insurer and answer.program in (_ANY, t.program)]:
            self._insurer_changed(visit, changed[-1])
        elif ended := [t for t in self.trajectories if t.end and t.fits(answer.insurer, answer.program)]:
            visit.find("CONTACT_AFTER_END", "date", end=_show(ended[-1].end))
        else:
            visit.find("CONTACT_WITHOUT_TRAJECTORY", "trajectory_id")
        return None

    def _end(self, visit: Visit, unclear: Collection[Appointment]) -> None:
        answer, number = visit.answer, visit.appointment.number
        if number:
            trajectory = self._numbered.get(number)
            if trajectory is not None and not self._agrees(visit, trajectory):
                return
        else:
            trajectory = self._open(answer.insurer, answer.program, visit.appointment.diagnosis)
            if trajectory is None and (changed := self._open("", answer.program)) is not None:
                self._insurer_changed(visit, changed)
                return
        if trajectory is None or not trajectory.is_open:
            visit.find("END_WITHOUT_START", "code", program=answer.program)
            visit.trajectory = trajectory
            return
        visit.trajectory, trajectory.end, trajectory.ended_by = trajectory, visit.day, visit.appointment.id
        if answer.profile != trajectory.profile:
            visit.find(
                "END_OTHER_PROFILE",
                "code",
                program=answer.program,
                profile=answer.profile,
                start_profile=trajectory.profile,
            )
        visit.units = _fixed(answer)
        if answer.agreement is not None and answer.agreement.units == "count":
            visit.units = len(trajectory.contacts) + 1
            if visit.is_declared and not self._is_due_anew(visit):
                self._recount(visit)
                return
            doubtful = trajectory.doubtful + [a.id for a in unclear if could_belong(a, trajectory)]
            if doubtful:
                visit.find("COUNT_UNCERTAIN", "", appointments=", ".join(sorted(filter(None, doubtful))) or "-")

    @staticmethod
    def _is_due_anew(visit: Visit) -> bool:
        """Whether a declared end was refused, and would be another line with the contacts known now."""
        appointment = visit.appointment
        if not appointment.refused or appointment.units == visit.units:
            return False
        appointment.known = None
        return True

    @staticmethod
    def _recount(visit: Visit) -> None:
        """Compares the units of a declared end with the contacts known now."""
        declared, found = visit.appointment.units, visit.appointment.findings
        if declared and declared != visit.units:
            code = "CONTACT_AFTER_DECLARED_END" if declared < visit.units else "DECLARED_COUNT_CHANGED"
            found.append(Finding(code, "", {"before": declared, "after": visit.units}))

    def _relapse(self, visit: Visit) -> None:
        answer, number = visit.answer, visit.appointment.number
        visit.units = _fixed(answer)
        if number and (numbered := self._numbered.get(number)) is not None:
            if not self._agrees(visit, numbered):
                return
            trajectory = numbered
        else:
            known = [t for t in self.trajectories if t.fits(answer.insurer, answer.program) and (not number or t.end)]
            ended = [t for t in known if t.end is not None]
            trajectory = ended[-1] if ended else self._new(visit)
            if number:
                self._numbered.setdefault(number, trajectory)
        visit.trajectory = trajectory
        if trajectory.end is None:
            visit.find("RELAPSE_WITHOUT_END", "code", program=answer.program)
        trajectory.relapse = visit.day

    def _single(self, visit: Visit) -> None:
        """A product on its own date: TKP and THP, the single moments of 2019. No counting."""
        answer, number = visit.answer, visit.appointment.number
        visit.units = _fixed(answer)
        if number:
            trajectory = self._numbered.get(number)
            if trajectory is not None and not self._agrees(visit, trajectory):
                return
        else:
            trajectory = next((t for t in self.trajectories if t.fits(answer.insurer, answer.program)), None)
        visit.trajectory = trajectory or self._new(visit)

    def _unmapped(self, visit: Visit) -> None:
        """An own code nobody linked, inside a Zorg1 trajectory: perhaps a contact that ought to count."""
        number = visit.appointment.number
        visit.find("CODE_UNMAPPED", "code", code=visit.appointment.code, number=number)
        visit.trajectory = self._numbered.get(number)
        self._doubt(visit.appointment)

    # What they have in common.

    def _new(self, visit: Visit) -> Trajectory:
        answer, number = visit.answer, visit.appointment.number
        label = number or "/".join(filter(None, (visit.appointment.patient_id, answer.insurer, answer.program)))
        trajectory = Trajectory(label, number, answer.insurer, answer.program, answer.profile)
        self.trajectories.append(trajectory)
        if number:
            self._numbered[number] = trajectory
        return trajectory

    def _open(self, insurer: str, program: str, diagnosis: str = "") -> Trajectory | None:
        """The open trajectory of an insurer and program; of several, the one with the diagnosis, else the latest."""
        found = [t for t in self.trajectories if t.is_open and t.fits(insurer, program)]
        if len(found) > 1 and diagnosis:
            found = [t for t in found if t.diagnosis == diagnosis] or found
        return found[-1] if found else None

    def _latest(self, trajectory: Trajectory) -> Trajectory:
        """The last trajectory with the same insurer and program."""
        return [t for t in self.trajectories if (t.insurer, t.program) == (trajectory.insurer, trajectory.program)][-1]

    def _agrees(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a visit can stand under the trajectory's number; from the first that can't, all under it are held."""
        answer = visit.answer
        if trajectory.conflict is None:
            number = trajectory.number
            if answer.program not in (_ANY, trajectory.program):
                programs = f"{trajectory.program}, {answer.program}"
                params: dict[str, object] = {"number": number, "programs": programs}
                trajectory.conflict = Finding("TRAJECTORY_TWO_PROGRAMS", "trajectory_id", params)
            elif answer.insurer and trajectory.insurer and answer.insurer != trajectory.insurer:
                params = {"number": number, "insurers": f"{trajectory.insurer}, {answer.insurer}"}
                trajectory.conflict = Finding("TRAJECTORY_TWO_INSURERS", "trajectory_id", params)
        if trajectory.conflict is None:
            return True
        visit.trajectory = trajectory
        visit.find(trajectory.conflict.code, trajectory.conflict.column, **trajectory.conflict.params)
        return False

    def _insurer_changed(self, visit: Visit, trajectory: Trajectory) -> None:
        visit.trajectory = trajectory
        trajectory.doubtful.append(visit.appointment.id)
        visit.find(
            "INSURER_CHANGED",
            "uzovi",
            program=trajectory.program,
            insurer=visit.answer.insurer,
            earlier=trajectory.insurer,
        )

    def _doubt(self, appointment: Appointment) -> None:
        """Marks an appointment that may be a contact of the trajectories open on its day."""
        for trajectory in self.trajectories:
            if trajectory.is_open and _may_share(appointment.number, trajectory):
                trajectory.doubtful.append(appointment.id)


def _may_share(number: str, trajectory: Trajectory) -> bool:
    """Whether an appointment with this number, or none, may be of a trajectory with its number, or none."""
    return number == trajectory.number or not number or not trajectory.number


def could_belong(appointment: Appointment, trajectory: Trajectory) -> bool:
    """Whether an appointment could be a contact between start and end, by its number and its date."""
    if not _may_share(appointment.number, trajectory):
        return False
    if appointment.date is None or trajectory.start is None or trajectory.end is None:
        return True
    return trajectory.start <= appointment.date <= trajectory.end


def _fixed(answer: Answer) -> int:
    """The units of a product with a fixed number, else 0."""
    units = answer.agreement.units if answer.agreement is not None else 0
    return units if isinstance(units, int) else 0


def _show(day: date | None) -> str:
    return day.isoformat() if day else ""
