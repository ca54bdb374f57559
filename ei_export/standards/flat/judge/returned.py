"""A PM305 return judged by whoever gets it: what the insurer added, and whether the file agrees with itself.

The insurer gives back what was declared as it was (STB GZ321 6.9), so what a return code speaks of is not told again.
"""

from collections.abc import Iterator, Sequence
from functools import cache
from typing import ClassVar, Final

from ....model.codelists import return_codes
from ...fault import Fault
from ..record import Layout, as_int
from . import counting
from .controls import DECLARATION
from .declaration import FlatFile

#: Everything is granted: record 01 and 99 come back only (STB GZ321 6.8).
_ALL_GRANTED: Final = "8001"
#: Says that nothing is wrong with the record itself.
_NO_OBJECTION: Final = ("", "8096")
_CODES: Final = (("0196", "0197", "0198"), ("0296", "0297", "0298"), ("0496", "0497", "0498"), ("9896", "9897", "9898"))


class ReturnFile(FlatFile):
    """Judges one return."""

    _needs_persons: ClassVar[bool] = False

    #: What of the amounts that came back was not granted, debit minus credit; the first return code of record 01.
    _refused = 0
    _answer = ""
    _last_number = 0

    def _accepts_person(self, text: bytes) -> bool:
        """None unseen: their numbers are to be followed."""
        return False

    def _judge_header(self, record: str) -> Iterator[Fault]:
        yield from super()._judge_header(record)
        self._answer = self._controls["0196"].value(record)

    def _number_expected(self, found: int | None) -> str | None:
        """Numbers are those of the declaration, of which only a part may come back."""
        last = self._last_number
        self._last_number = found or last
        return f"> {last}" if found is not None and found <= last else None

    def _judge_line(self, record: str, text: bytes) -> Iterator[Fault]:
        yield from super()._judge_line(record, text)
        claimed, granted = self._controls["0432"], self._controls["0483"]
        amounts = claimed.of(record), granted.of(record)
        if claimed.right(amounts[0]) and granted.right(amounts[1]) and amounts[1] <= amounts[0]:
            refused = as_int(amounts[0]) - as_int(amounts[1])
            self._refused += -refused if self._controls["0433"].of(record) == "C" else refused
        else:
            self._tally.sure = False

    def _childless_person(self) -> Iterator[Fault]:
        """A person may come back alone."""
        yield from ()

    def _totals(self) -> Iterator[Fault]:
        yield from counting.counts(self._trailer, self._tally, self._controls)
        if self._answer == _ALL_GRANTED and self._opened:
            yield self._controls["0196"].says("VERIFY_ALL_GRANTED", _ALL_GRANTED, "01 | 99").at(1)
        elif "9907" in self._trailer and "9908" in self._trailer and self._tally.sure:
            claimed = as_int(self._trailer["9907"])
            claimed = -claimed if self._trailer["9908"] == "C" else claimed
            if self._answer == _ALL_GRANTED:
                granted, problem = claimed, "VERIFY_TOTAL"
            else:  # what doesn't come back was granted, unless nothing comes back
                granted, problem = claimed - self._refused if self._opened else 0, "VERIFY_RETURN_TOTAL"
            yield from counting.amount(self._trailer, granted, self._controls, "9909", "9910", problem)

    def _unexplained(self, record: str, faults: Sequence[Fault]) -> Sequence[Fault]:
        if not self._is_refused(record):
            return faults
        return [fault for fault in faults if fault.element not in _declared()]

    def _takes_part(self, record: str) -> bool:
        return super()._takes_part(record) and not self._is_refused(record)

    def _says(self, code: str, return_code: str, found: str, expected: str) -> Fault:
        """Whoever gets a return answers nothing."""
        return super()._says(code, "", found, expected)

    def _is_refused(self, record: str) -> bool:
        """Whether one of its return codes says that something is wrong with a record."""
        kind = self._layout.kind(record)
        given = {self._controls[id].value(record) for codes in _CODES for id in codes if id.startswith(kind)}
        known = return_codes()
        return any(code not in known or known[code].level != "O" for code in given if code not in _NO_OBJECTION)


@cache
def _declared() -> frozenset[str]:
    """The elements that a return repeats."""
    records = Layout.load(DECLARATION).records
    return frozenset(element.id for kind, record in records.items() if kind != "99" for element in record.elements)
