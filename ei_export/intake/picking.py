"""The rows of a feed that say something of some patients: theirs, and those that share a number or a person with them.

What is judged of a patient depends on other patients' rows only through that. So gathering the rows that are picked
comes to the same, for these patients, as gathering the whole feed; which takes ten times as long.
"""

from collections.abc import Callable, Iterator, Sequence
from itertools import compress, count
from operator import not_, or_
from typing import Final, NamedTuple

from attrs import frozen

from ..base.problems import InputError
from .feed import Header, Source
from .meanings import WordMeanings, meant
from .part import Cutter
from .reader import RowReader
from .survey import Statuses
from .values import NO_VALUES

#: Bytes of a feed that is held in memory, for whoever asks often; a larger one is gone through each time.
MOST_HELD: Final = 64_000_000
#: Rows looked at together.
_TOGETHER: Final = 1_000


class Names(NamedTuple):
    """What rows are found by. A trajectory ``number`` as it is written, ``persons`` as `Persons` has them."""

    patients: frozenset[str] = frozenset()
    appointments: frozenset[str] = frozenset()
    numbers: frozenset[str] = frozenset()
    persons: frozenset[str] = frozenset()

    def and_those(self, other: "Names") -> "Names":
        """These and others; of what is found by a word for nothing, or by nothing, there would be too much."""
        patients, *others = map(or_, self, other)
        return Names(patients, *(names - NO_VALUES - {""} for names in others))


class Persons(dict[str, str]):
    """By the BSN of a row as written: what two rows have in common where these may say the same number, or that there
    is none."""

    def __init__(self, meanings: WordMeanings) -> None:
        super().__init__()
        self._meanings = meanings

    def __missing__(self, bsn: str) -> str:
        text = meant(self._meanings, "bsn", bsn.strip())
        found = self[bsn] = text.zfill(9) if text else ""
        return found


class Block(NamedTuple):
    """Rows that stand together, the ``first`` of them with this number; the columns they are found by, in the order of
    `Names`. ``completed``: the place of the first that took place, if one did."""

    first: int
    bodies: Sequence[str]
    patients: Sequence[str]
    appointments: Sequence[str]
    numbers: Sequence[str]
    persons: Sequence[str]
    completed: int | None

    @property
    def columns(self) -> Sequence[Sequence[str]]:
        return self[2:6]

    def places(self, names: Names) -> set[int]:
        """Where the rows stand that have one of the names."""
        found: set[int] = set()
        for wanted, column in zip(names, self.columns, strict=True):
            if not wanted.isdisjoint(column):
                found.update(compress(count(), map(wanted.__contains__, column)))
        return found

    def names(self, places: set[int]) -> Names:
        """What the rows at these places are found by."""
        return Names._make(frozenset(column[place] for place in places) for column in self.columns)


@frozen
class FeedRows:
    """The rows of a feed, some at a time; `blocks` can be asked for again and again."""

    header: Header
    blocks: Callable[[], Iterator[Block]]

    @classmethod
    def of(
        cls,
        opened: Callable[[], Source],
        size: Callable[[], int],
        statuses: Statuses,
        meanings: WordMeanings,
        progress: Callable[[int], None],
    ) -> "FeedRows":
        """Those of a feed that is ``opened`` as often as need be, and has a ``size`` in bytes. Raises InputError, as do
        `blocks` of a feed that is too large to be held."""
        source = opened()
        cut = _Cut(source.header, statuses, meanings, progress)
        if size() <= MOST_HELD:
            held = [*cut.blocks(source)]
            return cls(source.header, lambda: iter(held))
        rows = sum(len(block.bodies) for block in cut.blocks(source))

        def blocks() -> Iterator[Block]:
            read = 0
            for block in cut.blocks(opened()):
                read += len(block.bodies)
                yield block
            if read != rows:
                raise InputError("INPUT_CHANGED")

        return cls(source.header, blocks)

    def names_of(self, patients: frozenset[str]) -> Names:
        """All that the rows of these patients are found by."""
        found = wanted = Names(patients)
        for block in self.blocks():
            if places := block.places(wanted):
                found = found.and_those(block.names(places))
        return found

    def having(self, names: Names) -> "PickedRows":
        """The rows that have one of the names, and one that took place: whether there is any is to be seen."""
        numbers, bodies = list[int](), list[str]()
        is_any = False
        for block in self.blocks():
            places = block.places(names)
            if not is_any and block.completed is not None:
                is_any = True
                places.add(block.completed)
            numbers += (block.first + place for place in sorted(places))
            bodies += map(block.bodies.__getitem__, sorted(places))
        return PickedRows(self.header, numbers, bodies)


class PickedRows:
    """Some rows of a feed, as a source of their own; the first is its row 1, the ``numbers`` are those in the feed."""

    def __init__(self, header: Header, numbers: Sequence[int], bodies: Sequence[str]) -> None:
        self.header = header
        self.first_row = 1
        self.titles: Sequence[int] = ()
        self.is_lasting = False
        self.numbers = numbers
        self._bodies = bodies

    def bodies(self) -> Iterator[Sequence[str]]:
        if self._bodies:
            yield self._bodies

    def parts(self, count: int) -> "Sequence[PickedRows]":
        """Itself: so few rows are read at once."""
        return [self]


class _Cut:
    """Cuts a feed in blocks."""

    def __init__(
        self, header: Header, statuses: Statuses, meanings: WordMeanings, progress: Callable[[int], None]
    ) -> None:
        self._cutter = Cutter(header, statuses)
        self._reader = RowReader(header, statuses, meanings)
        self._persons = Persons(meanings)
        self._progress = progress

    def blocks(self, source: Source) -> Iterator[Block]:
        row = source.first_row
        for bodies in source.bodies():
            for start in range(0, len(bodies), _TOGETHER):
                some = bodies[start : start + _TOGETHER]
                yield self._block(row, some)
                row += len(some)
            self._progress(row - source.first_row)

    def _block(self, first: int, bodies: Sequence[str]) -> Block:
        cut = self._cutter.cells(bodies)
        completed = (
            bool(took and patient and not is_broken)
            for took, patient, is_broken in zip(cut.took, cut.patients, cut.are_broken, strict=True)
        )
        appointments, numbers = [*cut.ids], [*map(str.strip, cut.courses)]
        if not all(cut.are_whole):
            for place in compress(count(), map(not_, cut.are_whole)):  # of these more can be read than is gathered by
                appointments[place], numbers[place], _ = self._reader.names(bodies[place])
        return Block(
            first,
            bodies,
            cut.patients,
            appointments,
            numbers,
            [*map(self._persons.__getitem__, cut.bsns)],
            next(compress(count(), completed), None),
        )
