"""``memory.jsonl`` of a run: what `recover` needs to know of it that no other file tells. Nothing of it is personal but
what ``lines.csv`` has too.

A line of JSON with who declared, one for each line of ``lines.csv`` (reference and patient number), and one with the
SHA-256 of ``lines.csv`` and of all before it.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from json.encoder import encode_basestring
from typing import IO, BinaryIO, Final

from attrs import frozen

NAME: Final = "memory.jsonl"
_VERSION: Final = 1
#: Lines that are written at a time.
_BATCH: Final = 1_000


class MemoryWriter:
    """Writes it; nothing before there is something to `add`, which another process may do."""

    def __init__(self, file: BinaryIO, header: str) -> None:
        """``header``: who declares, as `declared_by` gives it."""
        self._file = file
        self._hash = hashlib.sha256()
        self._held = [_line({"version": _VERSION, "provider": header})]

    def add(self, lines: Iterable[tuple[str, str]]) -> None:
        """Adds lines: reference, which is letters and digits, and patient number."""
        self._held += [f'["{reference}",{encode_basestring(patient)}]\n' for reference, patient in lines]
        if len(self._held) >= _BATCH:
            self._flush()

    def close(self, lines_sha256: str) -> None:
        """Ends it; the file stays open."""
        self._flush()
        self._held.append(_line({"lines": lines_sha256, "memory": self._hash.hexdigest()}))
        self._flush()

    def _flush(self) -> None:
        text = "".join(self._held).encode()
        self._held.clear()
        self._hash.update(text)
        self._file.write(text)


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n"


@frozen
class RunMemory:
    """What it says: ``header`` who declared, ``lines_sha256`` of ``lines.csv``."""

    header: str
    lines_sha256: str


def read_checked(file: IO[bytes]) -> RunMemory:
    """Reads a whole one. Raises ValueError where it isn't as it was written."""
    digest = hashlib.sha256()
    header, last, said = "", b"", ""
    for number, line in enumerate(file):
        if not number:
            header = str(_object(line)["provider"])
        said = digest.hexdigest()
        digest.update(line)
        last = line
    end = _object(last)
    if end.get("memory") != said:
        raise ValueError("changed")
    return RunMemory(header, str(end["lines"]))


def rows(file: IO[bytes]) -> Iterator[Sequence[str]]:
    """Reference and patient number of every line, of one that was checked."""
    for line in file:
        row = json.loads(line)
        if isinstance(row, list):
            yield row


def _object(line: bytes) -> dict[str, object]:
    value = json.loads(line)
    if not isinstance(value, dict):
        raise ValueError("changed")
    return value
