"""``ei-export agreements``: what is agreed with whom on a day."""

from datetime import date

import click

from ..base.problems import Severities
from ..commands.agreements.agreements import agreements as look
from ..commands.agreements.text import document, text_lines
from .common import Call, Day, Text, command, painter


@click.command()
@click.option("--on", "day", type=Day())
@click.option("--insurer", type=Text(), default="")
@click.option("--program", type=Text(), default="")
@command
def agreements(call: Call, day: date | None, insurer: str, program: str) -> int:
    settings = call.settings() if call.has_settings() else None
    severities = settings.severities if settings is not None else Severities()
    screen = look(settings, day or call.day, insurer, program)
    call.say(
        lambda: document(screen, call.language, severities),
        lambda: text_lines(screen, call.language, severities, painter()),
    )
    return 0
