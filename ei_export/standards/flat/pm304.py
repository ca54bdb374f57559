"""PM304 3.2, the flat declaration message for paramedical care (care until 2024).

The layout is ``specs/pm304-3.2.csv``; what no official text settled is in ``specs/inferred.csv``. A file is made of
fragments: a person's record and a performance's record are prepared as text without their running number, and
`Pm304Writer` numbers them, counts, and adds up. Everything is checked before (`check_person`, `check_line`), so that
preparing and writing are one template a record.
"""

import re
import unicodedata
from collections.abc import Callable
from datetime import date
from functools import cache, lru_cache
from typing import Any, BinaryIO, Final, Literal

from attrs import evolve, frozen

from ...base.problems import Finding
from ...model.codelists import DCSPH, choice
from ...model.declaration import Care, Invoice, Performance, Person, Provider
from .record import ENCODING as ENCODING
from .record import Form, Layout, is_text, number

DebitCredit = Literal["D", "C"]

LAYOUT: Final = Layout.load("pm304-3.2")
LINE_END: Final = "\r\n"

#: The element that carries the DCSPH code unless the caller says otherwise.
DIAGNOSIS_ELEMENT: Final = choice("diagnosis_element")

_HEADER: Final = LAYOUT["01"]
_PERSON: Final = LAYOUT["02"].part("0203")
_KEY: Final = LAYOUT["04"].part("0403", "0405")
_BEFORE: Final = LAYOUT["04"].part("0406", "0411")
_CARE: Final = LAYOUT["04"].part("0412", "0427")
_AMOUNTS: Final = LAYOUT["04"].part("0428", "0433")
_HEAD: Final = LAYOUT["04"].part("0403", "0433")
#: How much of a line, as `line_fragment` gives it, repeats its person.
KEY_LENGTH: Final = _KEY.length
_TAIL: Final = LAYOUT["04"].part("0435")
_TRAILER: Final = LAYOUT["99"]


def _width(element: str) -> int:
    return LAYOUT[element[:2]][element].length


def _most(element: str) -> int:
    """The largest number an element can hold."""
    return int("9" * _width(element))


#: The most performances one file can count (9904).
MAX_LINES: Final = _most("9904")
#: The largest total of a file, debit or credit (9907).
MOST_TOTAL_CENTS: Final = _most("9907")
_MAX_UNITS: Final = _most("0411")
_MAX_CENTS: Final = min(map(_most, ("0428", "0429", "0432")))
_MAX_HOUSE_NUMBER: Final = _most("0219")
_AUTHORIZATION_WIDTH: Final = _width("0406")

#: COD833: whom the insurer pays.
_PAY_TO: Final = {"service_bureau": "01", "provider": "02", "practice": "03", "institution": "04"}


# Checks --------------------------------------------------------------------------------------------

#: Columns that may be rewritten to fit, each time with a warning: most characters, what to say when it is shortened.
_REWRITABLE: Final = {
    "name": (_width("0210"), "TEXT_SHORTENED"),
    "prefix": (_width("0211"), "TEXT_SHORTENED"),
    "initials": (_width("0215"), "INITIALS_SHORTENED"),
    "partner_name": (_width("0213"), "TEXT_SHORTENED"),
    "partner_prefix": (_width("0214"), "TEXT_SHORTENED"),
    "house_number_suffix": (_width("0220"), "TEXT_SHORTENED"),
}
#: Columns that go as they are or not at all.
_EXACT: Final = {
    "insured_number": (_width("0205"), "INSURED_NUMBER_LENGTH"),
    "patient_id": (_width("0206"), "PATIENT_ID_LENGTH"),
    "foreign_postcode": (_width("0218"), "FOREIGN_POSTCODE_LENGTH"),
}
_NAMES: Final = frozenset({"name", "partner_name"})

#: Letters with a stroke and the like, that Unicode doesn't take apart.
_BASE_LETTERS: Final = str.maketrans("łŁđĐħĦŧŦŋŊıẞ", "lLdDhHtTnNiß")
#: Ligatures that Unicode doesn't take apart either.
_LIGATURES: Final = {"Œ": "OE", "œ": "oe", "ŉ": "'n", "\ufb05": "st"}
#: Signs a word processor writes for the plain ones.
_PLAIN_SIGNS: Final = str.maketrans(
    dict.fromkeys("\u2018\u2019\u02bc", "'") | dict.fromkeys("\u2010\u2011\u2012\u2013\u2014", "-") | {"\xa0": " "}
)
_CLUSTER: Final = re.compile(r".[\u0300-\u036f]*", re.DOTALL)
_SPACED_HYPHEN: Final = re.compile(r" +- *| *- +")


def check_person(person: Person) -> tuple[Person, list[Finding]]:
    """The person as PM304 can hold them, and what was wrong or had to be rewritten.

    Text is composed (NFC) and then kept wherever ISO 8859-1 has it; a letter it lacks becomes its base letter, a
    ligature (Ĳ, œ, ﬁ) the letters it is made of, a typographic apostrophe or dash the plain one, and names, prefixes,
    initials and house number suffix are cut to their element, each with a warning. What can't be written at all is an
    error.
    """
    findings: list[Finding] = []
    fitted: dict[str, Any] = {}
    if person.sex not in ("1", "2"):  # BER of the sibling standards, 2007-2016: 0 and 9 of COD046 don't occur
        findings.append(Finding("SEX_NOT_DECLARABLE", "sex", {"found": person.sex}))
    if person.house_number > _MAX_HOUSE_NUMBER:
        findings.append(Finding("HOUSE_NUMBER_INVALID", "house_number", {"expected": f"0-{_MAX_HOUSE_NUMBER}"}))
    for column, (limit, code) in _REWRITABLE.items():
        given = getattr(person, column)
        text = _fit_characters(given, column, findings)
        if len(text) > limit:
            findings.append(Finding(code, column, {"column": column, "limit": limit}))
            text = text[:limit].rstrip(" -")
        if text != given:
            fitted[column] = text
    for column, (limit, code) in _EXACT.items():
        text = getattr(person, column)
        if len(text) > limit:
            findings.append(Finding(code, column, {"found": len(text), "limit": limit}))
        _refuse_characters(text, column, findings)
    return evolve(person, **fitted) if fitted else person, findings


def check_line(performance: Performance) -> list[Finding]:
    """The numbers of a performance that the elements of PM304 can't hold."""
    findings: list[Finding] = []
    if performance.units > _MAX_UNITS:
        findings.append(Finding("UNITS_TOO_MANY", "", {"units": performance.units, "limit": _MAX_UNITS}))
    if max(performance.tariff_cents, performance.calculated_cents, performance.claimed_cents) > _MAX_CENTS:
        findings.append(Finding("AMOUNT_TOO_LARGE", "", {"limit": _MAX_CENTS}))
    return findings


def check_care(care: Care) -> list[Finding]:
    """What is missing in well-formed care, and its texts that the elements of PM304 can't hold."""
    findings = [] if care.indication else [Finding("INDICATION_MISSING", "indication_code")]
    if len(care.authorization_number) > _AUTHORIZATION_WIDTH:
        findings.append(Finding("AUTHORIZATION_LENGTH", "authorization_number", {"limit": _AUTHORIZATION_WIDTH}))
    _refuse_characters(care.authorization_number, "authorization_number", findings)
    if missing := care.lacks_of_referral:
        code = "REFERRAL_DATE_MISSING" if missing == "referral_date" else "REFERRER_MISSING"
        findings.append(Finding(code, missing))
    return findings


def _fit_characters(text: str, column: str, findings: list[Finding]) -> str:
    if text.isascii() and text.isprintable() and "-" not in text:
        return text
    text = unicodedata.normalize("NFC", text)
    if is_text(text) and not (column in _NAMES and "-" in text):
        return text
    replaced: dict[str, str] = {}

    def fit(match: re.Match[str]) -> str:
        cluster = match[0]
        if is_text(cluster) or (replacement := _replacement(cluster)) is None:
            return cluster
        replaced[_shown(cluster)] = f'"{replacement}"' if replacement == " " else replacement
        return replacement

    text = _CLUSTER.sub(fit, text)
    if column in _NAMES:  # 0210: no spaces around a hyphen
        text, count = _SPACED_HYPHEN.subn("-", text)
        if count:
            replaced['" - "'] = "-"
    if replaced:
        characters = ", ".join(f"{old} → {new}" for old, new in replaced.items())
        findings.append(Finding("CHARACTER_REPLACED", column, {"characters": characters, "column": column}))
    _refuse_characters(text, column, findings)
    return text


def _refuse_characters(text: str, column: str, findings: list[Finding]) -> None:
    """Adds the finding for what no record can hold: control characters, and what ISO 8859-1 lacks."""
    if is_text(text):
        return
    bad = dict.fromkeys(character for character in text if not is_text(character))
    if any(unicodedata.category(character) == "Cc" for character in bad):
        findings.append(Finding("TEXT_CONTROL", column, {"column": column}))
    else:
        characters = ", ".join(map(_shown, bad))
        findings.append(Finding("CHARACTER_UNSUPPORTED", column, {"characters": characters, "column": column}))


@lru_cache(maxsize=1024)
def _replacement(cluster: str) -> str | None:
    """What stands in for a letter with its marks, or for a sign, that ISO 8859-1 lacks; None where nothing does."""
    plain = cluster.translate(_PLAIN_SIGNS)
    if is_text(plain):
        return plain
    if cluster in _LIGATURES:
        return _LIGATURES[cluster]
    apart = unicodedata.normalize("NFKD", cluster).translate(_BASE_LETTERS)
    base = "".join(character for character in apart if not unicodedata.combining(character))
    return base if cluster[0].isalpha() and base.isalpha() and is_text(base) else None


def _shown(characters: str) -> str:
    """The characters for a message, by number where they would not be seen."""
    if characters.isprintable():
        return characters
    return " ".join(f"U+{ord(character):04X}" for character in characters)


# Fragments -----------------------------------------------------------------------------------------


def header(provider: Provider, invoice: Invoice) -> str:
    """Record 01, without line end. Raises ValueError, naming the element, for a value that does not fit."""
    return _HEADER.pack(
        {
            "0102": "107",
            "0103": "03",
            "0104": "02",
            "0105": "T" if provider.test else "P",
            "0106": provider.software_code,
            "0107": provider.software_version if provider.software_code else "",
            "0108": invoice.uzovi,
            "0109": provider.service_bureau_agb,
            "0110": provider.provider_agb,
            "0111": provider.practice_agb,
            "0112": provider.institution_agb,
            "0113": _PAY_TO[provider.pay_to],
            "0114": _digits(invoice.period_from),
            "0115": _digits(invoice.period_until),
            "0116": invoice.number,
            "0117": _digits(invoice.date),
            "0118": provider.vat_id,
            "0119": "EUR",
        }
    )


_PERSON_FORM: Final = Form(
    _PERSON,
    {"0209": 1},
    (
        "0203", "0204", "0205", "0206", "0207", "0208", "0210", "0211", "0212", "0213", "0214", "0215", "0216", "0217",
        "0218", "0219", "0220", "0221",
    ),
)  # fmt: skip
_KEY_FORM: Final = Form(_KEY, {}, ("0403", "0404", "0405"))
_CARE_FREE: Final = ("0412", "0421", "0422", "0423", "0424", "0425", "0426")


def person_fragment(person: Person) -> str:
    """Record 02 behind its running number, of a person as `check_person` gives them back.

    Raises ValueError, naming the element, for a person who does not fit.
    """
    partner = bool(person.partner_name)
    abroad = bool(person.country)
    return _PERSON_FORM.fill(
        {
            "0203": number(person.bsn),
            "0204": number(person.uzovi),
            "0205": person.insured_number,
            "0206": person.patient_id,
            "0207": _digits(person.birth_date),
            "0208": number(person.sex),
            "0210": person.name,
            "0211": person.prefix,
            "0212": 2 if partner else 0,
            "0213": person.partner_name,
            "0214": person.partner_prefix if partner else "",
            "0215": person.initials,
            "0216": number(person.name_use),
            "0217": "" if abroad else person.postcode,
            "0218": person.foreign_postcode if abroad else "",
            "0219": person.house_number,
            "0220": person.house_number_suffix,
            "0221": person.country,
        }
    )


def same_person(one: str, other: str) -> bool:
    """Whether two records 02, as `person_fragment` gives them, say the same but for the practice's patient number."""
    first, second = _PERSON.unpack(one), _PERSON.unpack(other)
    return all(first[element] == second[element] for element in first if element != "0206")


def key_fragment(person: Person) -> str:
    """What record 04 repeats of its person: 0403-0405. Raises ValueError, naming the element."""
    return _KEY_FORM.fill({"0403": number(person.bsn), "0404": number(person.uzovi), "0405": person.insured_number})


@frozen
class CareFragment:
    """What record 04 holds of the care given, as text: the authorization number (0406), and 0412-0427."""

    authorization_number: str
    rest: str


def care_fragment(care: Care, diagnosis_element: str = DIAGNOSIS_ELEMENT) -> CareFragment:
    """The part of record 04 that lines of one course of treatment share. Raises ValueError, naming the element.

    ``diagnosis_element``: where the DCSPH code goes, 0414 or 0418; the element before it names the list.
    """
    values: dict[str, str | int] = {
        "0412": care.accident,
        "0421": number(care.indication),
        "0422": number(care.therapist_agb),
        "0423": number(care.therapist_specialism),
        "0424": _digits(care.referral_date) if care.referral_date else 0,
        "0425": number(care.referrer_agb),
        # only where the code of the referrer is not known
        "0426": 0 if care.referrer_agb else number(care.referrer_specialism),
    }
    if care.diagnosis:
        values[diagnosis_element] = number(care.diagnosis)
    return CareFragment(care.authorization_number, _care_form(diagnosis_element if care.diagnosis else "").fill(values))


@cache
def _care_form(diagnosis_element: str) -> Form:
    """With a place for the diagnosis, and the code of its list in the element before it; '' for no diagnosis."""
    if not diagnosis_element:
        return Form(_CARE, {}, _CARE_FREE)
    ids = [element.id for element in _CARE.elements]
    list_element = ids[ids.index(diagnosis_element) - 1]
    return Form(_CARE, {list_element: DCSPH}, tuple(sorted((*_CARE_FREE, diagnosis_element))))


_LINE_FREE: Final = ("0406", "0408", "0409", "0410", "0411")
_AMOUNTS_FREE: Final = ("0428", "0429", "0430", "0432", "0433")
_HEAD_TEMPLATE: Final = "%s" + _BEFORE.template({"0407": 1}, _LINE_FREE) + "%s" + _AMOUNTS.template({}, _AMOUNTS_FREE)
#: Record 04 behind the reference number, of a line that credits nothing.
NO_PREVIOUS: Final = _TAIL.pack({})


def line_fragment(
    key: str, care: CareFragment, performance: Performance, debit_credit: DebitCredit = "D", previous: str = ""
) -> tuple[str, str]:
    """Record 04 before and behind its reference number (0403-0433 and 0435-0480), without the running number.

    ``key`` and ``care`` as `key_fragment` and `care_fragment` give them, ``performance`` one that `check_line` passed;
    ``previous`` the reference of the line that is credited. Raises ValueError for what does not fit.
    """
    head = _HEAD_TEMPLATE % (
        key,
        care.authorization_number,
        _digits(performance.date),
        number(performance.list),
        performance.code,
        performance.units,
        care.rest,
        performance.tariff_cents,
        performance.calculated_cents,
        debit_credit,
        performance.claimed_cents,
        debit_credit,
    )
    if len(head) != _HEAD.length:
        raise ValueError(f"a performance of {_HEAD.length} characters takes {len(head)}; see check_line")
    return head, tail_fragment(previous)


def tail_fragment(previous: str = "") -> str:
    """Record 04 behind its reference number; ``previous`` as for `line_fragment`."""
    return _TAIL.pack({"0435": previous}) if previous else NO_PREVIOUS


def trailer(persons: int, lines: int, cents: int) -> str:
    """Record 99, without line end; ``cents`` debit minus credit. Raises ValueError, naming the element."""
    return _TRAILER.pack(
        {
            "9902": persons,
            "9904": lines,
            "9906": persons + lines,
            "9907": abs(cents),
            "9908": "C" if cents < 0 else "D",
        }
    )


@lru_cache(maxsize=4096)
def _digits(day: date) -> int:
    """EEJJMMDD"""
    return day.year * 10_000 + day.month * 100 + day.day


# The file ------------------------------------------------------------------------------------------

_NUMBERED_PERSON: Final = LAYOUT["02"].part(last="0202").template({}, ["0202"]) + "%s" + LINE_END
_NUMBERED_LINE: Final = (
    LAYOUT["04"].part(last="0402").template({}, ["0402"])
    + "%s"
    + LAYOUT["04"].part("0434", "0434").template({}, ["0434"])
    + "%s"
    + LINE_END
)


class Pm304Writer:
    """Writes one PM304 file to a binary file object: the header at once, the trailer on `close`.

    Every record is looked at once more before it goes out (length, printable, ISO 8859-1), so that no mistake before it
    can shift a file. Raises ValueError for a record that isn't right; the file is then not to be used.
    """

    def __init__(self, file: BinaryIO, provider: Provider, invoice: Invoice) -> None:
        self._write: Callable[[bytes], object] = file.write
        self._number = 0
        self.persons = 0
        self.lines = 0
        #: Debit minus credit so far.
        self.cents = 0
        self._put(header(provider, invoice) + LINE_END)

    def person(self, fragment: str) -> None:
        """Begins a person; ``fragment`` as `person_fragment` gives it. Their lines follow."""
        self._number += 1
        self.persons += 1
        self._put(_NUMBERED_PERSON % (self._number, fragment))

    def line(self, head: str, reference: str, tail: str, cents: int, debit_credit: DebitCredit = "D") -> None:
        """Adds a line of the last person; ``head`` and ``tail`` as `line_fragment` gives them, ``cents`` its 0432."""
        self._number += 1
        self.lines += 1
        self.cents += cents if debit_credit == "D" else -cents
        self._put(_NUMBERED_LINE % (self._number, head, reference, tail))

    def close(self) -> None:
        """Writes the trailer; the file object stays open."""
        self._put(trailer(self.persons, self.lines, self.cents) + LINE_END)

    def _put(self, record: str) -> None:
        if len(record) != _RECORD or not record[:_TEXT].isprintable():
            raise ValueError(f"detail record {self._number} is no {_TEXT} printable characters")
        self._write(record.encode(ENCODING))


_TEXT: Final = LAYOUT.length
_RECORD: Final = _TEXT + len(LINE_END)
