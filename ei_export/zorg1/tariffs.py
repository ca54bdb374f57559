"""The practice's tariff table: what an insurer pays for a product, by price list and date."""

import re
from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Final

from attrs import field, frozen

from ..problems import SettingsError
from ..tables import Row, read_table

COLUMNS: Final = ("list", "insurer", "code", "from", "until", "amount")

#: The largest amount that fits a line, in cents (PM304 0428, 0429, 0432: 8 positions).
_LIMIT: Final = 99_999_999
_AMOUNT: Final = re.compile(r"([0-9]{1,3}(?:\.[0-9]{3})+(?=,)|[0-9]{1,9})(?:[.,]([0-9]{1,2}))?")


@frozen
class Tariff:
    """One row: ``cents`` for one product, both dates inclusive; ``place`` is the row's file name and line."""

    cents: int
    place: str
    valid_from: date
    valid_until: date


@frozen
class Tariffs:
    """Every tariff of the practice, none of them overlapping another of the same list, insurer and code."""

    _tariffs: Mapping[tuple[str, str, str], tuple[Tariff, ...]] = field(factory=dict)

    @classmethod
    def load(cls, path: Path | None) -> "Tariffs":
        """The tariffs in a CSV file with the columns ``COLUMNS``; none without a file.

        Delimiter ``,`` ``;`` or tab; UTF-8, else Windows-1252; dates ``YYYY-MM-DD``, an empty ``until`` is an open end;
        amount ``123.45``, ``123,45`` or ``1.234,56``. Raises SettingsError with file and line: unreadable, a value
        missing or wrong, two rows of one product on one day.
        """
        if path is None:
            return cls()
        rows: defaultdict[tuple[str, str, str], list[tuple[Tariff, Row]]] = defaultdict(list)
        for row in read_table(path, COLUMNS, delimiters=";\t,", encodings=("utf-8-sig", "cp1252")):
            start, end = row.period(open_ends=True)
            tariff = Tariff(_cents(row), f"{path.name}:{row.line}", start, end)
            rows[row.required("list"), row.required("insurer"), row.required("code")].append((tariff, row))
        return cls({key: _in_time(pairs) for key, pairs in rows.items()})

    def find(self, list: str, insurer: str, code: str, day: date) -> Tariff | None:
        """The tariff of a product on a day; None where the table has none."""
        for tariff in self.periods(list, insurer, code):
            if tariff.valid_from <= day <= tariff.valid_until:
                return tariff
        return None

    def periods(self, list: str, insurer: str, code: str) -> tuple[Tariff, ...]:
        """Every tariff of a product, earliest first."""
        return self._tariffs.get((list, insurer, code), ())


def _cents(row: Row) -> int:
    match = _AMOUNT.fullmatch(row["amount"])
    if match:
        euros, cents = match.groups(default="")
        amount = int(euros.replace(".", "")) * 100 + int(cents.ljust(2, "0"))
        if amount <= _LIMIT:
            return amount
    raise row.error("amount", f"0.00 … {_LIMIT // 100}.{_LIMIT % 100}")


def _in_time(pairs: list[tuple[Tariff, Row]]) -> tuple[Tariff, ...]:
    pairs.sort(key=lambda pair: pair[0].valid_from)
    for (earlier, row), (later, other) in pairwise(pairs):
        if later.valid_from <= earlier.valid_until:
            first, second = sorted((row, other), key=lambda each: each.line)
            raise SettingsError("TABLE_OVERLAP", file=second.file, line=second.line, other=first.place)
    return tuple(tariff for tariff, _ in pairs)
