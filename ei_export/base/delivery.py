"""Publishing a run: everything is written beside its final place, made durable, and then appears by one rename."""

import errno
import hashlib
import os
import re
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from functools import partial
from itertools import count
from pathlib import Path, PurePosixPath
from tempfile import TemporaryDirectory, gettempdir
from typing import BinaryIO, Final, Protocol

from .private import let_read, make_file, make_folder, reading_group
from .problems import WriteError
from .windows import moved

#: Folders of runs that are being written; hidden, and never looked into.
_STAGING: Final = ".staging-"
#: Behind the name of the folder of a run that was withdrawn.
_WITHDRAWN: Final = "-withdrawn"


#: The name of the folder of a published run: its number, which one of that number, whether it was withdrawn.
_RUN: Final = re.compile(rf"R([0-9]{{6,9}})(?:-[0-9]+)?(?:{_WITHDRAWN})?")


class Place(Protocol):
    """Where a run's files go."""

    def create(self, name: str, *, is_personal: bool = True) -> BinaryIO:
        """A new file, readable and writable, by its path in the run's folder (``declarations/x.txt``)."""

    def sync(self) -> None:
        """Makes the files durable as they are now, also those that another process goes on with."""

    def discard(self) -> None:
        """Takes away what was written and not published."""


class Unseen:
    """A place whose files are never seen: for ``check``."""

    def __init__(self) -> None:
        self._files: list[BinaryIO] = []

    def create(self, name: str, *, is_personal: bool = True) -> BinaryIO:
        file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by `discard`
        self._files.append(file)
        return file

    def sync(self) -> None:
        for file in self._files:
            file.flush()

    def discard(self) -> None:
        for file in self._files:
            file.close()


class Stage:
    """The folder of a run before it is published. Readable by its owner only, but for what is not personal, which a
    group may read too."""

    def __init__(self, folder: Path, ledger: Path, group: int | None = None) -> None:
        """``folder`` is where the run is going to be published, ``ledger`` whose run it is, ``group`` as for
        `let_read`. Raises WriteError."""
        self.folder = folder
        self.staging = folder.with_name(f"{_prefix(ledger)}{folder.name}")
        self._files: list[BinaryIO] = []
        self._sealed = False
        self._group = group
        with writing(folder):
            make_folder(folder.parent)
            self.staging.mkdir(mode=0o700)
            let_read(self.staging, group)

    def create(self, name: str, *, is_personal: bool = True) -> BinaryIO:
        path = self.staging / PurePosixPath(name)
        with writing(path):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            file = os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600), "w+b", buffering=1 << 18)
            self._files.append(file)
            let_read(path, None if is_personal else self._group)
        return file

    def add(self, name: str, write: Callable[[BinaryIO], object]) -> None:
        """A file of which nothing is personal, and that the run can do without: as ``write`` writes it; where that
        fails, there is none. Raises WriteError, and what ``write`` raises."""
        file = self.create(name, is_personal=False)
        try:
            write(file)
            file.flush()
        except BaseException:
            self._files.remove(file)
            with suppress(OSError):  # a full disk can't take what was still to be written
                file.close()
            (self.staging / name).unlink()
            raise

    def sync(self) -> None:
        with writing(self.staging):
            for file in self._files:
                file.flush()
                os.fsync(file.fileno())

    def seal(self) -> None:
        """Makes every file durable, and closes it. Raises WriteError."""
        self.sync()
        with writing(self.staging):
            for file in self._files:
                file.close()
            self._files.clear()
            for folder in [path for path in self.staging.iterdir() if path.is_dir()]:
                _sync_folder(folder)
            _sync_folder(self.staging)
            _sync_folder(self.staging.parent)

        self._sealed = True

    def publish(self) -> Path:
        """Makes the run appear; returns where. Raises WriteError."""
        return complete(self.staging, self.folder) or self.folder

    def discard(self) -> None:
        """Takes away what was written, unless it was sealed: then it is the ledger that says what becomes of it."""
        for file in self._files:
            with suppress(OSError):  # a full disk can't take what was still to be written
                file.close()
        if not self._sealed:
            shutil.rmtree(self.staging, ignore_errors=True)


def complete(staging: Path, folder: Path) -> Path | None:
    """Publishes a run that is in the ledger, unless that is done; returns where it is.

    None where its files are neither waiting nor there: someone moved them. A folder of that name that another ledger
    made in the meantime is left alone: the run gets a number behind its name. Raises WriteError.
    """
    with writing(folder):
        for attempt in count(1):
            place = folder if attempt == 1 else folder.with_name(f"{folder.name}-{attempt}")
            try:
                moved(partial(staging.rename, place))
            except FileNotFoundError:
                return folder if folder.is_dir() else None
            except OSError as error:
                if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR) or not place.exists():
                    raise
            else:
                _sync_folder(folder.parent)
                return place
    raise AssertionError("there is always a free name")


def mark_withdrawn(folder: Path, is_it: Callable[[Path], bool]) -> Path | None:
    """Marks the folder of a published run as one not to be sent, by its name; returns where it is then.

    None where it is neither there nor there under its new name: ``is_it`` tells a folder that is of the run. May be
    done again after it was broken off. Raises WriteError.
    """
    marked = folder.with_name(f"{folder.name}{_WITHDRAWN}")
    if not is_it(folder):
        return marked if is_it(marked) else None
    with writing(folder):
        moved(partial(folder.rename, marked))
        _sync_folder(folder.parent)
    return marked


def unmark_withdrawn(folder: Path, is_it: Callable[[Path], bool]) -> Path | None:
    """Takes the mark off the folder of a run that was sent after all; returns where it is then.

    None where it is nowhere, or another folder has its name. May be done again as `mark_withdrawn`. Raises WriteError.
    """
    plain = folder.with_name(folder.name.removesuffix(_WITHDRAWN))
    if is_it(plain):
        return plain
    if not is_it(folder) or plain.exists():
        return None
    with writing(folder):
        moved(partial(folder.rename, plain))
        _sync_folder(folder.parent)
    return plain


def is_withdrawn(folder: Path) -> bool:
    """Whether the name of a run's folder says that it is not to be sent."""
    return folder.name.endswith(_WITHDRAWN)


def run_folders(out: Path) -> Sequence[tuple[int, Path]]:
    """What is called as a published run, each with the number of that, by number and name. Raises WriteError."""
    with writing(out):
        there = [*out.iterdir()] if out.is_dir() else []
    found = ((_RUN.fullmatch(path.name), path) for path in there)
    return sorted((int(match[1]), path) for match, path in found if match is not None)


def test_folders(out: Path) -> Sequence[Path]:
    """The folders of test runs."""
    return sorted(path for path in out.glob("T[0-9]*") if path.is_dir())


def test_files(out: Path) -> int:
    """How many declarations the test runs that are there have."""
    return sum(1 for folder in test_folders(out) for _ in folder.glob("declarations/*"))


def withdrawn_folders(out: Path) -> Sequence[Path]:
    """The folders of runs that are marked as not to be sent."""
    return sorted(out.glob(f"*{_WITHDRAWN}"))


def is_taken(folder: Path) -> bool:
    """Whether a run was published as ``folder``, or is waiting to be."""
    return os.path.lexists(folder) or any(folder.parent.glob(f"{_STAGING}*-{folder.name}"))


def sweep(out: Path, ledger: Path) -> None:
    """Takes away what runs of this ledger left unfinished; those that were recorded must be completed first."""
    for leftover in out.glob(f"{_prefix(ledger)}*"):
        if leftover.is_dir() and not leftover.is_symlink():
            shutil.rmtree(leftover, ignore_errors=True)
        else:
            leftover.unlink(missing_ok=True)
    # Anybody on this computer can put something there: what isn't ours to take away stays, and keeps no run from going.
    for leftover in Path(gettempdir()).glob(f"{_prefix(ledger)}*"):
        shutil.rmtree(leftover, ignore_errors=True)


def meanwhile(ledger: Path) -> TemporaryDirectory[str]:
    """A folder for what is needed until something is written, for who has the ledger: what is left of it by one who was
    killed, the next run takes away. Raises OSError."""
    return TemporaryDirectory(prefix=_prefix(ledger))


def _prefix(ledger: Path) -> str:
    """Marks what is unfinished as one ledger's: two practices may share a folder, but not sweep each other's work."""
    return f"{_STAGING}{hashlib.sha256(os.fsencode(os.path.realpath(ledger))).hexdigest()[:8]}-"


class Replacement:
    """A file that is going to take the place of ``path`` in one step; until then nobody sees it."""

    def __init__(self, path: Path, ledger: Path, group: int | None = None) -> None:
        """``ledger`` is whose run writes it; ``group`` as for `let_read`. Raises WriteError."""
        self.path = path
        with writing(path):
            make_folder(path.parent)
            descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=_prefix(ledger))
            self._waiting = Path(name)
            self.file: BinaryIO = os.fdopen(descriptor, "w+b")
            let_read(self._waiting, group)

    def seal(self) -> None:
        """Makes the file durable, and closes it. Raises WriteError."""
        with writing(self.path):
            self.file.flush()
            os.fsync(self.file.fileno())
            self.file.close()

    def copy(self, to: BinaryIO) -> None:
        """Copies it, once it is sealed. Raises OSError."""
        with self._waiting.open("rb") as file:
            shutil.copyfileobj(file, to)

    def publish(self) -> None:
        """Makes it appear. Raises WriteError."""
        with writing(self.path):
            moved(partial(self._waiting.replace, self.path))

    def discard(self) -> None:
        """Takes away what was written, unless it was published."""
        with suppress(OSError):  # a full disk can't take what was still to be written
            self.file.close()
        self._waiting.unlink(missing_ok=True)


def put_aside(path: Path, folder: Path) -> Path:
    """Moves a file to a folder on the same disk, made where it isn't there; returns where it is then. One of its name
    that is there already stays: the file gets a number before its extension. Raises WriteError."""
    with writing(folder):
        make_folder(folder)
        for attempt in count(1):
            place = folder / (path.name if attempt == 1 else f"{path.stem}-{attempt}{path.suffix}")
            with suppress(FileExistsError):
                make_file(place, b"")  # takes the name, so that nothing is ever overwritten
                break
        try:
            moved(partial(path.replace, place))
        except BaseException:
            place.unlink()
            raise
        return place


@contextmanager
def replacing(path: Path, ledger: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of ``path`` in one step when the block ends well, for the same to read. Raises
    WriteError."""
    with writing(path):
        replacement = Replacement(path, ledger, reading_group(path))
        try:
            yield replacement.file
            replacement.seal()
            replacement.publish()
        finally:
            replacement.discard()


@contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turns a failing disk into a WriteError that names the place."""
    try:
        yield
    except OSError as error:
        raise WriteError("WRITE_FAILED", path=str(path), reason=error.strerror or type(error).__name__) from error


def _sync_folder(folder: Path) -> None:
    """Makes the names in a folder durable; not on Windows, which opens no folder."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
