"""``ei-export init``: a folder to start from."""

import json
from datetime import date
from pathlib import Path

import click

from ..delivery import writing
from ..private import make_file, make_folder
from ..problems import Language, SettingsError
from ..specs import STARTER
from .common import options, refusing
from .speaking import speaking


@click.command()
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path, file_okay=False))
@options
@refusing
def init(folder: Path, config: Path, today: date | None, as_json: bool, lang: Language | None, quiet: bool) -> None:
    """Make DIR with settings, sample appointments and tariffs: ready to run, and to be made your own."""
    made = [folder / file.name for file in sorted(STARTER.iterdir())]
    with writing(folder):
        if folder.exists() and any(folder.iterdir()):
            raise SettingsError("INIT_EXISTS", path=str(folder))
        make_folder(folder)
        for path in made:
            make_file(path, (STARTER / path.name).read_bytes())
    with speaking(is_done=True) as out:
        if as_json:
            click.echo(json.dumps({"files": list(map(str, made))}), out)
        elif not quiet:
            click.echo("\n".join(map(str, made)), out)
