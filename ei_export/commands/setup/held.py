"""What an export holds, as values; `holdings` makes them."""

from collections.abc import Mapping
from datetime import date
from typing import Literal, TypeAlias

from attrs import frozen

from ...intake.values import HIDDEN

#: What a status word is taken for.
Taken: TypeAlias = Literal["completed", "not_completed", "planned", "unknown"]
#: What a code stands for: a line, a contact that is counted, another kind of care, ``-`` (no Zorg1, on purpose),
#: nothing that anybody said, or something that can't be.
StandsFor: TypeAlias = Literal["product", "contact", "regular", "none", "unknown", "fault"]


def is_hidden(word: str) -> bool:
    """Whether a word stands for one that may be somebody's: it isn't shown, and can't be linked."""
    return HIDDEN in word or (bool(word) and set(word) == {"*"})


@frozen
class TheirColumn:
    """A column of the export: in how many rows it is ``filled``, and which of ours is read from it, '' = none.
    ``is_twice``: another one has the same name, so that neither can be read."""

    name: str
    filled: int
    ours: str
    is_twice: bool = False


@frozen
class StatusHeld:
    """A status word as it is written, ``count`` rows with it, ``zorg1`` of them with a code of Zorg1."""

    word: str
    taken: Taken
    count: int
    zorg1: int


@frozen
class CodeHeld:
    """A code, ``declare_under`` what the export itself says that it is declared under; ``count`` completed appointments
    with it. ``linked``: what it is taken for, and ``by`` what (see `Link`); ``others``: with which declare-under codes
    it stands in other rows, the most frequent first. ``insurers``: who has agreements about it."""

    code: str
    declare_under: str
    count: int
    stands_for: StandsFor
    linked: str
    by: str
    program: str = ""
    profile: str = ""
    moment: str = ""
    insurers: tuple[str, ...] = ()
    others: tuple[str, ...] = ()


@frozen
class InsurerHeld:
    """An UZOVI number as it is written: ``insurer`` '' where it is nobody's. Of ``count`` completed appointments
    ``zorg1`` have a code of Zorg1, ``unbound`` of these on days without a contract, from ``first`` through ``last``.
    ``has_agreements``: at any time there are agreements with the insurer that are known here."""

    uzovi: str
    insurer: str
    has_agreements: bool
    count: int
    zorg1: int
    unbound: int
    first: date | None
    last: date | None


@frozen
class PriceHeld:
    """A product that completed appointments have, ``count`` of them from ``first`` through ``last``. ``why``: the code
    of what is wrong where they have no price, no tariff or no contract with its list; then a price from ``since``
    through ``until`` would do for all of them, and for no day that has one."""

    insurer: str
    list: str
    code: str
    program: str
    profile: str
    moment: str
    count: int
    why: str
    first: date
    last: date
    since: date
    until: date


@frozen
class WordHeld:
    """A value of a column that can't be read."""

    column: str
    word: str
    count: int


@frozen
class Holdings:
    """All of it, what isn't understood first. ``missing`` are the columns of ours that a feed must have and that are
    read from nothing. ``many_words``: so many different unknown status words that it is the wrong column, 0 where they
    are listed. ``many`` are the columns with more different values than anybody links. ``broken`` of the ``rows``
    couldn't be cut into cells; ``has_names``: it has a row of names at all."""

    rows: int
    broken: int
    encoding: str
    delimiter: str
    has_names: bool
    columns: tuple[TheirColumn, ...]
    missing: tuple[str, ...]
    statuses: tuple[StatusHeld, ...]
    many_words: int
    codes: tuple[CodeHeld, ...]
    insurers: tuple[InsurerHeld, ...]
    therapists: tuple[tuple[str, int], ...]
    words: tuple[WordHeld, ...]
    many: tuple[str, ...]
    prices: tuple[PriceHeld, ...]
    is_cut_off: bool

    @property
    def open(self) -> Mapping[str, int]:
        """How much isn't understood, by what it is of."""
        unknown = [held for held in self.statuses if held.taken == "unknown"]
        return {
            "columns": len(self.missing),
            "statuses": self.many_words or len(unknown),
            "codes": sum(held.stands_for in ("unknown", "fault") for held in self.codes),
            "words": len(self.words),
            "insurers": sum(not held.insurer or bool(held.unbound) for held in self.insurers),
            "prices": sum(bool(held.why) for held in self.prices),
        }

    @property
    def sums(self) -> Mapping[str, int]:
        """How many appointments are completed; of these, have a code of Zorg1, a code that nobody explained, no
        contract, no price."""
        completed = [held for held in self.statuses if held.taken == "completed"]
        return {
            "completed": sum(held.count for held in completed),
            "zorg1": sum(held.zorg1 for held in completed),
            "unexplained": sum(held.count for held in self.codes if held.stands_for in ("unknown", "fault")),
            "unbound": sum(held.unbound for held in self.insurers),
            "unpriced": sum(held.count for held in self.prices if held.why),
        }
