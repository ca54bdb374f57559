"""What is said of declare-under codes besides the agreements: their other forms, and when an end is meant to be
declared (``specs/codelists/zorg1-*.csv``); and which insurance an indication is for."""

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.row_types import CertaintyCell, CountCell, KeyedTable, RequiredCell, SomeWordCells, SourceCell, within
from ..base.specs import SPECS
from ..base.tables import Report, refuse


@frozen
class Twin:
    """The ``code`` of a product on the paramedic list, and its ``twin`` on the bilateral list (Zorg1 §4.6.1)."""

    code: RequiredCell
    twin: RequiredCell
    source: SourceCell


@frozen
class ContactForm:
    """The ``form`` of a contact's ``code`` for a profile."""

    code: RequiredCell
    profile: RequiredCell
    form: RequiredCell
    source: SourceCell


@frozen
class EndWeeks:
    """How many weeks after the start the ``code`` of an end is meant to be declared."""

    code: RequiredCell
    weeks: CountCell
    source: SourceCell


@frozen
class Cover:
    """The insurance that ``indications`` (COD321) say they are for, as the profiles of TKP and THP call it."""

    cover: RequiredCell
    indications: SomeWordCells
    source: SourceCell
    certainty: CertaintyCell


_TWINS: Final = KeyedTable[str, Twin]("codelists/zorg1-twins.csv", Twin, "code")
_CONTACTS: Final = KeyedTable[tuple[str, str], ContactForm](
    "codelists/zorg1-contacts.csv", ContactForm, "code", "profile"
)
_WEEKS: Final = KeyedTable[str, EndWeeks]("codelists/zorg1-weeks.csv", EndWeeks, "code")
_COVERS: Final = KeyedTable[str, Cover]("codelists/zorg1-covers.csv", Cover, "cover")
_OUR_CODE: Final = "a code of specs/zorg1/"


def read_twins(codes: Collection[str], specs: Path = SPECS, report: Report = refuse) -> Mapping[str, str]:
    """The twin of each code that has one. ``codes`` are those of the agreements; one that is none of them is an error,
    here and in the next two."""
    rows = _TWINS.read(specs, report, within(codes, _OUR_CODE, "code", "twin"))
    return {code: row.twin for code, row in rows.items()}


def read_contacts(
    codes: Collection[str], specs: Path = SPECS, report: Report = refuse
) -> Mapping[tuple[str, str], str]:
    """The form of a contact's code for a profile, by code and profile."""
    rows = _CONTACTS.read(specs, report, within(codes, _OUR_CODE, "code", "form"))
    return {key: row.form for key, row in rows.items()}


def read_weeks(codes: Collection[str], specs: Path = SPECS, report: Report = refuse) -> Mapping[str, int]:
    """How many weeks after the start an end is meant to be declared, by its code."""
    return {code: row.weeks for code, row in _WEEKS.read(specs, report, within(codes, _OUR_CODE, "code")).items()}


def read_covers(known: Collection[str], specs: Path = SPECS, report: Report = refuse) -> Mapping[str, str]:
    """The insurance that each indication says it is for: AV or BV. ``known`` are the indications there are (COD321)."""
    rows = _COVERS.read(specs, report, within(known, "codes of COD321, a space between", "indications"))
    return {indication: row.cover for row in rows.values() for indication in row.indications}
