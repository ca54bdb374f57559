"""``ei-export sent``: the files of a run were handed to VECOZO."""

from datetime import date

import click

from ..base.problems import SettingsError
from ..base.words import words
from ..commands.corrections.runs import note_not_sent, note_sent
from .common import Call, Day, Text, command


@click.command()
@click.argument("run", metavar="RUN", type=Text())
@click.option("--on", type=Day())
@click.option("--not-sent", is_flag=True)
@command
def sent(call: Call, run: str, on: date | None, not_sent: bool) -> int:
    if on is not None and not_sent:
        raise SettingsError("USAGE_SENT")
    settings = call.settings("corrections", "report")
    if not_sent:
        noted = note_not_sent(settings, run, call.day)
    else:
        noted = note_sent(settings, run, on or call.day, call.day)
    say = words("corrections", settings.language)
    call.say(
        lambda: {"run": noted.run, "sent": noted.day.isoformat() if noted.day is not None else None},
        lambda: [say("sent", run=noted.run, day=noted.day) if noted.day is not None else say("not_sent", run=noted.run)],
        is_done=True,
    )
    return 0
