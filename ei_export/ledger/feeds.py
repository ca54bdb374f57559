"""The feeds that runs read, so that one that comes again is known."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from attrs import asdict, frozen

from . import Ledger

#: More are not remembered.
_KEPT: Final = 100


@frozen
class ReadFeed:
    """A feed: the ``name`` of its file, and a ``digest`` of its rows and of all that they are read by; the ``first``
    and the ``last`` day of the runs that read it, with no other between; when its file was ``modified``, in
    nanoseconds since 1970; ``read_by``: of all that its rows were read by, alone."""

    name: str
    digest: bytes
    first: date
    last: date
    modified: int
    read_by: bytes

    def is_again(self, other: "ReadFeed") -> bool:
        """Whether it is another one again: by its rows, or, where these were read by other settings, by its file."""
        if self.read_by == other.read_by:
            return self.digest == other.digest
        return (self.name, self.modified) == (other.name, other.modified)


def read_feeds(ledger: Ledger) -> Sequence[ReadFeed]:
    """The feeds that were read, the last one first."""
    sql = "SELECT name, digest, first, last, modified, read_by FROM feed ORDER BY feed DESC"
    rows = ledger.rows(sql)
    return [
        ReadFeed(name, digest, date.fromisoformat(first), date.fromisoformat(last), *more)
        for name, digest, first, last, *more in rows
    ]


def note_feed(ledger: Ledger, feed: ReadFeed) -> None:
    """Keeps that a run read it."""
    before = next(iter(read_feeds(ledger)), None)
    if before is not None and feed.is_again(before):
        ledger.do("DELETE FROM feed WHERE feed = (SELECT max(feed) FROM feed)")
    ledger.insert("feed", {**asdict(feed), "first": feed.first.isoformat(), "last": feed.last.isoformat()})
    ledger.do("DELETE FROM feed WHERE feed <= (SELECT max(feed) FROM feed) - ?", (_KEPT,))
