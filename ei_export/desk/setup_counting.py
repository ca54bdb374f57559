"""The holdings of the feed for pages of Inrichting: counted once for as long as feed and settings stay the same."""

from collections.abc import Hashable
from itertools import chain
from typing import Final

from attrs import define
from flask import current_app, request, url_for

from ..commands.setup.held import Holdings
from ..commands.setup.holdings import holdings, holdings_of
from ..settings import Settings
from .looks import stamp
from .showing import desk

#: Bytes of a feed that are counted while a page is waited for, some 60,000 appointments in a fifth of a second; of
#: more, a process of its own does it.
AT_ONCE = 8_000_000
#: Feeds and settings of which it is remembered.
_MOST_KEPT: Final = 4


class CountingError(Exception):
    """The feed is being counted; ``address``: where that can be followed."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def holdings_now(settings: Settings) -> Holdings:
    """What the feed holds. Raises InputError, and CountingError where that is still being counted."""
    path = settings.input.path
    own = (settings.path, path, *chain.from_iterable(settings.own_files.values()))
    state = desk().day, *map(stamp, own)
    kept: dict[Hashable, _Counted] = current_app.extensions.setdefault("ei_export.holdings", {})
    found = kept.get(state)
    if found is None:
        for old in [*kept][: len(kept) - _MOST_KEPT + 1]:
            kept.pop(old, None)
        found = kept[state] = _Counted()
    if found.held is None and path.is_file() and path.stat().st_size > AT_ONCE:
        found.held = _by_a_process(settings, found)
    if found.held is None:
        found.held = holdings(settings, desk().day)
    return found.held


@define
class _Counted:
    """What the feed holds, once it was counted, or the job that counts it. A write in the ledger changes neither."""

    held: Holdings | None = None
    job: str = ""


def _by_a_process(settings: Settings, found: _Counted) -> Holdings:
    """What a process of its own counted; has it counted where that wasn't begun."""
    jobs = desk().jobs
    job = jobs.get(found.job)
    if job is not None and job.refusal is not None:
        found.job = ""  # the next page tries again
        raise job.refusal
    if job is not None and isinstance(job.result, Holdings):
        return job.result
    if job is None:
        job = jobs.start("holdings", holdings_of, settings.path, desk().day, writes=False, then=request.path)
        found.job = job.id
    raise CountingError(url_for("work.page", job_id=job.id))
