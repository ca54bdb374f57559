"""The feed as text: what CSV and SQLite have in common once dialect and encoding are out of the way.

A source hands over *bodies*, one text per row. A body is the row as the file has it (no quotes in it, cells apart by
the source's delimiter), or, behind ``UNIT``, cells apart by ``UNIT``. A row that can't be cut into cells stands behind
``BROKEN``: the code of its problem, then what could be read of its cells. An empty body is a blank row.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from attrs import define, frozen

from ..base.problems import InputError
from ..base.spool import UNIT
from ..model.columns import COLUMNS, FeedKind
from .values import quoted_cell

BROKEN: Final = "\x00"
#: Stands for a line feed inside a cell.
NEWLINE: Final = "\x1d"
#: Between the parts of a gathered row; see :mod:`.gather`.
PART: Final = "\x1e"
#: A feed that has one of these in a cell gets the replacement character for it.
RESERVED: Final = str.maketrans(dict.fromkeys((BROKEN, UNIT, NEWLINE, PART), "\ufffd"))
#: No row of an appointment feed is longer; in characters.
ROW_LIMIT: Final = 1_000_000


@frozen
class Header:
    """The columns of a feed: how many there are, what is between cells, and where each known column stands."""

    width: int
    delimiter: str
    at: Mapping[str, int]


class SourceSettings(Protocol):
    """Where a file is and how to read it: what it is of; ``columns`` ours = theirs; of SQLite a ``table`` or a
    ``query``, at most one of which is filled; ``encoding`` of CSV, ``auto`` or a codec that Python knows."""

    @property
    def kind(self) -> FeedKind: ...
    @property
    def table(self) -> str: ...
    @property
    def query(self) -> str: ...
    @property
    def encoding(self) -> str: ...
    @property
    def columns(self) -> Mapping[str, str]: ...


class Source(Protocol):
    """An opened feed, or one of the parts it was cut in."""

    header: Header
    #: Row number of the first body, as a person counts: in a CSV file the header is row 1. Of a part behind the first
    #: one this is 1: who has read the parts before it can tell how many rows are before it.
    first_row: int
    #: The rows above the header that are none of it.
    titles: Sequence[int]
    #: Whether `bodies` can be asked for again.
    is_lasting: bool

    def bodies(self) -> Iterator[Sequence[str]]:
        """The rows in the order of the file, some at a time."""

    def parts(self, count: int) -> "Sequence[Source]":
        """The same rows in order, cut in at most so many parts, each to be read by itself."""


#: Where each known column stands among the names of a file, by ours; may raise InputError.
Finder: TypeAlias = Callable[[Sequence[str], Path, SourceSettings], Mapping[str, int]]


@define
class NoFeed:
    """A source without a row: what is remembered is all there is."""

    header: Header = Header(len(COLUMNS), ",", {column: place for place, column in enumerate(COLUMNS)})
    first_row: int = 2
    titles: Sequence[int] = ()
    is_lasting: bool = False

    def bodies(self) -> Iterator[Sequence[str]]:
        return iter(())

    def parts(self, count: int) -> "Sequence[Source]":
        return [self]


def _is_cell(name: str) -> bool:
    """Whether a name of a column is none, but a number or a day: a row of the feed got into that of the names."""
    return "\n" in name or re.search(r"[0-9]{4}", name) is not None


def locate(names: Sequence[str], path: Path, settings: SourceSettings) -> dict[str, int]:
    """Where each known column stands among ``names``, by ours = theirs. Case and outer spaces don't matter.

    Raises InputError where a required column is missing, or a used one stands there twice.
    """
    kind, mapping = settings.kind, settings.columns
    found = [name.strip().casefold() for name in names]
    at: dict[str, int] = {}
    missing: list[str] = []
    lacking: list[str] = []
    for column in kind.columns:
        theirs = mapping.get(column, column)
        wanted = theirs.strip().casefold()
        if (count := found.count(wanted)) > 1:
            raise InputError("INPUT_COLUMN_TWICE", path=path.name, column=theirs, **kind.told)
        if count:
            at[column] = found.index(wanted)
        elif column in kind.required or column in mapping:
            missing.append(theirs if theirs == column else f"{theirs} ({column})")
            lacking.append(column)
    if missing and not at:  # what stands in the place of the names may be a person
        raise InputError("INPUT_NO_NAMES", path=path.name, missing=", ".join(missing), **kind.told)
    if missing:
        known = {*mapping.values(), *kind.columns} if any(map(_is_cell, names)) else names
        seen = ", ".join(quoted_cell(name.strip()) for name in names if name.strip() and name in known)
        lacks = {"missing": ", ".join(missing), "lacking": ", ".join(lacking)}
        raise InputError("INPUT_COLUMNS", path=path.name, found=seen[:500], **lacks, **kind.told)
    return at
