"""Zips of the files of a run, as VECOZO takes them. They are made when they are asked for, and kept nowhere."""

import re
from collections.abc import Sequence
from io import BytesIO
from pathlib import Path
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from attrs import frozen

from ...base.problems import Finding
from ...model.vecozo import limit
from .files import RunFiles

#: What the format adds to the names and contents of a zip: at its end, and for each file, whose name it holds twice.
_END: Final = 22
_EACH: Final = 30 + 46
#: A name that VECOZO takes: it becomes the reference of what was sent.
_NAME: Final = re.compile(r"[A-Za-z0-9._-]+")


@frozen
class Zip:
    """A zip by its ``name``, of files of a run of that ``run``'s day."""

    name: str
    run: RunFiles
    paths: Sequence[Path]

    def content(self) -> bytes:
        """The zip: the same bytes whenever it is made, as nothing in it is packed and every date is that of the run.
        Raises OSError."""
        written = BytesIO()
        with ZipFile(written, "w", ZIP_STORED) as made:
            for path in self.paths:
                day = self.run.day
                entry = ZipInfo(path.name, (day.year, day.month, day.day, 0, 0, 0))
                entry.create_system, entry.external_attr = 3, 0o100600 << 16
                made.writestr(entry, path.read_bytes())
        return written.getvalue()


@frozen
class Zips:
    """As few zips as the limits allow for files in the order of their names; ``told``: those that are in none, as one
    alone is too large, by their names."""

    zips: Sequence[Zip]
    told: Sequence[Finding]


def zips_of(run: RunFiles, out: Path) -> Zips:
    """The zips of a run. Raises SettingsError for a file that is gone or changed, and OSError."""
    most, room = limit("messages").value, limit("bytes").value
    groups: list[list[Path]] = []
    told = []
    count = size = 0
    for path in [run.path(file, out) for file in run.files]:
        assert _NAME.fullmatch(path.name) is not None
        needs = path.stat().st_size + _EACH + 2 * len(path.name)
        if needs + _END > room:
            params = {"file": path.name, "size": path.stat().st_size // 1_000_000, "most": room // 1_000_000}
            told.append(Finding("SEND_FILE_TOO_LARGE", "", params))
            continue
        if not groups or count == most or size + needs > room:
            groups.append([])
            count, size = 0, _END
        groups[-1].append(path)
        count, size = count + 1, size + needs
    names = [f"{run.run}.zip"] if len(groups) == 1 else [f"{run.run}-{index + 1}.zip" for index in range(len(groups))]
    return Zips([Zip(name, run, paths) for name, paths in zip(names, groups, strict=True)], told)
