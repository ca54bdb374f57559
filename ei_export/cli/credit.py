"""``ei-export credit``: take lines back."""

from typing import Any

import click

from ..commands.corrections.corrections import cancel
from ..commands.corrections.corrections import credit as queue_credit
from .common import Text
from .queueing import queueing, work

references = click.argument("references", metavar="REF...", nargs=-1, required=True, type=Text())


@click.command()
@references
@click.option("--cancel", "is_cancelled", is_flag=True, help="Do not credit them after all; only before a run did.")
@queueing
def credit(references: tuple[str, ...], *, is_cancelled: bool, **choices: Any) -> None:
    """Take back declared lines: the next run sends a credit of each, a copy of the line as it was sent.

    REF is the reference of a line, as in lines.csv, or the id of its appointment where one line of that stands. Only a
    line that was not refused can be credited, once.
    """
    act = cancel if is_cancelled else queue_credit
    work(lambda settings, why, today: act(settings, references, why, today), **choices)
