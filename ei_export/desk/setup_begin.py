"""The export that a practice begins with: dragged in, and put beside the settings to be made; or there already."""

import re
import shutil
from pathlib import Path
from typing import Final

from ..base.delivery import writing
from ..base.private import make_file, make_folder
from .showing import uploaded
from .uploads import Upload

#: What a file may be called that is put in the folder of the practice.
_PLAIN: Final = re.compile(r"[^A-Za-z0-9._-]+")


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
    stem = _PLAIN.sub("-", Path(upload.name).stem).strip(".-")[:60] or "export"
    suffix = upload.path.suffix or ".csv"
    with writing(folder):
        make_folder(folder)
        number = 1
        while True:
            path = folder / (f"{stem}{suffix}" if number == 1 else f"{stem}-{number}{suffix}")
            try:
                make_file(path, b"")  # takes the name, so that nothing is ever overwritten
            except FileExistsError:
                number += 1
                continue
            try:
                shutil.copyfile(upload.path, path)
            except BaseException:
                path.unlink()
                raise
            return path
