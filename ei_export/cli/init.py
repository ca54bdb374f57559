"""``ei-export init``: a folder to start from."""

from pathlib import Path

import click

from ..base.wording import printable
from ..base.words import words
from .common import Call, command


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@command
def init(call: Call, folder: Path) -> int:
    from ..commands.setup.begin import begin

    made = begin(folder)
    call.say(
        lambda: {"files": list(map(str, made))},
        lambda: [*(printable(str(path)) for path in made), words("init", call.language)("next", folder=str(folder))],
        is_done=True,
    )
    return 0
