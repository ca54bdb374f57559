"""The tariff table of a practice as it is written: rows are added and changed, all others stay as they are."""

import csv
import io
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final, Self

from attrs import evolve, frozen

from ...base.private import reading_as
from ...base.tables import Row, read_sheet, sheet_text
from ...base.tables import SheetText as SheetText
from ...base.wording import iso_text
from .guessing import TARIFF_COLUMNS
from .toml_text import NotEditableError

_LINE: Final = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+\Z")
_MARKS: Final = ((BOM_UTF8, "utf-8"), (BOM_UTF16_LE, "utf-16-le"), (BOM_UTF16_BE, "utf-16-be"))
#: What a table is before its first row.
EMPTY: Final = f"{';'.join(TARIFF_COLUMNS)}\n".encode()


@frozen
class NewTariff:
    """A tariff as it is to be written: ``cents`` for a product of a price list with an insurer; None = an open end,
    both days inclusive."""

    list: str
    insurer: str
    code: str
    first: date | None
    last: date | None
    cents: int

    def cells(self, decimal: str) -> Mapping[str, str]:
        """Its texts by column."""
        return {
            "list": self.list,
            "insurer": self.insurer,
            "code": self.code,
            "from": iso_text(self.first),
            "until": iso_text(self.last),
            "amount": f"{self.cents // 100}{decimal}{self.cents % 100:02}",
        }


@frozen
class TariffTable:
    """The table in a file: its lines with their ends, and what is read from them."""

    rows: Sequence[Row]
    _lines: Sequence[str]
    _text: SheetText
    _mark: bytes
    _encoding: str

    @classmethod
    def read(cls, path: Path, content: bytes) -> Self:
        """What a file would be with this content. Raises SettingsError for what is no such table, and NotEditableError
        for one that can't be written back as it is."""
        with reading_as({path: content}):
            text, rows = sheet_text(path), [*read_sheet(path, TARIFF_COLUMNS)]
        mark, encoding = next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", text.encoding))
        if not mark and encoding == "utf-8-sig":
            encoding = "utf-8"
        table = cls(rows, _LINE.findall(text.text), text, mark, encoding)
        if table.content() != content:
            raise NotEditableError
        return table

    def content(self) -> bytes:
        """The whole file. Raises NotEditableError where its encoding lacks a character."""
        try:
            return self._mark + "".join(self._lines).encode(self._encoding)
        except UnicodeEncodeError:
            raise NotEditableError from None

    def adding(self, tariffs: Sequence[NewTariff]) -> Self:
        """With more rows, behind the others."""
        *lines, last = self._lines
        ended = last if last.endswith(("\n", "\r")) else last + self._end
        new = (self._line(tariff.cells(self._decimal)) for tariff in tariffs)
        return evolve(self, lines=[*lines, ended, *new])

    def changing(self, line: int, cells: Mapping[str, str]) -> Self:
        """With other cells in the row that ends at a line (`Row.line`). Raises NotEditableError where that isn't a line
        of its own."""
        lines = [*self._lines]
        lines[line - 1] = self._line({**self._row(line).values, **cells})
        return evolve(self, lines=lines)

    def removing(self, line: int) -> Self:
        """Without the row that ends at a line. Raises as `changing`."""
        self._row(line)
        return evolve(self, lines=[*self._lines[: line - 1], *self._lines[line:]])

    def _row(self, line: int) -> Row:
        row = next((row for row in self.rows if row.line == line), None)
        if row is None or self._cells(self._lines[line - 1])[: len(row.values)] != [*row.values.values()]:
            raise NotEditableError
        return row

    @property
    def _end(self) -> str:
        return next((end for end in ("\r\n", "\n", "\r") if self._lines[0].endswith(end)), "\n")

    @property
    def _decimal(self) -> str:
        """Between euros and cents; a comma would need quotes where it stands between cells."""
        return "." if self._text.delimiter == "," else ","

    def _line(self, cells: Mapping[str, str]) -> str:
        names = [name.strip().casefold() for name in self._cells(self._text.header)]
        line = io.StringIO(newline="")
        csv.writer(line, delimiter=self._text.delimiter, lineterminator=self._end).writerow(
            [cells.get(name, "") for name in names]
        )
        return line.getvalue()

    def _cells(self, line: str) -> list[str]:
        read = next(csv.reader([line], delimiter=self._text.delimiter), [])
        return [cell.strip() for cell in read]
