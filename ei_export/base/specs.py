"""Where the tables in ``specs/`` are, installed from a wheel or run from a checkout."""

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def _data(installed: str, checkout: str) -> Path:
    """The folder shipped inside the package, or its original beside the package in a checkout."""
    inside = _PACKAGE / installed
    return inside if inside.is_dir() else _PACKAGE.parent / checkout


SPECS = _data("_specs", "specs")
STARTER = _data("_starter", "fixtures/starter")


def label(path: Path) -> str:
    """How a rule is quoted to a person: ``specs/zorg1/vgz.csv`` for a built-in table, the given path for any other."""
    try:
        return f"specs/{Path(os.path.realpath(path)).relative_to(os.path.realpath(SPECS)).as_posix()}"
    except ValueError:
        return path.as_posix()
