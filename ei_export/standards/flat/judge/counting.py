"""What runs through a file: the numbers of its detail records and its comments, and what its trailer counts."""

from collections.abc import Container, Iterator, Mapping
from typing import Final

from attrs import define

from ...fault import Fault
from ..record import as_int
from .controls import Control
from .relations import Values


class Numbers:
    """Follows the numbers of detail records (NUM040): from 1, one more for each (MZ301 0402).

    One wrong number, or one record too many or too few, is one fault.
    """

    __slots__ = ("_others", "_skipped", "_template", "broken", "next", "text")

    def __init__(self, width: int) -> None:
        self._template: Final = b"%%0%dd" % width
        self._others: Container[int] = ()
        self._skipped = range(0)
        #: Whether records are missing, doubled or in another order; a number that is just wrong doesn't count.
        self.broken = False
        self.next = 0
        #: The next number as it should be written.
        self.text = b""
        self.advance()

    def advance(self, records: int = 1) -> None:
        """The next records have the numbers they should have."""
        self.next += records
        self.text = self._template % self.next
        self._others = ()

    def follows(self, number: int) -> bool:
        """Takes the number of the next record, and says whether it is one that could be expected."""
        if number == self.next:
            self.advance()
            return True
        if number in self._skipped:
            self.broken = True
            return True
        if number in self._others:
            self.broken = True
            self.next = number
            self.advance()
            return True
        # This number is wrong and the next one is not; or it is right and records are missing; or it is one too many.
        self._skipped = range(self.next, number)
        others = number + 1, self.next
        self.advance()
        self._others = others
        return False

    def lose(self) -> None:
        """A record that can't be judged: it may have had a number, or none."""
        self.broken = True
        self.advance()
        self._others = (self.next - 1,)


@define
class Tally:
    """Records by kind, and debit minus credit of the performances. ``sure``: whether every amount could be read."""

    persons: int = 0
    debtors: int = 0
    lines: int = 0
    comments: int = 0
    cents: int = 0
    sure: bool = True


def counts(trailer: Values, tally: Tally, controls: Mapping[str, Control]) -> Iterator[Fault]:
    """The numbers of records that are not what was counted (9902-9906). ``trailer``: its elements that are right."""
    counted = {"9902": tally.persons, "9903": tally.debtors, "9904": tally.lines, "9905": tally.comments}
    wrong = False
    for id, count in counted.items():
        if id in trailer and as_int(trailer[id]) != count:
            wrong = True
            yield _differs(controls[id], trailer, count)
    total = sum(counted.values())
    added = sum(as_int(trailer.get(id, "")) for id in counted)
    if "9906" in trailer and as_int(trailer["9906"]) not in ({total, added} if wrong else {total}):
        yield _differs(controls["9906"], trailer, total)


def amount(
    trailer: Values,
    cents: int,
    controls: Mapping[str, Control],
    element: str = "9907",
    sign: str = "9908",
    problem: str = "VERIFY_TOTAL",
) -> Iterator[Fault]:
    """A total that is not what was added up, or whose sign isn't: D = zero or more for the provider, C = less."""
    if element not in trailer or sign not in trailer:
        return
    if as_int(trailer[element]) != abs(cents):
        yield _differs(controls[element], trailer, abs(cents), problem)
    elif trailer[sign] != (expected := "C" if cents < 0 else "D"):
        at_zero = "" if cents else "8194"
        yield controls[sign].says("VERIFY_SIGN", trailer[sign], expected, return_code=at_zero)


def _differs(control: Control, trailer: Values, counted: int, problem: str = "VERIFY_TOTAL") -> Fault:
    element = control.element
    return control.says(problem, element.pack(trailer[element.id]), str(counted).zfill(element.length))


class Comments:
    """Follows the numbers of comments through a file."""

    def __init__(self, controls: Mapping[str, Control]) -> None:
        self._number: Final = controls["9802"]
        self._line: Final = controls["9803"]
        #: The number of the record they are on, '' = not known, and what that of their last line may have been.
        self._commented = ""
        self._lines: set[int] = set()

    def begin(self, commented: str, *, first: bool = True) -> None:
        """Comments follow on the record with this number ('' = not known), from the ``first`` line on or any."""
        self._commented = commented
        self._lines = {0} if first else set()

    def judge(self, record: str) -> Iterator[Fault]:
        """What is wrong with the numbers of a comment with which nothing else is wrong."""
        found = self._number.value(record)
        if found != self._commented and self._commented.isdigit():
            yield self._number.says("VERIFY_NUMBER", found, self._commented)
        line = as_int(self._line.value(record))
        expected = min(self._lines, default=line - 1) + 1
        if line != expected and line - 1 not in self._lines:
            yield self._line.says("VERIFY_NUMBER", self._line.value(record), self._line.element.pack(expected))
        self._lines = {expected, line}  # either may be what the next one follows

    def skip(self) -> None:
        """One comes by that can't be told the number of."""
        self._lines = {line + 1 for line in self._lines}
