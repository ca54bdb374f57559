"""Where the tables in ``specs/`` are, installed from a wheel or run from a checkout."""

import os
from collections.abc import Mapping, Sequence
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


def own_labels(paths: Sequence[Path]) -> Mapping[str, Path]:
    """Tables of a practice's own by how a rule of them is quoted: by their place below the folder that holds them all,
    so that a practice is told the same wherever it is and however its settings are named."""
    if not paths:
        return {}
    try:
        folder = os.path.commonpath([os.path.normpath(path.parent.absolute()) for path in paths])
    except ValueError:  # on two drives
        return {path.as_posix(): path for path in paths}
    return {Path(os.path.relpath(path, folder)).as_posix(): path for path in paths}
