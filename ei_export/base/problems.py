"""What can be wrong, as values: findings, problems, refusals, and the catalogue (``specs/problems/``) of texts.

Code raises or returns a *code with parameters*; the words, in Dutch and English, are in the catalogue only.
"""

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal, TypeAlias

from attrs import field, frozen

from . import wording
from .specs import SPECS

Severity = Literal["error", "warning", "info"]
Language: TypeAlias = wording.Language

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


PROBLEM_COLUMNS: Final = tuple(Problem.__annotations__)


class Refusal(Exception):
    """The program can't go on. ``exit_code`` as in docs/output.md: 2 settings, 3 input, 4 writing, 75 busy, 130 the
    keyboard."""

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
    """Ctrl-C."""

    exit_code = 130


@cache
def catalogue() -> Mapping[str, Kind]:
    """Every kind of problem by code, in the order of the files and of their entries."""
    kinds: dict[str, Kind] = {}
    for path in catalogue_files():
        data: dict[str, dict[str, Any]] = tomllib.loads(path.read_text(encoding="utf-8"))
        kinds |= {code: Kind(code=code, **entry) for code, entry in data.items()}
    return kinds


def catalogue_files(specs: Path = SPECS) -> list[Path]:
    """The files of the catalogue, one for each thing that can be wrong."""
    return sorted((specs / "problems").glob("*.toml"))


def severity(code: str) -> Severity:
    """The severity of a kind. Raises KeyError for a code the catalogue lacks."""
    return catalogue()[code].severity


@frozen
class Severities:
    """How serious each kind of problem is to a practice: as the catalogue says, but for its ``overrides``."""

    overrides: Mapping[str, Severity] = field(factory=dict)
    _errors: frozenset[str] = field(init=False, repr=False, eq=False)

    def __attrs_post_init__(self) -> None:
        errors = (code for code in catalogue() if self.of(code) == "error")
        object.__setattr__(self, "_errors", frozenset(errors))

    def of(self, code: str) -> Severity:
        """The severity of a kind. Raises KeyError for a code the catalogue lacks."""
        return self.overrides.get(code) or severity(code)

    def hold(self, findings: Iterable[Finding]) -> bool:
        """Whether one of them is an error."""
        return not self._errors.isdisjoint([finding.code for finding in findings])


def render(code: str, params: Mapping[str, object], language: Language) -> tuple[str, str]:
    """Message and remedy of a finding in one language. Raises KeyError for an unknown code or a missing parameter."""
    kind = catalogue()[code]
    text, remedy = (kind.nl, kind.remedy_nl) if language == "nl" else (kind.en, kind.remedy_en)
    params = wording.shown(params, language)
    return wording.template(text).format_map(params), wording.template(remedy).format_map(params)


def is_worded(finding: Finding) -> bool:
    """Whether the catalogue has words for a finding; for one that an earlier version made it may not."""
    try:
        render(finding.code, finding.params, "nl")
    except KeyError:
        return False
    return True
