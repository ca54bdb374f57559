"""The days that a version of the index is about."""

from calendar import monthrange
from collections.abc import Sequence
from datetime import date
from typing import Self

from attrs import field, frozen

from ...model.index_tables import IndexTables
from .care import Reason


@frozen
class Span:
    """The days of a version, but for those that are ``left_out``."""

    first: date
    last: date
    tables: IndexTables = field(repr=False)

    @classmethod
    def of(cls, year: int, version: int, tables: IndexTables) -> Self:
        month = next(row.months for row in tables.versions.values() if row.version == version)
        return cls(date(year, 1, 1), date(year, month, monthrange(year, month)[1]), tables)

    @property
    def left_out(self) -> Sequence[tuple[date, date]]:
        return [
            (row.first, row.last) for row in self.tables.left_out if self.first <= row.last and row.first <= self.last
        ]

    @property
    def is_year(self) -> bool:
        """Whether it is a whole year, as national means are of."""
        return self.last == date(self.first.year, 12, 31)

    def why_not(self, day: date) -> Reason | None:
        """Why a day isn't in the index, None = it is."""
        if not self.first <= day <= self.last:
            return "elsewhen"
        return "week" if any(row.covers(day) for row in self.tables.left_out) else None
