"""Finding whose a number is: in the rows of the feed, and in what the ledger remembers."""

from collections import defaultdict
from collections.abc import Sequence
from itertools import accumulate, takewhile
from math import ceil
from typing import Final

from ...intake import values
from ...intake.picking import Block, FeedRows, Names
from ...intake.reader import PATIENT_LIMIT
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
    """

    def __init__(self, wanted: str, feed: FeedRows, ledger: Ledger, *, is_known: bool) -> None:
        """Looks for the number as it is written. Only where nothing has it so, nor ``is_known`` to have it, it is
        looked for in other capitals; and where nothing has it at all, what looks most like it is noticed on the way."""
        self._wanted, self._folded = wanted, wanted.casefold()
        self._feed, self._ledger = feed, ledger
        parts = wanted.split("/")
        starts = takewhile(lambda start: len(start) <= PATIENT_LIMIT, accumulate(parts, "{}/{}".format))
        self._patients = frozenset((wanted, *starts) if parts[0] else ())
        self._folded_patients = frozenset(map(str.casefold, self._patients))
        self._needle = needle = parts[0].casefold()
        end = min(_END, (len(needle) + 1) // 2)
        self._ends = needle[: len(needle) - end], needle[len(needle) - end :]
        #: Patients by the number as it is written in their rows, in whatever capitals.
        self._found: defaultdict[str, set[str]] = defaultdict(set)
        #: As many of the numbers most alike as are suggested, and how alike the next one has to be.
        self._alike: dict[str, float] = {}
        self._least = _ALIKE
        self._find_as_written()
        self.written: Sequence[str] = [wanted]
        #: As `patients` has them.
        self._known = wanted, self._patients_of(wanted)
        if not (is_known or self._known[1]):
            self._find_in_any_capitals()
            names = {name for name in self._found if name.casefold() == self._folded}
            self.written = sorted(names | names_like(ledger, wanted))

    def patients(self, name: str) -> Sequence[str]:
        """The patients who may have a number as it is ``written``, '' for rows without a patient."""
        known, patients = self._known
        return patients if known == name else self._patients_of(name)

    def alike(self) -> list[str]:
        """The numbers of the feed that look most like the one that was asked for; none that could be a BSN."""
        return sorted(self._alike, key=lambda name: (-self._alike[name], name))

    def _patients_of(self, name: str) -> list[str]:
        named = set().union(*(self._found.get(each, ()) for each in {name, *self._patients}))
        return sorted(named | patients_with(self._ledger, name, self._patients | {name}))

    def _find_as_written(self) -> None:
        wanted = frozenset({self._wanted} if self._needle else ())
        names = Names(self._patients, wanted, wanted)
        for block in self._feed.blocks():
            for place in block.places(names):
                self._find(block, place)

    def _find(self, block: Block, place: int) -> None:
        """Notes whose a number is, where it is the one that was asked for, in whatever capitals."""
        patient = block.patients[place]
        for name in (block.appointments[place], block.numbers[place]):
            if name.casefold() == self._folded:
                self._found[name].add(patient)
        if patient.casefold() in self._folded_patients:
            self._found[patient].add(patient)

    def _find_in_any_capitals(self) -> None:
        needle, (first, last) = self._needle, self._ends
        for block in self._feed.blocks() if needle else ():
            rows = [*zip(block.appointments, block.numbers, block.patients, strict=True)]
            texts = "\n".join(map("\t".join, rows)).casefold()
            if needle not in texts and last not in texts and not (first and first in texts):
                continue
            for place, names in enumerate(rows):
                text = "\t".join(names).casefold()
                if needle in text:
                    self._find(block, place)
                if not self._found and (last in text or (first and first in text)):
                    for name in names:
                        self._compare(values.stated(name))

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
