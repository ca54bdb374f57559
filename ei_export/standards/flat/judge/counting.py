"""What runs through a file: the numbers of its detail records, and what its trailer counts."""

from collections.abc import Container
from typing import Final

from attrs import define


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

    def advance(self) -> None:
        """The next record has the number it should have."""
        self.next += 1
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
