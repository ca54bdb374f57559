"""Groups the appointments of one patient into Zorg1 trajectories, and finds what doesn't fit.

A course is judged in the order of its dates, each appointment only by what came before it (and an end also by its
contacts), so a feed of the whole history and one of only what is new give the same lines.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from datetime import date
from functools import cached_property
from typing import Final

from attrs import evolve

from ..base.problems import Finding
from ..base.value import value
from ..base.wording import quoted_code, quoted_word
from ..model.appointment import Appointment
from .agreements import ANY
from .resolution import Verdict
from .resolver import Resolver
from .singles import SINGLES, rivals
from .visit import AFTER_RELAPSE, NOWHERE, Place, Trajectory, Visit, may_share

#: The order on one date. ``other`` and ``profile`` stand on themselves; what no table knows may be a contact.
MOMENT_ORDER: Final = {"start": 0, "baseline": 0, "contact": 1, "other": 1, "profile": 1, "": 1, "end": 2, "relapse": 3}
#: What the tables say of a contact that counts, whether it is declared itself or not.
_FINE: Final = (Verdict.CONTACT, Verdict.PRODUCT)
#: Of a contact that belongs to no trajectory, as far as is known by then.
_WITHOUT_TRAJECTORY: Final = "CONTACT_WITHOUT_TRAJECTORY"


@value
class Grouped:
    """The trajectories of a patient, with the visits as they were placed, in the order they were judged in, and the
    place of each, by appointment id."""

    trajectories: Sequence[Trajectory]
    visits: Mapping[str, Visit]
    places: Mapping[str, Place]


def group(
    visits: Iterable[Visit], unclear: Collection[Appointment], shared_numbers: Collection[str], resolver: Resolver
) -> Grouped:
    """Places the visits of one patient.

    ``unclear`` appointments of the patient (unreadable, contradictory) hold back the counted ends they could belong
    to. ``shared_numbers`` are trajectory numbers that another patient has too.
    """
    grouping = _Grouping(sorted(visits, key=order), unclear, resolver)
    grouping.place_all(shared_numbers)
    grouping.name_all()
    return Grouped(grouping.trajectories, grouping.visits, grouping.places)


def order(visit: Visit) -> tuple[date, int, str]:
    """The order in which visits are judged."""
    return visit.day, MOMENT_ORDER[visit.resolution.moment], visit.appointment.id


class _Grouping:
    def __init__(self, visits: Sequence[Visit], unclear: Collection[Appointment], resolver: Resolver) -> None:
        self.visits = {visit.appointment.id: visit for visit in visits}
        self.places: dict[str, Place] = {}
        self.resolver, self.programs = resolver, resolver.programs
        self.trajectories: list[Trajectory] = []
        self._unclear = unclear
        self._rivals = rivals(visits)
        self._numbered: dict[str, Trajectory] = {}
        #: Contacts that came before any trajectory they can belong to, or after the end of it.
        self._stray: list[Visit] = []

    def place_all(self, shared_numbers: Collection[str]) -> None:
        places, numbered = self.places, self._numbered
        for visit in list(self.visits.values()):
            appointment, resolution = visit.appointment, visit.resolution
            if not resolution.is_linked:
                place = self._unlinked(visit)
            elif resolution.moment == "contact":
                trajectory = numbered.get(appointment.number) if appointment.number else self._only()
                if trajectory is not None and self._is_plain(visit, trajectory):
                    place = Place(trajectory, resolution.fixed)
                    trajectory.contacts.append(visit)
                else:
                    place = self._contact(visit)
            elif resolution.moment:
                place = self._moment(visit)
            else:
                if resolution.verdict is Verdict.FAULT:  # a code no table knows could be anything
                    self._doubt(appointment)
                place = NOWHERE
            if (trajectory := place.trajectory) is not None:
                trajectory.last = visit.day
            if shared_numbers and appointment.number in shared_numbers:
                place = place.find(visit, "TRAJECTORY_TWO_PATIENTS", "trajectory_id", number=appointment.number)
            places[appointment.id] = place

    def name_all(self) -> None:
        """Calls the trajectories as people may see them, whatever BSN the patient's rows have."""
        if not self.trajectories:
            return
        visits = self.visits.values()
        one_of_each = {(row := visit.appointment).cells[row.at["bsn"]]: row for visit in visits}.values()
        for trajectory in self.trajectories:
            for row in one_of_each:
                trajectory.label = row.called(trajectory.label)

    def _moment(self, visit: Visit) -> Place:
        """What each moment but a contact does."""
        moment = visit.resolution.moment
        if moment == "start":
            return self._start(visit)
        if moment == "end":
            return self._end(visit)
        return self._relapse(visit) if moment == "relapse" else self._single(visit)

    @cached_property
    def _zorg1_numbers(self) -> Set[str]:
        return {visit.appointment.number for visit in self.visits.values() if visit.resolution.is_zorg1} - {""}

    def _unlinked(self, visit: Visit) -> Place:
        """An own code that nobody linked: something only inside a Zorg1 trajectory."""
        if visit.appointment.number in self._zorg1_numbers:
            return self._unmapped(visit)
        return self._unexplained(visit) if visit.resolution.verdict is Verdict.UNEXPLAINED else NOWHERE

    def _only(self) -> Trajectory | None:
        return self.trajectories[0] if len(self.trajectories) == 1 else None

    @staticmethod
    def _is_plain(visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact is one of the many that just count in the open trajectory whose number it has; without a
        number in the only one there is."""
        resolution, diagnosis = visit.resolution, visit.appointment.diagnosis
        return (
            resolution.verdict in _FINE
            and resolution.program == ANY
            and resolution.profile in (ANY, trajectory.profile)
            and resolution.insurer == trajectory.insurer
            and trajectory.start is not None
            and trajectory.end is None
            and trajectory.relapse is None
            and trajectory.conflict is None
            and not trajectory.abandoned
            and (diagnosis == trajectory.usual or not diagnosis)
        )

    def _start(self, visit: Visit) -> Place:
        resolution, number = visit.resolution, visit.appointment.number
        numbered = self._numbered.get(number) if number else None
        if numbered is not None and (conflict := self._conflict(visit, numbered)) is not None:
            return conflict
        rival = numbered if number else self._open(visit)
        if rival is not None and rival.is_open:
            if not visit.is_declared:
                rival.doubtful.append(visit.appointment.id)
                params = {"program": visit.program, "start": _show(rival.start)}
                return Place(rival).find(visit, "SECOND_START", "code", **params)
            rival.abandoned = True
        trajectory = numbered if numbered is not None and numbered.start is None else self._new(visit)
        trajectory.start, trajectory.started_by, trajectory.profile = visit.day, visit, resolution.profile
        diagnosis = visit.appointment.diagnosis
        of = self.programs.with_diagnosis(diagnosis)
        if not of or trajectory.program in of:
            trajectory.usual = diagnosis
        self._take_early(trajectory)
        return Place(trajectory, resolution.fixed)

    def _contact(self, visit: Visit) -> Place:
        place = self._of_contact(visit)
        trajectory = place.trajectory
        if place.misplaced or trajectory is None:
            return place
        if trajectory.is_single:  # a contact of a patient with TKP or THP is registered, and changes nothing (§4.5)
            trajectory.contacts.append(visit)
            return place
        if not visit.is_declared and visit.resolution.profile not in (ANY, trajectory.profile):
            visit = self._of_profile(visit, trajectory.profile)
        resolution = visit.resolution
        place = Place(trajectory, resolution.fixed)
        if doubtful := resolution.profile not in (ANY, trajectory.profile):
            place = place.find(
                visit,
                "CONTACT_OTHER_PROFILE",
                "code",
                program=trajectory.program,
                profile=resolution.profile,
                start_profile=trajectory.profile,
            )
        if doubtful or resolution.verdict is Verdict.FAULT:
            trajectory.doubtful.append(visit.appointment.id)
        elif trajectory.is_open:
            trajectory.contacts.append(visit)
            odd = self._odd_diagnosis(visit, trajectory)
            return place if odd is None else evolve(place, found=(*place.found, odd))
        else:
            return evolve(place, misplaced=AFTER_RELAPSE)
        return place

    def _of_profile(self, visit: Visit, profile: str) -> Visit:
        """A contact by the form of its code for the profile of its trajectory."""
        found = self.resolver.of_profile(visit.resolution, visit.appointment.uzovi, profile, visit.day)
        if found is visit.resolution:
            return visit
        return self._becomes(Visit(visit.appointment, found, visit.day, visit.program, visit.refused))

    def _becomes(self, visit: Visit) -> Visit:
        """Puts a visit in the place of what it was until now."""
        self.visits[visit.appointment.id] = visit
        return visit

    def _odd_diagnosis(self, visit: Visit, trajectory: Trajectory) -> Finding | None:
        """Tells, once, of a contact that counts although its diagnosis is of no program."""
        diagnosis, is_new = visit.appointment.diagnosis, visit.appointment.past.settled_as is None
        if visit.resolution.program != ANY or not is_new or diagnosis in ("", trajectory.usual):
            return None
        if self.programs.with_diagnosis(diagnosis):
            return None
        params = {"found": quoted_code(diagnosis), "program": trajectory.program}
        return Finding("CONTACT_DIAGNOSIS", "diagnosis_code", params)

    def _of_contact(self, visit: Visit) -> Place:
        """The trajectory a contact counts in; misplaced where there is none or no way to tell."""
        return self._by_number(visit) if visit.appointment.number else self._by_diagnosis(visit)

    def _by_number(self, visit: Visit) -> Place:
        trajectory = self._numbered.get(visit.appointment.number)
        if trajectory is None or (trajectory.start is None and not trajectory.is_single):
            self._stray.append(visit)
            self._doubt(visit.appointment)
            return NOWHERE.find(visit, _WITHOUT_TRAJECTORY, "trajectory_id")
        if (conflict := self._conflict(visit, trajectory)) is not None:
            trajectory.doubtful.append(visit.appointment.id)
            return conflict
        if not trajectory.is_open and not trajectory.is_single and trajectory.relapse is None:
            self._stray.append(visit)
            return Place(trajectory).find(visit, "CONTACT_AFTER_END", "date", end=_show(trajectory.end))
        if (trajectory.is_open or trajectory.is_single) and not self._is_own(visit, trajectory):
            own = [t for t in self.trajectories if t.is_open and t.fits(visit.resolution.insurer, ANY)]
            return self._other_program(visit, [trajectory, *(t for t in own if self._is_own(visit, t))])
        return Place(trajectory)

    def _by_diagnosis(self, visit: Visit) -> Place:
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
                return self._other_program(visit, fitting)
        else:
            fitting = fitting or singles
        if len(fitting) > 1:
            fitting = [t for t in fitting if t.is_open or t.is_single] or fitting
        if len(fitting) > 1:
            fitting = [t for t in fitting if t.usual == diagnosis] or fitting
        if fitting and all(t.is_single for t in fitting):
            return Place(fitting[-1])
        if len(fitting) == 1:
            return Place(fitting[0])
        if fitting:
            for trajectory in fitting:
                trajectory.doubtful.append(visit.appointment.id)
            return NOWHERE.find(visit, "CONTACT_AMBIGUOUS", "trajectory_id", count=len(fitting))
        if changed := [t for t in running if self._has_other_insurer(visit, t)]:
            return self._insurer_changed(visit, changed[-1])
        if ended := [t for t in self.trajectories if t.end and self._has_ended(visit, t)]:
            return NOWHERE.find(visit, "CONTACT_AFTER_END", "date", end=_show(ended[-1].end))
        self._stray.append(visit)
        return NOWHERE.find(visit, _WITHOUT_TRAJECTORY, "trajectory_id")

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

    def _other_program(self, visit: Visit, trajectories: Sequence[Trajectory]) -> Place:
        """A contact whose diagnosis is of another program than these: it counts in none, and may have to in each."""
        for trajectory in trajectories:
            trajectory.doubtful.append(visit.appointment.id)
        diagnosis = visit.appointment.diagnosis
        return Place(trajectories[0]).find(
            visit,
            "CONTACT_OTHER_PROGRAM",
            "diagnosis_code",
            found=diagnosis,
            other=" / ".join(sorted(self.programs.with_diagnosis(diagnosis))),
            program=" / ".join(dict.fromkeys(t.program for t in trajectories if not self._is_own(visit, t))),
        )

    def _take_early(self, trajectory: Trajectory) -> None:
        """Contacts that came before the trajectory: with its number they hold its end, as the likeliest cause is a
        mistyped start; those of a patient with TKP or THP are part of it."""
        stray, self._stray = self._stray, []
        for visit in stray:
            ident, number = visit.appointment.id, visit.appointment.number
            place = self.places[ident]
            if trajectory.is_single and self._is_early(visit, trajectory):
                self.places[ident] = evolve(_forgiven(place), trajectory=trajectory)
                trajectory.contacts.append(visit)
            elif number and number == trajectory.number:
                trajectory.doubtful.append(ident)
                if place.misplaced == _WITHOUT_TRAJECTORY:
                    params = {"start": _show(trajectory.start)}
                    self.places[ident] = _forgiven(place).find(visit, "CONTACT_BEFORE_START", "date", **params)
            else:
                self._stray.append(visit)

    def _is_early(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact without trajectory is of this one of single products."""
        number, of = visit.appointment.number, self.programs.with_diagnosis(visit.appointment.diagnosis)
        fits = trajectory.fits(visit.resolution.insurer, visit.resolution.program)
        is_said = number == trajectory.number if number else trajectory.program in of
        return fits and is_said and self._is_own(visit, trajectory)

    def _end(self, visit: Visit) -> Place:
        resolution, number = visit.resolution, visit.appointment.number
        if number:
            trajectory = self._numbered.get(number)
            if trajectory is not None and (conflict := self._conflict(visit, trajectory)) is not None:
                return conflict
        else:
            trajectory = self._open(visit)
            if trajectory is None and (changed := self._open(visit, any_insurer=True)) is not None:
                return self._insurer_changed(visit, changed)
        if trajectory is None or not trajectory.is_open:
            return Place(trajectory).find(visit, "END_WITHOUT_START", "code", program=visit.program)
        trajectory.end, trajectory.ended_by = visit.day, visit
        is_counted = resolution.agreement is not None and resolution.agreement.units == "count"
        place = Place(trajectory, len(trajectory.contacts) + 1 if is_counted else resolution.fixed)
        if resolution.profile != trajectory.profile:
            place = place.find(
                visit,
                "END_OTHER_PROFILE",
                "code",
                program=visit.program,
                profile=resolution.profile,
                start_profile=trajectory.profile,
            )
        return self._checked(visit, place, trajectory) if is_counted else place

    def _checked(self, visit: Visit, place: Place, trajectory: Trajectory) -> Place:
        """Of an end that counts contacts: whether that is all of them, and what was declared."""
        past = visit.appointment.past
        if visit.is_declared and (not past.refused or past.units == place.units):
            return _recounted(place, past.units)
        if visit.is_declared:  # it was refused, and would be another line with the contacts known now
            due = visit.appointment.knowing(settled_as=None)
            visit = trajectory.ended_by = self._becomes(evolve(visit, appointment=due))
        doubtful = trajectory.doubtful + [a.id for a in self._unclear if could_belong(a, trajectory)]
        if not doubtful:
            return place
        self._tell_why(visit, doubtful)
        named = ", ".join(sorted(filter(None, doubtful))) or "-"
        return place.find(visit, "COUNT_UNCERTAIN", "", appointments=named)

    def _tell_why(self, end: Visit, doubtful: Collection[str]) -> None:
        """What is no problem of a contact itself, as it has no agreement or was dealt with, is one once it holds an end
        that would go out."""
        if end.is_declared or end.resolution.verdict is Verdict.NO_AGREEMENT:
            return
        for ident in doubtful:
            place = self.places.get(ident, NOWHERE)
            if place.fault is not None and place.fault not in place.found:
                self.places[ident] = evolve(place, found=(*place.found, place.fault))

    def _relapse(self, visit: Visit) -> Place:
        resolution, number = visit.resolution, visit.appointment.number
        if number and (numbered := self._numbered.get(number)) is not None:
            if (conflict := self._conflict(visit, numbered)) is not None:
                return evolve(conflict, units=resolution.fixed)
            trajectory = numbered
        else:
            fitting = [t for t in self.trajectories if t.fits(resolution.insurer, visit.program, resolution.program)]
            known = [t for t in fitting if not number or t.end]
            ended = [t for t in known if t.end is not None]
            trajectory = ended[-1] if ended else self._new(visit)
            if number:
                self._numbered.setdefault(number, trajectory)
        place = Place(trajectory, resolution.fixed)
        if trajectory.end is None:
            place = place.find(visit, "RELAPSE_WITHOUT_END", "code", program=visit.program)
        trajectory.relapse = visit.day
        return place

    def _single(self, visit: Visit) -> Place:
        """A product on its own date: TKP and THP, the single moments of 2019. No counting."""
        resolution, number = visit.resolution, visit.appointment.number
        if number:
            trajectory = self._numbered.get(number)
            if trajectory is not None and (conflict := self._conflict(visit, trajectory)) is not None:
                return evolve(conflict, units=resolution.fixed)
        else:
            fitting = (t for t in self.trajectories if t.fits(resolution.insurer, visit.program, resolution.program))
            trajectory = next(fitting, None)
        if trajectory is None:
            trajectory = self._new(visit)
            if resolution.moment in SINGLES:
                trajectory.is_single = True
                self._take_early(trajectory)
        place = Place(trajectory, resolution.fixed)
        if (rival := self._rivals.get(visit.appointment.id)) is None:
            return place
        return place.find(
            visit,
            "PRODUCT_TWICE",
            "code",
            program=visit.program,
            code=resolution.code,
            earlier=rival.resolution.code,
            date=_show(rival.day),
            appointment=rival.appointment.id,
        )

    def _unmapped(self, visit: Visit) -> Place:
        """An own code nobody linked, inside a Zorg1 trajectory: perhaps a contact that ought to count."""
        number = visit.appointment.number
        self._doubt(visit.appointment)
        place = Place(self._numbered.get(number))
        return place.find(visit, "CODE_UNMAPPED", "code", code=quoted_word(visit.appointment.code), number=number)

    def _unexplained(self, visit: Visit) -> Place:
        """An own code that stands for nothing, inside the time of an open trajectory: perhaps a contact of that."""
        appointment = visit.appointment
        during = [t for t in self.trajectories if t.is_open and may_share(appointment.number, t.number)]
        if not during:
            return NOWHERE
        self._doubt(appointment)
        code, start = quoted_word(appointment.called(appointment.code)), _show(during[-1].start)
        params = {"code": code, "program": during[-1].program, "start": start}
        return Place(during[-1]).find(visit, "CODE_UNEXPLAINED", "code", **params)

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

    def _conflict(self, visit: Visit, trajectory: Trajectory) -> Place | None:
        """Why a visit can't stand under the trajectory's number; from the first that can't, all under it are held."""
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
        if (conflict := trajectory.conflict) is None:
            return None
        return Place(trajectory).find(visit, conflict.code, conflict.column, **conflict.params)

    def _insurer_changed(self, visit: Visit, trajectory: Trajectory) -> Place:
        trajectory.doubtful.append(visit.appointment.id)
        return Place(trajectory).find(
            visit,
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


def _recounted(place: Place, declared: int) -> Place:
    """The place of a declared end, with how its units are others with the contacts known now."""
    if not declared or declared == place.units:
        return place
    code = "CONTACT_AFTER_DECLARED_END" if declared < place.units else "DECLARED_COUNT_CHANGED"
    return evolve(place, found=(*place.found, Finding(code, "", {"before": declared, "after": place.units})))


def _forgiven(place: Place) -> Place:
    """The place of a contact that is in no trajectory, without that being wrong."""
    found = tuple(finding for finding in place.found if finding.code != _WITHOUT_TRAJECTORY)
    return evolve(place, misplaced="", fault=None, found=found)


def could_belong(appointment: Appointment, trajectory: Trajectory) -> bool:
    """Whether an appointment could be a contact between start and end, by its number and its date."""
    if not may_share(appointment.number, trajectory.number):
        return False
    if appointment.date is None or trajectory.start is None or trajectory.end is None:
        return True
    return trajectory.start <= appointment.date <= trajectory.end


def _show(day: date | None) -> str:
    return day.isoformat() if day else ""
