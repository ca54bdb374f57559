"""``ei-export status``: how things stand, without a feed."""

import click

from ..commands.status.document import document
from ..commands.status.status import status as look
from ..commands.status.text import text_lines
from .common import Call, command, painter


@click.command()
@click.option("--lines", "with_lines", is_flag=True, help="Say what became of every line too.")
@click.option("--all", "everything", is_flag=True, help="Tell long lists in full.")
@command
def status(call: Call, everything: bool, with_lines: bool) -> int:
    """Say what was declared, granted, refused and held; which trajectories have no end, and what is nearly too late.
    Writes nothing."""
    settings = call.settings()
    with look(settings, call.day) as found:
        call.say(
            lambda: document(found, settings.language, lines=with_lines),
            lambda: text_lines(found, settings.language, everything=everything, with_lines=with_lines, paint=painter()),
        )
    return 0
