"""Judging a message file as whoever receives it would, from its bytes alone.

`verify_file` is the way in. Each message standard has a judge of its own; a new one is added to ``_JUDGES``.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import IO, Final, Protocol

from .fault import HIDDEN, Fault
from .flat.judge.declaration import FlatFile
from .flat.judge.returned import ReturnFile
from .message import Message, named, recognise, start_of
from .xml.judge.message import XmlFile

__all__ = ["HIDDEN", "Fault", "Judge", "Verification", "verify_file"]


class Judge(Protocol):
    """What judges one file. ``records`` counts what was read, while ``faults`` goes on."""

    records: int

    def faults(self, file: IO[bytes]) -> Iterator[Fault]:
        """Everything that is wrong with a file that is open at its start and can be read again. Raises OSError."""


#: By the name of the message, what makes a judge for a file judged on a day (None = any day).
_JUDGES: Final[Mapping[str, Callable[[Message, date | None], Judge]]] = {
    "PM304 3.2": FlatFile,
    "PM305 3.2": ReturnFile,
    "GDS801 2.0": XmlFile,
    "GDS802 2.0": XmlFile,
}


class Verification:
    """A file that is being judged: iterate to get its faults; ``records`` is complete after the last. ``standard`` is
    what it says it is, perhaps in another version than ``message``."""

    def __init__(self, file: IO[bytes], message: Message, standard: str, judge: Judge) -> None:
        self.message: Final = message
        self.standard: Final = standard
        self._file: Final = file
        self._judge: Final = judge

    @property
    def records(self) -> int:
        return self._judge.records

    def __iter__(self) -> Iterator[Fault]:
        return self._judge.faults(self._file)


def verify_file(file: IO[bytes], name: str, today: date | None = None) -> Verification:
    """Recognises a file that is open at its start, and judges it while it is iterated over, once.

    ``today``: an invoice of a later day is a fault. Raises InputError, naming the file as ``name``, where it is nothing
    we can judge; OSError.
    """
    start = start_of(file)
    message = recognise(start, name)
    return Verification(file, message, named(start, message), _JUDGES[message.name](message, today))
