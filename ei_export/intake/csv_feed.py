"""Appointments from CSV: ``,`` ``;`` or tab, found from the header; UTF-8 with or without BOM, else Windows-1252.

Rows without a quote, nearly all, are never cut here. The others go through :mod:`csv`, with a way back: a quote
that is opened and never closed costs its own row, not the rest of the file.
"""

import codecs
import csv
import os
import re
from collections import deque
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import suppress
from functools import partial
from itertools import islice, pairwise
from pathlib import Path
from typing import Final, TypeAlias

from attrs import define, evolve

from ..base.problems import InputError
from ..base.processes import Helper, Later, cores
from ..base.spool import UNIT
from ..model.columns import FeedKind
from .feed import BROKEN, NEWLINE, PART, RESERVED, ROW_LIMIT, Finder, Header, SourceSettings, locate

DELIMITERS: Final = (",", ";", "\t")
_BLOCK: Final = 1 << 20
#: A quoted cell that runs on over more lines than this was never meant to be one.
_QUOTED_LINES: Final = 100
#: Before the end of a block so many bytes are looked at, to see whether the file can be cut there; of so many blocks.
_WINDOW: Final = 1 << 18
_TRIED: Final = 4
#: In these a line feed is that byte, and that byte nothing else.
_BY_LINES: Final = frozenset({"utf-8", "utf-8-sig", "cp1252", "iso8859-1", "iso8859-15", "ascii"})
#: The column names are among the first so many lines.
_MOST_TITLES: Final = 30
#: Bytes of a file that are worth a process of their own, to see how it is written.
WORTH_A_PROCESS: Final = 8 << 20
#: Characters that no single byte of UTF-8 is; and those that stand for a byte that is none.
_BEYOND: Final = re.compile(r"[^\x00-\x7f]")
_STRAY: Final = re.compile(r"[\udc80-\udcff]")
#: A line for Excel only.
_SEPARATOR: Final = re.compile('\ufeff?"?[Ss][Ee][Pp]=."?')
#: As much of an unreadable row is kept to see whose it is.
_KEPT: Final = 4096

csv.field_size_limit(ROW_LIMIT)


def open_csv(path: Path, settings: SourceSettings) -> "CsvSource":
    """Opens a CSV feed and reads its header: the first row, or a row below a few titles. Raises InputError."""
    encoding, ends_open = _how_written(path, settings)
    return _source(path, encoding, _header(path, encoding, settings), settings, locate, ends_open=ends_open)


def open_any_csv(
    path: Path, settings: SourceSettings, find: Finder, is_likely: Callable[[str], bool]
) -> tuple["CsvSource", str]:
    """Opens a CSV file of which nobody may have said yet what its columns are called, with the encoding it is read in.
    The header is the row, among those at the start, with the most names that are ``is_likely``. Raises InputError."""
    encoding, ends_open = _how_written(path, settings)
    header = _likeliest_header(path, encoding, settings.kind, is_likely)
    return _source(path, encoding, header, settings, find, ends_open=ends_open), encoding


def _how_written(path: Path, settings: SourceSettings) -> tuple[str, bool]:
    """The encoding of a file, and whether its last line doesn't end."""
    try:
        with path.open("rb") as file:
            start = file.read(_BLOCK)
            file.seek(-1, os.SEEK_END) if start else None
            ends_open = file.read(1) not in (b"\n", b"\r", b"\0")
    except OSError as error:
        raise InputError("INPUT_MISSING", path=str(path), reason=error.strerror or "", **settings.kind.told) from None
    encoding = settings.encoding
    if encoding == "auto":
        # A PDF, which a system prints as gladly as it exports, begins with a line of text.
        if start.startswith(b"%PDF-") or b"\0" in start.lstrip().split(b"\n", 1)[0]:
            raise InputError("INPUT_BINARY", path=path.name, **settings.kind.told)
        encoding = "utf-8-sig" if _is_utf8(path) else "cp1252"
    elif codecs.lookup(encoding).name == "utf-8":
        encoding = "utf-8-sig"
    try:
        codecs.getincrementaldecoder(encoding)("replace").decode(start)
    except UnicodeError:  # without the mark that says in which order the bytes of UTF-16 stand
        raise InputError("INPUT_ENCODING", path=path.name, encoding=encoding, **settings.kind.told) from None
    return encoding, ends_open


def _source(
    path: Path, encoding: str, header: "_HeaderRow", settings: SourceSettings, find: Finder, *, ends_open: bool
) -> "CsvSource":
    number, names, delimiter, titles = header
    found = Header(len(names), delimiter, find(names, path, settings))
    return CsvSource(found, number + 1, titles, path, encoding, number, ends_open)


def _is_utf8(path: Path) -> bool:
    """Whether a file is UTF-8, but perhaps for a few bytes: what takes more than one byte is hardly ever right by
    chance. Of a large file another process looks at one half."""
    size = path.stat().st_size
    half = _start_of_character(path, size // 2) if cores() > 1 and size >= 2 * WORTH_A_PROCESS else 0
    beside = Helper if half else Later
    with beside(partial(_is_strictly_utf8, path, 0, half)) as first:
        if _is_strictly_utf8(path, half, size) and first.result():
            return True
    right = wrong = 0
    for text in _decoded(path, "surrogateescape", 0, size):
        stray = len(_STRAY.findall(text))
        right += len(_BEYOND.findall(text)) - stray
        wrong += stray
    return right >= wrong


def _start_of_character(path: Path, place: int) -> int:
    """The first place from one on where a character of UTF-8 may begin."""
    with path.open("rb") as file:
        file.seek(place)
        return place + next((at for at, byte in enumerate(file.read(4)) if byte & 0xC0 != 0x80), 0)


def _is_strictly_utf8(path: Path, start: int, end: int) -> bool:
    try:
        for text in _decoded(path, "strict", start, end):
            del text
    except UnicodeDecodeError:
        return False
    return True


def _decoded(path: Path, errors: str, start: int, end: int) -> Iterator[str]:
    """The text between two places of a file, read as UTF-8, a block at a time."""
    decoder = codecs.getincrementaldecoder("utf-8")(errors)
    with path.open("rb") as file:
        file.seek(start)
        while block := file.read(min(_BLOCK, end - file.tell())):
            yield decoder.decode(block)
    yield decoder.decode(b"", final=True)


#: The row of the column names, the names, the delimiter, and the rows of the titles above them.
_HeaderRow: TypeAlias = tuple[int, list[str], str, tuple[int, ...]]


def _header(path: Path, encoding: str, settings: SourceSettings) -> _HeaderRow:
    """The header, with the delimiter that shows most of the columns we know."""
    kind, theirs = settings.kind, settings.columns
    wanted = {theirs.get(column, column).strip().casefold() for column in kind.columns}
    needed = {theirs.get(column, column).strip().casefold() for column in kind.required}
    first: _HeaderRow | None = None
    titles: list[int] = []
    for number, line in enumerate(islice(_lines(path, encoding), _MOST_TITLES), start=1):
        if not line.strip() or _SEPARATOR.fullmatch(line):
            continue
        names, delimiter = _names(line.lstrip("\ufeff"), wanted, path, kind)
        first = first or (number, names, delimiter, ())
        if needed <= {name.strip().casefold() for name in names}:
            return number, names, delimiter, tuple(titles)
        titles.append(number)
    if first is None:
        raise InputError("INPUT_EMPTY", path=path.name, **kind.told)
    return first


def _likeliest_header(path: Path, encoding: str, kind: FeedKind, is_likely: Callable[[str], bool]) -> _HeaderRow:
    """The first row with the most likely names; of as many the one, and the delimiter, with the most cells."""
    best: tuple[tuple[int, int], _HeaderRow] | None = None
    titles: list[int] = []
    for number, line in enumerate(islice(_lines(path, encoding), _MOST_TITLES), start=1):
        if not line.strip() or _SEPARATOR.fullmatch(line):
            continue
        for delimiter in DELIMITERS:
            with suppress(csv.Error):
                names = next(csv.reader([line.lstrip("\ufeff")], delimiter=delimiter, skipinitialspace=True), [])
                weight = sum(map(is_likely, names)), len(names)
                if best is None or weight > best[0]:
                    best = weight, (number, names, delimiter, tuple(titles))
        titles.append(number)
    if best is None:
        raise InputError("INPUT_BINARY" if titles else "INPUT_EMPTY", path=path.name, **kind.told)
    return best[1]


def _names(text: str, wanted: Collection[str], path: Path, kind: FeedKind) -> tuple[list[str], str]:
    """The cells of a row that may be the header, and the delimiter."""
    best: tuple[int, list[str], str] = (-1, [], "")
    for delimiter in DELIMITERS:
        try:
            names = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            continue
        hits = sum(name.strip().casefold() in wanted for name in names)
        if hits > best[0]:
            best = (hits, names, delimiter)
    if best[0] < 0:
        raise InputError("INPUT_BINARY", path=path.name, **kind.told)
    return best[1], best[2]


def _lines(path: Path, encoding: str) -> Iterator[str]:
    for lines, _ in _blocks(path, encoding):
        yield from lines


def _blocks(path: Path, encoding: str, start: int = 0, end: int | None = None) -> Iterator[tuple[list[str], bool]]:
    """The lines of the file, without line ends, some at a time, and whether they need care: a quote or a line over the
    limit is among them. Of a line over the limit only the start is kept, behind ``BROKEN``. ``start`` and ``end``: of
    the bytes between these."""
    if start and encoding == "utf-8-sig":
        encoding = "utf-8"
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    tail, skipping = "", False
    with path.open("rb") as file:
        file.seek(start)
        while True:
            size = _BLOCK - file.tell() % _BLOCK  # blocks are the same, wherever reading begins
            block = file.read(size if end is None else min(size, end - file.tell()))
            text = decoder.decode(block, final=not block)
            if UNIT in text or BROKEN in text or NEWLINE in text or PART in text:
                text = text.translate(RESERVED)
            whole, line_end, tail = (tail + text).rpartition("\n")
            lines = whole.replace("\r\n", "\n").removesuffix("\r").split("\n") if line_end else []
            if skipping and lines:
                lines[0] = BROKEN + lines[0][:_KEPT]
            skipping = skipping and not lines
            if skipping or len(tail) > ROW_LIMIT:
                tail, skipping = tail[:_KEPT], True
            if not block and tail:
                whole += tail
                lines.append(BROKEN + tail if skipping else tail.removesuffix("\r"))
            if lines:
                yield _marked(lines, whole)
            if not block:
                return


def _cuts(path: Path, count: int, skip: int) -> list[int]:
    """Where a file can be cut in ``count`` parts of about the same size, as far as it can: behind the last line that
    ends in a block, so that the blocks stay what they are, where so many lines before have quotes that go two by two
    that no quoted cell is open. The first ``skip`` lines stay together."""
    cuts: list[int] = []
    with path.open("rb") as file:
        last = 0
        for _ in range(skip):
            last += len(line := file.readline(_WINDOW))
            if not line.endswith(b"\n"):
                return []
        size = file.seek(0, os.SEEK_END)
        for number in range(1, count):
            block = max(last // _BLOCK + 1, round(size * number / count / _BLOCK))
            for end in range(block * _BLOCK, min(size, (block + _TRIED) * _BLOCK), _BLOCK):
                start = file.seek(max(last, end - _WINDOW))
                *lines, rest = file.read(end - start).split(b"\n")
                near = lines[1:][-_QUOTED_LINES:]  # the first may have begun before
                if len(near) == _QUOTED_LINES and not any(line.count(b'"') % 2 for line in near):
                    last = end - len(rest)
                    cuts.append(last)
                    break
    return cuts


def _marked(lines: list[str], text: str) -> tuple[list[str], bool]:
    """Marks lines that are over the limit; and whether any in this text need care."""
    if len(text) > ROW_LIMIT and max(map(len, lines)) > ROW_LIMIT:
        return [BROKEN + line[:_KEPT] if len(line) > ROW_LIMIT else line for line in lines], True
    return lines, '"' in text or BROKEN in (lines[0][:1], lines[-1][:1])


@define
class CsvSource:
    """An opened CSV feed; see :class:`~ei_export.intake.feed.Source`."""

    header: Header
    first_row: int
    titles: Sequence[int]
    _path: Path
    _encoding: str
    _skip: int
    _ends_open: bool
    _start: int = 0
    _end: int | None = None
    is_lasting: bool = True

    def parts(self, count: int) -> "Sequence[CsvSource]":
        if count < 2 or codecs.lookup(self._encoding).name not in _BY_LINES:
            return [self]
        cuts = _cuts(self._path, count, self._skip)
        if not cuts:
            return [self]
        first = evolve(self, end=cuts[0], ends_open=False)
        later = evolve(self, first_row=1, titles=(), skip=0, ends_open=False)
        middle = (evolve(later, start=start, end=end) for start, end in pairwise(cuts))
        return [first, *middle, evolve(later, start=cuts[-1], ends_open=self._ends_open)]

    def bodies(self) -> Iterator[Sequence[str]]:
        held: Sequence[str] = ()
        for some in filter(None, self._bodies()):
            yield held
            held = some
        yield [*held[:-1], self._ended(held[-1])] if held and self._ends_open else held

    def _ended(self, body: str) -> str:
        """The last row of a file that doesn't end its last line: it may end in the middle of it."""
        mark = body[:1]
        cells = body[1:].split(UNIT) if mark in (UNIT, BROKEN) else body.split(self.header.delimiter)
        if mark == BROKEN and cells[0] == "ROW_QUOTE":
            del cells[0]
        elif mark == BROKEN:
            return body
        if len(cells) >= self.header.width or not body.strip():
            return body
        return BROKEN + UNIT.join(["ROW_CUT_OFF", *cells])

    def _bodies(self) -> Iterator[Sequence[str]]:
        skip = self._skip
        waiting: deque[str] = deque()
        for lines, care in _blocks(self._path, self._encoding, self._start, self._end):
            if skip:
                lines, skip = lines[skip:], max(0, skip - len(lines))
            if not waiting and not care:
                yield lines
            elif not waiting and (quick := self._balanced(lines)) is not None:
                yield quick
            else:
                waiting.extend(lines)
                yield list(self._careful(waiting, final=False))
        if waiting:
            yield list(self._careful(waiting, final=True))

    def _balanced(self, lines: list[str]) -> list[str] | None:
        """Rows that are quoted as they should be, one a line; None where that is not so."""
        if any(line.count('"') % 2 or line[:1] == BROKEN for line in lines):
            return None
        try:
            rows = list(csv.reader(lines, delimiter=self.header.delimiter, skipinitialspace=True, strict=True))
        except csv.Error:
            return None
        return list(map(self._cells, rows)) if len(rows) == len(lines) else None

    def _careful(self, waiting: deque[str], *, final: bool) -> Iterator[str]:
        """Takes rows from ``waiting``; leaves there what may be the start of a row that goes on."""
        delimiter = self.header.delimiter
        opens = re.compile(rf'(?:^|{re.escape(delimiter)}) *"')
        while waiting:
            line = waiting[0]
            if line[:1] == BROKEN:
                yield self._broken("ROW_TOO_LONG", waiting.popleft()[1:])
                continue
            if '"' not in line or not opens.search(line):
                yield self._cells(waiting.popleft().split(delimiter)) if '"' in line else waiting.popleft()
                continue
            taken = 1
            text = line
            while text.count('"') % 2 and taken < min(len(waiting), _QUOTED_LINES) and len(text) <= ROW_LIMIT:
                text = f"{text}\n{waiting[taken]}"
                taken += 1
            if text.count('"') % 2 and not final and taken < _QUOTED_LINES and len(text) <= ROW_LIMIT:
                return
            try:
                parts = [f"{part}\n" for part in text.split("\n")]
                cells = next(csv.reader(parts, delimiter=delimiter, skipinitialspace=True, strict=True))
            except (csv.Error, StopIteration):
                cells = []
            if not cells or (taken > 1 and len(cells) != self.header.width):
                yield self._broken("ROW_QUOTE", waiting.popleft())
                continue
            for _ in range(taken):
                waiting.popleft()
            yield self._cells(cells)

    def _cells(self, cells: Sequence[str]) -> str:
        return UNIT + UNIT.join(cells).replace("\n", NEWLINE)

    def _broken(self, code: str, text: str) -> str:
        return BROKEN + UNIT.join([code, *text[:_KEPT].replace('"', "").split(self.header.delimiter)])
