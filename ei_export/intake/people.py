"""Who the rows of a feed are about: a person is known by BSN, or without one by insured number and UZOVI, and has one
birth date and one sex."""

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Final

from attrs import frozen

from ..base.spool import UNIT, PairCheck
from ..model.declaration import NO_BSN, who
from . import values
from .feed import Header
from .meanings import NO_MEANINGS, WordMeanings, meant

#: What a person has one of.
FIXED: Final = ("birth_date", "sex")
#: Neither says that somebody is no man or no woman (COD046).
_NO_SEX: Final = ("0", "9")
#: Rows of a patient stand together or say the same; forgetting them now and then costs time only.
_MET: Final = 250_000


@frozen
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
    key, uzovi = bsn, values.uzovi(text("uzovi")) or ""
    if bsn == NO_BSN:
        if not (uzovi and (number := text("insured_number"))):
            return None
        key = f"{NO_BSN}/{number}"
    return Identity(who(key, uzovi), *fixed(born, values.sex(text("sex")) or ""))


def fixed(birth_date: date, sex: str) -> tuple[str, str]:
    """What a person has one of, in the order of `FIXED`; ``sex`` as COD046, or ''."""
    return birth_date.isoformat(), "" if sex in _NO_SEX else sex


def contradicting(one: Sequence[str], other: Sequence[str]) -> tuple[str, ...]:
    """The columns of `FIXED` in which two identities contradict each other; what is not known contradicts nothing."""
    return tuple(column for column, a, b in zip(FIXED, one, other, strict=True) if a and b and a != b)


class People:
    """The persons that the completed rows of a feed are about, each met once; hashes are those of one process.

    ``doubted_now``: of the patients that were ``doubted`` before, who they are by their rows in this feed.
    """

    def __init__(self, header: Header, doubted: Iterable[str] = (), meant: WordMeanings = NO_MEANINGS) -> None:
        self.met: set[int] = set()
        self.doubted_now: dict[str, Identity | None] = {}
        self._doubted = frozenset(doubted)
        self._header = header
        self._meant = meant
        self._patients, self._fixed = PairCheck(), PairCheck()
        self._shared: frozenset[int] = frozenset()
        self._contradicted: frozenset[int] = frozenset()

    def meet(self, said: tuple[str, ...], body: str) -> None:
        """Notes what a row says of its patient: ``said`` begins with the patient, ``body`` is the whole row."""
        if len(self.met) >= _MET:
            self.met.clear()
        self.met.add(hash(said))
        at = self._header.at
        cells = body[1:].split(UNIT) if body[:1] == UNIT else body.split(self._header.delimiter)

        def text(column: str) -> str:
            place = at.get(column, len(cells))
            return meant(self._meant, column, cells[place].strip()) if place < len(cells) else ""

        found = identity_of(text)
        patient = said[0]
        if patient in self._doubted:
            self.doubted_now[patient] = found
        if found is not None:
            self._patients.add(found.who, patient)
            for column, value in zip(FIXED, found.fixed, strict=True):
                if value:
                    self._fixed.add(f"{column}/{found.who}", value)

    def flush(self) -> None:
        """To be called now and then while rows are met."""
        self._patients.flush()
        self._fixed.flush()

    def counted(self) -> "People":
        """Once every row was met: itself, ready to be asked."""
        self.met.clear()
        self._shared, self._contradicted = self._patients.conflicts(), self._fixed.conflicts()
        return self

    def is_shared(self, who: str) -> bool:
        """Whether more than one patient of the feed is this person."""
        return bool(self._shared) and hash(who) in self._shared

    def contradicted(self, who: str) -> tuple[str, ...]:
        """The columns of `FIXED` in which patients of the feed who should be one person differ."""
        if not self.is_shared(who):
            return ()
        return tuple(column for column in FIXED if hash(f"{column}/{who}") in self._contradicted)
