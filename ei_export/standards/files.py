"""Message files as they come: a file, a zip of files, or a folder, each opened one after the other.

A zip is unpacked with care: nothing is written under a name it gives, and no more is read than VECOZO would take.
"""

import hashlib
import os
import re
import tempfile
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Final

from attrs import frozen

from ..base.private import expect_file
from ..base.problems import Finding, InputError
from ..base.wording import printable

#: What VECOZO takes in one zip (vecozo.nl, "Hoe stel ik een declaratie op"; single source).
MOST_FILES: Final = 30
MOST_ZIPPED: Final = 20_000_000
MOST_UNPACKED: Final = 300_000_000
#: Letters, digits, hyphens, underscores and dots (same page), and an extension in lower case (VECOZO, 22-11-2023).
_NAME: Final = re.compile(r"[A-Za-z0-9_.-]+\.(?:txt|xml)")

_ZIP_STARTS: Final = (b"PK\x03\x04", b"PK\x05\x06")
_METHODS: Final = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)
#: What is said of a zip in other words than that it was damaged on its way.
_SAID: Final = frozenset({"File is not a zip file"})
_ENCRYPTED: Final = 0x1
_BLOCK: Final = 1 << 20


#: What a computer leaves in folders and zips of its own accord; no message is called so.
_LITTER: Final = re.compile(r"(?:.*/)?(?:__MACOSX/.*|\._.*|\.DS_Store|Thumbs\.db|desktop\.ini)", re.IGNORECASE)


@frozen
class FoundFile:
    """A file, or a file in a zip: its name, and itself open at its start.

    ``file`` is None where it can't be read, with the ``refusal``, and of a zip that is itself not as it should be.
    ``findings``: what is wrong with its name or its zip; they don't stop anything.
    """

    name: str
    file: IO[bytes] | None
    refusal: InputError | None = None
    findings: Sequence[Finding] = ()


def entries(path: Path, called: str = "") -> Iterator[FoundFile]:
    """The files at a path: itself, what is in it if it is a zip, or what is in the folder, by name (perhaps nothing).
    What a computer leaves there of its own accord is passed over. ``called``: what a file, or a zip, is called where
    that is not its path.

    A file is closed when the next one is asked for. Nothing is raised for what can't be read: its entry says so.
    """
    name = called or str(path)
    try:
        if path.is_dir():
            for inside in files_in(path):
                yield from entries(inside)
            return
        expect_file(path)
        with path.open("rb") as file:
            zipped = file.read(4) in _ZIP_STARTS
            file.seek(0)
            if zipped:
                yield from _zip_entries(file, name)
            else:
                yield FoundFile(name, file)
    except OSError as error:
        yield unreadable(name, error.strerror or "")


def paths_at(path: Path) -> Sequence[Path]:
    """The paths that `entries` gives the files of, one after the other: those in a folder, if there are any; itself."""
    try:
        return (path.is_dir() and files_in(path)) or [path]
    except OSError:
        return [path]


def files_in(folder: Path) -> list[Path]:
    """The files in a folder, by name, without what a computer leaves there. Raises OSError."""
    return sorted(inside for inside in folder.iterdir() if inside.is_file() and not _LITTER.fullmatch(inside.name))


def nothing_in(name: str) -> FoundFile:
    """What stands for the files of a zip or a folder that has none."""
    return FoundFile(name, None, InputError("FILES_NONE", file=name))


def unreadable(name: str, reason: str) -> FoundFile:
    return FoundFile(name, None, InputError("FILE_UNREADABLE", file=name, reason=reason))


def _zip_entries(file: IO[bytes], name: str) -> Iterator[FoundFile]:
    size = os.fstat(file.fileno()).st_size
    if size > MOST_ZIPPED:
        yield FoundFile(name, None, InputError("ZIP_TOO_LARGE", file=name, found=size, limit=MOST_ZIPPED))
        return
    try:
        with zipfile.ZipFile(file) as archive:
            members = [m for m in archive.infolist() if not (m.is_dir() or _LITTER.fullmatch(m.filename))]
            if len(members) > MOST_FILES:
                params = {"file": name, "found": len(members), "limit": MOST_FILES}
                yield FoundFile(name, None, findings=[Finding("ZIP_TOO_MANY", "", params)])
            if not members:
                yield nothing_in(name)
            left = MOST_UNPACKED
            for member in members[:MOST_FILES]:
                inside = f"{name}/{printable(member.filename)}"
                with tempfile.TemporaryFile() as unpacked:
                    entry = _unpack(archive, member, inside, unpacked, left)
                    left -= unpacked.tell()
                    unpacked.seek(0)
                    yield entry
    except (zipfile.BadZipFile, NotImplementedError, OSError, ValueError) as error:
        yield FoundFile(name, None, InputError("ZIP_DAMAGED", file=name, reason=_reason(error)))


def _unpack(archive: zipfile.ZipFile, member: zipfile.ZipInfo, name: str, unpacked: IO[bytes], left: int) -> FoundFile:
    """Unpacks one file, at most ``left`` bytes of it, and says what is wrong with it."""
    if member.flag_bits & _ENCRYPTED:
        return FoundFile(name, None, InputError("ZIP_ENCRYPTED", file=name))
    if member.compress_type not in _METHODS:
        return unreadable(name, f"compression {member.compress_type}")
    try:
        with archive.open(member) as packed:  # the size that the zip itself gives may be a lie
            while left >= 0 and (block := packed.read(min(_BLOCK, left + 1))):
                unpacked.write(block)
                left -= len(block)
        if left < 0:
            return FoundFile(name, None, InputError("ZIP_UNPACKED_TOO_LARGE", file=name, limit=MOST_UNPACKED))
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError) as error:
        return unreadable(name, _reason(error))
    findings = [] if _NAME.fullmatch(member.filename) else [Finding("FILE_NAME", "", {"file": name})]
    return FoundFile(name, unpacked, findings=findings)


def _reason(error: Exception) -> str:
    """What is wrong with a zip. The error itself may quote what is in it."""
    text = str(error)
    return text if text in _SAID else "Truncated or changed"


def sha256_of(file: IO[bytes]) -> str:
    """The SHA-256 of an open file from where it stands to its end, in hexadecimal. Raises OSError."""
    return hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type] # any open file will do


def sha256_of_lines(file: IO[bytes]) -> str:
    """The SHA-256 of what an open file says, whatever ends its lines and itself, in hexadecimal. Raises OSError."""
    digest, blank = hashlib.sha256(), 0
    for line in file:
        for part in line.rstrip(b"\r\n").split(b"\r"):
            if not part:
                blank += 1
                continue
            digest.update(b"\n" * blank + part + b"\n")
            blank = 0
    return digest.hexdigest()
