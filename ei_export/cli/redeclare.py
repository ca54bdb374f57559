"""``ei-export redeclare``: declare again what was refused or credited."""

import click

from ..commands.corrections.corrections import redeclare as queue_redeclare
from .common import Call
from .credit import references
from .queueing import queueing, work


@click.command()
@references
@queueing
def redeclare(call: Call, references: tuple[str, ...], why: str) -> int:
    return work(call, lambda settings, why, today: queue_redeclare(settings, references, why, today), why)
