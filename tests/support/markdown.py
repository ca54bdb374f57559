"""Pages as a reader takes them: their tables, code and links."""

import re
from collections.abc import Iterator
from functools import cache
from itertools import takewhile
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parents[2]
#: Every page that is written for people.
PAGES: Final = (
    *sorted(path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"))),
    "specs/README.md",
    "fixtures/demo/README.md",
)
_FENCED: Final = re.compile(r"^( *)```(\w*)\n(.*?)^\1```$", re.DOTALL | re.MULTILINE)


def read(page: str) -> str:
    return (ROOT / page).read_text(encoding="utf-8")


def blocks(page: str, language: str) -> list[str]:
    """The code of one language on a page."""
    return [code for _, lang, code in _FENCED.findall(read(page)) if lang == language]


def prose(page: str) -> str:
    """What is no block of code."""
    return _FENCED.sub("", read(page))


def table(page: str, *header: str) -> list[list[str]]:
    """The cells of the table with this header, row by row."""
    _, _, below = read(page).partition(f"\n| {' | '.join(header)} |\n")
    assert below, f"{page} has no table with the columns {header}"
    rows = takewhile(lambda line: line.startswith("|"), below.splitlines()[1:])
    return [[cell.strip() for cell in re.split(r"(?<!\\)\|", row)[1:-1]] for row in rows]


def quoted(text: str) -> list[str]:
    """What stands between backticks."""
    return re.findall(r"`([^`]+)`", text)


def links(page: str) -> Iterator[tuple[Path, str]]:
    """Where the relative links of a page lead: a file or folder, and the heading in it, or ''."""
    here = ROOT / page
    for target in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if "://" not in target:
            path, _, anchor = target.partition("#")
            yield (here.parent / path).resolve() if path else here, anchor


@cache
def headings(page: str) -> set[str]:
    """The anchors of a page."""
    titles = re.findall(r"^#+ (.+)$", prose(page), re.MULTILINE)
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in titles}
