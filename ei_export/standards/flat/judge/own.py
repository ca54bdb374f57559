"""A file of PM304 that we wrote, held against what was to go into it."""

from typing import Final

from ....model.declaration import NO_BSN, Invoice, Provider
from ...own_file import FullJudge, OwnFile
from ..fragments import records, tail_fragment
from ..record import encoding
from ..writing import LINE_END, header, trailer


class OwnPm304(OwnFile):
    """See `OwnFile`."""

    def __init__(self, provider: Provider, judge: FullJudge) -> None:
        super().__init__(judge, encoding())
        self._provider: Final = provider
        layout, head = records().layout, records().head
        line = layout["04"]
        self._number_length: Final = line["0402"].length
        self._reference_length: Final = line["0434"].length
        self._bsn_length: Final = line["0403"].length
        self._key_length: Final = records().key_length
        start, amount = head.elements[0].start, line["0432"]
        self._amount: Final = slice(amount.start - start, amount.end - start + 1)
        self._usual_end: Final = tail_fragment("") + LINE_END
        self._key = ""

    def _person(self, record: str) -> tuple[str, tuple[str, ...]]:
        self._key = record[: self._key_length]
        bsn = record[: self._bsn_length]
        number = str(self._persons + self._lines).zfill(self._number_length)
        return bsn if bsn != NO_BSN else self._key, ("02", number, record, LINE_END)

    def _line(self, head: str, reference: str, cents: int, previous: str) -> tuple[bool, tuple[str, ...]]:
        number = str(self._persons + self._lines).zfill(self._number_length)
        end = tail_fragment(previous) + LINE_END if previous else self._usual_end
        pieces = "04", number, head, reference.ljust(self._reference_length), end
        return head.startswith(self._key) and int(head[self._amount]) == cents, pieces

    def _frame(self, invoice: Invoice, persons: int, lines: int, cents: int) -> tuple[str, str]:
        return header(self._provider, invoice) + LINE_END, trailer(persons, lines, cents) + LINE_END
