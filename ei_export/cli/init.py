"""``ei-export init``: a folder to start from."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final

import click

from ..base.delivery import writing
from ..base.private import make_file, make_folder
from ..base.problems import Language, SettingsError
from ..base.specs import STARTER
from ..base.wording import printable
from .common import Call, command

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
@command
def init(call: Call, folder: Path) -> int:
    """Make DIR with settings, sample appointments and tariffs: ready to run, and to be made your own."""
    made = [folder / file.name for file in sorted(STARTER.iterdir())]
    with writing(folder):
        if folder.exists() and any(folder.iterdir()):
            raise SettingsError("INIT_EXISTS", path=str(folder))
        make_folder(folder)
        for path in made:
            make_file(path, (STARTER / path.name).read_bytes())
    call.say(
        lambda: {"files": list(map(str, made))},
        lambda: [*(printable(str(path)) for path in made), _NEXT[call.language].format(folder=folder)],
        is_done=True,
    )
    return 0
