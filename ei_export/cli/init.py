"""``ei-export init``: a folder to start from."""

from pathlib import Path

import click

from ..base.delivery import writing
from ..base.private import make_file, make_folder
from ..base.problems import SettingsError
from ..base.specs import STARTER
from ..base.wording import printable
from ..base.words import words
from .common import Call, command


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@command
def init(call: Call, folder: Path) -> int:
    made = [folder / file.name for file in sorted(STARTER.iterdir())]
    with writing(folder):
        if folder.exists() and any(folder.iterdir()):
            raise SettingsError("INIT_EXISTS", path=str(folder))
        make_folder(folder)
        for path in made:
            make_file(path, (STARTER / path.name).read_bytes())
    call.say(
        lambda: {"files": list(map(str, made))},
        lambda: [*(printable(str(path)) for path in made), words("init", call.language)("next", folder=str(folder))],
        is_done=True,
    )
    return 0
