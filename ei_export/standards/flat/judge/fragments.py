"""Parts of a declaration, judged before they go into a file."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from ...fault import Fault
from ..pm304 import LAYOUT
from ..record import ENCODING
from .controls import controls
from .counting import Numbers, Tally
from .lines import Lines
from .parts import Part
from .relations import RELATIONS

_NUMBER: Final = LAYOUT["02"].part(last="0202")
_REFERENCE: Final = LAYOUT["04"]["0434"]


class Fragments:
    """Judges the fragments of one PM304 file, as `pm304` makes them: what would be wrong if they were in the file.

    ``invoice_date`` and ``uzovi`` are those of the file. What is between records, such as numbers, is not looked at.
    """

    def __init__(self, invoice_date: date, uzovi: str) -> None:
        about = {"0117": f"{invoice_date:%Y%m%d}", "0108": uzovi}
        self._numbers: Final = Numbers(LAYOUT["04"]["0402"].length)
        self._person: Final = Part(LAYOUT["02"].part("0203"), controls(LAYOUT.name), RELATIONS, about)
        self._lines: Final = Lines(LAYOUT, controls(LAYOUT.name), RELATIONS, about, self._numbers, Tally())

    def person(self, fragment: str) -> list[Fault]:
        """What is wrong with a record 02 behind its number. The lines that are judged next are of this person."""
        self._lines.begin(_NUMBER.pack({}) + fragment)
        return self._person.judge(fragment)

    def line(self, head: str, tail: str) -> Sequence[Fault]:
        """What is wrong with a record 04 before and behind its reference number."""
        number = self._numbers.text.decode(ENCODING)
        text = f"04{number}{head}{_REFERENCE.pack(number)}{tail}".encode(ENCODING)
        if self._lines.accepts(text):
            return ()
        self._numbers.advance()
        return list(self._lines.judge(text))
