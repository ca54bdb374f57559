"""Reading XML that may come from anywhere: no document type, no entities, no network, and limits on all that can grow.

Every XML file the program reads is read by `parts`, or held against a schema by `Schema.check`.
"""

import re
from collections.abc import Collection, Iterator
from functools import partial
from pathlib import Path
from typing import IO, Any, Final, NamedTuple, Self

from attrs import frozen
from lxml import etree

from ...base.problems import InputError, SettingsError
from ...base.specs import label

#: A message of a million lines has some 1.5 GB.
MOST_BYTES: Final = 4_000_000_000
#: Of one part (see `parts`), an insured person with all their performances of some 1500 bytes; also of what comes
#: before the root.
MOST_OF_PART: Final = 8_000_000
#: Start tags, end tags and attributes of one part, of which a performance has some sixty: each takes a hundred times
#: the memory of the few bytes that it may be written in.
MOST_TAGS: Final = 300_000
#: The deepest element of the messages we know is the sixth below its part.
MOST_LEVELS: Final = 20
#: Characters in one text or attribute.
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
_IS_DEEP: Final = etree.XPath("boolean(" + "*/" * MOST_LEVELS + "*)")
_IS_LONG: Final = etree.XPath(
    f"boolean(.//text()[string-length() > {MOST_TEXT}] | .//@*[string-length() > {MOST_TEXT}])"
)
#: What libxml2 calls the ways in which a file can be wrong. Where it finds nothing and yet nothing comes of it, lxml
#: speaks of an internal error.
_KINDS: Final = {number: name for name, number in vars(etree.ErrorTypes).items() if isinstance(number, int)} | {
    etree.ErrorTypes.ERR_INTERNAL_ERROR: "not well-formed"
}
#: What libxml2 says of a file beside a schema: where, and what; in that the first quotes are around a value of the
#: file, which may hold quotes itself, but for a length.
_SAYS: Final = re.compile(
    r"(Element '[^']*'(?:, attribute '[^']*')?: (?:\[facet '[^']*'\] )?(?:The value has a length of .*)?)(.*)",
    re.DOTALL,
)
_VALUE: Final = re.compile(r"['\[].*['\]](?= (?:is|has|does|in|of) )|['\[].*", re.DOTALL)
_NAMESPACE: Final = re.compile(r"\{[^}']*:[^}']*\}")


def parts(file: IO[bytes], name: str, root: str, tags: Collection[str]) -> Iterator[etree._Element]:
    """The elements directly below the root, one after the other; each is forgotten once the next one is asked for.

    ``root`` and ``tags``, those of the parts that are expected, with their namespace; ``name`` is for the refusal.
    Raises InputError for what isn't well-formed, has a document type or another root, or goes over a limit.
    """
    guard = _Guard(file, name)
    top: etree._Element | None = None
    last: etree._Element | None = None
    try:
        for event, element in etree.iterparse(guard, events=("start", "end"), tag=(root, *tags), **_OPTIONS):
            if top is None:
                top = guard.enter(element, root)
            elif event == "end" and (element is top or element.getparent() is top):
                for part in top:  # one that was not expected comes before the one that was
                    if part is not last:
                        yield guard.small(part)
                    if part is element:
                        break
                last = element
                _forget(element)
    except etree.XMLSyntaxError as error:
        raise InputError("XML_BROKEN", file=name, line=error.lineno or 1, reason=said(error.code, "")) from None
    if top is None:
        raise guard.other_root(root)


def _forget(element: etree._Element) -> None:
    """Gives back the memory of an element that has ended, and of all before it in its parent."""
    element.clear(keep_tail=True)
    parent = element.getparent()
    while parent is not None and parent[0] is not element:
        del parent[0]


class _Guard:
    """A file of which no more is read than there should be, neither at all nor before the root nor of one part."""

    def __init__(self, file: IO[bytes], name: str) -> None:
        self._file, self._name = file, name
        self._read = self._of_part = self._tags = 0

    def read(self, size: int = -1, /) -> bytes:
        return self._counted(self._file.read(size))

    def readline(self, size: int) -> bytes:
        return self._counted(self._file.readline(size))

    def _counted(self, block: bytes) -> bytes:
        self._read += len(block)
        self._of_part += len(block)
        self._tags += block.count(b"<") + block.count(b"=")
        if self._read > MOST_BYTES:
            raise InputError("XML_TOO_LARGE", file=self._name, limit=MOST_BYTES)
        if self._of_part > MOST_OF_PART:
            raise InputError("XML_PART_TOO_LARGE", file=self._name, limit=MOST_OF_PART)
        if self._tags > MOST_TAGS:
            raise InputError("XML_PART_TOO_FULL", file=self._name, limit=MOST_TAGS)
        return block

    def enter(self, first: etree._Element, root: str) -> etree._Element:
        """The root, to be called with the first of the elements asked for. A document type would be before it."""
        if first.getroottree().docinfo.doctype:
            raise InputError("XML_DOCTYPE", file=self._name)
        if first.tag != root or first.getparent() is not None:
            raise self.other_root(root)
        self._of_part = self._tags = 0
        return first

    def other_root(self, root: str) -> InputError:
        """The refusal of a file with another root."""
        return InputError("XML_OTHER_ROOT", file=self._name, expected=etree.QName(root).localname)

    def small(self, part: etree._Element) -> etree._Element:
        """The part, if nothing in it is too deep or too long."""
        self._of_part = self._tags = 0
        if _IS_DEEP(part) or _IS_LONG(part):
            raise InputError("XML_TOO_MUCH", file=self._name, line=part.sourceline)
        return part


def said(kind: int, message: str) -> str:
    """What libxml2 says of a file, without what is in the file: beside a schema its message, without values and
    namespaces; else no more than the name of the kind, as its messages quote what stands there."""
    name = _KINDS.get(kind, "")
    if not name.startswith("SCHEMAV_") or (parts := _SAYS.match(_NAMESPACE.sub("", message))) is None:
        return name
    return (parts[1] + _VALUE.sub("'…'", parts[2], count=1)).removesuffix(".")


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

    def check(self, file: IO[bytes], name: str, root: str, tags: Collection[str]) -> Mismatch | None:
        """The first place where a file doesn't follow the schema; the arguments as those of `parts`.

        Raises InputError for a document type, another root, and a file or part that is too large.
        """
        guard, line = _Guard(file, name), 1
        parser = etree.XMLPullParser(events=("start", "end"), tag=(root, *tags), schema=self._schema, **_OPTIONS)
        top: etree._Element | None = None
        ended = False
        try:
            # by lines, as libxml2 doesn't say where a stream differs
            for text in iter(partial(guard.readline, _BLOCK), b""):
                parser.feed(text)
                for event, element in parser.read_events():
                    if top is None:
                        top = guard.enter(element, root)
                    elif event == "end" and (element is top or element.getparent() is top):
                        guard.small(element)
                        _forget(element)
                        ended = element is top
                if len(parser.feed_error_log):
                    first = parser.feed_error_log[0]
                    return Mismatch(line, said(first.type, first.message))
                line += text.endswith(b"\n")
            parser.close()
        except etree.XMLSyntaxError as error:
            return Mismatch(line, said(error.code, error.msg or ""))
        # with a schema, `close` is silent about a root that has not ended
        return None if ended else Mismatch(line, "Premature end of data")
