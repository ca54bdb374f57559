"""The norms that a practice, or a hospital, is controlled by: a table each in ``specs/controls/``."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Final

from attrs import frozen

from ..base.row_types import CertaintyCell, RequiredCell, RowType, SourceCell, by_language, one_of
from ..base.specs import SPECS
from ..base.tables import Report, Row, overlap, parse_table, refuse

#: What a row is about: an article of the rules of a year, a tariff type that is left out, a specialism in which
#: physiotherapy counts, how something is declared, a kind of subtraject, another norm that signals.
KINDS: Final = ("article", "tariff_type", "rehabilitation", "production", "subtraject", "signalled_by")


def _years(row: Row, column: str) -> tuple[int, ...]:
    years = row.required(column).split()
    if not all(len(year) == 4 and year.isascii() and year.isdigit() for year in years):
        raise row.error(column, "YYYY, a space between")
    return tuple(map(int, years))


@frozen
class NormRow:
    """What a norm says: a ``value`` of a ``kind``, in these ``years``, and in words what that is."""

    kind: Annotated[str, one_of(KINDS)]
    value: RequiredCell
    years: Annotated[tuple[int, ...], _years]
    says: Annotated[Mapping[str, str], by_language, "nl", "en"]
    source: SourceCell
    certainty: CertaintyCell


_ROW: Final = RowType(NormRow)


@frozen
class Norm:
    """A norm by its ``name``: N0959."""

    name: str
    rows: Sequence[NormRow]

    @property
    def years(self) -> Sequence[int]:
        """Those it has articles of."""
        return sorted({year for row in self.rows if row.kind == "article" for year in row.years})

    def of(self, kind: str, year: int) -> Sequence[NormRow]:
        """What it says of a kind in a year, in the order of the table."""
        return [row for row in self.rows if row.kind == kind and year in row.years]

    def values(self, kind: str, year: int) -> frozenset[str]:
        """The values of a kind in a year."""
        return frozenset(row.value for row in self.of(kind, year))


def read_norms(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Norm]:
    """Every norm by its name. Two rows that say the same of a year are an error."""
    return {path.stem.upper(): _read(path, report) for path in sorted((specs / "controls").glob("*.csv"))}


def _read(path: Path, report: Report) -> Norm:
    first: dict[tuple[str, str, int], Row] = {}

    def parse(row: Row) -> NormRow:
        found = _ROW.parse(row)
        for year in found.years:
            other = first.setdefault((found.kind, found.value, year), row)
            if other is not row:
                raise overlap(row, other.place)
        return found

    return Norm(path.stem.upper(), tuple(parse_table(path, _ROW.columns, parse, report)))


@cache
def norms() -> Mapping[str, Norm]:
    """Every norm by its name."""
    return read_norms()
