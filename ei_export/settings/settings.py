"""``ei-export.toml`` → ``Settings``: read once, refused as a whole at the first thing that is wrong."""

import re
from collections.abc import Mapping
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Final, Literal, TypeAlias, get_args

from attrs import frozen

from ..base.private import can_let_read
from ..base.problems import LANGUAGES, SEVERITIES, Language, Severities, Severity, catalogue
from ..base.tables import FOREVER
from ..base.wording import printable
from ..model.codelists import eras
from ..model.columns import APPOINTMENTS, COLUMNS, FeedKind
from ..model.names import AgreementNames, Spelling
from .measurements import MeasurementSettings
from .sections import Section, asked, keys_of, nearest, parse
from .sources import encoding, meanings, own_columns
from .statuses import DEFAULT_COMPLETED, DEFAULT_NOT_COMPLETED, DEFAULT_PLANNED, status_word
from .zorg1 import CRITERIA_KEYS, Zorg1Settings

PayTo = Literal["service_bureau", "provider", "practice", "institution"]
#: Whether a tariff is the price of a line, or of each of its units.
Amount: TypeAlias = Literal["product", "unit"]
AMOUNTS: Final[tuple[Amount, ...]] = get_args(Amount)

#: The lists of a contract position that names none.
DEFAULT_LISTS: Final = ("productafspraken Zorg1",)

# Forms of a value, each with how it is shown to a person. AGB codes: Vektis AW319 (8 digits, care type 01-99 and a
# number that is not all zero); a practice has a zero at position 3, a service bureau is care type 98.
_AGB: Final = ("(?!00)[0-9]{2}(?!000000)[0-9]{6}", "8 digits, such as 04098765")
_PRACTICE_AGB: Final = ("(?!00)[0-9]{2}0(?!00000)[0-9]{5}", "8 digits with 0 as the third, such as 04012345")
_SERVICE_BUREAU_AGB: Final = ("98(?!000000)[0-9]{6}", "8 digits that begin with 98, such as 98012345")
_VAT_ID: Final = ("NL[0-9]{9}B[0-9]{2}", "such as NL123456789B01")
_SERIES: Final = ("[A-Za-z0-9]{0,3}", "0 … 3 × A-Z 0-9")
_SOFTWARE_CODE: Final = ("(?!000000)[0-9]{6}", "6 digits, such as 123456")
_SOFTWARE_VERSION: Final = ("[!-~][ -~]{0,9}", "1 … 10 × A-Z a-z 0-9 . -")
_UZOVI: Final = ("[0-9]{4}", "4 digits, such as 7095")
#: What must be there where no institution declares, and may not beside one: each with the return code (COD954) of a
#: declaration in which it stands beside one, and its form. Without an institution the return code is 8170.
_DECLARANTS: Final = {"practice_agb": ("8169", _PRACTICE_AGB[1]), "provider_agb": ("8168", _AGB[1])}
#: Years outside are typing errors.
_FIRST_YEAR: Final = 2000
_LAST_YEAR: Final = 2100
#: The columns whose words may stand for something else.
_WITH_WORDS: Final = tuple(c for c in COLUMNS if c not in ("appointment_id", "trajectory_id", "patient_id"))
#: No period of attention is longer.
_MOST_WEEKS: Final = 520


def _pay_to(section: Section, name: str) -> PayTo:
    return section.choice(name, get_args(PayTo), "institution" if section.text("institution_agb") else "practice")


def _standard(section: Section, name: str) -> str:
    return section.choice(name, ("auto", *(era.word for era in eras())), "auto")


def _group(section: Section, name: str) -> int | None:
    """The number of a unix group that whoever runs this can give files to; None where it is left out."""
    text = section.text(name)
    if not text:
        return None
    try:
        from grp import getgrnam  # not on Windows

        number = getgrnam(text).gr_gid
    except ImportError:
        raise section.error("SETTINGS_GROUP", name, found=text, reason="there are no such groups on Windows") from None
    except KeyError:
        raise section.error("SETTINGS_GROUP", name, found=text, reason="there is no such group here") from None
    if not can_let_read(number):
        raise section.error("SETTINGS_GROUP", name, found=text, reason="who runs this is not in it")
    return number


def _is_test(section: Section, name: str) -> bool:
    return section.choice(name, ("production", "test"), "production") == "test"


def _status_words(section: Section, name: str) -> tuple[frozenset[str], frozenset[str], frozenset[str]]:
    """The words for completed, for not, and those of the last for planned; a word the practice says is completed isn't
    one of our own for the others."""
    section = section.section(name)
    completed, own, planned = (
        frozenset(map(status_word, section.list_of_texts(name, default, empty=True)))
        for name, default in (
            ("completed", DEFAULT_COMPLETED),
            ("not_completed", ()),
            ("planned", DEFAULT_PLANNED),
        )
    )
    if "planned" not in section.values:
        planned -= completed
    for key, words in (("not_completed", own), ("planned", planned)):
        if "completed" in section.values and (both := completed & words):
            raise section.refused(key, ", ".join(sorted(both)), f"{section.key}.completed | {key}")
    own |= planned
    return completed - own, own | (frozenset(map(status_word, DEFAULT_NOT_COMPLETED)) - completed), planned


@frozen
class Practice:
    """Who declares and who is paid: AGB codes of 8 digits or ''; the one that ``pay_to`` names is never ''. ``series``:
    what stands before the invoice numbers and references, at most 3 letters and digits; ``formerly``: the AGB codes it
    had before."""

    name: str = asked(Section.text)
    practice_agb: str = asked(Section.form, _PRACTICE_AGB)
    provider_agb: str = asked(Section.form, _AGB)
    institution_agb: str = asked(Section.form, _AGB)
    service_bureau_agb: str = asked(Section.form, _SERVICE_BUREAU_AGB)
    pay_to: PayTo = asked(_pay_to)
    vat_id: str = asked(Section.form, _VAT_ID)
    series: str = asked(Section.form, _SERIES, default="", converter=str.upper)
    formerly: tuple[str, ...] = asked(Section.list_of_forms, _AGB, default=())


@frozen
class Software:
    """``code`` 6 digits as Vektis gave it and ``version`` of at most 10 characters, or both ''."""

    code: str = asked(Section.form, _SOFTWARE_CODE)
    version: str = asked(Section.form, _SOFTWARE_VERSION)


@frozen
class InputSettings:
    """Where the feed is and how to read it. ``columns`` ours → theirs; ``completed``, ``not_completed`` and ``planned``
    as `status_word` gives them, no word in the first two, those of the last in the second too; at most one of ``table``
    and ``query`` is filled; ``encoding`` ``auto`` or a codec that Python knows; ``twice_on_a_day`` the appointments
    that may be a second performance of the same kind on one day; ``values`` by column the words of the feed,
    case-folded, each with what is meant; ``complete_from``: the feed holds everything from this day on."""

    path: Path = asked(Section.place, "appointments.csv")
    table: str = asked(Section.text)
    query: str = asked(Section.text)
    encoding: str = asked(encoding)
    columns: Mapping[str, str] = asked(own_columns, COLUMNS)
    completed: frozenset[str] = asked(_status_words, key="status")
    twice_on_a_day: frozenset[str] = asked(Section.list_of_texts, (), default=frozenset(), converter=frozenset)
    not_completed: frozenset[str] = asked(_status_words, key="status", default=frozenset())
    planned: frozenset[str] = asked(_status_words, key="status", default=frozenset())
    values: Mapping[str, Mapping[str, str]] = asked(meanings, _WITH_WORDS, default={})
    complete_from: date | None = asked(Section.day, default=None)

    @property
    def kind(self) -> FeedKind:
        return APPOINTMENTS

    @property
    def name(self) -> str:
        """The name of the feed, as it is told."""
        return printable(self.path.name)


@frozen
class Contract:
    """A contract position (Zorg1 manual §3.1): the price lists agreed with an insurer, both dates inclusive. ``amount``
    says for all of it what a tariff is the price of, '' = as the rows of the agreements do; ``company`` is a remark."""

    insurer: str
    valid_from: date
    valid_until: date
    lists: tuple[str, ...]
    amount: Amount | Literal[""] = ""
    company: str = ""

    def covers(self, day: date) -> bool:
        return self.valid_from <= day <= self.valid_until


@frozen
class OutputSettings:
    """``standard``: ``auto``, or as `Era.word`; ``diagnosis_element``: the PM304 element that carries the DCSPH code,
    '' = as the specs say; ``inbox``: the folder of return files that each run looks in; ``group``: the number of the
    unix group that may read what is not personal."""

    dir: Path = asked(Section.place, "out")
    standard: str = asked(_standard)
    test: bool = asked(_is_test, key="message")
    diagnosis_element: str = asked(Section.choice, ("", "0414", "0418"), "")
    gds801_xsd: Path | None = asked(Section.file)
    inbox: Path | None = asked(Section.folder, default=None)
    group: int | None = asked(_group, default=None)

    @property
    def names_schema(self) -> bool:
        """Whether it names an official schema, which may be none."""
        return self.gds801_xsd is not None


@frozen
class LedgerSettings:
    """``declared_until``: another system declared everything up to and including this date."""

    path: Path = asked(Section.place, "ledger.sqlite")
    declared_until: date | None = asked(Section.day)


@frozen
class StatusSettings:
    """When something asks for attention: an open trajectory that nothing was heard of for ``forgotten_weeks``, what
    ends within ``soon_weeks``, and a declaration without an answer for ``answer_weeks``."""

    forgotten_weeks: int = asked(Section.number, 12, _MOST_WEEKS, default=12)
    soon_weeks: int = asked(Section.number, 4, _MOST_WEEKS, default=4)
    answer_weeks: int = asked(Section.number, 1, _MOST_WEEKS, default=1)


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
    measurements: MeasurementSettings
    zorg1: Zorg1Settings
    severities: Severities
    language: Language


#: The keys of every section; those not here (codes, uzovi, severity, input.columns) have keys of their own.
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "": (
        *("practice", "software", "input", "codes", "contracts", "tariffs"),
        *("agreements", "uzovi", "output", "ledger", "status", "measurements", "zorg1", "severity", "messages"),
    ),
    "practice": keys_of(Practice),
    "software": keys_of(Software),
    "input": keys_of(InputSettings),
    "input.status": ("completed", "not_completed", "planned"),
    "contracts": ("insurer", "from", "until", "year", "lists", "amount", "company"),
    "tariffs": ("path",),
    "agreements": ("overlay",),
    "output": keys_of(OutputSettings),
    "ledger": keys_of(LedgerSettings),
    "status": keys_of(StatusSettings),
    "measurements": keys_of(MeasurementSettings),
    "zorg1": keys_of(Zorg1Settings),
    "zorg1.criteria": CRITERIA_KEYS,
    "messages": ("language",),
}


def load(path: Path, content: bytes | None = None) -> Settings:
    """The settings in a file; with ``content``, as they would be if that stood in it. Raises SettingsError that names
    the file, the key and what is expected there.

    A key is written with dots; contracts count from 1: ``contracts[2].from``. The feed and the ledger may be absent.
    """
    root = Section(path, "", parse(path, content), _KEYS)
    overlays = root.section("agreements").files("overlay")
    names = AgreementNames.of(overlays)
    return Settings(
        path=path,
        practice=_practice(root.section("practice", required=True)),
        software=_software(root.section("software")),
        input=_input(root.section("input")),
        codes=root.section("codes").texts(),
        contracts=_contracts(root, names),
        tariffs_path=root.section("tariffs").file("path"),
        overlays=overlays,
        uzovi=_uzovi(root.section("uzovi"), names),
        output=root.section("output").read(OutputSettings),
        ledger=root.section("ledger").read(LedgerSettings),
        status=root.section("status").read(StatusSettings),
        measurements=MeasurementSettings.of(root.section("measurements")),
        zorg1=root.section("zorg1").read(Zorg1Settings),
        severities=_severities(root.section("severity")),
        language=root.section("messages").choice("language", LANGUAGES, "nl"),
    )


def _practice(section: Section) -> Practice:
    """Who declares: a practice with its provider, or an institution alone, as PM304 asks (0110-0112); and who is paid:
    0113 points at an element that must hold an AGB code."""
    practice = section.read(Practice)
    institution = practice.institution_agb
    for name, (return_code, expected) in _DECLARANTS.items():
        if institution and section.text(name):
            raise section.error("SETTINGS_BESIDE_INSTITUTION", name, return_code=return_code)
        if not institution and not section.text(name):
            raise section.error("SETTINGS_DECLARANT", name, expected=expected)
    section.required(f"{practice.pay_to}_agb", f'{_AGB[1]} (pay_to = "{practice.pay_to}")')
    return practice


def _software(section: Section) -> Software:
    software = section.read(Software)
    # PM304 0107: filled exactly when 0106 is.
    if software.version:
        section.required("code", f'{_SOFTWARE_CODE[1]} (version = "{software.version}")')
    if software.code:
        section.required("version", f'{_SOFTWARE_VERSION[1]} (code = "{software.code}")')
    return software


def _input(section: Section) -> InputSettings:
    """How the feed is read; words of it that mean a status are words for that too."""
    completed, not_completed, planned = _status_words(section, "status")
    values = dict(meanings(section, "values", _WITH_WORDS))
    for word, meaning in values.pop("status", {}).items():
        known = next((words for words in (completed, not_completed) if status_word(meaning) in words), None)
        if known is None:
            raise section.refused(f"values.status.{word}", meaning, " | ".join(sorted(completed)))
        same = {status_word(word)}
        if known is not_completed:
            planned = planned | same if status_word(meaning) in planned else planned - same
        completed, not_completed = (w | same if w is known else w - same for w in (completed, not_completed))
    words = {"completed": completed, "not_completed": not_completed, "planned": planned & not_completed}
    feed = section.read(InputSettings, values=values, **words)
    if feed.table and feed.query:
        raise section.refused("query", feed.query, "table | query")
    return feed


def _contracts(root: Section, names: AgreementNames) -> tuple[Contract, ...]:
    sections = list(root.sections("contracts"))
    contracts = tuple(_contract(section, names) for section in sections)
    in_time = sorted(zip(sections, contracts, strict=True), key=lambda pair: pair[1].valid_from)
    for (one, first), (two, second) in combinations(in_time, 2):
        if first.insurer != second.insurer or second.valid_from > first.valid_until:
            continue
        if set(first.lists) == set(second.lists):
            raise two.refused("from", second.valid_from, f"{one.key}.until < {second.valid_from}")
        if set(first.lists) & set(second.lists) and first.amount != second.amount:
            raise two.refused("amount", second.amount or "-", f'{one.key}.amount: "{first.amount or "-"}"')
    return contracts


def _contract(section: Section, names: AgreementNames) -> Contract:
    insurer = _known(section, "insurer", section.required("insurer", '"…"'), names.insurers)
    start, end = _year(section) if "year" in section.values else _period(section)
    lists = section.list_of_texts("lists", DEFAULT_LISTS)
    return Contract(
        insurer=insurer,
        valid_from=start,
        valid_until=end,
        lists=tuple(dict.fromkeys(_known(section, "lists", name, names.lists) for name in lists)),
        amount=section.choice("amount", ("", *AMOUNTS), ""),
        company=section.text("company"),
    )


def _known(section: Section, key: str, text: str, spelling: Spelling) -> str:
    """The name that a text stands for; one that is unknown is refused, with the nearest."""
    found = spelling.find(text)
    if found is None:
        raise section.refused(key, text, spelling.nearest(text))
    return found


def _year(section: Section) -> tuple[date, date]:
    """A calendar year in the place of both dates (manual §3.1)."""
    for name in ("from", "until"):
        if name in section.values:
            raise section.refused(name, section.values[name], "year | from + until")
    year = section.number("year", 2020, _LAST_YEAR, least=_FIRST_YEAR)
    return date(year, 1, 1), date(year, 12, 31)


def _period(section: Section) -> tuple[date, date]:
    start = section.day("from")
    if start is None:
        raise section.error("SETTINGS_REQUIRED", "from", expected="YYYY-MM-DD | year = YYYY")
    end = section.day("until") or FOREVER
    if end < start:
        raise section.refused("until", end, f">= {start}")
    return start, end


def _uzovi(section: Section, names: AgreementNames) -> dict[str, str]:
    """An insurer without agreements keeps the name it was given: nothing is declared to it."""
    pattern, expected = _UZOVI
    for number in section.values:
        if not re.fullmatch(pattern, number):
            raise section.refused(number, number, expected)
    return {number: names.insurers.name(insurer) for number, insurer in section.texts().items()}


def _severities(section: Section) -> Severities:
    overrides: dict[str, Severity] = {}
    for code in section.values:
        kind = catalogue().get(code)
        if kind is None:
            raise section.error("SETTINGS_UNKNOWN_KEY", code, expected=nearest(code, catalogue()))
        overrides[code] = wanted = section.choice(code, SEVERITIES, kind.severity)
        if wanted not in kind.allowed:
            raise section.error("SETTINGS_SEVERITY", code, found=wanted, expected=" | ".join(kind.allowed))
    return Severities(overrides)
