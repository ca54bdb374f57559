"""``ei-export prune``: take persons out of what was settled long ago."""

import sys
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

import click
from attrs import asdict

from ..base.problems import Language, SettingsError
from ..base.words import Words, words
from ..commands.prune import Pruned, Staying, plan, take_out
from ..output.paper import wrapped
from .common import Call, Day, command
from .renewing import renew_lists
from .speaking import warn

_MOST: Final = 20


@click.command()
@click.option("--before", type=Day(), required=True)
@click.option("--yes", is_flag=True)
@command
def prune(call: Call, before: date, yes: bool) -> int:
    settings = call.settings("prune")
    say = words("prune", settings.language)
    found = plan(settings, before, call.day)
    if not yes:
        if call.as_json or not _is_asked():
            raise SettingsError("PRUNE_NOT_CONFIRMED")
        if not _agrees("\n".join(wrapped(say("question", patients=len(found.patients), day=before))), say("yes")):
            click.echo(say("stopped"), err=True)
            return 0
    done = take_out(settings, before, call.day)
    call.say(lambda: _document(done), lambda: _lines(done, settings.language), is_done=True)
    if not done.is_compact:
        warn(say("compact"))
    renew_lists(call, settings)
    return 0


def _agrees(question: str, letter: str) -> bool:
    """Whether who is asked goes on; in any of our languages."""
    answer = click.prompt(f"{question} [{letter}/N]", default="", show_default=False, err=True)
    return answer.strip().casefold() in ("j", "ja", "y", "yes")


def _is_asked() -> bool:
    """Whether there is somebody to ask."""
    return sys.stdin.isatty()


def _document(done: Pruned) -> dict[str, object]:
    plan = done.plan
    return {
        "before": plan.before.isoformat(),
        "patients": len(plan.patients),
        "lines": done.lines,
        "files": list(done.files),
        "kept_files": list(done.kept_files),
        "staying": list(map(asdict, plan.staying)),
        "newer": plan.newer,
    }


def _lines(done: Pruned, language: Language) -> Iterator[str]:
    say, plan = words("prune", language), done.plan
    counts = {"patients": len(plan.patients), "lines": done.lines, "files": len(done.files)}
    yield from wrapped(say("done" if any(counts.values()) else "nothing", day=plan.before, **counts))
    if plan.newer:
        yield from wrapped(say("newer", count=plan.newer, day=plan.before))
    if plan.staying:
        yield say("staying", count=len(plan.staying))
        yield from _listed([_shown(each, say) for each in plan.staying], say)
    if done.kept_files:
        yield from wrapped(say("kept", count=len(done.kept_files)))
        yield from _listed(done.kept_files, say)


def _shown(staying: Staying, say: Words) -> str:
    why = say(f"why.{staying.reason}", shown_by=staying.shown_by)
    return say("patient", patient=staying.patient_id, why=why)


def _listed(items: Sequence[str], say: Words) -> Iterator[str]:
    """The first of so many."""
    for item in items[:_MOST]:
        yield from wrapped(item, "  - ")
    if len(items) > _MOST:
        yield f"  - {say('more', count=len(items) - _MOST)}"
