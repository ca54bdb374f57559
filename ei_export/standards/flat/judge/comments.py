"""Comments (98): right behind what they are on and with its number, the lines of each numbered from 1 (MZ301)."""

from collections.abc import Iterator, Mapping
from typing import Final

from ...fault import Fault
from ..record import number
from .controls import Control


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
        line = number(self._line.value(record))
        expected = min(self._lines, default=line - 1) + 1
        if line != expected and line - 1 not in self._lines:
            yield self._line.says("VERIFY_NUMBER", self._line.value(record), self._line.element.pack(expected))
        self._lines = {expected, line}  # either may be what the next one follows

    def skip(self) -> None:
        """One comes by that can't be told the number of."""
        self._lines = {line + 1 for line in self._lines}
