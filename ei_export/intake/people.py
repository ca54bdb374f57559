"""Who the rows of a feed are about: a person is known by BSN, or without one by insured number and UZOVI, and has one
birth date and one sex."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import Final

from attrs import Factory, define

from ..base.spool import UNIT, PairCheck, Scratch
from ..base.value import value
from ..model.declaration import NO_BSN, who
from . import values
from .feed import Header
from .meanings import WordMeanings, meant

#: What a person has one of.
FIXED: Final = ("birth_date", "sex")
#: Neither says that somebody is no man or no woman (COD046).
_NO_SEX: Final = ("0", "9")
#: Where these stand in what a row says of its patient.
_SAID: Final = {"bsn": 1, "birth_date": 2, "sex": 3}
#: Rows of a patient stand together or say the same; forgetting them now and then costs time only.
_MET: Final = 250_000


@value
class Identity:
    """Who somebody is: ``who`` as `declaration.who` gives it; ``birth_date`` YYYY-MM-DD; ``sex`` ``1``, ``2`` or ''
    where it is not known."""

    who: str
    birth_date: str
    sex: str

    @property
    def fixed(self) -> tuple[str, str]:
        """In the order of `FIXED`."""
        return self.birth_date, self.sex


def identity_of(text: Callable[[str], str]) -> Identity | None:
    """Who a row is about, by the ``text`` of its columns; None where that can't be told."""
    bsn, born = values.bsn(text("bsn")), values.day(text("birth_date"))
    if bsn is None or born is None:
        return None
    key, uzovi = bsn, ""
    if bsn == NO_BSN:
        uzovi = values.uzovi(text("uzovi")) or ""
        if not (uzovi and (number := text("insured_number"))):
            return None
        key = f"{NO_BSN}/{number}"
    return Identity(who(key, uzovi), *fixed(born, values.sex(text("sex")) or ""))


def fixed(birth_date: date, sex: str) -> tuple[str, str]:
    """What a person has one of, in the order of `FIXED`; ``sex`` as COD046, or ''."""
    return birth_date.isoformat(), known_sex(sex)


def known_sex(sex: str) -> str:
    """A sex as COD046, or '', where it says that somebody is a man or a woman; else ''."""
    return "" if sex in _NO_SEX else sex


def contradicting(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The columns of `FIXED` in which two identities contradict each other; what is not known contradicts nothing."""
    return tuple(column for column, a, b in zip(FIXED, one, other, strict=True) if a and b and a != b)


@define
class Meetings:
    """The persons that the completed rows of a part of the feed are about, each met once; hashes are those of one
    process and of those forked from it.

    ``patients`` of each person, and what they are said to be, in the order of `FIXED`. ``odd``, in order, are those of
    whom the first row counts, by the hash of what it says, each with the patient: who has no BSN, as other rows may
    have another number; and patients that were ``doubted`` before.
    """

    patients: PairCheck = Factory(lambda: PairCheck(Scratch()))
    fixed: Sequence[PairCheck] = Factory(lambda: [PairCheck(Scratch()) for _ in FIXED])
    odd: dict[int, tuple[str, Identity | None]] = Factory(dict)

    def note(self, patient: str, found: Identity | None) -> None:
        """Notes who a patient is."""
        if found is not None:
            self.patients.add(found.who, patient)
            for check, value in zip(self.fixed, found.fixed, strict=True):
                if value:
                    check.add(found.who, value)

    def flush(self) -> None:
        """To be called now and then while rows are met."""
        for check in (self.patients, *self.fixed):
            check.flush()


class Meeter:
    """Meets the persons of a part of the feed, of patients some of whom were ``doubted`` before."""

    def __init__(self, header: Header, doubted: Collection[str], meant: WordMeanings, meetings: Meetings) -> None:
        self.met: set[int] = set()
        self._doubted = doubted
        self._header = header
        self._meant = meant
        self._meetings = meetings

    def meet(self, said: tuple[str, str, str, str], body: str) -> None:
        """Notes what a row says of its patient: ``said`` are the patient, BSN, birth date and sex as written; ``body``
        is the whole row."""
        hashed = hash(said)
        if hashed in self.met:
            return
        if len(self.met) >= _MET:
            self.met.clear()
        self.met.add(hashed)

        def text(column: str) -> str:
            written = said[_SAID[column]] if column in _SAID else self._cell(body, column)
            return meant(self._meant, column, written.strip())

        found, patient = identity_of(text), said[0]
        has_bsn = "/" not in found.who if found is not None else values.bsn(text("bsn")) != NO_BSN
        if has_bsn and patient not in self._doubted:
            self._meetings.note(patient, found)
        else:
            self._meetings.odd.setdefault(hashed, (patient, found))

    def _cell(self, body: str, column: str) -> str:
        cells = body[1:].split(UNIT) if body[:1] == UNIT else body.split(self._header.delimiter)
        place = self._header.at.get(column, len(cells))
        return cells[place] if place < len(cells) else ""


class People:
    """The persons that the completed rows of a feed are about, by what was met in its parts, in order.

    ``doubted_now``: of the patients that were ``doubted`` before, who they are by their rows in this feed.
    """

    def __init__(self, parts: Sequence[Meetings], doubted: Collection[str]) -> None:
        self.doubted_now: dict[str, Identity | None] = {}
        met, *others = parts
        for other in others:
            for check, more in zip((met.patients, *met.fixed), (other.patients, *other.fixed), strict=True):
                check.adopt(more)
            met.odd = met.odd | {said: who for said, who in other.odd.items() if said not in met.odd}
        for patient, found in met.odd.values():
            if patient in doubted:
                self.doubted_now[patient] = found
            met.note(patient, found)
        self._shared = met.patients.conflicts()
        self._contradicted = {column: check.conflicts() for column, check in zip(FIXED, met.fixed, strict=True)}

    def is_shared(self, who: str) -> bool:
        """Whether more than one patient of the feed is this person."""
        return bool(self._shared) and hash(who) in self._shared

    def contradicted(self, who: str) -> tuple[str, ...]:
        """The columns of `FIXED` in which patients of the feed who should be one person differ."""
        if not self.is_shared(who):
            return ()
        return tuple(column for column in FIXED if hash(who) in self._contradicted[column])
