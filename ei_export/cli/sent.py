"""``ei-export sent``: the files of a run were handed to VECOZO."""

from datetime import date

import click

from ..base.problems import SettingsError
from ..base.words import words
from ..commands.corrections.runs import note_sent
from .common import Call, Day, Text, command
from .renewing import renew_lists


@click.command()
@click.argument("run", metavar="RUN", type=Text())
@click.option("--on", type=Day())
@click.option("--not-sent", is_flag=True)
@command
def sent(call: Call, run: str, on: date | None, not_sent: bool) -> int:
    if on is not None and not_sent:
        raise SettingsError("USAGE_SENT")
    settings = call.settings("corrections", "report")
    day = None if not_sent else on or call.day
    noted = note_sent(settings, run, day, call.day)
    say = words("corrections", settings.language)
    call.say(
        lambda: {"run": noted, "sent": day.isoformat() if day is not None else None},
        lambda: [say("not_sent" if day is None else "sent", run=noted, day=day)],
        is_done=True,
    )
    renew_lists(call, settings)
    return 0
