"""How a person reads what stands in a message: days, columns, and what the computer itself says is wrong."""

import errno
import os
import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Final, Literal

Language = Literal["nl", "en"]

#: What the columns of a feed are to a clerk.
_TERMS: Final[Mapping[str, tuple[str, str]]] = {
    "appointment_id": ("afspraaknummer", "appointment number"),
    "date": ("datum", "date"),
    "status": ("status", "status"),
    "code": ("code", "code"),
    "declare_under": ("code om onder te declareren", "code to declare under"),
    "trajectory_id": ("trajectnummer", "trajectory number"),
    "patient_id": ("patiëntnummer", "patient number"),
    "bsn": ("BSN", "BSN"),
    "birth_date": ("geboortedatum", "birth date"),
    "sex": ("geslacht", "sex"),
    "name": ("geboortenaam", "birth name"),
    "prefix": ("voorvoegsel", "prefix"),
    "initials": ("voorletters", "initials"),
    "partner_name": ("naam van de partner", "name of the partner"),
    "partner_prefix": ("voorvoegsel van de partner", "prefix of the partner"),
    "name_use": ("naamgebruik", "use of names"),
    "postcode": ("postcode", "postcode"),
    "house_number": ("huisnummer", "house number"),
    "house_number_suffix": ("toevoeging aan het huisnummer", "suffix of the house number"),
    "country": ("land", "country"),
    "foreign_postcode": ("buitenlandse postcode", "foreign postcode"),
    "uzovi": ("UZOVI-nummer", "UZOVI number"),
    "insured_number": ("verzekerdennummer", "insured number"),
    "diagnosis_code": ("diagnosecode", "diagnosis code"),
    "indication_code": ("indicatiecode", "indication code"),
    "therapist_agb": ("AGB-code van de behandelaar", "AGB code of the therapist"),
    "therapist_specialism": ("specialisme van de behandelaar", "specialism of the therapist"),
    "referral_date": ("verwijsdatum", "referral date"),
    "referrer_agb": ("AGB-code van de verwijzer", "AGB code of the referrer"),
    "referrer_specialism": ("specialisme van de verwijzer", "specialism of the referrer"),
    "authorization_number": ("machtigingsnummer", "authorization number"),
    "accident": ("ongeval", "accident"),
    "consent": ("toestemming", "consent"),
    "side": ("links of rechts", "left or right"),
    "measurement_name": ("naam van de meting", "name of the measurement"),
    "measurement_score": ("uitslag van de meting", "score of the measurement"),
}

#: What the practice calls the columns of its feed, ours = theirs, where it calls them otherwise.
_NAMES: Final[ContextVar[Mapping[str, str]]] = ContextVar("names", default=MappingProxyType({}))
_QUOTED: Final = re.compile(r'"([a-z_]+)"')

#: What an operating system says, by the name of the error.
_SYSTEM: Final[Mapping[str, str]] = {
    "ENOENT": "het bestand of de map is er niet",
    "EACCES": "daar is geen toestemming voor",
    "EPERM": "daar is geen toestemming voor",
    "EISDIR": "het is een map",
    "ENOTDIR": "een deel van het pad is geen map",
    "EEXIST": "het is er al",
    "ENOTEMPTY": "de map is niet leeg",
    "ENOSPC": "de schijf is vol",
    "EDQUOT": "uw ruimte op de schijf is vol",
    "EFBIG": "het bestand wordt te groot",
    "EROFS": "de schijf kan alleen worden gelezen",
    "EIO": "de schijf geeft een fout",
    "ENAMETOOLONG": "de naam is te lang",
    "EMFILE": "er zijn te veel bestanden open",
    "ENFILE": "er zijn te veel bestanden open",
    "ENOMEM": "het geheugen is vol",
    "ELOOP": "de koppelingen verwijzen naar elkaar",
    "EINVAL": "de naam kan hier niet",
    "EILSEQ": "de naam kan hier niet",
    "EBUSY": "het is in gebruik",
    "ETXTBSY": "het is in gebruik",
    "EAGAIN": "het is in gebruik",
    "ENXIO": "het is geen gewoon bestand",
    "ENODEV": "het is geen gewoon bestand",
    "ENOTSUP": "dat kan op deze schijf niet",
    "EOPNOTSUPP": "dat kan op deze schijf niet",
    "ENOLCK": "op deze schijf kan niets worden vergrendeld",
    "EXDEV": "het staat op een andere schijf",
    "EMLINK": "er zijn te veel koppelingen naar",
    "ESTALE": "de netwerkschijf is niet meer verbonden",
    "ENOTCONN": "de netwerkschijf is niet meer verbonden",
    "ETIMEDOUT": "de netwerkschijf antwoordt niet",
    "EHOSTDOWN": "de netwerkschijf antwoordt niet",
    "EHOSTUNREACH": "de netwerkschijf antwoordt niet",
    "ECONNREFUSED": "de netwerkschijf weigert",
    "EPIPE": "er leest niemand meer mee",
    "EINTR": "het werd onderbroken",
}
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
#: How an OSError words itself, with a path that is told already.
_OS_ERROR: Final = re.compile(r"\[Errno (\d+)\]")
#: No value is quoted beyond so many characters.
_LONGEST: Final = 2_000

#: What libraries say, and the same in Dutch.
_LIBRARIES: Final = tuple(
    (re.compile(pattern), dutch)
    for pattern, dutch in (
        (r"not UTF-8 \(at line (\d+)\)", r"geen UTF-8, op regel \1"),
        (r"not UTF-8", "geen UTF-8"),
        (r".*\(at line (\d+), column (\d+)\)", r"regel \1, teken \2"),
        (r".*\(at end of document\)", "het houdt te vroeg op"),
        (
            r"the second process could not hand over its work",
            "het tweede proces is gestopt, misschien was het geheugen vol",
        ),
        (r"it is no ordinary file", "het is geen gewoon bestand"),
        (r"nested too deeply", "het is te diep genest"),
        (r"too large; the limit is (\d+) bytes", r"het is groter dan \1 bytes"),
        (r"no SQLite file|file is not a database", "het is geen SQLite-bestand"),
        (r"database disk image is malformed", "er is een stuk van weg of overschreven"),
        (r"disk I/O error", "de schijf geeft een fout"),
        (r"database or disk is full", "de schijf is vol"),
        (r"attempt to write a readonly database", "het kan alleen worden gelezen"),
        (r"unable to open database file", "het kan niet worden geopend"),
        (r"no such (table|view): (.+)", r"tabel \2 is er niet"),
        (r"no such column: (.+)", r"kolom \1 is er niet"),
        (r"line contains NUL", "er staat een nulteken in"),
        (r"unexpected end of data", "een aanhalingsteken wordt niet gesloten"),
        (r"field larger than field limit.*", "een cel is te lang"),
        (r"'(.)' expected after '\"'", r"achter een aanhalingsteken hoort \1"),
        (r"File is not a zip file", "het is geen zipbestand"),
        (r"Bad CRC-32.*|Bad magic number.*|Truncated.*", "het is niet heel overgekomen"),
    )
)

#: Forms of the tables, in which n is a digit, in words.
_DIGITS: Final = tuple(
    (re.compile(pattern), words)
    for pattern, words in (
        (r"\bnn0n{5}\b", "8 digits with 0 as the third, such as 04012345"),
        (r"\b98n{6}\b", "8 digits that begin with 98"),
        (r"\bn{9} \(11-proef\)", "9 digits that pass the 11-test"),
        (r"\bnnnnAA\b", "such as 1000AA"),
        (r"\bNLn{9}Bnn\b", "such as NL123456789B01"),
    )
)
_RUN: Final = re.compile(r"\bn{3,}\b")
#: How forms are worded that something should have, and the same in Dutch.
_FORMS: Final = tuple(
    (re.compile(rf"\b{english}(?!\w)"), dutch)
    for english, dutch in (
        ("YYYY", "JJJJ"),
        (r"(\d+) digits with (\d) as the third", r"\1 cijfers met een \2 als derde"),
        (r"(\d+) digits that begin with (\d+)", r"\1 cijfers die beginnen met \2"),
        (r"(\d+) digits that pass the 11-test", r"\1 cijfers die aan de 11-proef voldoen"),
        (r"(\d+) digits", r"\1 cijfers"),
        ("such as", "zoals"),
        ("a value", "een waarde"),
        (r"at most (\d+) characters", r"hoogstens \1 tekens"),
        (r"(\S+) with the moment (\w+) only", r"\1 alleen bij moment \2"),
        ("empty with units -", "leeg bij units -"),
        ("a space between", "met een spatie ertussen"),
        ("a code of", "een code uit"),
        ("codes of", "codes uit"),
    )
)

#: How the codes of products on the bilateral list end (Zorg1 manual §4.6.1); they are as long as a BSN.
_BILATERAL: Final = "990"
#: What could be a BSN or a birth date.
_PERSONAL: Final = re.compile(r"[0-9](?:[ .]?[0-9]){7,8}|[0-9]{1,4}([-/.])[0-9]{1,2}\1[0-9]{1,4}(?:[ T].*)?")
#: A BSN is longer, and so is a birth date.
_LONGEST_CODE: Final = 7
#: The parameters that are days, or may be.
_DAYS: Final = (
    *("after", "answered", "before", "care", "date", "day", "deadline", "end", "first", "last", "referral", "relapse"),
    *("start", "today", "until", "withdrawn"),
)


def quoted_code(text: str) -> str:
    """A code as a message may quote it: short, and with a digit. What else stands in its place may be somebody's."""
    return text if len(text) <= _LONGEST_CODE and (not text or any(map(str.isdigit, text))) else "…"


def quoted_word(text: str) -> str:
    """A word or an own code as a message may quote it: nothing that could be a BSN or a birth date."""
    return "…" if _PERSONAL.fullmatch(text) and not text.endswith(_BILATERAL) else text


def iso_day(text: str) -> date | None:
    """``2023-01-31``, and nothing else; Python itself reads weeks too."""
    try:
        return date.fromisoformat(text) if _ISO_DAY.fullmatch(text) else None
    except ValueError:
        return None


def day_text(day: date, language: Language) -> str:
    """``01-02-2024`` in Dutch, ``2024-02-01`` in English."""
    return f"{day.day:02}-{day.month:02}-{day.year:04}" if language == "nl" else day.isoformat()


def euros(cents: int, language: Language) -> str:
    """Cents as people write euros: ``1.234,50`` or ``1,234.50``."""
    text = f"{cents // 100:,}.{cents % 100:02}" if cents >= 0 else f"-{euros(-cents, 'en')}"
    return text.translate(str.maketrans(",.", ".,")) if language == "nl" else text


def number(count: int, language: Language) -> str:
    """``12.345`` or ``12,345``."""
    return f"{count:,}".replace(",", "." if language == "nl" else ",")


@contextmanager
def naming(columns: Mapping[str, str]) -> Iterator[None]:
    """Has every text name columns as the practice does; ``columns`` ours = theirs."""
    before = _NAMES.set(columns)
    try:
        yield
    finally:
        _NAMES.reset(before)


def column_name(column: str) -> str:
    """What the practice calls a column of its feed."""
    return _NAMES.get().get(column, column)


def template(text: str) -> str:
    """A text of the catalogue with the columns that it quotes as the practice calls them."""
    if not _NAMES.get():
        return text
    return _QUOTED.sub(lambda word: '"' + column_name(word[1]).replace("{", "{{").replace("}", "}}") + '"', text)


class Worded(str):
    """A text in which all is safe to print already: another takes it in as it is, with its lines."""


def filled(text: str, params: Mapping[str, object], language: Language) -> Worded:
    """A text with its parameters as a person reads them. Raises KeyError for one that is missing."""
    return Worded(template(text).format_map(shown(params, language)))


def shown(params: Mapping[str, object], language: Language) -> Mapping[str, object]:
    """The parameters of a text as a person reads them in a language, safe to print."""
    formed = forms(params, language)
    return {name: _safe(value) if isinstance(value, str) else value for name, value in formed.items()}


def _safe(text: str) -> str:
    return text if isinstance(text, Worded) else quoted(text)


def forms(params: Mapping[str, object], language: Language) -> Mapping[str, object]:
    """As `shown`, of what is safe to print already."""
    named = params.keys() & _WAYS.keys()
    return {**params, **{name: _WAYS[name](params[name], language) for name in named}} if named else params


def quoted(text: str) -> str:
    """A text from outside as a message quotes it: `printable`, and what is too long to be read cut off."""
    return printable(text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…")


def printable(text: str) -> str:
    """A text that is safe to print: what could steer a terminal, turn a line around or begin a new one is shown by a
    question mark or a space."""
    return text if text.isprintable() else "".join(map(_printable, text))


def _printable(character: str) -> str:
    if character.isprintable() or unicodedata.category(character) == "Zs":
        return character
    return " " if character in "\t\r\n" else "?"


def _day(value: object, language: Language) -> object:
    """A day, or its text; anything else as it is."""
    day = iso_day(value) if isinstance(value, str) else value
    return day_text(day, language) if isinstance(day, date) else value


def _periods(value: object, language: Language) -> str:
    """Days in a text of nothing else but what stands between them."""
    return re.sub(r"[^ ,]+", lambda word: str(_day(word[0], language)), str(value))


def _form(value: object, language: Language) -> object:
    """The form that something should have."""
    return _worded_form(value, language) if isinstance(value, str) else value


@lru_cache(maxsize=4096)
def _worded_form(text: str, language: Language) -> str:
    for pattern, words in _DIGITS:
        text = pattern.sub(words, text)
    text = _RUN.sub(lambda run: f"{len(run[0])} digits", text)
    for pattern, dutch in _FORMS if language == "nl" else ():
        text = pattern.sub(dutch, text)
    return text


def _columns(value: object, language: Language) -> str:
    """Names of columns, each behind what a clerk calls it."""
    return ", ".join(_column(name, language) for name in str(value).split(", "))


def _column(name: str, language: Language) -> str:
    term = _TERMS.get(name)
    return f'{term[language == "en"]} ("{column_name(name)}")' if term is not None else f'"{name}"'


def _reason(value: object, language: Language) -> object:
    """What the computer says; in Dutch in our words, or by the name of the error where we have none."""
    text = str(value)
    if match := _OS_ERROR.match(text):
        text = os.strerror(int(match[1]))
    if language == "en":
        return text
    if name := _errors().get(text):
        return _SYSTEM.get(name, f"systeemfout {name}")
    for pattern, dutch in _LIBRARIES:
        if match := pattern.fullmatch(text):
            return match.expand(dutch)
    return value


def _codes(value: object, language: Language) -> str:
    """Return codes with a word before them."""
    word, none = ("retourcode", "zonder retourcode") if language == "nl" else ("return code", "without a return code")
    codes = str(value).strip("-").replace(",", " ").split()
    return f"{word} {', '.join(codes)}" if codes else none


def _text(value: object, language: Language) -> object:
    """What a return code says; '-' for one of which nobody knows."""
    unknown = "betekenis niet bekend" if language == "nl" else "meaning unknown"
    return unknown if value == "-" else value


@cache
def _errors() -> Mapping[str, str]:
    """The texts of an operating system, each with the name of its error."""
    return {os.strerror(code): name for code, name in errno.errorcode.items()}


_WAYS: Final[Mapping[str, Callable[[object, Language], object]]] = {
    **dict.fromkeys(_DAYS, _day),
    **dict.fromkeys(("column", "columns"), _columns),
    "periods": _periods,
    "expected": _form,
    "codes": _codes,
    "text": _text,
    "reason": _reason,
}
