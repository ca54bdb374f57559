"""Trajectories without price agreement (§4.1.7, 4.2.6, 4.3.5, 4.4.3, 4.5.4): which sessions are of one, also where they
are sessions of regular care, and which are of the same. Nothing is declared by this.

The practice system names the kind of a trajectory in its category (§5.2.2); the diagnosis says its profile. Where there
is no category, the diagnosis alone says it, but only with an insurer that there is no agreement with: with another
insurer a session of regular care with such a diagnosis is no trajectory.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from typing import Final

from attrs import frozen

from ..base.value import value
from ..model.names import Spelling
from .programs import Programs
from .resolver import Resolver

#: ``Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak``.
_OF_ZORG1: Final = re.compile(r"\bzorg\s*1\b[\s:|-]*(?P<program>[^|:]*)(?P<rest>.*)", re.IGNORECASE)
_AGREED: Final = re.compile(r"\bmet\s+prijs\s*afspraak\b", re.IGNORECASE)
_PROFILE: Final = re.compile(r"\bprofiel\s*([1-9](?:\s+[AB]V\b)?)", re.IGNORECASE)


def says_agreed(category: str) -> bool:
    """Whether a category says that its trajectory has a price agreement."""
    return _AGREED.search(category) is not None


@frozen
class Category:
    """What the name of a trajectory's kind says: its ``program`` and ``profile``, '' where it says nothing of them."""

    program: str = ""
    profile: str = ""


@value
class CareSession:
    """A completed session that is in no trajectory by its code."""

    appointment_id: str
    day: date
    number: str
    uzovi: str
    diagnosis: str
    category: str


@frozen
class Included:
    """What a session is of: a program, and a profile or ''. ``by_diagnosis``: no category said so."""

    program: str
    profile: str
    by_diagnosis: bool


@frozen
class Inclusion:
    """A trajectory of such sessions, in order of their days; ``number`` is the practice's, or ''."""

    number: str
    program: str
    profile: str
    by_diagnosis: bool
    sessions: Sequence[CareSession]


class Includer:
    """Tells which sessions are of a trajectory without price agreement. ``apart``: without a number, a session so long
    after the one before it begins another. ``by_diagnosis``: also sessions without a category."""

    def __init__(self, resolver: Resolver, apart: timedelta, *, by_diagnosis: bool = True) -> None:
        self._resolver = resolver
        self._programs: Programs = resolver.programs
        known = self._programs.known
        self._names = Spelling.of((*known, *map(self._programs.whole, known)))
        self._apart, self._by_diagnosis = apart, by_diagnosis
        self._categories: dict[str, Category | None] = {}
        self._agreed: dict[tuple[str, str, date], bool] = {}
        #: Sessions whose category is of Zorg1, but neither it nor the diagnosis says of which program, by category.
        self.unclear: Counter[str] = Counter()

    def category(self, text: str) -> Category | None:
        """What a category says; None for one that isn't of Zorg1."""
        if text not in self._categories:
            self._categories[text] = self._read(text)
        return self._categories[text]

    def _read(self, text: str) -> Category | None:
        if (match := _OF_ZORG1.search(text)) is None:
            return None
        profile = _PROFILE.search(match["rest"])
        program = self._names.find(match["program"]) or ""
        return Category(program, " ".join(profile[1].upper().split()) if profile is not None else "")

    def included(self, session: CareSession) -> Included | None:
        """The program and profile of a session by what it says itself; None for one of regular care."""
        day, diagnosis = session.day, session.diagnosis
        category = self.category(session.category)
        if category is None and (session.category or not self._by_diagnosis):
            return None
        of = self._programs.usual_programs(diagnosis, day)
        program = self._programs.named(category.program, diagnosis) if category is not None else ""
        if program not in self._programs.known:
            if len(of) != 1:
                self.unclear.update([session.category] if category is not None else ())
                return None
            [program] = of
        if category is None and self._agrees(session.uzovi, program, day):
            return None
        profiles = self._programs.usual_profiles(program, diagnosis, day)
        said = category.profile if category is not None else ""
        return Included(program, profiles[0] if len(profiles) == 1 else said, category is None)

    def _agrees(self, uzovi: str, program: str, day: date) -> bool:
        asked = uzovi, program, day
        if asked not in self._agreed:
            self._agreed[asked] = self._resolver.agrees(uzovi, self._programs.whole(program), day)
        return self._agreed[asked]

    def trajectories(self, sessions: Iterable[CareSession], taken: Iterable[str] = ()) -> list[Inclusion]:
        """The trajectories of the sessions of one patient, in order of their first day. ``taken`` are the numbers of
        trajectories there are already: their sessions are none of these.

        All sessions under a number of which one is included are of one trajectory; without a number those of one
        program are, up to the first time that nothing was heard for so long.
        """
        gone = {*taken} - {""}
        own = (session for session in sessions if session.number not in gone)
        ordered = sorted(own, key=lambda session: (session.day, session.appointment_id))
        found = {session.appointment_id: included for session in ordered if (included := self.included(session))}
        numbered: dict[str, Included] = {}
        for session in ordered:
            if session.number and session.appointment_id in found:
                numbered.setdefault(session.number, found[session.appointment_id])
        kept: list[tuple[str, Included, list[CareSession]]] = []
        running: dict[str, list[CareSession]] = {}
        for session in ordered:
            number = session.number
            included = numbered.get(number) if number else found.get(session.appointment_id)
            if included is None:
                continue
            key = number or f"/{included.program}"
            run = running.get(key)
            if run is None or (not number and session.day - run[-1].day > self._apart):
                run = running[key] = []
                kept.append((number, included, run))
            run.append(session)
        return [Inclusion(n, i.program, i.profile, i.by_diagnosis, run) for n, i, run in kept]
