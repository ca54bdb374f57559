"""Counts of lines that are kept until a line may count otherwise: there may be a million, and most nights change none.

What became of lines changes with runs and answers only. A digest of these tells whether what was counted still holds;
nothing has to be thrown away by whoever changes something.
"""

import datetime as dt
import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Final

from . import Ledger

#: Every run and answer, with all that decides whether, and as of which day, lines of theirs count.
_DECIDED_BY: Final = """
SELECT run, state = 'withdrawn', today, withdrawn_on FROM run
UNION ALL SELECT invoice, kind, read_on, NULL FROM answer
ORDER BY 1
"""


def counted(ledger: Ledger, name: str, on: dt.date, count: Callable[[], Iterable[Sequence[Any]]]) -> list[list[Any]]:
    """Rows of texts and numbers that ``count`` gives of the lines as they were known on a day. Those kept under a name
    are given where they are of all there is now and all of it was known on that day; else they are counted, and kept by
    who may write."""
    digest = _digest(ledger, on)
    if digest is None:
        return [[*row] for row in count()]
    kept = ledger.first("SELECT counts FROM counted WHERE name = ? AND digest = ?", name, digest)
    if kept is None:
        kept = json.dumps([[*row] for row in count()])
        ledger.do("INSERT OR REPLACE INTO counted (name, digest, counts) VALUES (?, ?, ?)", (name, digest, kept))
    rows: list[list[Any]] = json.loads(kept)
    return rows


def _digest(ledger: Ledger, on: dt.date) -> bytes | None:
    """Of all runs and answers; None where one of them is of a later day."""
    digest, last = hashlib.blake2b(digest_size=16), ""
    for row in ledger.rows(_DECIDED_BY):
        *_, day, withdrawn_on = row
        digest.update(repr(row).encode())
        last = max(last, day, withdrawn_on or "")
    return digest.digest() if last <= on.isoformat() else None
