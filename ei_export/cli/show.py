"""``ei-export show``: what stands in a message file."""

from datetime import date
from pathlib import Path

import click

from ..base.problems import Language
from ..commands.show.describe import Choice
from ..commands.show.show import Showing
from ..commands.show.show import show as show_file
from .common import has_settings, options, refusing, settings_of
from .speaking import speaking


def _list(context: click.Context, option: click.Parameter, value: str) -> frozenset[str]:
    """``01,04``"""
    return frozenset(filter(None, (each.strip() for each in value.split(","))))


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--records", callback=_list, default="", metavar="01,04", help="These kinds of records only.")
@click.option("--elements", callback=_list, default="", metavar="0409,0410", help="These elements only.")
@click.option("--all", "everything", is_flag=True, help="Empty elements too, and what repeats the record above.")
@click.option(
    "--mask", is_flag=True, help="Hide whom it is about: names, BSNs, birth dates, addresses, numbers, comments."
)
@options
@refusing
def show(
    file: Path,
    config: Path,
    today: date | None,
    as_json: bool,
    lang: Language | None,
    quiet: bool,
    records: frozenset[str],
    elements: frozenset[str],
    everything: bool,
    mask: bool,
) -> None:
    """Show what stands in a declaration or return file, or in a zip of them: who, what, and what the codes mean.

    FILE may come from any program. A practice's settings aren't needed.
    """
    insurers = settings_of(config, lang).uzovi if has_settings(config) else {}
    language: Language = lang or click.get_current_context().meta.get("ei_export.language", "nl")
    showing = Showing(language, Choice(records, elements, everything), as_json=as_json, mask=mask, insurers=insurers)
    exit_code = 0
    with speaking() as out:
        exit_code = show_file(file, showing, out)
    click.get_current_context().exit(exit_code)
