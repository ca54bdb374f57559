"""Who is told of an error that the program goes on after."""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Final

#: Told of one whose place is all that the program itself says of it.
ON_FAULT: Final[ContextVar[Callable[[Exception], None]]] = ContextVar("on_fault", default=lambda error: None)
