"""Messages taken apart, whatever they are written in: what their records can hold, and what one record holds."""

from collections.abc import Callable, Mapping, Sequence
from typing import Literal, NamedTuple

from attrs import frozen

#: length: the record has another length than its standard gives it; unknown: its kind is not known, so nothing in it
#: can be told apart; utf8: it was written in UTF-8, where the standard has one byte a character; test: its message is a
#: test.
NoteCode = Literal["length", "unknown", "utf8", "test"]


@frozen
class Note:
    """Why a record may not be what it seems; ``found`` and ``expected`` are lengths in characters, 0 where they don't
    matter."""

    code: NoteCode
    found: int = 0
    expected: int = 0


@frozen
class ElementKind:
    """An element that a kind of record can hold: its id (``0409``, or the name of an element in XML), its Vektis data
    element (``COD367``), '' where it has none that is known, and its official, Dutch name.

    ``numeric``: it takes digits only, and zeros are how it is empty. ``mandatory``: it is never empty.
    """

    id: str
    code: str
    name: str
    numeric: bool
    mandatory: bool


#: What every kind of record that a message can have holds, in its order.
Elements = Mapping[str, Mapping[str, ElementKind]]


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


@frozen
class Landmarks:
    """Where a standard says what: kinds of records, and ids of their elements. ``is_credit`` of a line.

    ``first`` is the record that begins a message, whose ``message_kind`` says what it is for (COD856).
    """

    first: str
    message_kind: str
    header: str
    invoice: str
    person: str
    uzovi: str
    lines: Sequence[str]
    reference: str
    previous: str
    day: str
    list: str
    code: str
    units: str
    tariff: str
    amounts: Sequence[str]
    is_credit: Callable[[Content], bool]

    @property
    def are_numbered(self) -> bool:
        """Whether elements go by numbers, which are told beside what they hold; else their names tell."""
        return self.reference.isdigit()

    def test(self, content: Content) -> str:
        """The id of the element in which a record says that its message is a test; '' where it doesn't."""
        is_told = content.kind == self.first and content.fits and content.values.get(self.message_kind) == "T"
        return self.message_kind if is_told else ""


def is_empty(element: ElementKind, value: str) -> bool:
    """Whether nothing is filled in: zeros where digits are asked, nothing elsewhere."""
    return not (value.strip("0") if element.numeric else value)
