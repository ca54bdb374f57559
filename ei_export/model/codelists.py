"""The code lists in ``specs/``: what a code means, when it holds, where it was read and how sure that is.

Each table has a ``read_...`` function, which takes the folder of the tables and a report for its errors, and an
accessor that keeps the built-in table for the rest of the process.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, timedelta
from functools import cache, lru_cache
from pathlib import Path
from typing import Final, Literal, get_args

from attrs import frozen

from ..base.problems import SettingsError
from ..base.specs import SPECS, label
from ..base.tables import FOREVER, Report, Row, number, parse_keyed, parse_table, refuse, source

#: certain: read in an official text, or in two independent ones; single-source: read once; inferred: our conclusion.
CERTAINTIES: Final = ("certain", "single-source", "inferred")
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

    list: str
    code: str
    meaning: str
    valid_from: date
    valid_until: date
    source: str
    certainty: str

    def valid_on(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


@frozen
class Uzovi:
    """An UZOVI number, 4 digits: a label of the ``insurer`` that is the contract party, known to be so from
    ``valid_from`` up to and including ``valid_until``."""

    uzovi: str
    insurer: str
    label: str
    valid_from: date
    valid_until: date
    source: str
    certainty: str

    def known_on(self, day: date) -> bool:
        """Whether it is sure to be the insurer's for care on a day."""
        return self.certainty == "certain" and self.valid_from <= day <= self.valid_until

    @property
    def is_sure(self) -> bool:
        """Whether it is so on any day."""
        return self.certainty == "certain" and (self.valid_from, self.valid_until) == (date.min, FOREVER)


@frozen
class Diagnosis:
    """A DCSPH code, 4 digits: body location (2) and pathology (2).

    ``side_required``: the list asks for left or right (care from 2025); ``indications`` and ``indications_under_18``:
    the CSI codes (COD321) it may go with in physiotherapy, for adults and for children.
    """

    code: str
    location: str
    pathology: str
    status: str
    max_term: str
    side_required: bool
    indications: tuple[str, ...]
    indications_under_18: tuple[str, ...]

    @property
    def is_open(self) -> bool:
        """Whether the list allows the code, be it for one kind of therapist only."""
        return self.status.startswith("open")


#: What a term is counted from: the day of the care, or of the refusal for what is declared again.
Term = Literal["care", "refusal"]


@frozen
class Deadline:
    """How many months after the ``term`` an insurer takes a declaration."""

    insurer: str
    term: Term
    months: int
    source: str
    certainty: str


@frozen
class Era:
    """The standard for care given from ``valid_from`` up to and including ``valid_until``, and the performance lists
    (COD367) that codes of physiotherapy are on in it."""

    standard: str
    valid_from: date
    valid_until: date
    lists: tuple[str, ...]
    source: str
    certainty: str


@frozen
class Choice:
    """Something the standard's text would settle and we had to infer; ``alternatives`` are what else it could be."""

    name: str
    value: str
    alternatives: tuple[str, ...]
    source: str
    why: str


@frozen
class ReturnCode:
    """A return code (COD954): 4 characters, its Dutch text and its level (see `LEVELS`)."""

    code: str
    text: str
    level: str
    source: str
    certainty: str


@frozen
class Performance:
    """A code of the paramedic performance list (COD367 012): what care was given, Zorg1 or not."""

    code: str
    meaning: str
    source: str
    certainty: str


@frozen
class Remedy:
    """What a refusal with a return code means and what to do about it, by language; places in braces are for the line
    that was refused. ``again``: whether it can be declared again, ``as-is``, once ``corrected``, or ``no``. ``code`` is
    a level (see `LEVELS`) in the remedies for codes that have none of their own."""

    code: str
    again: str
    meaning: Mapping[str, str]
    remedy: Mapping[str, str]
    source: str
    certainty: str


def read_codes(specs: Path = SPECS, report: Report = refuse) -> Mapping[tuple[str, str], Code]:
    """Every code by list and code."""

    def parse(row: Row) -> Code:
        names = row.required("list"), row.required("code"), row.required("meaning")
        return Code(*names, *_period(row), source(row), _certainty(row))

    columns = ("list", "code", "meaning", "from", "until", "source", "certainty")
    return parse_keyed(specs / "codelists/codes.csv", columns, lambda row: (row["list"], row["code"]), parse, report)


def read_english(
    known: Collection[tuple[str, str]], specs: Path = SPECS, report: Report = refuse
) -> Mapping[tuple[str, str], str]:
    """Our own translation of the meaning of codes, by list and code. ``known``: the codes there are."""

    def key(row: Row) -> tuple[str, str]:
        return row["list"], row["code"]

    def parse(row: Row) -> str:
        if key(row) not in known:
            raise row.error("code", "a code of specs/codelists/codes.csv")
        return row.required("meaning")

    return parse_keyed(specs / "codelists/codes-en.csv", ("list", "code", "meaning"), key, parse, report)


def read_uzovi(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Uzovi]:
    """Every UZOVI number we know of."""

    def parse(row: Row) -> Uzovi:
        names = _digits(row, "uzovi"), row.required("insurer"), row.required("label")
        return Uzovi(*names, *_period(row), source(row), _certainty(row))

    columns = ("uzovi", "insurer", "label", "from", "until", "source", "certainty")
    return parse_keyed(specs / "codelists/uzovi.csv", columns, _column("uzovi"), parse, report)


def read_insurer_names(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, str]:
    """Every other name of an insurer, with the one that the agreements have."""

    def parse(row: Row) -> str:
        source(row)
        _certainty(row)
        return row.required("insurer")

    columns = ("name", "insurer", "source", "certainty")
    path = specs / "codelists/insurers.csv"
    return parse_keyed(path, columns, lambda row: row.required("name"), parse, report)


def read_countries(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, str]:
    """Every country code (ISO 3166-1 alpha-2), with the Dutch name of the country."""

    def key(row: Row) -> str:
        code = row.required("code")
        if not (len(code) == 2 and code.isascii() and code.isalpha() and code.isupper()):
            raise row.error("code", "A-Z, 2 ×")
        return code

    def parse(row: Row) -> str:
        source(row)
        _certainty(row)
        return row.required("name")

    return parse_keyed(specs / "codelists/countries.csv", ("code", "name", "source", "certainty"), key, parse, report)


def read_diagnoses(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Diagnosis]:
    """Every DCSPH code."""

    def parse(row: Row) -> Diagnosis:
        return Diagnosis(
            code=_digits(row, "code"),
            location=row.required("location_name"),
            pathology=row["pathology_name"],
            status=row.required("status"),
            max_term=row["max_term"],
            side_required=row.choice("apk002_mandatory", ("", "1")) == "1",
            indications=tuple(row["aanspraakcodes_adult_ft_ot"].split()),
            indications_under_18=tuple(row["aanspraakcodes_ft_under18"].split()),
        )

    columns = (
        "code", "location_name", "pathology_name", "status", "max_term", "apk002_mandatory", "aanspraak",
        "aanspraakcodes_adult_ft_ot", "aanspraakcodes_ft_under18", "aanspraakcodes_ot_under18",
    )  # fmt: skip
    return parse_keyed(specs / "codelists/dcsph.csv", columns, _column("code"), parse, report)


def read_deadlines(specs: Path = SPECS, report: Report = refuse) -> Mapping[tuple[str, Term], Deadline]:
    """The deadlines of every insurer that publishes one, by insurer and term."""

    def term(row: Row) -> Term:
        return "refusal" if row.choice("term", get_args(Term)) == "refusal" else "care"

    def parse(row: Row) -> Deadline:
        return Deadline(row.required("insurer"), term(row), number(row, "months"), source(row), _certainty(row))

    columns = ("insurer", "term", "months", "source", "certainty")
    path = specs / "codelists/deadlines.csv"
    return parse_keyed(path, columns, lambda row: (row["insurer"], term(row)), parse, report)


def read_standards(specs: Path = SPECS, report: Report = refuse) -> tuple[Era, ...]:
    """The standards one after the other. They leave no day out and share none."""

    def parse(row: Row) -> tuple[Row, Era]:
        lists = tuple(row.required("lists").split())
        return row, Era(row.required("standard"), *_period(row), lists, source(row), _certainty(row))

    columns = ("standard", "from", "until", "lists", "source", "certainty")
    rows = parse_table(specs / "standards.csv", columns, parse, report)
    next_day: date | None = date.min
    for row, era in rows:
        if era.valid_from != next_day:
            report(row.error("from", "the day after the row before; in the first row none"))
        next_day = era.valid_until + timedelta(days=1) if era.valid_until < FOREVER else None
    if rows and next_day:
        report(rows[-1][0].error("until", "none in the last row"))
    return tuple(era for _, era in rows)


def read_choices(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Choice]:
    """Every inferred choice by name."""

    def parse(row: Row) -> Choice:
        name, alternatives = row.choice("name", tuple(_FOLLOWED)), tuple(row["alternatives"].split())
        return Choice(name, row.choice("value", _FOLLOWED[name]), alternatives, source(row), row.required("why"))

    path, columns = specs / "inferred.csv", ("name", "value", "alternatives", "source", "why")
    errors: list[SettingsError] = []
    found = parse_keyed(path, columns, _column("name"), parse, errors.append)
    if not errors:  # a row that is wrong isn't missing
        errors = [
            SettingsError("TABLE_VALUE", file=label(path), line=1, column="name", found="", expected=name)
            for name in _FOLLOWED
            if name not in found
        ]
    for error in errors:
        report(error)
    return found


def read_return_codes(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, ReturnCode]:
    """Every return code whose text was found."""

    def parse(row: Row) -> ReturnCode:
        text, level = row.required("text"), row.choice("level", LEVELS)
        return ReturnCode(_digits(row, "code"), text, level, source(row), _certainty(row))

    columns = ("code", "text", "level", "source", "certainty")
    return parse_keyed(specs / "codelists/return-codes.csv", columns, _column("code"), parse, report)


def read_performances(specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Performance]:
    """Every code of the paramedic performance list (COD367 012) that we know of."""

    def parse(row: Row) -> Performance:
        return Performance(row.required("code"), row.required("meaning"), source(row), _certainty(row))

    columns = ("code", "meaning", "source", "certainty")
    return parse_keyed(specs / "codelists/performances.csv", columns, _column("code"), parse, report)


def read_remedies(codes: Collection[str], specs: Path = SPECS, report: Report = refuse) -> Mapping[str, Remedy]:
    """The remedy for every return code that has one, and for each level. ``codes``: those that there are."""

    def parse(row: Row) -> Remedy:
        return Remedy(
            row.choice("code", (*sorted(codes), *LEVELS)),
            row.choice("again", AGAIN),
            {language: row.required(f"meaning_{language}") for language in ("nl", "en")},
            {language: row.required(f"remedy_{language}") for language in ("nl", "en")},
            source(row),
            _certainty(row),
        )

    columns = (
        "code", "again", "meaning_nl", "meaning_en", "remedy_nl", "remedy_en", "source", "certainty",
    )  # fmt: skip
    return parse_keyed(specs / "codelists/return-remedies.csv", columns, _column("code"), parse, report)


@cache
def every_code() -> Mapping[tuple[str, str], Code]:
    """Every code by list and code."""
    return read_codes()


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


@cache
def english() -> Mapping[tuple[str, str], str]:
    """The meaning of codes in English, by list and code, as far as we translated it."""
    return read_english(every_code().keys())


@cache
def uzovi_numbers() -> Mapping[str, Uzovi]:
    """Every UZOVI number we know of."""
    return read_uzovi()


@cache
def insurer_names() -> Mapping[str, str]:
    """Every other name of an insurer, with the one that the agreements have."""
    return read_insurer_names()


@cache
def countries() -> Mapping[str, str]:
    """Every country code (ISO 3166-1 alpha-2), with the Dutch name of the country."""
    return read_countries()


@cache
def diagnoses() -> Mapping[str, Diagnosis]:
    """Every DCSPH code."""
    return read_diagnoses()


@cache
def deadlines() -> Mapping[tuple[str, Term], Deadline]:
    """The deadlines of every insurer that publishes one, by insurer and term."""
    return read_deadlines()


@cache
def standards() -> tuple[Era, ...]:
    """The standards one after the other, without a gap."""
    return read_standards()


@lru_cache(maxsize=16_384)
def standard_on(day: date) -> Era:
    """The standard that care given on this day is declared in."""
    return next(era for era in standards() if era.valid_from <= day <= era.valid_until)


@cache
def choices() -> Mapping[str, Choice]:
    """Every inferred choice by name."""
    return read_choices()


def choice(name: str) -> str:
    """What was chosen where no text says. Raises SettingsError where the table can't be read."""
    return choices()[name].value


@cache
def return_codes() -> Mapping[str, ReturnCode]:
    """Every return code whose text was found. A long table: only asked for where somebody is told of a code."""
    return read_return_codes()


@cache
def performances() -> Mapping[str, Performance]:
    """Every code of the paramedic performance list that we know of; later ones than 2019 are missing."""
    return read_performances()


@cache
def remedies() -> Mapping[str, Remedy]:
    """The remedy for every return code that has one, and for each level."""
    return read_remedies(return_codes())


def remedy(code: str) -> Remedy:
    """What to do about a return code, also one that we don't know."""
    known = return_codes().get(code)
    return remedies().get(code) or remedies()[known.level if known is not None else "D"]


def _column(name: str) -> Callable[[Row], str]:
    return lambda row: row[name]


def _certainty(row: Row) -> str:
    return row.choice("certainty", CERTAINTIES)


def _digits(row: Row, column: str) -> str:
    """UZOVI numbers, DCSPH codes and return codes all have four digits."""
    text = row[column]
    if not (len(text) == 4 and text.isascii() and text.isdigit()):
        raise row.error(column, "4 digits")
    return text


def _period(row: Row) -> tuple[date, date]:
    """``from`` and ``until``, both inclusive; an empty cell is an open end."""
    start, end = row.day("from", date.min), row.day("until", FOREVER)
    if end < start:
        raise row.error("until", f">= {start.isoformat()}")
    return start, end
