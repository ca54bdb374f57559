"""Records of fixed length, driven by their layout table ``specs/<name>.csv``: one row per element.

The table alone says which elements a record has, where they stand and how wide they are. This module knows only how
the two types of the flat EI standards are written (Vektis, Standaardbeschrijving 5.3.6): N holds digits, right-aligned
behind zeros, and all zeros when empty; AN is text of one byte a character, left-aligned before spaces, and spaces when
empty.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Annotated, Final

from attrs import field, frozen

from ...base.row_types import CountCell, RequiredCell, RowType, TextCell, one_of
from ...base.specs import SPECS
from ...base.tables import Row, read_table
from ...model.codelists import choice

_TYPES: Final = ("N", "AN")
_MANDATORY: Final = ("M", "C", "O", "S")
#: "Kenmerk record": the element that every record starts with, and that tells its kind.
_KIND: Final = "COD001"


@cache
def encoding() -> str:
    """The character set of a record. No text prescribes it; see ``specs/inferred.csv``."""
    return choice("charset")


@cache
def _characters() -> frozenset[str]:
    return frozenset(filter(str.isprintable, bytes(range(256)).decode(encoding(), "ignore")))


def is_text(text: str) -> bool:
    """Whether every character can stand in a record: printable, and one byte in the character set."""
    return text.isprintable() if text.isascii() else _characters().issuperset(text)


def as_int(digits: str) -> int:
    """Digits as an int, 0 for ''. Raises ValueError, which never shows them."""
    if digits.isdigit() and digits.isascii():
        return int(digits)
    if digits:
        raise ValueError("digits only")
    return 0


@frozen(cache_hash=True)
class Element:
    """One element of a record, as its row in the layout table has it; ``start`` counts from 1.

    ``mandatory``: M always, C under the condition in ``rule``, O optional, S reserve (spaces). ``basis``: how sure the
    row is (see ``specs/README.md``).
    """

    id: Annotated[RequiredCell, "element"]
    code: TextCell
    name: RequiredCell
    type: Annotated[str, one_of(_TYPES)]
    length: CountCell
    start: CountCell
    mandatory: Annotated[str, one_of(_MANDATORY)]
    rule: TextCell
    basis: RequiredCell

    @property
    def end(self) -> int:
        """Its last position, counted from 1."""
        return self.start + self.length - 1

    @property
    def most(self) -> int:
        """The largest number it can hold."""
        return int("9" * self.length)

    def pack(self, value: str | int) -> str:
        """The value as it stands in the record; '' for an empty element.

        Raises ValueError, naming the element and never the value, for what isn't digits (N), isn't text of ISO 8859-1
        (AN), or is too long.
        """
        text = str(value)
        if self.type == "N":
            if text and not (text.isascii() and text.isdigit()):
                raise ValueError(f"element {self.id} takes digits only")
            packed = text.zfill(self.length)
        else:
            if not is_text(text):
                raise ValueError(f"element {self.id} takes printable characters of ISO 8859-1 only")
            packed = text.ljust(self.length)
        if len(packed) > self.length:
            raise ValueError(f"element {self.id} takes at most {self.length} characters")
        return packed

    def bare(self, raw: str) -> str:
        """The value without the blanks behind it. Zeros in front stay, as they may belong to a code."""
        return raw.rstrip(" ")


_ELEMENT: Final = RowType(Element, unread=("record", "end"))


@frozen(cache_hash=True)
class Record:
    """The elements of one kind of record (``04``), or a run of them (see `part`)."""

    kind: str
    elements: tuple[Element, ...]
    length: int = field(init=False)
    _by_id: Mapping[str, Element] = field(init=False, repr=False, eq=False)
    _empty: Mapping[str, str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "length", sum(element.length for element in self.elements))
        object.__setattr__(self, "_by_id", {element.id: element for element in self.elements})
        empty = {element.id: element.pack(self.kind if element.code == _KIND else "") for element in self.elements}
        object.__setattr__(self, "_empty", empty)

    def __getitem__(self, element: str) -> Element:
        return self._by_id[element]

    def part(self, first: str = "", last: str = "") -> "Record":
        """The elements from ``first`` through ``last``, '' for the end of the record. Raises KeyError."""
        return _part(self, first, last)

    def pack(self, values: Mapping[str, str | int]) -> str:
        """The record with these values by element id; an element without one is empty, the first tells the kind.

        Raises ValueError for an element that isn't in the record, and as `Element.pack`.
        """
        return "".join(self._packed(values).values())

    def unpack(self, text: str) -> dict[str, str]:
        """The elements of a record as they stand there, padding included. Raises ValueError for another length."""
        if len(text) != self.length:
            raise ValueError(f"record {self.kind} takes {self.length} characters, found {len(text)}")
        values = {}
        start = 0
        for element in self.elements:
            stop = start + element.length
            values[element.id] = text[start:stop]
            start = stop
        return values

    def template(self, fixed: Mapping[str, str | int], free: Sequence[str]) -> str:
        """A ``%`` template of the record: ``fixed`` values packed in, a place for each of ``free``, the rest empty.

        The places take, in this order, an int >= 0 (N) or a str (AN). They pad and don't check: what is too long makes
        the record too long, which is for the caller to look at (or see `Template`).
        Raises ValueError for elements that are unknown, both fixed and free, or not in the order of the record, and as
        `Element.pack`.
        """
        pieces = {id: text.replace("%", "%%") for id, text in self._packed(fixed).items()}
        if list(free) != [id for id in pieces if id in free and id not in fixed]:
            raise ValueError(f"free elements of record {self.kind} are not in its order")
        for id in free:
            element = self[id]
            pieces[id] = f"%0{element.length}d" if element.type == "N" else f"%-{element.length}s"
        return "".join(pieces.values())

    def _packed(self, values: Mapping[str, str | int]) -> dict[str, str]:
        packed = dict(self._empty)
        for id, value in values.items():
            if id not in packed:
                raise ValueError(f"element {id} is not in this part of record {self.kind}")
            packed[id] = self._by_id[id].pack(value)
        return packed


@cache
def _part(record: Record, first: str, last: str) -> Record:
    """Whoever judges a file asks for the same parts as for the file before it."""
    ids = [element.id for element in record.elements]
    start = ids.index(record[first].id) if first else 0
    stop = ids.index(record[last].id) + 1 if last else len(ids)
    return Record(record.kind, record.elements[start:stop])


@frozen
class Template:
    """A record that is filled often: ``fixed`` and empty elements are packed once, the ``free`` ones each time.

    Some times quicker than `Record.pack`, and as strict. Raises ValueError as `Record.template`.
    """

    record: Record
    fixed: Mapping[str, str | int]
    free: tuple[str, ...]
    _template: str = field(init=False, repr=False)

    def __attrs_post_init__(self) -> None:
        object.__setattr__(self, "_template", self.record.template(self.fixed, self.free))

    def fill(self, values: Sequence[str | int]) -> str:
        """The record with these values of the free elements, in their order: an int >= 0 (N) or a str (AN).

        Raises ValueError as `Element.pack`, TypeError for another number of values.
        """
        text = self._template % tuple(values)
        if len(text) == self.record.length and is_text(text):
            return text
        # Names the element that does not fit.
        return self.record.pack({**self.fixed, **dict(zip(self.free, values, strict=True))})


@frozen
class Layout:
    """The records of one standard by kind. All have the same ``length``, without the line end."""

    name: str
    records: Mapping[str, Record]
    length: int

    @classmethod
    def load(cls, name: str) -> "Layout":
        """The layout of ``specs/<name>.csv``, read once.

        Raises SettingsError, with the line, where the elements of a record don't follow each other without gap or
        overlap, records differ in length, or a row holds anything but what its column takes.
        """
        return _load(name)

    def __getitem__(self, kind: str) -> Record:
        return self.records[kind]

    def kind(self, text: str) -> str:
        """What the text of a record says its kind is, known or not."""
        element = next(iter(self.records.values())).elements[0]
        return text[element.start - 1 : element.end]


@cache
def _load(name: str) -> Layout:
    elements: dict[str, list[Element]] = {}
    seen: set[str] = set()
    last: dict[str, Row] = {}
    for row in read_table(SPECS / f"{name}.csv", _ELEMENT.columns):
        kind = row.required("record")
        before = elements.setdefault(kind, [])
        element = _ELEMENT.parse(row)
        if element.id in seen or not element.id.startswith(kind):
            raise row.error("element", f"{kind}.., 1 ×")
        if element.start != (before[-1].end + 1 if before else 1):
            raise row.error("start", str(before[-1].end + 1 if before else 1))
        if row["end"] != str(element.end):
            raise row.error("end", str(element.end))
        if (element.code == _KIND) != (not before):
            raise row.error("code", f"{_KIND} for the first element of a record only")
        seen.add(element.id)
        before.append(element)
        last[kind] = row
    records = {kind: Record(kind, tuple(found)) for kind, found in elements.items()}
    length = next((record.length for record in records.values()), 0)
    for kind, record in records.items():
        if record.length != length:
            raise last[kind].error("end", str(length))
    return Layout(name, records, length)
