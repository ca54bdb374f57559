"""``verify``: message files judged as their receiver would; with a practice at hand, also by what that knows."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from datetime import date
from functools import partial
from heapq import merge
from itertools import chain
from operator import itemgetter, methodcaller
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, Protocol, TypeAlias

from attrs import define, field, frozen

from ...base.problems import Finding, InputError, Language, Severities, catalogue
from ...base.processes import Helper, cores
from ...base.spool import Batches, Scratch
from ...standards.fault import Fault
from ...standards.files import FoundFile, entries, nothing_in, paths_at
from ...standards.registry import standard_of
from ...standards.verifying import Verification, verify_file

if TYPE_CHECKING:
    from .practice import PracticeRecords


#: Bytes of files that are worth a process of their own.
WORTH_A_PROCESS: Final = 4 << 20
#: What a page is to be told, with the place of its path.
_Call: TypeAlias = tuple[int, methodcaller]


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


class _Kept:
    """A page that keeps on disk what a process tells it of the paths at some places, until their turn has come. One for
    each process: a folder may hold more files than a process may have open."""

    def __init__(self, share: Sequence[int]) -> None:
        self.share: Final = sorted(share)
        self._at = 0
        self._calls: Final = Batches[_Call](Scratch())

    def begin(self, file: str, standard: str) -> None:
        self._keep("begin", file, standard)

    def problem(self, problem: dict[str, Any]) -> None:
        self._keep("problem", problem)

    def end(self, records: int, *, ok: bool) -> None:
        self._keep("end", records, ok=ok)

    def _keep(self, *told: Any, **named: Any) -> None:
        self._calls.add((self._at, methodcaller(*told, **named)))

    def judge(self, paths: Sequence[Path], verifying: "Verifying") -> tuple[int, Batches[_Call]]:
        """Judges the paths at its places; gives the worst exit code, and all that it was told, each with the place of
        its path."""
        worst = 0
        for at in self.share:
            self._at = at
            worst = max(worst, _judge_path(paths[at], verifying, self))
        return worst, self._calls


@frozen
class Verifying:
    """How files are judged: on ``today``, told in ``language``, as serious as ``severities`` say; ``practice``: whose
    ledger and agreements they are held against, if anyone's; ``called``: what paths are called, where that is otherwise
    than they are."""

    today: date
    language: Language
    severities: Severities = field(factory=Severities)
    practice: "PracticeRecords | None" = None
    called: Mapping[Path, str] = field(factory=dict)


def verify(paths: Sequence[Path], verifying: Verifying, page: Page) -> int:
    """Judges files, those in zips, and those in folders. Gives the worst exit code: 0 right, 1 not, 3 unreadable.

    Each verdict goes to the page, also that of a file that can't be read. Raises SettingsError for a broken table.
    """
    found = [inside for path in paths for inside in paths_at(path)]
    shares = _shares(found) if verifying.practice is None else []
    if len(shares) < 2:
        return max(_judge_path(path, verifying, page) for path in found)
    with ExitStack() as cleaning:
        works = [partial(_Kept(share).judge, found, verifying) for share in shares]
        helpers = [cleaning.enter_context(Helper(work)) for work in works[1:]]
        judged = [works[0](), *(helper.result() for helper in helpers)]
        for _, call in merge(*(chain.from_iterable(calls) for _, calls in judged), key=itemgetter(0)):
            call(page)
    return max(exit_code for exit_code, _ in judged)


def _shares(paths: Sequence[Path]) -> Sequence[Sequence[int]]:
    """The places of paths dealt to processes, so that each has about as many bytes to read."""
    sizes = [path.stat().st_size if path.is_file() else 0 for path in paths]
    count = min(cores(), len(paths), sum(sizes) // WORTH_A_PROCESS)
    shares: list[list[int]] = [[] for _ in range(count)]
    for place in sorted(range(len(paths)), key=lambda place: -sizes[place]) if shares else ():
        min(shares, key=lambda share: sum(sizes[other] for other in share)).append(place)
    return shares


def _judge_path(path: Path, verifying: Verifying, page: Page) -> int:
    """Judges what is at a path, and gives the worst exit code; silence would be taken for a verdict."""
    called = verifying.called.get(path, "")
    exit_codes = [_judge(entry, verifying, page) for entry in entries(path, called)]
    return max(exit_codes) if exit_codes else _judge(nothing_in(called or str(path)), verifying, page)


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
