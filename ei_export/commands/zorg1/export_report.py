"""What an export came to: for a person at a terminal, and as JSON."""

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from attrs import asdict

from ...base.problems import Language
from ...base.words import words
from ...output.listing import LONG, Listing
from ...output.paper import Paint, plain, wrapped
from ...output.sheets import as_json
from .export import Exported, ExportTable


def document(exported: Exported) -> Mapping[str, Any]:
    """The document of ``--json``; rows by the keys of their columns, those of all programs together."""
    *programs, profiles = exported.tables
    return {
        "trajectories": exported.trajectories,
        "patients": exported.patients,
        "files": [path.as_posix() for path in exported.files],
        "problems": map(asdict, exported.problems),
        "rows": chain.from_iterable(map(_rows, programs)),
        "profiles": _rows(profiles),
    }


def _rows(table: ExportTable) -> Iterator[Mapping[str, Any]]:
    return (as_json(table.sheet, row) for row in table.rows)


def text_lines(exported: Exported, language: Language, paint: Paint = plain) -> Iterator[str]:
    """The tables with how much is in them, where they are, and what there is to tell of them."""
    say = words("export", language)
    yield say("found", trajectories=exported.trajectories, patients=exported.patients)
    yield ""
    width = max(len(table.sheet.name) for table in exported.tables) + len(".csv")
    for table in exported.tables:
        yield f"  {f'{table.sheet.name}.csv':{width}}  {say('rows', count=table.count)}"
    yield ""
    yield from wrapped(say("where", folder=str(exported.files[0].parent)))
    yield ""
    yield from Listing(language, {}, "", LONG, paint, of_feed=False).lines(exported.problems)
