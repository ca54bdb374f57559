"""``ei-export agreements``: what is agreed with whom on a day."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import click

from ..base.problems import Severities
from ..base.wording import printable
from ..commands.agreements.agreements import agreements as look
from ..commands.agreements.text import document, text_lines, write
from .common import Call, Day, Text, command, painter


@click.command()
@click.option("--on", "day", type=Day())
@click.option("--insurer", type=Text(), default="")
@click.option("--program", type=Text(), default="")
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--xlsx", is_flag=True)
@command
def agreements(call: Call, day: date | None, insurer: str, program: str, folder: Path | None, xlsx: bool) -> int:
    settings = call.settings("agreements", "headings") if call.has_settings() else None
    severities = settings.severities if settings is not None else Severities()
    screen = look(settings, day or call.day, insurer, program)
    files: Sequence[Path] = ()
    if folder is not None or xlsx:
        folder = folder or (settings.output.dir if settings is not None else Path())
        ledger = settings.ledger.path if settings is not None else folder
        files = write(screen, folder, ledger, call.language, xlsx=xlsx)
    call.say(
        lambda: document(screen, call.language, severities, files),
        lambda: [*text_lines(screen, call.language, severities, painter()), *(printable(str(path)) for path in files)],
        is_done=bool(files),
    )
    return 0
