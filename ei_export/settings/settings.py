"""``ei-export.toml`` → ``Settings``: read once, refused as a whole at the first thing that is wrong."""

import re
from collections.abc import Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.private import can_let_read
from ..base.problems import LANGUAGES, SEVERITIES, Language, Severities, Severity, catalogue
from ..model.codelists import eras
from ..model.names import AgreementNames
from .contracts import Contract, contracts
from .input import InputSettings
from .measurements import MeasurementSettings
from .practice import Practice, Software
from .sections import Section, asked, keys_of, nearest, parse
from .zorg1 import CRITERIA_KEYS, Zorg1Settings

_UZOVI: Final = ("[0-9]{4}", "4 digits, such as 7095")
#: No period of attention is longer.
_MOST_WEEKS: Final = 520


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

    @property
    def own_files(self) -> Mapping[str, Sequence[Path]]:
        """The files of the practice's own that say how things are judged, by the key that names them."""
        named = {
            "tariffs.path": self.tariffs_path,
            "zorg1.measures": self.zorg1.measures,
            "zorg1.profiles": self.zorg1.profiles,
            "output.gds801_xsd": self.output.gds801_xsd,
        }
        single = {key: [path] for key, path in named.items() if path is not None}
        return {**single, **({"agreements.overlay": self.overlays} if self.overlays else {})}


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


def load(path: Path) -> Settings:
    """The settings in a file. Raises SettingsError that names the file, the key and what is expected there.

    A key is written with dots; contracts count from 1: ``contracts[2].from``. The feed and the ledger may be absent.
    """
    root = Section(path, "", parse(path), _KEYS)
    overlays = root.section("agreements").files("overlay")
    names = AgreementNames.of(overlays)
    return Settings(
        path=path,
        practice=Practice.of(root.section("practice", required=True)),
        software=Software.of(root.section("software")),
        input=InputSettings.of(root.section("input")),
        codes=root.section("codes").texts(),
        contracts=contracts(list(root.sections("contracts")), names),
        tariffs_path=root.section("tariffs").file("path"),
        overlays=overlays,
        uzovi=_uzovi(root.section("uzovi"), names),
        output=root.section("output").read(OutputSettings),
        ledger=_ledger(root),
        status=root.section("status").read(StatusSettings),
        measurements=MeasurementSettings.of(root.section("measurements")),
        zorg1=root.section("zorg1").read(Zorg1Settings),
        severities=_severities(root.section("severity")),
        language=root.section("messages").choice("language", LANGUAGES, "nl"),
    )


def _ledger(root: Section) -> LedgerSettings:
    """Refuses what is read as well: nothing is ever written in a database of another program."""
    ledger = root.section("ledger").read(LedgerSettings)
    for name in ("input", "measurements"):
        section = root.section(name)
        if section.text("path") and section.place("path", "") == ledger.path:
            raise section.refused("path", section.text("path"), "≠ ledger.path")
    return ledger


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
