"""The code lists in ``specs/``: what a code means, when it holds, where it was read and how sure that is.

Each list is a row type and a table of such rows; a list that is called gives its built-in rows, and keeps them.
"""

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated, Final, Literal, get_args

from attrs import frozen

from ..base.problems import SettingsError
from ..base.row_types import (
    CertaintyCell,
    CountCell,
    FlagCell,
    FourDigits,
    FromCell,
    KeyedTable,
    RequiredCell,
    RowType,
    SomeWordCells,
    SourceCell,
    TextCell,
    UntilCell,
    WordCells,
    by_language,
    one_of,
)
from ..base.specs import SPECS, label
from ..base.tables import FOREVER, Report, Row, parse_table, refuse

#: The list of DCSPH codes among the diagnosis lists (COD392).
DCSPH: Final = "005"
#: Of a return code: the whole file (technical), the file as declaration, a detail record, information.
LEVELS: Final = ("X", "T", "D", "O")
#: Whether a refused line can be declared again: as it is, once it is corrected, or not.
AGAIN: Final = ("as-is", "corrected", "no")
#: What ``specs/inferred.csv`` must choose, each with what the program can follow; where that is one thing, another
#: choice is a change of code.
_FOLLOWED: Final[Mapping[str, tuple[str, ...]]] = {
    "diagnosis_element": ("0414", "0418"),
    "charset": ("iso-8859-1", "cp1252"),
    "side_left": ("01", "1", "L"),
    "side_right": ("02", "2", "R"),
    "accident": ("J", "true", "1"),
    "care_period": ("treatments",),
    "number_times_tariff": ("product",),
    "same_insurer": ("uzovi",),
    "returned_by_vecozo": ("01",),
    "patient_number_length": ("11",),
    "overview_place": ("last",),
    "care_path_start": ("treatment",),
    "year_end_units": ("own_day",),
    "cz_2019_diagnosis": ("8001-8003",),
}


@frozen
class Code:
    """A code of a Vektis list (``COD367``), valid from ``valid_from`` up to and including ``valid_until``."""

    list: RequiredCell
    code: RequiredCell
    meaning: RequiredCell
    valid_from: FromCell
    valid_until: UntilCell
    source: SourceCell
    certainty: CertaintyCell

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


every_code: Final = KeyedTable[tuple[str, str], Code]("codelists/codes.csv", Code, "list", "code")


@cache
def codes(name: str) -> Mapping[str, Code]:
    """The codes of one list, such as ``COD321``. Raises KeyError for a list we don't have."""
    return _lists()[name]


@cache
def _lists() -> Mapping[str, Mapping[str, Code]]:
    lists: dict[str, dict[str, Code]] = {}
    for code in every_code().values():
        lists.setdefault(code.list, {})[code.code] = code
    return lists


@frozen
class Translation:
    """The meaning of a code in English, as far as we translated it."""

    list: TextCell
    code: TextCell
    meaning: RequiredCell


def read_english(
    codes: Collection[tuple[str, str]], specs: Path = SPECS, report: Report = refuse
) -> Mapping[tuple[str, str], str]:
    """The meaning of codes in English, by list and code. ``codes``: those that there are."""

    def check(row: Row) -> None:
        if (row["list"], row["code"]) not in codes:
            raise row.error("code", "a code of specs/codelists/codes.csv")

    table = KeyedTable[tuple[str, str], Translation]("codelists/codes-en.csv", Translation, "list", "code")
    return {key: found.meaning for key, found in table.read(specs, report, check).items()}


@cache
def english() -> Mapping[tuple[str, str], str]:
    """The meaning of codes in English, by list and code, as far as we translated it."""
    return read_english(every_code().keys())


@frozen
class Uzovi:
    """An UZOVI number, 4 digits: a label of the ``insurer`` that is the contract party, known to be so from
    ``valid_from`` up to and including ``valid_until``."""

    uzovi: FourDigits
    insurer: RequiredCell
    label: RequiredCell
    valid_from: FromCell
    valid_until: UntilCell
    source: SourceCell
    certainty: CertaintyCell

    def known_on(self, day: date) -> bool:
        """Whether it is sure to be the insurer's for care on a day."""
        return self.certainty == "certain" and self.valid_from <= day <= self.valid_until

    @property
    def is_sure(self) -> bool:
        """Whether it is so on any day."""
        return self.certainty == "certain" and (self.valid_from, self.valid_until) == (date.min, FOREVER)


uzovi_numbers: Final = KeyedTable[str, Uzovi]("codelists/uzovi.csv", Uzovi, "uzovi")


@frozen
class OtherName:
    """Another name of an insurer, with the one that the agreements have."""

    name: RequiredCell
    insurer: RequiredCell
    source: SourceCell
    certainty: CertaintyCell


other_names: Final = KeyedTable[str, OtherName]("codelists/insurers.csv", OtherName, "name")


@cache
def insurer_names() -> Mapping[str, str]:
    """Every other name of an insurer, with the one that the agreements have."""
    return {name: row.insurer for name, row in other_names().items()}


def _two_capitals(row: Row, column: str) -> str:
    code = row.required(column)
    if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
        raise row.error(column, "A-Z, 2 ×")
    return code


@frozen
class Country:
    """A country code (ISO 3166-1 alpha-2), with the Dutch name of the country."""

    code: Annotated[str, _two_capitals]
    name: RequiredCell
    source: SourceCell
    certainty: CertaintyCell


countries: Final = KeyedTable[str, Country]("codelists/countries.csv", Country, "code")


@frozen
class Diagnosis:
    """A DCSPH code, 4 digits: body location (2) and pathology (2).

    ``side_required``: the list asks for left or right (care from 2025); ``indications`` and ``indications_under_18``:
    the CSI codes (COD321) it may go with in physiotherapy, for adults and for children.
    """

    code: FourDigits
    location: Annotated[str, Row.required, "location_name"]
    pathology: Annotated[str, Row.__getitem__, "pathology_name"]
    status: RequiredCell
    side_required: Annotated[FlagCell, "apk002_mandatory"]
    indications: Annotated[WordCells, "aanspraakcodes_adult_ft_ot"]
    indications_under_18: Annotated[WordCells, "aanspraakcodes_ft_under18"]

    @property
    def is_open(self) -> bool:
        """Whether the list allows the code, be it for one kind of therapist only."""
        return self.status.startswith("open")


diagnoses: Final = KeyedTable[str, Diagnosis](
    "codelists/dcsph.csv",
    Diagnosis,
    "code",
    unread=("max_term", "aanspraak", "aanspraakcodes_ot_under18"),
    is_long=True,
)

#: What a term is counted from: the day of the care, or of the refusal for what is declared again.
Term = Literal["care", "refusal"]


@frozen
class Deadline:
    """How many months after the ``term`` an insurer takes a declaration."""

    insurer: RequiredCell
    term: Annotated[Term, one_of(get_args(Term))]
    months: CountCell
    source: SourceCell
    certainty: CertaintyCell


deadlines: Final = KeyedTable[tuple[str, Term], Deadline]("codelists/deadlines.csv", Deadline, "insurer", "term")


@frozen
class Era:
    """The standard for care given from ``valid_from`` up to and including ``valid_until``, and the performance lists
    (COD367) that codes of physiotherapy are on in it."""

    standard: RequiredCell
    valid_from: FromCell
    valid_until: UntilCell
    lists: SomeWordCells
    source: SourceCell
    certainty: CertaintyCell

    @property
    def word(self) -> str:
        """What settings call it: ``pm304``."""
        return self.standard.partition(" ")[0].lower()


def read_standards(specs: Path = SPECS, report: Report = refuse) -> tuple[Era, ...]:
    """The standards one after the other. They leave no day out and share none."""
    kind = RowType(Era)
    rows = parse_table(specs / "standards.csv", kind.columns, lambda row: (row, kind.parse(row)), report)
    next_day: date | None = date.min
    for row, era in rows:
        if era.valid_from != next_day:
            report(row.error("from", "the day after the row before; in the first row none"))
        next_day = era.valid_until + timedelta(days=1) if era.valid_until < FOREVER else None
    if rows and next_day:
        report(rows[-1][0].error("until", "none in the last row"))
    return tuple(era for _, era in rows)


@cache
def eras() -> tuple[Era, ...]:
    """The standards one after the other, without a gap."""
    return read_standards()


@lru_cache(maxsize=16_384)
def standard_on(day: date) -> Era:
    """The standard that care given on this day is declared in."""
    return next(era for era in eras() if era.valid_from <= day <= era.valid_until)


@frozen
class InferredChoice:
    """Something the standard's text would settle and we had to infer; ``alternatives`` are what else it could be."""

    name: Annotated[str, one_of(tuple(_FOLLOWED))]
    value: Annotated[str, lambda row, column: row.choice(column, _FOLLOWED[row["name"]])]
    alternatives: WordCells
    source: SourceCell
    why: RequiredCell


choices: Final = KeyedTable[str, InferredChoice]("inferred.csv", InferredChoice, "name")


def read_choices(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, InferredChoice]:
    """Every inferred choice by name; one that is missing is an error too."""
    errors: list[SettingsError] = []
    found = choices.read(specs, errors.append)
    if not errors:  # a row that is wrong isn't missing
        place = {"file": label(specs / "inferred.csv"), "line": 1, "column": "name", "found": ""}
        errors = [SettingsError("TABLE_VALUE", **place, expected=name) for name in _FOLLOWED if name not in found]
    for error in errors:
        report(error)
    return found


@cache
def _choices() -> Mapping[str, InferredChoice]:
    return read_choices()


def choice(name: str) -> str:
    """What was chosen where no text says. Raises SettingsError where the table can't be read."""
    return _choices()[name].value


@frozen
class ReturnCode:
    """A return code (COD954): 4 characters, its Dutch text and its level (see `LEVELS`)."""

    code: FourDigits
    text: RequiredCell
    level: Annotated[str, one_of(LEVELS)]
    source: SourceCell
    certainty: CertaintyCell


#: Every return code whose text was found. A long table: only asked for where somebody is told of a code.
return_codes: Final = KeyedTable[str, ReturnCode]("codelists/return-codes.csv", ReturnCode, "code", is_long=True)


@frozen
class PerformanceCode:
    """A code of the paramedic performance list (COD367 012): what care was given, Zorg1 or not."""

    code: RequiredCell
    meaning: RequiredCell
    source: SourceCell
    certainty: CertaintyCell


#: Those that we know of; later ones than 2019 are missing.
performances: Final = KeyedTable[str, PerformanceCode]("codelists/performances.csv", PerformanceCode, "code")


@frozen
class Remedy:
    """What a refusal with a return code means and what to do about it, by language; places in braces are for the line
    that was refused. ``again``: whether it can be declared again, ``as-is``, once ``corrected``, or ``no``.
    ``in_line``: what is wrong is in the line itself, so that the same line is refused again. ``code`` is a level (see
    `LEVELS`) in the remedies for codes that have none of their own."""

    code: TextCell
    again: Annotated[str, one_of(AGAIN)]
    in_line: FlagCell
    meaning: Annotated[Mapping[str, str], by_language, "meaning_nl", "meaning_en"]
    remedy: Annotated[Mapping[str, str], by_language, "remedy_nl", "remedy_en"]
    source: SourceCell
    certainty: CertaintyCell


def read_remedies(codes: Collection[str], specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Remedy]:
    """The remedy for every return code that has one, and for each level. ``codes``: those that there are."""
    allowed = (*sorted(codes), *LEVELS)
    table = KeyedTable[str, Remedy]("codelists/return-remedies.csv", Remedy, "code")
    return table.read(specs, report, lambda row: row.choice("code", allowed))


@cache
def remedies() -> Mapping[str, Remedy]:
    """The remedy for every return code that has one, and for each level."""
    return read_remedies(return_codes())


def remedy(code: str) -> Remedy:
    """What to do about a return code, also one that we don't know."""
    known = return_codes().get(code)
    return remedies().get(code) or remedies()[known.level if known is not None else "D"]
