"""Where a practice's runs and its ledger are, also where its settings are refused: a night that fails for a typing
error is told of where people look.
"""

import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Final

from ..base.private import read_file
from ..base.problems import SettingsError
from .sections import Section

#: A table of the file, up to the next one.
_TABLE: Final = r"(?ms)^[ \t]*\[{name}\][^\n]*\n.*?(?=^[ \t]*\[|\Z)"


def places(path: Path) -> tuple[Path, Path]:
    """The folder of the runs and the ledger as far as a file says them, whatever is wrong with the rest of it; else
    where they are by default. Raises nothing."""
    text = ""
    with suppress(OSError):
        text = read_file(path).decode("utf-8-sig", "replace")
    return _place(path, text, "output", "dir", "out"), _place(path, text, "ledger", "path", "ledger.sqlite")


def _place(path: Path, text: str, table: str, key: str, default: str) -> Path:
    found = re.search(_TABLE.format(name=table), text)
    with suppress(SettingsError, ValueError, RecursionError):
        if found is not None:
            return Section(path, table, tomllib.loads(found[0])[table], {}).place(key, default)
    return path.parent / default
