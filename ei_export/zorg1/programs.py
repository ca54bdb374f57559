"""The programs of Zorg1 and their diagnoses: which program a diagnosis is of, and what is one program to the tables of
the agreements but several to the manual (``specs/codelists/zorg1-programs.csv``)."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Final, Self

from attrs import field, frozen

from ..base.row_types import (
    FromCell,
    KeyedTable,
    RequiredCell,
    RowCheck,
    SomeWordCells,
    SourceCell,
    UntilCell,
    within,
)
from ..base.specs import SPECS
from ..base.tables import Report, refuse


@frozen
class ProgramPart:
    """A part of a program, by its diagnoses: to the manual a program of its own."""

    program: RequiredCell
    part: RequiredCell
    diagnoses: SomeWordCells
    source: SourceCell


@frozen
class Usual:
    """The diagnoses of a profile without price agreement from ``valid_from`` up to and including ``valid_until``."""

    program: RequiredCell
    profile: RequiredCell
    valid_from: FromCell
    valid_until: UntilCell
    diagnoses: SomeWordCells
    source: SourceCell


_PARTS: Final = KeyedTable[str, ProgramPart]("codelists/zorg1-programs.csv", ProgramPart, "part")
_USUAL: Final = KeyedTable[tuple[str, str, str], Usual](
    "codelists/zorg1-without-agreement.csv", Usual, "program", "profile", "from"
)


@frozen
class Programs:
    """``parts``: by program and diagnosis, the part of the program that this diagnosis is of (artrose with 7023:
    "artrose knie", §4.4.3). ``usual``: by program, or part, and profile, the diagnoses without price agreement
    (§4.1.7, 4.2.6, 4.3.5, 4.4.3, 4.5.4)."""

    parts: Mapping[tuple[str, str], str] = field(factory=dict)
    usual: Mapping[tuple[str, str], tuple[Usual, ...]] = field(factory=dict)
    _by_diagnosis: Mapping[str, frozenset[str]] = field(factory=dict)

    @classmethod
    def of(
        cls,
        parts: Mapping[tuple[str, str], str],
        usual: Mapping[tuple[str, str], tuple[Usual, ...]],
        products: Iterable[tuple[str, str]],
    ) -> Self:
        """``products``: each program of the agreements with each of its diagnoses."""
        found: dict[str, set[str]] = {}
        for program, diagnosis in products:
            found.setdefault(diagnosis, set()).add(parts.get((program, diagnosis), program))
        for (program, _), periods in usual.items():
            for diagnosis in (diagnosis for period in periods for diagnosis in period.diagnoses):
                found.setdefault(diagnosis, set()).add(program)
        return cls(parts, usual, {diagnosis: frozenset(programs) for diagnosis, programs in found.items()})

    def named(self, program: str, diagnosis: str) -> str:
        """A program of the agreements as it is called with a diagnosis."""
        return self.parts.get((program, diagnosis), program)

    def whole(self, program: str) -> str:
        """The program of the agreements that a program, or part of one, is of."""
        return next((whole for (whole, _), part in self.parts.items() if part == program), program)

    def with_diagnosis(self, diagnosis: str) -> frozenset[str]:
        """The programs that a diagnosis is of; none for '' and for what is of no program."""
        return self._by_diagnosis.get(diagnosis, frozenset())

    @cached_property
    def known(self) -> tuple[str, ...]:
        """The programs of the manual, in its order, and those of a practice's own agreements."""
        of_diagnoses = (program for programs in self._by_diagnosis.values() for program in programs)
        return tuple(dict.fromkeys([*(program for program, _ in self.usual), *sorted(of_diagnoses)]))

    def of_body_part(self, diagnosis: str) -> tuple[str, ...]:
        """The programs that are for the part of the body of a diagnosis (DCSPH: its first two digits); those that the
        diagnosis itself is of, where there are."""
        exact = self.with_diagnosis(diagnosis)
        return tuple(sorted(exact or self._by_body_part.get(diagnosis[:2], frozenset())))

    @cached_property
    def _by_body_part(self) -> Mapping[str, frozenset[str]]:
        found: dict[str, frozenset[str]] = {}
        for diagnosis, programs in self._by_diagnosis.items():
            found[diagnosis[:2]] = found.get(diagnosis[:2], frozenset()) | programs
        return found

    def usual_programs(self, diagnosis: str, day: date) -> tuple[str, ...]:
        """The programs that a diagnosis is of without price agreement on a day."""
        return tuple(dict.fromkeys(program for program, _ in self._usual_with(diagnosis, day)))

    def usual_profiles(self, program: str, diagnosis: str, day: date) -> tuple[str, ...]:
        """The profiles of a program that a diagnosis may be of without price agreement on a day; with several it leaves
        that open."""
        return tuple(profile for of, profile in self._usual_with(diagnosis, day) if of == program)

    def _usual_with(self, diagnosis: str, day: date) -> Iterator[tuple[str, str]]:
        for key, periods in self.usual.items():
            if any(diagnosis in each.diagnoses and each.valid_from <= day <= each.valid_until for each in periods):
                yield key

    def has_body_part(self, diagnosis: str) -> bool:
        """Whether a diagnosis is of a part of the body that a program is for: by DCSPH its first two digits."""
        return diagnosis[:2] in self._body_parts

    @cached_property
    def _body_parts(self) -> Collection[str]:
        return frozenset(diagnosis[:2] for diagnosis in self._by_diagnosis)

    def without_agreement(self, program: str, profile: str, day: date) -> tuple[str, ...]:
        """The diagnoses of a profile without price agreement on a day; of a whole program those of all its parts."""
        names = (program, *(part for (whole, _), part in self.parts.items() if whole == program))
        periods = (period for name in names for period in self.usual.get((name, profile), ()))
        return tuple(d for p in periods if p.valid_from <= day <= p.valid_until for d in p.diagnoses)


def read_parts(diagnoses: Collection[str], specs: Path = SPECS, report: Report = refuse) -> dict[tuple[str, str], str]:
    """The parts of programs, by program and diagnosis."""
    found = _PARTS.read(specs, report, known_diagnoses(diagnoses)).values()
    return {(row.program, diagnosis): row.part for row in found for diagnosis in row.diagnoses}


def read_usual(
    diagnoses: Collection[str], specs: Path = SPECS, report: Report = refuse
) -> dict[tuple[str, str], tuple[Usual, ...]]:
    """The diagnoses without price agreement, by program and profile."""
    found: dict[tuple[str, str], tuple[Usual, ...]] = {}
    for row in _USUAL.read(specs, report, known_diagnoses(diagnoses)).values():
        key = row.program, row.profile
        found[key] = (*found.get(key, ()), row)
    return found


def known_diagnoses(diagnoses: Collection[str]) -> RowCheck:
    """Holds the column ``diagnoses`` to codes that are in a table."""
    return within(diagnoses, "codes of specs/codelists/dcsph.csv, a space between", "diagnoses")
