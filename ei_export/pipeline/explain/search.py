"""Finding whose a number is: in the feed while it is read, and in what the ledger remembers."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from heapq import nlargest
from typing import Final

from ...intake import Source, values
from ...intake.gather import Gathered, GatheredRow
from ...intake.reader import Reader
from ...ledger import Ledger
from ...ledger.history import patients_with

#: How alike two numbers are before one is suggested for the other, and how many are.
_ALIKE: Final = 0.75
_MOST: Final = 3


class Search:
    """Looks for one number: of an appointment, a trajectory, a patient or a line.

    A trajectory without a number of its own is called by its patient, insurer and program, with slashes in between.
    """

    def __init__(self, wanted: str, reader: Reader) -> None:
        self._wanted = wanted
        self._reader = reader
        parts = wanted.split("/")
        self._patients = frozenset("/".join(parts[:count]) for count in range(1, len(parts) + 1) if parts[0])
        self._needle = parts[0]
        self._found: set[str] = set()

    def watch(self, source: Source) -> "Watched":
        """The feed, to be read by another; what is looked for is noticed on the way."""
        return Watched(source, self._notice)

    def _notice(self, bodies: Sequence[str]) -> None:
        needle, wanted = self._needle, self._wanted
        for body in bodies if needle else ():
            if needle in body:
                appointment, number, patient = self._reader.names(body)
                if wanted in (appointment, number) or patient in self._patients:
                    self._found.add(patient)

    def patients(self, ledger: Ledger) -> list[str]:
        """The patients who may have the number, '' for rows without a patient."""
        return sorted(self._found | patients_with(ledger, self._wanted, self._patients))


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


def names(taken: Mapping[int, Mapping[str, Sequence[GatheredRow]]], feed: Gathered, reader: Reader) -> Iterator[str]:
    """Every number in a feed, of whatever it is. ``taken`` are the partitions that were asked for already."""
    for partition in range(feed.count):
        patients = taken.get(partition) or feed.patients(partition)
        for patient, rows in patients.items():
            found = {patient}
            for body, _ in rows:
                found.update(reader.names(body))
            yield from found


def alike(wanted: str, names: Iterable[str]) -> list[str]:
    """The names that look most like the one that was asked for; none that could be a BSN."""
    matcher = SequenceMatcher(b=wanted.casefold(), autojunk=False)
    most = (2 - _ALIKE) / _ALIKE  # times as long as the other; what is longer can't be alike
    found: dict[str, float] = {}
    for name in names:
        if len(wanted) / most <= len(name) <= len(wanted) * most and name not in found:
            matcher.set_seq1(name.casefold())
            if matcher.quick_ratio() >= _ALIKE and matcher.ratio() >= _ALIKE and not values.bsn(name):
                found[name] = matcher.ratio()
    return nlargest(_MOST, sorted(found), key=found.__getitem__)
