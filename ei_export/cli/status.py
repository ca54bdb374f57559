"""``ei-export status``: how things stand, without a feed, or stood."""

from datetime import date

import click

from ..base.problems import SettingsError
from ..commands.status.document import document
from ..commands.status.status import status as look
from ..commands.status.text import text_lines
from ..commands.status.then import document_on, status_on, text_on
from .common import Call, Day, command, painter


@click.command()
@click.option("--lines", "with_lines", is_flag=True)
@click.option("--all", "everything", is_flag=True)
@click.option("--on", type=Day())
@command
def status(call: Call, on: date | None, everything: bool, with_lines: bool) -> int:
    if on is not None and (everything or with_lines):
        raise SettingsError("USAGE_STATUS_ON")
    settings = call.settings()
    if on is not None:
        then = status_on(settings, on)
        call.say(lambda: document_on(then, call.day), lambda: text_on(then, call.day, settings.language, painter()))
        return 0
    with look(settings, call.day) as found:
        call.say(
            lambda: document(found, settings.language, lines=with_lines),
            lambda: text_lines(found, settings.language, everything=everything, with_lines=with_lines, paint=painter()),
        )
    return 0
