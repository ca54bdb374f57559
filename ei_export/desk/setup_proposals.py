"""A change that somebody asked for at Inrichting, kept for its session until it is saved: at an address of its own, so
that who comes back to it only looks. What it makes of the next run is told beside it, by a check."""

from datetime import datetime
from typing import Final

from attrs import define
from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from werkzeug.datastructures import MultiDict

from ..base.problems import BusyError, Refusal, refusal_of, render
from ..base.words import words
from ..commands.run.difference import Difference
from ..commands.setup.pasting import Pasted
from ..commands.setup.saving import Prepared, save
from ..commands.setup.told import refused
from .jobs import Job
from .running import Asked, compare
from .showing import desk, session

#: Bytes of a feed, and of a ledger, with which two checks are done while a page is waited for; with more, a process of
#: its own does them.
AT_ONCE: Final = 250_000, 4_000_000
KIND: Final = "compare"


@define(eq=False)
class Refused:
    """A form that was refused, as it was filled in, and why."""

    typed: MultiDict[str, str]
    problems: list[str]


@define(eq=False)
class Proposal:
    """A change of a ``section``; ``back``: the page it was asked on; ``key``: see `Session.remember`. ``difference``:
    what it makes of the next run, or ``failed``, why that can't be told, or the ``job`` that is finding out."""

    prepared: Prepared
    section: str
    back: str
    pasted: Pasted | None = None
    key: str = ""
    difference: Difference | None = None
    failed: Refusal | None = None
    job: Job | None = None
    is_saved: bool = False


def propose(proposal: Proposal) -> ResponseReturnValue:
    """Leads to the page of a proposal."""
    proposal.key = session().remember(proposal)
    return redirect(url_for("setup.proposal", key=proposal.key), 303)


def again(where: str, typed: MultiDict[str, str], *problems: str) -> ResponseReturnValue:
    """Leads back to a page with forms, filled in as they were, and why what they ask for isn't done."""
    key = session().remember(Refused(typed, [*problems]))
    return redirect(f"{where}{'&' if '?' in where else '?'}opnieuw={key}", 303)


def problems_of(refusal: Refusal) -> list[str]:
    """Why a form is refused, in words."""
    return [*refused(refusal, desk().language)]


def find_out(proposal: Proposal) -> None:
    """Has a check say what a proposal makes of the next run, unless that is known or found out already."""
    job = proposal.job
    if job is not None and job.state != "works":
        proposal.difference = job.result if isinstance(job.result, Difference) else None
        proposal.failed, proposal.job = job.refusal, None
    if proposal.difference or proposal.failed or proposal.job:
        return
    prepared, config = proposal.prepared, desk().config
    asked = Asked(config, desk().day, desk().asked_language)
    args = asked, prepared.before.contents, prepared.after
    try:
        if _is_long(prepared):
            then = url_for("setup.proposal", key=proposal.key)
            proposal.job = desk().jobs.start(KIND, compare, *args, writes=False, then=then)
        else:
            proposal.difference = compare(*args, lambda stage, count: None)
    except BusyError:
        return  # other work goes on: who looks again has it tried again
    except Exception as error:  # noqa: BLE001 - it is told, and the change can be saved all the same
        proposal.failed = refusal_of(error)


def _is_long(prepared: Prepared) -> bool:
    paths = prepared.settings.input.path, prepared.settings.ledger.path
    sizes = zip(paths, AT_ONCE, strict=True)
    return any(path.is_file() and path.stat().st_size > most for path, most in sizes)


def how_far(proposal: Proposal) -> str:
    """How far the check is, in words."""
    job = proposal.job
    if job is None or not job.stage:
        return ""
    return words("progress", desk().language)(f"stage.{job.stage}", count=job.count)


def save_proposal(proposal: Proposal) -> None:
    """Saves it, and finds out no more. Raises SettingsError."""
    save(proposal.prepared, datetime.now())  # noqa: DTZ005 - the clock on the wall
    proposal.is_saved = True
    if proposal.job is not None:
        desk().jobs.stop(proposal.job.id)
        proposal.job = None


def failed_because(proposal: Proposal) -> str:
    """Why it can't be told what the change makes of the next run."""
    failed = proposal.failed
    return " ".join(render(failed.code, failed.params, desk().language)) if failed is not None else ""
