"""``ei-export correct``: lines whose appointments changed since they were declared."""

from typing import Any

import click

from ..pipeline.corrections import correct as queue_correct
from .queueing import queueing, work


@click.command()
@click.argument("references", metavar="[REF...]", nargs=-1)
@click.option("--all", "everything", is_flag=True, help="Every line whose appointment changed since it was declared.")
@queueing
def correct(references: tuple[str, ...], everything: bool, **choices: Any) -> None:
    """Correct declared lines: the next run sends a credit of each, and a new line if the appointment still counts.

    REF is the reference of a line, as in problems.csv.
    """
    if bool(references) is everything:
        raise click.UsageError("REF... | --all")

    work(lambda settings, why, today: queue_correct(settings, references, why, today, everything=everything), **choices)
