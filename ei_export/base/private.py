"""Folders and files: only their owner can look into what is made, and what is read is a file, wherever it is."""

import errno
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from itertools import takewhile
from pathlib import Path, PurePath
from types import MappingProxyType
from typing import Final
from urllib.parse import quote

_LOOK_INTO: Final = stat.S_IRGRP | stat.S_IXGRP
#: What files are taken to hold, see `reading_as`.
_AS_IF: Final[ContextVar[Mapping[Path, bytes]]] = ContextVar("as_if", default=MappingProxyType({}))


def make_folder(folder: Path) -> None:
    """Makes a folder, and those above it that are missing, for its owner alone. Raises OSError."""
    missing = [*takewhile(lambda path: not path.exists(), (folder, *folder.parents))]
    for each in reversed(missing):
        each.mkdir(mode=0o700, exist_ok=True)


def make_file(path: Path, content: bytes) -> None:
    """Makes a file for its owner alone. Raises OSError, also where it is there already."""
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)


def let_read(place: Path, group: int | None) -> None:
    """Has a unix group read a file, or look into a folder, besides its owner; nobody where it is None. Raises
    OSError."""
    if group is not None:
        os.chown(place, -1, group)
        place.chmod(stat.S_IMODE(place.stat().st_mode) | (_LOOK_INTO if place.is_dir() else stat.S_IRGRP))


def reading_group(path: Path) -> int | None:
    """The group that may read a file that is there, as far as it can be let read another one; None where there is no
    such file."""
    with suppress(OSError):
        found = path.stat()
        if found.st_mode & stat.S_IRGRP and can_let_read(found.st_gid):
            return found.st_gid
    return None


def can_let_read(group: int) -> bool:
    """Whether whoever runs this can have a group read something; on Windows nobody can."""
    return hasattr(os, "geteuid") and (os.geteuid() == 0 or group in (os.getegid(), *os.getgroups()))


@contextmanager
def reading_as(contents: Mapping[Path, bytes]) -> Iterator[None]:
    """Has files read as if they held something else, whether they are there or not: what would come of a change of
    settings and tables can be looked at before it is written. As long as this goes on, in this thread, and what it
    forks."""
    before = _AS_IF.set({**_AS_IF.get(), **contents})
    try:
        yield
    finally:
        _AS_IF.reset(before)


def expect_file(path: Path) -> None:
    """Raises OSError unless a path leads to an ordinary file: a pipe would be waited for, a device may have no end."""
    if path in _AS_IF.get():
        return
    try:
        mode = path.stat().st_mode
    except ValueError:  # a NUL in it
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from None
    if stat.S_ISDIR(mode):
        raise OSError(errno.EISDIR, os.strerror(errno.EISDIR))
    if not stat.S_ISREG(mode):
        raise OSError(errno.EINVAL, "it is no ordinary file")


def read_file(path: Path) -> bytes:
    """All of an ordinary file, or what it is read as (`reading_as`). Raises OSError."""
    expect_file(path)
    return _AS_IF.get()[path] if path in _AS_IF.get() else path.read_bytes()


def sqlite_address(path: PurePath) -> str:
    """A file as SQLite opens it to read only. Unlike that of `Path.as_uri`, it names no computer: SQLite refuses one,
    and takes a file of another as ``file:////computer/folder/file`` (sqlite.org/uri.html)."""
    place = path.as_posix()
    return f"file://{'' if place.startswith('/') else '/'}{quote(os.fsencode(place), safe='/:')}?mode=ro"


def resolved(path: Path) -> Path:
    """The whole path, behind links; also where these lead to each other, which using it tells of."""
    return Path(os.path.realpath(path))


def written_in(path: Path) -> Sequence[Path]:
    """The files that hold what a file holds: itself, and of a database the log in which SQLite first writes what is
    committed, as long as there is one (sqlite.org/wal.html)."""
    log = Path(f"{resolved(path)}-wal")
    return (path, log) if log.is_file() else (path,)
