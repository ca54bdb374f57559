"""A practice that begins: the folder of ``ei-export init``, with sample data to try it, or with its own export."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from attrs import evolve

from ...base.delivery import writing
from ...base.private import make_file, make_folder, reading_as
from ...base.problems import SettingsError
from ...base.specs import STARTER
from ...intake import open_any_feed
from ...settings import load
from .fields import change_values
from .guessing import column_guesses, is_likely
from .tariff_table import EMPTY
from .toml_text import Drop, Edit, Put, edited

#: The files of a starter folder: its settings, and what is made up.
_SETTINGS: Final = "ei-export.toml"
_TARIFFS: Final = "tariffs.csv"
#: What the starter's settings say of what is made up.
_MADE_UP: Final = re.compile("^# .* verzonnen.*\n", re.MULTILINE)
#: What the starter's settings name besides the export, whether it is there yet or not.
OWN_FILES: Final = frozenset({_SETTINGS, _TARIFFS, "ledger.sqlite"})


def begin(folder: Path) -> Sequence[Path]:
    """Makes a starter folder: settings, sample appointments and tariffs, ready to run as a test.

    Raises SettingsError where there is something in the folder, and WriteError.
    """
    made = [folder / file.name for file in sorted(STARTER.iterdir())]
    with writing(folder):
        if folder.exists() and any(folder.iterdir()):
            raise SettingsError("INIT_EXISTS", path=str(folder))
        make_folder(folder)
        for path in made:
            make_file(path, (STARTER / path.name).read_bytes())
    return made


def begin_with(config: Path, export: Path, details: Mapping[str, str]) -> Path:
    """Makes the settings of a practice from the starter's, with its own ``export`` and ``details`` (see
    `change_values`), and an empty tariff table; none of what is made up stays. What its columns may be is linked,
    where the names say so. Every run is a test until somebody says otherwise.

    Raises SettingsError where there are settings already or a detail is refused, InputError for an export that can't be
    read, and WriteError.
    """
    if config.exists():
        raise SettingsError("INIT_EXISTS", path=str(config))
    text = (STARTER / _SETTINGS).read_text("utf-8")
    tariffs = config.with_name(_TARIFFS)
    path = export.name if export.parent == config.parent else export.as_posix()
    feed = evolve(load(STARTER / _SETTINGS).input, path=export, table=details.get("input.table", ""))
    names = open_any_feed(export, feed, is_likely).names
    columns = {ours: theirs for theirs, ours in column_guesses(names).items() if theirs.casefold() != ours}
    text = _without_samples(text)
    text = edited(text, [Put(("input", "columns", ours), theirs) for ours, theirs in columns.items()])
    wanted = change_values({**details, "input.path": path}, {})
    text = edited(text, wanted.edits({}) if wanted is not None else ())
    empty = {} if tariffs.exists() else {tariffs: EMPTY}
    with reading_as({config: text.encode(), **empty}):
        load(config)
    with writing(config.parent):
        make_folder(config.parent)
        made = []
        try:
            for file, content in {**empty, config: text.encode()}.items():
                make_file(file, content)
                made.append(file)
        except FileExistsError:  # somebody else began it at the same time: all of it is theirs
            raise SettingsError("INIT_EXISTS", path=str(config)) from None
        except BaseException:
            for file in made:
                file.unlink()
            raise
    return config


def _without_samples(text: str) -> str:
    """The starter's settings without the practice that it makes up: who it is, its codes and its contracts."""
    sample = load(STARTER / _SETTINGS)
    made_up = tomllib.loads(text)["practice"]
    who: list[Edit] = [
        Drop(("practice", "pay_to")),
        *(Put(("practice", name), "") for name in made_up if name != "pay_to"),
    ]
    text = _MADE_UP.sub("", text)
    codes = [Drop(("codes", code)) for code in sample.codes]
    return edited(text, [*who, *codes, *(Drop(("contracts", 0)) for _ in sample.contracts)])
