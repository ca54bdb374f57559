"""Performance records (04). Much of them comes back again and again: the same care, the same date, the same price.

A record is cut into parts, and what was judged right of each is remembered, so that most of a large file is looked up
and not looked at.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import islice
from struct import Struct
from typing import Final, Generic, NamedTuple, TypeVar

from ...care import insurer_of
from ...fault import Fault
from ..record import Layout, Record, as_int, encoding
from .care_days import Period, period
from .controls import Control, controls
from .counting import Numbers, Tally
from .parts import Part
from .relations import Values

T = TypeVar("T")

#: The key that a performance repeats of its person (MZ301 0403-0405).
_KEY: Final = ("0403", "0405")
#: What is claimed: all that comes back with other persons too.
_CLAIM: Final = ("0406", "0433")
_RECORD: Final = (("0401", "0401"), ("0402", "0402"), _KEY, _CLAIM, ("0434", "0434"), ("0435", ""))
#: The same, kind and number in one.
_TAKEN: Final = (("0401", "0402"), *_RECORD[2:])
_PARTS: Final = (("0406", "0407"), ("0408", "0408"), ("0409", "0411"), ("0412", "0427"), ("0428", "0433"))
#: As many texts are remembered of each part: a megabyte or two for each file, of which there is one an UZOVI. What a
#: person's lines have in common comes one behind the other, and much is found again all over a file.
_REMEMBERED: Final = 4_000


class _Price(NamedTuple):
    """Tariff, calculated and declared amount of a line, in cents."""

    tariff: int
    calculated: int
    declared: int

    def is_for(self, units: int) -> bool:
        """Whether tariff times number is what was calculated (8215)."""
        return units * self.tariff == self.calculated


class _Memory(Generic[T]):
    """A part with the texts that were right lately, each with what ``note`` says of its values."""

    def __init__(self, part: Part, note: Callable[[Values], T]) -> None:
        self.right: Final[dict[bytes, T]] = {}
        self._part: Final = part
        self._note: Final = note

    def judge(self, raw: bytes) -> tuple[list[Fault], T | None]:
        """What is wrong with a text; its note if nothing is but what one is warned of."""
        if raw in self.right:
            return [], self.right[raw]
        text = raw.decode(encoding())
        faults = self._part.judge(text)
        if any(fault.severity == "error" for fault in faults):
            return faults, None
        note = self._note(self._part.values(text))
        if not faults:
            remember(self.right, raw, note)
        return faults, note


def remember(right: dict[bytes, T], raw: bytes, note: T) -> None:
    """Keeps a text that is right; all are forgotten when they get too many."""
    if len(right) >= _REMEMBERED:
        right.clear()
    right[raw] = note


class Lines:
    """Judges the records 04 of a file. ``about``: the values of its header that relations look at."""

    def __init__(self, layout: Layout, about: Values, numbers: Numbers, tally: Tally) -> None:
        record = layout["04"]

        def part(first: str, last: str = "") -> Part:
            return Part(record.part(first, last), layout.name, about)

        own = controls(layout.name)
        self._controls: Final = own
        self._numbers: Final = numbers
        self._tally: Final = tally
        self._unpack: Final = _cutter(record, _RECORD)
        self._cut: Final = _cutter(record, _TAKEN)
        #: Kind and number, of which the last is counted.
        self._start: Final = b"%b%%0%dd" % (record.kind.encode(encoding()), record["0402"].length)
        self._unpack_claim: Final = _cutter(record, _PARTS)
        self._before: Final = _Memory(part("0406", "0407"), _nothing)
        self._day: Final = _Memory(part("0408", "0408"), _nothing)
        self._product: Final = _Memory(part("0409", "0411"), lambda values: as_int(values["0411"]))
        self._care: Final = _Memory(part("0412", "0427"), period)
        self._rest: Final = part("0428")
        #: The amounts of debits that were right lately, and whole claims of this UZOVI, and what they come to.
        self._amounts: Final[dict[bytes, _Price]] = {}
        self._claims: Final[dict[bytes, int]] = {}
        #: The UZOVI of the person, and those of which was told that tariff times number is not their amount.
        self._uzovi = b""
        self._told: Final[set[str]] = set()
        self._is_reference: Final = re.compile(own["0434"].pattern.encode(encoding())).fullmatch
        self._no_previous: Final = record.part("0435").pack({}).encode(encoding())
        self._keys: Final = _key_elements(layout, own)
        self._birth: Final = own["0207"]
        self._uzovi_place: Final = own["0204"].place
        start = record["0408"].start - record[_CLAIM[0]].start
        self._day_of_claim: Final = slice(start, start + record["0408"].length)
        self._key_length: Final = record.part(*_KEY).length
        self._parent_key: Final = slice(self._keys[0][1].place.start, self._keys[-1][1].place.stop)
        #: The record of the person that lines belong to, empty = not known; the elements of it that are doubtful, or
        #: were told of; and its key, if none is.
        self._parent, self._doubtful = b"", set[str]()
        self._key: bytes | None = None
        #: When they were born, EEJJMMDD; nothing if that is doubtful.
        self._born = b""
        self._reference = b""
        #: Whether every reference came after the one before it, so that none can occur twice.
        self.ascending = True
        self.credits = 0

    def begin(self, parent: bytes, doubtful: Iterable[str] = ()) -> None:
        """The lines of a person follow: the record 02, empty if it can't be known, and its elements that are
        doubtful."""
        self._parent, self._doubtful = parent, {*doubtful}
        self._key = parent[self._parent_key] if parent and not self._doubtful else None
        self._born = parent[self._birth.place] if self._birth.element.id not in self._doubtful else b""
        uzovi = parent[self._uzovi_place]
        if uzovi != self._uzovi:
            self._uzovi = uzovi
            self._claims.clear()

    def accept(self, run: Sequence[bytes], at: int) -> int:
        """Takes records of the right length, from one on, as long as all of each was judged right before, and says how
        many; 0 says nothing about the record."""
        key, claims, day, born = self._key, self._claims, self._day_of_claim, self._born
        first, last = self._numbers.next, self._reference
        number, cents = first, 0
        for text in islice(run, at, None):
            start, own_key, claim, reference, rest = self._cut(text)
            if (
                start != self._start % number
                or own_key != key
                or reference <= last
                or rest != self._no_previous
                or not (reference.rstrip(b" ").isalnum() or self._is_reference(reference))
            ):
                break
            come_to = claims.get(claim) if claim[day] >= born else None
            if come_to is None and (come_to := self._come_to(claim)) is None:
                break
            number, last = number + 1, reference
            cents += come_to
        taken = number - first
        if taken:
            self._numbers.advance(taken)
            self._reference = last
            self._tally.lines += taken
            self._tally.cents += cents
        return taken

    def accepts_head(self, head: bytes) -> bool:
        """Whether `accept` would take what there is of a record before its reference (0403-0433)."""
        return head[: self._key_length] == self._key and self._come_to(head[self._key_length :]) is not None

    def _come_to(self, claim: bytes) -> int | None:
        """What a claim comes to that is right for the person, as far as it was judged right before."""
        if claim[self._day_of_claim] < self._born:
            return None
        cents = self._claims.get(claim)
        if cents is None and (cents := self._look_up(claim)) is not None:
            remember(self._claims, claim, cents)
        return cents

    def _look_up(self, claim: bytes) -> int | None:
        """What a claim comes to, all parts of which were judged right before."""
        before, day, product, care, amounts = self._unpack_claim(claim)
        allowed = self._care.right.get(care)
        if (
            allowed is not None
            and allowed.first <= day <= allowed.last
            and before in self._before.right
            and day in self._day.right
            and product in self._product.right
        ):
            price = self._amounts.get(amounts)
            if price is not None and (price.is_for(self._product.right[product]) or self._insurer in self._told):
                return price.declared
        return None

    def judge(self, text: bytes) -> Iterator[Fault]:
        """What is wrong with a record of the right length, but for its kind and the order of its number."""
        _, id, _, claim, reference, rest = self._unpack(text)
        before, day, product, care, amounts = self._unpack_claim(claim)
        if fault := self._controls["0402"].fault(id.decode(encoding())):
            yield fault
        yield from self._judge_key(text.decode(encoding()))
        yield from self._before.judge(before)[0]
        wrong_day = self._day.judge(day)[0]
        yield from wrong_day
        wrong_product, units = self._product.judge(product)
        yield from wrong_product
        wrong_care, allowed = self._care.judge(care)
        yield from wrong_care
        if allowed is not None and not any(fault.code in _NO_DAY for fault in wrong_day):
            yield from self._outside(allowed, day, {fault.element for fault in wrong_care})
        if day < self._born and not wrong_day:
            yield self._controls["0408"].says(
                "VERIFY_BEFORE_BIRTH", day.decode(encoding()), ">= 0207", return_code="8007", other=self._birth.element
            )
        wrong_rest = self._rest.judge((amounts + reference + rest).decode(encoding()))
        yield from wrong_rest
        errors = {fault.element for fault in wrong_rest if fault.severity == "error"}
        if units is not None and errors.isdisjoint(_PRICE):
            yield from self._judge_price(units, text)
        self._count(text, amounts, reference, errors)

    def _judge_price(self, units: int, text: bytes) -> Iterator[Fault]:
        """Tariff times number, told once for each insurer: a whole file of products with one price is one question."""
        price = self._price(text)
        if not price.is_for(units) and self._insurer not in self._told:
            self._told.add(self._insurer)
            calculated, tariff = self._controls["0429"], self._controls["0428"].element
            yield calculated.says(
                "VERIFY_NUMBER_TIMES_TARIFF",
                calculated.element.pack(price.calculated),
                f"{units} × {tariff.pack(price.tariff)}",
                return_code="8215",
                other=tariff,
                insurer=self._insurer,
                units=units,
            )

    def _count(self, text: bytes, amounts: bytes, reference: bytes, wrong: set[str]) -> None:
        """Adds a line up, if its amount can be read, and remembers the amounts of a debit that are right."""
        self._tally.lines += 1
        self.ascending = self.ascending and reference > self._reference
        self._reference = reference
        claimed, sign = (self._controls[id].value(text.decode(encoding())) for id in ("0432", "0433"))
        self.credits += sign == "C"
        if not wrong.isdisjoint(_AMOUNT):
            self._tally.sure = False
            return
        cents = as_int(claimed) if sign == "D" else -as_int(claimed)
        self._tally.cents += cents
        if sign == "D" and not wrong:
            remember(self._amounts, amounts, self._price(text))

    def _price(self, text: bytes) -> _Price:
        """The amounts of a line that can be read."""
        return _Price(*(as_int(self._controls[id].value(text.decode(encoding()))) for id in _PRICE))

    @property
    def _insurer(self) -> str:
        """Who gets the lines of this person: the contract party of their UZOVI, or that itself."""
        return insurer_of(self._uzovi.decode(encoding()))

    def _judge_key(self, record: str) -> Iterator[Fault]:
        """The key as such, and against that of the person: told once for all the lines of a person."""
        parent = self._parent.decode(encoding())
        for control, original in self._keys:
            raw = control.of(record)
            if fault := control.fault(raw):
                yield fault
            elif parent and raw != original.of(parent) and original.element.id not in self._doubtful:
                self._doubtful.add(original.element.id)
                found = control.bare(raw)
                yield control.says(
                    "VERIFY_KEY", found, f"= {original.element.id}", return_code="8150", other=original.element
                )

    def _outside(self, allowed: Period, day: bytes, told: set[str]) -> Iterator[Fault]:
        """The bounds of the care that its day is outside of, but for the elements that were told of."""
        for bound in allowed.bounds:
            if not bound.first <= day <= bound.last and bound.element not in told:
                yield self._controls[bound.element].says(
                    bound.code,
                    bound.value,
                    bound.expected(day),
                    return_code=bound.return_code,
                    other=self._controls["0408"].element,
                )


#: Tariff, calculated and declared amount.
_PRICE: Final = ("0428", "0429", "0432")
#: What makes a day no day, and an amount uncertain.
_NO_DAY: Final = ("VERIFY_DIGITS", "VERIFY_EMPTY", "VERIFY_DATE")
_AMOUNT: Final = frozenset({"0430", "0432", "0433"})


def _cutter(record: Record, runs: Iterable[tuple[str, str]]) -> Callable[[bytes], tuple[bytes, ...]]:
    """Cuts a text into runs of elements."""
    return Struct("".join(f"{record.part(*run).length}s" for run in runs)).unpack


def _nothing(values: Values) -> None:
    """The note of a part that needs none."""


def _key_elements(layout: Layout, own: Mapping[str, Control]) -> list[tuple[Control, Control]]:
    """The elements of the key, each with the element of the person that it repeats."""
    originals = {element.code: own[element.id] for element in layout["02"].elements}
    return [(own[element.id], originals[element.code]) for element in layout["04"].part(*_KEY).elements]
