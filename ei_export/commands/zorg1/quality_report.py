"""What was counted: for a person at a terminal, and as JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import asdict

from ...base.problems import Language, Severities, render, told
from ...base.wording import number, percentage
from ...base.words import Words, words
from ...output.paper import Paint, columns, plain, wrapped
from ...output.sheets import Row, as_json
from ...zorg1.agreements import ANY
from .quality import COLUMNS, MOMENTS, Quality, named, sheet


def document(found: Quality, language: Language, severities: Severities) -> Mapping[str, Any]:
    """The document of ``--json``; a program or a profile ``*`` is all of them together."""
    table = sheet(language)
    return {
        "rows": [as_json(table, row) for row in found.rows],
        "unmet": [asdict(unmet) for unmet in found.unmet],
        "problems": [told(finding, language, severities) for finding in found.findings],
        "files": [path.as_posix() for path in found.files],
    }


def text_lines(found: Quality, language: Language, paint: Paint = plain, *, check: bool = False) -> Iterator[str]:
    """The shares that were measured; the criteria that are not met; and what else there is to tell."""
    say = words("quality", language)
    heading = say("heading"), say("trajectories"), *(say(moment) for moment in MOMENTS)
    if len(found.rows) == 1:
        yield say("nothing")
    else:
        head, *rows = columns([heading, *(_cells(row, say, language) for row in found.rows)])
        yield paint(head, "title")
        yield from rows
        yield ""
        yield from wrapped(say("counts", weeks=found.between_weeks))
    yield ""
    for finding in found.findings:
        message, remedy = render(finding.code, finding.params, language)
        yield from (paint(line, "warning") for line in wrapped(message))
        yield from wrapped(remedy, "  ")
    if check and not found.unmet:
        yield say("met")
    for path in found.files:
        yield from wrapped(say("file", path=str(path)))


def _cells(row: Row, say: Words, language: Language) -> tuple[str, ...]:
    """A row as it is told: programs with their own figures, profiles below them."""
    cell = dict(zip((column.key for column in COLUMNS), row, strict=True))
    program, profile = str(cell["program"]), str(cell["profile"])
    if profile == ANY:
        name = named(program, language)
    else:
        name = f"  {program}, {say('profile', profile=profile) if profile else say('no_profile')}"
    shares = (_share(cell[f"{moment}_percent"], language) for moment in MOMENTS)
    trajectories = cell["trajectories"]
    assert isinstance(trajectories, int)
    return (name, number(trajectories, language), *shares)


def _share(tenths: object, language: Language) -> str:
    """``71,4 %``; ``-`` where nothing was due."""
    if not isinstance(tenths, int):
        return "-"
    return percentage(tenths, language)
