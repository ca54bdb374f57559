"""Messages as files: what a file is by its first bytes.

The messages that are known are rows of ``specs/messages.csv``. Nothing here says whether a file is right.
"""

import re
from functools import cache
from pathlib import Path
from typing import IO, Annotated, Final

from attrs import frozen

from ..base.problems import InputError
from ..base.row_types import CertaintyCell, KeyedTable, RequiredCell, SourceCell, TextCell
from ..base.specs import SPECS
from ..base.tables import Report, Row, refuse

#: How much of a file is looked at to recognise it.
START: Final = 4096

#: Kenmerk record, code, version and subversion of the message: 0101-0104, alike in every flat EI standard.
_FLAT_START: Final = re.compile(rb"01([0-9]{3})([0-9]{2})([0-9]{2})")
#: The first start tag of an XML file, behind its declaration and comments. Where none comes, these are not cut in every
#: other way (`?>`): that would take for ever.
_ROOT: Final = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?>(?:<\?.*?\?>\s*|<!--.*?-->\s*)*)(<[^!?>][^>]*>)", re.DOTALL)


@frozen
class Message:
    """A message standard: ``name`` as it is told to people, ``about`` what it is for, ``code`` its EI code, ``version``
    and ``subversion`` as the message writes them. A flat one has a ``layout`` (see `Layout.load`), one in XML the
    ``namespace`` of its root; what is in the ``guest`` one, if any, is as if it were in that. One that has neither is
    known by its code only, and may have no name."""

    name: Annotated[TextCell, "standard"]
    about: RequiredCell
    code: RequiredCell
    version: TextCell
    subversion: TextCell
    layout: TextCell
    namespace: TextCell
    guest: TextCell
    source: SourceCell
    certainty: CertaintyCell

    @property
    def is_read(self) -> bool:
        """Whether its records are known here."""
        return bool(self.layout or self.namespace)

    @property
    def title(self) -> str:
        """What it is, in the words of the list of codes."""
        return ", ".join(filter(None, (self.name, self.about)))


_MESSAGES: Final = KeyedTable[str, Message]("messages.csv", Message, "code")


def read_messages(specs: Path = SPECS, report: Report = refuse) -> tuple[Message, ...]:
    """Every message of ``specs/messages.csv``; two with one code, layout or namespace are an error."""
    return tuple(_MESSAGES.read(specs, report, _check).values())


def _check(row: Row) -> None:
    """One that is read here says all of itself."""
    if row["layout"] and row["namespace"]:
        raise row.error("layout", "a layout or a namespace")
    if row["layout"] or row["namespace"] or row["guest"]:
        for column in ("version", "subversion", "standard"):
            row.required(column)


@cache
def _every_message() -> tuple[Message, ...]:
    return read_messages()


@cache
def messages() -> tuple[Message, ...]:
    """Every message that is read here."""
    return tuple(message for message in _every_message() if message.is_read)


def recognise(start: bytes, name: str) -> Message:
    """Which message a file is by its first bytes (at least `START` of them, or all). ``name`` is for the refusal.

    A flat file is known by the code in its first record; whether the version is the one we know is not looked at. An
    XML file is known by the namespace of its root. Raises InputError for anything else, by its name where it has one.
    """
    if flat := _FLAT_START.match(start):
        code = flat[1].decode()
        for message in _every_message():
            if message.code == code and message.layout:
                return message
            if message.code == code:
                raise InputError("MESSAGE_NOT_READ", file=name, found=code, title=message.title, expected=_known())
        raise InputError("MESSAGE_UNKNOWN", file=name, found=code, expected=_known_codes())
    if root := _ROOT.match(start):
        for message in messages():
            if message.namespace and re.search(rb"=\s*[\"']%s[\"']" % re.escape(message.namespace.encode()), root[1]):
                return message
    raise InputError("FILE_NOT_RECOGNISED", file=name, expected=_known())


def named(start: bytes, message: Message) -> str:
    """A recognised file by the standard and the version that its first bytes state, which may be one we don't know."""
    flat = _FLAT_START.match(start)
    if flat is None or (flat[2].decode(), flat[3].decode()) == (message.version, message.subversion):
        return message.name
    return f"{message.name.partition(' ')[0]} {int(flat[2])}.{int(flat[3])}"


def _known() -> str:
    return ", ".join(message.name for message in messages())


def _known_codes() -> str:
    return ", ".join(f"{message.code} ({message.name})" for message in messages() if message.layout)


def start_of(file: IO[bytes]) -> bytes:
    """The first bytes of a file that is open at its start, where it is left. Raises OSError."""
    start = file.read(START)
    file.seek(0)
    return start
