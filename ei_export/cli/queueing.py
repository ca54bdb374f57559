"""What ``credit``, ``redeclare`` and ``correct`` have in common: references in, a queue out."""

from collections.abc import Callable
from datetime import date

import click
from attrs import asdict

from ..commands.corrections.corrections import Queued
from ..commands.corrections.named import Done
from ..commands.corrections.report import problem, queue_lines
from ..settings import Settings
from .common import HELD, Call, Text, command
from .renewing import renew_lists
from .speaking import warn


def queueing(function: Callable[..., int]) -> Callable[..., None]:
    """The arguments and options of every command that queues corrections."""
    why = click.option("--why", default="", type=Text(), metavar="TEXT")
    return why(command(function))


#: Of every command that queues: not after all.
cancelling = click.option("--cancel", "is_cancelled", is_flag=True)


def work(call: Call, act: Callable[[Settings, str, date], Done[Queued]], why: str, *, changes: bool = False) -> int:
    """Queues what is asked, tells what came of it, and gives 0, or 1 where something can't be done.
    ``changes``: what
    is asked for is all that the last run saw."""
    settings = call.settings("corrections", "counted")
    done = act(settings, why.strip(), call.day)
    queued = [asdict(line) for line in done.items]
    refused = [
        {**problem(finding, reference, settings.language, settings.severities), "position": position}
        for reference, position, finding in done.refused
    ]
    call.say(
        lambda: {"queued": queued, "problems": refused},
        lambda: queue_lines(queued, settings.language, changes=changes),
        is_done=True,
    )
    for each in refused:
        warn(f"{each['message']}\n{each['remedy']}")
    if done.items:
        renew_lists(call, settings)
    is_held = not done.items or any(each["severity"] == "error" for each in refused)
    return HELD if refused and is_held else 0
