"""Flat messages taken apart, also where they are not as they should be: whatever can be cut is cut.

To a message belongs the debtor record (03), which is published apart: SB311 in a declaration, SB312 in its return.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache, partial
from typing import IO, Final, NamedTuple

from ...base.problems import InputError
from ..contents import Content, ElementKind, Elements, Note
from ..message import Message
from .record import Layout, Record, encoding

#: The layout that has the length of a message is the one that can stand in it.
_DEBTORS: Final = ("sb311-2.0", "sb312-2.0")
#: What lines hold that hold nothing; the last one is how old programs end a file.
_BLANK: Final = " \t\x00\x1a"


class Line(NamedTuple):
    """A record of a flat file: its number from 1, the kind it says it is (``04``), and its text without line end."""

    number: int
    kind: str
    text: str


def elements(message: Message) -> Elements:
    """What the records of a flat message can hold."""
    return {
        kind: {
            element.id: ElementKind(
                element.id, element.code, element.name, element.type == "N", element.mandatory == "M"
            )
            for element in record.elements
        }
        for kind, record in _records(message.layout).items()
    }


def contents(file: IO[bytes], message: Message, name: str) -> Iterator[Content]:
    """The records of a flat file that is open at its start; blank lines are passed over.

    Raises InputError, with ``name``, where the file can't be read on.
    """
    known = _records(message.layout)
    for line in _lines(file, message, name):
        if record := known.get(line.kind):
            text = line.text
            if len(text) == record.length and text.isascii():  # nearly all
                yield Content(line.number, line.kind, _Values(record, text))
            else:
                yield _odd(line, record)
        elif line.text.strip(_BLANK):
            yield Content(line.number, line.kind, {}, (Note("unknown"),), fits=False, text=line.text)


def _lines(file: IO[bytes], message: Message, name: str) -> Iterator[Line]:
    try:
        yield from records(file, message)
    except OSError as error:
        raise InputError("FILE_UNREADABLE", file=name, reason=error.strerror or "") from None


@cache
def _records(layout: str) -> Mapping[str, Record]:
    own = Layout.load(layout)
    debtors = (Layout.load(name) for name in _DEBTORS)
    found = {
        kind: record
        for other in (own, *debtors)
        if other.length == own.length
        for kind, record in other.records.items()
    }
    return dict(sorted(found.items()))


class _Values(Mapping[str, str]):
    """The values of a record that has its length, by element id: cut when one is asked for, as few ask for all."""

    __slots__ = ("_record", "_text")

    def __init__(self, record: Record, text: str) -> None:
        self._record, self._text = record, text

    def __getitem__(self, id: str) -> str:
        element = self._record[id]
        return element.bare(self._text[element.start - 1 : element.end])

    def __iter__(self) -> Iterator[str]:
        return (element.id for element in self._record.elements)

    def __len__(self) -> int:
        return len(self._record.elements)


def _odd(line: Line, record: Record) -> Content:
    """A record that has another length than it should, or letters beyond ASCII.

    Blanks too many at its end, or all of them gone, change nothing. In UTF-8 a letter may be two bytes: a record is as
    long as it should be counted in letters, or, where its writer counted bytes, in bytes.
    """
    text, notes = line.text, []
    decoded = _from_utf8(text)
    if decoded is not None:
        notes.append(Note("utf8"))
        if len(text) != record.length:
            text = decoded
    if len(text) != record.length:
        notes.append(Note("length", len(text), record.length))
    bare = text.rstrip(" ")
    fits = len(bare) <= record.length and (len(text) >= record.length or bare == text)
    values: Mapping[str, str] = _Values(record, text[: record.length].ljust(record.length))
    if decoded is not None and text is line.text:
        values = {id: _from_utf8(value) or value for id, value in values.items()}
    return Content(line.number, line.kind, values, tuple(notes), fits, "" if fits else line.text)


def _from_utf8(text: str) -> str | None:
    """The text as UTF-8 where its bytes are that and hold more than ASCII, else None."""
    if text.isascii():
        return None
    try:
        return text.encode(encoding()).decode("utf-8")
    except UnicodeDecodeError:
        return None


#: A line that is longer is handed over in pieces, so that a file without line ends takes no more memory.
_LONGEST_LINE: Final = 65_536


_LINE: Final = re.compile(rb"[^\r\n]*(?:\r\n?|\n)|[^\r\n]+")


def lines(file: IO[bytes]) -> Iterator[bytes]:
    """The lines of a flat file with their ends: CR/LF, LF or CR; the last may have none. Raises OSError.

    A line that is longer than memory should hold comes in pieces without an end.
    """
    rest = b""
    for chunk in iter(partial(file.readline, _LONGEST_LINE), b""):
        if chunk.endswith(b"\r\n") and not rest and chunk.find(b"\r") == len(chunk) - 2:  # by far most
            yield chunk
            continue
        pieces = _LINE.findall(rest + chunk)
        rest = b"" if chunk.endswith(b"\n") or len(pieces[-1]) >= _LONGEST_LINE else pieces.pop()
        yield from pieces
    if rest:
        yield rest


def without_end(line: bytes) -> bytes:
    """A line, as `lines` gives it, without its line end."""
    return line.removesuffix(b"\n").removesuffix(b"\r")


def records(file: IO[bytes], message: Message) -> Iterator[Line]:
    """The records of a flat file that is open at its start, whatever their lengths and line ends. Raises OSError.

    The text of a record never holds a line end. Whether its kind is known, and its length right, is for the caller to
    look at; of an empty record the kind is ''.
    """
    layout = Layout.load(message.layout)
    for number, line in enumerate(lines(file), 1):
        text = without_end(line).decode(encoding())
        yield Line(number, layout.kind(text), text)


def place_of(file: IO[bytes], message: Message, reference: str) -> int | None:
    """The number of the line (04) with a reference, in a declaration that is open at its start. Raises KeyError or
    ValueError for a record in which it stands that isn't as it should be."""
    layout, sought = Layout.load(message.layout), reference.encode()
    for number, line in enumerate(lines(file), 1):
        if sought in line:
            text = without_end(line).decode(encoding())
            if layout[layout.kind(text)].unpack(text).get("0434", "").rstrip() == reference:
                return number
    return None
