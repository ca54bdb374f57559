"""What a person reads at a terminal: its width, its lines and columns, how amounts and colours look, and templates.

A template (``*.txt.j2`` beside what it is of) shows a text as it will stand there, a paragraph on a line however long
it is: the paper breaks it, and hangs what follows below its beginning, behind spaces, a ``- `` or a count (``12 x ``).
"""

import re
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cache, lru_cache, partial
from itertools import islice
from typing import TYPE_CHECKING, Final, Generic, Literal, TypeAlias, TypeVar, get_args

from attrs import frozen

from ..base.problems import Language
from ..base.wording import number, printable
from ..base.words import words

if TYPE_CHECKING:
    from jinja2 import Template

T = TypeVar("T")

#: Characters on a line.
WIDTH: Final = 80

#: What a piece of text is, for who gives it a colour.
Role: TypeAlias = Literal["title", "error", "warning", "good", "soft"]
#: Gives a text its colour; of the same width.
Paint: TypeAlias = Callable[[str, Role], str]
#: What is counted.
Counted: TypeAlias = Literal["appointment", "contact", "credit", "day", "file", "line", "week", "working_day"]

#: A space that no line is broken at.
TIED: Final = "\xa0"
#: Marks a paragraph of a template for its colour; of no text from outside, see `printable`.
_MARKS: Final = {chr(0xE000 + index): role for index, role in enumerate(get_args(Role))}
_MARK: Final = {role: mark for mark, role in _MARKS.items()}
#: What stands before a paragraph.
_BEGINNING: Final = re.compile(r" *(?:- |[0-9][0-9.,]* x )?")


def plain(text: str, role: Role) -> str:
    """No colour at all."""
    return text


def counted(count: int, what: Counted, language: Language) -> str:
    """``1 dag`` or ``12 dagen``."""
    return words("counted", language)(what, count=count)


def wrapped(text: str, first: str = "", rest: str | None = None) -> Iterator[str]:
    """A text in lines of at most `WIDTH`, unless a word is longer. ``first`` stands before the first line, ``rest``
    before the others; spaces of the same width where it is not given. What could steer a terminal shows as a mark."""
    indent = " " * len(first) if rest is None else rest
    lines = textwrap.wrap(
        printable(text).replace("€ ", f"€{TIED}"),
        WIDTH,
        initial_indent=first,
        subsequent_indent=indent,
        break_long_words=False,
        break_on_hyphens=False,
    )
    yield from (line.replace(TIED, " ") for line in lines)


def tied(line: str) -> str:
    """A line that isn't broken, whatever its width."""
    return line.replace(" ", TIED)


def broken(text: str, width: int, hanging: int = 0) -> Sequence[str]:
    """A text in the lines of a column, those behind the first one indented; a word that is too long is broken too."""
    return (text,) if len(text) <= width else _broken(text, width, hanging)


@lru_cache(maxsize=4096)  # the same names and meanings come back in every record
def _broken(text: str, width: int, hanging: int) -> Sequence[str]:
    return tuple(textwrap.wrap(text, width, subsequent_indent=" " * hanging, break_on_hyphens=False))


def columns(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Names and numbers in columns; a name that its numbers leave no room for has a line of its own."""
    widest = max(len(cell) for _, *cells in rows for cell in cells)
    count = len(rows[0]) - 1
    width = max(WIDTH // (count + 2), widest + 1)
    room = WIDTH - width * count
    for name, *cells in rows:
        if len(name) > room:
            yield name
        yield f"{name if len(name) <= room else '':<{room}}" + "".join(f"{cell:>{width}}" for cell in cells)


@frozen
class Few(Generic[T]):
    """The first of many, and how many are left."""

    shown: Sequence[T]
    left: int

    @property
    def count(self) -> int:
        return len(self.shown) + self.left


def few(items: Iterable[T], most: int) -> Few[T]:
    """The first so many; the others are only counted."""
    rest = iter(items)
    return Few(list(islice(rest, most)), sum(1 for _ in rest))


@cache
def template(package: str, name: str, language: Language) -> "Template":
    """A template in a language; a value that is missing is an error. What comes from outside goes in by words, which
    make it safe: ``w`` are those of the subject that has the name of the template."""
    import jinja2  # takes as long to load as most commands take

    environment = jinja2.Environment(
        loader=jinja2.PackageLoader(package, ""),
        undefined=jinja2.StrictUndefined,
        keep_trailing_newline=True,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals |= {"w": words(name, language), "few": few}
    environment.globals |= {"counted": partial(counted, language=language)}
    environment.filters |= {
        "role": lambda text, role: f"{_MARK[role]}{text}",
        "tied": tied,
        "printable": printable,
        "number": partial(number, language=language),
    }
    return environment.get_template(f"{name}.txt.j2")


def set_lines(text: Iterable[str], paint: Paint = plain) -> Iterator[str]:
    """What a template gives, piece by piece, in the lines of a terminal."""
    left = ""
    for piece in text:
        *whole, left = f"{left}{piece}".split("\n")
        for paragraph in whole:
            yield from _paragraph(paragraph, paint)
    if left:
        yield from _paragraph(left, paint)


def _paragraph(text: str, paint: Paint) -> Iterator[str]:
    role = next((role for mark, role in _MARKS.items() if mark in text), None)
    if role is not None:
        text = text.replace(_MARK[role], "")
    beginning = _BEGINNING.match(text)
    assert beginning is not None  # it may be empty
    lines = list(wrapped(text[beginning.end() :], beginning[0])) or [""]
    yield from lines if role is None else (paint(line, role) for line in lines)
