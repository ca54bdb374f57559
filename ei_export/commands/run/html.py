"""``report.html``: a run on one page, for who does the billing. It loads nothing, and asks no network for anything.

A run may have a million lines and as many problems; the page shows the first of them, and says how many there are.
"""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import cache
from html import escape
from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, BinaryIO, Final, Literal, get_args

from attrs import frozen

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


#: A part of a page that says what the ledger knows, and what the run of the page found.
_KNOWN: Final = re.compile(rb"<!--known (\w+)-->\n.*?<!--/known-->\n", re.DOTALL)
_FOUND: Final = re.compile(rb'<main data-run="([^"]*)" data-errors="(\d+)" data-warnings="(\d+)">')
#: The templates of these parts.
_PARTS: Final = {b"next": "next.html", b"worklist": "tasks.html", b"figures": "steering.html"}


@frozen
class Known:
    """What the ledger knows on a ``day``, as pages say it: what there is to do, the ``figures``, and which runs have
    files without an answer (``sent``), each with whether these were sent, as far as anybody knows. ``worklist`` and
    ``figures`` are None where they could not be made."""

    day: date
    worklist: WorkList | None
    figures: Figures | None
    sent: Mapping[str, bool]


@frozen
class RunPage:
    """What the page is made of: a run, with the first `MOST_LINES` rows of its ``lines.csv``, and what is known since.
    ``practice`` is its name."""

    summary: Summary
    language: Language
    practice: str
    known: Known
    lines: Sequence[Mapping[str, object]] = ()


def write_report(report: RunPage, file: BinaryIO) -> None:
    """Writes the page, piece by piece; the file stays open. Same report, same bytes. Raises OSError."""
    summary, severities = report.summary, report.summary.problems.severities
    kinds = list(kinds_found(summary.problems, report.language, summary.insurers))
    places = [place for kind in kinds for cause in kind.causes for place in cause.places]
    declarations = summary.declarations
    found = summary.run or "", "test" if summary.test else "send", severities["error"], severities["warning"]
    page = page_template(report.language).stream(
        **_known(report.known, report.language, *found),
        report=report,
        summary=summary,
        counts=summary.shown_counts,
        persons=sum(declaration.persons for declaration in declarations),
        line_count=sum(declaration.lines for declaration in declarations),
        cents=sum(declaration.amount_cents for declaration in declarations),
        insurers=[(row, [d for d in declarations if d.uzovi == row.uzovi]) for row in summary.by_insurer()],
        bars=_bars(summary, report.language),
        levels=[(severity, list(same)) for severity, same in groupby(kinds, key=attrgetter("severity"))],
        problem_insurers=_twice(place.insurer for place in places if place.insurer),
        facts=lambda place: {"insurer": place.insurer},
        line_insurers=_twice(declaration.insurer for declaration in declarations),
        insurer_of={declaration.invoice: declaration.insurer for declaration in declarations},
    )
    page.enable_buffering(pages.PIECES)
    page.dump(file, encoding="utf-8")


def with_known(page: bytes, known: Known, steps: Callable[[str], Step | None], language: Language) -> bytes:
    """A page that says what is known now in the place of what was known when it was made; what the run found stays as
    it is. ``steps``: what is to be done with the files of a run by now, None where nothing is. The page of a test stays
    as it is."""
    found = _FOUND.search(page)
    if found is None:
        return page
    run, errors, warnings = found[1].decode(), int(found[2]), int(found[3])
    values = _known(known, language, run, steps(run) if run else None, errors, warnings, renewed=known.day)

    def part(kept: re.Match[bytes]) -> bytes:
        made = page_template(language, _PARTS[kept[1]]).render(values)
        return b"<!--known %b-->\n%b\n<!--/known-->\n" % (kept[1], made.encode())

    return _KNOWN.sub(part, page)


def write_not_made(file: BinaryIO, summary: Summary, language: Language) -> None:
    """Writes a page in the place of one that can't be made, without its templates; it says that of the run nothing else
    is lost. Raises OSError."""
    w, where = words("report", language), summary.folder or summary.input
    title = w("title_test" if summary.test else "title" if summary.run else "title_nothing", day=summary.today)
    text = w("not_made_run" if summary.run else "not_made", run=summary.run, folder=where)
    head = f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">\n<title>{escape(title)}</title>'
    file.write(f"{head}\n</head>\n<body>\n<h1>{escape(title)}</h1>\n<p>{escape(text)}</p>\n</body>\n</html>\n".encode())


def _known(
    known: Known,
    language: Language,
    run: str,
    step: str | None,
    errors: int,
    warnings: int,
    renewed: date | None = None,
) -> Mapping[str, object]:
    """What the parts of a page that say what is known are made of. ``run`` is that of the page, '' where it declared
    nothing; ``step`` as of `with_known`; ``renewed``: the day on which they are made anew, if they are."""
    found, figures = known.worklist, known.figures
    tasks = list(found.first(_MOST_TASKS, _MOST_THINGS)) if found is not None else None
    return {
        "day": known.day,
        "renewed": renewed,
        "run": run,
        "is_test": step == "test",
        "errors": errors,
        "warnings": warnings,
        "send_step": _step(step, run, language) if run and step is not None else "",
        "to_send": [name for name, is_sent in known.sent.items() if not is_sent and name != run],
        "waiting": [name for name, is_sent in known.sent.items() if is_sent and name != run],
        "tasks_head": found.head(language) if found is not None else "",
        "tasks": tasks,
        "task_count": len(found) if found is not None else 0,
        "task_kinds": [(kind, words("worklist", language)[kind]) for kind in found.counts] if found is not None else (),
        "task_insurers": _twice(task.insurer for task, _ in tasks or () if task.insurer),
        "has_deadlines": found is not None
        and any(found.is_near(task) and task.date is not None for task, _ in tasks or ()),
        "at_a_glance": facts(figures, language) if figures is not None else (),
        "panels": _panels(figures, language) if figures is not None else None,
        "bar_height": BAR_HEIGHT,
    }


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


def _panels(figures: Figures, language: Language) -> Sequence[Panel]:
    """The figures of the page, the first rows of each; none before anything was declared."""
    if not figures.months:
        return ()
    found = panels(figures, language, _FIGURES)
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
