"""``ei-export correct``: lines whose appointments changed since they were declared."""

from datetime import date

import click

from ..base.problems import SettingsError
from ..commands.corrections.corrections import Queue
from ..commands.corrections.corrections import correct as queue_correct
from ..settings import Settings
from .common import Call, Text
from .queueing import queueing, work


@click.command()
@click.argument("references", metavar="[REF...]", nargs=-1, type=Text())
@click.option("--all", "everything", is_flag=True)
@queueing
def correct(call: Call, references: tuple[str, ...], everything: bool, why: str) -> int:
    if bool(references) is everything:
        raise SettingsError("USAGE_REFERENCES")

    def act(settings: Settings, why: str, today: date) -> Queue:
        return queue_correct(settings, references, why, today, everything=everything)

    return work(call, act, why, changes=everything)
