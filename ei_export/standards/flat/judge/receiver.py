"""Parts of a declaration, judged before they go into a file."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from ...fault import Fault
from ..fragments import records, tail_fragment
from ..record import encoding
from .counting import Numbers, Tally
from .lines import Lines
from .parts import Part


class Fragments:
    """Judges the fragments of one PM304 file (see :mod:`..fragments`): what would be wrong if they were in the file.

    ``invoice_date`` and ``uzovi`` are those of the file. What is between records, such as numbers, is not looked at.
    """

    def __init__(self, invoice_date: date, uzovi: str) -> None:
        about = {"0117": f"{invoice_date:%Y%m%d}", "0108": uzovi}
        layout, person = records().layout, records().person
        self._numbers: Final = Numbers(layout["04"]["0402"].length)
        self._person: Final = Part(person, layout.name, about)
        self._lines: Final = Lines(layout, about, self._numbers, Tally())
        self._before: Final = layout["02"].part(last="0202").pack({})
        self._reference: Final = layout["04"]["0434"]

    def person(self, fragment: str, /) -> list[Fault]:
        """What is wrong with a record 02 behind its number. The lines that are judged next are of this person."""
        self._lines.begin(f"{self._before}{fragment}".encode(encoding()))
        return self._person.judge(fragment)

    def line(self, head: str, previous: str = "", /) -> Sequence[Fault]:
        """What is wrong with a record 04 before its reference number, and ``previous`` behind it."""
        if not previous and self._lines.accepts_head(head.encode(encoding())):
            return ()
        number = self._numbers.text.decode(encoding())
        text = f"04{number}{head}{self._reference.pack(number)}{tail_fragment(previous)}"
        self._numbers.advance()
        return list(self._lines.judge(text.encode(encoding())))
