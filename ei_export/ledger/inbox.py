"""What stays in the inbox because it could not be read in, and was told of: a run tells of it once."""

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from . import Ledger
from .runs import stored


class LeftFile(NamedTuple):
    """A file by its ``name``, ``size`` in bytes and when it was ``modified``, in nanoseconds since 1970."""

    name: str | bytes
    size: int
    modified: int

    @classmethod
    def of(cls, path: Path) -> "LeftFile":
        """One as it is now. Raises OSError."""
        found = path.stat()
        return cls(stored(Path(path.name)), found.st_size, found.st_mtime_ns)


def left_files(ledger: Ledger) -> Sequence[LeftFile]:
    """What stayed there when the last run looked."""
    return [*map(LeftFile._make, ledger.rows("SELECT name, size, modified FROM left_file ORDER BY name"))]


def note_left(ledger: Ledger, files: Sequence[LeftFile]) -> None:
    """Keeps what stays there now."""
    ledger.do("DELETE FROM left_file")
    ledger.insert_many("left_file", LeftFile._fields, sorted(files, key=repr))
