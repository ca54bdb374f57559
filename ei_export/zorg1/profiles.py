"""The profile that goes with a score (``specs/zorg1-profiles.csv``), to be held against the one that was chosen.

It never decides: the profile is the therapist's judgement beside the tool (KNGF richtlijn lage rugpijn 2021).
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import Decimal
from itertools import combinations
from pathlib import Path
from typing import Annotated, Final, Self

from attrs import evolve, field, frozen

from ..base.row_types import CertaintyCell, PlaceCell, RequiredCell, RowCell, RowType, SourceCell
from ..base.specs import SPECS
from ..base.tables import Report, Row, overlap, parse_rows, parse_table, read_sheet, refuse
from ..model.measurement import Measurement, score_of
from .instruments import other_names

_TABLE: Final = "zorg1-profiles.csv"


def _bound(row: Row, column: str) -> Decimal | None:
    """A score, or None where there is no bound."""
    number = score_of(row[column])
    if row[column] and number is None:
        raise row.error(column, "a number")
    return number


def _upper_bound(row: Row, column: str) -> Decimal | None:
    """A bound that isn't below the one it goes with."""
    lower, upper = _bound(row, column.replace("until", "from")), _bound(row, column)
    if lower is not None and upper is not None and upper < lower:
        raise row.error(column, f">= {lower}")
    return upper


@frozen
class ScoreProfile:
    """The ``profile`` of a score of an ``instrument`` and its sub score, where it asks for one; bounds are inclusive,
    None where there is none. ``rule`` is the row: ``specs/zorg1-profiles.csv:2``."""

    instrument: RequiredCell
    least: Annotated[Decimal | None, _bound, "from"]
    most: Annotated[Decimal | None, _upper_bound, "until"]
    least_sub: Annotated[Decimal | None, _bound, "subscore_from"]
    most_sub: Annotated[Decimal | None, _upper_bound, "subscore_until"]
    profile: RequiredCell
    source: SourceCell
    certainty: CertaintyCell
    rule: PlaceCell
    row: RowCell = field(eq=False, repr=False)

    def fits(self, score: Decimal, subscore: Decimal | None) -> bool:
        """Whether it may be that of a score; with an unknown subscore it may be any."""
        return _within(score, self.least, self.most) and (
            subscore is None or _within(subscore, self.least_sub, self.most_sub)
        )

    def meets(self, other: "ScoreProfile") -> bool:
        """Whether there is a score that both are of."""
        return _overlap(self.least, self.most, other.least, other.most) and _overlap(
            self.least_sub, self.most_sub, other.least_sub, other.most_sub
        )


def _within(number: Decimal, least: Decimal | None, most: Decimal | None) -> bool:
    return (least is None or least <= number) and (most is None or number <= most)


def _overlap(least: Decimal | None, most: Decimal | None, other: Decimal | None, end: Decimal | None) -> bool:
    return (least is None or end is None or least <= end) and (other is None or most is None or other <= most)


_ROW: Final = RowType(ScoreProfile)


@frozen
class Profiles:
    """Profiles by score, by instrument."""

    _rows: Mapping[str, tuple[ScoreProfile, ...]]

    @classmethod
    def load(cls, known: Collection[str], path: Path | None = None) -> Self:
        """Ours, and those of a practice in the place of ours of the same instruments. ``known`` are the profiles there
        are. Raises SettingsError."""
        return cls(read_profiles(known, path))

    @property
    def instruments(self) -> Sequence[str]:
        """Those that say a profile, in order."""
        return sorted(self._rows)

    def rows(self, instrument: str) -> tuple[ScoreProfile, ...]:
        """All that is known of an instrument; none where it says no profile."""
        return self._rows.get(instrument, ())

    def of(self, measured: Measurement) -> tuple[str, ...]:
        """The profiles that a measurement may stand for, in order: one; several where only the sub score tells which;
        none where the instrument says no profile, or not of such a score."""
        score, subscore = score_of(measured.score), score_of(measured.subscore)
        if score is None:
            return ()
        return tuple(sorted({row.profile for row in self.rows(measured.instrument) if row.fits(score, subscore)}))


def is_profile_of(profile: str, by_score: Sequence[str]) -> bool:
    """Whether a profile is one of those by score; of ``2 AV`` the number counts, the rest says who insures it."""
    return profile in by_score or profile.split(" ")[0] in by_score


def read_profiles(
    known: Collection[str], path: Path | None = None, specs: Path = SPECS, report: Report = refuse
) -> dict[str, tuple[ScoreProfile, ...]]:
    """Profiles by score, by instrument: those in a practice's table (as `read_sheet` reads it) in the place of ours of
    the same instruments. Errors go to ``report``: a value that the column doesn't take, a row without a source, two
    rows of one table that a score may be of."""

    def parse(row: Row) -> ScoreProfile:
        row.choice("profile", sorted(known))
        return _ROW.parse(row)

    found = _by_instrument(parse_table(specs / _TABLE, _ROW.columns, parse, report), report)
    if path is not None:
        sheet = parse_rows(read_sheet(path, _ROW.columns), _spelled, report)
        found |= _by_instrument(parse_rows(sheet, parse, report), report)
    return found


def _spelled(row: Row) -> Row:
    """A row of a practice's table with our name of its instrument."""
    return evolve(row, values={**row.values, "instrument": other_names().name(row["instrument"])})


def _by_instrument(rows: Iterable[ScoreProfile], report: Report) -> dict[str, tuple[ScoreProfile, ...]]:
    found: dict[str, list[ScoreProfile]] = {}
    for row in rows:
        found.setdefault(row.instrument, []).append(row)
    for of_one in found.values():
        for one, other in combinations(of_one, 2):
            if one.meets(other):
                report(overlap(other.row, one.rule))
    return {instrument: tuple(of_one) for instrument, of_one in found.items()}
