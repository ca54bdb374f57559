"""Data that may outgrow memory, kept in anonymous temporary files: gone with the process, however it ends."""

import heapq
import pickle
import tempfile
from array import array
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import IO, Final, Generic, TypeVar

#: Between the cells of a row, and the fields of what is spooled.
UNIT: Final = "\x1f"

#: Characters held in memory before they go to disk.
_MEMORY: Final = 4_000_000
#: Files that are open at a time for one sorting.
_MOST_RUNS: Final = 32
#: Objects that are pickled at a time.
_BATCH: Final = 500

T = TypeVar("T")


class SortedLines:
    """Lines of text (without line feeds), handed back in code point order."""

    def __init__(self, memory: int = _MEMORY) -> None:
        self._memory = memory
        self._held: list[str] = []
        self._size = 0
        self._runs: list[IO[str]] = []
        self.count = 0

    def add(self, line: str) -> None:
        self._held.append(line)
        self._size += len(line)
        self.count += 1
        if self._size > self._memory:
            self._spill()

    def _spill(self) -> None:
        self._held.sort()
        if len(self._runs) >= _MOST_RUNS:
            merged = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by `close`
            for run in self._runs:
                run.seek(0)
            merged.writelines(f"{line}\n" for line in heapq.merge(*(map(_chomp, run) for run in self._runs)))
            self.close()
            self._runs = [merged]
        run = tempfile.TemporaryFile("w+", encoding="utf-8", newline="\n")  # noqa: SIM115 - closed by `close`
        run.writelines(f"{line}\n" for line in self._held)
        self._runs.append(run)
        self._held.clear()
        self._size = 0

    def close(self) -> None:
        """Gives the disk back."""
        for run in self._runs:
            run.close()

    def write_to(self, run: IO[str]) -> None:
        """Writes all lines, in order, to a file that another process can `adopt`."""
        run.writelines(f"{line}\n" for line in self)
        run.flush()

    def adopt(self, run: IO[str], count: int) -> None:
        """Adds the ``count`` lines of a file that `write_to` wrote."""
        self._runs.append(run)
        self.count += count

    def __iter__(self) -> Iterator[str]:
        self._held.sort()
        if not self._runs:
            return iter(self._held)
        for run in self._runs:
            run.seek(0)
        return heapq.merge(*(map(_chomp, run) for run in self._runs), self._held)


def _chomp(line: str) -> str:
    return line[:-1]


class Partitions:
    """Lines of text (without line feeds) dealt over ``count`` partitions and read back one partition at a time."""

    def __init__(self, count: int, memory: int = _MEMORY) -> None:
        self.held: list[list[str]] = [[] for _ in range(count)]
        self._files: list[IO[bytes] | None] = [None] * count
        self._memory = memory
        self._size = 0

    def grew(self, characters: int) -> None:
        """Told now and then how much was appended to ``held``; writes to disk what is too much for memory."""
        self._size += characters
        if self._size > self._memory:
            self._size = 0
            for index, lines in enumerate(self.held):
                if lines:
                    file = self._files[index]
                    if file is None:
                        file = self._files[index] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when read
                    lines.append("")
                    file.write("\n".join(lines).encode())
                    lines.clear()

    def take(self, index: int) -> Iterable[str]:
        """The lines of one partition, once; its memory and disk are given back."""
        held, file = self.held[index], self._files[index]
        self.held[index] = []
        if file is None:
            return held
        file.seek(0)
        lines = file.read().decode().split("\n")
        lines.pop()
        file.close()
        self._files[index] = None
        return chain(lines, held)


class Batches(Generic[T]):
    """Objects in the order in which they came, pickled some at a time."""

    def __init__(self) -> None:
        self._held: list[T] = []
        #: Pickled ones, our own first: the file, and how many batches are in it.
        self._files: list[tuple[IO[bytes], int]] = []

    def add(self, item: T) -> None:
        self._held.append(item)
        if len(self._held) >= _BATCH:
            if not self._files:
                self._files.append((tempfile.TemporaryFile(), 0))  # noqa: SIM115 - closed when read
            file, batches = self._files[0]
            pickle.dump(self._held, file, pickle.HIGHEST_PROTOCOL)
            self._files[0] = (file, batches + 1)
            self._held = []

    def write_to(self, file: IO[bytes]) -> int:
        """Writes all to a file that another process can `adopt`; returns how many batches they are."""
        batches = 0
        for batches, batch in enumerate(self, start=1):  # noqa: B007 - counts them
            pickle.dump(batch, file, pickle.HIGHEST_PROTOCOL)
        return batches

    def adopt(self, file: IO[bytes], batches: int) -> None:
        """Adds what `write_to` wrote to a file, once nothing more comes of our own."""
        self._files.append((file, batches))

    def __iter__(self) -> Iterator[Sequence[T]]:
        """All, a batch at a time; once."""
        yield self._held
        for file, batches in self._files:
            file.seek(0)
            for _ in range(batches):
                yield pickle.load(file)
            file.close()


class PairCheck:
    """Finds keys that come with more than one value, among any number of ``hash(key), hash(value)`` pairs.

    Holds hashes only: two keys are confused with a chance of about n²/2⁶⁴. Hashes are those of one process.
    """

    _PARTS: Final = 32
    _HELD: Final = 250_000

    def __init__(self) -> None:
        self.parts = [array("q") for _ in range(self._PARTS)]
        self.mask: Final = self._PARTS - 1
        self._files: list[IO[bytes] | None] = [None] * self._PARTS

    def add(self, key: str, value: str) -> None:
        """Adds a pair."""
        hashed = hash(key)
        part = self.parts[hashed & self.mask]
        part.append(hashed)
        part.append(hash(value))

    def flush(self) -> None:
        """Writes to disk what is too much for memory; to be called now and then while ``parts`` grow."""
        if sum(map(len, self.parts)) < self._HELD:
            return
        for index, part in enumerate(self.parts):
            file = self._files[index]
            if file is None:
                file = self._files[index] = tempfile.TemporaryFile()  # noqa: SIM115 - closed when read
            file.write(part)
            del part[:]

    def conflicts(self) -> frozenset[int]:
        """The hashes of the keys that came with more than one value."""
        found: set[int] = set()
        for index, part in enumerate(self.parts):
            file = self._files[index]
            if file is not None:
                stored = array("q")
                file.seek(0)
                stored.frombytes(file.read())
                file.close()
                stored.extend(part)
                part = stored
            first: dict[int, int] = {}
            pairs = iter(part)
            for key, value in zip(pairs, pairs, strict=True):
                if first.setdefault(key, value) != value:
                    found.add(key)
            self.parts[index] = array("q")
            self._files[index] = None
        return frozenset(found)
