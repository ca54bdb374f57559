"""The holdings of the feed for pages of Inrichting: counted once for as long as feed and settings stay the same."""

from collections.abc import Mapping
from contextlib import suppress

from attrs import evolve
from flask import request, url_for

from ..base.problems import Refusal
from ..commands.setup.held import Holdings
from ..commands.setup.holdings import holdings, holdings_of
from ..commands.setup.saving import Prepared
from ..settings import Settings
from .looks import stamp
from .showing import desk

#: Bytes of a feed that are counted while a page is waited for, some 60,000 appointments in a fifth of a second; of
#: more, a process of its own does it.
AT_ONCE = 8_000_000


class CountingError(Exception):
    """The feed is being counted; ``address``: where that can be followed."""

    def __init__(self, address: str) -> None:
        super().__init__(address)
        self.address = address


def holdings_now(settings: Settings) -> Holdings:
    """What the feed holds. Raises InputError, and CountingError where that is still being counted."""
    path = settings.input.path
    key = "holdings", stamp(path)

    def made() -> Holdings:
        if not path.is_file() or path.stat().st_size <= AT_ONCE:
            return holdings(settings, desk().day)
        return _counted(settings, key)

    return desk().kept(key, made)


def _counted(settings: Settings, key: tuple[object, ...]) -> Holdings:
    """What a process of its own counted; has it counted where that wasn't begun."""
    jobs, begun = desk().jobs, desk().kept((*key, "job"), lambda: [""])
    job = jobs.get(begun[0])
    if job is not None and job.refusal is not None:
        begun[0] = ""  # the next page tries again
        raise job.refusal
    if job is not None and isinstance(job.result, Holdings):
        return job.result
    if job is None:
        job = jobs.start("holdings", holdings_of, settings.path, desk().day, writes=False, then=request.path)
        begun[0] = job.id
    raise CountingError(url_for("work.page", job_id=job.id))


def effects(prepared: Prepared) -> Mapping[str, int]:
    """How many appointments more or fewer are what (`Holdings.sums`) by a change; nothing where that can't be counted
    while one waits."""
    with suppress(Refusal):  # settings that are put back may be such that they can't be read
        settings = desk().settings()
        path = settings.input.path
        if path.is_file() and path.stat().st_size <= AT_ONCE:
            before = holdings_now(settings).sums
            # A table that isn't there yet can't be read; its tariffs are at hand.
            after = holdings(evolve(prepared.settings, tariffs_path=None), desk().day, prepared.tariffs).sums
            return {name: after[name] - then for name, then in before.items() if after[name] != then}
    return {}
