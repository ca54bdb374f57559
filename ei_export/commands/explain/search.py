"""Finding whose a number is: in the feed while it is read, and in what the ledger remembers."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from math import ceil
from typing import Final

from ...intake import Source, values
from ...intake.reader import RowReader
from ...ledger import Ledger
from ...ledger.history import names_like, patients_with

#: How alike two numbers are before one is suggested for the other, and how many are.
_ALIKE: Final = 0.75
_MOST: Final = 3
#: A number with one mistake in it is right in its last so many characters, or in all before them.
_END: Final = 3


class Search:
    """Looks for one number: of an appointment, a trajectory, a patient or a line, in capitals or not.

    A trajectory without a number of its own is called by its patient, insurer and program, with slashes in between.
    Until something has it, what looks most like it is noticed on the way too, so that the feed is read once.
    """

    def __init__(self, wanted: str) -> None:
        self._wanted, self._folded = wanted, wanted.casefold()
        self._names: Callable[[str], Sequence[str]] = lambda body: ()
        parts = wanted.split("/")
        self._patients = frozenset("/".join(parts[:count]) for count in range(1, len(parts) + 1) if parts[0])
        self._folded_patients = frozenset(map(str.casefold, self._patients))
        self._needle = needle = parts[0].casefold()
        end = min(_END, (len(needle) + 1) // 2)
        self._ends = needle[: len(needle) - end], needle[len(needle) - end :]
        #: Patients by the number as it is written in their rows, in whatever capitals.
        self._found: defaultdict[str, set[str]] = defaultdict(set)
        self._is_known = False
        #: As many of the numbers most alike as are suggested, and how alike the next one has to be.
        self._alike: dict[str, float] = {}
        self._least = _ALIKE

    def watch(self, source: Source, ledger: Ledger, reader: RowReader) -> "WatchedSource":
        """The feed, to be read by another; what is looked for is noticed on the way."""
        self._begin(ledger, reader)
        return WatchedSource(source, self._notice)

    def look_in(self, bodies: Iterable[str], ledger: Ledger, reader: RowReader) -> None:
        """Looks in the rows of a feed that was read before."""
        self._begin(ledger, reader)
        self._notice(bodies)

    def _begin(self, ledger: Ledger, reader: RowReader) -> None:
        self._names = reader.names
        self._is_known = bool(self.patients(ledger, self._wanted))

    def _notice(self, bodies: Iterable[str]) -> None:
        needle, (first, last) = self._needle, self._ends
        for body in bodies if needle else ():
            text = body.casefold()
            if needle in text:
                self._find(self._names(body))
            if not self._is_known and (last in text or (first and first in text)):
                for name in self._names(body):
                    self._compare(name)

    def _find(self, names: Sequence[str]) -> None:
        """Notes whose a number is, where it is the one that was asked for."""
        for name in names[:2]:
            if name.casefold() == self._folded:
                self._found[name].add(names[2])
        if names[2].casefold() in self._folded_patients:
            self._found[names[2]].add(names[2])
        self._is_known = self._is_known or bool(self._found)

    def _compare(self, name: str) -> None:
        """Keeps a number that looks like the one that was asked for, while there are no better ones."""
        alike = self._alike
        if name in alike or (likeness := _likeness(self._folded, name.casefold(), self._least)) < self._least:
            return
        if not values.bsn(name):
            alike[name] = likeness
            if len(alike) > _MOST:
                del alike[max(alike, key=lambda each: (-alike[each], each))]
                self._least = min(alike.values())

    def written(self, ledger: Ledger) -> list[str]:
        """The number as it is written: as it was asked for, if anything has it so."""
        if self._wanted in self._found or self.patients(ledger, self._wanted):
            return [self._wanted]
        return sorted(
            {name for name in self._found if name.casefold() == self._folded} | names_like(ledger, self._wanted)
        )

    def patients(self, ledger: Ledger, name: str) -> list[str]:
        """The patients who may have a number as `written`, '' for rows without a patient."""
        named = set().union(*(self._found.get(each, ()) for each in {name, *self._patients}))
        return sorted(named | patients_with(ledger, name, self._patients | {name}))

    def alike(self) -> list[str]:
        """The numbers of the feed that look most like the one that was asked for; none that could be a BSN."""
        return sorted(self._alike, key=lambda name: (-self._alike[name], name))


class WatchedSource:
    """A source that is read by this process alone, and shows its rows to somebody on the way."""

    def __init__(self, source: Source, notice: Callable[[Sequence[str]], None] = lambda bodies: None) -> None:
        self._source = source
        self._notice = notice
        self.header = source.header
        self.first_row = source.first_row
        self.titles = source.titles
        self.is_lasting = False

    def parts(self, count: int) -> "Sequence[WatchedSource]":
        """Itself: who watches is in this process."""
        return [self]

    def bodies(self) -> Iterator[Sequence[str]]:
        for bodies in self._source.bodies():
            self._notice(bodies)
            yield bodies


def _likeness(one: str, other: str, least: float) -> float:
    """How much of two texts is the same from their beginnings and their ends: 1 for all of it; 0 where that is quickly
    seen to be less than ``least``, as neither end has half of that."""
    half = ceil(least * (len(one) + len(other)) / 4)
    if not (other.startswith(one[:half]) or other.endswith(one[-half:])):
        return 0
    first = _same(one, other)
    last = _same(one[first:][::-1], other[first:][::-1])
    return 2 * (first + last) / (len(one) + len(other))


def _same(one: str, other: str) -> int:
    """How many characters two texts begin with are the same."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
