"""The declaration standards that there are. A new one is a folder with its ``STANDARD``, its tables, and a row here;
``specs/messages.csv`` says what its messages are, ``specs/standards.csv`` from which day it is used.
"""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Final, NamedTuple

from .message import Message
from .standard import Standard


class _Registered(NamedTuple):
    """The module of a standard, and the EI codes of its messages: a declaration, and an answer to one."""

    module: str
    declaration: str
    answer: str


#: By the name of a standard, which is that of its declaration. Each is loaded when it is asked for.
_ROWS: Final[Mapping[str, _Registered]] = {
    "PM304 3.2": _Registered(".flat.pm304", declaration="107", answer="108"),
    "GDS801 2.0": _Registered(".xml.gds801", declaration="573", answer="574"),
}


@cache
def standard_named(name: str) -> Standard:
    """The standard of a name. Raises KeyError; SettingsError for a table of its own that is wrong."""
    found: Standard = import_module(_ROWS[name].module, __package__).STANDARD
    return found


def standards() -> Mapping[str, Standard]:
    """Every standard by its name."""
    return {name: standard_named(name) for name in _ROWS}


def standard_of(message: Message) -> Standard:
    """The standard that a message is of."""
    return standard_named(next(name for name, row in _ROWS.items() if message.code in (row.declaration, row.answer)))


def is_answer(message: Message) -> bool:
    """Whether a message is an answer to a declaration."""
    return any(message.code == row.answer for row in _ROWS.values())
