"""``zorg1.html``: the trajectories of a practice on one page: how many patients are included in each quarter, of how
many was measured what should be, and what there is to look at. It loads nothing, and asks no network for anything.

Nothing is judged here: it counts as `quality` does, and shows what `monitor` finds. A practice may have any number of
trajectories; the page shows the last of them, and says how many there are.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, BinaryIO, Final, NamedTuple, Self, TypeAlias

from attrs import Factory, define, frozen

from ...base.problems import Finding, Language, render
from ...base.words import Words, words
from ...judging.rules import Rules
from ...output import pages
from ...output.causes import Told, kinds_found
from ...output.problem_list import ProblemList
from ...output.sheets import Column, Kind
from ...output.sorted_rows import By, SortedRows
from ...settings import Settings
from ...zorg1.agreements import ANY
from ...zorg1.course import Course
from ...zorg1.review import Review
from .courses import CourseReader
from .quality import MOMENTS, Counting, Counts, Key, Moments, not_counted, unmet_criteria
from .selection import Selection, quarter_of, quarters_between

if TYPE_CHECKING:
    from jinja2 import Template

NAME: Final = "zorg1.html"
#: What trajectories, and what is found of them, are chosen by; and what one of them is found by.
FILTERS: Final = ("program", "quarter", "insurer")
Facts: TypeAlias = Mapping[str, str]
#: Of trajectories.
_MOST_ROWS: Final = 1_000
#: Of quarters in a chart; the table beside it has all.
_MOST_BARS: Final = 8
#: A chart has room for so many bars at least, so that one isn't as wide as all of it.
_LEAST_BARS: Final = 5
#: Pixels of a chart: of the highest bar, and of the baseline from above.
_HIGHEST: Final = 64
_BASELINE: Final = 84


class _Row(NamedTuple):
    """What is kept of a trajectory, or of what is in none (``listed`` ''). ``places``: what its problems are told at;
    ``wrong``: how many of its problems are more than information."""

    started: date
    trajectory: str
    patient_id: str
    program: str
    profile: str
    insurer: str
    ended: date | None
    due: Sequence[str]
    measured: Sequence[str]
    consent: str
    wrong: int
    listed: str
    places: Sequence[str]

    @property
    def facts(self) -> Facts:
        """What it is found by."""
        return {"program": self.program, "quarter": quarter_of(self.started), "insurer": self.insurer}


_KINDS: Final[Mapping[str, Kind]] = {
    "started": "date",
    "ended": "date",
    "wrong": "number",
    "due": "list",
    "measured": "list",
    "places": "list",
}
_COLUMNS: Final = tuple(Column(key, _KINDS.get(key, "text")) for key in _Row._fields)


@frozen
class _Bar:
    """A quarter in a chart: so many patients; ``x`` of its middle and ``left`` of its side in percent, ``y`` and
    ``height`` in pixels."""

    quarter: str
    patients: int
    left: str
    x: str
    y: int
    height: int


@frozen
class _Chart:
    """The patients of a program in the last quarters; ``width`` of a bar in percent."""

    program: str
    counts: Counts
    width: str
    bars: Sequence[_Bar]


@define
class Page:
    """What the page is made of, patient by patient. ``programs`` in their order; ``insurer``: whose an UZOVI number is;
    ``moments`` of a trajectory. Somebody is to close it: it is on disk."""

    settings: Settings
    selection: Selection
    programs: Sequence[str]
    insurer: Callable[[str], str]
    moments: Callable[[Course], Moments]
    today: date
    problems: ProblemList
    counting: Counting = Factory(Counting)
    quarters: dict[str, Counting] = Factory(dict)
    insurers: dict[str, str] = Factory(dict)
    not_shared: int = 0
    rows: SortedRows = Factory(lambda: SortedRows(_COLUMNS, (By(0, descending=True),)))

    @classmethod
    def of(cls, settings: Settings, rules: Rules, reader: CourseReader, selection: Selection, today: date) -> Self:
        """One without anything in it yet."""
        measures, limits = reader.measuring.measures, settings.zorg1.limits
        return cls(
            settings=settings,
            selection=selection,
            programs=rules.resolver.programs.known,
            insurer=rules.resolver.insurer,
            moments=lambda course: Moments.of(course, measures, limits, today),
            today=today,
            problems=ProblemList(settings.language, settings.input.name, settings.severities),
        )

    def close(self) -> None:
        """Gives the disk back."""
        self.rows.close()
        self.problems.close()

    def tell(self, findings: Iterable[Finding]) -> None:
        """Adds what there is to tell of all of it."""
        for finding in findings:
            self.problems.add(finding)

    def add(self, reviews: Iterable[Review], outside: Iterable[Review]) -> None:
        """Adds the trajectories of a patient, and what is in none."""
        shared: defaultdict[str, list[tuple[Course, Moments]]] = defaultdict(list)
        for review in reviews:
            course, moments = review.course, self.moments(review.course)
            self._keep(review, moments, "J")
            if course.shares:
                shared[quarter_of(course.started)].append((course, moments))
            else:
                self.not_shared += 1
        self.counting.add([pair for pairs in shared.values() for pair in pairs])
        for quarter, pairs in shared.items():
            self.quarters.setdefault(quarter, Counting()).add(pairs)
        for review in outside:
            self._keep(review, Moments((), ()), "")

    def _keep(self, review: Review, moments: Moments, listed: str) -> None:
        course, severities = review.course, self.settings.severities
        firsts = [code.visits[0] for code in review.codes]
        self.insurers.update((first.uzovi, self.insurer(first.uzovi)) for first in firsts)
        row = _Row(
            started=course.started,
            trajectory=course.trajectory,
            patient_id=course.patient_id,
            program=course.program,
            profile=course.profile,
            insurer=self.insurer(course.uzovi) or course.uzovi,
            ended=course.ended,
            due=moments.due,
            measured=moments.measured,
            consent=course.consent,
            wrong=sum(severities.of(found.code) != "info" for found in review.found),
            listed=listed,
            places=[*dict.fromkeys("".join(review.place(code)) for code in review.codes)],
        )
        for code in review.codes:
            for finding in code.found:
                self.problems.add(finding, *review.place(code), uzovi=code.visits[0].uzovi)
        self.rows.add(row, (course.trajectory, course.patient_id, firsts[0].appointment_id))

    def write(self, file: BinaryIO) -> None:
        """Writes it, piece by piece; the file stays open. Same ledger, settings and day, same bytes. Raises OSError."""
        language, problems = self.settings.language, self.problems
        kinds = list(kinds_found(problems, language, self.insurers))
        places = [place for kind in kinds for cause in kind.causes for place in cause.places]
        rows, known = self._read({_key(place) for place in places})

        def facts(place: Told) -> Facts:
            return {**known.get(_key(place), {}), "insurer": place.insurer}

        keys = self.counting.in_order(self.programs)
        programs = self.counting.by_program(self.programs)
        criteria = self.settings.zorg1.criteria
        unmet = [each.finding() for each in unmet_criteria(criteria, programs)]
        unmet += not_counted(criteria, self.selection, self.programs, keys)
        quarters = quarters_between(min(self.quarters), max(self.quarters)) if self.quarters else ()
        say = words("zorg1", language)
        page = _template(language).stream(
            page=self,
            about=" ".join(_about(self.selection, say)),
            total=self.counting.by_key[ANY, ANY],
            programs=programs,
            charts=self._charts(programs, quarters[-_MOST_BARS:]),
            shorter=_MOST_BARS if len(quarters) > _MOST_BARS else 0,
            quarters=[
                (quarter, [self._patients(quarter, each) for each in (*programs, ANY)])
                for quarter in sorted(self.quarters)
            ],
            measured=[(program, self._measured(program, keys)) for program in (*programs, ANY)],
            moments=list(MOMENTS),
            any=ANY,
            unmet=[render(finding.code, finding.params, language) for finding in unmet],
            severities=problems.severities,
            levels=[(severity, list(same)) for severity, same in groupby(kinds, key=attrgetter("severity"))],
            facts=facts,
            of_places=_choices(map(facts, places), say),
            rows=rows,
            all_rows=self.counting.by_key[ANY, ANY].trajectories + self.not_shared,
            of_rows=_choices((row.facts for row in rows), say),
            baseline=_BASELINE,
        )
        page.enable_buffering(pages.PIECES)
        page.dump(file, encoding="utf-8")

    def _read(self, asked: AbstractSet[str]) -> tuple[Sequence[_Row], Mapping[str, Facts]]:
        """The trajectories that are shown, the last to begin first; and what the places that are ``asked`` are found
        by."""
        shown: list[_Row] = []
        facts: dict[str, Facts] = {}
        for cells in self.rows:
            row = _Row(*cells)  # type: ignore[arg-type] # as they were added
            if row.listed and len(shown) < _MOST_ROWS:
                shown.append(row)
            for place in asked & {*row.places}:
                facts.setdefault(place, row.facts)
        return shown, facts

    def _measured(self, program: str, keys: Sequence[Key]) -> Sequence[tuple[str, Counts]]:
        """What was measured in a program: the whole of it, then its profiles."""
        profiles = [ANY, *(profile for of, profile in keys if of == program and profile != ANY)]
        return [(profile, self.counting.by_key[program, profile]) for profile in profiles]

    def _patients(self, quarter: str, program: str) -> int:
        """The patients that are included in a quarter."""
        counting = self.quarters.get(quarter)
        counts = counting.by_key.get((program, ANY)) if counting is not None else None
        return counts.patients if counts is not None else 0

    def _charts(self, programs: Mapping[str, Counts], quarters: Sequence[str]) -> Sequence[_Chart]:
        """One for each program that has any, all on one scale."""
        patients = {program: [self._patients(quarter, program) for quarter in quarters] for program in programs}
        patients = {program: counts for program, counts in patients.items() if any(counts)}
        most = max([1, *(count for counts in patients.values() for count in counts)])
        step = 100 / max(len(quarters), _LEAST_BARS)
        charts = []
        for program, counts in patients.items():
            heights = [-(-_HIGHEST * count // most) for count in counts]
            bars = [
                _Bar(
                    quarter,
                    count,
                    f"{step * (at + 0.15):.2f}%",
                    f"{step * (at + 0.5):.2f}%",
                    _BASELINE - height,
                    height,
                )
                for at, (quarter, count, height) in enumerate(zip(quarters, counts, heights, strict=True))
            ]
            charts.append(_Chart(program, programs[program], f"{step * 0.7:.2f}%", bars))
        return charts


def _key(place: Told) -> str:
    """What a place is known by."""
    return place.problem.trajectory or place.problem.appointment_id


def _choices(found: Iterable[Facts], say: Words) -> Sequence[tuple[str, str, Sequence[tuple[str, str]]]]:
    """The filters, each with what it is called and what there is to choose from, as it is and as it is shown."""
    kept = list(found)
    values = {name: sorted({facts.get(name, "") for facts in kept} - {""}) for name in FILTERS}
    return [(name, say(name), [(value, value) for value in known]) for name, known in values.items()]


def _about(selection: Selection, say: Words) -> Iterator[str]:
    """What the page is about."""
    since, until = selection.first > date.min, selection.last < date.max
    period = "period" if since and until else "since" if since else "until" if until else "always"
    yield say(f"about.{period}", first=selection.first, last=selection.last)
    if selection.programs:
        yield say("about.programs", programs=", ".join(sorted(selection.programs)))
    if selection.uzovis:
        yield say("about.uzovis", uzovis=", ".join(sorted(selection.uzovis)))


@cache
def _template(language: Language) -> "Template":
    return pages.page_template(
        __package__, NAME, language, w=words("zorg1", language), count_words=words("quality", language)
    )
