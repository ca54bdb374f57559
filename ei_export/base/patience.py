"""Who is told while the program goes on: that it has to wait for another one, or of what went wrong beside."""

from collections.abc import Callable
from contextvars import ContextVar
from pathlib import Path
from typing import Final

#: Told of the file where what was done has to wait, because another program reads it.
ON_WAIT: Final[ContextVar[Callable[[Path], None]]] = ContextVar("on_wait", default=lambda path: None)
#: Told of an error of which the program itself says no more than its place.
ON_FAULT: Final[ContextVar[Callable[[Exception], None]]] = ContextVar("on_fault", default=lambda error: None)
