"""The person and the care of a row: from cell texts to the neutral model, with everything that is wrong with them.

Nothing here knows a message standard: what a standard can't hold, it says itself. Both functions are called once for
cells that occur many times, so they are written to be read.
"""

import unicodedata
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Final, Generic, TypeVar

from attrs import evolve, field, frozen

from ..base.problems import Finding, severity
from ..model.codelists import codes, diagnoses
from ..model.declaration import MOST_PATIENT_ID, NO_BSN, Care, Person, short_number
from . import values

T = TypeVar("T")
T_co = TypeVar("T_co", covariant=True)

PERSON_COLUMNS: Final = (
    "patient_id", "bsn", "birth_date", "sex", "name", "prefix", "initials", "partner_name", "partner_prefix",
    "name_use", "postcode", "house_number", "house_number_suffix", "country", "foreign_postcode", "uzovi",
    "insured_number",
)  # fmt: skip
CARE_COLUMNS: Final = (
    "diagnosis_code", "indication_code", "therapist_agb", "therapist_specialism", "referral_date", "referrer_agb",
    "referrer_specialism", "authorization_number", "accident", "side",
)  # fmt: skip

_NAME_USES: Final = ("1", "2", "3", "4")  # COD700
_PARTNER_NAME_USES: Final = ("2", "3", "4")
_ACCIDENTS: Final = ("J", "N", "O")  # COD183
_SIDES: Final = ("L", "R")
#: Words for nothing that are somebody's initials as well.
_INITIALS: Final = frozenset({"N.V.T.", "NVT"})
#: Columns whose values may be words.
_IN_WORDS: Final = frozenset(
    {"sex", "country", "uzovi", "therapist_agb", "therapist_specialism", "referrer_specialism"}
)
#: What is wrong where a row is shifted among the columns that say who somebody is.
_WHO: Final = frozenset({"BSN_INVALID", "BIRTH_DATE_INVALID", "SEX_INVALID", "INITIALS_INVALID"})


@frozen
class _Cell(Generic[T_co]):
    """How the cell of a column is read: ``parse`` gives its value, None where it has none, which is the problem
    ``code``; ``missing`` is that of an empty cell, '' = none.

    ``quoted``: the message says what was found; not for what tells who somebody is. ``params`` are what else it says.
    """

    column: str
    parse: Callable[[str], T_co | None]
    code: str
    missing: str = ""
    quoted: bool = False
    params: Mapping[str, object] = field(factory=dict)


def _agb(column: str, code: str, missing: str = "") -> _Cell[str]:
    return _Cell(column, values.agb, code, missing, quoted=True, params={"expected": values.AGB_FORM})


def _specialism(column: str) -> _Cell[str]:
    params = {"column": column, "expected": values.SPECIALISM_FORM}
    return _Cell(column, values.specialism, "SPECIALISM_INVALID", quoted=True, params=params)


def _known_diagnosis(text: str) -> str | None:
    code = values.diagnosis(text)
    return code if code in diagnoses() or code in codes("ZORG1-2019") else None


def _known_indication(text: str) -> str | None:
    code = values.indication(text)
    return code if code in codes("COD321") else None


_BSN: Final = _Cell("bsn", values.bsn, "BSN_INVALID", "BSN_MISSING")
_UZOVI: Final = _Cell("uzovi", values.uzovi, "UZOVI_INVALID", "UZOVI_INVALID", quoted=True)
_BIRTH_DATE: Final = _Cell(
    "birth_date", values.day, "BIRTH_DATE_INVALID", "BIRTH_DATE_MISSING", params={"expected": values.DATE_FORMS}
)
_SEX: Final = _Cell("sex", values.sex, "SEX_INVALID", "SEX_INVALID", quoted=True, params={"expected": values.SEX_FORMS})
_INITIALS_CELL: Final = _Cell(
    "initials", values.initials, "INITIALS_INVALID", "INITIALS_MISSING", params={"expected": values.INITIALS_FORM}
)
_COUNTRY: Final = _Cell(
    "country", values.country, "COUNTRY_INVALID", quoted=True, params={"expected": values.COUNTRY_FORM}
)
_POSTCODE: Final = _Cell(
    "postcode", values.postcode, "POSTCODE_INVALID", "POSTCODE_MISSING", params={"expected": values.POSTCODE_FORM}
)
_HOUSE_NUMBER_ABROAD: Final = _Cell(
    "house_number", values.house_number, "HOUSE_NUMBER_INVALID", params={"expected": values.HOUSE_NUMBER_FORM}
)
_HOUSE_NUMBER: Final = evolve(_HOUSE_NUMBER_ABROAD, missing="HOUSE_NUMBER_INVALID")
_DIAGNOSIS: Final = _Cell("diagnosis_code", _known_diagnosis, "DIAGNOSIS_UNKNOWN", quoted=True)
_INDICATION: Final = _Cell("indication_code", _known_indication, "INDICATION_INVALID", quoted=True)
_THERAPIST: Final = _agb("therapist_agb", "THERAPIST_AGB_INVALID", "THERAPIST_AGB_MISSING")
_REFERRER: Final = _agb("referrer_agb", "REFERRER_AGB_INVALID")
_REFERRAL_DATE: Final = _Cell(
    "referral_date", values.day, "REFERRAL_DATE_INVALID", params={"expected": values.DATE_FORMS}
)
_THERAPIST_SPECIALISM: Final = _specialism("therapist_specialism")
_REFERRER_SPECIALISM: Final = _specialism("referrer_specialism")


def _one_of(allowed: Sequence[str]) -> Callable[[str], str | None]:
    return lambda text: text.upper() if text.upper() in allowed else None


#: How cells are read of the columns that have few different values, None where they can't be.
WORDS: Final[Mapping[str, Callable[[str], object | None]]] = {
    **{
        cell.column: cell.parse
        for cell in (
            *(_SEX, _COUNTRY, _UZOVI, _DIAGNOSIS, _INDICATION),
            *(_THERAPIST, _THERAPIST_SPECIALISM, _REFERRER_SPECIALISM),
        )
    },
    "name_use": _one_of(("0", *_NAME_USES)),
    "accident": _one_of(_ACCIDENTS),
    "side": _one_of(_SIDES),
    "consent": _one_of(("J", "JA", "N", "NEE")),
}


def word_shown(column: str, text: str) -> str:
    """A value of one of these columns as it may be shown."""
    return (values.quoted_cell if column in _IN_WORDS else values.quoted_number)(text)


def person(cells: Mapping[str, str]) -> tuple[Person | None, list[Finding]]:
    """The person of a row by `PERSON_COLUMNS` (an absent column is empty), and what is wrong; None with an error.

    Whether they were born by a certain day is for `born_by` to say.
    """
    row = _PersonCells(cells)
    bsn = row.parsed(_BSN)
    insured_number = row.text("insured_number")
    if bsn == NO_BSN and not insured_number:
        row.add("INSURED_NUMBER_MISSING", "insured_number")
    uzovi = row.parsed(_UZOVI)
    patient_id = row.text("patient_id")
    if not patient_id:
        row.add("PATIENT_ID_MISSING", "patient_id")
    number = short_number(patient_id)
    if number != patient_id:
        row.add("PATIENT_ID_SHORTENED", "patient_id", found=len(patient_id), limit=MOST_PATIENT_ID, number=number)
    birth_date = row.parsed(_BIRTH_DATE)
    sex = row.parsed(_SEX)

    name = row.text("name")
    if not (name.isalpha() or any(map(str.isalpha, name))):
        row.add("NAME_MISSING", "name")
    initials = row.parsed(_INITIALS_CELL)
    if initials and initials != row.text("initials"):
        row.add("INITIALS_OF_NAMES" if values.first_names(row.cell("initials")) else "INITIALS_REWRITTEN", "initials")
    partner_name = row.text("partner_name")
    name_use = row.choice("name_use", _NAME_USES, "NAME_USE_INVALID", empty="0")
    if name_use in _PARTNER_NAME_USES and not partner_name:
        row.add("PARTNER_NAME_MISSING", "partner_name")

    country = row.parsed(_COUNTRY) or ""
    postcode, foreign_postcode = _postcodes(row, country)
    house_number, house_number_suffix = _house_number(row, country)
    prefix, partner_prefix = row.text("prefix"), row.text("partner_prefix")

    if row.failed or not (bsn and uzovi and birth_date and sex and initials):
        return None, row.findings
    return (
        Person(
            bsn=bsn,
            uzovi=uzovi,
            insured_number=insured_number,
            patient_id=number,
            birth_date=birth_date,
            sex=sex,
            name=name,
            prefix=prefix,
            initials=initials,
            partner_name=partner_name,
            partner_prefix=partner_prefix,
            name_use=name_use,
            postcode=postcode,
            foreign_postcode=foreign_postcode,
            house_number=house_number,
            house_number_suffix=house_number_suffix,
            country=country,
        ),
        row.findings,
    )


def _postcodes(row: "_PersonCells", country: str) -> tuple[str, str]:
    """The postcode of an address in the Netherlands, and of one abroad; not every country has postcodes (8184 asks for
    a country with a postcode, not the other way round). Systems with one column for both have it in ``postcode``."""
    ordinary, foreign = row.text("postcode"), row.text("foreign_postcode")
    if country:
        if not foreign and ordinary:
            row.add("POSTCODE_ABROAD", "postcode")
        elif ordinary not in ("", foreign) and not values.postcode(ordinary):  # one of an address here is not of use
            row.add("POSTCODE_UNUSED", "postcode")
        return "", foreign or ordinary
    found = row.parsed(_POSTCODE)
    if foreign and values.postcode(foreign) != found:
        row.add("POSTCODE_UNUSED", "foreign_postcode")
    return found or "", ""


def _house_number(row: "_PersonCells", country: str) -> tuple[int, str]:
    """The house number, and its suffix from either column; not every address abroad has one."""
    number, split = row.parsed(_HOUSE_NUMBER_ABROAD if country else _HOUSE_NUMBER) or (0, "")
    suffix = row.text("house_number_suffix")
    if not split:
        return number, suffix
    row.add("HOUSE_NUMBER_SPLIT", "house_number")
    return number, suffix if split.casefold() in suffix.casefold().split() else f"{split} {suffix}".rstrip()


def born_by(person: Person, day: date) -> list[Finding]:
    """The finding of a person who was born after a day of their care."""
    return [Finding("BIRTH_DATE_FUTURE", "birth_date")] if person.birth_date > day else []


def care(cells: Mapping[str, str]) -> tuple[Care | None, list[Finding]]:
    """The care of a row by `CARE_COLUMNS`, and what is wrong; None with an error.

    Whether it fits the day is for `given_on` to say. An empty diagnosis or indication is not wrong here: which one is
    expected depends on the product, and on the standard.
    """
    row = _PersonCells(cells)
    diagnosis = row.parsed(_DIAGNOSIS)
    indication = row.parsed(_INDICATION)
    therapist_agb = row.parsed(_THERAPIST)
    referral_date = row.parsed(_REFERRAL_DATE)
    referrer_agb = row.parsed(_REFERRER)
    therapist_specialism = row.parsed(_THERAPIST_SPECIALISM)
    referrer_specialism = row.parsed(_REFERRER_SPECIALISM)
    authorization_number = row.text("authorization_number")
    accident = row.choice("accident", _ACCIDENTS, "ACCIDENT_INVALID", empty="O")
    side = row.choice("side", _SIDES, "SIDE_INVALID")

    if row.failed or not therapist_agb:
        return None, row.findings
    return (
        Care(
            diagnosis=diagnosis or "",
            indication=indication or "",
            therapist_agb=therapist_agb,
            therapist_specialism=therapist_specialism or "",
            referral_date=referral_date,
            referrer_agb=referrer_agb or "",
            referrer_specialism=referrer_specialism or "",
            authorization_number=authorization_number,
            accident=accident,
            side=side,
        ),
        row.findings,
    )


def given_on(care: Care, day: date) -> list[Finding]:
    """What is wrong with care on a day: an indication that doesn't hold then, a referral that came later."""
    findings: list[Finding] = []
    if care.indication and not codes("COD321")[care.indication].valid_on(day):
        params = {"found": care.indication, "date": day.isoformat()}
        findings.append(Finding("INDICATION_NOT_ON_DATE", "indication_code", params))
    if care.referral_date is not None and care.referral_date > day:
        params = {"referral": care.referral_date.isoformat(), "date": day.isoformat()}
        findings.append(Finding("REFERRAL_DATE_LATE", "referral_date", params))
    return findings


class _PersonCells:
    """The cells of a row, and what was found in them."""

    def __init__(self, cells: Mapping[str, str]) -> None:
        self.findings: list[Finding] = []
        texts = [text.strip() for text in cells.values()]
        self._cells = cells if texts == [*cells.values()] else dict(zip(cells, texts, strict=True))
        together = "".join(texts)
        if not together.isascii() or "+" in together or not values.NO_VALUES.isdisjoint(texts):
            self._cells = {column: self._legible(column, text) for column, text in self._cells.items()}

    def _legible(self, column: str, text: str) -> str:
        """A cell, without what other programs write for nothing; what can't be meant is an error."""
        if not text:
            return text
        if text in values.NO_VALUES and not (column == "initials" and text in _INITIALS):
            self.add("NAME_NO_VALUE" if column == "name" else "VALUE_NO_VALUE", column, column=column, found=text)
            return ""
        if "+" in text and values.is_scientific(text):
            self.add("NUMBER_SCIENTIFIC", column, column=column)
        elif values.UNREADABLE in text:
            self.add("TEXT_UNREADABLE_CHARACTER", column, column=column)
        elif values.is_garbled(text):
            self.add("TEXT_GARBLED", column, column=column)
        return text

    @property
    def failed(self) -> bool:
        """Whether there is an error. A row with several is perhaps shifted, and nothing of it is quoted any more."""
        if not self.findings:
            return False
        errors = [finding.code for finding in self.findings if severity(finding.code) == "error"]
        if len(errors) > 2 or (len(errors) > 1 and not _WHO.isdisjoint(errors)):
            self.findings = [
                evolve(finding, params={**finding.params, "found": values.HIDDEN})
                if "found" in finding.params
                else finding
                for finding in self.findings
            ]
        return bool(errors)

    def add(self, code: str, column: str, /, **params: object) -> None:
        self.findings.append(Finding(code, column, params))

    def cell(self, column: str) -> str:
        return self._cells.get(column, "")

    def text(self, column: str) -> str:
        """A free text, its accents composed (NFC). A control character in it is an error."""
        text = self._cells.get(column, "")
        if text.isascii() and text.isprintable():
            return text
        text = unicodedata.normalize("NFC", text)
        if any(unicodedata.category(character) == "Cc" for character in text):
            self.add("TEXT_CONTROL", column, column=column)
        return text

    def parsed(self, cell: _Cell[T]) -> T | None:
        """The value of a cell; None where it has none, with its problem."""
        text = self._cells.get(cell.column, "")
        value = cell.parse(text) if text else None
        if value is None and (code := cell.code if text else cell.missing):
            quote = values.quoted_cell if cell.column in _IN_WORDS else values.quoted_number
            self.add(code, cell.column, **({"found": quote(text)} if cell.quoted else {}), **cell.params)
        return value

    def choice(self, column: str, allowed: Sequence[str], code: str, *, empty: str = "") -> str:
        """The cell in capitals, ``empty`` where it is empty; the finding ``code`` where it isn't one of ``allowed``."""
        text = self.cell(column).upper()
        if text and text != empty and text not in allowed:
            self.add(code, column, found=values.quoted_cell(text), expected=" | ".join(allowed))
        return text or empty
