"""Which files this process has a connection to, so that nobody opens one of them besides.

POSIX takes every lock of a process on a file away as soon as that process closes any handle of it, whichever thread
does. SQLite minds that of its own handles; but a look at the first bytes of a ledger, while another thread is writing
in it, would let a second writer in (sqlite.org/howtocorrupt.html, 2.2).
"""

import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Final

_lock: Final = Lock()
_held: Final[Counter[tuple[int, int]]] = Counter()


class Held(sqlite3.Connection):
    """A connection to a file that is there, known as such until it is closed. Any thread may use it, one at a time."""

    def __init__(self, file: Path, location: str | Path, **options: Any) -> None:
        """As `sqlite3.connect`. Raises OSError too."""
        self._file: tuple[int, int] | None = _identity(file)
        with _lock:
            _held[self._file] += 1
        try:
            super().__init__(location, isolation_level=None, check_same_thread=False, **options)
        except BaseException:
            self._give_back()
            raise

    def close(self) -> None:
        super().close()
        self._give_back()

    def _give_back(self) -> None:
        with _lock:
            if self._file is not None:
                _held[self._file] -= 1
            self._file = None


@contextmanager
def by_hand(path: Path) -> Iterator[bool]:
    """Whether a file may be opened, and closed, besides SQLite; until the end of it nobody gets a connection to it."""
    with _lock:
        try:
            file = _identity(path)
        except OSError:  # it isn't there
            yield True
        else:
            yield not _held[file]


def _identity(file: Path) -> tuple[int, int]:
    found = file.stat()
    return found.st_dev, found.st_ino
