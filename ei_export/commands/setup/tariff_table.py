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
        """Raises SettingsError for what is no such table, and NotEditableError for one that can't be written back as it
        is."""
        text = sheet_text(path, content)
        mark, encoding = next((pair for pair in _MARKS if content.startswith(pair[0])), (b"", text.encoding))
        if not mark and encoding == "utf-8-sig":
            encoding = "utf-8"
        table = cls([*read_sheet(path, TARIFF_COLUMNS, content)], _LINE.findall(text.text), text, mark, encoding)
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
        row = next((row for row in self.rows if row.line == line), None)
        if row is None or self._cells(self._lines[line - 1])[: len(row.values)] != [*row.values.values()]:
            raise NotEditableError
        lines = [*self._lines]
        lines[line - 1] = self._line({**row.values, **cells})
        return evolve(self, lines=lines)

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
