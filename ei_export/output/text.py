"""What reports for a person at a terminal have in common: their width, and how days, amounts and colours look."""

import textwrap
from collections.abc import Callable, Iterator, Mapping
from typing import Final, Literal, TypeAlias

from ..base.problems import Language
from ..base.wording import euros as euros
from ..base.wording import number as number
from ..base.wording import printable

#: Characters on a line.
WIDTH: Final = 80

#: What a piece of text is, for who gives it a colour.
Role: TypeAlias = Literal["title", "error", "warning", "good", "soft"]
#: Gives a text its colour; of the same width.
Paint: TypeAlias = Callable[[str, Role], str]

#: A space that no line is broken at.
_TIED: Final = "\xa0"
#: What is counted, one of it and more.
_COUNTED: Final[Mapping[Language, Mapping[str, tuple[str, str]]]] = {
    "nl": {
        "contact": ("contact", "contacten"),
        "credit": ("creditregel", "creditregels"),
        "day": ("dag", "dagen"),
        "file": ("bestand", "bestanden"),
        "line": ("regel", "regels"),
        "week": ("week", "weken"),
    },
    "en": {
        "contact": ("contact", "contacts"),
        "credit": ("credit", "credits"),
        "day": ("day", "days"),
        "file": ("file", "files"),
        "line": ("line", "lines"),
        "week": ("week", "weeks"),
    },
}


def plain(text: str, role: Role) -> str:
    """No colour at all."""
    return text


def counted(count: int, what: str, language: Language) -> str:
    """``1 dag`` or ``12 dagen``; of what there are words for."""
    one, more = _COUNTED[language][what]
    return f"{number(count, language)} {one if count == 1 else more}"


def wrapped(text: str, first: str = "", rest: str | None = None) -> Iterator[str]:
    """A text in lines of at most `WIDTH`, unless a word is longer. ``first`` stands before the first line, ``rest``
    before the others; spaces of the same width where it is not given. What could steer a terminal shows as a mark."""
    indent = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        printable(text).replace("€ ", f"€{_TIED}"),
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from (line.replace(_TIED, " ") for line in lines)
