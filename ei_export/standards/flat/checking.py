"""What PM304 can't hold of a person, of care and of a performance: told before anything of them is written, and put
right where that changes nothing but how a name is spelt.
"""

import re
import unicodedata
from collections.abc import Mapping
from functools import cache, lru_cache
from operator import attrgetter, gt
from typing import Any, Final

from attrs import evolve

from ...base.problems import Finding
from ...model.declaration import Care, Performance, Person
from .fragments import AUTHORIZATION, CARE, PERSON, records
from .record import Layout, Record, is_text

#: The problem of a text of too many characters, where it has one of its own.
_TOO_LONG: Final = {
    "insured_number": "INSURED_NUMBER_LENGTH",
    "patient_id": "PATIENT_ID_LENGTH",
    "foreign_postcode": "FOREIGN_POSTCODE_LENGTH",
    "authorization_number": "AUTHORIZATION_LENGTH",
}


class _Capacity:
    """What the elements of PM304 can hold. By column: the most characters, and the problem of more."""

    def __init__(self, layout: Layout) -> None:
        person, line = layout["02"], layout["04"]
        #: Columns that may be rewritten to fit, each time with a warning.
        self.rewritable: Final = {
            "name": (person["0210"].length, "TEXT_SHORTENED"),
            "prefix": (person["0211"].length, "TEXT_SHORTENED"),
            "initials": (person["0215"].length, "INITIALS_SHORTENED"),
            "partner_name": (person["0213"].length, "TEXT_SHORTENED"),
            "partner_prefix": (person["0214"].length, "TEXT_SHORTENED"),
            "house_number_suffix": (person["0220"].length, "TEXT_SHORTENED"),
        }
        #: Columns that go as they are or not at all.
        self.exact: Final = {
            column: limit for column, limit in _texts(person, PERSON).items() if column not in self.rewritable
        }
        self.exact_of_care: Final = _texts(line, {"authorization_number": AUTHORIZATION, **CARE})
        texts = {**self.rewritable, **self.exact}
        self._texts: Final = attrgetter(*texts)
        self._limits: Final = [limit for limit, _ in texts.values()]
        self.house_number: Final = person["0219"].most
        self.units: Final = line["0411"].most
        self.cents: Final = min(line[id].most for id in ("0428", "0429", "0432"))

    def holds(self, person: Person) -> bool:
        """Whether there is nothing to look at in the texts of a person: short enough, and of plain characters."""
        texts = self._texts(person)
        together = "".join(texts)
        is_plain = together.isascii() and together.isprintable() and "-" not in together
        return is_plain and not any(map(gt, map(len, texts), self._limits))


def _texts(record: Record, elements: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """The columns that stand in an element of text: the most characters, and the problem of more."""
    return {
        column: (record[element].length, _TOO_LONG.get(column, "TEXT_LENGTH"))
        for column, element in elements.items()
        if record[element].type == "AN"
    }


@cache
def _capacity() -> _Capacity:
    return _Capacity(records().layout)


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
_SPACED_HYPHEN: Final = re.compile(r"(?<! ) +- *|- +")


def check_person(person: Person) -> tuple[Person, list[Finding]]:
    """The person as PM304 can hold them, and what was wrong or had to be rewritten.

    Text is composed (NFC) and then kept wherever ISO 8859-1 has it; a letter it lacks becomes its base letter, a
    ligature (Ĳ, œ, ﬁ) the letters it is made of, a typographic apostrophe or dash the plain one, and names, prefixes,
    initials and house number suffix are cut to their element, each with a warning. What can't be written at all is an
    error.
    """
    findings: list[Finding] = []
    fitted: dict[str, Any] = {}
    limits = _capacity()
    if person.sex not in ("1", "2"):  # BER of the sibling standards, 2007-2016: 0 and 9 of COD046 don't occur
        findings.append(Finding("SEX_NOT_DECLARABLE", "sex", {"found": person.sex}))
    if person.house_number > limits.house_number:
        findings.append(Finding("HOUSE_NUMBER_INVALID", "house_number", {"expected": f"0-{limits.house_number}"}))
    if limits.holds(person):
        return person, findings
    for column, (limit, code) in limits.rewritable.items():
        given = getattr(person, column)
        text = _fit_characters(given, column, findings)
        if len(text) > limit:
            findings.append(Finding(code, column, {"column": column, "limit": limit}))
            text = text[:limit].rstrip(" -")
        if text != given:
            fitted[column] = text
    _check_exact(person, limits.exact, findings)
    return evolve(person, **fitted) if fitted else person, findings


def check_line(performance: Performance) -> list[Finding]:
    """The numbers of a performance that the elements of PM304 can't hold."""
    findings: list[Finding] = []
    limits = _capacity()
    if performance.units > limits.units:
        findings.append(Finding("UNITS_TOO_MANY", "", {"units": performance.units, "limit": limits.units}))
    if max(performance.tariff_cents, performance.calculated_cents, performance.claimed_cents) > limits.cents:
        findings.append(Finding("AMOUNT_TOO_LARGE", "", {"limit": limits.cents}))
    return findings


def check_care(care: Care) -> list[Finding]:
    """What is missing in well-formed care, and its texts that the elements of PM304 can't hold."""
    findings = [] if care.indication else [Finding("INDICATION_MISSING", "indication_code")]
    _check_exact(care, _capacity().exact_of_care, findings)
    if missing := care.lacks_of_referral:
        code = "REFERRAL_DATE_MISSING" if missing == "referral_date" else "REFERRER_MISSING"
        findings.append(Finding(code, missing))
    return findings


def _check_exact(of: Person | Care, columns: Mapping[str, tuple[int, str]], findings: list[Finding]) -> None:
    for column, (limit, code) in columns.items():
        text = getattr(of, column)
        if len(text) > limit:
            params = {"found": len(text), "limit": limit}
            findings.append(Finding(code, column, params | {"column": column} if code == "TEXT_LENGTH" else params))
        _refuse_characters(text, column, findings)


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
