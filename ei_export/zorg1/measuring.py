"""Measurements and trajectories: which belongs to which, of which moment it is, what is due and what is missing.

Functions of values only. What is measured when is in the tables (`measures`); how far a moment reaches in the settings.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Final, Protocol, Self, TypeVar

from attrs import field, frozen

from ..model.measurement import MEASURING_MOMENTS, Measurement, MeasuringMoment, score_of, score_text
from ..model.names import Spelling
from ..settings.zorg1 import Limits, Zorg1Settings
from .agreements import Agreements
from .instruments import instrument_names
from .measures import Measure, Measures, known_profiles
from .profiles import Profiles

_WEEK: Final = timedelta(weeks=1)


class Span(Protocol):
    """A trajectory as far as measurements are asked of it, as a `Course` is: what it is called, and the practice's own
    numbers of it, if it has any; program and profile; its first day, its last one, None while it has no end, and the
    day of its last visit."""

    @property
    def trajectory(self) -> str: ...
    @property
    def numbers(self) -> Collection[str]: ...
    @property
    def program(self) -> str: ...
    @property
    def profile(self) -> str: ...
    @property
    def started(self) -> date: ...
    @property
    def ended(self) -> date | None: ...
    @property
    def last(self) -> date: ...


S = TypeVar("S", bound=Span)


@frozen
class MeasuringRules:
    """The tables that measurements are read by: what is measured, which profile goes with a score, and the names of all
    instruments in them."""

    measures: Measures
    profiles: Profiles
    instruments: Spelling

    @classmethod
    def load(cls, agreements: Agreements, settings: Zorg1Settings) -> Self:
        """Ours, and those of the practice in their place. Raises SettingsError."""
        known = known_profiles(agreements, agreements.programs)
        measures = Measures.load(known, settings.measures)
        profiles = Profiles.load({*chain.from_iterable(known.values())}, settings.profiles)
        return cls(measures, profiles, instrument_names((*measures.instruments, *profiles.instruments)))


# Which moment.


def moment_of(measured: Measurement, span: Span, limits: Limits) -> MeasuringMoment:
    """The moment that a measurement of a trajectory is of: as it was said, or else by its day. Near the start it is
    intake, near the end eind, near both what is nearer, and intake halfway; in between it is tussen."""
    if measured.moment:
        return measured.moment
    since_start = (measured.day - span.started).days
    is_intake = since_start <= limits.intake_days
    if span.ended is None:
        return "intake" if is_intake else "tussen"
    until_end = (span.ended - measured.day).days
    is_end = until_end <= limits.end_days
    if is_intake and is_end:
        return "intake" if abs(since_start) <= abs(until_end) else "eind"
    return "intake" if is_intake else "eind" if is_end else "tussen"


def by_moment(
    measurements: Iterable[Measurement], span: Span, limits: Limits
) -> Mapping[tuple[str, MeasuringMoment], Measurement]:
    """The measurement that counts for each instrument and moment: of intake the first, of the others the last one; of
    one day the highest score."""
    found: dict[tuple[str, MeasuringMoment], Measurement] = {}
    for measured in sorted(measurements, key=_in_time):
        moment = moment_of(measured, span, limits)
        key = measured.instrument, moment
        before = found.get(key)
        if before is None or moment != "intake" or measured.day == before.day:
            found[key] = measured
    return found


def _in_time(measured: Measurement) -> tuple[object, ...]:
    """By day, and of one day from the lowest score to the highest."""
    numbers = ((score is not None, score or 0) for score in (score_of(measured.score), score_of(measured.subscore)))
    return measured.day, measured.instrument, *numbers, measured


# What is due.


def due_moments(span: Span, today: date, limits: Limits) -> tuple[MeasuringMoment, ...]:
    """The moments at which a trajectory should have been measured by today: intake once it began, tussen where it
    lasted long enough, as far as it came by now, eind once it ended."""
    last = span.ended or min(span.last, today)
    asked: Mapping[MeasuringMoment, bool] = {
        "intake": span.started <= today,
        "tussen": last - span.started > limits.between_weeks * _WEEK,
        "eind": span.ended is not None,
    }
    return tuple(moment for moment in MEASURING_MOMENTS if asked[moment])


def due_measures(span: Span, measures: Measures, today: date, limits: Limits) -> list[Measure]:
    """All that must have been measured in a trajectory by today, by moment."""
    return [
        measure
        for moment in due_moments(span, today, limits)
        for measure in measures.required(span.program, span.profile, moment)
    ]


def missing_measures(due: Iterable[Measure], taken: Collection[tuple[str, MeasuringMoment]]) -> list[Measure]:
    """Those of the measures that are due of which there is none among what was ``taken``, instruments with moments.
    Where a measure names no instrument, one will do that none of the others of its moment names: the set of Zorg1 §4.2
    comes besides the tool that tells the profile."""
    asked = list(due)
    named = {(instrument, measure.moment) for measure in asked for instrument in measure.instruments}
    besides = {moment for instrument, moment in taken if (instrument, moment) not in named}

    def is_taken(measure: Measure) -> bool:
        if not measure.instruments:
            return measure.moment in besides
        return any((instrument, measure.moment) in taken for instrument in measure.instruments)

    return [measure for measure in asked if not is_taken(measure)]


# Whose.


@frozen
class Matched:
    """Measurements of a patient by ``trajectory``; those of ``no_trajectory``; and those that may be of ``several``,
    each with what these are called. Nothing is guessed."""

    trajectory: Mapping[str, Sequence[Measurement]] = field(factory=dict)
    no_trajectory: Sequence[Measurement] = ()
    several: Sequence[tuple[Measurement, tuple[str, ...]]] = ()


def match(measurements: Iterable[Measurement], spans: Sequence[Span], measures: Measures, limits: Limits) -> Matched:
    """Puts the measurements of a patient with the patient's trajectories: by number where there is one, else by day
    and instrument; see `candidates`."""
    trajectory: dict[str, list[Measurement]] = {}
    no_trajectory: list[Measurement] = []
    several: list[tuple[Measurement, tuple[str, ...]]] = []
    for measured in sorted(measurements):
        found = candidates(measured, spans, measures, limits)
        if len(found) == 1:
            trajectory.setdefault(found[0].trajectory, []).append(measured)
        elif found:
            several.append((measured, tuple(sorted(span.trajectory for span in found))))
        else:
            no_trajectory.append(measured)
    return Matched(trajectory, tuple(no_trajectory), tuple(several))


def candidates(measured: Measurement, spans: Sequence[S], measures: Measures, limits: Limits) -> list[S]:
    """The trajectories that a measurement may be of. With a number that of this number, or else, as without one, by its
    day, but of those that have no number of their own: those in which its day is; or else those that it is near enough
    to; or else those that began before and have no end. Where these are several, those whose program names its
    instrument, if any does."""
    if measured.number:
        if found := [span for span in spans if measured.number in span.numbers]:
            return found
        spans = [span for span in spans if not span.numbers]
    day, before, after = measured.day, timedelta(days=limits.intake_days), timedelta(days=limits.end_days)
    found = (
        [span for span in spans if span.started <= day <= (span.ended or span.last)]
        or [span for span in spans if span.started - before <= day <= (span.ended or span.last) + after]
        or [span for span in spans if span.started <= day and span.ended is None]
    )
    if len(found) > 1:
        return [span for span in found if measures.names(span.program, measured.instrument)] or found
    return found


def joined(
    feed: Iterable[Measurement], file: Iterable[Measurement]
) -> tuple[list[Measurement], list[tuple[Measurement, Measurement]]]:
    """The measurements of a trajectory in order, those of the ``feed`` and of the ``file`` with measurements put
    together; of one instrument on one day the file's count. Behind them those of the feed that say another score than
    the file's, each with the one of the file."""
    of_file = sorted(file)
    by_day: dict[tuple[date, str], list[Measurement]] = {}
    for measured in of_file:
        by_day.setdefault((measured.day, measured.instrument), []).append(measured)
    kept, otherwise = [], []
    for measured in sorted(set(feed)):
        same = by_day.get((measured.day, measured.instrument))
        if same is None:
            kept.append(measured)
        elif _shortest(measured) not in map(_shortest, same):
            otherwise.append((measured, same[0]))
    return sorted([*of_file, *kept]), otherwise


def _shortest(measured: Measurement) -> str:
    """A score as it is compared: ``7,0`` is ``7``."""
    return score_text(measured.score) or measured.score
