"""Hiding whom a message is about, so that it can be shown to others.

A file is read twice: first a `Mask` learns the persons in it, then it hides them. Which elements are about a person is
in ``specs/elements.csv``. A person keeps one mark throughout a file: ``#`` and the number of the record that names them
first. Marks of different files say nothing of each other.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from attrs import frozen

from ...model.declaration import NO_BSN
from ...standards.contents import Content, ElementKind, Elements, is_empty
from ...standards.vocabulary import word
from .described import HIDDEN

_SEPARATORS: Final = re.compile(r"[\W_]+")
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
#: What could hold a secret where nothing separates it: letters, or as many digits as a BSN or a date has.
_RUNS: Final = re.compile(r"[^\W\d_]{3,}|[0-9]{8,}")
#: A number or an address of the person a record is about that is shorter is found only where it stands by itself; what
#: is shorter still tells nobody anything.
_SHORTEST_INSIDE: Final = 6
_SHORTEST: Final = 4


@frozen
class _Personal:
    """What in a kind of record is personal: ``masks`` by element id, and the ids by mask; which elements name an
    insurer, and which must be digits."""

    masks: Mapping[str, str]
    ids: Mapping[str, Sequence[str]]
    insurers: tuple[str, ...]
    digits: tuple[str, ...]

    @classmethod
    def of(cls, parts: Mapping[str, ElementKind]) -> "_Personal":
        words = {id: word(part.code, id) for id, part in parts.items()}
        masks = {id: known.masks for id, known in words.items() if known.masks != "no"}
        return cls(
            masks=masks,
            ids={mask: [id for id, each in masks.items() if each == mask] for mask in masks.values()},
            insurers=tuple(id for id, known in words.items() if known.reads == "uzovi"),
            digits=tuple(id for id, part in parts.items() if part.numeric),
        )

    def having(self, mask: str, values: Mapping[str, str]) -> list[str]:
        """What is filled in that a mask is for."""
        return [value for id in self.ids.get(mask, ()) if (value := values.get(id))]

    def person(self, values: Mapping[str, str]) -> str | None:
        """Whom a record is about: a BSN, or where there is none the insurer and the number there."""
        for bsn in filter(_is_bsn, self.having("bsn", values)):
            return f"{int(bsn):08}"
        numbers = self.having("number", values)
        return "/".join([*(values.get(id, "") for id in self.insurers), numbers[0]]) if numbers else None

    def is_sound(self, content: Content) -> bool:
        """Whether everything is surely where it should be."""
        return content.fits and all(not (value := content.values[id]) or value.isdigit() for id in self.digits)


class Mask:
    """Hides the persons of one file: `learn` takes all of its records, then `hide` takes them again, in their order."""

    def __init__(self, elements: Elements) -> None:
        self._elements = elements
        self._personal = {kind: _Personal.of(parts) for kind, parts in elements.items()}
        #: The record that names a person first.
        self._first: dict[str, int] = {}
        #: What nobody may read anywhere, as it would stand in other text: BSNs, birth dates and names.
        self._secrets: set[str] = set()
        self._learned: set[tuple[str, str]] = set()
        #: Whom the records are about now, and what nobody may read in those: other numbers, the address, short dates.
        self._about: str | None = None
        self._near: set[str] = set()

    def again(self) -> "Mask":
        """The same at the start of the file: what was learned of it hides others of its records too."""
        mask = Mask(self._elements)
        mask._first, mask._secrets = self._first, self._secrets
        return mask

    def learn(self, content: Content) -> None:
        """Takes note of the persons in a record."""
        personal = self._personal.get(content.kind)
        if personal is None:
            return
        if (person := personal.person(content.values)) is not None:
            self._first.setdefault(person, content.number)
        for mask, ways in _SECRETS.items():
            for value in personal.having(mask, content.values):
                if (mask, value) not in self._learned:  # as the records of one person say the same
                    self._learned.add((mask, value))
                    self._secrets.update(ways(value))

    def hide(self, content: Content) -> Content:
        """The record without what is personal; of one that may be shifted nothing is left."""
        personal = self._personal.get(content.kind)
        if personal is None:
            return content._replace(kind=content.kind if content.kind.isdigit() else HIDDEN, text=HIDDEN)
        values = dict(content.values)
        if not personal.is_sound(content):
            hidden = {id: value and HIDDEN for id, value in values.items()}
            return content._replace(values=hidden, text=content.text and HIDDEN)
        person = personal.person(values)
        self._meet(person, personal, values)
        mark = HIDDEN if person is None else f"#{self._first[person]}"
        parts = self._elements[content.kind]
        for id, mask in personal.masks.items():
            value = values.get(id, "")
            if not is_empty(parts[id], value):
                values[id] = self._masked(mask, value, mark)
        return content._replace(values=values)

    def _meet(self, person: str | None, personal: _Personal, values: Mapping[str, str]) -> None:
        """Remembers what a record says of the person it is about, and forgets the person before."""
        if person != self._about and "bsn" in personal.ids:
            self._about = person
            self._near.clear()
        for mask, ways in _NEAR.items():
            for value in personal.having(mask, values):
                self._near.update(ways(value))

    def _masked(self, mask: str, value: str, mark: str) -> str:
        if mask == "check":
            return HIDDEN if self._gives_away(value) else value
        if mask == "bsn":
            return value if value == NO_BSN else mark
        return mark if mask == "number" else HIDDEN

    def _gives_away(self, text: str) -> bool:
        """Whether a secret is in the text, or one of the person that the records are about now."""
        plain = _plain(text)
        joined = _joined(plain)
        alone = _SEPARATORS.split(plain)
        return (
            not self._secrets.isdisjoint(_LETTERS.findall(plain))
            or any(not self._secrets.isdisjoint(_inside(run)) for run in _RUNS.findall(joined))
            or any(near in (joined if len(near) >= _SHORTEST_INSIDE else alone) for near in self._near)
        )


def _is_bsn(value: str) -> bool:
    """Whether it says who somebody is; zeros and `NO_BSN` don't."""
    return len(value) <= len(NO_BSN) and value.isascii() and value.isdigit() and value != NO_BSN and int(value) > 0


def _plain(text: str) -> str:
    """Small letters without accents."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", text.casefold())
    return "".join(character for character in apart if not unicodedata.combining(character))


def _joined(text: str) -> str:
    return text if text.isalnum() else _SEPARATORS.sub("", text)


def _inside(run: str) -> Iterator[str]:
    """All that could be a name in a run of letters, or a BSN or a date in one of digits."""
    size = len(run)
    sizes = (8, 9) if run[0].isdigit() else range(3, size + 1)
    return (run[start : start + length] for length in sizes for start in range(size - length + 1))


# What nobody may read of a value, as it may stand in other text ---------------------------------------------------


def _bsn(value: str) -> Iterator[str]:
    if _is_bsn(value):
        yield f"{int(value):08}"


def _names(name: str) -> Iterator[str]:
    """A name as a whole, and its parts (``jong``, ``pietersen``)."""
    parts = _LETTERS.findall(_plain(name))
    yield from parts
    yield "".join(parts)


def _numbers(value: str) -> Iterator[str]:
    if len(joined := _joined(_plain(value))) >= _SHORTEST:
        yield joined


def _dates(value: str) -> Iterator[str]:
    """A date, written ``YYYYMMDD`` with or without signs in between."""
    for year, month, day in _date(value):
        yield from (year + month + day, day + month + year)


def _short_dates(value: str) -> Iterator[str]:
    """As `_dates`, in the shorter ways that could be another number too."""
    for year, month, day in _date(value):
        yield from (year[2:] + month + day, day + month + year[2:], f"{int(day)}{int(month)}{year}")


def _date(value: str) -> Iterator[tuple[str, str, str]]:
    digits = "".join(filter(str.isdecimal, value))
    if len(digits) == 8 and int(digits):
        yield digits[:4], digits[4:6], digits[6:]


#: What is looked for everywhere, and what in the records of the person it is of, by what a mask does with it.
_SECRETS: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {"bsn": _bsn, "birth_date": _dates, "name": _names}
_NEAR: Final[Mapping[str, Callable[[str], Iterator[str]]]] = {
    "number": _numbers, "address": _numbers, "birth_date": _short_dates,
}  # fmt: skip
