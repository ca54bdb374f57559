"""What ``credit``, ``redeclare`` and ``correct`` have in common: references in, a queue out."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

import click
from attrs import asdict

from ..base.problems import Language
from ..commands.corrections.corrections import Queue
from ..commands.corrections.report import problem, queue_document, queue_lines
from ..settings import Settings
from .common import HELD, Text, day_or_today, options, refusing, settings_of
from .speaking import speaking, warn

F = TypeVar("F", bound=Callable[..., Any])


def queueing(function: F) -> F:
    """The arguments and options of every command that queues corrections."""
    for decorator in (
        refusing,
        options,
        click.option("--why", default="", type=Text(), metavar="TEXT", help="The reason, kept in the ledger."),
    ):
        function = decorator(function)
    return function


def work(
    act: Callable[[Settings, str, date], Queue],
    *,
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
    why: str,
    changes: bool = False,
) -> None:
    """Queues what is asked, tells what came of it, and ends with 0, or 1 where something can't be done. ``changes``:
    what is asked for is all that the last run saw."""
    settings = settings_of(config, lang)
    done = act(settings, why.strip(), day_or_today(today))
    queued = [asdict(line) for line in done.queued]
    refused = [
        {**problem(finding, reference, settings.language, settings.severities), "position": position}
        for reference, position, finding in done.refused
    ]
    with speaking(is_done=True) as out:
        if as_json:
            click.echo(json.dumps(queue_document(queued, refused), ensure_ascii=False, indent=1), out)
        elif not quiet:
            for line in queue_lines(queued, settings.language, changes=changes):
                click.echo(line, out)
    for each in refused:
        warn(f"{each['message']}\n{each['remedy']}")
    click.get_current_context().exit(HELD if refused else 0)
