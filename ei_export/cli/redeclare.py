"""``ei-export redeclare``: declare again what was refused or credited."""

import click

from ..commands.corrections.again import redeclare as queue_redeclare
from ..commands.corrections.corrections import cancel
from .common import Call
from .credit import references
from .queueing import cancelling, queueing, work


@click.command()
@references
@cancelling
@queueing
def redeclare(call: Call, references: tuple[str, ...], is_cancelled: bool, why: str) -> int:
    if is_cancelled:
        return work(call, lambda settings, why, today: cancel(settings, references, why, today, "redeclare"), why)
    return work(call, lambda settings, why, today: queue_redeclare(settings, references, why, today), why)
