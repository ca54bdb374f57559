"""``ei-export index``: the practice's part of the treatment index, and the index where a reference table is given."""

from collections.abc import Sequence
from pathlib import Path

import click

from .. import __version__
from ..commands.index.index import Asked, compute
from ..commands.index.publish import publish
from ..commands.index.report import document, text_lines
from .common import HELD, Call, command_of_versions, painter

_FIRST_YEAR, _LAST_YEAR = 2000, 2099
_VERSIONS = ("1", "2", "3")


def _year(context: click.Context, option: click.Parameter, value: int) -> int:
    """A year of four digits; another one is a typing error."""
    if value not in range(_FIRST_YEAR, _LAST_YEAR + 1):
        raise click.BadParameter(f"{_FIRST_YEAR} … {_LAST_YEAR}", context, option)
    return value


def _version(context: click.Context, option: click.Parameter, value: str) -> int:
    """Which version of the index; without a value it is asked which version the program is."""
    if not value:
        click.echo(f"ei-export, version {__version__}")
        context.exit()
    if value not in _VERSIONS:
        raise click.BadParameter(" | ".join(_VERSIONS), context, option)
    return int(value)


@click.command()
@click.argument("more", metavar="", nargs=-1, type=click.Path(path_type=Path))
@click.option("--xlsx", is_flag=True)
@click.option("--out", type=click.Path(path_type=Path, file_okay=False))
@click.option("--social-status", "statuses", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--reference", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--files", multiple=True, type=click.Path(path_type=Path))
@click.option("--version", metavar="1|2|3", is_flag=False, flag_value="", default="3", callback=_version)
@click.option("--year", metavar="N", type=int, callback=_year, required=True)
@command_of_versions
def index(
    call: Call,
    year: int,
    version: int,
    files: Sequence[Path],
    more: Sequence[Path],
    reference: Path | None,
    statuses: Path | None,
    out: Path | None,
    xlsx: bool,
) -> int:
    if more and not files:
        raise click.UsageError(f"--files {more[0]}")
    settings = call.settings("index", "headings")
    found = compute(settings, Asked(year, version, (*files, *more), reference, statuses), call.day)
    found, written = publish(found, settings, out, call.day, xlsx=xlsx)
    call.say(
        lambda: document(found, written, settings.severities, settings.language),
        lambda: text_lines(found, written, settings.severities, settings.language, painter()),
        is_done=True,
    )
    return HELD if settings.severities.hold(found.findings) else 0
