"""Reading XML that may come from anywhere: no document type, no entities, no network, and limits on all that can grow.

Every XML file the program reads is read by `events`, or held against a schema by `Schema.check`.
"""

import re
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import Any, BinaryIO, Final, Literal, NamedTuple, Self

from attrs import frozen
from lxml import etree

from ..problems import InputError, SettingsError
from ..specs import label

#: A message of a million lines has some 1.3 GB.
MOST_BYTES: Final = 4_000_000_000
#: Before the first element there is a declaration, and perhaps a comment.
MOST_BEFORE_ROOT: Final = 65_536
#: The deepest element of the messages we know is the eighth.
MOST_LEVELS: Final = 32
#: Elements between two units (see `events`); a performance has some fifty.
MOST_ELEMENTS: Final = 10_000
#: Characters in one element or attribute.
MOST_TEXT: Final = 10_000

_OPTIONS: Final[dict[str, Any]] = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
    "remove_comments": True,
    "remove_pis": True,
}
_BLOCK: Final = 32_768
#: Values in what libxml2 says of a file, which may be somebody's.
_VALUES: Final = re.compile(r"(The value |^Element '[^']*': )'[^']*'")
_NAMESPACE: Final = re.compile(r"\{[^}]*:[^}]*\}")

Event = tuple[Literal["start", "end"], etree._Element]


def events(file: BinaryIO, name: str, units: Collection[str] = ()) -> Iterator[Event]:
    """The starts and ends of a file's elements, in order; ``name`` is for the refusal.

    An element has its text and children once it ends. Those with a tag in ``units`` are forgotten after that, so that
    memory stays flat. Raises InputError for what isn't well-formed, has a document type, or goes over a limit.
    """
    guard = _Guard(file, name)
    levels = since = 0
    try:
        for event, element in etree.iterparse(guard, events=("start", "end"), **_OPTIONS):
            if event == "start":
                if not levels:
                    guard.enter(element)
                levels += 1
                since += 1
                if levels > MOST_LEVELS or since > MOST_ELEMENTS:
                    raise guard.over(element)
                if element.attrib and max(map(len, element.attrib.values())) > MOST_TEXT:
                    raise guard.over(element)
                yield "start", element
            else:
                levels -= 1
                if element.text is not None and len(element.text) > MOST_TEXT:
                    raise guard.over(element)
                yield "end", element
                if element.tag in units:
                    since = 0
                    _forget(element)
    except etree.XMLSyntaxError as error:
        raise InputError("XML_BROKEN", file=name, line=error.lineno or 1, reason=said(error.msg or "")) from None


def _forget(element: etree._Element) -> None:
    """Gives back the memory of an element that has ended; of itself only once the next one has."""
    element.clear()
    before, parent = element.getprevious(), element.getparent()
    if before is not None and parent is not None and before.tag == element.tag:
        parent.remove(before)


class _Guard:
    """A file that is no larger than it may be, and comes to its first element soon."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = file, name
        self._read, self._entered = 0, False

    def read(self, size: int = -1, /) -> bytes:
        return self._counted(self._file.read(size))

    def readline(self, size: int) -> bytes:
        return self._counted(self._file.readline(size))

    def _counted(self, block: bytes) -> bytes:
        self._read += len(block)
        if self._read > MOST_BYTES:
            raise InputError("XML_TOO_LARGE", file=self._name, limit=MOST_BYTES)
        if not self._entered and self._read > MOST_BEFORE_ROOT:
            raise InputError("XML_DOCTYPE", file=self._name)
        return block

    def enter(self, root: etree._Element) -> None:
        """To be called with the first element: a document type would have come before it."""
        self._entered = True
        if root.getroottree().docinfo.doctype:
            raise InputError("XML_DOCTYPE", file=self._name)

    def over(self, element: etree._Element) -> InputError:
        """The refusal of an element that is too deep, too long, or one too many."""
        return InputError("XML_TOO_MUCH", file=self._name, line=element.sourceline)


def said(message: str) -> str:
    """What libxml2 says, without the values of the file and without namespaces."""
    return _NAMESPACE.sub("", _VALUES.sub(r"\1'…'", message))


# Schemas -------------------------------------------------------------------------------------------


class Mismatch(NamedTuple):
    """Where a file is not as its schema wants it: the line, and what libxml2 says of it."""

    line: int
    says: str


@frozen
class Schema:
    """An XML schema (XSD) that files are held against, however long they are."""

    _schema: etree.XMLSchema

    @classmethod
    def load(cls, path: Path) -> Self:
        """The schema in a file. Raises SettingsError for what isn't one; it gets nothing from the network."""
        try:
            return cls(etree.XMLSchema(etree.parse(path, etree.XMLParser(**_OPTIONS))))
        except (etree.LxmlError, OSError) as error:
            raise SettingsError("XSD_BROKEN", file=label(path), reason=str(error)) from None

    def check(self, file: BinaryIO, name: str, units: Collection[str]) -> Mismatch | None:
        """The first place where a file doesn't follow the schema; ``name`` and ``units`` as with `events`, the tag of
        the root among them.

        Raises InputError for a document type, and for a file that is too large.
        """
        guard, line, ended = _Guard(file, name), 1, False
        parser = etree.XMLPullParser(events=("start", "end"), tag=tuple(units), schema=self._schema, **_OPTIONS)
        try:
            # by lines, as libxml2 doesn't say where a stream differs
            for text in iter(partial(guard.readline, _BLOCK), b""):
                parser.feed(text)
                for event, element in parser.read_events():
                    is_root = element.getparent() is None
                    if event == "end":
                        _forget(element)
                        ended = is_root
                    elif is_root:
                        guard.enter(element)
                if len(parser.feed_error_log):
                    return Mismatch(line, said(parser.feed_error_log[0].message))
                line += text.endswith(b"\n")
            parser.close()
        except etree.XMLSyntaxError as error:
            return Mismatch(line, said(error.msg or ""))
        # with a schema, `close` is silent about a root that has not ended
        return None if ended else Mismatch(line, "Premature end of data")
