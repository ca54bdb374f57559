"""``ei-export.toml`` → ``Settings``: read once, refused as a whole at the first thing that is wrong."""

import difflib
import re
import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, Final, Literal, TypeVar, get_args

from attrs import frozen

from .columns import COLUMNS
from .problems import LANGUAGES, SEVERITIES, Language, SettingsError, Severities, Severity, catalogue
from .tables import FOREVER

PayTo = Literal["service_bureau", "provider", "practice", "institution"]
Standard = Literal["auto", "pm304", "gds801"]

#: The lists of a contract position that names none.
DEFAULT_LISTS: Final = ("productafspraken Zorg1",)
#: The words for a completed appointment where the settings give none.
DEFAULT_COMPLETED: Final = ("completed", "voltooid", "afgehandeld", "uitgevoerd")

#: The keys of every section; those not here (codes, uzovi, severity, input.columns) have keys of their own.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "": (
        *("practice", "software", "input", "codes", "contracts", "tariffs"),
        *("agreements", "uzovi", "output", "ledger", "status", "severity", "messages"),
    ),
    "practice": (
        *("name", "practice_agb", "provider_agb", "institution_agb"),
        *("service_bureau_agb", "pay_to", "vat_id"),
    ),
    "software": ("code", "version"),
    "input": ("path", "table", "query", "encoding", "columns", "status"),
    "input.status": ("completed",),
    "contracts": ("insurer", "from", "until", "lists"),
    "tariffs": ("path",),
    "agreements": ("overlay",),
    "output": ("dir", "standard", "message", "diagnosis_element", "gds801_xsd"),
    "ledger": ("path", "declared_until"),
    "status": ("forgotten_weeks", "soon_weeks"),
    "messages": ("language",),
}

# Forms of a value, each with how it is shown to a person: n = a digit. AGB codes: Vektis AW319 (8 digits, care type
# 01-99 and a number that is not all zero); a practice has a zero at position 3, a service bureau is care type 98.
_AGB: Final = ("(?!00)[0-9]{2}(?!000000)[0-9]{6}", "01000001 … 99999999")
_PRACTICE_AGB: Final = ("(?!00)[0-9]{2}0(?!00000)[0-9]{5}", "nn0nnnnn")
_SERVICE_BUREAU_AGB: Final = ("98(?!000000)[0-9]{6}", "98nnnnnn")
_VAT_ID: Final = ("NL[0-9]{9}B[0-9]{2}", "NLnnnnnnnnnBnn")
_SOFTWARE_CODE: Final = ("(?!000000)[0-9]{6}", "nnnnnn")
_SOFTWARE_VERSION: Final = ("[!-~][ -~]{0,9}", "1 … 10 × A-Z a-z 0-9 . -")
_UZOVI: Final = ("[0-9]{4}", "nnnn")
#: No period of attention is longer.
_MOST_WEEKS: Final = 520

_Choice = TypeVar("_Choice", bound=str)


@frozen
class Practice:
    """Who declares and who is paid: AGB codes of 8 digits or ''; the one that ``pay_to`` names is never ''."""

    name: str
    practice_agb: str
    provider_agb: str
    institution_agb: str
    service_bureau_agb: str
    pay_to: PayTo
    vat_id: str


@frozen
class Software:
    """``code`` 6 digits as Vektis gave it and ``version`` of at most 10 characters, or both ''."""

    code: str
    version: str


@frozen
class InputSettings:
    """Where the feed is and how to read it. ``columns`` ours → theirs; ``completed`` case-folded; at most one of
    ``table`` and ``query`` is filled; ``encoding`` ``auto`` or a codec that Python knows."""

    path: Path
    table: str
    query: str
    encoding: str
    columns: Mapping[str, str]
    completed: frozenset[str]


@frozen
class Contract:
    """A contract position (Zorg1 manual §3.1): the price lists agreed with an insurer, both dates inclusive."""

    insurer: str
    valid_from: date
    valid_until: date
    lists: tuple[str, ...]

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


@frozen
class OutputSettings:
    """``diagnosis_element`` the PM304 element that carries the DCSPH code, '' = as the specs say."""

    dir: Path
    standard: Standard
    test: bool
    diagnosis_element: str
    gds801_xsd: Path | None


@frozen
class LedgerSettings:
    """``declared_until``: another system declared everything up to and including this date."""

    path: Path
    declared_until: date | None


@frozen
class StatusSettings:
    """When something asks for attention: an open trajectory that nothing was heard of for ``forgotten_weeks``, and what
    ends within ``soon_weeks``."""

    forgotten_weeks: int = 12
    soon_weeks: int = 4


@frozen
class Settings:
    """All of ``ei-export.toml``; paths are taken from the folder of the file. ``codes`` own code → declare-under code,
    or ``-`` for a code that is on purpose no Zorg1 appointment; ``uzovi`` 4 digits → insurer."""

    path: Path
    practice: Practice
    software: Software
    input: InputSettings
    codes: Mapping[str, str]
    contracts: tuple[Contract, ...]
    tariffs_path: Path | None
    overlays: tuple[Path, ...]
    uzovi: Mapping[str, str]
    output: OutputSettings
    ledger: LedgerSettings
    status: StatusSettings
    severities: Severities
    language: Language


def load(path: Path) -> Settings:
    """The settings in a file. Raises SettingsError that names the file, the key and what is expected there.

    A key is written with dots; contracts count from 1: ``contracts[2].from``. The feed and the ledger may be absent.
    """
    root = _Section(path, "", _parse(path))
    practice = root.section("practice", required=True)
    feed = root.section("input")
    output = root.section("output")
    ledger = root.section("ledger")
    return Settings(
        path=path,
        practice=_practice(practice),
        software=_software(root.section("software")),
        input=_input(feed),
        codes=root.section("codes").texts(),
        contracts=_contracts(root),
        tariffs_path=root.section("tariffs").file("path"),
        overlays=root.section("agreements").files("overlay"),
        uzovi=_uzovi(root.section("uzovi")),
        output=OutputSettings(
            dir=path.parent / output.text("dir", "out"),
            standard=output.choice("standard", get_args(Standard), "auto"),
            test=output.choice("message", ("production", "test"), "production") == "test",
            diagnosis_element=output.choice("diagnosis_element", ("", "0414", "0418"), ""),
            gds801_xsd=output.file("gds801_xsd"),
        ),
        ledger=LedgerSettings(
            path=path.parent / ledger.text("path", "ledger.sqlite"), declared_until=ledger.day("declared_until")
        ),
        status=_status(root.section("status")),
        severities=_severities(root.section("severity")),
        language=root.section("messages").choice("language", LANGUAGES, "nl"),
    )


def _parse(path: Path) -> dict[str, Any]:
    try:
        # utf-8-sig: Notepad writes a mark at the start, which TOML forbids.
        return tomllib.loads(path.read_bytes().decode("utf-8-sig"))
    except FileNotFoundError:
        raise SettingsError("SETTINGS_MISSING", path=path.as_posix()) from None
    except OSError as error:
        raise SettingsError("SETTINGS_TOML", path=path.as_posix(), reason=error.strerror or "") from None
    except UnicodeDecodeError as error:
        line = error.object.count(b"\n", 0, error.start) + 1
        raise SettingsError("SETTINGS_TOML", path=path.as_posix(), reason=f"not UTF-8 (at line {line})") from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError("SETTINGS_TOML", path=path.as_posix(), reason=str(error)) from None


@frozen
class _Section:
    """One table of the file, at its dotted key. Unknown keys are refused first, before one of them is missed."""

    path: Path
    key: str
    values: Mapping[str, Any]

    def __attrs_post_init__(self) -> None:
        known = _KEYS.get(re.sub(r"\[\d+\]", "", self.key))
        for name in self.values:
            if known is not None and name not in known:
                raise self.error("SETTINGS_UNKNOWN_KEY", name, expected=_nearest(name, known))

    def error(self, code: str, name: str, **params: object) -> SettingsError:
        """A refusal about one key of this section."""
        return SettingsError(code, path=self.path.as_posix(), key=self._dotted(name), **params)

    def refused(self, name: str, found: object, expected: str) -> SettingsError:
        """A refusal of a value that has the right type."""
        return self.error("SETTINGS_VALUE", name, found=found, expected=expected)

    def section(self, name: str, *, required: bool = False) -> "_Section":
        """The table under a key; an empty one where it may be left out."""
        if required and name not in self.values:
            raise self.error("SETTINGS_REQUIRED", name, expected=f"[{self._dotted(name)}]")
        value = self.values.get(name, {})
        if not isinstance(value, dict):
            raise self._wrong_type(name, value, f"[{self._dotted(name)}]")
        return _Section(self.path, self._dotted(name), value)

    def sections(self, name: str) -> Iterator["_Section"]:
        """The tables of an array, ``[[name]]``, counted from 1."""
        value = self.values.get(name, [])
        if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
            raise self._wrong_type(name, value, f"[[{self._dotted(name)}]]")
        for number, item in enumerate(value, 1):
            yield _Section(self.path, f"{self._dotted(name)}[{number}]", item)

    def text(self, name: str, default: str = "") -> str:
        """A text without the white space around it; the default where it is left out or empty."""
        value = self.values.get(name, default)
        if not isinstance(value, str):
            if isinstance(value, int | float) and not isinstance(value, bool):
                raise self.error("SETTINGS_QUOTES", name, found=value, expected=f'"{value}"')
            raise self._wrong_type(name, value, '"…"')
        return value.strip() or default

    def required(self, name: str, expected: str) -> str:
        """A text that must be there."""
        text = self.text(name)
        if not text:
            raise self.error("SETTINGS_REQUIRED", name, expected=expected)
        return text

    def form(self, name: str, form: tuple[str, str]) -> str:
        """A text of a given form, or ''."""
        text = self.text(name)
        pattern, expected = form
        if text and not re.fullmatch(pattern, text):
            raise self.refused(name, text, expected)
        return text

    def choice(self, name: str, allowed: Sequence[_Choice], default: _Choice) -> _Choice:
        """One of a few words."""
        text = self.text(name, default)
        for word in allowed:
            if word == text:
                return word
        raise self.refused(name, text, " | ".join(filter(None, allowed)))

    def weeks(self, name: str, default: int) -> int:
        """A whole number of weeks."""
        value = self.values.get(name, default)
        if not isinstance(value, int) or isinstance(value, bool):
            raise self._wrong_type(name, value, str(default))
        if not 0 < value <= _MOST_WEEKS:
            raise self.refused(name, value, f"1 … {_MOST_WEEKS}")
        return value

    def day(self, name: str) -> date | None:
        """A date, bare or in quotes; None where it is left out or empty."""
        value = self.values.get(name, "")
        if isinstance(value, str):
            return self._quoted_day(name, value.strip())
        if isinstance(value, datetime) or not isinstance(value, date):
            raise self._wrong_type(name, value, "YYYY-MM-DD")
        return value

    def list_of_texts(self, name: str, default: tuple[str, ...]) -> tuple[str, ...]:
        """A list of at least one text, none of them empty."""
        value = self.values.get(name, list(default))
        if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
            raise self._wrong_type(name, value, '["…", "…"]')
        texts = tuple(item.strip() for item in value)
        if name in self.values and not (texts and all(texts)):
            raise self.refused(name, _shown(value), '["…", "…"]')
        return texts

    def texts(self) -> dict[str, str]:
        """A table whose keys are not ours to name; every value is a text that is not empty."""
        return {name: self.required(name, '"…"') for name in self.values}

    def file(self, name: str) -> Path | None:
        """The path of an existing file; None where it is left out."""
        text = self.text(name)
        return self._existing(name, text) if text else None

    def files(self, name: str) -> tuple[Path, ...]:
        """The paths of existing files."""
        return tuple(self._existing(name, text) for text in self.list_of_texts(name, ()))

    def _quoted_day(self, name: str, text: str) -> date | None:
        if not text:
            return None
        try:
            day = date.fromisoformat(text)
        except ValueError:
            day = None
        if day is None or day.isoformat() != text:  # fromisoformat reads week dates too
            raise self.refused(name, text, "YYYY-MM-DD")
        return day

    def _existing(self, name: str, text: str) -> Path:
        found = self.path.parent / text
        if not found.is_file():
            raise self.error("SETTINGS_FILE", name, found=found.as_posix())
        return found

    def _wrong_type(self, name: str, value: object, expected: str) -> SettingsError:
        return self.error("SETTINGS_TYPE", name, found=_shown(value), expected=expected)

    def _dotted(self, name: str) -> str:
        return f"{self.key}.{name}" if self.key else name


def _practice(section: _Section) -> Practice:
    practice = Practice(
        name=section.text("name"),
        practice_agb=section.form("practice_agb", _PRACTICE_AGB),
        provider_agb=section.form("provider_agb", _AGB),
        institution_agb=section.form("institution_agb", _AGB),
        service_bureau_agb=section.form("service_bureau_agb", _SERVICE_BUREAU_AGB),
        pay_to=section.choice("pay_to", get_args(PayTo), "practice"),
        vat_id=section.form("vat_id", _VAT_ID),
    )
    # PM304 0113: the element it points at must hold an AGB code. 0110: mandatory with a practice code; an institution
    # fills 0112 in its place.
    section.required(f"{practice.pay_to}_agb", f'nnnnnnnn (pay_to = "{practice.pay_to}")')
    if practice.practice_agb and not practice.institution_agb:
        section.required("provider_agb", f'nnnnnnnn (practice_agb = "{practice.practice_agb}")')
    return practice


def _software(section: _Section) -> Software:
    software = Software(code=section.form("code", _SOFTWARE_CODE), version=section.form("version", _SOFTWARE_VERSION))
    # PM304 0107: filled exactly when 0106 is.
    if software.version:
        section.required("code", f'nnnnnn (version = "{software.version}")')
    if software.code:
        section.required("version", f'{_SOFTWARE_VERSION[1]} (code = "{software.code}")')
    return software


def _input(section: _Section) -> InputSettings:
    columns = section.section("columns")
    for ours in columns.values:
        if ours not in COLUMNS:
            raise columns.error("SETTINGS_UNKNOWN_KEY", ours, expected=_nearest(ours, COLUMNS))
    table, query = section.text("table"), section.text("query")
    if table and query:
        raise section.refused("query", query, "table | query")
    completed = section.section("status").list_of_texts("completed", DEFAULT_COMPLETED)
    return InputSettings(
        path=section.path.parent / section.text("path", "appointments.csv"),
        table=table,
        query=query,
        encoding=_encoding(section),
        columns=columns.texts(),
        completed=frozenset(word.casefold() for word in completed),
    )


def _encoding(section: _Section) -> str:
    name = section.text("encoding", "auto")
    if name != "auto":
        try:
            "a".encode(name)  # unlike codecs.lookup, this refuses codecs that are no text encoding
        except (LookupError, ValueError):
            raise section.refused("encoding", name, "auto | utf-8 | cp1252 | iso-8859-1 | …") from None
    return name


def _contracts(root: _Section) -> tuple[Contract, ...]:
    sections = list(root.sections("contracts"))
    contracts = tuple(map(_contract, sections))
    in_time = sorted(zip(sections, contracts, strict=True), key=lambda pair: pair[1].valid_from)
    for (one, first), (two, second) in combinations(in_time, 2):
        if (first.insurer, set(first.lists)) == (
            second.insurer,
            set(second.lists),
        ) and second.valid_from <= first.valid_until:
            raise two.refused("from", second.valid_from, f"{one.key}.until < {second.valid_from}")
    return contracts


def _contract(section: _Section) -> Contract:
    insurer = section.required("insurer", '"…"')
    start = section.day("from")
    if start is None:
        raise section.error("SETTINGS_REQUIRED", "from", expected="YYYY-MM-DD")
    end = section.day("until") or FOREVER
    if end < start:
        raise section.refused("until", end, f">= {start}")
    return Contract(insurer, start, end, section.list_of_texts("lists", DEFAULT_LISTS))


def _uzovi(section: _Section) -> dict[str, str]:
    pattern, expected = _UZOVI
    for number in section.values:
        if not re.fullmatch(pattern, number):
            raise section.refused(number, number, expected)
    return section.texts()


def _status(section: _Section) -> StatusSettings:
    default = StatusSettings()
    return StatusSettings(
        forgotten_weeks=section.weeks("forgotten_weeks", default.forgotten_weeks),
        soon_weeks=section.weeks("soon_weeks", default.soon_weeks),
    )


def _severities(section: _Section) -> Severities:
    overrides: dict[str, Severity] = {}
    for code in section.values:
        kind = catalogue().get(code)
        if kind is None:
            raise section.error("SETTINGS_UNKNOWN_KEY", code, expected=_nearest(code, catalogue()))
        overrides[code] = wanted = section.choice(code, SEVERITIES, kind.severity)
        if wanted not in kind.allowed:
            raise section.error("SETTINGS_SEVERITY", code, found=wanted, expected=" | ".join(kind.allowed))
    return Severities(overrides)


def _nearest(name: str, known: Collection[str]) -> str:
    """The known key that looks most like a name; all of them where none does."""
    return ", ".join(difflib.get_close_matches(name, known, 1)) or ", ".join(known)


def _shown(value: object) -> str:
    """A value as the settings file writes it."""
    match value:
        case str():
            return f'"{value}"'
        case bool():
            return str(value).lower()
        case list():
            return "[" + ", ".join(map(_shown, value)) + "]"
        case dict():
            return "{" + ", ".join(value) + "}"
        case _:
            return str(value)
