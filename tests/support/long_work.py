"""Work for a process of the desk, and waiting for it."""

import os
import time
from collections.abc import Callable
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from threading import Thread
from typing import Any

import pytest

from ei_export.base.problems import InputError
from ei_export.desk import jobs
from ei_export.desk.jobs import Progress
from tests.support.desk import Page, Visitor


def adding(first: int, second: int, progress: Progress) -> int:
    progress("read", first)
    return first + second


def refusing(path: Path, progress: Progress) -> None:
    raise InputError("INPUT_MISSING", path=str(path))


def failing(progress: Progress) -> None:
    raise ValueError("Jansen")


class _Unreadable:
    def __reduce__(self) -> tuple[type[int], tuple[str]]:
        return int, ("none",)


def unreadable(progress: Progress) -> _Unreadable:
    return _Unreadable()


def waiting(begun: Path, progress: Progress) -> None:
    begun.touch()
    while True:
        progress("judged", 1)
        time.sleep(0.05)


class Threads:
    """In the place of processes, where it is not about these: work is done by threads of this process."""

    Pipe = staticmethod(Pipe)

    class Process(Thread):
        def __init__(self, target: Callable[..., None], args: tuple[Any, ...], daemon: bool) -> None:
            pipe = Connection(os.dup(args[0].fileno()))

            def work() -> None:
                target(pipe, *args[1:])
                pipe.close()

            super().__init__(target=work, daemon=daemon)

        def terminate(self) -> None:
            """A thread goes on to its end."""


@pytest.fixture
def in_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    """Long work of a desk, without the time that a process takes to begin."""
    monkeypatch.setattr(jobs, "get_context", lambda _: Threads)
    monkeypatch.setattr("ei_export.desk.jobs.signal.signal", lambda *_: None)


def come_to(visitor: Visitor, page: Page) -> Page:
    """The page of what long work came to, once that has ended."""
    for _ in range(4000):
        if not page.tree.xpath("//*[@data-work]"):
            return page
        time.sleep(0.01)
        page = visitor.get(page.path)
    raise AssertionError("it takes too long")
