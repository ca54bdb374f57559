"""The tables of the treatment index in ``specs/index/``: what counts, in which periods, and what insurers made of it.

The index itself is reckoned with a reference table that only Vektis has; a practice that was given one brings it.
"""

from collections.abc import Collection, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from attrs import frozen

from ..base.problems import Language
from ..base.row_types import (
    CertaintyCell,
    CountCell,
    FilledFromCell,
    FilledUntilCell,
    KeyedTable,
    RequiredCell,
    RowType,
    SourceCell,
    WordCells,
    by_language,
    one_of,
)
from ..base.specs import SPECS
from ..base.tables import Report, Row, parse_table, refuse
from .codelists import codes, performances

#: What a performance is to the index: only a ``treatment`` counts.
CountsAs = Literal["treatment", "screening", "surcharge", "other"]
#: What an insurer holds against its thresholds: the index, or the lower bound of its confidence interval.
Held = Literal["index", "lower"]


@frozen
class IndexPerformance:
    """A code of the paramedic performance list (COD367 012, from 2025 073), and what it is to the index."""

    code: RequiredCell
    counts_as: Annotated[CountsAs, one_of(get_args(CountsAs))]
    source: SourceCell
    certainty: CertaintyCell


_PERFORMANCES: Final = KeyedTable[str, IndexPerformance]("index/performances.csv", IndexPerformance, "code")


@frozen
class IndexVersion:
    """A version of the index of a year: it is about the care of so many months from January on."""

    version: CountCell
    months: CountCell
    source: SourceCell
    certainty: CertaintyCell


_VERSIONS: Final = KeyedTable[str, IndexVersion]("index/versions.csv", IndexVersion, "version")


@frozen
class LeftOut:
    """Days, both inclusive, whose care is in no index."""

    first: FilledFromCell
    last: FilledUntilCell
    source: SourceCell
    certainty: CertaintyCell

    def covers(self, day: date) -> bool:
        return self.first <= day <= self.last


_LEFT_OUT: Final = RowType(LeftOut)


@frozen
class Minimum:
    """What is said of a practice with fewer ``patients`` than this."""

    patients: CountCell
    says: Annotated[Mapping[Language, str], by_language, "nl", "en"]
    source: SourceCell
    certainty: CertaintyCell


_MINIMUM: Final = RowType(Minimum)


def _decimal(row: Row, column: str) -> str:
    text = row[column]
    if not text.replace(".", "", 1).isdecimal():
        raise row.error(column, "a number")
    return text


@frozen
class NationalMean:
    """A public mean of treatments for each patient in a year, as a decimal text. ``indications``: whom it is of, by
    COD321; none = everybody."""

    population: Annotated[Mapping[Language, str], by_language, "population_nl", "population_en"]
    indications: WordCells
    year: CountCell
    mean: Annotated[str, _decimal]
    source: SourceCell
    certainty: CertaintyCell


_MEANS: Final = RowType(NationalMean)


def _bound(row: Row, column: str) -> int | None:
    """A whole number from 0 on, or none."""
    text = row[column]
    if text and not (text.isascii() and text.isdigit()):
        raise row.error(column, ">= 0")
    return int(text) if text else None


@frozen
class Threshold:
    """What an insurer made of an index from ``least`` through ``most`` in the contracts of a ``year``; ``index_year``
    None where it isn't known of which year that index is. ``held``: see `Held`."""

    insurer: RequiredCell
    year: CountCell
    index_year: Annotated[int | None, _bound]
    least: Annotated[int | None, _bound]
    most: Annotated[int | None, _bound]
    held: Annotated[Held, one_of(get_args(Held))]
    means: Annotated[Mapping[Language, str], by_language, "nl", "en"]
    source: SourceCell
    certainty: CertaintyCell


_THRESHOLDS: Final = RowType(Threshold)


@frozen
class IndexInsurer:
    """An insurer whose declarations are in the index of Vektis."""

    insurer: RequiredCell
    source: SourceCell
    certainty: CertaintyCell


_INSURERS: Final = KeyedTable[str, IndexInsurer]("index/insurers.csv", IndexInsurer, "insurer")


@frozen
class IndexTables:
    """All of them, by what they are looked up by."""

    performances: Mapping[str, IndexPerformance]
    versions: Mapping[int, IndexVersion]
    left_out: tuple[LeftOut, ...]
    minimum: tuple[Minimum, ...]
    means: tuple[NationalMean, ...]
    thresholds: tuple[Threshold, ...]
    insurers: Mapping[str, IndexInsurer]


def read_index_tables(
    known: Collection[str], indications: Collection[str], specs: Path = SPECS, report: Report = refuse
) -> IndexTables:
    """The tables. ``known``: the codes of performances that there are; ``indications``: those of COD321."""

    def check_code(row: Row) -> None:
        if row["code"] not in known:
            raise row.error("code", "a code of specs/codelists/performances.csv")

    def mean(row: Row) -> NationalMean:
        if not set(row["indications"].split()) <= set(indications):
            raise row.error("indications", "codes of COD321")
        return _MEANS.parse(row)

    def threshold(row: Row) -> Threshold:
        found = _THRESHOLDS.parse(row)
        if found.least is None and found.most is None:
            raise row.error("least", "a bound")
        return found

    folder = specs / "index"
    return IndexTables(
        performances=_PERFORMANCES.read(specs, report, check_code),
        versions={row.version: row for row in _VERSIONS.read(specs, report).values()},
        left_out=tuple(parse_table(folder / "left-out.csv", _LEFT_OUT.columns, _LEFT_OUT.parse, report)),
        minimum=tuple(parse_table(folder / "minimum.csv", _MINIMUM.columns, _MINIMUM.parse, report)),
        means=tuple(parse_table(folder / "means.csv", _MEANS.columns, mean, report)),
        thresholds=tuple(parse_table(folder / "thresholds.csv", _THRESHOLDS.columns, threshold, report)),
        insurers=_INSURERS.read(specs, report),
    )


@cache
def index_tables() -> IndexTables:
    """The built-in tables. Raises SettingsError where one can't be read."""
    return read_index_tables(performances(), codes("COD321"))
