"""Who is told that the program has to wait for another one."""

from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Final

#: Told of the file where what was done has to wait, because another program reads it.
ON_WAIT: Final[ContextVar[Callable[[Path], None]]] = ContextVar("on_wait", default=lambda path: None)
