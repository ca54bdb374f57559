"""``zorg1 monitor``: all trajectories, shared or not, code by code, and whether profile, diagnosis, scores and codes
fit each other and the insurer (§5.2.2)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, nullcontext
from datetime import date, timedelta
from pathlib import Path
from typing import Final, cast

from attrs import define, frozen

from ...base.problems import Language, SettingsError, Severities, render
from ...base.wording import quoted_word
from ...base.words import words
from ...judging.rules import Rules
from ...model.measurement import Measurement, score_of
from ...output.problem_list import ProblemList
from ...output.sheets import Column, Kind, Row, Sheet, Value, sheet_files, titled
from ...output.sorted_rows import SortedRows
from ...settings import Settings
from ...settings.sections import nearest
from ...settings.zorg1 import MONITOR_COLUMNS, View
from ...zorg1.course import CourseVisit
from ...zorg1.inclusion import Includer
from ...zorg1.programs import Programs
from ...zorg1.review import OR, Review, Reviewed, Reviewer
from ..belonging import practice_ledger
from .courses import CourseReader
from .filters import Asked, one_filter, parse_filters, parse_sort
from .page import NAME as PAGE_NAME
from .page import Page
from .selection import Selection

NAME: Final = "zorg1-monitor"
_KINDS: Final[Mapping[str, Kind]] = {"started": "date", "score": "number", "units": "number", "problems": "list"}
_WIDTHS: Final = {"category": 46, "problems": 46, "expected_declare_under": 24, "declare_under": 18, "consent": 26}
COLUMNS: Final = tuple(Column(key, _KINDS.get(key, "text"), _WIDTHS.get(key, 14)) for key in MONITOR_COLUMNS)
#: What is kept of a row: behind it what is told of its problems, in words.
_KEPT: Final = (*COLUMNS, Column("told", "list"))
#: What became of visits, what asks most of somebody first: of several with one code that one is told.
STATUSES: Final = (
    *("unreadable", "held", "refused", "credited", "no_agreement", "partly_granted", "sent", "granted", "closed"),
    *("declared", "earlier", "counted", "not_zorg1"),
)
_STATUS: Final = MONITOR_COLUMNS.index("status")
_YES_OR_NO: Final = {True: "J", False: "N"}
#: No trajectory has as many codes.
_DIGITS: Final = 5


@frozen
class Question:
    """Which rows are asked for, and in what order, as it is typed: ``filters`` and ``sort`` of `filters`. ``view``: the
    name of one of the settings, to whose filters these are added; a ``sort`` takes the place of its own."""

    filters: tuple[str, ...] = ()
    sort: tuple[str, ...] = ()
    view: str = ""

    @property
    def order(self) -> tuple[str, ...]:
        """The columns that it is sorted by."""
        return tuple(text.partition(":")[0].strip() for text in self.sort)


@define
class Monitored:
    """The rows that were ``asked`` for, ``kept`` in order, of so many ``trajectories``; the ``problems`` of these, and
    what there is to tell of all that was read; and the ``files`` they are in. ``insurer``: whose an UZOVI number is.
    Somebody is to close it: it is on disk."""

    asked: Asked
    insurer: Callable[[str], str]
    severities: Severities
    kept: SortedRows
    problems: ProblemList
    language: Language
    trajectories: int = 0
    files: Sequence[Path] = ()

    @property
    def rows(self) -> Iterator[Row]:
        """The rows, by `COLUMNS`."""
        return (row for row, _ in self.told())

    def told(self) -> Iterator[tuple[Row, Sequence[str]]]:
        """The rows, each with its problems in words."""
        for *row, told in self.kept:
            yield row, cast("Sequence[str]", told)

    @property
    def exit_code(self) -> int:
        """1 where there is an error among the problems, else 0."""
        return int(self.problems.severities["error"] > 0)

    def close(self) -> None:
        """Gives the disk back."""
        self.kept.close()
        self.problems.close()

    def add(self, review: Review) -> bool:
        """Adds what is asked for of a course; gives whether that is anything."""
        course, before = review.course, len(self.kept)
        for number, code in enumerate(review.codes):
            row = self._row(review, code)
            if self.asked.takes(row):
                place = course.started.isoformat(), course.trajectory, course.patient_id, f"{number:0{_DIGITS}}"
                self.kept.add((*row, _each(render(f.code, f.params, self.language)[0] for f in code.found)), place)
                for finding in code.found:
                    self.problems.add(finding, *review.place(code), uzovi=code.visits[0].uzovi)
        return len(self.kept) > before

    def _row(self, review: Review, code: Reviewed) -> Row:
        """A code of a course, by `MONITOR_COLUMNS`."""
        course, visits, measured = review.course, code.visits, review.measured
        first, is_fine = visits[0], all(self.severities.of(found.code) == "info" for found in code.found)
        return (
            course.started,
            course.trajectory,
            course.patient_id,
            course.category,
            course.program,
            course.profile,
            _first(visit.dcsph for visit in visits) or course.dcsph,
            _first(visit.csi for visit in visits) or course.csi,
            quoted_word(measured.instrument) if measured is not None else "",
            _score(measured),
            OR.join(review.by_score),
            first.uzovi,
            self.insurer(first.uzovi),
            quoted_word(first.code),
            quoted_word(first.product.registered),
            code.expected,
            OR.join(_each(visit.declared.f_code for visit in visits)),
            OR.join(_each(visit.declared.list for visit in visits)),
            sum(visit.declared.units for visit in visits) or None,
            min(map(_became, visits), key=STATUSES.index),
            _YES_OR_NO[is_fine],
            _each(found.code for found in code.found),
            course.consent,
        )


def sheet(language: Language) -> Sheet:
    """The table."""
    return titled(NAME, COLUMNS, language)


def monitor(
    settings: Settings,
    select: Callable[[Programs], Selection],
    question: Question,
    today: date,
    folder: Path | None = None,
    *,
    xlsx: bool = False,
) -> Monitored:
    """What is asked of all that the ledger knows, in files too where a ``folder`` is given. ``select`` says of which
    trajectories; the page shows all of these, whatever is asked of them. Raises SettingsError, BusyError or
    WriteError."""
    asked = asked_for(settings, question)
    rules = Rules.load(settings, today)
    selection, reader = select(rules.resolver.programs), CourseReader(settings, rules)
    reviewer = _reviewer(settings, rules, reader, today)
    problems = ProblemList(settings.language, settings.input.name, settings.severities)
    found = Monitored(
        asked, rules.resolver.insurer, settings.severities, SortedRows(_KEPT, asked.by), problems, settings.language
    )
    page = Page.of(settings, rules, reader, selection, today) if folder is not None else None
    with ExitStack() as failing, closing(page) if page is not None else nullcontext():
        failing.callback(found.close)
        with practice_ledger(settings) as ledger:
            for care in reader.patients(ledger):
                reviews = [reviewer.review(course) for course in filter(selection.takes, care.courses)]
                others = reviewer.outside(care.patient_id, care.consent, care.courses, care.outside)
                outside = [review for review in others if selection.takes(review.course)]
                found.trajectories += sum(map(found.add, reviews))
                for review in outside:
                    found.add(review)
                if page is not None:
                    page.add(reviews, outside)
        for finding in reader.told():
            problems.add(finding)
        if folder is not None and page is not None:
            page.tell(reader.told())
            found.files = _write(settings, found.rows, page, today, folder, xlsx=xlsx)
        failing.pop_all()
    return found


def asked_for(settings: Settings, question: Question) -> Asked:
    """What is asked of the rows. Raises SettingsError for a column, a value or a view that isn't there."""
    view = _view(settings, question.view)
    shown = {"status": {_status(key, settings.language).casefold(): key for key in STATUSES}}
    of_view = [one_filter(COLUMNS, name, values, shown) for name, values in view.filters.items()]
    typed = parse_filters(COLUMNS, question.filters, shown)
    return Asked((*of_view, *typed), parse_sort(COLUMNS, question.sort or view.sort))


def _view(settings: Settings, name: str) -> View:
    """A view of the settings; without a name one that asks nothing."""
    if not name:
        return View({})
    found = next((view for known, view in settings.zorg1.views.items() if known.casefold() == name.casefold()), None)
    if found is None:
        known = nearest(name, settings.zorg1.views) or "-"
        raise SettingsError("ZORG1_VIEW", path=settings.path.as_posix(), found=name, expected=known)
    return found


def _reviewer(settings: Settings, rules: Rules, reader: CourseReader, today: date) -> Reviewer:
    apart = timedelta(weeks=settings.zorg1.apart_weeks)
    return Reviewer(
        agreements=rules.judge.agreements,
        profiles=reader.measuring.profiles,
        measures=reader.measuring.measures,
        limits=settings.zorg1.limits,
        today=today,
        insurer=rules.resolver.insurer,
        agrees=rules.resolver.agrees,
        category=Includer(rules.resolver, apart).category,
        apart=apart,
    )


def _score(measured: Measurement | None) -> Value:
    """A score as a number, or as it was written where it is none."""
    if measured is None:
        return None
    score = score_of(measured.score)
    return quoted_word(measured.score) if score is None else score


def _became(visit: CourseVisit) -> str:
    """What became of a visit, or of its line where it has one."""
    return visit.line.state if visit.line is not None else visit.outcome.value


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _each(texts: Iterable[str]) -> Sequence[str]:
    """Every text there is, once."""
    return tuple(dict.fromkeys(filter(None, texts)))


def _write(
    settings: Settings, rows: Iterable[Row], page: Page, today: date, folder: Path, *, xlsx: bool
) -> Sequence[Path]:
    """Writes the page, and the table with what became of visits in words."""
    with sheet_files(folder, settings.ledger.path) as files:
        page.write(files.new(PAGE_NAME))
        if xlsx:
            files.workbook(NAME, today)
        into = files.sheet(sheet(settings.language))
        for row in rows:
            cells = list(row)
            cells[_STATUS] = _status(str(row[_STATUS]), settings.language)
            into.add(cells)
    return files.paths


def _status(key: str, language: Language) -> str:
    return words("monitor", language)[f"status.{key}"]
