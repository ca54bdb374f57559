"""Files that were dragged in: how large they may be, and where they are meanwhile.

They are in a folder of their own, which only its owner can look into, under names of ours, until the work on them ends,
or the form that can't be done yet is sent again. What they were called is shown, and nothing else is done with it.
"""

import re
import unicodedata
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO, Final

from attrs import frozen

from ..base.wording import printable
from .jobs import private_folder, remove

_MB: Final = 1_000_000
#: Of a name that is shown, and of one by which a file is kept: no file system takes more than 255 bytes.
_LONGEST_NAME: Final = 120
_LONGEST_PLAIN: Final = 60
#: What may not stand in a name by which a file is kept, on Windows, Linux or macOS.
_NOT_PLAIN: Final = re.compile(r'[<>:"/\\|?*]+')
#: What Windows takes for a device, whatever stands behind the first dot
#: (learn.microsoft.com/windows/win32/fileio/naming-a-file).
_DEVICE: Final = re.compile(r"(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9¹²³]) *(\..*)?", re.IGNORECASE | re.DOTALL)


@frozen
class Limit:
    """What a form may hold in all, in bytes, and in how many files. ``file``: of one of them."""

    whole: int = 4 * _MB
    file: int = 0
    files: int = 0


#: What forms may hold, by how their address begins, the first one that does; elsewhere texts alone. The export of a
#: practice has some 250 bytes a row: 150 MB are more than half a million appointments. An answer repeats the file that
#: it answers.
LIMITS: Final = {
    "/vandaag": Limit(152 * _MB, 150 * _MB, 1),
    "/inrichting/beginnen": Limit(152 * _MB, 150 * _MB, 1),
    "/inrichting": Limit(12 * _MB, 8 * _MB, 1),
    "/bestanden": Limit(152 * _MB, 50 * _MB, 200),
    "/antwoorden": Limit(152 * _MB, 50 * _MB, 200),
    "/zorg1": Limit(152 * _MB, 50 * _MB, 200),
}
#: Of any form: what is larger is refused before it is received.
MOST: Final = max(limit.whole for limit in LIMITS.values())


def limit_of(path: str) -> Limit:
    """What a form may hold that is sent to an address."""
    return next((limit for start, limit in LIMITS.items() if path == start or path.startswith(f"{start}/")), Limit())


@frozen
class Upload:
    """A file that was dragged in. ``name``: what it was called, to be shown; it leads nowhere."""

    path: Path
    name: str


class Uploads:
    """The folders of the files that were dragged in, one for each form."""

    def __init__(self) -> None:
        self.folders: Final[list[Path]] = []

    def folder(self) -> Path:
        """A new folder. Raises OSError."""
        self.folders.append(private_folder())
        return self.folders[-1]

    def remove(self, folder: Path) -> None:
        """Takes a folder away that nobody needs any more, with what is in it."""
        with suppress(ValueError):
            self.folders.remove(folder)
        remove(folder)

    def close(self) -> None:
        """Takes the folders away, with what is in them."""
        for folder in self.folders:
            remove(folder)


def stored(folder: Path, number: int, name: str, save: Callable[[BinaryIO], object]) -> Upload:
    """Stores a file, which ``save`` writes, as the how manieth of a folder. Its ending stays if a feed is known by it.
    Raises OSError."""
    path = folder / f"{number:04}{_suffix(name)}"
    with path.open("xb") as file:
        save(file)
    return Upload(path, shown_name(name))


#: Endings by which the program tells one kind of file from another.
_SUFFIXES: Final = frozenset({".csv", ".txt", ".xml", ".zip", ".sqlite", ".sqlite3", ".db"})


def _suffix(name: str) -> str:
    suffix = Path(shown_name(name)).suffix.lower()
    return suffix if suffix in _SUFFIXES else ""


def shown_name(name: str) -> str:
    """The last part of what a browser calls a file, as it can be shown."""
    return printable(name.replace("\\", "/").rpartition("/")[2])[:_LONGEST_NAME] or "…"


def plain_name(name: str, otherwise: str) -> str:
    """What a file may be called on any computer, after what somebody called it: letters with their marks and blanks
    stay; ``otherwise`` where nothing is left of that. Both without its ending."""
    composed = unicodedata.normalize("NFC", shown_name(name))  # macOS parts letters from their marks
    plain = _NOT_PLAIN.sub("-", composed).strip(" .-…")[:_LONGEST_PLAIN].rstrip(" .-")
    return otherwise if not plain or _DEVICE.fullmatch(plain) else plain
