"""``zorg1 export``: what a practice sends to Zorg1 each quarter (§5.2.1), a table per program and the overview of
profiles. Only trajectories of patients whose last word on sharing data is yes are in it."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from typing import Final

from attrs import astuple, define, field, frozen

from ...base.problems import Finding
from ...base.wording import quoted_word
from ...judging.rules import Rules
from ...model.measurement import MEASURING_MOMENTS, score_of
from ...output.codebook import COURSE_COLUMNS, Codebook
from ...output.problem_list import ProblemList
from ...output.sheets import Column, Row, Sheet, Value, sheet_files
from ...output.sorted_rows import SortedRows
from ...settings import Settings
from ...zorg1.codebook import codebook_of
from ...zorg1.course import Course, VisitLine
from ...zorg1.measures import Measures
from ...zorg1.measuring import by_moment
from ...zorg1.programs import Programs
from ..belonging import practice_ledger
from .courses import CourseReader
from .selection import Selection
from .tally import Tally

_YES_OR_NO: Final = {True: "J", False: "N"}
_BETWEEN_WORDS: Final = re.compile(r"[^\w]+")
#: How a row is kept until it is known which instruments have columns: what was measured, instrument, moment and score
#: in turn, stands behind its consent.
_KEPT: Final = (*(Column(key, kind) for key, kind in COURSE_COLUMNS.items()), Column("consent"), Column("", "list"))


@frozen
class ExportTable:
    """A table of the export; its rows are there as often as they are asked for."""

    sheet: Sheet
    count: int
    rows: Iterable[Row]


@frozen
class Exported:
    """What was exported: the ``tables`` in order, the ``files`` they are in, how many ``trajectories`` of how many
    ``patients`` these are, and the ``problems``: what was left out and taken for granted."""

    tables: Sequence[ExportTable]
    files: Sequence[Path]
    trajectories: int
    patients: int
    problems: ProblemList


def export(
    settings: Settings, select: Callable[[Programs], Selection], today: date, folder: Path, *, xlsx: bool = False
) -> Exported:
    """Writes the tables of what the ledger knows into a folder, where they appear together; ``select`` says of which
    trajectories. Raises SettingsError, BusyError or WriteError."""
    rules = Rules.load(settings, today)
    programs = rules.resolver.programs
    selection = select(programs)
    reader = CourseReader(settings, rules)
    codebook = codebook_of(settings, reader.measuring.measures)
    tally, profiles = Tally(has_codebook=bool(settings.zorg1.codebook)), _Profiles()
    asked = (name for name in programs.known if not selection.programs or name in selection.programs)
    waiting = {name: _ProgramRows(settings, tally) for name in asked}
    with practice_ledger(settings) as ledger:
        for course in reader.courses(ledger):
            if selection.takes(course) and tally.takes(course):
                if course.program not in waiting:  # of a part that isn't known, or of an overlay's
                    waiting[course.program] = _ProgramRows(settings, tally)
                waiting[course.program].add(course)
                profiles.add(course)
    tables = [rows.table(name, codebook, reader.measuring.measures) for name, rows in waiting.items()]
    tables.append(profiles.table(codebook, [*waiting]))
    with sheet_files(folder, settings.ledger.path) as files:
        if xlsx:
            files.workbook("zorg1-export", today)
        for table in tables:
            into = files.sheet(table.sheet)
            for row in table.rows:
                into.add(row)
    return Exported(
        tables,
        files.paths,
        tally.trajectories,
        tally.patients,
        problems_of(chain(tally.told(), reader.told()), settings),
    )


def problems_of(found: Iterable[Finding], settings: Settings) -> ProblemList:
    """What was found, in the settings' language and by their severities."""
    problems = ProblemList(settings.language, settings.input.name, settings.severities)
    for finding in found:
        problems.add(finding)
    return problems


class _ProgramRows:
    """The trajectories of a program, in order of their start, name and patient."""

    def __init__(self, settings: Settings, tally: Tally) -> None:
        practice = settings.practice
        self._practice = practice.practice_agb or practice.institution_agb
        self._limits, self._tally = settings.zorg1.limits, tally
        self._rows = SortedRows(_KEPT)
        self._instruments: set[str] = set()

    def add(self, course: Course) -> None:
        scores: list[str] = []
        for (instrument, moment), measured in by_moment(course.measurements, course, self._limits).items():
            if not instrument or score_of(measured.score) is None:
                self._tally.unreadable += 1
            else:
                name = quoted_word(instrument)
                self._instruments.add(name)
                scores += (name, moment, measured.score)
        cells = [_CELLS[key](course) if key in _CELLS else getattr(course, key) for key in [*COURSE_COLUMNS][1:]]
        place = course.started.isoformat(), course.trajectory, course.patient_id
        self._rows.add([self._practice, *cells, course.consent, tuple(scores)], place)

    def table(self, program: str, codebook: Codebook, measures: Measures) -> ExportTable:
        """With columns for what the tables say is measured in the program, and for what else was."""
        named = dict.fromkeys(name for measure in measures.of_program(program) for name in measure.instruments)
        instruments = [*named, *sorted(self._instruments - named.keys())]
        self._tally.other_instruments |= self._instruments - named.keys()
        sheet = codebook.program_sheet(f"zorg1-{_BETWEEN_WORDS.sub('-', program)}", instruments)
        return ExportTable(sheet, len(self._rows), _Scored(self._rows, instruments))


@frozen
class _Scored:
    """Rows with what was measured in the columns of these instruments."""

    rows: SortedRows
    instruments: Sequence[str]

    def __iter__(self) -> Iterator[Row]:
        for *cells, consent, kept in self.rows:
            assert isinstance(kept, tuple)
            found = {(name, moment): Decimal(score) for name, moment, score in zip(*[iter(kept)] * 3, strict=True)}
            measured = [found.get((name, moment)) for name in self.instruments for moment in MEASURING_MOMENTS]
            yield [*cells, *measured, consent]


def _each(texts: Iterable[str]) -> tuple[str, ...]:
    """Every text there is, once."""
    return tuple(dict.fromkeys(filter(None, texts)))


def _standing(course: Course) -> list[VisitLine]:
    """The lines that weren't taken back."""
    return [visit.line for visit in course.visits if visit.line is not None and visit.line.stands]


#: What a column holds that isn't an attribute of the course.
_CELLS: Final[Mapping[str, Callable[[Course], Value]]] = {
    "agreement": lambda course: _YES_OR_NO[course.agreement],
    "codes": lambda course: _each(quoted_word(visit.code) for visit in course.visits),
    "declare_under": lambda course: _each(visit.product.declare_under for visit in course.visits),
    "f_codes": lambda course: _each(line.f_code for line in _standing(course)),
    "units": lambda course: sum(line.units for line in _standing(course)),
}


@define
class _Profile:
    """What the trajectories of a profile add up to. ``last``: of which patient the last one was; a patient's come one
    after the other."""

    patients: int = 0
    trajectories: int = 0
    ended: int = 0
    relapses: int = 0
    contacts: int = 0
    treatments: int = 0
    declared_cents: int = 0
    granted_cents: int | None = None
    last: str | None = None

    def add(self, course: Course) -> None:
        self.patients += course.patient_id != self.last
        self.trajectories += 1
        self.ended += course.ended is not None
        self.relapses += course.relapse is not None
        self.contacts += course.contacts
        self.treatments += course.treatments
        self.declared_cents += course.declared_cents
        if course.granted_cents is not None:
            self.granted_cents = (self.granted_cents or 0) + course.granted_cents
        self.last = course.patient_id


@define
class _Profiles:
    """The overview of profiles."""

    _by_profile: dict[tuple[str, str, bool], _Profile] = field(factory=dict)

    def add(self, course: Course) -> None:
        key = course.program, course.profile, course.agreement
        self._by_profile.setdefault(key, _Profile()).add(course)

    def table(self, codebook: Codebook, programs: Sequence[str]) -> ExportTable:
        """In the order of ``programs``, and of the profiles of one."""
        rows = []
        for key in sorted(self._by_profile, key=lambda key: (programs.index(key[0]), key[1], not key[2])):
            program, profile, agreement = key
            *counts, _ = astuple(self._by_profile[key])
            rows.append([program, profile, _YES_OR_NO[agreement], *counts])
        return ExportTable(codebook.profile_sheet("zorg1-profielen"), len(rows), rows)
