"""What settings were before they were changed: a folder for each change, beside ``ei-export.toml``, for its owner.

The last `MOST_KEPT` changes are kept, each with a copy of the files as they were before it.
"""

import json
import re
import shutil
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final, Self

from attrs import frozen

from ...base.delivery import writing
from ...base.private import make_file, make_folder, read_file
from ...base.problems import SettingsError

#: The folder beside the settings.
KEPT: Final = "instellingen-eerder"
#: So many changes can be taken back; what is older goes.
MOST_KEPT: Final = 200
_NOTE: Final = "wijziging.json"
_NUMBERED: Final = re.compile("([0-9]{5,9})-")


@frozen
class What:
    """A part of what a change is: a ``key`` of ``specs/words/setup.toml``, behind ``what.``, and what goes in that
    text."""

    key: str
    params: Mapping[str, str | int]


@frozen
class KeptFile:
    """A file that was changed: its ``path`` from the folder of the settings, the ``copy`` of what it was in the folder
    of the change, '' where it wasn't there, and the SHA-256 of what it became."""

    path: str
    copy: str
    became: str


@frozen
class KeptChange:
    """A change that was saved: the ``name`` of its folder, when, what it was, part by part, and what it changed."""

    name: str
    when: datetime
    what: Sequence[What]
    files: Sequence[KeptFile]

    @classmethod
    def of(cls, folder: Path) -> Self | None:
        """The one in a folder; None where there is none that can be read."""
        with suppress(OSError, ValueError, TypeError, KeyError, AttributeError):
            note = json.loads(read_file(folder / _NOTE).decode())
            files = [
                KeptFile(**{name: str(file[name]) for name in ("path", "copy", "became")}) for file in note["files"]
            ]
            what = [What(str(part["key"]), _params(part["params"])) for part in note["what"]]
            return cls(folder.name, datetime.fromisoformat(note["when"]), what, files)
        return None


def _params(noted: Mapping[str, object]) -> Mapping[str, str | int]:
    return {name: value for name, value in noted.items() if isinstance(value, str | int)}


def kept_changes(config: Path) -> list[KeptChange]:
    """The changes that can be taken back, the last one first."""
    folder = config.parent / KEPT
    found = [KeptChange.of(each) for each in (folder.iterdir() if folder.is_dir() else ())]
    return sorted((each for each in found if each is not None), key=lambda each: each.name, reverse=True)


def keep(
    config: Path,
    what: Sequence[What],
    now: datetime,
    files: Mapping[Path, tuple[bytes | None, bytes]],
) -> KeptChange:
    """Keeps what files were, None where they weren't there, and became. Raises WriteError."""
    top = config.parent / KEPT
    with writing(top):
        make_folder(top)
        last = max((int(match[1]) for each in top.iterdir() if (match := _NUMBERED.match(each.name))), default=0)
        for number in count(last + 1):  # a clock may be put back
            folder = top / f"{number:05}-{now:%Y-%m-%d-%H%M%S}"
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                break
        noted = []
        for place, (path, (before, after)) in enumerate(files.items(), 1):
            copy = f"{place}-{path.name}" if before is not None else ""
            if before is not None:
                make_file(folder / copy, before)
            noted.append({"path": _from(config, path), "copy": copy, "became": digest(after)})
        parts = [{"key": part.key, "params": dict(part.params)} for part in what]
        note = {"when": now.isoformat(), "what": parts, "files": noted}
        make_file(folder / _NOTE, f"{json.dumps(note, ensure_ascii=False, indent=1)}\n".encode())
        for old in sorted(each for each in top.iterdir() if (each / _NOTE).is_file())[:-MOST_KEPT]:
            shutil.rmtree(old, ignore_errors=True)
    found = KeptChange.of(folder)
    assert found is not None
    return found


def contents_before(config: Path, changes: Sequence[KeptChange]) -> dict[Path, bytes | None]:
    """What files were before changes, the last one first: of a file that several changed, before the first of these.
    Raises SettingsError where a copy is gone."""
    contents: dict[Path, bytes | None] = {}
    for change in changes:
        for file in change.files:
            copy = config.parent / KEPT / change.name / Path(file.copy).name
            try:
                contents[config.parent / file.path] = read_file(copy) if file.copy else None
            except OSError:
                raise SettingsError("SETUP_NOT_KEPT", change=change.name) from None
    return contents


def digest(content: bytes) -> str:
    """Tells one content of a file from another."""
    return sha256(content).hexdigest()


def _from(config: Path, path: Path) -> str:
    """A path as the settings would have it."""
    with suppress(ValueError):
        return path.relative_to(config.parent).as_posix()
    return path.as_posix()
