"""The practice's tariff table: what an insurer pays for a product, by price list and date."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import date
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final

from attrs import field, frozen

from ..base.amounts import AMOUNT_FORM, cents
from ..base.row_types import FromCell, RowType, TextCell, UntilCell
from ..base.tables import Report, Row, close_open, overlap, parse_rows, read_sheet, refuse
from ..model.names import folded, insurer_key

#: Price list, insurer and declare-under code.
Priced = tuple[str, str, str]


def _cents(row: Row, column: str) -> int:
    amount = cents(row[column])
    if amount is None:
        raise row.error(column, AMOUNT_FORM)
    return amount


@frozen
class Tariff:
    """One row: ``cents`` for one product, under the names it is written with, both dates inclusive; ``place`` is the
    row's file name and line."""

    list: TextCell
    insurer: TextCell
    code: TextCell
    valid_from: FromCell
    valid_until: UntilCell
    cents: Annotated[int, _cents, "amount"]
    place: Annotated[str, lambda row, _: row.short_place, ""]

    @property
    def key(self) -> Priced:
        """The same for all names of its list and insurer."""
        return _key(self.list, self.insurer, self.code)


_TARIFF: Final = RowType(Tariff)


@frozen
class Tariffs:
    """Every tariff of the practice, none of them overlapping another of the same list, insurer and code; these go by
    any of their names. ``rows`` are the tariffs as they are written, ``closed`` the places of open
    ones that end because a later one follows, ``place`` the name of the file, or where the settings would name it."""

    _tariffs: Mapping[Priced, tuple[Tariff, ...]] = field(factory=dict)
    rows: tuple[Tariff, ...] = ()
    closed: tuple[str, ...] = ()
    place: str = "[tariffs]"

    @classmethod
    def load(cls, path: Path | None) -> "Tariffs":
        """The tariffs in a file, as `read` gives them; none without a file. Raises SettingsError at the first error."""
        return cls() if path is None else cls.read(path, refuse)

    @classmethod
    def read(cls, path: Path, report: Report) -> "Tariffs":
        """The tariffs in a CSV file with the columns of `Tariff`, as a spreadsheet saves it (see `read_sheet`).

        Dates as `sheet_day` reads them; an empty ``from`` or ``until`` is an open end, and an open row ends the day
        before a later one of the same product; amounts ``123.45``, ``123,45``, ``1.234,56``, ``€ 120`` or ``120,-``.
        Errors go to ``report``, with file and line: unreadable, a value missing or wrong, two rows of one product on
        one day.
        """

        complete = parse_rows(read_sheet(path, _TARIFF.columns), _complete, report)
        found, closed = close_open(complete, lambda row: _key(row["list"], row["insurer"], row["code"]))
        rows = parse_rows(found, lambda row: (_TARIFF.parse(row), row), report)
        by_key: defaultdict[Priced, list[tuple[Tariff, Row]]] = defaultdict(list)
        for tariff, row in rows:
            by_key[tariff.key].append((tariff, row))
        tariffs = {key: _in_time(pairs, report) for key, pairs in by_key.items()}
        return cls(tariffs, tuple(tariff for tariff, _ in rows), tuple(row.short_place for row in closed), path.name)

    def find(self, list: str, insurer: str, code: str, day: date) -> Tariff | None:
        """The tariff of a product on a day; None where the table has none."""
        for tariff in self.periods(list, insurer, code):
            if tariff.valid_from <= day <= tariff.valid_until:
                return tariff
        return None

    def periods(self, list: str, insurer: str, code: str) -> tuple[Tariff, ...]:
        """Every tariff of a product, earliest first."""
        return self._tariffs.get(_key(list, insurer, code), ())


@lru_cache(1_000)  # asked for each product, many times in a run
def _key(price_list: str, insurer: str, code: str) -> Priced:
    """The same for all names of a list and an insurer."""
    return folded(price_list), insurer_key(insurer), code.upper()


def _complete(row: Row) -> Row:
    for column in ("list", "insurer", "code"):
        row.required(column)
    return row


def _in_time(pairs: list[tuple[Tariff, Row]], report: Report) -> tuple[Tariff, ...]:
    pairs.sort(key=lambda pair: (pair[0].valid_from, pair[1].line))
    for (earlier, row), (later, other) in pairwise(pairs):
        if later.valid_from <= earlier.valid_until:
            first, second = sorted((row, other), key=lambda each: each.line)
            report(overlap(second, first.place))
    return tuple(tariff for tariff, _ in pairs)
