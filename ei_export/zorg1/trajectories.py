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
from ..base.wording import iso_text, quoted_word
from ..model.appointment import Appointment
from .contacts import Contacts
from .resolution import Verdict
from .resolver import Resolver
from .singles import SINGLES, rivals
from .so_far import SoFar
from .visit import NOWHERE, Place, Trajectory, Visit, may_share

#: The order on one date. ``other`` and ``profile`` stand on themselves; what no table knows may be a contact.
MOMENT_ORDER: Final = {"start": 0, "baseline": 0, "contact": 1, "other": 1, "profile": 1, "": 1, "end": 2, "relapse": 3}


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
    in_order = sorted(visits, key=order)
    so_far = SoFar(in_order, resolver.programs)
    grouping = _Grouping(so_far, unclear, resolver)
    for visit in in_order:
        place = grouping.place(visit)
        if (trajectory := place.trajectory) is not None:
            trajectory.last = visit.day
        if shared_numbers and (number := visit.appointment.number) in shared_numbers:
            place = place.find(visit, "TRAJECTORY_TWO_PATIENTS", "trajectory_id", number=number)
        so_far.places[visit.appointment.id] = place
    so_far.name_all()
    return Grouped(so_far.trajectories, so_far.visits, so_far.places)


def order(visit: Visit) -> tuple[date, int, str]:
    """The order in which visits are judged."""
    return visit.day, MOMENT_ORDER[visit.resolution.moment], visit.appointment.id


class _Grouping:
    """What each visit does to the trajectories of its patient, by the moment it is."""

    def __init__(self, so_far: SoFar, unclear: Collection[Appointment], resolver: Resolver) -> None:
        self._so_far, self._unclear = so_far, unclear
        self._contacts = Contacts(so_far, resolver)
        self._rivals = rivals(so_far.visits.values())

    def place(self, visit: Visit) -> Place:
        resolution = visit.resolution
        moment = resolution.moment
        if not resolution.is_linked:
            return self._unlinked(visit)
        if moment == "contact":
            return self._contacts.place(visit)
        if moment == "start":
            return self._start(visit)
        if moment == "end":
            return self._end(visit)
        if moment:
            return self._relapse(visit) if moment == "relapse" else self._single(visit)
        if resolution.verdict is Verdict.FAULT:  # a code no table knows could be anything
            self._so_far.doubt(visit.appointment)
        return NOWHERE

    @cached_property
    def _zorg1_numbers(self) -> Set[str]:
        return {visit.appointment.number for visit in self._so_far.visits.values() if visit.resolution.is_zorg1} - {""}

    def _unlinked(self, visit: Visit) -> Place:
        """An own code that nobody linked: something only inside a Zorg1 trajectory."""
        if visit.appointment.number in self._zorg1_numbers:
            return self._unmapped(visit)
        return self._unexplained(visit) if visit.resolution.verdict is Verdict.UNEXPLAINED else NOWHERE

    def _start(self, visit: Visit) -> Place:
        resolution, number = visit.resolution, visit.appointment.number
        numbered = self._so_far.numbered.get(number) if number else None
        if numbered is not None and (conflict := self._so_far.conflict(visit, numbered)) is not None:
            return conflict
        rival = numbered if number else self._so_far.open(visit)
        if rival is not None and rival.is_open:
            if not visit.is_declared:
                rival.doubtful.append(visit.appointment.id)
                params = {"program": visit.program, "start": iso_text(rival.start)}
                return Place(rival).find(visit, "SECOND_START", "code", **params)
            rival.abandoned = True
        trajectory = numbered if numbered is not None and numbered.start is None else self._so_far.new(visit)
        trajectory.start, trajectory.started_by, trajectory.profile = visit.day, visit, resolution.profile
        diagnosis = visit.appointment.diagnosis
        of = self._so_far.programs.with_diagnosis(diagnosis)
        if not of or trajectory.program in of:
            trajectory.usual = diagnosis
        self._contacts.take_early(trajectory)
        return Place(trajectory, resolution.fixed)

    def _end(self, visit: Visit) -> Place:
        resolution, number = visit.resolution, visit.appointment.number
        if number:
            trajectory = self._so_far.numbered.get(number)
            if trajectory is not None and (conflict := self._so_far.conflict(visit, trajectory)) is not None:
                return conflict
        else:
            trajectory = self._so_far.open(visit)
            if trajectory is None and (changed := self._so_far.open(visit, any_insurer=True)) is not None:
                return self._so_far.insurer_changed(visit, changed)
        if trajectory is None or not trajectory.is_open:
            return Place(trajectory).find(visit, "END_WITHOUT_START", "code", program=visit.program)
        trajectory.end, trajectory.ended_by = visit.day, visit
        is_counted = resolution.agreement is not None and resolution.agreement.units == "count"
        place = Place(trajectory, len(trajectory.contacts) + 1 if is_counted else resolution.fixed)
        if resolution.profile != trajectory.profile:
            place = self._so_far.other_profile("END_OTHER_PROFILE", visit, place, trajectory)
        return self._checked(visit, place, trajectory) if is_counted else place

    def _checked(self, visit: Visit, place: Place, trajectory: Trajectory) -> Place:
        """Of an end that counts contacts: whether that is all of them, and what was declared."""
        past = visit.appointment.past
        if visit.is_declared and (not past.refused or past.units == place.units):
            return _recounted(place, past.units)
        if visit.is_declared:  # it was refused, and would be another line with the contacts known now
            due = visit.appointment.knowing(settled_as=None)
            visit = trajectory.ended_by = self._so_far.becomes(evolve(visit, appointment=due))
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
            place = self._so_far.places.get(ident, NOWHERE)
            if place.fault is not None and place.fault not in place.found:
                self._so_far.places[ident] = evolve(place, found=(*place.found, place.fault))

    def _relapse(self, visit: Visit) -> Place:
        resolution, number = visit.resolution, visit.appointment.number
        if number and (numbered := self._so_far.numbered.get(number)) is not None:
            if (conflict := self._so_far.conflict(visit, numbered)) is not None:
                return evolve(conflict, units=resolution.fixed)
            trajectory = numbered
        else:
            ended = [t for t in self._so_far.fitting(visit) if t.end is not None]
            trajectory = ended[-1] if ended else self._so_far.new(visit)
            if number:
                self._so_far.numbered.setdefault(number, trajectory)
        place = Place(trajectory, resolution.fixed)
        if trajectory.end is None:
            place = place.find(visit, "RELAPSE_WITHOUT_END", "code", program=visit.program)
        trajectory.relapse = visit.day
        return place

    def _single(self, visit: Visit) -> Place:
        """A product on its own date: TKP and THP, the single moments of 2019. No counting."""
        resolution, number = visit.resolution, visit.appointment.number
        if number:
            trajectory = self._so_far.numbered.get(number)
            if trajectory is not None and (conflict := self._so_far.conflict(visit, trajectory)) is not None:
                return evolve(conflict, units=resolution.fixed)
        else:
            trajectory = next(iter(self._so_far.fitting(visit)), None)
        if trajectory is None:
            trajectory = self._so_far.new(visit)
            if resolution.moment in SINGLES:
                trajectory.is_single = True
                self._contacts.take_early(trajectory)
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
            date=iso_text(rival.day),
            appointment=rival.appointment.id,
        )

    def _unmapped(self, visit: Visit) -> Place:
        """An own code nobody linked, inside a Zorg1 trajectory: perhaps a contact that ought to count."""
        number = visit.appointment.number
        self._so_far.doubt(visit.appointment)
        place = Place(self._so_far.numbered.get(number))
        return place.find(visit, "CODE_UNMAPPED", "code", code=quoted_word(visit.appointment.code), number=number)

    def _unexplained(self, visit: Visit) -> Place:
        """An own code that stands for nothing, inside the time of an open trajectory: perhaps a contact of that."""
        appointment = visit.appointment
        during = [t for t in self._so_far.trajectories if t.is_open and may_share(appointment.number, t.number)]
        if not during:
            return NOWHERE
        self._so_far.doubt(appointment)
        code, start = quoted_word(appointment.called(appointment.code)), iso_text(during[-1].start)
        params = {"code": code, "program": during[-1].program, "start": start}
        return Place(during[-1]).find(visit, "CODE_UNEXPLAINED", "code", **params)


def _recounted(place: Place, declared: int) -> Place:
    """The place of a declared end, with how its units are others with the contacts known now."""
    if not declared or declared == place.units:
        return place
    code = "CONTACT_AFTER_DECLARED_END" if declared < place.units else "DECLARED_COUNT_CHANGED"
    return evolve(place, found=(*place.found, Finding(code, "", {"before": declared, "after": place.units})))


def could_belong(appointment: Appointment, trajectory: Trajectory) -> bool:
    """Whether an appointment could be a contact between start and end, by its number and its date."""
    if not may_share(appointment.number, trajectory.number):
        return False
    if appointment.date is None or trajectory.start is None or trajectory.end is None:
        return True
    return trajectory.start <= appointment.date <= trajectory.end
