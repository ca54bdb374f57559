"""How a person reads what goes into a text: days, amounts, names of columns, and what comes from outside."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import lru_cache
from types import MappingProxyType
from typing import Final, Literal

Language = Literal["nl", "en"]

#: What the practice calls the columns of its feed, ours = theirs, where it calls them otherwise.
_NAMES: Final[ContextVar[Mapping[str, str]]] = ContextVar("names", default=MappingProxyType({}))
#: Whether it is read at the desk, where what a terminal asks a command for is done with buttons.
_AT_DESK: Final[ContextVar[bool]] = ContextVar("at_desk", default=False)
#: What stands before a column of a file of measurements, where a feed may have one that is called the same.
MEASURED: Final = "measured_"
_QUOTED: Final = re.compile(r'"([a-z_]+)"')

#: Between the first day of some and the last.
SPAN: Final = " – "
#: Days that are remembered as they were read: tables have few.
_DAYS: Final = 1_000
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: No value is quoted beyond so many characters.
_LONGEST: Final = 2_000

#: How the codes of products on the bilateral list end (Zorg1 manual §4.6.1); they are as long as a BSN.
_BILATERAL: Final = "990"
#: What could be a BSN or a birth date.
_PERSONAL: Final = re.compile(r"[0-9](?:[ .]?[0-9]){7,8}|[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}(?:[ T].*)?")
#: A BSN is longer, and so is a birth date.
_LONGEST_CODE: Final = 7


def quoted_code(text: str) -> str:
    """A code as a message may quote it: short, and with a digit. What else stands in its place may be somebody's."""
    return text if len(text) <= _LONGEST_CODE and (not text or any(map(str.isdigit, text))) else "…"


def quoted_word(text: str) -> str:
    """A word or an own code as a message may quote it: nothing that could be a BSN or a birth date."""
    return "…" if _PERSONAL.fullmatch(text) and not text.endswith(_BILATERAL) else text


@lru_cache(_DAYS)
def iso_day(text: str) -> date | None:
    """``2023-01-31``, and nothing else; Python itself reads weeks too."""
    try:
        return date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def iso_text(day: date | None) -> str:
    """A day as YYYY-MM-DD; '' where there is none."""
    return day.isoformat() if day is not None else ""


def day_text(day: date, language: Language) -> str:
    """``01-02-2024`` in Dutch, ``2024-02-01`` in English."""
    return f"{day.day:02}-{day.month:02}-{day.year:04}" if language == "nl" else day.isoformat()


def euros(cents: int, language: Language) -> str:
    """Cents as people write euros: ``1.234,50`` or ``1,234.50``."""
    text = f"{cents // 100:,}.{cents % 100:02}" if cents >= 0 else f"-{euros(-cents, 'en')}"
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def number(count: int, language: Language) -> str:
    """``12.345`` or ``12,345``."""
    return f"{count:,}".replace(",", "." if language == "nl" else ",")


def percentage(tenths: int, language: Language) -> str:
    """Tenths of a per cent: ``71,4 %`` or ``71.4 %``."""
    return f"{tenths // 10}{',' if language == 'nl' else '.'}{tenths % 10} %"


@contextmanager
def naming(columns: Mapping[str, str]) -> Iterator[None]:
    """Has every text name columns as the practice does; ``columns`` ours = theirs."""
    before = _NAMES.set(columns)
    try:
        yield
    finally:
        _NAMES.reset(before)


@contextmanager
def at_desk(*, is_so: bool = True) -> Iterator[None]:
    """Has every problem name the buttons of the desk in the place of commands; or not, where it ``is_so`` no more."""
    before = _AT_DESK.set(is_so)
    try:
        yield
    finally:
        _AT_DESK.reset(before)


def is_at_desk() -> bool:
    return _AT_DESK.get()


def column_name(column: str) -> str:
    """What the practice calls a column of its feed, or of its file of measurements (`MEASURED`)."""
    return _NAMES.get().get(column, column.removeprefix(MEASURED))


def with_own_columns(text: str) -> str:
    """A text of the catalogue with the columns that it quotes as the practice calls them."""
    if not _NAMES.get():
        return text
    return _QUOTED.sub(lambda word: '"' + column_name(word[1]).replace("{", "{{").replace("}", "}}") + '"', text)


def quoted(text: str) -> str:
    """A text from outside as a message quotes it: `printable`, and what is too long to be read cut off."""
    return printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def printable(text: str) -> str:
    """A text that is safe to print: what could steer a terminal, turn a line around or begin a new one is shown by a
    question mark or a space."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return " " if character in "\t\r\n" else "?"
