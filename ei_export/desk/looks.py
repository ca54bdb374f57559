"""Looks at the ledger, kept from one page to the next for as long as nothing was written in it.

A look is a copy: nobody who writes waits for it, however long it is kept. Pages that are made at the same time have one
each.
"""

import time
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock
from typing import Final

from attrs import frozen

from ..base.private import written_in
from ..base.problems import BusyError
from ..ledger import Ledger

#: As many as pages are usually made at the same time.
_MOST_KEPT: Final = 2
#: What was written less long ago may be written again without the clock of the file telling, in nanoseconds.
_SETTLED: Final = 100_000_000

Stamp = Hashable


def stamp(path: Path) -> Stamp:
    """Changes with each change of a file, or of a database; None where there is none."""
    with suppress(OSError):
        found = [each.stat() for each in written_in(path)]
        return tuple((each.st_dev, each.st_ino, each.st_size, each.st_mtime_ns, each.st_ctime_ns) for each in found)
    return None


def ledger_stamp(path: Path) -> Stamp:
    """Changes with each change of a ledger, and when somebody begins or ends to write in it."""
    return path, stamp(path), Path(f"{path}-journal").exists()


@frozen(eq=False)
class _Look:
    ledger: Ledger
    path: Path
    of: Stamp
    #: Whether what was written later is told by another stamp.
    is_settled: bool


class Looks:
    """The looks that nobody has at the moment."""

    def __init__(self) -> None:
        self._kept: list[_Look] = []
        self._lock = Lock()

    @contextmanager
    def look(self, path: Path) -> Iterator[Ledger]:
        """The ledger as it is now; as it was before, while somebody is just writing in it. Raises as `Ledger.look`."""
        taken = self._take(path)
        try:
            yield taken.ledger
        finally:
            self._give_back(taken)

    def close(self) -> None:
        """Gives up what is kept."""
        with self._lock:
            kept, self._kept = self._kept, []
        for each in kept:
            each.ledger.close()

    def _take(self, path: Path) -> _Look:
        of = ledger_stamp(path)
        if (look := self._pop(lambda kept: kept.of == of)) is not None:
            return look
        try:
            return _Look(Ledger.look(path), path, of, is_settled(path))
        except BusyError:
            before = self._pop(lambda kept: kept.path == path)
            if before is None:
                raise
            return before

    def _pop(self, fits: Callable[[_Look], bool]) -> _Look | None:
        with self._lock:
            found = next(filter(fits, self._kept), None)
            if found is not None:
                self._kept.remove(found)
        return found

    def _give_back(self, look: _Look) -> None:
        """Keeps a look for the next page, in the place of others; one of before only where there is none of now, as it
        is what there is while the ledger can't be read."""
        of = ledger_stamp(look.path)
        with self._lock:
            others = [kept for kept in self._kept if kept.of == of]
            keeps = look.is_settled and (look.of == of or not others)
            keep = [look, *others][:_MOST_KEPT] if keeps else others
            over = [each for each in (look, *self._kept) if each not in keep]
            self._kept = keep
        for each in over:
            each.ledger.close()


def is_settled(path: Path) -> bool:
    """Whether what is written in a file from now on is told by another stamp."""
    with suppress(OSError):
        return time.time_ns() - max(each.stat().st_mtime_ns for each in written_in(path)) > _SETTLED
    return True
