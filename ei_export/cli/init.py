"""``ei-export init``: a folder to start from."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

import click

from ..base.delivery import writing
from ..base.private import make_file, make_folder
from ..base.problems import Language, SettingsError
from ..base.specs import STARTER
from ..base.wording import printable
from .common import options, refusing
from .speaking import speaking

_NEXT: Final[Mapping[Language, str]] = {
    "nl": """
Proberen:       ga naar {folder} en geef: ei-export run
                Zolang message in ei-export.toml op "test" staat, is elke run een test: er wordt niets gedeclareerd
                en er blijft niets van bewaard.
Echt beginnen:  zet uw eigen gegevens in ei-export.toml, uw eigen afspraken en uw eigen tarieven in de plaats van de
                voorbeelden, geef ei-export check, en zet message op "production".""",
    "en": """
To try it:            go to {folder} and give: ei-export run
                      As long as message in ei-export.toml is "test", every run is a test: nothing is declared and
                      nothing of it is kept.
To start for real:    put your own details in ei-export.toml, and your own appointments and tariffs in the place of
                      the samples, give ei-export check, and set message to "production".""",
}


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
            language = lang or "nl"
            click.echo("\n".join(printable(str(path)) for path in made), out)
            click.echo(_NEXT[language].format(folder=folder), out)
