"""``ei-export show``: what stands in a message file."""

from pathlib import Path

import click

from ..commands.show.describe import Choice
from ..commands.show.show import Showing
from ..commands.show.show import show as show_file
from .common import Call, command
from .speaking import speaking


def _list(context: click.Context, option: click.Parameter, value: str) -> frozenset[str]:
    """``01,04``"""
    return frozenset(filter(None, (each.strip() for each in value.split(","))))


@click.command()
@click.argument("file", metavar="FILE", type=click.Path(path_type=Path))
@click.option("--records", callback=_list, default="", metavar="01,04")
@click.option("--elements", callback=_list, default="", metavar="0409,0410")
@click.option("--all", "everything", is_flag=True)
@click.option("--mask", is_flag=True)
@command
def show(
    call: Call, file: Path, records: frozenset[str], elements: frozenset[str], everything: bool, mask: bool
) -> int:
    insurers = call.settings().uzovi if call.has_settings() else {}
    choice = Choice(records, elements, everything)
    showing = Showing(call.language, choice, as_json=call.as_json, mask=mask, insurers=insurers)
    exit_code = 0  # also where nobody reads on
    with speaking() as out:
        exit_code = show_file(file, showing, out)
    return exit_code  # noqa: RET504
