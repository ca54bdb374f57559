"""What monitoring found: for a person at a terminal, and as JSON."""

from collections.abc import Iterator, Mapping
from typing import Any

from attrs import asdict

from ...base.problems import Language
from ...base.words import words
from ...output.listing import SHORT, Listing
from ...output.paper import Paint, plain, set_lines, wrapped
from ...output.sheets import as_json
from .monitor import Monitored, sheet


def document(found: Monitored, language: Language) -> Mapping[str, Any]:
    """The document of ``--json``."""
    table = sheet(language)
    return {
        "trajectories": found.trajectories,
        "rows": (as_json(table, row) for row in found.rows),
        "problems": map(asdict, found.problems),
        "files": [path.as_posix() for path in found.files],
    }


def text_lines(found: Monitored, language: Language, paint: Paint = plain) -> Iterator[str]:
    """How much there is, what is wrong with it, and where it is."""
    say = words("monitor", language)
    yield say("found", count=len(found.kept), trajectories=found.trajectories)
    levels = found.problems.severities
    yield say("problems", errors=levels["error"], warnings=levels["warning"], infos=levels["info"])
    yield ""
    where = str(found.files[-1]) if found.files else "--json"
    listing = Listing(language, {}, where, SHORT, paint, of_feed=False)
    yield from set_lines(listing.pieces(found.problems), paint)
    for path in found.files:
        yield from wrapped(say("file", path=str(path)))
