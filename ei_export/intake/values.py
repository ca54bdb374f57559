"""What the text of one cell means: forgiving about form, exact about content.

Each function takes a trimmed, filled cell and returns its value, or None where it has none; the caller says what that
means. Forms a spreadsheet leaves behind (a dropped leading zero, a time behind a date) are read, anything doubtful is
not.
"""

import re
import unicodedata
from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta, timezone
from functools import cache, lru_cache
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from ..model.codelists import countries
from ..model.declaration import NO_BSN, passes_11_test

# What a message says is expected, without words, so that it reads in any language.
DATE_FORMS: Final = "2021-03-09 | 09-03-2021 | 20210309"
SEX_FORMS: Final = "M | V | F | man | vrouw | male | female | 1 | 2 | 0 | 9"
AGB_FORM: Final = "8 × 0-9"
BSN_FORM: Final = "nnnnnnnnn (11-proef) | 999999999"
SPECIALISM_FORM: Final = "4 × 0-9"
POSTCODE_FORM: Final = "1234 AB"
HOUSE_NUMBER_FORM: Final = "12 | 12a | 3 bis | 104-2"
COUNTRY_FORM: Final = "BE | DE | … (ISO 3166)"
INITIALS_FORM: Final = "AB"

_TIME: Final = (
    r"(?:[T ] ?(?P<hour>[0-9]{1,2})(?:[:.]?(?P<minute>[0-9]{2}))?(?:[:.]?[0-9]{2})?(?:[.,][0-9]+)?"
    r"(?: ?(?P<half>[AaPp])[Mm])?(?: ?(?:(?P<utc>Z|UTC|GMT)|(?P<offset>[+-][0-9]{2})(?::?(?P<rest>[0-9]{2}))?))?)?"
)
_YEAR_FIRST: Final = re.compile(r"([0-9]{4})(-?)([0-9]{2})\2([0-9]{2})" + _TIME)
_DAY_FIRST: Final = re.compile(r"([0-9]{1,2})-([0-9]{1,2})-([0-9]{4})" + _TIME)
#: Years outside are typing errors.
_FIRST_YEAR: Final = 1900
_LAST_YEAR: Final = 2100

#: Passes the 11-test, and is nobody's.
_NO_NUMBER: Final = "000000000"
_UZOVI: Final = re.compile(r"[0-9]{1,4}")
_AGB: Final = re.compile(r"(?!00)[0-9]{2}(?!000000)[0-9]{6}")
_SPECIALISM: Final = re.compile(r"(?!00)[0-9]{4}")
_DIAGNOSIS: Final = re.compile(r"[0-9]{4}")
_INDICATION: Final = re.compile(r"[0-9]{1,3}")
#: ``12``, ``12,0`` as a spreadsheet leaves it, ``12a``, ``3 bis``, ``104-2``, ``12-A/3``.
_HOUSE_NUMBER: Final = re.compile(
    r"([0-9]{1,5})(?:[.,]0+|(?![0-9]) ?(?:[-/.] ?)?([^\W_]{1,7}(?:(?: ?[-/.] ?| )[^\W_]{1,7}){0,2}\.?))?"
)
_POSTCODE: Final = re.compile(r"([1-9][0-9]{3}) ?([A-Za-z]{2})")
_BETWEEN_INITIALS: Final = re.compile(r"[.,' -]")
#: A word of a cell with initials, and the point behind an abbreviation.
_WORD: Final = re.compile(r"([^\W\d_]+)(\.?)")
_VOWELS: Final = frozenset("aeiouy")
_CONSONANTS: Final = re.compile("[^aeiouy]{3}")

_SEXES: Final[Mapping[str, str]] = {
    **dict.fromkeys(("1", "m", "man", "male", "mannelijk"), "1"),
    **dict.fromkeys(("2", "v", "f", "vrouw", "female", "vrouwelijk"), "2"),
    **dict.fromkeys(("0", "onbekend", "unknown"), "0"),
    "9": "9",
}

_CONSENTS: Final[Mapping[str, str]] = {"j": "J", "ja": "J", "n": "N", "nee": "N"}

_SHOWN: Final = 20
#: In the place of what may be somebody's.
HIDDEN: Final = "…"
#: A number that only its own column may show: it could be a BSN, also one with a mistake in it.
_BSN_LIKE: Final = re.compile(r"[0-9](?:[ .]?[0-9]){8}")
#: A day that is care's, though it is wrong: of this century, with anything around the year, or as Excel counts days.
_CARE_YEAR: Final = re.compile(r"(?<![0-9])20[0-9]{2}(?![0-9])")
_CARE_DAY: Final = re.compile(r"20[0-9]{6}|4[3-9][0-9]{3}")
_DAY_IN_DIGITS: Final = re.compile(r"[0-3][0-9][01][0-9](?:19|20)[0-9]{2}")
_LETTERS: Final = re.compile(r"[^\W\d_]{3}")

#: What other programs write for nothing, as they write it: databases, Python, spreadsheets (Dutch, English), people.
NO_VALUES: Final = frozenset(
    {
        *("NULL", "null", "(null)", "(NULL)", "<null>", "<NULL>", "[NULL]", "\\N", "nil", "undefined"),
        *("None", "none", "nan", "NaN", "NaT", "<NA>"),
        *("#N/A", "#N/B", "#NB", "#NULL!", "#LEEG!", "#VALUE!", "#WAARDE!", "#REF!", "#VERW!"),
        *("#DIV/0!", "#DEEL/0!", "#NAME?", "#NAAM?", "#NUM!", "#GETAL!"),
        *("N/A", "n/a", "n.v.t.", "n.v.t", "N.v.t.", "N.V.T.", "nvt", "Nvt", "NVT"),
    }
)
_SCIENTIFIC: Final = re.compile(r"[+-]?[0-9]+(?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")
#: A byte or a character that couldn't be read.
UNREADABLE: Final = "\ufffd"
_BEYOND_ASCII: Final = re.compile(r"[^\x00-\x7f]{2,}")


@lru_cache(maxsize=16_384)
def day(text: str) -> date | None:
    """``2021-03-09``, ``20210309``, ``09-03-2021`` or ``9-3-2021``, of 1900-2100. A time behind it is passed over; one
    with a zone gives the day it is in Amsterdam."""
    if match := _YEAR_FIRST.fullmatch(text):
        year, month, number = int(match[1]), int(match[3]), int(match[4])
    elif match := _DAY_FIRST.fullmatch(text):
        number, month, year = int(match[1]), int(match[2]), int(match[3])
    else:
        return None
    if not _FIRST_YEAR <= year <= _LAST_YEAR:
        return None
    try:
        found = date(year, month, number)
        return _in_amsterdam(found, match) if match["utc"] or match["offset"] else found
    except (ValueError, ZoneInfoNotFoundError):
        return None


def _in_amsterdam(day: date, match: re.Match[str]) -> date:
    """The day it is in Amsterdam at a time of a day elsewhere. Raises ValueError for a time that isn't."""
    hour, minute, offset = int(match["hour"]), int(match["minute"] or 0), int(match["offset"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"] in "Pp" else 0)
    rest = int(match["rest"] or 0)
    zone = timezone(timedelta(hours=offset, minutes=-rest if (match["offset"] or "").startswith("-") else rest))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=zone).astimezone(_amsterdam()).date()


@cache
def _amsterdam() -> ZoneInfo:
    return ZoneInfo("Europe/Amsterdam")


@lru_cache(maxsize=1024)
def bsn(text: str) -> str | None:
    """A BSN of 9 digits that passes the 11-test, or `NO_BSN`; one dropped leading zero is put back."""
    if not (8 <= len(text) <= 9 and text.isascii() and text.isdigit()):
        return None
    text = text.zfill(9)
    return text if text == NO_BSN or (text != _NO_NUMBER and passes_11_test(text)) else None


@lru_cache(maxsize=1024)
def uzovi(text: str) -> str | None:
    """An UZOVI number of 4 digits; dropped leading zeros are put back."""
    return text.zfill(4) if _UZOVI.fullmatch(text) and text.strip("0") else None


@lru_cache(maxsize=16_384)
def agb(text: str) -> str | None:
    """An AGB code of 8 digits: kind of provider (2, not 00) and number (6, not all zeros), as the expression in AW319
    1.4 has it; a dropped leading zero is put back."""
    code = text.zfill(8) if len(text) == 7 else text
    return code if _AGB.fullmatch(code) else None


@lru_cache(maxsize=1024)
def specialism(text: str) -> str | None:
    """A specialism (COD016), 4 digits: kind of provider (2, not 00) and specification (2). Form only: our list has
    gaps."""
    code = text.zfill(4) if len(text) == 3 else text
    return code if _SPECIALISM.fullmatch(code) else None


@lru_cache(maxsize=64)
def sex(text: str) -> str | None:
    """A sex as COD046: ``1``, ``M``, ``man`` and ``male``; ``2``, ``V``, ``F``, ``vrouw`` and ``female``; ``0`` and
    ``onbekend``; ``9``; in any case."""
    return _SEXES.get(text.casefold())


def consent(text: str) -> str:
    """A word on sharing data: ``J`` or ``ja`` is J, ``N`` or ``nee`` is N, in any case; '' where there is none. Any
    other word stays as it is: it is no J."""
    return _CONSENTS.get(text.casefold(), stated(text))


def diagnosis(text: str) -> str | None:
    """A DCSPH code, 4 digits. No zero can have been dropped: locations begin at 10."""
    return text if _DIAGNOSIS.fullmatch(text) else None


def indication(text: str) -> str | None:
    """A CSI (COD321), 3 digits; dropped leading zeros are put back."""
    return text.zfill(3) if _INDICATION.fullmatch(text) else None


@lru_cache(maxsize=4096)
def house_number(text: str) -> tuple[int, str] | None:
    """A house number, 0 for none, and its suffix: ``12a``, ``12 a`` and ``12-a`` are 12 and ``a``. No postcode and no
    day, whose cells may have shifted."""
    match = _HOUSE_NUMBER.fullmatch(text)
    if match is None or (match[2] and (postcode(text) or day(text))):
        return None
    return int(match[1]), match[2] or ""


def postcode(text: str) -> str | None:
    """A Dutch postcode as ``1234AB``."""
    match = _POSTCODE.fullmatch(text)
    return match[1] + match[2].upper() if match else None


@lru_cache(maxsize=1024)
def country(text: str) -> str | None:
    """A country code (ISO 3166-1 alpha-2), in capitals; '' for the Netherlands."""
    code = text.upper()
    if code not in countries():
        return None
    return "" if code == "NL" else code


@lru_cache(maxsize=4096)
def initials(text: str) -> str | None:
    """Initials one behind the other: ``A.B.``, ``A B`` and ``A.-B.`` are ``AB``. Of a first name the first letter:
    ``Jan Peter`` is ``JP`` (see `first_names`). Anything but letters is refused."""
    text = unicodedata.normalize("NFC", text)
    letters = _BETWEEN_INITIALS.sub("", text)
    if not letters or not all(unicodedata.category(letter)[0] in "LM" for letter in letters):
        return None
    names = first_names(text)
    return _BETWEEN_INITIALS.sub("", _WORD.sub(lambda word: _initial(word[1], names), text)) if names else letters


def first_names(text: str) -> frozenset[str]:
    """The words that are first names and no initials: ``Jan``, ``JOHANNES``; not ``JP``, ``Th``, ``Chr``, ``Joh.``."""
    words = _WORD.findall(unicodedata.normalize("NFC", text))
    return frozenset(word for word, dot in words if not dot and _is_name(word))


def _is_name(word: str) -> bool:
    """A word with small letters is a name if it has a vowel, as ``Ans`` has and ``Chr`` has not; one of capitals only,
    which may be many initials, if it can be pronounced."""
    sounds = "".join(filter(str.isalpha, unicodedata.normalize("NFKD", word.casefold())))
    if not word.isupper():
        return len(word) > 2 and not _VOWELS.isdisjoint(sounds)
    vowels = sum(letter in _VOWELS for letter in sounds)
    return (
        len(word) > 4
        and vowels > 1
        and (_CONSONANTS.search(sounds) is None or (len(word) > 6 and vowels * 3 >= len(word)))
    )


def _initial(word: str, names: Collection[str]) -> str:
    """The initial of a first name; IJ is one letter in Dutch."""
    if word not in names:
        return word
    return word[:2].upper() if word[:2].casefold() == "ij" else word[0].upper()


def excerpt(text: str) -> str:
    """A cell as a message may quote it: its beginning, and nothing where it could be a BSN in the wrong column."""
    if _BSN_LIKE.fullmatch(text) or bsn(text):
        return "*" * len(text)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + "…"


def quoted_cell(text: str) -> str:
    """A cell as a message may quote it, also one of a row in which columns may have shifted: as `excerpt`, and nothing
    that could be a birth date."""
    text = "".join(c if c.isprintable() else UNREADABLE for c in text)
    return HIDDEN if day(text) or _DAY_IN_DIGITS.fullmatch(text) else excerpt(text)


def quoted_number(text: str) -> str:
    """As `quoted_cell`, of a cell that should hold a number: no word, which may be a name."""
    return HIDDEN if _LETTERS.search(text) and text not in NO_VALUES else quoted_cell(text)


def quoted_day(text: str) -> str:
    """As `quoted_cell`, of a cell that should hold a day of care."""
    is_of_care = "\n" not in text and (_CARE_YEAR.search(text) or _CARE_DAY.fullmatch(text))
    return excerpt(text) if not text or text in NO_VALUES or is_of_care else HIDDEN


def stated(text: str) -> str:
    """The text; '' where it says in another program's words that there is none."""
    return "" if text in NO_VALUES else text


def is_scientific(text: str) -> bool:
    """Whether a text is a number as a spreadsheet shortens it: ``7,001E+08``."""
    return _SCIENTIFIC.fullmatch(text) is not None


def is_garbled(text: str) -> bool:
    """Whether UTF-8 in a text was read as Windows-1252 or Latin-1: ``JosÃ©``, ``â€™``."""
    return not text.isascii() and any(map(_reads_as_utf8, _BEYOND_ASCII.findall(text)))


def _reads_as_utf8(characters: str) -> bool:
    for encoding in ("cp1252", "latin-1"):
        try:
            characters.encode(encoding).decode("utf-8")
        except UnicodeError:
            continue
        return True
    return False


def is_quotable(text: str) -> bool:
    """Whether a number of a row that can't be read may be told: it could be any cell, and somebody's."""
    has_digit, has_space = any(map(str.isdigit, text)), any(map(str.isspace, text))
    return has_digit and not has_space and not bsn(text) and day(text) is None
