"""A record of a message, put into words, ready to be printed."""

from typing import Final, NamedTuple

from attrs import frozen

from ...standards.contents import Note

#: What stands in the place of a value that a mask hides.
HIDDEN: Final = "***"


class Field(NamedTuple):
    """An element and its value as the file has it, without padding.

    ``reads``: how a value is written for people (``date``, ``euros``, …, see ``specs/README.md``), '' for as it is;
    ``meaning``: the words behind a code, '' where there are none; ``empty``: nothing is filled in.
    """

    id: str
    name: str
    value: str
    reads: str = ""
    meaning: str = ""
    empty: bool = False


@frozen
class Described:
    """A record: ``number`` counts from 1 in its file, ``level`` says how deep it stands (0 = at the margin).

    ``headline``: what tells the record at a glance, in pieces of words and fields; ``fields``: what there is to show;
    ``text``: the record as it stands in the file, where not all of it is in the fields.
    """

    number: int
    kind: str
    level: int
    title: str
    headline: tuple[tuple[str | Field, ...], ...]
    fields: tuple[Field, ...]
    notes: tuple[Note, ...] = ()
    text: str = ""
