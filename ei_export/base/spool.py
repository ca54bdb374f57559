"""Data that may outgrow memory, kept in anonymous temporary files: gone with the process, however it ends."""

import errno
import os
import pickle
import tempfile
from array import array
from bisect import bisect_right
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from itertools import chain, count, islice
from typing import BinaryIO, ClassVar, Final, Generic, NamedTuple, TypeVar
from weakref import WeakValueDictionary, finalize

#: Between the cells of a row, and the fields of what is spooled.
UNIT: Final = "\x1f"

#: Characters held in memory before they go to disk.
_MEMORY: Final = 4_000_000
#: Bytes of all runs together that are read at a time to merge them, and of one at least.
_MERGED: Final = 2 << 20
_LEAST_BLOCK: Final = 16 << 10
#: Objects that are pickled at a time.
_BATCH: Final = 500

T = TypeVar("T")


class Scratch:
    """An anonymous file that is written at its end, by one process, and read anywhere by any.

    Processes that are forked later share it: one that sends it back pickled means the very same file.
    """

    _opened: ClassVar[WeakValueDictionary[tuple[int, int], "Scratch"]] = WeakValueDictionary()
    _numbers: ClassVar[Iterator[int]] = count()

    def __init__(self) -> None:
        self._file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with its last user
        finalize(self, self._file.close)
        self._end = 0
        self._name = os.getpid(), next(self._numbers)
        self._opened[self._name] = self

    def __reduce__(self) -> tuple[Callable[[tuple[int, int]], "Scratch"], tuple[tuple[int, int]]]:
        return _opened, (self._name,)

    def write(self, data: bytes) -> tuple[int, int]:
        """Adds to the end; returns where it stands and how long it is. Raises OSError."""
        self._file.seek(self._end)
        self._file.write(data)
        self._file.flush()
        start, self._end = self._end, self._end + len(data)
        return start, len(data)

    def read(self, start: int, size: int) -> bytes:
        """What stands somewhere. Raises OSError where it is not there any more."""
        found = b""
        while len(found) < size:
            found += _read_at(self._file, size - len(found), start + len(found))
        return found


def _opened(name: tuple[int, int]) -> Scratch:
    return Scratch._opened[name]


class _Piece(NamedTuple):
    """Where something stands in a file, and how many bytes it is."""

    file: Scratch
    start: int
    size: int


class SortedLines:
    """Lines of text (without line feeds), handed back in code point order.

    What doesn't fit in memory is written in a file, run by run. Any number of readers, in forked processes too, can
    read it at a time: they share no position.
    """

    def __init__(self, memory: int = _MEMORY, file: Scratch | None = None) -> None:
        """``file``: one to write in, by default one that is made when there is need of it. With one that was made
        before, all this can be filled by another process, and handed back by it."""
        self._memory = memory
        self._file = file
        self._held: list[str] = []
        self._size = 0
        self._runs: list[_Piece] = []
        self.count = 0

    def add(self, *lines: str) -> None:
        self._held += lines
        self._size += sum(map(len, lines))
        self.count += len(lines)
        if self._size > self._memory:
            self._spill()

    def _spill(self) -> None:
        if self._file is None:
            self._file = Scratch()
        self._held.sort()
        text = "".join(f"{line}\n" for line in self._held).encode()
        self._runs.append(_Piece(self._file, *self._file.write(text)))
        self._held.clear()
        self._size = 0

    def close(self) -> None:
        """Gives the disk back, as far as nobody else has lines in the same files."""
        self._file = None
        self._runs.clear()

    def adopt(self, other: "SortedLines") -> None:
        """Adds the lines of another one."""
        self._runs += other._runs
        self.count += other.count - len(other._held)
        self.add(*other._held)

    def __iter__(self) -> Iterator[str]:
        self._held.sort()
        if not self._runs:
            return iter(self._held)
        block = max(_LEAST_BLOCK, _MERGED // len(self._runs))
        runs = [_blocks(run, block) for run in self._runs]
        return chain.from_iterable(_merged([*runs, iter([self._held] if self._held else [])]))


def _blocks(run: _Piece, size: int) -> Iterator[list[str]]:
    """The lines of a run, those of about ``size`` bytes at a time."""
    cut = b""
    for start in range(0, run.size, size):
        block = run.file.read(run.start + start, min(size, run.size - start))
        whole, line_end, rest = block.rpartition(b"\n")
        if line_end:
            yield (cut + whole).decode().split("\n")
            cut = rest
        else:
            cut += rest


def _read_at(file: BinaryIO, size: int, start: int) -> bytes:
    """Bytes of a file, wherever others are reading in it. Raises OSError where they are not there any more."""
    if hasattr(os, "pread"):
        block = os.pread(file.fileno(), size, start)
    else:  # nor is there another process
        file.seek(start)
        block = file.read(size)
    if not block:
        raise OSError(errno.EIO, os.strerror(errno.EIO))
    return block


def _merged(runs: Iterable[Iterator[list[str]]]) -> Iterator[list[str]]:
    """The lines of sorted runs in order, block by block: up to the least of their last lines all that will ever come
    is there, and is sorted at once."""
    waiting = [(block, run) for run in runs for block in islice(run, 1)]
    while len(waiting) > 1:
        limit = min(block[-1] for block, _ in waiting)
        ready: list[str] = []
        behind = []
        for block, run in waiting:
            if block[-1] == limit:
                ready += block
                behind += [(more, run) for more in islice(run, 1)]
            else:
                place = bisect_right(block, limit)
                ready += block[:place]
                behind.append((block[place:], run))
        ready.sort()
        yield ready
        waiting = behind
    for block, run in waiting:
        yield block
        yield from run


class Piles:
    """Bytes dealt over a number of piles, in one file: ``file``, by default one that is made when there is need of
    it."""

    def __init__(self, count: int, file: Scratch | None = None) -> None:
        self._file = file
        #: Of each pile where its pieces stand and how long they are, by turns: large feeds have very many, small ones
        #: none.
        self._pieces: list[array[int] | None] = [None] * count

    def put(self, index: int, data: bytes) -> None:
        if self._file is None:
            self._file = Scratch()
        pieces = self._pieces[index] = self._pieces[index] or array("q")
        pieces.extend(self._file.write(data))

    def take(self, index: int) -> bytes:
        """What is on one pile, once."""
        pieces, self._pieces[index] = self._pieces[index], None
        if pieces is None or self._file is None:
            return b""
        return b"".join(map(self._file.read, pieces[::2], pieces[1::2]))


class Partitions:
    """Lines of text (without line feeds) dealt over ``count`` partitions and read back one partition at a time."""

    def __init__(self, count: int, memory: int = _MEMORY, file: Scratch | None = None) -> None:
        """``file`` as for `Piles`."""
        self.held: list[list[str]] = [[] for _ in range(count)]
        self._spilled = Piles(count, file)
        self._memory = memory
        self._size = 0

    def grew(self, characters: int) -> None:
        """Told now and then how much was appended to ``held``; writes to disk what is too much for memory."""
        self._size += characters
        if self._size > self._memory:
            self._size = 0
            for index, lines in enumerate(self.held):
                if lines:
                    lines.append("")
                    self._spilled.put(index, "\n".join(lines).encode())
                    lines.clear()

    def take(self, index: int) -> Iterable[str]:
        """The lines of one partition, once."""
        held, self.held[index] = self.held[index], []
        spilled = self._spilled.take(index)
        if not spilled:
            return held
        lines = spilled.decode().split("\n")
        lines.pop()
        return chain(lines, held)


class Batches(Generic[T]):
    """Objects in the order in which they came, pickled some at a time."""

    def __init__(self, file: Scratch | None = None) -> None:
        """``file`` as for `SortedLines`."""
        self._held: list[T] = []
        self._file = file
        self._written: list[_Piece] = []

    def add(self, item: T) -> None:
        self._held.append(item)
        if len(self._held) >= _BATCH:
            self._write()

    def _write(self) -> None:
        if self._file is None:
            self._file = Scratch()
        written = self._file.write(pickle.dumps(self._held, pickle.HIGHEST_PROTOCOL))
        self._written.append(_Piece(self._file, *written))
        self._held = []

    def adopt(self, other: "Batches[T]") -> None:
        """Adds the objects of another one; its last ones are behind all."""
        self._written += other._written
        self._held += other._held

    def __iter__(self) -> Iterator[Sequence[T]]:
        """All, a batch at a time."""
        for file, start, size in self._written:
            yield pickle.loads(file.read(start, size))
        yield self._held


class PairCheck:
    """Finds keys that come with more than one value, among any number of ``hash(key), hash(value)`` pairs.

    Holds hashes only: two keys are confused with a chance of about n²/2⁶⁴. Hashes are those of one process, and of
    those forked from it.
    """

    _PARTS: Final = 128
    _MASK: Final = _PARTS - 1
    _HELD: Final = 250_000

    def __init__(self, file: Scratch | None = None) -> None:
        """``file`` as for `Piles`."""
        self._parts = [array("q") for _ in range(self._PARTS)]
        self._spilled = Piles(self._PARTS, file)
        self._adopted: list[PairCheck] = []

    def add(self, key: str, value: str) -> None:
        """Adds a pair."""
        hashed = hash(key)
        part = self._parts[hashed & self._MASK]
        part.append(hashed)
        part.append(hash(value))

    def add_hashed(self, pairs: Iterable[tuple[int, int]]) -> None:
        """Adds pairs of hashes."""
        parts, mask = self._parts, self._MASK
        for key, value in pairs:
            part = parts[key & mask]
            part.append(key)
            part.append(value)

    def adopt(self, other: "PairCheck") -> None:
        """Adds the pairs of another one."""
        self._adopted.append(other)

    def flush(self) -> None:
        """Writes to disk what is too much for memory; to be called now and then while pairs are added."""
        if sum(map(len, self._parts)) < self._HELD:
            return
        for index, part in enumerate(self._parts):
            self._spilled.put(index, part.tobytes())
            del part[:]

    def keys(self) -> "Keys":
        """The hashes of all keys; to be asked once, and no `conflicts` then."""
        return Keys(pairs[::2] for pairs in self._taken())

    def conflicts(self) -> dict[int, set[int]]:
        """The hashes of the keys that came with more than one value, with those of the values; to be asked once."""
        found: dict[int, set[int]] = {}
        for pairs in self._taken():
            keys = pairs[::2].tolist() if pairs else ()
            if len(set(keys)) == len(keys):
                continue
            first: dict[int, int] = {}
            for key, value in zip(keys, pairs[1::2], strict=True):
                if first.setdefault(key, value) != value:
                    found.setdefault(key, {first[key]}).add(value)
        return found

    def _taken(self) -> "Iterator[array[int]]":
        """All pairs, part by part."""
        checks = self, *self._adopted
        for index in range(self._PARTS):
            pairs = array("q")
            for check in checks:
                pairs.frombytes(check._spilled.take(index))
                if held := check._parts[index]:
                    pairs.extend(held)
                    check._parts[index] = array("q")
            yield pairs


class Keys(Container[int]):
    """Hashes on disk, of which one can be asked for, by forked processes too: in memory is one of each block only."""

    _BLOCK: Final = 512

    def __init__(self, parts: "Iterable[array[int]]") -> None:
        """``parts``: dealt as `PairCheck` deals them."""
        self._file = Scratch()
        #: Of each part the first key of each block, and where the blocks stand.
        self._parts: list[tuple[list[int], list[tuple[int, int]]]] = []
        for part in parts:
            keys = array("q", sorted(set(part)))
            blocks = [keys[place : place + self._BLOCK] for place in range(0, len(keys), self._BLOCK)]
            self._parts.append(
                ([block[0] for block in blocks], [self._file.write(block.tobytes()) for block in blocks])
            )

    def __contains__(self, key: object) -> bool:
        if not isinstance(key, int):
            return False
        firsts, blocks = self._parts[key % len(self._parts)]
        place = bisect_right(firsts, key) - 1
        if place < 0:
            return False
        block = array("q", self._file.read(*blocks[place]))
        return block[bisect_right(block, key) - 1] == key
