"""A file of GDS801 that we wrote, held against what was to go into it."""

import re
from typing import IO, Final

from ....model.declaration import Invoice, Provider
from ...own_file import FullJudge, OwnFile
from .. import names
from ..fragments import ENCODING, amount_text, with_reference
from ..writing import frame

_CLOSE: Final = f"</{names.INSURED}>\n"
#: What makes a person one person.
_KEY: Final = re.compile("<BSN>[^<]*|<Verzekerdennummer>[^<]*")
_CLAIMED: Final = "<DeclaratieBedragInclBtw>%s<"


class OwnGds801(OwnFile):
    """See `OwnFile`."""

    def __init__(self, provider: Provider, judge: FullJudge, check_schema: FullJudge) -> None:
        super().__init__(judge, ENCODING)
        self._provider: Final = provider
        self._check_schema: Final = check_schema

    def close(self, file: IO[bytes], name: str, invoice: Invoice) -> None:
        self._check_schema(file, name)
        super().close(file, name, invoice)

    def _person(self, record: str) -> tuple[str, tuple[str, ...]]:
        key = _KEY.search(record)
        ended = (_CLOSE,) if self._persons > 1 else ()
        return key[0] if key is not None else "", (*ended, record, "\n")

    def _line(self, head: str, reference: str, cents: int, previous: str) -> tuple[bool, tuple[str, ...]]:
        return _CLAIMED % amount_text(cents) in head, (with_reference(head, reference), "\n")

    def _frame(self, invoice: Invoice, persons: int, lines: int, cents: int) -> tuple[str, str]:
        before, behind = frame(self._provider, invoice, cents)
        return before, (_CLOSE if persons else "") + behind
