"""``ei-export credit``: take lines back."""

from typing import Any

import click

from ..pipeline.corrections import credit as queue_credit
from .queueing import queueing, work

references = click.argument("references", metavar="REF...", nargs=-1, required=True)


@click.command()
@references
@queueing
def credit(references: tuple[str, ...], **choices: Any) -> None:
    """Take back declared lines: the next run sends a credit of each, a copy of the line as it was sent.

    REF is the reference of a line, as in lines.csv. Only a line that was not refused can be credited, once.
    """
    work(lambda settings, why, today: queue_credit(settings, references, why, today), **choices)
