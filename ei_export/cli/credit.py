"""``ei-export credit``: take lines back."""

import click

from ..commands.corrections.corrections import cancel
from ..commands.corrections.corrections import credit as queue_credit
from .common import Call, Text
from .queueing import cancelling, queueing, work

references = click.argument("references", metavar="REF...", nargs=-1, required=True, type=Text())


@click.command()
@references
@cancelling
@queueing
def credit(call: Call, references: tuple[str, ...], is_cancelled: bool, why: str) -> int:
    act = cancel if is_cancelled else queue_credit
    return work(call, lambda settings, why, today: act(settings, references, why, today), why)
