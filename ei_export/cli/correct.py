"""``ei-export correct``: lines whose appointments changed since they were declared."""

from datetime import date

import click

from ..base.problems import SettingsError
from ..commands.corrections.corrections import Queued, cancel
from ..commands.corrections.corrections import correct as queue_correct
from ..commands.corrections.named import Done
from ..settings import Settings
from .common import Call, Text
from .queueing import cancelling, queueing, work


@click.command()
@click.argument("references", metavar="[REF...]", nargs=-1, type=Text())
@click.option("--all", "everything", is_flag=True)
@cancelling
@queueing
def correct(call: Call, references: tuple[str, ...], everything: bool, is_cancelled: bool, why: str) -> int:
    if bool(references) is everything or (is_cancelled and everything):
        raise SettingsError("USAGE_REFERENCES")

    def act(settings: Settings, why: str, today: date) -> Done[Queued]:
        if is_cancelled:
            return cancel(settings, references, why, today, "correct")
        return queue_correct(settings, references, why, today, everything=everything)

    return work(call, act, why, changes=everything)
