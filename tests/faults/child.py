"""The command in this process, or, where something is done to it, in a forked child of it, which has imported it
already: a fault costs no start-up.

A child can be followed from system call to system call with ptrace, in plain Python, and struck at any of those that
change something on disk: killed as it asks for it, or told that the disk is full from there on.
"""

import ctypes
import errno
import gc
import os
import platform
import shutil
import signal
import struct
import sys
import tempfile
import traceback
import warnings
from collections.abc import Callable, Iterable, Iterator
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from contextvars import copy_context
from io import StringIO
from pathlib import Path
from stat import S_ISREG
from typing import Final, Self

from attrs import define, field, frozen

from ei_export.cli import main
from ei_export.zorg1.agreements import Agreements

#: System calls that change what is on disk, by machine: name, number. Of `openat` only those that may make a file.
_CALLS: Final = {
    "x86_64": {
        1: "write", 18: "pwrite64", 74: "fsync", 75: "fdatasync", 77: "ftruncate", 82: "rename", 83: "mkdir",
        84: "rmdir", 86: "link", 87: "unlink", 257: "openat", 258: "mkdirat", 263: "unlinkat", 264: "renameat",
        265: "linkat", 316: "renameat2",
    },
    "aarch64": {
        34: "mkdirat", 35: "unlinkat", 37: "linkat", 38: "renameat", 46: "ftruncate", 56: "openat", 64: "write",
        68: "pwrite64", 82: "fsync", 83: "fdatasync", 276: "renameat2",
    },
}  # fmt: skip
#: Those that a full disk refuses; it never refuses to take away or to rename.
NEED_SPACE: Final = frozenset({"write", "pwrite64", "fsync", "fdatasync", "mkdir", "mkdirat", "openat"})
#: Which argument of theirs is the path of what they make or take away.
_PATHS: Final = {"mkdir": 0, "rmdir": 0, "unlink": 0, "mkdirat": 1, "openat": 1, "unlinkat": 1}
#: A folder in that of the command for its temporary files, where there is one: what a kill leaves there is to be seen
#: as well. What is changed in it is not looked at by itself.
TEMPORARY: Final = "temporary"
#: In bytes, with the NUL that ends it.
_LONGEST_PATH: Final = 4096

_TRACEME, _POKEUSER, _CONT, _SETOPTIONS, _GET_SYSCALL_INFO = 0, 6, 7, 0x4200, 0x420E
_TRACESECCOMP, _EXITKILL = 1 << 7, 1 << 20
_SECCOMP_STOP: Final = signal.SIGTRAP | 7 << 8
_SET_SECCOMP, _FILTER, _NO_NEW_PRIVILEGES = 22, 2, 38
_CAPABILITY_VERSION: Final = 0x20080522
_ALLOW, _TRACE = 0x7FFF0000, 0x7FF00000
#: Offset in ``struct seccomp_data``; what matters of it is in its lower half.
_THIRD_ARGUMENT: Final = 16 + 2 * 8
#: Offsets in `struct user` of x86_64: the number of the call, and what it returned.
_ORIG_RAX, _RAX = 15 * 8, 10 * 8


class _CallInfo(ctypes.Structure):
    """``struct ptrace_syscall_info`` where a call is stopped by its filter (linux/ptrace.h)."""

    _fields_ = (
        ("op", ctypes.c_uint8),
        ("pad", ctypes.c_uint8 * 3),
        ("arch", ctypes.c_uint32),
        ("instruction_pointer", ctypes.c_uint64),
        ("stack_pointer", ctypes.c_uint64),
        ("number", ctypes.c_uint64),
        ("arguments", ctypes.c_uint64 * 6),
        ("filter_data", ctypes.c_uint32),
    )


class _Filter(ctypes.Structure):
    """``struct sock_fprog`` (linux/filter.h)."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_char_p))


def _libc(function: str, *arguments: object) -> None:
    """A call of the C library that returns -1 where it fails. Raises OSError."""
    call = getattr(ctypes.CDLL(None, use_errno=True), function)
    call.restype = ctypes.c_long
    if call(*(ctypes.c_void_p(a) if isinstance(a, int) else a for a in arguments)) == -1:
        code = ctypes.get_errno()
        raise OSError(code, os.strerror(code))


def as_anybody() -> None:
    """In the child of root: what is somebody else's is so from now on. It still owns what it was started from."""
    header = struct.pack("Ii", _CAPABILITY_VERSION, 0)
    _libc("capset", header, bytes(3 * 2 * 4))


def _ptrace(request: int, pid: int, address: int = 0, data: int = 0) -> None:
    _libc("ptrace", request, pid, address, data)


def _be_followed() -> None:
    """In the child: stops, for whoever follows it, now and at every call of `_CALLS`; no other costs it anything, nor
    does opening a file that is there."""
    calls = sorted(_CALLS[platform.machine()].items())
    jump_if_equal, jump_if_set, load, end = 0x15, 0x45, 0x20, 0x06
    steps = [(load, 0, 0, 0)]  # the number of the call
    for place, (number, name) in enumerate(calls):
        to_end = len(calls) - place
        steps.append((jump_if_equal, to_end if name == "openat" else to_end + 3, 0, number))
    steps += [(end, 0, 0, _ALLOW), (load, 0, 0, _THIRD_ARGUMENT), (jump_if_set, 1, 0, os.O_CREAT)]
    steps += [(end, 0, 0, _ALLOW), (end, 0, 0, _TRACE)]
    program = b"".join(struct.pack("=HBBI", *step) for step in steps)
    _ptrace(_TRACEME, 0)
    _libc("prctl", _NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    os.kill(os.getpid(), signal.SIGSTOP)
    _libc("prctl", _SET_SECCOMP, _FILTER, ctypes.byref(_Filter(len(steps), program)))


@frozen
class Ended:
    """How the command ended; ``code`` is None where it was killed."""

    code: int | None
    stdout: str
    stderr: str


@define
class Child:
    """The command while it runs. What it prints has to fit in a pipe."""

    pid: int
    _pipes: tuple[int, int]
    _ended: Ended | None = None

    @classmethod
    def start(
        cls, folder: Path, *arguments: str, before: Callable[[], object] | None = None, followed: bool = False
    ) -> Self:
        """Runs the command in ``folder``, after ``before`` was called in the child."""
        Agreements.load()  # so that no child reads them: a third of a short run
        stdout, stderr = os.pipe(), os.pipe()
        pid = os.fork()
        if pid == 0:
            try:
                sys.settrace(None)
                gc.freeze()  # else the collector would copy all of this process
                os.chdir(folder)
                _have_temporary_files(folder)
                os.dup2(stdout[1], 1)
                os.dup2(stderr[1], 2)
                os._exit(_main(arguments, before, followed=followed))
            finally:
                os._exit(99)
        os.close(stdout[1])
        os.close(stderr[1])
        return cls(pid, (stdout[0], stderr[0]))

    def kill(self) -> None:
        """Kills it, unless it has ended."""
        os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> Ended:
        """Waits until it has ended."""
        if self._ended is None:
            self._note(os.waitpid(self.pid, 0)[1])
        assert self._ended is not None
        return self._ended

    def _note(self, status: int) -> None:
        texts = []
        for pipe in self._pipes:
            with open(pipe, encoding="utf-8") as file:  # noqa: PTH123 - a descriptor
                texts.append(file.read())
        self._ended = Ended(os.WEXITSTATUS(status) if os.WIFEXITED(status) else None, *texts)


@define
class FollowedChild(Child):
    """The command, stopping at whatever it wants to change in ``folder``. ``calls``: what that was up to now, the last
    of them not done yet."""

    folder: Path = field(factory=Path)
    calls: list[str] = field(factory=list)

    @classmethod
    def follow(cls, folder: Path, *arguments: str, before: Callable[[], object] | None = None) -> Self:
        child = cls.start(folder, *arguments, before=before, followed=True)
        child.folder = folder
        os.waitpid(child.pid, 0)
        _ptrace(_SETOPTIONS, child.pid, 0, _TRACESECCOMP | _EXITKILL)
        return child

    def goes_on(self) -> bool:
        """Lets it go on to the next change it wants to make. False where it has ended."""
        pass_on = 0
        while self._ended is None:
            _ptrace(_CONT, self.pid, 0, pass_on)
            _, status = os.waitpid(self.pid, 0)
            pass_on = 0
            if not os.WIFSTOPPED(status):
                self._note(status)
            elif status >> 8 != _SECCOMP_STOP:
                pass_on = os.WSTOPSIG(status)
            elif (call := self._call()) is not None:
                self.calls.append(call)
                return True
        return False

    def reaches(self, change: int) -> bool:
        """Lets it go on to its change of this number, counted from 1. False where it ended before."""
        while len(self.calls) < change:
            if not self.goes_on():
                return False
        return True

    def comes_to(self, call: str) -> bool:
        """Lets it go on to the next change of this kind. False where it ended before."""
        while self.goes_on():
            if self.calls[-1] == call:
                return True
        return False

    def changes(self, until: str = "") -> Iterator[str]:
        """Lets it go on from change to change, up to the first of the kind ``until``; it waits at each."""
        while self.goes_on() and self.calls[-1] != until:
            yield self.calls[-1]

    def finish(self) -> Ended:
        """Lets it go on to its end."""
        while self.goes_on():
            pass
        return self.wait()

    def refuse(self) -> None:
        """The change it wants to make fails: the disk is full."""
        _ptrace(_POKEUSER, self.pid, _ORIG_RAX, -1)  # no call at all
        _ptrace(_POKEUSER, self.pid, _RAX, -errno.ENOSPC)

    def _call(self) -> str | None:
        """The name of the call it has stopped at, if that changes something in its folder."""
        info = _CallInfo()
        _ptrace(_GET_SYSCALL_INFO, self.pid, ctypes.sizeof(info), ctypes.addressof(info))
        name = _CALLS[platform.machine()][info.number]
        if name in _PATHS:
            path = self._path(info.arguments[_PATHS[name]])
            return name if self._is_ours(path) or not path.is_absolute() else None
        if name in ("write", "pwrite64"):
            file = f"/proc/{self.pid}/fd/{info.arguments[0]}"
            is_ours = self._is_ours(Path(os.readlink(file))) and S_ISREG(os.stat(file).st_mode)  # noqa: PTH115, PTH116
            return name if is_ours else None
        return name

    def _is_ours(self, path: Path) -> bool:
        return path.is_relative_to(self.folder) and not path.is_relative_to(self.folder / TEMPORARY)

    def _path(self, address: int) -> Path:
        """A path that stands in its memory; it is at work in its folder."""
        with Path(f"/proc/{self.pid}/mem").open("rb", buffering=0) as memory:
            memory.seek(address)
            return Path(os.fsdecode(memory.read(_LONGEST_PATH).partition(b"\0")[0]))


def _main(arguments: tuple[str, ...], before: Callable[[], object] | None, *, followed: bool) -> int:
    """The command in the child, as the interpreter runs the installed script. Returns its exit code."""
    sys.stdout, sys.stderr = open(1, "w", encoding="utf-8"), open(2, "w", encoding="utf-8")  # noqa: SIM115
    warnings.resetwarnings()
    try:
        if before is not None:
            before()
        if followed:
            _be_followed()
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        return 1
    code = _exit_code(arguments)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except OSError:
        code = 120
    return code


def _exit_code(arguments: tuple[str, ...]) -> int:
    try:
        main(list(arguments), prog_name="ei-export")
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:  # noqa: BLE001 - as the interpreter does
        traceback.print_exc()
        return 1
    return 0


def ei_export(folder: Path, *arguments: str, before: Callable[[], object] | None = None) -> Ended:
    """The command, to its end: in a child where something is done to it ``before``, else here, which costs less."""
    if before is not None:
        return Child.start(folder, *arguments, before=before).wait()
    stdout, stderr, elsewhere = StringIO(), StringIO(), tempfile.tempdir
    with chdir(folder), redirect_stdout(stdout), redirect_stderr(stderr), warnings.catch_warnings():
        _have_temporary_files(folder)
        try:
            code = copy_context().run(_exit_code, arguments)
        finally:
            tempfile.tempdir = elsewhere
    return Ended(code, stdout.getvalue(), stderr.getvalue())


def _have_temporary_files(folder: Path) -> None:
    if (folder / TEMPORARY).is_dir():
        tempfile.tempdir = str(folder / TEMPORARY)


def turning_points(calls: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The changes worth a fault, counted from 1: of a series of the same call the first and every eighth. A file that
    was only made is no change yet."""
    series, before = 0, ""
    for change, call in enumerate(calls, 1):
        series = series + 1 if call == before else 0
        before = call
        if series % 8 == 0 and call != "openat":
            yield change, call


def killing_points(calls: Iterable[str]) -> Iterator[tuple[int, str]]:
    """The changes worth a kill: what is durable is the same to whoever comes after it as what was only written."""
    return ((change, call) for change, call in turning_points(calls) if call not in ("fsync", "fdatasync"))


def kills(child: FollowedChild, changes: Iterable[tuple[int, str]]) -> Iterator[str]:
    """Has the folder of the command be as a kill leaves it, at each of its ``changes`` (which let it go on); tells
    which that is.

    Who is killed does nothing any more, and nobody else is at work there: what stands on disk while it waits is what
    is left. So one command that is followed to its end shows it for all of them.
    """
    folder = child.folder
    copies = folder.with_name(f"{folder.name}-by-kills")
    shutil.rmtree(copies, ignore_errors=True)
    left = [(f"{change} {call}", shutil.copytree(folder, copies / str(change))) for change, call in changes]
    child.finish()
    for which, copy in left:
        shutil.rmtree(folder)
        copy.rename(folder)
        yield which


def why_not_traceable() -> str | None:
    """Why no child can be followed here, or None where it can."""
    if not sys.platform.startswith("linux") or platform.machine() not in _CALLS:
        return f"ptrace is spoken here for Linux on x86_64 and aarch64, this is {sys.platform} on {platform.machine()}"
    pid = os.fork()
    if pid == 0:
        with suppress(OSError):
            _be_followed()
            os.write(os.open(os.devnull, os.O_WRONLY), b"")
        os._exit(0)
    try:
        _, status = os.waitpid(pid, 0)
        if not os.WIFSTOPPED(status):
            return "ptrace is not permitted here"
        _ptrace(_SETOPTIONS, pid, 0, _TRACESECCOMP | _EXITKILL)
        _ptrace(_CONT, pid)
        _, status = os.waitpid(pid, 0)
        if status >> 8 != _SECCOMP_STOP:
            return "seccomp filters are not permitted here"
        info = _CallInfo()
        _ptrace(_GET_SYSCALL_INFO, pid, ctypes.sizeof(info), ctypes.addressof(info))
    except OSError as error:
        return f"ptrace does not tell of system calls here: {error.strerror}"
    finally:
        if os.WIFSTOPPED(status):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
    return None


def why_not_pokeable() -> str | None:
    """Why no change can be made to fail here, or None where it can."""
    if platform.machine() != "x86_64":
        return f"the registers are known here for x86_64, this is {platform.machine()}"
    return why_not_traceable()
