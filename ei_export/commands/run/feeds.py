"""What a feed is to those that earlier runs read: the same again, or one from before."""

from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from attrs import evolve

from ...base.problems import Finding, Severities
from ...ledger import Ledger
from ...ledger.feeds import ReadFeed, read_feeds

#: For so long a feed may stay the same with nobody at fault: a weekend, or Easter.
_CLOSED: Final = timedelta(days=4)


#: What says of a feed as a whole that its night may be lost, though the run comes to its end.
_LOST: Final = frozenset({"FEED_EMPTY", "FEED_NOT_COMPLETED", "FEED_OF_BEFORE", "FEED_OLDER", "FEED_STANDS_STILL"})


def lost(told: Iterable[Finding], severities: Severities) -> list[Finding]:
    """What of all that is told of a feed belongs beside how the night ended; not what a practice made information."""
    return [each for each in told if each.code in _LOST and severities.of(each.code) != "info"]


def compared(ledger: Ledger, feed: ReadFeed) -> tuple[ReadFeed, list[Finding]]:
    """The feed, since the day on which it was read first, and what is to be told of that.

    Rows are the same, whatever their order, or they are not: that is certain; and so are those of a file that nobody
    wrote since, whatever the settings say of them now. So is that a file of the same name was written before the one
    that was read last. What a feed lacks says nothing: it may hold only what is new. Of rows that were read on the same
    day nothing is told: somebody runs again who put something right.
    """
    before = read_feeds(ledger)
    if not before:
        return feed, []
    last = before[0]
    if feed.is_again(last):
        return evolve(feed, first=min(last.first, feed.first)), [*_the_same(last, feed.last)]
    earlier = next((each for each in before if each.digest == feed.digest and each.last < feed.last), None)
    if earlier is not None:
        return feed, [Finding("FEED_OF_BEFORE", "", {"day": earlier.last, "last": last.last})]
    if last.name == feed.name and feed.modified < last.modified:
        written, then = (_written(each) for each in (feed, last))
        params = {"date": written.date(), "time": _hour(written), "before": then.date(), "then": _hour(then)}
        return feed, [Finding("FEED_OLDER", "", {"file": feed.name, **params})]
    return feed, []


def _the_same(last: ReadFeed, today: date) -> Iterator[Finding]:
    if today > last.last:
        code = "FEED_STANDS_STILL" if today - last.first > _CLOSED else "FEED_UNCHANGED"
        yield Finding(code, "", {"first": last.first, "count": (today - last.first).days})


def _written(feed: ReadFeed) -> datetime:
    return datetime.fromtimestamp(feed.modified // 1_000_000_000)  # noqa: DTZ006 - as the clock on the wall


def _hour(moment: datetime) -> str:
    return f"{moment:%H:%M:%S}"
