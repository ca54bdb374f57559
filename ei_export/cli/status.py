"""``ei-export status``: how things stand, without a feed."""

from datetime import date
from pathlib import Path

import click

from ..base.problems import Language
from ..commands.status.document import write_json
from ..commands.status.status import status as look
from ..commands.status.text import StatusText
from .common import day_or_today, options, painter, refusing, settings_of
from .speaking import speaking


@click.command()
@click.option("--lines", "with_lines", is_flag=True, help="Say what became of every line too.")
@click.option("--all", "everything", is_flag=True, help="Tell long lists in full.")
@options
@refusing
def status(
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
    everything: bool,
    with_lines: bool,
) -> None:
    """Say what was declared, granted, refused and held; which trajectories have no end, and what is nearly too late.
    Writes nothing."""
    settings = settings_of(config, lang)
    with look(settings, day_or_today(today)) as found, speaking() as out:
        if as_json:
            write_json(found, settings.language, out, lines=with_lines)
        elif not quiet:
            for line in StatusText(found, settings.language, everything, with_lines, painter()).lines():
                click.echo(line, out)
