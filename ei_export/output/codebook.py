"""The columns of the export, and what they are called: ``specs/zorg1-export.csv``, and the practice's own codebook.

Zorg1's codebook isn't public, so that what a column is called is our conclusion; a practice that has it writes its
headings in ``[zorg1.codebook]``.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, get_args

from attrs import frozen

from ..base.problems import Language, SettingsError
from ..base.row_types import CertaintyCell, KeyedTable, RequiredCell, SourceCell, by_language, one_of
from ..base.specs import SPECS, label
from ..base.tables import Report, refuse
from ..model.measurement import MEASURING_MOMENTS, MeasuringMoment
from .sheets import Column, Kind, Sheet

#: A row for each trajectory of a program, or for each program and profile.
ExportKind: TypeAlias = Literal["program", "profiles"]

#: What every column of a trajectory holds, in order; behind them stand what was measured, and consent.
COURSE_COLUMNS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("practice_agb", "trajectory", "patient_id"), "text"),
    "birth_year": "number",
    **dict.fromkeys(("sex", "uzovi", "insurer", "category", "program", "profile", "agreement", "dcsph", "csi"), "text"),
    **dict.fromkeys(("referral", "started", "ended", "relapse"), "date"),
    **dict.fromkeys(("weeks", "contacts", "treatments"), "number"),
    **dict.fromkeys(("codes", "declare_under", "f_codes"), "list"),
    "units": "number",
    **dict.fromkeys(("declared_cents", "granted_cents"), "cents"),
}
PROFILE_COLUMNS: Final[Mapping[str, Kind]] = {
    **dict.fromkeys(("program", "profile", "agreement"), "text"),
    **dict.fromkeys(("patients", "trajectories", "ended", "relapses", "contacts", "treatments"), "number"),
    **dict.fromkeys(("declared_cents", "granted_cents"), "cents"),
}
_CONSENT: Final = "consent"
#: How each moment of measuring ends the name of its column.
_ENDS: Final[Mapping[MeasuringMoment, str]] = {"intake": "intake", "tussen": "between", "eind": "end"}
_SCORES: Final = tuple(f"*_{end}" for end in _ENDS.values())
_ALL: Final[Mapping[ExportKind, Collection[str]]] = {
    "program": (*COURSE_COLUMNS, *_SCORES, _CONSENT),
    "profiles": PROFILE_COLUMNS,
}
_WIDE: Final = frozenset({"category", "trajectory", "codes", "declare_under"})


@frozen
class Heading:
    """What a ``column`` of a table is called; ``*_intake`` is that of any instrument."""

    table: Annotated[str, one_of(get_args(ExportKind))]
    column: RequiredCell
    texts: Annotated[Mapping[str, str], by_language, "nl", "en"]
    source: SourceCell
    certainty: CertaintyCell


_HEADINGS: Final = KeyedTable[tuple[str, str], Heading]("zorg1-export.csv", Heading, "table", "column")


def read_export_headings(specs: Path = SPECS, report: Report = refuse) -> Mapping[tuple[str, str], Heading]:
    """The headings by table and column. A column without one, and a heading of none, are errors too."""
    errors: list[SettingsError] = []
    found = _HEADINGS.read(specs, errors.append)
    wanted = {(table, column) for table, columns in _ALL.items() for column in columns}
    if not errors and wanted != found.keys():
        place = {"file": label(specs / "zorg1-export.csv"), "line": 1, "column": "column"}
        for table, column in sorted(wanted ^ found.keys()):
            is_missing = (table, column) in wanted
            said = {"found": "" if is_missing else column, "expected": column if is_missing else ""}
            errors.append(SettingsError("TABLE_VALUE", **place, **said))
    for error in errors:
        report(error)
    return found


@cache
def _headings() -> Mapping[tuple[str, str], Heading]:
    return read_export_headings()


def score_column(instrument: str, moment: MeasuringMoment) -> str:
    """The column with the scores of an instrument at a moment: ``start_back_intake``."""
    return f"{re.sub(r'[^0-9a-z]+', '_', instrument.casefold()).strip('_')}_{_ENDS[moment]}"


def columns_with(instruments: Iterable[str]) -> list[str]:
    """Every column that the export may have, with those of these instruments."""
    known = [column for columns in _ALL.values() for column in columns if column not in _SCORES]
    scores = (score_column(name, moment) for name in instruments for moment in MEASURING_MOMENTS)
    return [*dict.fromkeys((*known, *scores))]


@frozen
class Codebook:
    """What columns are called: by the practice's ``own`` names, or by ours."""

    language: Language
    own: Mapping[str, str]

    def program_sheet(self, name: str, instruments: Iterable[str]) -> Sheet:
        """The sheet of a program, with three columns for each instrument."""
        columns = [_column(key, kind) for key, kind in COURSE_COLUMNS.items()]
        headings = {key: self._heading("program", key) for key in (*COURSE_COLUMNS, _CONSENT)}
        for instrument in instruments:
            for moment, end in _ENDS.items():
                key = score_column(instrument, moment)
                while key in headings:  # of another instrument that is written nearly the same
                    key += "_2"
                columns.append(Column(key, "number"))
                headings[key] = self.own.get(key) or self._heading("program", f"*_{end}").format(instrument=instrument)
        return Sheet(name, [*columns, Column(_CONSENT)], headings)

    def profile_sheet(self, name: str) -> Sheet:
        """The sheet of all programs and profiles."""
        columns = [_column(key, kind) for key, kind in PROFILE_COLUMNS.items()]
        return Sheet(name, columns, {key: self._heading("profiles", key) for key in PROFILE_COLUMNS})

    def _heading(self, table: ExportKind, column: str) -> str:
        return self.own.get(column) or _headings()[table, column].texts[self.language]


def _column(key: str, kind: Kind) -> Column:
    return Column(key, kind, 30 if key in _WIDE else 14)
