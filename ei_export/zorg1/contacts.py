"""Contacts: in which trajectory each counts, or why in none."""

from collections.abc import Sequence
from typing import Final

from attrs import evolve

from ..base.problems import Finding
from ..base.wording import iso_text, quoted_code
from .agreements import ANY
from .resolution import Verdict
from .resolver import Resolver
from .so_far import SoFar
from .visit import AFTER_RELAPSE, NOWHERE, Place, Trajectory, Visit

#: What the tables say of a contact that counts, whether it is declared itself or not.
_FINE: Final = (Verdict.CONTACT, Verdict.PRODUCT)
#: Of a contact that belongs to no trajectory, as far as is known by then.
_WITHOUT_TRAJECTORY: Final = "CONTACT_WITHOUT_TRAJECTORY"


class Contacts:
    """Places the contacts of one patient among what there is of him so far."""

    def __init__(self, so_far: SoFar, resolver: Resolver) -> None:
        self._so_far, self._resolver = so_far, resolver
        #: Contacts that came before any trajectory they can belong to, or after the end of it.
        self._stray: list[Visit] = []

    def place(self, visit: Visit) -> Place:
        """Where a contact stands; it is then among those that its trajectory counts, or that may have to."""
        number, so_far = visit.appointment.number, self._so_far
        trajectory = so_far.numbered.get(number) if number else so_far.only
        if trajectory is None or not _is_plain(visit, trajectory):
            return self._unplain(visit)
        trajectory.contacts.append(visit)
        return Place(trajectory, visit.resolution.fixed)

    def _unplain(self, visit: Visit) -> Place:
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
            place = self._so_far.other_profile("CONTACT_OTHER_PROFILE", visit, place, trajectory)
        if doubtful or resolution.verdict is Verdict.FAULT:
            trajectory.doubtful.append(visit.appointment.id)
        elif trajectory.is_open:
            trajectory.contacts.append(visit)
            odd = self._odd_diagnosis(visit, trajectory)
            return place if odd is None else evolve(place, found=(*place.found, odd))
        else:
            return evolve(place, misplaced=AFTER_RELAPSE)
        return place

    def _of_contact(self, visit: Visit) -> Place:
        """The trajectory a contact counts in; misplaced where there is none or no way to tell."""
        return self._by_number(visit) if visit.appointment.number else self._by_diagnosis(visit)

    def _by_number(self, visit: Visit) -> Place:
        so_far = self._so_far
        trajectory = so_far.numbered.get(visit.appointment.number)
        if trajectory is None or (trajectory.start is None and not trajectory.is_single):
            self._stray.append(visit)
            so_far.doubt(visit.appointment)
            return NOWHERE.find(visit, _WITHOUT_TRAJECTORY, "trajectory_id")
        if (conflict := so_far.conflict(visit, trajectory)) is not None:
            trajectory.doubtful.append(visit.appointment.id)
            return conflict
        if not trajectory.is_open and not trajectory.is_single and trajectory.relapse is None:
            self._stray.append(visit)
            return Place(trajectory).find(visit, "CONTACT_AFTER_END", "date", end=iso_text(trajectory.end))
        if (trajectory.is_open or trajectory.is_single) and not so_far.is_own(visit, trajectory):
            own = [t for t in so_far.trajectories if t.is_open and t.fits(visit.resolution.insurer, ANY)]
            return self._other_program(visit, [trajectory, *(t for t in own if so_far.is_own(visit, t))])
        return Place(trajectory)

    def _by_diagnosis(self, visit: Visit) -> Place:
        """Without a number it is the open trajectory it fits; of several, the one of its diagnosis."""
        so_far, trajectories = self._so_far, self._so_far.trajectories
        resolution, diagnosis = visit.resolution, visit.appointment.diagnosis
        running = [t for t in trajectories if t.is_open or (t.relapse is not None and t is so_far.latest(t))]
        fitting = [t for t in running if t.fits(resolution.insurer, resolution.program)]
        singles = [t for t in trajectories if t.is_single and t.fits(resolution.insurer, resolution.program)]
        is_of_some = resolution.program == ANY and bool(so_far.programs.with_diagnosis(diagnosis))
        if is_of_some and (own := [t for t in (*fitting, *singles) if so_far.is_own(visit, t)]):
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
            return so_far.insurer_changed(visit, changed[-1])
        if ended := [t for t in trajectories if t.end and self._has_ended(visit, t)]:
            return NOWHERE.find(visit, "CONTACT_AFTER_END", "date", end=iso_text(ended[-1].end))
        self._stray.append(visit)
        return NOWHERE.find(visit, _WITHOUT_TRAJECTORY, "trajectory_id")

    def _has_ended(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact could be of a trajectory but for its end."""
        return trajectory.fits(visit.resolution.insurer, visit.resolution.program) and self._so_far.is_own(
            visit, trajectory
        )

    def _has_other_insurer(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact could be of a trajectory but for its insurer."""
        resolution = visit.resolution
        is_of = trajectory.is_of(resolution.program, resolution.program) and self._so_far.is_own(visit, trajectory)
        return is_of and trajectory.insurer != resolution.insurer

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
            other=" / ".join(sorted(self._so_far.programs.with_diagnosis(diagnosis))),
            program=" / ".join(dict.fromkeys(t.program for t in trajectories if not self._so_far.is_own(visit, t))),
        )

    def _of_profile(self, visit: Visit, profile: str) -> Visit:
        """A contact by the form of its code for the profile of its trajectory."""
        found = self._resolver.of_profile(visit.resolution, visit.appointment.uzovi, profile, visit.day)
        if found is visit.resolution:
            return visit
        return self._so_far.becomes(Visit(visit.appointment, found, visit.day, visit.program, visit.refused))

    def _odd_diagnosis(self, visit: Visit, trajectory: Trajectory) -> Finding | None:
        """Tells, once, of a contact that counts although its diagnosis is of no program."""
        diagnosis, is_new = visit.appointment.diagnosis, visit.appointment.past.settled_as is None
        if visit.resolution.program != ANY or not is_new or diagnosis in ("", trajectory.usual):
            return None
        if self._so_far.programs.with_diagnosis(diagnosis):
            return None
        params = {"found": quoted_code(diagnosis), "program": trajectory.program}
        return Finding("CONTACT_DIAGNOSIS", "diagnosis_code", params)

    def take_early(self, trajectory: Trajectory) -> None:
        """Contacts that came before the trajectory: with its number they hold its end, as the likeliest cause is a
        mistyped start; those of a patient with TKP or THP are part of it."""
        stray, self._stray = self._stray, []
        for visit in stray:
            ident, number = visit.appointment.id, visit.appointment.number
            place = self._so_far.places[ident]
            if trajectory.is_single and self._is_early(visit, trajectory):
                self._so_far.places[ident] = evolve(_forgiven(place), trajectory=trajectory)
                trajectory.contacts.append(visit)
            elif number and number == trajectory.number:
                trajectory.doubtful.append(ident)
                if place.misplaced == _WITHOUT_TRAJECTORY:
                    params = {"start": iso_text(trajectory.start)}
                    self._so_far.places[ident] = _forgiven(place).find(visit, "CONTACT_BEFORE_START", "date", **params)
            else:
                self._stray.append(visit)

    def _is_early(self, visit: Visit, trajectory: Trajectory) -> bool:
        """Whether a contact without trajectory is of this one of single products."""
        number, of = visit.appointment.number, self._so_far.programs.with_diagnosis(visit.appointment.diagnosis)
        fits = trajectory.fits(visit.resolution.insurer, visit.resolution.program)
        is_said = number == trajectory.number if number else trajectory.program in of
        return fits and is_said and self._so_far.is_own(visit, trajectory)


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


def _forgiven(place: Place) -> Place:
    """The place of a contact that is in no trajectory, without that being wrong."""
    found = tuple(finding for finding in place.found if finding.code != _WITHOUT_TRAJECTORY)
    return evolve(place, misplaced="", fault=None, found=found)
