"""Groups the appointments of one patient into Zorg1 trajectories, and finds what doesn't fit.

A course is judged in the order of its dates, each appointment only by what came before it (and an end also by its
contacts), so a feed of the whole history and one of only what is new give the same lines.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Final

from ..base.problems import Finding
from ..base.wording import quoted_code, quoted_word
from ..model.appointment import Appointment
from .agreements import ANY
from .resolver import Resolution, Resolver, Verdict
from .singles import SINGLES, rivals
from .visit import AFTER_RELAPSE, Trajectory, Visit, may_share

#: The order on one date. ``other`` and ``profile`` stand on themselves; what no table knows may be a contact.
_ORDER: Final = {"start": 0, "baseline": 0, "contact": 1, "other": 1, "profile": 1, "": 1, "end": 2, "relapse": 3}


def group(
    visits: Iterable[Visit], unclear: Collection[Appointment], shared_numbers: Collection[str], resolver: Resolver
) -> list[Trajectory]:
    """Places the visits of one patient, filling in ``trajectory``, ``units`` and findings; returns the trajectories.

    ``unclear`` appointments of the patient (unreadable, contradictory) hold back the counted ends they could belong
    to. ``shared_numbers`` are trajectory numbers that another patient has too.
    """
    grouping = _Grouping(sorted(visits, key=order), resolver)
    grouping.place_all(unclear, shared_numbers)
    return grouping.trajectories


def order(visit: Visit) -> tuple[date, int, str]:
    """The order in which visits are judged."""
    return visit.day, _ORDER[visit.resolution.moment], visit.appointment.id


class _Grouping:
    def __init__(self, visits: Sequence[Visit], resolver: Resolver) -> None:
        self.visits = visits
        self.resolver, self.programs = resolver, resolver.programs
        self.trajectories: list[Trajectory] = []
        self._numbered: dict[str, Trajectory] = {}
        #: Contacts that came before any trajectory they can belong to, or after the end of it.
        self._stray: list[Visit] = []

    def place_all(self, unclear: Collection[Appointment], shared_numbers: Collection[str]) -> None:
        for visit in self.visits:
            visit.program = visit.resolution.program
            if visit.program and visit.program != ANY:
                visit.program = self.programs.named(visit.program, visit.appointment.diagnosis)
        self._rivals = rivals(self.visits)
        zorg1_numbers = {v.appointment.number for v in self.visits if v.resolution.is_zorg1 and v.appointment.number}
        for visit in self.visits:
            moment = visit.resolution.moment
            if not visit.resolution.is_linked:
                if visit.appointment.number in zorg1_numbers:
                    self._unmapped(visit)
                elif visit.resolution.verdict is Verdict.UNEXPLAINED:
                    self._unexplained(visit)
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
            elif visit.resolution.verdict is Verdict.FAULT:  # a code no table knows could be anything
                self._doubt(visit.appointment)
            if (placed := visit.trajectory) is not None:
                placed.last = visit.day
            if shared_numbers and visit.appointment.number in shared_numbers:
                visit.find("TRAJECTORY_TWO_PATIENTS", "trajectory_id", number=visit.appointment.number)

    @staticmethod
    def _is_plain(visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact is one of the many that just count in the open trajectory whose number it has."""
        resolution, diagnosis = visit.resolution, visit.appointment.diagnosis
        return (
            resolution.verdict is Verdict.CONTACT
            and resolution.profile == ANY
            and resolution.insurer == trajectory.insurer
            and trajectory.start is not None
            and trajectory.end is None
            and trajectory.relapse is None
            and trajectory.conflict is None
            and not trajectory.abandoned
            and (diagnosis == trajectory.usual or not diagnosis)
        )

    # What each moment does.

    def _start(self, visit: Visit) -> None:
        resolution, number = visit.resolution, visit.appointment.number
        numbered = self._numbered.get(number) if number else None
        if numbered is not None and not self._agrees(visit, numbered):
            return
        rival = numbered if number else self._open(visit)
        if rival is not None and rival.is_open and visit.is_declared:
            rival.abandoned = True
        elif rival is not None and rival.is_open:
            visit.find("SECOND_START", "code", program=visit.program, start=_show(rival.start))
            visit.trajectory = rival
            rival.doubtful.append(visit.appointment.id)
            return
        trajectory = numbered if numbered is not None and numbered.start is None else self._new(visit)
        trajectory.start, trajectory.started_by, trajectory.profile = visit.day, visit, resolution.profile
        diagnosis = visit.appointment.diagnosis
        of = self.programs.with_diagnosis(diagnosis)
        if not of or trajectory.program in of:
            trajectory.usual = diagnosis
        visit.trajectory, visit.units = trajectory, _fixed(resolution)
        self._take_early(trajectory)

    def _contact(self, visit: Visit) -> None:
        trajectory = self._of_contact(visit)
        if trajectory is None or trajectory.is_single:
            self._register(visit, trajectory)
            return
        if not visit.is_declared and visit.resolution.profile not in (ANY, trajectory.profile):
            appointment = visit.appointment
            visit.resolution = self.resolver.of_profile(
                visit.resolution, appointment.uzovi, trajectory.profile, visit.day
            )
            appointment.linked = visit.resolution.code
        visit.trajectory, visit.units = trajectory, _fixed(visit.resolution)
        if doubtful := visit.resolution.profile not in (ANY, trajectory.profile):
            visit.find(
                "CONTACT_OTHER_PROFILE",
                "code",
                program=trajectory.program,
                profile=visit.resolution.profile,
                start_profile=trajectory.profile,
            )
        if doubtful or visit.resolution.verdict is Verdict.FAULT:
            trajectory.doubtful.append(visit.appointment.id)
        elif trajectory.is_open:
            trajectory.contacts.append(visit)
            self._warn_of_diagnosis(visit, trajectory)
        else:
            visit.misplaced = visit.misplaced or AFTER_RELAPSE

    @staticmethod
    def _register(visit: Visit, trajectory: Trajectory | None) -> None:
        """A contact of a patient with TKP or THP is registered, and changes nothing (§4.5)."""
        if trajectory is not None:
            visit.trajectory = trajectory
            trajectory.contacts.append(visit)

    def _warn_of_diagnosis(self, visit: Visit, trajectory: Trajectory) -> None:
        """Tells, once, of a contact that counts although its diagnosis is of no program."""
        diagnosis, is_new = visit.appointment.diagnosis, visit.appointment.settled_as is None
        if visit.resolution.program != ANY or not is_new or diagnosis in ("", trajectory.usual):
            return
        if not self.programs.with_diagnosis(diagnosis):
            params = {"found": quoted_code(diagnosis), "program": trajectory.program}
            visit.appointment.findings.append(Finding("CONTACT_DIAGNOSIS", "diagnosis_code", params))

    def _of_contact(self, visit: Visit) -> Trajectory | None:
        """The trajectory a contact counts in; None, with a finding, where there is none or no way to tell."""
        return self._by_number(visit) if visit.appointment.number else self._by_diagnosis(visit)

    def _by_number(self, visit: Visit) -> Trajectory | None:
        trajectory = self._numbered.get(visit.appointment.number)
        if trajectory is None or (trajectory.start is None and not trajectory.is_single):
            visit.find("CONTACT_WITHOUT_TRAJECTORY", "trajectory_id")
            self._stray.append(visit)
            self._doubt(visit.appointment)
            return None
        if not self._agrees(visit, trajectory):
            trajectory.doubtful.append(visit.appointment.id)
            return None
        if not trajectory.is_open and not trajectory.is_single and trajectory.relapse is None:
            visit.find("CONTACT_AFTER_END", "date", end=_show(trajectory.end))
            visit.trajectory = trajectory
            self._stray.append(visit)
            return None
        if (trajectory.is_open or trajectory.is_single) and not self._is_own(visit, trajectory):
            own = [t for t in self.trajectories if t.is_open and t.fits(visit.resolution.insurer, ANY)]
            self._other_program(visit, [trajectory, *(t for t in own if self._is_own(visit, t))])
            return None
        return trajectory

    def _by_diagnosis(self, visit: Visit) -> Trajectory | None:
        """Without a number it is the open trajectory it fits; of several, the one of its diagnosis."""
        resolution, diagnosis = visit.resolution, visit.appointment.diagnosis
        running = [t for t in self.trajectories if t.is_open or (t.relapse is not None and t is self._latest(t))]
        fitting = [t for t in running if t.fits(resolution.insurer, resolution.program)]
        singles = [t for t in self.trajectories if t.is_single and t.fits(resolution.insurer, resolution.program)]
        is_of_some = resolution.program == ANY and bool(self.programs.with_diagnosis(diagnosis))
        if is_of_some and (own := [t for t in (*fitting, *singles) if self._is_own(visit, t)]):
            fitting = own
        elif is_of_some:
            if fitting := [t for t in fitting if t.is_open]:
                self._other_program(visit, fitting)
                return None
        else:
            fitting = fitting or singles
        if len(fitting) > 1:
            fitting = [t for t in fitting if t.is_open or t.is_single] or fitting
        if len(fitting) > 1:
            fitting = [t for t in fitting if t.usual == diagnosis] or fitting
        if fitting and all(t.is_single for t in fitting):
            return fitting[-1]
        if len(fitting) == 1:
            return fitting[0]
        if fitting:
            visit.find("CONTACT_AMBIGUOUS", "trajectory_id", count=len(fitting))
            for trajectory in fitting:
                trajectory.doubtful.append(visit.appointment.id)
        elif changed := [t for t in running if self._has_other_insurer(visit, t)]:
            self._insurer_changed(visit, changed[-1])
        elif ended := [t for t in self.trajectories if t.end and self._has_ended(visit, t)]:
            visit.find("CONTACT_AFTER_END", "date", end=_show(ended[-1].end))
        else:
            visit.find("CONTACT_WITHOUT_TRAJECTORY", "trajectory_id")
            self._stray.append(visit)
        return None

    def _has_ended(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact could be of a trajectory but for its end."""
        return trajectory.fits(visit.resolution.insurer, visit.resolution.program) and self._is_own(visit, trajectory)

    def _has_other_insurer(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact could be of a trajectory but for its insurer."""
        resolution = visit.resolution
        is_of = trajectory.is_of(resolution.program, resolution.program) and self._is_own(visit, trajectory)
        return is_of and trajectory.insurer != resolution.insurer

    def _is_own(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether the diagnosis of a contact of any program is of the trajectory's, or of none."""
        if visit.resolution.program != ANY:
            return True
        of = self.programs.with_diagnosis(visit.appointment.diagnosis)
        return not of or any(trajectory.is_of(program, self.programs.whole(program)) for program in of)

    def _other_program(self, visit: Visit, trajectories: Sequence[Trajectory]) -> None:
        """A contact whose diagnosis is of another program than these: it counts in none, and may have to in each."""
        diagnosis = visit.appointment.diagnosis
        visit.find(
            "CONTACT_OTHER_PROGRAM",
            "diagnosis_code",
            found=diagnosis,
            other=" / ".join(sorted(self.programs.with_diagnosis(diagnosis))),
            program=" / ".join(dict.fromkeys(t.program for t in trajectories if not self._is_own(visit, t))),
        )
        visit.trajectory = trajectories[0]
        for trajectory in trajectories:
            trajectory.doubtful.append(visit.appointment.id)

    def _take_early(self, trajectory: Trajectory) -> None:
        """Contacts that came before the trajectory: with its number they hold its end, as the likeliest cause is a
        mistyped start; those of a patient with TKP or THP are part of it."""
        stray, self._stray = self._stray, []
        for visit in stray:
            number = visit.appointment.number
            if trajectory.is_single and self._is_early(visit, trajectory):
                _forget(visit, "CONTACT_WITHOUT_TRAJECTORY")
                self._register(visit, trajectory)
            elif number and number == trajectory.number:
                trajectory.doubtful.append(visit.appointment.id)
                if visit.misplaced == "CONTACT_WITHOUT_TRAJECTORY":
                    _forget(visit, visit.misplaced)
                    visit.find("CONTACT_BEFORE_START", "date", start=_show(trajectory.start))
            else:
                self._stray.append(visit)

    def _is_early(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact without trajectory is of this one of single products."""
        number, of = visit.appointment.number, self.programs.with_diagnosis(visit.appointment.diagnosis)
        fits = trajectory.fits(visit.resolution.insurer, visit.resolution.program)
        is_said = number == trajectory.number if number else trajectory.program in of
        return fits and is_said and self._is_own(visit, trajectory)

    def _end(self, visit: Visit, unclear: Collection[Appointment]) -> None:
        resolution, number = visit.resolution, visit.appointment.number
        if number:
            trajectory = self._numbered.get(number)
            if trajectory is not None and not self._agrees(visit, trajectory):
                return
        else:
            trajectory = self._open(visit)
            if trajectory is None and (changed := self._open(visit, any_insurer=True)) is not None:
                self._insurer_changed(visit, changed)
                return
        if trajectory is None or not trajectory.is_open:
            visit.find("END_WITHOUT_START", "code", program=visit.program)
            visit.trajectory = trajectory
            return
        visit.trajectory, trajectory.end, trajectory.ended_by = trajectory, visit.day, visit
        if resolution.profile != trajectory.profile:
            visit.find(
                "END_OTHER_PROFILE",
                "code",
                program=visit.program,
                profile=resolution.profile,
                start_profile=trajectory.profile,
            )
        visit.units = _fixed(resolution)
        if resolution.agreement is not None and resolution.agreement.units == "count":
            visit.units = len(trajectory.contacts) + 1
            if visit.is_declared and not self._is_due_anew(visit):
                self._recount(visit)
                return
            doubtful = trajectory.doubtful + [a.id for a in unclear if could_belong(a, trajectory)]
            if doubtful:
                visit.find("COUNT_UNCERTAIN", "", appointments=", ".join(sorted(filter(None, doubtful))) or "-")
                self._tell_why(visit, doubtful)

    def _tell_why(self, end: Visit, doubtful: Collection[str]) -> None:
        """What is no problem of a contact itself, as it has no agreement or was dealt with, is one once it holds an end
        that would go out."""
        if end.is_declared or end.resolution.verdict is Verdict.NO_AGREEMENT:
            return
        for visit in self.visits:
            appointment = visit.appointment
            if visit.fault is not None and appointment.id in doubtful and visit.fault not in appointment.findings:
                appointment.findings.append(visit.fault)

    @staticmethod
    def _is_due_anew(visit: Visit) -> bool:
        """Whether a declared end was refused, and would be another line with the contacts known now."""
        appointment = visit.appointment
        if not appointment.refused or appointment.units == visit.units:
            return False
        appointment.settled_as = None
        return True

    @staticmethod
    def _recount(visit: Visit) -> None:
        """Compares the units of a declared end with the contacts known now."""
        declared, found = visit.appointment.units, visit.appointment.findings
        if declared and declared != visit.units:
            code = "CONTACT_AFTER_DECLARED_END" if declared < visit.units else "DECLARED_COUNT_CHANGED"
            found.append(Finding(code, "", {"before": declared, "after": visit.units}))

    def _relapse(self, visit: Visit) -> None:
        resolution, number = visit.resolution, visit.appointment.number
        visit.units = _fixed(resolution)
        if number and (numbered := self._numbered.get(number)) is not None:
            if not self._agrees(visit, numbered):
                return
            trajectory = numbered
        else:
            fitting = [t for t in self.trajectories if t.fits(resolution.insurer, visit.program, resolution.program)]
            known = [t for t in fitting if not number or t.end]
            ended = [t for t in known if t.end is not None]
            trajectory = ended[-1] if ended else self._new(visit)
            if number:
                self._numbered.setdefault(number, trajectory)
        visit.trajectory = trajectory
        if trajectory.end is None:
            visit.find("RELAPSE_WITHOUT_END", "code", program=visit.program)
        trajectory.relapse = visit.day

    def _single(self, visit: Visit) -> None:
        """A product on its own date: TKP and THP, the single moments of 2019. No counting."""
        resolution, number = visit.resolution, visit.appointment.number
        visit.units = _fixed(resolution)
        if number:
            trajectory = self._numbered.get(number)
            if trajectory is not None and not self._agrees(visit, trajectory):
                return
        else:
            fitting = (t for t in self.trajectories if t.fits(resolution.insurer, visit.program, resolution.program))
            trajectory = next(fitting, None)
        if trajectory is None:
            trajectory = self._new(visit)
            if resolution.moment in SINGLES:
                trajectory.is_single = True
                self._take_early(trajectory)
        visit.trajectory = trajectory
        if (rival := self._rivals.get(visit)) is not None:
            visit.find(
                "PRODUCT_TWICE",
                "code",
                program=visit.program,
                code=resolution.code,
                earlier=rival.resolution.code,
                date=_show(rival.day),
                appointment=rival.appointment.id,
            )

    def _unmapped(self, visit: Visit) -> None:
        """An own code nobody linked, inside a Zorg1 trajectory: perhaps a contact that ought to count."""
        number = visit.appointment.number
        visit.find("CODE_UNMAPPED", "code", code=quoted_word(visit.appointment.code), number=number)
        visit.trajectory = self._numbered.get(number)
        self._doubt(visit.appointment)

    def _unexplained(self, visit: Visit) -> None:
        """An own code that stands for nothing, inside the time of an open trajectory: perhaps a contact of that."""
        appointment = visit.appointment
        during = [t for t in self.trajectories if t.is_open and may_share(appointment.number, t.number)]
        if during:
            visit.trajectory = during[-1]
            code, start = quoted_word(appointment.called(appointment.code)), _show(visit.trajectory.start)
            visit.find("CODE_UNEXPLAINED", "code", code=code, program=visit.trajectory.program, start=start)
            self._doubt(appointment)

    # What they have in common.

    def _new(self, visit: Visit) -> Trajectory:
        resolution, number = visit.resolution, visit.appointment.number
        label = number or "/".join(filter(None, (visit.appointment.patient_id, resolution.insurer, visit.program)))
        trajectory = Trajectory(
            label, number, resolution.insurer, visit.program, resolution.program, resolution.profile
        )
        self.trajectories.append(trajectory)
        if number:
            self._numbered[number] = trajectory
        return trajectory

    def _open(self, visit: Visit, *, any_insurer: bool = False) -> Trajectory | None:
        """The open trajectory that a start or end fits; of several, the one with its diagnosis, else the latest."""
        insurer, diagnosis = "" if any_insurer else visit.resolution.insurer, visit.appointment.diagnosis
        found = [t for t in self.trajectories if t.is_open and t.fits(insurer, visit.program, visit.resolution.program)]
        if len(found) > 1 and diagnosis:
            found = [t for t in found if t.usual == diagnosis] or found
        return found[-1] if found else None

    def _latest(self, trajectory: Trajectory) -> Trajectory:
        """The last trajectory with the same insurer and program."""
        return [t for t in self.trajectories if (t.insurer, t.program) == (trajectory.insurer, trajectory.program)][-1]

    def _agrees(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a visit can stand under the trajectory's number; from the first that can't, all under it are held."""
        resolution = visit.resolution
        if trajectory.conflict is None:
            number = trajectory.number
            if not trajectory.is_of(visit.program, resolution.program):
                programs = f"{trajectory.program}, {visit.program}"
                params: dict[str, object] = {"number": number, "programs": programs}
                trajectory.conflict = Finding("TRAJECTORY_TWO_PROGRAMS", "trajectory_id", params)
            elif resolution.insurer and trajectory.insurer and resolution.insurer != trajectory.insurer:
                params = {"number": number, "insurers": f"{trajectory.insurer}, {resolution.insurer}"}
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
            insurer=visit.resolution.insurer,
            earlier=trajectory.insurer,
        )

    def _doubt(self, appointment: Appointment) -> None:
        """Marks an appointment that may be a contact of the trajectories open on its day."""
        for trajectory in self.trajectories:
            if trajectory.is_open and may_share(appointment.number, trajectory.number):
                trajectory.doubtful.append(appointment.id)


def _forget(visit: Visit, code: str) -> None:
    """Takes back what was found wrong with the place of a visit."""
    visit.misplaced, visit.fault = "", None
    visit.appointment.findings[:] = [finding for finding in visit.appointment.findings if finding.code != code]


def could_belong(appointment: Appointment, trajectory: Trajectory) -> bool:
    """Whether an appointment could be a contact between start and end, by its number and its date."""
    if not may_share(appointment.number, trajectory.number):
        return False
    if appointment.date is None or trajectory.start is None or trajectory.end is None:
        return True
    return trajectory.start <= appointment.date <= trajectory.end


def _fixed(resolution: Resolution) -> int:
    """The units of a product with a fixed number, else 0."""
    units = resolution.agreement.units if resolution.agreement is not None else 0
    return units if isinstance(units, int) else 0


def _show(day: date | None) -> str:
    return day.isoformat() if day else ""
