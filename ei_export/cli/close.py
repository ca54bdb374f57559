"""``ei-export close``: end what needs no further declaring, or open it again."""

from collections.abc import Iterator
from typing import Any, cast, get_args

import click
from attrs import asdict

from ..base.problems import Language, SettingsError
from ..base.wording import euros
from ..base.words import words
from ..commands.corrections.closing import Item, reopen
from ..commands.corrections.closing import close as close_all
from ..commands.corrections.report import problem
from ..ledger.line import ClosedAs
from .common import HELD, Call
from .credit import references
from .queueing import queueing
from .renewing import renew_lists
from .speaking import warn


@click.command()
@references
@click.option("--as", "closed_as", type=click.Choice(get_args(ClosedAs)))
@click.option("--reopen", "is_opened", is_flag=True)
@queueing
def close(call: Call, references: tuple[str, ...], closed_as: str | None, is_opened: bool, why: str) -> int:
    if (closed_as is None) is not is_opened:
        raise SettingsError("USAGE_CLOSE")
    settings = call.settings("corrections")
    if is_opened:
        done = reopen(settings, references, why.strip(), call.day)
    else:
        done = close_all(settings, references, cast(ClosedAs, closed_as), why.strip(), call.day)
    problems = [
        {**problem(finding, name, settings.language, settings.severities), "position": position}
        for name, position, finding in done.refused
    ]
    items = [] if problems else done.items
    call.say(
        lambda: {"closed": [_document(item, closed_as) for item in items], "problems": problems},
        lambda: _lines(items, closed_as, settings.language),
        is_done=True,
    )
    for each in problems:
        warn(f"{each['message']}\n{each['remedy']}")
    if items:
        renew_lists(call, settings)
    return HELD if problems else 0


def _document(item: Item, closed_as: str | None) -> dict[str, Any]:
    told = asdict(item, filter=lambda attribute, _: attribute.name not in ("matters", "task"))
    return {**told, "task": item.task.key if item.task is not None else None, "as": closed_as}


def _lines(items: list[Item], closed_as: str | None, language: Language) -> Iterator[str]:
    """What was done, for a person at a terminal."""
    say = words("corrections", language)
    what, way = ("closed", say(f"way.{closed_as}")) if closed_as is not None else ("reopened", "")
    for item in items:
        rest = f"€ {euros(item.rest_cents, language)}" if item.rest_cents is not None else ""
        kind = "line" if item.reference else "appointment" if item.task is None else "task"
        about = {"appointment_id": item.appointment_id, "reference": item.reference, "name": item.name}
        yield say(f"{what}_{kind}", way=way, rest=rest, **about)
        if item.task is not None and closed_as is not None:
            yield f"  {item.task.once_closed(language)}"
    if not items:
        yield say("closed_none")
    elif closed_as is not None:
        yield say("closed_after")
