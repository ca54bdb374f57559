"""An index as text for a terminal, and as a document for ``--json``."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from ...base.problems import Finding, Language, Severities, Severity, render, told
from ...base.wording import printable
from ...base.words import Words, words
from ...output.paper import Paint, Role, columns, wrapped
from ...output.sheets import Sheet, Value, as_json
from .arithmetic import IndexValue
from .index import Index
from .tables import fits, number, tables

#: Rows of a table that a terminal shows; the file has them all.
_MOST: Final = 12
#: The tables that a terminal shows as such, each with the columns of it that go there.
_SHOWN: Final = {
    "groups": ("condition", "basis", "patients", "mean", "reference_mean", "sub_index"),
    "therapists": ("therapist", "patients", "treatments", "mean", "mean_before"),
    "national": ("population", "year", "national_mean", "mean"),
    "counted": ("outcome", "lines"),
}
#: Whether an index is in a range, '-' where that can't be said.
_ANSWERS: Final = {True: "yes", False: "no", None: "unknown"}
_ROLES: Final[Mapping[Severity, Role]] = {"error": "error", "warning": "warning", "info": "soft"}
#: What a reader must know of these figures, in the order in which it is told.
_RESTS_ON: Final = ("formulas", "interval", "age", "patient", "product", "not_vektis")


def document(index: Index, written: Sequence[Path], severities: Severities, language: Language) -> dict[str, Any]:
    """The document of ``--json``."""
    found = {key: [as_json(sheet, row) for row in rows] for key, sheet, rows in tables(index, language)}
    computed = index.computed
    return {
        "year": index.asked.year,
        "version": index.asked.version,
        "from": index.span.first.isoformat(),
        "until": index.span.last.isoformat(),
        "left_out": [[first.isoformat(), last.isoformat()] for first, last in index.span.left_out],
        "patients": index.now.patients,
        "treatments": index.now.treatments,
        "index": None
        if computed is None
        else {"weighted": _outcome(computed.weighted), "expected": _outcome(computed.expected)},
        **{key: rows for key, rows in found.items() if key != "summary"},
        "files": [str(path) for path in written],
        "problems": [told(finding, language, severities) for finding in index.findings],
    }


def _outcome(outcome: IndexValue) -> dict[str, Any]:
    interval = outcome.interval
    bounds = (None, None) if interval is None else (interval.lower / 10, interval.upper / 10)
    return {"index": outcome.index / 10, "lower": bounds[0], "upper": bounds[1], "interval": "inferred"}


def text_lines(
    index: Index, written: Sequence[Path], severities: Severities, language: Language, paint: Paint
) -> Iterator[str]:
    """The lines for a terminal."""
    say = words("index", language)
    about = {"year": str(index.asked.year), "version": index.asked.version}
    yield paint(say("title", **about, first=index.span.first, last=index.span.last), "title")
    yield from wrapped(
        say(
            "figures",
            patients=index.now.patients,
            treatments=index.now.treatments,
            mean=_shown(index.now.mean, language),
        )
    )
    if index.before.patients:
        yield from wrapped(say("before", patients=index.before.patients, mean=_shown(index.before.mean, language)))
    yield ""
    yield from _index(index, say, paint)
    for key, sheet, rows in tables(index, language):
        if key in _SHOWN and rows:
            yield ""
            yield from _table(sheet, rows, _SHOWN[key], say(f"head.{key}"), say, paint)
    yield from _thresholds(index, say, paint)
    yield from _periods(index, say, paint)
    yield from _problems(index.findings, severities, say, paint)
    yield ""
    yield paint(say("rests"), "title")
    for key in _RESTS_ON:
        yield from wrapped(say(f"rests.{key}"), "  - ")
    yield ""
    for path in written:
        yield from wrapped(say("written", path=str(path)))


def _index(index: Index, say: Words, paint: Paint) -> Iterator[str]:
    if index.computed is None:
        yield paint(say("none"), "warning")
        return
    both = (index.computed.weighted, index.computed.expected)
    for key, outcome in zip(("weighted", "expected"), both, strict=True):
        shown = say("index", formula=say(f"formula.{key}"), index=_shown(outcome.index, say.language))
        if outcome.interval is not None:
            bounds = (_shown(bound, say.language) for bound in (outcome.interval.lower, outcome.interval.upper))
            shown += say("between", **dict(zip(("lower", "upper"), bounds, strict=True)))
        yield paint(shown, "good")
    yield from wrapped(say("same" if both[0].index == both[1].index else "differ"))


def _thresholds(index: Index, say: Words, paint: Paint) -> Iterator[str]:
    if index.thresholds:
        yield ""
        yield paint(say("head.thresholds"), "title")
    for row in index.thresholds:
        between = say("range.between", least=row.least or 0, most=row.most or 0)
        if row.most is None:
            between = say("range.from", least=row.least or 0)
        said = say(
            "threshold",
            insurer=row.insurer,
            year=str(row.year),
            held=say(f"held.{row.held}"),
            between=between,
            meaning=row.means[say.language],
            certainty=say(f"certainty.{row.certainty}"),
        )
        if index.computed is not None:
            outcomes = (index.computed.weighted, index.computed.expected)
            answers = [say(_ANSWERS[fits(row, outcome)]) for outcome in outcomes]
            said += say("threshold.fits", weighted=answers[0], expected=answers[1])
        yield from wrapped(said, "  - ")


def _periods(index: Index, say: Words, paint: Paint) -> Iterator[str]:
    if index.periods:
        yield ""
        yield paint(say("head.periods"), "title")
    for each in index.periods:
        numbers = {"weighted": each.weighted, "expected": each.expected}
        shown = {name: _shown(value, say.language) for name, value in numbers.items()}
        about = {"year": str(each.year), "version": each.version, "patients": each.patients, "day": each.day}
        yield from wrapped(say("period", **about, **shown), "  - ")


def _table(
    sheet: Sheet, rows: Sequence[Sequence[Value]], keys: Sequence[str], head: str, say: Words, paint: Paint
) -> Iterator[str]:
    yield paint(head, "title")
    places = [next(place for place, column in enumerate(sheet.columns) if column.key == key) for key in keys]
    shown = [[_cell(row[place], say.language) for place in places] for row in rows[:_MOST]]
    yield from columns([[sheet.headings[key] for key in keys], *shown])
    if len(rows) > _MOST:
        yield say("more", count=len(rows) - _MOST)


def _cell(value: Value, language: Language) -> str:
    """A cell as a terminal shows it; '-' where there is nothing."""
    if value is None or value == "":
        return "-"
    text = str(value)
    return text.replace(".", ",") if language == "nl" and not isinstance(value, str) else printable(text)


def _shown(of_tenths: int | None, language: Language) -> str:
    return _cell(number(of_tenths), language)


def _problems(findings: Sequence[Finding], severities: Severities, say: Words, paint: Paint) -> Iterator[str]:
    if findings:
        yield ""
        yield paint(say("head.problems"), "title")
    for finding in findings:
        message, remedy = render(finding.code, finding.params, say.language)
        for line in wrapped(f"{message} ({finding.code})", "  - "):
            yield paint(line, _ROLES[severities.of(finding.code)])
        yield from wrapped(remedy, "    ")
