"""Declaration and return files of any program, as far as the index asks for them: what was declared, and what of that
was granted. A declaration without its answer is granted nothing."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import IO, Final

from attrs import define, field, frozen

from ...base.problems import Finding, InputError
from ...standards.answer import Answer, AnswerKind
from ...standards.filed import FiledLine
from ...standards.files import FoundFile, entries, nothing_in, sha256_of_lines
from ...standards.message import recognise, start_of
from ...standards.registry import is_answer, standard_of

#: What a file says of whose it is, the surest first.
_WHOSE: Final = ("practice_agb", "institution_agb", "provider_agb")


@frozen
class Granted:
    """What an answer grants, of an invoice: by the references of the lines that it names. ``patients``: whose other
    lines it refuses, by the number they were sent with. ``file`` is its name, ``digest`` that of what it says."""

    file: str
    digest: str
    kind: AnswerKind
    dated: date
    lines: Mapping[str, int]
    patients: Collection[str]

    def of(self, reference: str, patient_id: str, claimed: int) -> int:
        """What is granted of a line, in cents; ``claimed`` of one that the answer doesn't name."""
        if self.kind == "refused":
            return 0
        if reference in self.lines:
            return self.lines[reference]
        return 0 if patient_id in self.patients else claimed


@define
class Filed:
    """What a set of files holds: the lines of each invoice with the file that they are in, the answers to each, and
    what was found. ``doubles``: how many lines were in more than one file."""

    lines: dict[str, dict[str, FiledLine]] = field(factory=dict)
    files: dict[str, str] = field(factory=dict)
    answers: dict[str, Granted] = field(factory=dict)
    findings: list[Finding] = field(factory=list)
    doubles: int = 0


def read_files(paths: Sequence[tuple[Path, str]], whose: Collection[str]) -> Filed:
    """Reads files, zips and folders of them, in whatever order. ``whose``: the AGB codes of the practice; what is
    another's, or a test, is left out and told.

    Raises InputError for a file that can't be read: what is left without it would say too little.
    """
    found = Filed()
    answers: dict[str, dict[str, Granted]] = {}
    for entry in _all_of(paths):
        if entry.file is None:
            raise entry.refusal or InputError(entry.findings[0].code, **entry.findings[0].params)
        try:
            _read(entry.file, entry.name, whose, found, answers)
        except OSError as error:
            raise InputError("FILE_UNREADABLE", file=entry.name, reason=error.strerror or "") from None
    for invoice, given in sorted(answers.items()):
        found.answers[invoice] = max(
            given.values(), key=lambda each: (each.kind == "answered", each.dated, each.digest)
        )
        judged = [each for each in given.values() if each.kind == "answered"]
        if len(judged) > 1:
            params = {"invoice": invoice, "file": found.answers[invoice].file, "count": len(judged)}
            found.findings.append(Finding("INDEX_ANSWERS_DIFFER", "", params))
    return found


def _all_of(paths: Sequence[tuple[Path, str]]) -> Iterator[FoundFile]:
    """The files at paths; where there are none at one, what says so."""
    for path, called in paths:
        is_empty = True
        for entry in entries(path, called):
            is_empty = False
            yield entry
        if is_empty:
            yield nothing_in(called or str(path))


def _read(
    file: IO[bytes], name: str, whose: Collection[str], found: Filed, answers: dict[str, dict[str, Granted]]
) -> None:
    message = recognise(start_of(file), name)
    standard = standard_of(message)
    if is_answer(message):
        digest = sha256_of_lines(file)
        file.seek(0)
        answer = standard.answer(file, message, name)
        if _is_left_out(answer.providers, test=answer.test, name=name, whose=whose, found=found):
            return
        answers.setdefault(answer.invoice, {}).setdefault(digest, _granted(answer, name, digest))
        return
    declaration = standard.filed(file, message, name)
    if _is_left_out(declaration.providers, test=declaration.test, name=name, whose=whose, found=found):
        return
    lines = found.lines.setdefault(declaration.invoice, {})
    found.files[declaration.invoice] = min(name, found.files.get(declaration.invoice, name))
    for line in declaration.read():
        other = lines.setdefault(line.reference, line)
        if other is not line:
            found.doubles += 1
            lines[line.reference] = min(line, other, key=_said)


def _is_left_out(providers: Mapping[str, str], *, test: bool, name: str, whose: Collection[str], found: Filed) -> bool:
    """Whether a file is a test, or another's; then that is told."""
    agb = next((providers[kind] for kind in _WHOSE if kind in providers), "")
    if agb not in whose:
        found.findings.append(Finding("INDEX_OTHER_PRACTICE", "", {"file": name, "found": agb or "-"}))
    elif test:
        found.findings.append(Finding("INDEX_TEST_FILE", "", {"file": name}))
    else:
        return False
    return True


def _said(line: FiledLine) -> tuple[object, ...]:
    """What tells lines of one reference apart, so that it is the same one whatever file comes first."""
    care = line.diagnosis, line.indication, line.therapist_agb, line.sex, line.postcode
    return line.day, line.code, line.units, line.cents, line.is_credit, line.previous, line.who, *care


def _granted(answer: Answer, name: str, digest: str) -> Granted:
    """Of two answers to one line in a file the first is kept, as in the ledger."""
    lines: dict[str, int] = {}
    patients = set()
    for line in answer.read():
        if line.reference:
            lines.setdefault(line.reference, line.granted_cents)
        else:
            patients.add(line.patient_id)
    return Granted(name, digest, answer.kind, answer.dated or date.min, lines, patients)
