"""``zorg1 quality``: how many patients are in each program, and of how many trajectories was measured what should be by
now (§5.2.3); with the criteria that a practice is held to."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, Literal, Self, TypeAlias

from attrs import Factory, asdict, define, frozen

from ...base.problems import Finding, Language, SettingsError
from ...base.words import words
from ...judging.rules import Rules
from ...model.measurement import MEASURING_MOMENTS, MeasuringMoment, score_of
from ...output.sheets import Column, Row, Sheet, Total, sheet_files, titled
from ...settings import Settings
from ...settings.zorg1 import Criteria, Limits
from ...zorg1.agreements import ANY
from ...zorg1.course import Course
from ...zorg1.measures import Measures
from ...zorg1.measuring import by_moment, due_measures, missing_measures
from ...zorg1.programs import Programs
from ..belonging import practice_ledger
from .courses import CourseReader
from .selection import Selection

NAME: Final = "zorg1-quality"
#: Whose trajectories are counted: of patients who share data with Zorg1, as Zorg1 itself does; or of all.
Consent: TypeAlias = Literal["J", "all"]
#: The moments of measurements by what their columns, and the criteria, call them.
MOMENTS: Final[Mapping[str, MeasuringMoment]] = dict(zip(("intake", "between", "end"), MEASURING_MOMENTS, strict=True))
COLUMNS: Final = (
    *(Column("program"), Column("profile")),
    *(Column("patients", "number"), Column("trajectories", "number"), Column("ended", "number")),
    *(Column("intake_due", "number"), Column("intake_measured", "number"), Column("intake_percent", "percent")),
    *(Column("between_due", "number"), Column("between_measured", "number"), Column("between_percent", "percent")),
    *(Column("end_due", "number"), Column("end_measured", "number"), Column("end_percent", "percent")),
)
#: What is told where a criterion isn't met.
UNMET: Final[Mapping[str, str]] = {
    "patients": "QUALITY_PATIENTS",
    "intake": "QUALITY_INTAKE",
    "between": "QUALITY_BETWEEN",
    "end": "QUALITY_END",
}
#: A program and a profile; `ANY` for all of them together.
Key: TypeAlias = tuple[str, str]


@frozen
class Moments:
    """The moments at which something should have been measured in a trajectory by now, as the columns call them, and
    those of ``due`` at which something of that was ``measured``: what nobody asks for doesn't count."""

    due: Sequence[str]
    measured: Sequence[str]

    @classmethod
    def of(cls, course: Course, measures: Measures, limits: Limits, today: date) -> Self:
        due = due_measures(course, measures, today, limits)
        scored = (measured for measured in course.measurements if score_of(measured.score) is not None)
        missing = missing_measures(due, by_moment(scored, course, limits).keys())
        measured = [measure for measure in due if measure not in missing]
        return cls(*(_named({measure.moment for measure in these}) for these in (due, measured)))


@define
class Counts:
    """What trajectories add up to. ``due``: in how many of them something should have been measured at a moment by now;
    ``measured``: in how many of these something was."""

    patients: int = 0
    trajectories: int = 0
    ended: int = 0
    due: dict[str, int] = Factory(lambda: dict.fromkeys(MOMENTS, 0))
    measured: dict[str, int] = Factory(lambda: dict.fromkeys(MOMENTS, 0))

    def add(self, course: Course, moments: Moments) -> None:
        """Counts a trajectory."""
        self.trajectories += 1
        self.ended += course.ended is not None
        for moment in moments.due:
            self.due[moment] += 1
        for moment in moments.measured:
            self.measured[moment] += 1

    def tenths(self, moment: str) -> int | None:
        """The share that was measured in tenths of a per cent, half of one up; None where nothing was due."""
        due = self.due[moment]
        return (2000 * self.measured[moment] + due) // (2 * due) if due else None

    def row(self, key: Key) -> Row:
        """By the columns of the table."""
        of_moments = ((self.due[moment], self.measured[moment], self.tenths(moment)) for moment in MOMENTS)
        return (*key, self.patients, self.trajectories, self.ended, *(cell for cells in of_moments for cell in cells))


@frozen
class Unmet:
    """A criterion that a program doesn't meet: ``criterion`` is its key in the settings, ``wanted`` what it asks at
    least: patients, or per cents of the ``due`` trajectories; so many patients, or trajectories, were ``found``."""

    program: str
    criterion: str
    wanted: int
    found: int
    due: int | None = None

    def finding(self) -> Finding:
        """As it is told."""
        return Finding(UNMET[self.criterion], "", asdict(self))


@frozen
class Quality:
    """The ``rows`` of the table in order, each program's profiles, the program, and all of it; the criteria that are
    ``unmet``; what is ``told`` of all that was read; and the ``files`` it is in. A measurement in between is due in
    trajectories of more than ``between_weeks``."""

    rows: Sequence[Row]
    between_weeks: int
    unmet: Sequence[Unmet]
    told: Sequence[Finding]
    files: Sequence[Path]

    @property
    def findings(self) -> Sequence[Finding]:
        """All there is to tell."""
        return (*(unmet.finding() for unmet in self.unmet), *self.told)


def sheet(language: Language) -> Sheet:
    """The table."""
    return titled(NAME, COLUMNS, language)


def quality(
    settings: Settings,
    select: Callable[[Programs], Selection],
    today: date,
    folder: Path | None = None,
    *,
    consent: Consent = "J",
    check: bool = False,
    xlsx: bool = False,
) -> Quality:
    """Counts what the ledger knows, in files too where a ``folder`` is given. ``select`` says of which trajectories;
    ``check``: the criteria are asked for. Raises SettingsError, also where there are none then, BusyError or
    WriteError."""
    criteria = settings.zorg1.criteria
    if check and criteria.is_empty:
        raise SettingsError("QUALITY_NO_CRITERIA", path=settings.path.as_posix())
    rules = Rules.load(settings, today)
    programs = rules.resolver.programs
    selection, reader = select(programs), CourseReader(settings, rules)
    measures, limits, counting = reader.measuring.measures, settings.zorg1.limits, Counting()
    with practice_ledger(settings) as ledger:
        for care in reader.patients(ledger):
            courses = [c for c in care.courses if selection.takes(c) and (consent == "all" or c.shares)]
            counting.add([(course, Moments.of(course, measures, limits, today)) for course in courses])
    keys = counting.in_order(programs.known)
    rows = [counting.by_key[key].row(key) for key in keys]
    unmet = [*unmet_criteria(criteria, counting.by_program(programs.known))]
    files = _write(settings, rows, today, folder, xlsx=xlsx) if folder is not None else ()
    told = [*not_counted(criteria, selection, programs.known, keys), *reader.told()]
    return Quality(rows, limits.between_weeks, unmet, told, files)


@define
class Counting:
    """Counts trajectories patient by patient."""

    by_key: dict[Key, Counts] = Factory(lambda: {(ANY, ANY): Counts()})

    def add(self, courses: Iterable[tuple[Course, Moments]]) -> None:
        """Counts those of a patient."""
        seen: set[Key] = set()
        for course, moments in courses:
            keys = (course.program, course.profile), (course.program, ANY), (ANY, ANY)
            for key in keys:
                self.by_key.setdefault(key, Counts()).add(course, moments)
            seen.update(keys)
        for key in seen:
            self.by_key[key].patients += 1

    def by_program(self, known: Sequence[str]) -> Mapping[str, Counts]:
        """Programs in order, each as a whole."""
        return {program: self.by_key[program, ANY] for program, _ in self.in_order(known) if program != ANY}

    def in_order(self, known: Sequence[str]) -> Sequence[Key]:
        """Programs as ``known`` has them, others behind; in each its profiles, and all of it; and all at the end."""
        names = [*known, *sorted({program for program, _ in self.by_key} - {*known, ANY}), ANY]
        return sorted(self.by_key, key=lambda key: (names.index(key[0]), key[1] == ANY, key[1]))


def _named(moments: Collection[MeasuringMoment]) -> Sequence[str]:
    """Moments as the columns call them."""
    return [name for name, moment in MOMENTS.items() if moment in moments]


def unmet_criteria(criteria: Criteria, programs: Mapping[str, Counts]) -> Iterator[Unmet]:
    """The criteria that are not met, by program. Where nothing was due, nothing is asked."""
    for program, counts in programs.items():
        if criteria.patients is not None and counts.patients < criteria.patients:
            yield Unmet(program, "patients", criteria.patients, counts.patients)
        for moment, wanted in criteria.percentages.items():
            if 100 * counts.measured[moment] < wanted * counts.due[moment]:
                yield Unmet(program, moment, wanted, counts.measured[moment], counts.due[moment])


def not_counted(
    criteria: Criteria, selection: Selection, known: Iterable[str], keys: Sequence[Key]
) -> Iterator[Finding]:
    """The programs that no criterion was held against, as nobody is in them."""
    asked = (program for program in known if not selection.programs or program in selection.programs)
    empty = [program for program in asked if (program, ANY) not in keys]
    if empty and not criteria.is_empty:
        yield Finding("QUALITY_NOBODY", "", {"programs": ", ".join(empty)})


def named(key: str, language: Language) -> str:
    """A program or a profile as people read it: all of them together have a word."""
    return words("quality", language)["all"] if key == ANY else key


def _write(settings: Settings, rows: Sequence[Row], today: date, folder: Path, *, xlsx: bool) -> Sequence[Path]:
    with sheet_files(folder, settings.ledger.path) as files:
        if xlsx:
            files.workbook(NAME, today)
        into = files.sheet(sheet(settings.language))
        for program, profile, *counts in rows:
            cells = [*(named(str(key), settings.language) for key in (program, profile)), *counts]
            into.add(Total(cells) if program == ANY else cells)
    return files.paths
