"""What is otherwise on Windows, as far as the rest of the program has to know. None of it was tried there: see
docs/windows.md.
"""

import errno
import os
import re
import time
from collections.abc import Callable, Mapping
from functools import cache
from typing import Final

IS_WINDOWS: Final = os.name == "nt"
#: Errors of Windows, by their numbers (Microsoft, "System Error Codes"), each with the name in
#: ``specs/words/system.toml`` of what it comes to.
_ERRORS: Final[Mapping[int, str]] = {
    2: "ENOENT", 3: "ENOENT", 4: "EMFILE", 5: "EACCES", 8: "ENOMEM", 15: "ENOENT", 17: "EXDEV", 19: "EROFS",
    21: "EIO", 23: "EIO", 32: "ESHARING", 33: "ESHARING", 39: "ENOSPC", 53: "EHOSTUNREACH", 64: "ENOTCONN",
    65: "EACCES", 67: "EHOSTUNREACH", 80: "EEXIST", 112: "ENOSPC", 123: "EINVAL", 145: "ENOTEMPTY", 183: "EEXIST",
    206: "ENAMETOOLONG", 267: "ENOTDIR", 1117: "EIO",
}  # fmt: skip
#: How an OSError begins that says all of it.
_NUMBER: Final = re.compile(r"\[WinError ([0-9]+)\]")
#: Those of a file that another program has open.
_IN_THE_WAY: Final = (5, 32, 33)
#: How often a move is tried in all, and seconds in between.
_TRIES: Final = 10
_PAUSE: Final = 0.2


def error_name(told: str) -> str | None:
    """The name in ``specs/words/system.toml`` of an error that Windows tells of, as the text of an OSError or as the
    whole of it; None of others."""
    match = _NUMBER.match(told)
    return _ERRORS.get(int(match[1])) if match is not None else _said().get(told)


def is_unheard(error: OSError) -> bool:
    """Whether nobody reads on what is written in a pipe."""
    return isinstance(error, BrokenPipeError) or (IS_WINDOWS and error.errno == errno.EINVAL)


@cache
def _said() -> Mapping[str, str]:
    """What Windows says of the errors, in its own language; nothing on another system."""
    try:
        from ctypes import FormatError  # type: ignore[attr-defined,unused-ignore] # of Windows only
    except ImportError:
        return {}
    return {FormatError(number).rstrip(" .\r\n"): name for number, name in _ERRORS.items()}


def moved(move: Callable[[], object]) -> None:
    """Has a file or folder moved, where need be after a moment: on Windows who looks into each new file, as a virus
    scanner does, keeps it in its place, and the folders that it is in. Raises OSError."""
    for left in reversed(range(_TRIES)):
        try:
            move()
        except PermissionError as error:
            if not left or getattr(error, "winerror", None) not in _IN_THE_WAY:
                raise
            time.sleep(_PAUSE)
        else:
            return
