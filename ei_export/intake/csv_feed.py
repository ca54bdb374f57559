"""Appointments from CSV: ``,`` ``;`` or tab, found from the header; UTF-8 with or without BOM, else Windows-1252.

Rows without a quote, nearly all, are never cut here. The others go through :mod:`csv`, with a way back: a quote
that is opened and never closed costs its own row, not the rest of the file.
"""

import codecs
import csv
import re
from collections import deque
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define

from ..columns import COLUMNS
from ..problems import InputError
from ..settings import InputSettings
from .feed import BROKEN, NEWLINE, PART, RESERVED, ROW_LIMIT, UNIT, Header, locate

DELIMITERS: Final = (",", ";", "\t")
_BLOCK: Final = 1 << 20
#: A quoted cell that runs on over more lines than this was never meant to be one.
_QUOTED_LINES: Final = 100
#: As much of an unreadable row is kept to see whose it is.
_KEPT: Final = 4096

csv.field_size_limit(ROW_LIMIT)


def open_csv(path: Path, settings: InputSettings) -> "CsvSource":
    """Opens a CSV feed and reads its header. Raises InputError."""
    try:
        with path.open("rb") as file:
            start = file.read(_BLOCK)
    except OSError as error:
        raise InputError("INPUT_MISSING", path=str(path), reason=error.strerror or "") from None
    encoding = settings.encoding
    if encoding == "auto":
        if b"\0" in start.lstrip().split(b"\n", 1)[0]:
            raise InputError("INPUT_BINARY", path=path.name)
        encoding = "utf-8-sig" if _is_utf8(path) else "cp1252"
    header_row, text = 1, ""
    for line in _lines(path, encoding):
        if line.strip() and not re.fullmatch(r"sep=.", line):
            text = line
            break
        header_row += 1
    if not text:
        raise InputError("INPUT_EMPTY", path=path.name)
    names, delimiter = _header(text, path, settings)
    header = Header(len(names), delimiter, locate(names, path, settings.columns))
    return CsvSource(header, header_row + 1, path, encoding, header_row)


def _is_utf8(path: Path) -> bool:
    decoder = codecs.getincrementaldecoder("utf-8")()
    try:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _header(text: str, path: Path, settings: InputSettings) -> tuple[list[str], str]:
    """The column names and the delimiter that shows most of the columns we know."""
    best: tuple[int, list[str], str] = (-1, [], "")
    known = {settings.columns.get(column, column).strip().casefold() for column in COLUMNS}
    for delimiter in DELIMITERS:
        try:
            names = next(csv.reader([text], delimiter=delimiter, skipinitialspace=True), [])
        except csv.Error:
            continue
        hits = sum(name.strip().casefold() in known for name in names)
        if hits > best[0]:
            best = (hits, names, delimiter)
    if best[0] < 0:
        raise InputError("INPUT_BINARY", path=path.name)
    return best[1], best[2]


def _lines(path: Path, encoding: str) -> Iterator[str]:
    for lines, _ in _blocks(path, encoding):
        yield from lines


def _blocks(path: Path, encoding: str) -> Iterator[tuple[list[str], bool]]:
    """The lines of the file, without line ends, some at a time, and whether they need care: a quote or a line over the
    limit is among them. Of a line over the limit only the start is kept, behind ``BROKEN``."""
    decoder = codecs.getincrementaldecoder(encoding)("replace")
    tail, skipping = "", False
    with path.open("rb") as file:
        while True:
            block = file.read(_BLOCK)
            text = decoder.decode(block, final=not block)
            if UNIT in text or BROKEN in text or NEWLINE in text or PART in text:
                text = text.translate(RESERVED)
            lines = (tail + text).split("\n")
            tail = lines.pop()
            if skipping and lines:
                lines[0] = BROKEN + lines[0][:_KEPT]
            skipping = skipping and not lines
            if skipping or len(tail) > ROW_LIMIT:
                tail, skipping = tail[:_KEPT], True
            if not block and tail:
                lines.append(BROKEN + tail if skipping else tail)
            if lines:
                yield _clean(lines)
            if not block:
                return


def _clean(lines: list[str]) -> tuple[list[str], bool]:
    """Takes the carriage returns off and marks what is over the limit."""
    whole = "\n".join(lines)
    if "\r" in whole:
        lines = whole.replace("\r\n", "\n").removesuffix("\r").split("\n")
    if len(whole) > ROW_LIMIT and max(map(len, lines)) > ROW_LIMIT:
        return [BROKEN + line[:_KEPT] if len(line) > ROW_LIMIT else line for line in lines], True
    return lines, '"' in whole or BROKEN in whole


@define
class CsvSource:
    """An opened CSV feed; see :class:`~ei_export.intake.feed.Source`."""

    header: Header
    first_row: int
    _path: Path
    _encoding: str
    _skip: int

    def bodies(self) -> Iterator[Sequence[str]]:
        skip = self._skip
        waiting: deque[str] = deque()
        for lines, care in _blocks(self._path, self._encoding):
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
