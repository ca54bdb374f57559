"""Work that is shared with another process, forked from this one, or takes much of this one."""

import errno
import gc
import os
import pickle
import signal
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from tempfile import TemporaryFile
from threading import Thread, current_thread, main_thread
from typing import IO, Any, Final, Generic, NoReturn, Self, TypeVar

from .problems import Refusal

T = TypeVar("T")


def cores() -> int:
    """How many processes can work at a time; 1 where the system can't fork one, and for a thread of a server: what its
    other threads hold at that moment, nobody would ever let go of in the copy."""
    if not hasattr(os, "fork") or current_thread() is not main_thread():
        return 1
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def no_collector() -> Iterator[None]:
    """For what makes many objects and no cycles worth collecting: looking for them takes a third of the time of a run.
    Where threads are in here at a time, the last of them may go on with the collector."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Helper(Generic[T]):
    """A process that does a part of the work while this one goes on; to be used in a ``with``, which ends it.

    It begins as a copy of this one. What comes back is what ``work`` returns, and what it wrote in files that were open
    before. It ends with this process, however that ends, and is killed where this one has no more use for it.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        self._result: Final = TemporaryFile()  # noqa: SIM115 - closed at the end
        watched, self._held = os.pipe()  # closed with this process, however that ends
        self._pid: int | None = os.fork()
        if not self._pid:
            os.close(self._held)
            _live(work, self._result, watched)
        os.close(watched)

    def result(self) -> T:
        """Waits for what the work comes to. Raises what stopped it: a Refusal or an OSError as it was, of anything else
        a RuntimeError that says where."""
        self._wait()
        self._result.seek(0)
        try:
            value, error = pickle.load(self._result)
        except (EOFError, pickle.UnpicklingError):
            raise OSError(errno.EIO, "the second process could not hand over its work") from None
        if error is not None:
            raise error
        done: T = value
        return done

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        if self._pid is not None:
            os.kill(self._pid, signal.SIGKILL)
            self._wait()
        os.close(self._held)
        self._result.close()

    def _wait(self) -> None:
        if self._pid is not None:
            os.waitpid(self._pid, 0)
            self._pid = None


class Later(Generic[T]):
    """In the place of a `Helper` where another process isn't worth it: this one does the work once it is asked for."""

    def __init__(self, work: Callable[[], T]) -> None:
        self._work: Final = work

    def result(self) -> T:
        """What the work comes to."""
        return self._work()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


def _live(work: Callable[[], object], result: IO[bytes], watched: int) -> NoReturn:
    """The life of a helper. It ends here, at once when the first process is gone: that is who is stopped."""
    try:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        Thread(target=_end_with, args=(watched,), daemon=True).start()
        come_to: tuple[Any, BaseException | None]
        try:
            come_to = work(), None
        except (Refusal, OSError) as error:
            come_to = None, error
        except BaseException as error:  # noqa: BLE001 - goes on in the first process
            place = traceback.extract_tb(error.__traceback__)[-1]
            come_to = None, RuntimeError(f"{type(error).__name__} at {place.filename}:{place.lineno}")
        pickle.dump(come_to, result, pickle.HIGHEST_PROTOCOL)
        result.flush()
        os._exit(0)
    finally:
        os._exit(1)


def _end_with(watched: int) -> None:
    """Ends this process when nobody has the other end of a pipe any more."""
    os.read(watched, 1)
    os._exit(1)
