"""Hiding whom a message is about, so that it can be shown to others.

A file is read twice: first a `Mask` learns the persons in it, then it hides them. Which elements are about a person is
in ``specs/elements.csv``. A person keeps one mark throughout a file: ``#`` and the number of the record that names them
first. Marks of different files say nothing of each other.
"""

import re
import unicodedata
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterator, Mapping
from typing import Final

from attrs import frozen

from ...model.declaration import NO_BSN
from ...standards.contents import Content, ElementKind, Elements, is_empty
from ...standards.vocabulary import word
from .described import HIDDEN

_SEPARATORS: Final = re.compile(r"[\W_]+")
_DIGITS: Final = re.compile(r"[0-9]{8,}")
_LETTERS: Final = re.compile(r"[^\W\d_]{2,}")
#: At the start of a BSN or a date; before more of them, as in a running number, neither can begin.
_MOST_ZEROS: Final = 2
#: A name, or a part of one, that is shorter is found only where it stands by itself.
_SHORTEST_INSIDE: Final = 3
#: The same for a number or an address of the person a record is about; what is shorter still tells nobody anything.
_SHORTEST_NUMBER_INSIDE: Final = 6
_SHORTEST_NUMBER: Final = 4


#: What is looked for in the records about a person, besides names and BSNs, that are looked for everywhere.
_NEAR: Final = frozenset({"number", "address", "birth_date"})


@frozen
class _Personal:
    """What in a kind of record is personal: ``masks`` by element id, and by id what says whom it is about (``bsns``,
    ``insurers``, ``numbers``), what is looked for near it, and what must be digits."""

    masks: Mapping[str, str]
    bsns: tuple[str, ...]
    insurers: tuple[str, ...]
    numbers: tuple[str, ...]
    near: tuple[str, ...]
    digits: tuple[str, ...]

    @classmethod
    def of(cls, parts: Mapping[str, ElementKind]) -> "_Personal":
        words = {id: word(part.code, id) for id, part in parts.items()}
        masks = {id: known.masks for id, known in words.items() if known.masks != "no"}
        return cls(
            masks=masks,
            bsns=tuple(id for id, mask in masks.items() if mask == "bsn"),
            insurers=tuple(id for id, known in words.items() if known.reads == "uzovi"),
            numbers=tuple(id for id, mask in masks.items() if mask == "number"),
            near=tuple(id for id, mask in masks.items() if mask in _NEAR),
            digits=tuple(id for id, part in parts.items() if part.numeric),
        )

    def person(self, values: Mapping[str, str]) -> int | str | None:
        """Whom a record is about: a BSN, or where there is none the insurer and the number there."""
        for id in self.bsns:
            if _is_bsn(bsn := values.get(id, "")):
                return int(bsn)
        number = next(filter(None, (values.get(id) for id in self.numbers)), None)
        return number and "/".join([*(values.get(id, "") for id in self.insurers), number])

    def is_sound(self, content: Content) -> bool:
        """Whether everything is surely where it should be."""
        return content.fits and all(not (value := content.values[id]) or value.isdigit() for id in self.digits)


class Mask:
    """Hides the persons of one file: `learn` takes all of its records, then `hide` takes them again, in their order.

    Holds 8 bytes for each person, and the different names and birth dates.
    """

    def __init__(self, elements: Elements) -> None:
        self._parts = elements
        self._personal = {kind: _Personal.of(parts) for kind, parts in elements.items()}
        self._persons = _Persons()
        self._dates: set[str] = set()
        self._names: set[str] = set()
        self._about: int | str | None = None
        #: Numbers and addresses of the person that the records are about now, by where they are looked for.
        self._near_inside: set[str] = set()
        self._near_alone: set[str] = set()

    def learn(self, content: Content) -> None:
        """Takes note of the persons in a record."""
        personal = self._personal.get(content.kind)
        if personal is None:
            return
        if (person := personal.person(content.values)) is not None:
            self._persons.add(person, content.number)
        for id, mask in personal.masks.items():
            if mask == "birth_date":
                self._dates.update(_dates(content.values.get(id, "")))
            elif mask == "name":
                self._names.update(_names(content.values.get(id, "")))

    def hide(self, content: Content) -> Content:
        """The record without what is personal; of one that may be shifted nothing is left."""
        personal = self._personal.get(content.kind)
        if personal is None:
            return content._replace(kind=content.kind if content.kind.isdigit() else HIDDEN, text=HIDDEN)
        if not personal.is_sound(content):
            return content._replace(
                values={id: value and HIDDEN for id, value in content.values.items()}, text=content.text and HIDDEN
            )
        person = personal.person(content.values)
        self._meet(person, personal, content.values)
        mark = HIDDEN if person is None else f"#{self._persons.first(person)}"
        values = dict(content.values)
        parts = self._parts[content.kind]
        for id, mask in personal.masks.items():
            value = values.get(id, "")
            if not is_empty(parts[id], value):
                values[id] = self._masked(mask, value, mark)
        return content._replace(values=values)

    def gives_away(self, text: str) -> bool:
        """Whether somebody's BSN, name or birth date is in the text, or another number or the address of the person
        that the records are about now."""
        plain = _plain(text)
        joined = _joined(plain)
        return self._has_digits(joined) or self._has_name(plain, joined) or self._has_near(plain, joined)

    def _masked(self, mask: str, value: str, mark: str) -> str:
        if mask == "check":
            return HIDDEN if self.gives_away(value) else value
        if mask == "bsn":
            return value if value == NO_BSN else mark
        return mark if mask == "number" else HIDDEN

    def _meet(self, person: int | str | None, personal: _Personal, values: Mapping[str, str]) -> None:
        """Remembers what a record says of the person it is about, and forgets the person before."""
        if personal.bsns and person != self._about:
            self._about = person
            self._near_inside.clear()
            self._near_alone.clear()
        for id in personal.near:
            if value := values.get(id):
                near = _short_dates(value) if personal.masks[id] == "birth_date" else [_joined(_plain(value))]
                for each in near:
                    if len(each) >= _SHORTEST_NUMBER_INSIDE:
                        self._near_inside.add(each)
                    elif len(each) >= _SHORTEST_NUMBER:
                        self._near_alone.add(each)

    def _has_digits(self, joined: str) -> bool:
        for run in _DIGITS.findall(joined):
            zeros = len(run) - len(run.lstrip("0"))
            for start in range(max(0, zeros - _MOST_ZEROS), len(run) - 7):
                eight, nine = run[start : start + 8], run[start : start + 9]
                if eight in self._dates or self._persons.has(int(eight)) or self._persons.has(int(nine)):
                    return True
        return False

    def _has_name(self, plain: str, joined: str) -> bool:
        if not self._names.isdisjoint(_LETTERS.findall(plain)):
            return True
        return any(not self._names.isdisjoint(_inside(run)) for run in _LETTERS.findall(joined))

    def _has_near(self, plain: str, joined: str) -> bool:
        if any(near in joined for near in self._near_inside):
            return True
        return bool(self._near_alone) and not self._near_alone.isdisjoint(_SEPARATORS.split(plain))


class _Persons:
    """The record in which each person comes first. Asked only once all are added."""

    def __init__(self) -> None:
        #: Above the lowest 32 bits the BSN, below them the record.
        self._bsns = array("Q")
        self._is_sorted = True
        self._others: dict[str, int] = {}
        self._last: int | str | None = None

    def add(self, person: int | str, record: int) -> None:
        if person == self._last:  # the lines of a person follow each other
            return
        self._last = person
        if isinstance(person, str):
            self._others.setdefault(person, record)
        else:
            self._bsns.append(person << 32 | record)
            self._is_sorted = False

    def first(self, person: int | str) -> int:
        """The number of the record. Raises KeyError for somebody who is not in the file."""
        if isinstance(person, str):
            return self._others[person]
        if (record := self._find(person)) is None:
            raise KeyError(person)
        return record

    def has(self, bsn: int) -> bool:
        return self._find(bsn) is not None

    def _find(self, bsn: int) -> int | None:
        if not self._is_sorted:
            self._bsns = array("Q", sorted(self._bsns))
            self._is_sorted = True
        index = bisect_left(self._bsns, bsn << 32)
        if index < len(self._bsns) and self._bsns[index] >> 32 == bsn:
            return self._bsns[index] & 0xFFFF_FFFF
        return None


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


def _names(name: str) -> Iterator[str]:
    """A name as it may stand in other text: as a whole, and its parts (``jong``, ``pietersen``)."""
    parts = _LETTERS.findall(_plain(name))
    yield from parts
    yield "".join(parts)


def _inside(run: str) -> Collection[str]:
    """All that could be a name in a run of letters."""
    size = len(run)
    return [run[i:j] for i in range(size) for j in range(i + _SHORTEST_INSIDE, size + 1)]


def _dates(value: str) -> Iterator[str]:
    """A date, written ``YYYYMMDD`` with or without signs in between, as it may stand in other text."""
    year, month, day = _date(value)
    if year:
        yield from (year + month + day, day + month + year)


def _short_dates(value: str) -> Iterator[str]:
    """As `_dates`, in the shorter ways that could be another number too."""
    year, month, day = _date(value)
    if year:
        yield from (year[2:] + month + day, day + month + year[2:], f"{int(day)}{int(month)}{year}")


def _date(value: str) -> tuple[str, str, str]:
    digits = "".join(filter(str.isdecimal, value))
    return (digits[:4], digits[4:6], digits[6:]) if len(digits) == 8 and int(digits) else ("", "", "")
