"""What may occur once in a file: persons (STB 5.2), references of performances, and credits of one debit.

Files as programs write them have their persons and references in ascending order, which shows that none occurs twice.
Only where they are not, the file is read once more, and what it holds is sorted, on disk if need be.
"""

from collections.abc import Callable, Iterator, Mapping
from itertools import groupby, islice
from typing import IO, Final

from ....base.spool import SortedLines
from ....model.declaration import NO_BSN
from ...fault import Fault
from ..record import Layout, encoding
from .controls import Control
from .cut import cut

_BETWEEN: Final = "\x00"
_NO_BSN: Final = NO_BSN.encode()
#: What a text is: the key of a person, the reference of a line, or that of the line it credits.
_PERSON, _DEBIT, _CREDIT, _CREDITED = "1", "2", "3", "4"


class PersonKeys:
    """What makes the person of a record 02 one person: the BSN, or UZOVI and insured number without one (STB 5.4.7)."""

    def __init__(self, layout: Layout) -> None:
        record = layout["02"]
        start = record["0203"].start - 1
        self._bsn: Final = slice(start, record["0203"].end)
        self._all: Final = slice(start, record["0205"].end)

    def of(self, record: bytes) -> bytes:
        bsn = record[self._bsn]
        return bsn if bsn != _NO_BSN else record[self._all]


class Doubles:
    """Finds them. ``counts``: whether a record takes part, by its text."""

    def __init__(self, layout: Layout, controls: Mapping[str, Control], counts: Callable[[str], bool]) -> None:
        self._layout: Final = layout
        self._controls: Final = controls
        self._counts: Final = counts
        self._persons: Final = PersonKeys(layout)

    def find(self, file: IO[bytes], trailer: int) -> Iterator[Fault]:
        """Everything that occurs twice in a file, read from its start to the record of its trailer (0 = it has none).
        Raises OSError."""
        file.seek(0)
        lines = SortedLines()
        try:
            before = b""
            for record, (text, _) in enumerate(islice(cut(file, self._layout.length), trailer or None), 1):
                if text != before and len(text) == self._layout.length and self._counts(text.decode(encoding())):
                    for key, kind in self._keys(text.decode(encoding())):
                        lines.add(f"{key}{_BETWEEN}{kind}{record:012}")
                before = text
            for _, same in groupby(lines, key=lambda line: line.rpartition(_BETWEEN)[0]):
                yield from self._again(same)
        finally:
            lines.close()

    def _keys(self, record: str) -> Iterator[tuple[str, str]]:
        """What of a record may occur once; nothing that isn't right in itself."""
        kind = self._layout.kind(record)
        if kind == "02" and self._value(record, "0203"):
            yield self._persons.of(record.encode(encoding())).decode(encoding()), _PERSON
        elif kind == "04":
            is_credit = self._value(record, "0433") == "C"
            if reference := self._value(record, "0434"):
                yield reference, _CREDIT if is_credit else _DEBIT
            if is_credit and (reference := self._value(record, "0435")):
                yield reference, _CREDITED

    def _again(self, same: Iterator[str]) -> Iterator[Fault]:
        """What is wrong among the lines of one text, in the order of what it is and of the records."""
        seen: set[str] = set()
        for line in same:
            mark = line.rpartition(_BETWEEN)[2]
            kind, record, text = mark[0], int(mark[1:]), line.rpartition(_BETWEEN)[0]
            if kind == _PERSON and _PERSON in seen:
                yield self._controls["0203"].says("VERIFY_PERSON_TWICE", text, "1 ×", return_code="8026").at(record)
            elif kind in (_DEBIT, _CREDIT) and seen & {_DEBIT, _CREDIT}:
                again = self._controls["0434"].says("VERIFY_REFERENCE_TWICE", text, "1 ×", return_code="8207")
                yield again.at(record)
            elif kind == _CREDITED and _DEBIT in seen:
                yield (
                    self._controls["0435"].says("VERIFY_CREDIT_OF_THIS_FILE", text, "…", return_code="8062").at(record)
                )
            elif kind == _CREDITED and _CREDITED in seen:
                yield self._controls["0435"].says("VERIFY_CREDITED_TWICE", text, "1 ×", return_code="8084").at(record)
            seen.add(kind)

    def _value(self, record: str, id: str) -> str:
        """The value of an element of a record, '' where it isn't right."""
        control = self._controls[id]
        return control.value(record) if control.right(control.of(record)) else ""
