"""``verify``: message files judged as their receiver would; with a practice at hand, also by what that knows."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from itertools import chain
from pathlib import Path
from typing import IO, Any, Protocol

from attrs import define, field, frozen

from ...base.problems import Finding, InputError, Language, Severities, catalogue
from ...standards.fault import Fault
from ...standards.files import FoundFile, entries, nothing_in
from ...standards.registry import standard_of
from ...standards.verifying import Verification, verify_file
from .practice import PracticeRecords


class Page(Protocol):
    """Where the verdicts go, file by file."""

    def begin(self, file: str, standard: str) -> None: ...

    def problem(self, problem: dict[str, Any]) -> None: ...

    def end(self, records: int, *, ok: bool) -> None: ...


@define
class FileVerdict:
    """What a file came to. ``standard`` as ``PM304 3.2``, '' where that isn't known; ``records`` how many there are;
    ``problems`` as ``verify --json`` tells them."""

    file: str
    standard: str
    problems: list[dict[str, Any]] = field(factory=list)
    records: int = 0
    ok: bool = False


class FileVerdicts(list[FileVerdict]):
    """A page that keeps every verdict in memory, for other programs."""

    def begin(self, file: str, standard: str) -> None:
        self.append(FileVerdict(file, standard))

    def problem(self, problem: dict[str, Any]) -> None:
        self[-1].problems.append(problem)

    def end(self, records: int, *, ok: bool) -> None:
        self[-1].records, self[-1].ok = records, ok


@frozen
class Verifying:
    """How files are judged: on ``today``, told in ``language``, as serious as ``severities`` say; ``practice``: whose
    ledger and agreements they are held against, if anyone's."""

    today: date
    language: Language
    severities: Severities = field(factory=Severities)
    practice: PracticeRecords | None = None


def verify(paths: Sequence[Path], verifying: Verifying, page: Page) -> int:
    """Judges files, those in zips, and those in folders. Gives the worst exit code: 0 right, 1 not, 3 unreadable.

    Each verdict goes to the page, also that of a file that can't be read. Raises SettingsError for a broken table.
    """
    exit_codes = [0]
    for path in paths:
        before = len(exit_codes)
        exit_codes += (_judge(entry, verifying, page) for entry in entries(path))
        if len(exit_codes) == before:  # silence would be taken for a verdict
            exit_codes.append(_judge(nothing_in(str(path)), verifying, page))
    return max(exit_codes)


def _judge(entry: FoundFile, verifying: Verifying, page: Page) -> int:
    """Judges one file and gives its exit code."""
    verification, refusal, errors = None, entry.refusal, 0
    faults: Iterable[Fault] = map(_as_fault, entry.findings)
    try:
        with _reading(entry.name):
            if entry.file is not None:
                verification = verify_file(entry.file, entry.name, verifying.today)
                told = _of_a_test(entry.file, verification, entry.name)
                faults = chain(
                    faults, verification, told, _against_practice(entry.file, verification, entry.name, verifying)
                )
    except InputError as error:
        refusal = error
    page.begin(entry.name, verification.standard if verification is not None else "")
    try:
        with _reading(entry.name):
            for fault in faults:
                if verifying.practice is None or not verifying.practice.has_settled(fault):
                    errors += _tell(fault, verifying, page)
    except InputError as error:
        refusal = error
    if refusal is not None:
        errors += _tell(_as_fault(Finding(refusal.code, "", refusal.params)), verifying, page)
    page.end(verification.records if verification is not None else 0, ok=not errors)
    return refusal.exit_code if refusal is not None else int(errors > 0)


def _tell(fault: Fault, verifying: Verifying, page: Page) -> bool:
    """Hands a fault on, and says whether it is an error."""
    severity = verifying.severities.of(fault.code)
    page.problem({**fault.document(verifying.language), "severity": severity})
    return severity == "error"


def _of_a_test(file: IO[bytes], verification: Verification, name: str) -> Iterator[Fault]:
    """That nothing is declared with a file which says that it is a test."""
    file.seek(0)
    standard = standard_of(verification.message)
    first = next(standard.contents(file, verification.message, name), None)
    if first is not None and (element := standard.landmarks.test(first)):
        yield Fault("VERIFY_TEST", element, "T", "-", "", {}, first.number)


def _against_practice(file: IO[bytes], verification: Verification, name: str, verifying: Verifying) -> Iterator[Fault]:
    """What the practice knows of a file, once its bytes were judged."""
    if verifying.practice is not None:
        file.seek(0)
        yield from verifying.practice.faults(file, verification.message, name)


def _as_fault(finding: Finding) -> Fault:
    """What is wrong with a whole file."""
    return Fault(finding.code, return_code=catalogue()[finding.code].return_code, params=finding.params)


@contextmanager
def _reading(name: str) -> Iterator[None]:
    """Around what reads a file: raises InputError, with its name, where that fails."""
    try:
        yield
    except InputError as refusal:
        raise InputError(refusal.code, **{**refusal.params, "file": name}) from None
    except OSError as error:
        raise InputError("FILE_UNREADABLE", file=name, reason=error.strerror or "") from None
