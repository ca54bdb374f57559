"""What can be wrong, as values: findings, problems, refusals, and the catalogue (``specs/problems/``) of texts.

Code raises or returns a *code with parameters*; the words, in Dutch and English, are in the catalogue only.
"""

import errno
import os
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Never, TypeVar

from attrs import field, frozen

from .specs import SPECS, label
from .wording import Language as Language
from .wording import is_at_desk

if TYPE_CHECKING:
    from .entries import Entry

T = TypeVar("T")
Severity = Literal["error", "warning", "info"]

LANGUAGES: Final[tuple[Language, ...]] = ("nl", "en")
SEVERITIES: Final[tuple[Severity, ...]] = ("error", "warning", "info")


@frozen
class Kind:
    """One entry of the catalogue: severity, texts and remedies with ``{parameter}`` places, and the return code
    (COD954-VEKT) that finding it in time prevents, or ''. ``source`` is the rule, where the texts don't name it.
    ``consequence``: it goes once another problem is solved, behind which it is told.

    ``lowest`` and ``highest`` bound what a practice may make of the severity. Where they are not given, an error stays
    one, as it keeps back what would be refused, or declared twice; anything else may become any of the three.
    """

    code: str
    severity: Severity
    nl: str
    en: str
    remedy_nl: str
    remedy_en: str
    return_code: str = ""
    source: str = ""
    consequence: bool = False
    lowest: Severity | None = None
    highest: Severity = "error"

    @property
    def allowed(self) -> tuple[Severity, ...]:
        """The severities a practice may give it, the most serious first."""
        lowest = self.lowest or ("error" if self.severity == "error" else "info")
        return SEVERITIES[SEVERITIES.index(self.highest) : SEVERITIES.index(lowest) + 1]

    def texts(self, language: Language) -> tuple[str, str]:
        """Message and remedy, with their ``{parameter}`` places: at the desk with its buttons in the place of
        commands."""
        texts = (self.nl, self.remedy_nl) if language == "nl" else (self.en, self.remedy_en)
        if is_at_desk():
            from .words import as_at_desk

            message, remedy = texts
            return as_at_desk(f"{self.code}.message", message, language), as_at_desk(self.code, remedy, language)
        return texts


@frozen
class Finding:
    """One thing a check found: the code, the input column it is about ('' = none) and the parameters of its text.

    Parameters never hold a BSN, a name, an initial or a birth date.
    """

    code: str
    column: str = ""
    params: Mapping[str, object] = field(factory=dict)


@frozen
class Problem:
    """A finding at its place, worded for a person; the keys are those of ``problems.csv``."""

    code: str
    severity: Severity
    appointment_id: str
    trajectory: str
    file: str
    row: int | None
    column: str
    message: str
    remedy: str


#: The keys of an entry of the catalogue that it must have, and those that it may have.
_KEYS: Final = ("severity", "nl", "en", "remedy_nl", "remedy_en")
_OPTIONAL_KEYS: Final = ("consequence", "highest", "lowest", "return_code", "source")
#: The only words that are not in a file: those for a file of words that is broken.
_WITHOUT_WORDS: Final[Mapping[Language, tuple[str, str]]] = {
    "nl": (
        "De teksten van ei-export zijn niet te lezen: {place} ({why}).",
        "Herstel dat bestand, of installeer ei-export opnieuw.",
    ),
    "en": (
        "The texts of ei-export can't be read: {place} ({why}).",
        "Restore that file, or install ei-export again.",
    ),
}

PROBLEM_COLUMNS: Final = tuple(Problem.__annotations__)


class Refusal(Exception):
    """The program can't go on. ``exit_code`` as in docs/output.md: 2 settings, 3 input, 4 writing, 75 busy, 130 broken
    off."""

    exit_code = 2

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code)
        self.code = code
        self.params = params

    def __reduce__(self) -> tuple[Any, ...]:
        return _again, (type(self), self.code, self.params)

    def __str__(self) -> str:
        return render(self.code, self.params, "en")[0]


def _again(kind: type[Refusal], code: str, params: dict[str, object]) -> Refusal:
    """A refusal that crossed from one process to another."""
    return kind(code, **params)


class SettingsError(Refusal):
    """Settings, a table or the command line is wrong."""

    exit_code = 2


class MissingEntry(SettingsError, KeyError):
    """A table of our own lacks an entry that the program needs."""


class Entries(dict[str, T]):
    """The entries of our own tables by their keys. Raises MissingEntry for one that isn't there."""

    def __init__(self, place: str, entries: Mapping[str, T]) -> None:
        super().__init__(entries)
        self._place = place

    def __missing__(self, key: str) -> Never:
        raise MissingEntry("TABLE_ENTRY", file=self._place, key=key)


class InputError(Refusal):
    """The feed as a whole can't be read."""

    exit_code = 3


class WriteError(Refusal):
    """Writing failed; nothing was declared."""

    exit_code = 4


class BusyError(Refusal):
    """Another run is active."""

    exit_code = 75


class Interruption(Refusal):
    """Ctrl-C, or the desk was stopped."""

    exit_code = 130


class Stopped(KeyboardInterrupt):
    """Who asked for the work needs it no more, or is gone."""


def refusal_of(error: BaseException) -> Refusal:
    """What is told of anything that was raised: itself if it is a refusal, else what it comes to. Of what is unexpected
    only where it happened: its own text may hold what nobody should read in a log."""
    if isinstance(error, Refusal):
        return error
    if isinstance(error, KeyboardInterrupt):
        return Interruption("DESK_STOPPED" if isinstance(error, Stopped) else "INTERRUPTED")
    if isinstance(error, OSError):
        params = {"path": os.fsdecode(error.filename or ""), "reason": error.strerror or type(error).__name__}
        return WriteError("PLACE_UNREACHABLE", **params)
    return WriteError("INTERNAL", reason=f"{type(error).__name__} ({_place(error)})")


def _place(error: BaseException) -> str:
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace is not None else ""


@cache
def catalogue() -> Mapping[str, Kind]:
    """Every kind of problem by code, in the order of the files and of their entries."""
    from .entries import read_entries  # which refuses by what is here

    entries = [entry for path in catalogue_files() for entry in read_entries(path)]
    for entry in entries:
        for error in kind_errors(entry):
            raise error
    return Entries(f"{label(SPECS / 'problems')}/*.toml", {e.key: Kind(e.key, **e.texts) for e in entries})


def kind_errors(entry: "Entry") -> Iterator[SettingsError]:
    """What keeps an entry from being a kind of problem: its keys, what is no text, a severity that isn't one."""
    wrong = [*entry.wrong_keys(_KEYS, _OPTIONAL_KEYS)] or [*entry.unclear(*_KEYS)]
    yield from wrong
    for key in () if wrong else ("severity", "highest", "lowest"):
        if entry.texts.get(key, "error") not in SEVERITIES:
            yield entry.error(key, " | ".join(SEVERITIES))


def catalogue_files(specs: Path = SPECS) -> list[Path]:
    """The files of the catalogue, one for each thing that can be wrong. Raises SettingsError where there are none."""
    files = sorted((specs / "problems").glob("*.toml"))
    if not files:
        raise SettingsError("TABLE_MISSING", file=label(specs / "problems"), reason=os.strerror(errno.ENOENT))
    return files


def severity(code: str) -> Severity:
    """The severity of a kind. Raises KeyError for a code the catalogue lacks."""
    return catalogue()[code].severity


@frozen
class Severities:
    """How serious each kind of problem is to a practice: as the catalogue says, but for its ``overrides``."""

    overrides: Mapping[str, Severity] = field(factory=dict)

    @cached_property
    def _errors(self) -> frozenset[str]:
        return frozenset(code for code in catalogue() if self.of(code) == "error")

    def of(self, code: str) -> Severity:
        """The severity of a kind. Raises KeyError for a code the catalogue lacks."""
        return self.overrides.get(code) or severity(code)

    def hold(self, findings: Iterable[Finding]) -> bool:
        """Whether one of them is an error."""
        codes = [finding.code for finding in findings]
        return bool(codes) and not self._errors.isdisjoint(codes)


def render(code: str, params: Mapping[str, object], language: Language) -> tuple[str, str]:
    """Message and remedy of a finding in one language. Raises KeyError for an unknown code or a missing parameter."""
    from .words import all_filled

    try:
        message, remedy = all_filled(catalogue()[code].texts(language), params, language)
    except SettingsError as broken:
        if isinstance(broken, MissingEntry) and broken.params["key"] == code != broken.code:
            raise
        return _without_words(broken, language)
    return message, remedy


def told(finding: Finding, language: Language, severities: Severities) -> dict[str, Any]:
    """A finding that is of no appointment as ``--json`` has it: ``code``, ``severity``, ``message``, ``remedy``."""
    message, remedy = render(finding.code, finding.params, language)
    return {"code": finding.code, "severity": severities.of(finding.code), "message": message, "remedy": remedy}


def _without_words(broken: "SettingsError", language: Language) -> tuple[str, str]:
    """What is said where the catalogue itself can't be read: where, and the rest in the words it was found in."""
    params = broken.params
    place = f"{params['file']}:{params['line']}" if "line" in params else str(params["file"])
    why = "; ".join(f"{name} {params[name]}" for name in ("column", "key", "expected", "reason") if name in params)
    text, remedy = _WITHOUT_WORDS[language]
    return text.format(place=place, why=why), remedy


def is_worded(finding: Finding) -> bool:
    """Whether the catalogue has words for a finding; for one that an earlier version made it may not."""
    return _has_words(finding.code, frozenset(finding.params))


@cache
def _has_words(code: str, params: frozenset[str]) -> bool:
    """Whether the catalogue has words for a code with parameters of these names, as thousands of findings have."""
    try:
        render(code, dict.fromkeys(params, ""), "nl")
    except KeyError:
        return False
    return True
