"""Finding whose a number is: in the feed while it is read, and in what the ledger remembers."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from heapq import nlargest
from typing import Final

from ...intake import Source, values
from ...intake.reader import Reader
from ...ledger import Ledger
from ...ledger.history import names_like, patients_with

#: How alike two numbers are before one is suggested for the other, and how many are.
_ALIKE: Final = 0.75
_MOST: Final = 3
#: A number with one mistake in it has this many characters at one of its ends right.
_END: Final = 3


class Search:
    """Looks for one number: of an appointment, a trajectory, a patient or a line, in capitals or not.

    A trajectory without a number of its own is called by its patient, insurer and program, with slashes in between.
    What only looks like it is noticed on the way too, so that the feed is read once.
    """

    def __init__(self, wanted: str, reader: Reader) -> None:
        self._wanted, self._folded = wanted, wanted.casefold()
        self._reader = reader
        parts = wanted.split("/")
        self._patients = frozenset("/".join(parts[:count]) for count in range(1, len(parts) + 1) if parts[0])
        self._folded_patients = frozenset(map(str.casefold, self._patients))
        needle = parts[0].casefold()
        end = min(_END, (len(needle) + 1) // 2)
        self._needles = (needle[: len(needle) - end], needle[len(needle) - end :])
        #: Patients by the number as it is written in their rows, in whatever capitals.
        self._found: defaultdict[str, set[str]] = defaultdict(set)
        self._alike: dict[str, float] = {}

    def watch(self, source: Source) -> "Watched":
        """The feed, to be read by another; what is looked for is noticed on the way."""
        return Watched(source, self._notice)

    def _notice(self, bodies: Sequence[str]) -> None:
        first, last = self._needles
        for body in bodies if last else ():
            text = body.casefold()
            if last in text or (first and first in text):
                names = self._reader.names(body)
                for name in names[:2]:
                    if name.casefold() == self._folded:
                        self._found[name].add(names[2])
                if names[2].casefold() in self._folded_patients:
                    self._found[names[2]].add(names[2])
                for name in names:
                    self._compare(name)

    def _compare(self, name: str) -> None:
        """Keeps a number that looks like the one that was asked for."""
        if name and name not in self._alike and (likeness := _likeness(self._folded, name.casefold())) >= _ALIKE:
            self._alike[name] = likeness

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
        names = sorted(name for name in self._alike if not values.bsn(name))
        return nlargest(_MOST, names, key=self._alike.__getitem__)


class Watched:
    """A source that shows its rows to somebody on the way."""

    def __init__(self, source: Source, notice: Callable[[Sequence[str]], None]) -> None:
        self._source = source
        self._notice = notice
        self.header = source.header
        self.first_row = source.first_row

    def bodies(self) -> Iterator[Sequence[str]]:
        for bodies in self._source.bodies():
            self._notice(bodies)
            yield bodies


def _likeness(one: str, other: str) -> float:
    """How much of two texts is the same from their beginnings and their ends: 1 for all of it."""
    first = _same(one, other)
    last = _same(one[first:][::-1], other[first:][::-1])
    return 2 * (first + last) / (len(one) + len(other))


def _same(one: str, other: str) -> int:
    """How many characters two texts begin with are the same."""
    return next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
