"""Messages taken apart, whatever they are written in: what their records can hold, and what one record holds."""

from collections.abc import Callable, Iterator, Mapping
from typing import IO, Final, NamedTuple

from attrs import frozen

from .described import Note
from .message import Message


@frozen
class Part:
    """An element that a kind of record can hold: its id (``0409``, or the name of an element in XML), its Vektis data
    element (``COD367``), '' where it has none that is known, and its official, Dutch name.

    ``numeric``: it takes digits only, and zeros are how it is empty. ``mandatory``: it is never empty.
    """

    id: str
    code: str
    name: str
    numeric: bool
    mandatory: bool


#: The parts of every kind of record a message can hold, in their order.
Schema = Mapping[str, Mapping[str, Part]]


class Content(NamedTuple):
    """A record: its number in the file from 1, its kind, and the values in it by element id, without padding.

    ``fits``: the values are surely where they should be; ``text``: the record as it stands in the file, where they are
    not, or not all.
    """

    number: int
    kind: str
    values: Mapping[str, str]
    notes: tuple[Note, ...] = ()
    fits: bool = True
    text: str = ""


#: Where the first record of a message says what kind of message it is (COD856), by the kind of record.
_MESSAGE_KIND: Final = {"01": "0105", "Header": "Berichtsoort"}


def is_test(content: Content) -> str:
    """The id of the element in which a record says that its message is a test; '' where it doesn't."""
    element = _MESSAGE_KIND.get(content.kind, "")
    return element if content.fits and content.values.get(element) == "T" else ""


def is_empty(part: Part, value: str) -> bool:
    """Whether nothing is filled in: zeros where digits are asked, nothing elsewhere."""
    return not (value.strip("0") if part.numeric else value)


@frozen
class Reader:
    """Takes messages of one way of writing apart.

    ``schema`` gives what a message can hold, ``contents`` the records of a file that is open at its start; that raises
    InputError, with the name it is given, where it can't read on.
    """

    schema: Callable[[Message], Schema]
    contents: Callable[[IO[bytes], Message, str], Iterator[Content]]
