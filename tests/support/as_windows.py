"""This system without what Windows lacks, as far as a process can be made to believe that: no ``fork``, no folder that
can be opened; and nothing that is open can be moved, replaced or deleted, nor the folders it is in.
"""

import os
import shutil
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

#: What Linux and macOS have and Windows doesn't, of what a program may come to use.
_LACKING: Final = {
    os: "fork pread pwrite fchmod fchown chown getuid geteuid umask sched_getaffinity getppid mkfifo statvfs "
    "O_DIRECTORY O_NONBLOCK O_NOFOLLOW O_CLOEXEC O_SYNC",
    signal: "SIGKILL SIGHUP SIGALRM SIGUSR1 SIGPIPE SIGCHLD",
}
#: Modules that Windows doesn't have.
_MODULES: Final = ("fcntl", "grp", "pwd", "resource", "termios")
_SHARING: Final = 32
_DENIED: Final = 5
#: Files that have no name here are opened by their folder.
_WITHOUT_NAME: Final = getattr(os, "O_TMPFILE", -1)


def refused(number: int, path: object) -> PermissionError:
    """As Windows refuses it, by the number of the error."""
    error = PermissionError(13, "Permission denied", str(path))
    error.winerror = number  # type: ignore[attr-defined]
    return error


@contextmanager
def as_windows() -> Iterator[None]:
    """For what is done in it."""
    with pytest.MonkeyPatch.context() as patch:
        for module, names in _LACKING.items():
            for name in names.split():
                patch.delattr(module, name, raising=False)
        for name in _MODULES:
            patch.setitem(sys.modules, name, None)
        for name in ("rename", "replace"):
            patch.setattr(os, name, _of_closed(getattr(os, name), places=2))
        for name in ("unlink", "remove", "rmdir"):
            patch.setattr(os, name, _of_closed(getattr(os, name), places=1))
        patch.setattr(os, "open", _of_files(os.open))
        patch.setattr(shutil, "_use_fd_functions", False)  # it would open folders to take them away
        yield


def _of_closed(act: Callable[..., Any], *, places: int) -> Callable[..., Any]:
    def acting(*args: Any, **more: Any) -> Any:
        for place in map(Path, args[:places]):
            if any(file.is_relative_to(place.resolve()) for file in _open_files()):
                raise refused(_SHARING, place)
        return act(*args, **more)

    return acting


def _of_files(act: Callable[..., Any]) -> Callable[..., Any]:
    def opening(path: Any, flags: int, *args: Any, **more: Any) -> Any:
        if Path(path).is_dir() and flags & _WITHOUT_NAME != _WITHOUT_NAME:
            raise refused(_DENIED, path)
        return act(path, flags, *args, **more)

    return opening


def _open_files() -> Iterator[Path]:
    """The files that this process has open, by their whole names."""
    for number in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # what the numbers are read by
            if not number.is_dir():
                yield number.readlink()
