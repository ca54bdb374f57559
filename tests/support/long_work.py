"""Work for a process of the desk."""

import time
from pathlib import Path

from ei_export.base.problems import InputError
from ei_export.desk.jobs import Progress


def adding(first: int, second: int, progress: Progress) -> int:
    progress("read", first)
    return first + second


def refusing(path: Path, progress: Progress) -> None:
    raise InputError("INPUT_MISSING", path=str(path))


def failing(progress: Progress) -> None:
    raise ValueError("Jansen")


def waiting(begun: Path, progress: Progress) -> None:
    begun.touch()
    while True:
        progress("judged", 1)
        time.sleep(0.05)
