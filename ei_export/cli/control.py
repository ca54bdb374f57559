"""``ei-export control``: norms by which others control what was declared, a command each."""

from collections.abc import Sequence
from pathlib import Path

import click

from ..base.problems import Severities
from ..base.wording import printable
from ..commands.control.n0959 import control as judge
from ..commands.control.report import document, text_lines, write
from .common import HELD, Call, Text, command, group, painter

control = group("control")
_FILE = click.Path(path_type=Path, dir_okay=False)


@control.command("n0959")
@click.argument("more", metavar="", nargs=-1, type=_FILE)
@click.option("--activities", type=_FILE, required=True)
@click.option("--subtrajects", type=_FILE, required=True)
@click.option("--year", type=Text(), required=True)
@click.option("--signalled", "lists", type=_FILE, multiple=True)
@click.option("--out", "folder", type=click.Path(path_type=Path, file_okay=False))
@click.option("--xlsx", is_flag=True)
@command
def n0959(
    call: Call,
    activities: Path,
    subtrajects: Path,
    year: str,
    lists: tuple[Path, ...],
    more: tuple[Path, ...],
    folder: Path | None,
    xlsx: bool,
) -> int:
    if more and not lists:
        raise click.UsageError(f"--signalled {more[0]}")
    settings = call.settings("control", "headings") if call.has_settings() else None
    severities = settings.severities if settings is not None else Severities()
    found = judge(activities, subtrajects, year, (*lists, *more))
    files: Sequence[Path] = ()
    if folder is not None or xlsx:
        files = write(found, folder or Path(), call.language, xlsx=xlsx)
    call.say(
        lambda: document(found, call.language, severities, files),
        lambda: [*text_lines(found, call.language, severities, painter()), *(printable(str(path)) for path in files)],
        is_done=bool(files),
    )
    return HELD if severities.hold(found.findings) else 0
