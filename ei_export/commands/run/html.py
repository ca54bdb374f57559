"""``report.html``: a run on one page, for who does the billing. It loads nothing, and asks no network for anything.

A run may have a million lines and as many problems; the page shows the first of them, and says how many there are.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, get_args

from attrs import field, frozen

from ...base.problems import LANGUAGES, Language
from ...base.wording import euros
from ...base.words import words
from ...output import pages
from ...output.causes import kinds_found
from ...output.charts import BAR_HEIGHT, Bar, Value, bars
from ...output.ran import Ran, last_done
from ..figures.figures import Figures
from ..figures.panels import Panel, facts, panels
from ..worklist.worklist import WorkList
from .summary import Summary

if TYPE_CHECKING:
    from jinja2 import Template
    from markupsafe import Markup

#: Of tasks, and of the things of one cause.
_MOST_TASKS: Final = 500
_MOST_THINGS: Final = 20

#: The figures that are on the page, and rows of each of their tables; the workbook has all.
_FIGURES: Final = ("months", "open", "refused", "promises", "undeclared")
_MOST_FIGURES: Final = 12
#: What a run that did not renew it has put at the start of a page.
_LAST_RUN: Final = re.compile(rb'\A<header class="failed".*?</header>\n', re.DOTALL)

#: What is to be done with the files of a run, or was.
Step = Literal["send", "sent", "withdrawn"]
_STEPS: Final[Sequence[Step]] = get_args(Step)

#: What words are called in the templates.
_WORDS: Final = {"w": "report", "count_words": "summary", "kind_words": "worklist"}


@frozen
class RunPage:
    """What the page is made of.

    ``practice`` is its name; ``lines`` are the first `MOST_LINES` rows of ``lines.csv``; ``earlier`` are the runs that
    there is no answer to, each with whether somebody said that its files were sent.
    ``figures``: those of the day, None of a test, which declares nothing.
    """

    summary: Summary
    language: Language
    practice: str
    worklist: WorkList
    lines: Sequence[Mapping[str, object]] = ()
    earlier: Mapping[str, bool] = field(factory=dict)
    figures: Figures | None = None


def write_report(report: RunPage, file: BinaryIO) -> None:
    """Writes the page, piece by piece; the file stays open. Same report, same bytes. Raises OSError."""
    summary, found = report.summary, report.worklist
    kinds = list(kinds_found(summary.problems, report.language, summary.insurers))
    places = [place for kind in kinds for cause in kind.causes for place in cause.places]
    declarations = summary.declarations
    page = page_template(report.language).stream(
        report=report,
        summary=summary,
        counts=summary.shown_counts,
        persons=sum(declaration.persons for declaration in declarations),
        line_count=sum(declaration.lines for declaration in declarations),
        cents=sum(declaration.amount_cents for declaration in declarations),
        insurers=[(row, [d for d in declarations if d.uzovi == row.uzovi]) for row in summary.by_insurer()],
        at_a_glance=facts(report.figures, report.language) if report.figures is not None else (),
        panels=_panels(report),
        bars=_bars(summary, report.language),
        bar_height=BAR_HEIGHT,
        levels=[(severity, list(same)) for severity, same in groupby(kinds, key=attrgetter("severity"))],
        problem_insurers=_twice(place.insurer for place in places if place.insurer),
        facts=lambda place: {"insurer": place.insurer},
        tasks_head=found.head(report.language),
        tasks=(tasks := list(found.first(_MOST_TASKS, _MOST_THINGS))),
        task_count=len(found),
        task_kinds=[(kind, words("worklist", report.language)[kind]) for kind in found.counts],
        task_insurers=_twice(task.insurer for task, _ in tasks if task.insurer),
        has_deadlines=any(found.is_near(task) and task.date is not None for task, _ in tasks),
        line_insurers=_twice(declaration.insurer for declaration in declarations),
        send_step=_step("test" if summary.test else "send", summary.run or "", report.language),
        to_send=[run for run, is_sent in report.earlier.items() if not is_sent],
        waiting=[run for run, is_sent in report.earlier.items() if is_sent],
        insurer_of={declaration.invoice: declaration.insurer for declaration in declarations},
    )
    page.enable_buffering(pages.PIECES)
    page.dump(file, encoding="utf-8")


def with_step(page: bytes, run: str, step: Step) -> bytes:
    """A page that says of a run whether it is to be sent, was sent or was withdrawn; as it is, where it is of another
    run."""
    for language in LANGUAGES:
        after = str(_step(step, run, language)).encode()
        for said in _STEPS:
            page = page.replace(str(_step(said, run, language)).encode(), after)
    return page


def with_last_run(page: bytes, ran: Sequence[Ran], language: Language) -> bytes:
    """A page that begins with what became of the last run; one with nothing else where it was none of ours."""
    body = b"<body>\n"
    section = page_template(language, "last_run.html")
    done = last_done(ran[:-1])
    count = len(ran) - (ran.index(done) + 1 if done else 0)
    told = {"last": ran[-1], "done": done, "count": count}
    if body not in page:
        return section.render(whole=True, **told).encode()
    before, _, rest = page.partition(body)
    return before + body + section.render(whole=False, **told).encode() + _LAST_RUN.sub(b"", rest, count=1)


def _step(key: str, run: str, language: Language) -> "Markup":
    """What is to be done with the files of a run, as it stands in the page."""
    from markupsafe import Markup

    return Markup("<li>{}</li>").format(words("report", language)(f"step.{key}", run=run))


def _twice(names: Iterable[str]) -> list[tuple[str, str]]:
    """Names to choose from, each as it is and as it is shown."""
    return [(name, name) for name in sorted(set(names))]


def _panels(report: RunPage) -> Sequence[Panel]:
    """The figures of the page, the first rows of each; none of a test, nor before anything was declared."""
    if report.figures is None or not report.figures.months:
        return ()
    found = panels(report.figures, report.language, _FIGURES)
    return [panel.first(_MOST_FIGURES) for panel in found if panel.rows or panel.notes]


def _bars(summary: Summary, language: Language) -> Sequence[Bar]:
    """The amount of each insurer, the largest first."""
    cents: Counter[str] = Counter()
    for declaration in summary.declarations:
        cents[declaration.insurer] += declaration.amount_cents
    ranked = sorted(cents.items(), key=lambda item: (-item[1], item[0]))
    return bars(Value(insurer, amount, f"€ {euros(amount, language)}") for insurer, amount in ranked)


@cache
def page_template(language: Language, name: str = "report.html") -> "Template":
    """A page of a run in a language."""
    known = {name: words(subject, language) for name, subject in _WORDS.items()}
    return pages.page_template(__package__, name, language, **known)
