"""The last look at a file that we wrote: whether it holds what was to go into it, and nothing else.

Its persons and lines were judged one by one before (`Receiver`). What is left is that each is in it once, as it was
handed in and in that order, with the numbers, the start and the end that belong to it. Only what is out of the ordinary
is judged in full here, as ``ei-export verify`` judges every file.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from io import SEEK_END, BytesIO
from typing import IO, Final, TypeAlias

from ..base.problems import InputError, WriteError
from ..model.declaration import Invoice

#: Judges a whole file, by its name. Raises WriteError for one that its receiver would refuse.
FullJudge: TypeAlias = Callable[[IO[bytes], str], None]

#: Pieces of text that are made into bytes at a time; bytes that are read at a time.
_BATCH: Final = 2_000
_BLOCK: Final = 1 << 18


class OwnFile(ABC):
    """A file as it is to be, by what its writer is handed: see `FileCheck`. It is put together a second time, by
    nothing of the writer's, and its digest is what the file is held against."""

    def __init__(self, judge: FullJudge, encoding: str) -> None:
        self._judge: Final = judge
        self._encoding: Final = encoding
        self._digest: Final = sha256()
        self._held: list[str] = []
        #: The first person with the first line, to be judged between this start and this end.
        self._sample: list[str] = []
        self._first_cents = 0
        self._persons = self._lines = self._cents = 0
        self._last_person = self._last_reference = ""
        #: Whether no person, reference or credited line can be in it twice, every person has a line, and every line is
        #: a debit of its person and of the amount that was added up. It is judged in full where that isn't so.
        self._is_plain = True
        self._is_childless = False

    def person(self, record: str) -> None:
        """See `FileCheck`."""
        if len(self._held) >= _BATCH:
            self._flush()
        self._persons += 1
        key, pieces = self._person(record)
        if key <= self._last_person or self._is_childless:
            self._is_plain = False
        self._last_person, self._is_childless = key, True
        self._held += pieces
        if self._persons == 1:
            self._sample += pieces

    def line(self, head: str, reference: str, cents: int, previous: str) -> None:
        """See `FileCheck`."""
        self._lines += 1
        self._cents += cents
        is_plain, pieces = self._line(head, reference, cents, previous)
        if previous or not is_plain or reference <= self._last_reference:
            self._is_plain = False
        self._last_reference, self._is_childless = reference, False
        self._held += pieces
        if self._lines == 1:
            self._sample += pieces
            self._first_cents = cents

    def close(self, file: IO[bytes], name: str, invoice: Invoice) -> None:
        """See `FileCheck`."""
        self._flush()
        is_equal = self._equals(file, *self._frame(invoice, self._persons, self._lines, self._cents))
        if not is_equal:
            with suppress(InputError):
                self._judge(file, name)  # which says what is wrong, in which record
            raise WriteError("FILE_DIFFERS", file=name)
        if self._is_childless or not self._is_plain:
            self._judge(file, name)
        before, behind = self._frame(invoice, 1, 1, self._first_cents)
        self._judge(BytesIO("".join((before, *self._sample, behind)).encode(self._encoding)), name)

    @abstractmethod
    def _person(self, record: str) -> tuple[str, tuple[str, ...]]:
        """What makes this person one person, in the order they come in, and their text, in pieces."""

    @abstractmethod
    def _line(self, head: str, reference: str, cents: int, previous: str) -> tuple[bool, tuple[str, ...]]:
        """Whether the line is of the last person, and of this amount, and its text, in pieces."""

    @abstractmethod
    def _frame(self, invoice: Invoice, persons: int, lines: int, cents: int) -> tuple[str, str]:
        """What stands before the persons and behind their lines."""

    def _flush(self) -> None:
        self._digest.update("".join(self._held).encode(self._encoding))
        self._held.clear()

    def _equals(self, file: IO[bytes], before: str, behind: str) -> bool:
        """Whether a file holds what was handed in, byte for byte, between these two and nothing else."""
        start, end = before.encode(self._encoding), behind.encode(self._encoding)
        left = file.seek(0, SEEK_END) - len(start) - len(end)
        file.seek(0)
        if file.read(len(start)) != start:
            return False
        found = sha256()
        while left > 0 and (block := file.read(min(_BLOCK, left))):
            found.update(block)
            left -= len(block)
        return found.digest() == self._digest.digest() and file.read() == end
