"""Tariffs pasted from a spreadsheet or a letter of an insurer: which rows are understood, and what is wrong with some.

Tabs or ``;`` between cells, with or without a row of names, amounts and days as they are written in Dutch. What a row
doesn't say, somebody says for all of them: an insurer, a list, a period. Nothing that isn't known by name gets in.
"""

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from attrs import evolve, frozen

from ...base.amounts import AMOUNT_FORM, cents
from ...base.problems import Finding
from ...base.tables import FOREVER, sheet_day
from ...model.names import AgreementNames
from ...zorg1.agreements import Agreements
from ...zorg1.tariffs import Tariff, Tariffs
from .guessing import TARIFF_COLUMNS, column_guesses
from .tariff_table import NewTariff

#: More is not pasted by hand; of characters, and of rows.
LONGEST: Final = 500_000
_MOST_ROWS: Final = 5_000
_MONTHS: Final = ("jan", "feb", "mrt", "apr", "mei", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_NAMED_DAY: Final = re.compile(r"([0-9]{1,2})[ -]([a-z]{3})[a-z]*\.?[ -]([0-9]{4})")
_SLASHED_DAY: Final = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})[/.]([0-9]{4})")
_DAY_FORM: Final = "YYYY-MM-DD | DD-MM-YYYY"


@frozen
class Defaults:
    """What holds for rows that don't say it themselves; ``first`` and ``last`` None = an open end."""

    list: str = ""
    insurer: str = ""
    first: date | None = None
    last: date | None = None


@frozen
class PastedRow:
    """A row as it was pasted, from 1; the tariff that it is, or what is ``wrong`` with it. ``line``: where the tariff
    table has a row of the same product and period, whose amount it replaces; ``is_there``: with that amount."""

    number: int
    cells: tuple[str, ...]
    tariff: NewTariff | None
    wrong: Finding | None = None
    line: int | None = None
    is_there: bool = False


@frozen
class Pasted:
    """What was understood of a text: the ``columns`` that its cells were taken for, '' = none of them; its rows."""

    columns: tuple[str, ...]
    rows: tuple[PastedRow, ...]
    is_too_long: bool = False

    @property
    def new(self) -> list[NewTariff]:
        """The tariffs to be added."""
        return [row.tariff for row in self.rows if row.tariff and row.line is None]

    @property
    def changed(self) -> dict[int, NewTariff]:
        """Those with another amount than now, by the line of the tariff table."""
        return {row.line: row.tariff for row in self.rows if row.tariff and row.line is not None and not row.is_there}


def pasted(text: str, defaults: Defaults, agreements: Agreements, names: AgreementNames, tariffs: Tariffs) -> Pasted:
    """Reads a text that was pasted; ``tariffs`` are those that there are."""
    if len(text) > LONGEST:
        return Pasted((), (), is_too_long=True)
    rows = _cells(text)
    heading, start = _heading(rows)
    reader = _RowReader(defaults, agreements, names, tariffs)
    columns = heading or reader.columns_of(rows)
    found = [reader.read(number, columns, cells) for number, cells in rows[start:]]
    return Pasted(columns, tuple(found), is_too_long=len(found) >= _MOST_ROWS)


def _cells(text: str) -> list[tuple[int, tuple[str, ...]]]:
    """The rows with something in them, each with its number as a person counts."""
    first = next(filter(str.strip, text.splitlines()), "")
    delimiter = next((mark for mark in ("\t", ";") if mark in first), next(filter(text.count, "\t;"), ";"))
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    read = [_cut(line, delimiter) for line in lines]
    rows = [(number, tuple(" ".join(cell.split()) for cell in cells)) for number, cells in enumerate(read, 1)]
    return [(number, cells) for number, cells in rows if any(cells)][:_MOST_ROWS]


def _cut(line: str, delimiter: str) -> list[str]:
    """The cells of a row. A quote that isn't closed is no more than a quote: it costs no other row."""
    try:
        return next(csv.reader([line], delimiter=delimiter, strict=True), [])
    except csv.Error:
        return line.split(delimiter)


def _heading(rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[tuple[str, ...], int]:
    """The columns that the first row names, and the place of the row behind it; none where it names none."""
    if not rows:
        return (), 0
    cells = rows[0][1]
    guesses = column_guesses(cells, "tariffs")
    if not guesses or any(cents(cell) is not None for cell in cells if cell):
        return (), 0
    return tuple(guesses.get(cell, "") for cell in cells), 1


class _RowReader:
    """Reads rows as tariffs, held against what is known, and against those before them."""

    def __init__(self, defaults: Defaults, agreements: Agreements, names: AgreementNames, tariffs: Tariffs) -> None:
        self._defaults, self._agreements, self._names = defaults, agreements, names
        self._there = [*tariffs.rows]
        self._pasted: dict[tuple[str, str, str], list[tuple[NewTariff, int]]] = {}

    def columns_of(self, rows: Sequence[tuple[int, Sequence[str]]]) -> tuple[str, ...]:
        """Which column each is, by what stands in it: that which most of its cells can be. Of two days the first is
        the beginning; of several amounts the last is the tariff."""
        width = max((len(cells) for _, cells in rows), default=0)
        columns = [self._kind([cells[place] for _, cells in rows if place < len(cells)]) for place in range(width)]
        days = [place for place, kind in enumerate(columns) if kind == "day"]
        amounts = [place for place, kind in enumerate(columns) if kind == "amount"]
        for place, name in zip(days, ("from", "until"), strict=False):
            columns[place] = name
        for place in amounts[:-1]:
            columns[place] = ""
        seen: set[str] = set()
        for place, kind in enumerate(columns):
            if kind not in TARIFF_COLUMNS or kind in seen:
                columns[place] = ""
            seen.add(kind)
        return tuple(columns)

    def _kind(self, cells: Sequence[str]) -> str:
        filled = [*filter(None, cells)]
        tests = {
            "code": lambda text: text.upper() in self._agreements.codes,
            "day": _day,
            "amount": lambda text: cents(text) is not None,
            "list": self._names.lists.find,
            "insurer": self._names.insurers.find,
        }
        for kind, test in tests.items():
            if filled and sum(bool(test(text)) for text in filled) * 2 > len(filled):
                return kind
        return ""

    def read(self, number: int, columns: Sequence[str], cells: tuple[str, ...]) -> PastedRow:
        """A row as a tariff."""
        said = {column: cell for column, cell in zip(columns, cells, strict=False) if column and cell}
        found = self._tariff(said)
        if isinstance(found, Finding):
            return PastedRow(number, cells, None, found)
        key = found.list, found.insurer, found.code
        for earlier, row in self._pasted.get(key, ()):
            if _share_days(earlier, found):
                return PastedRow(number, cells, None, Finding("PASTED_TWICE", "", {"row": row}))
        self._pasted.setdefault(key, []).append((found, number))
        return self._beside(PastedRow(number, cells, found), found)

    def _tariff(self, said: Mapping[str, str]) -> NewTariff | Finding:
        """The tariff of a row's cells, or the first thing that is wrong with them."""
        for column, default in (("insurer", self._defaults.insurer), ("list", self._defaults.list)):
            if not (said.get(column) or default):
                return Finding("PASTED_MISSING", column, {"what": column})
        for column in ("code", "amount"):
            if column not in said:
                return Finding("PASTED_MISSING", column, {"what": column})
        whose, which = said.get("insurer") or self._defaults.insurer, said.get("list") or self._defaults.list
        insurer, price_list = self._names.insurers.find(whose), self._names.lists.find(which)
        if insurer is None:
            return _unknown("insurer", whose, self._names.insurers.nearest(whose))
        if price_list is None:
            return _unknown("list", which, self._names.lists.nearest(which))
        code = said["code"].upper()
        if not self._agreements.periods(insurer, code):
            others = ", ".join(self._agreements.insurers_of(code))
            return Finding(
                "PASTED_NO_PRODUCT", "code", {"found": said["code"], "insurer": insurer, "others": others or "-"}
            )
        amount = cents(said["amount"])
        if amount is None:
            return _unknown("amount", said["amount"], AMOUNT_FORM)
        days = {"from": self._defaults.first, "until": self._defaults.last}
        for column in days:
            if column in said:
                days[column] = _day(said[column])
                if days[column] is None:
                    return _unknown(column, said[column], _DAY_FORM)
        first, last = days["from"], days["until"]
        if first and last and last < first:
            return _unknown("until", last.isoformat(), f">= {first.isoformat()}")
        return NewTariff(price_list, insurer, code, first, last, amount)

    def _beside(self, row: PastedRow, tariff: NewTariff) -> PastedRow:
        """The row beside the tariffs that there are: one of its very period gets another amount; with others it may
        have no day in common, but that an open one ends where it begins."""
        for there in self._of(tariff):
            first, last = tariff.first or date.min, tariff.last or FOREVER
            if (there.valid_from, there.valid_until) == (first, last):
                line = int(there.place.rpartition(":")[2])
                return evolve(row, line=line, is_there=there.cents == tariff.cents)
            is_open = there.valid_until == FOREVER and there.valid_from < first
            if there.valid_from <= last and first <= there.valid_until and not is_open:
                return evolve(row, tariff=None, wrong=Finding("PASTED_OVERLAP", "", {"place": there.place}))
        return row

    def _of(self, tariff: NewTariff) -> Iterator[Tariff]:
        key = Tariff(tariff.list, tariff.insurer, tariff.code, date.min, FOREVER, 0, "").key
        yield from (there for there in self._there if there.key == key)


def _share_days(one: NewTariff, two: NewTariff) -> bool:
    return (one.first or date.min) <= (two.last or FOREVER) and (two.first or date.min) <= (one.last or FOREVER)


def _unknown(column: str, found: str, expected: str) -> Finding:
    return Finding("PASTED_UNKNOWN", column, {"what": column, "found": found, "expected": expected})


def _day(text: str) -> date | None:
    """A day as `sheet_day` reads it, or as ``1 januari 2023``, ``1-jan-2023`` or ``1/1/2023``."""
    text = text.casefold()
    if match := _SLASHED_DAY.fullmatch(text):
        return sheet_day(f"{match[1]}-{match[2]}-{match[3]}")
    if (match := _NAMED_DAY.fullmatch(text)) and (month := {"maa": "mrt"}.get(match[2], match[2])) in _MONTHS:
        return sheet_day(f"{match[1]}-{_MONTHS.index(month) + 1}-{match[3]}")
    return sheet_day(text)
