"""What a control came to, for people and for programs; without patient numbers."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Final

from ...base.problems import Language, Severities, told
from ...base.words import Words, words
from ...output.listing import SHORT, Listing
from ...output.paper import Paint, few, plain, set_lines, wrapped
from ...output.problem_list import ProblemList
from ...output.sheets import Column, Row, Sheet, as_json, sheet_files, titled
from .n0959 import Control, Signalled

#: So many signalled activities, and problems of a kind, are shown.
_MOST: Final = 20
_COLUMNS: Final = (
    Column("activity_id", width=18),
    Column("date", "date"),
    Column("code", width=10),
    Column("specialism", width=10),
    Column("tariff_type", width=10),
    Column("subtrajects", "list", width=24),
    Column("amount_cents", "cents"),
    Column("impact_cents", "cents"),
    Column("row", "number", width=8),
)


def sheet(control: Control, language: Language) -> Sheet:
    """What is signalled, as a table."""
    return titled(f"{control.norm.name.lower()}-{control.year}", _COLUMNS, language)


def cells(found: Signalled) -> Row:
    """A row of the table, in the order of its columns."""
    a = found.activity
    return (
        a.activity_id,
        a.day,
        a.code,
        a.specialism,
        a.tariff_type,
        found.subtrajects,
        a.amount,
        a.impact,
        a.row,
    )


def write(control: Control, folder: Path, language: Language, *, xlsx: bool) -> Sequence[Path]:
    """Writes the table in a folder, as a workbook too where that is asked for; gives the files. Raises WriteError."""
    table = sheet(control, language)
    with sheet_files(folder, folder) as files:
        if xlsx:
            files.workbook(table.name, date(control.year, 12, 31))
        rows = files.sheet(table)
        for found in control.signalled:
            rows.add(cells(found))
    return files.paths


def problems(control: Control, language: Language, severities: Severities) -> Iterator[Mapping[str, Any]]:
    """What was found of the files; ``file``, ``row`` and ``column`` are empty where it is of none."""
    for found in control.findings:
        place = {"file": "", "row": None, "column": ""}
        yield told(found, language, severities) | {key: found.params.get(key, none) for key, none in place.items()}


def document(
    control: Control, language: Language, severities: Severities, files: Sequence[Path] = ()
) -> dict[str, Any]:
    """The document of ``control --json``; ``files`` were written."""
    table = sheet(control, language)
    return {
        "norm": control.norm.name,
        "year": control.year,
        "articles": [
            {"article": row.value, "text": row.says[language], "source": row.source, "certainty": row.certainty}
            for row in control.norm.of("article", control.year)
        ],
        "activities": {"read": control.read, "unreadable": control.unreadable, "doubles": control.doubles},
        "subtrajects": control.subtrajects,
        "conditions": [
            {"condition": number, "text": words("control", language)(f"condition.{number}"), "left": left}
            for number, left in enumerate(control.left, 1)
        ],
        "impact_cents": control.impact,
        "without_impact": control.without_impact,
        "signalled": [as_json(table, cells(found)) for found in control.signalled],
        "problems": list(problems(control, language, severities)),
        "files": list(map(str, files)),
    }


def text_lines(control: Control, language: Language, severities: Severities, paint: Paint = plain) -> Iterator[str]:
    """What came of it, for a person at a terminal."""
    say = words("control", language)
    yield paint(say("head", norm=control.norm.name, year=str(control.year)), "title")
    yield ""
    for row in control.norm.of("article", control.year):
        yield from wrapped(f"{row.value}: {row.says[language]}", "  - ", "    ")
    yield ""
    yield from wrapped(say("read", count=control.read, subtrajects=control.subtrajects))
    for key, count in (("unreadable", control.unreadable), ("doubles", control.doubles)):
        if count:
            yield from wrapped(say(key, count=count))
    yield say("left")
    for number, left in enumerate(control.left, 1):
        yield from wrapped(say(f"condition.{number}"), f"{left:>7}  ", " " * 9)
    yield ""
    yield paint(say("signalled", count=len(control.signalled)), "title")
    shown = few(control.signalled, _MOST)
    for found in shown.shown:
        yield from wrapped(_told(found, say), "  - ", "    ")
    if shown.left:
        yield f"  - {say('more', count=shown.left)}"
    if control.signalled:
        yield ""
        is_known = control.without_impact < len(control.signalled)
        yield from wrapped(say("impact", impact_cents=control.impact) if is_known else say("no_impact"))
        if is_known and control.without_impact:
            yield from wrapped(say("without_impact", count=control.without_impact))
    yield ""
    found_list = ProblemList(language, "", severities)
    try:
        for finding in control.findings:
            found_list.add(finding)
        if len(found_list):
            yield from set_lines(Listing(language, {}, "--json", SHORT, of_feed=False).pieces(found_list), paint)
    finally:
        found_list.close()


def _told(found: Signalled, say: Words) -> str:
    a = found.activity
    what = " ".join(filter(None, (a.activity_id, a.code)))
    text = say("activity", what=what, day=a.day, subtrajects=", ".join(found.subtrajects))
    return text if a.impact is None else f"{text}; {say('its_impact', impact_cents=a.impact)}"
