"""The export that a practice begins with: dragged in, and put beside the settings to be made; or there already."""

import shutil
from itertools import count
from pathlib import Path

from ..base.delivery import writing
from ..base.private import make_file, make_folder
from ..commands.setup.begin import OWN_FILES
from .showing import uploaded
from .uploads import Upload, plain_name


def taken_in(folder: Path, typed: str) -> Path | None:
    """The export: what was dragged in, as a file in the folder of the practice under a name that was free; else what
    was typed, from that folder. None where nothing was said. Raises WriteError."""
    given = uploaded("export")
    if given:
        return _stored(folder, given[0])
    return folder / typed.strip() if typed.strip() else None


def give_up(export: Path | None) -> None:
    """Takes the export away again that was dragged in for a practice that doesn't begin with it: it holds persons."""
    if export is not None and uploaded("export"):
        export.unlink(missing_ok=True)


def _stored(folder: Path, upload: Upload) -> Path:
    stem, suffix = plain_name(Path(upload.name).stem, "export"), upload.path.suffix or ".csv"
    names = (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}" for number in count(1))
    with writing(folder):
        make_folder(folder)
        path = next(folder / name for name in names if name.casefold() not in OWN_FILES and _takes(folder / name))
        try:
            shutil.copyfile(upload.path, path)
        except BaseException:
            path.unlink()
            raise
    return path


def _takes(path: Path) -> bool:
    """Takes a name, if it is free, so that nothing is ever overwritten."""
    try:
        make_file(path, b"")
    except FileExistsError:
        return False
    return True
