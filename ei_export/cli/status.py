"""``ei-export status``: how things stand, without a feed."""

import click

from ..commands.status.document import document
from ..commands.status.status import status as look
from ..commands.status.text import text_lines
from .common import Call, command, painter


@click.command()
@click.option("--lines", "with_lines", is_flag=True)
@click.option("--all", "everything", is_flag=True)
@command
def status(call: Call, everything: bool, with_lines: bool) -> int:
    settings = call.settings()
    with look(settings, call.day) as found:
        call.say(
            lambda: document(found, settings.language, lines=with_lines),
            lambda: text_lines(found, settings.language, everything=everything, with_lines=with_lines, paint=painter()),
        )
    return 0
