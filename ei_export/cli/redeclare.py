"""``ei-export redeclare``: declare again what was refused or credited."""

from typing import Any

import click

from ..commands.corrections.corrections import redeclare as queue_redeclare
from .credit import references
from .queueing import queueing, work


@click.command()
@references
@queueing
def redeclare(references: tuple[str, ...], **choices: Any) -> None:
    """Declare lines again that were refused or credited: the next run makes new lines, by what is known then.

    REF is the reference of a line or the id of its appointment, or an invoice number for all refused lines of that
    declaration. Of a credit that was refused it is credited again.
    """
    work(lambda settings, why, today: queue_redeclare(settings, references, why, today), **choices)
