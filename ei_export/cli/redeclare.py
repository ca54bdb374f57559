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
    """Declare lines again that were refused or credited: the next run makes new lines, by what is known then.

    REF is the reference of a line or the id of its appointment, or an invoice number for all refused lines of that
    declaration. Of a credit that was refused it is credited again.
    """
    return work(call, lambda settings, why, today: queue_redeclare(settings, references, why, today), why)
