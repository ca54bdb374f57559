"""Return files into the ledger: each matched with its declaration and checked against it, whole or not at all."""

import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, suppress
from datetime import date
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import IO, Final

from attrs import asdict, define, evolve

from ...base.problems import Finding, InputError
from ...base.spool import SortedLines
from ...base.wording import iso_text
from ...declaring.numbers import is_of_a_test, provider, run_label
from ...ledger import Ledger, events
from ...ledger.answers import Declared, PersonLines, answer_of, declaration_of
from ...ledger.corrections import waiting_for_credit
from ...ledger.events import AnsweredLine
from ...ledger.line import Line, When, closed_lines, line_of
from ...output.decisions import note_read
from ...settings import Settings
from ...standards.answer import GOOD, Answer, AnswerKind, LineAnswer
from ...standards.files import FoundFile, entries, nothing_in, sha256_of_lines
from ...standards.message import Message, messages, recognise, start_of
from ...standards.registry import is_answer, standard_of
from ..corrections.named import own_ledger
from ..corrections.undo import reinstate_folder
from .report import FileReport, LineReport

_BATCH: Final = 1_000
_BY_PATH: Final[Mapping[Path, str]] = MappingProxyType({})


def read_returns(
    settings: Settings, paths: Iterable[Path], today: date, called: Mapping[Path, str] = _BY_PATH
) -> Iterator[FileReport]:
    """Reads return files, zips and folders of them, one file after the other. ``called``: what some of them are called
    where that is not their path.

    Each is one change of the ledger. Raises SettingsError where there is no ledger, BusyError, WriteError; what is
    wrong with a file is in its report.
    """
    for path in paths:
        for entry in _all_of(path, called.get(path, "")):
            with closing(FileReport(entry.name, settings.language, settings.severities)) as report:
                try:
                    _read(entry, settings, today, report)
                except InputError as refusal:
                    report.unreadable(refusal)
                yield report


def answered_invoice(path: Path) -> str:
    """The invoice number that a file answers, of a zip the first of them; '' where that can't be read."""
    found = []
    for entry in entries(path):
        with suppress(InputError):
            file, message = _recognised(entry)
            found.append(standard_of(message).answer(file, message, entry.name).invoice)
    return min(found, default="")


def _all_of(path: Path, called: str) -> Iterator[FoundFile]:
    """The files at a path; where there are none, what says so."""
    found = False
    for entry in entries(path, called):
        found = True
        yield entry
    if not found:
        yield nothing_in(called or str(path))


def _read(entry: FoundFile, settings: Settings, today: date, report: FileReport) -> None:
    """Raises InputError for a file that can't be read."""
    file, message = _recognised(entry)
    try:
        sha256 = sha256_of_lines(file)
        file.seek(0)
        answer = standard_of(message).answer(file, message, entry.name)
        report.invoice = answer.invoice
        with own_ledger(settings) as ledger:
            _record(ledger, settings, today, answer, sha256, report)
    except OSError as error:
        raise InputError("FILE_UNREADABLE", file=entry.name, reason=error.strerror or "") from None


def _recognised(entry: FoundFile) -> tuple[IO[bytes], Message]:
    """An answer at its start, and what kind it is. Raises InputError for a file that can't be read, or is none."""
    if entry.file is None:
        raise entry.refusal or InputError(entry.findings[0].code, **entry.findings[0].params)
    try:
        message = recognise(start_of(entry.file), entry.name)
        if not is_answer(message):
            known = ", ".join(message.name for message in messages() if is_answer(message))
            raise InputError("RETURN_NOT_ONE", file=entry.name, found=message.name, expected=known)
        entry.file.seek(0)
    except OSError as error:
        raise InputError("FILE_UNREADABLE", file=entry.name, reason=error.strerror or "") from None
    return entry.file, message


def _record(ledger: Ledger, settings: Settings, today: date, answer: Answer, sha256: str, report: FileReport) -> None:
    """Writes an answer in the ledger if it is one to something we declared, and right."""
    if (earlier := answer_of(ledger, answer.invoice, sha256)) is not None:
        file, day, same = earlier
        params = {"invoice": answer.invoice, "file": file, "day": day}
        report.fault(Finding("RETURN_KNOWN" if same else "RETURN_SECOND", "", params))
        return
    declaration = declaration_of(ledger, answer.invoice)
    if fault := _mismatch(settings, answer, declaration):
        report.fault(fault)
        return
    assert declaration is not None
    report.about(declaration.insurer, declaration.uzovi, declaration.lines, declaration.amount_cents)
    judging = _Judging(ledger, answer, declaration, report)
    judging.run()
    if declaration.state == "withdrawn" and not report.faults:
        _reinstate(ledger, declaration, report)
    if report.faults:
        if declaration.state == "withdrawn":  # whatever is wrong with its answer: it was sent
            ledger.roll_back()
            events.contradicted(ledger, declaration.run)
            ledger.commit()
        return
    kind = judging.kind
    codes = [*answer.codes, GOOD] if kind == "refused" and answer.lines else answer.codes
    read_on = note_read(settings.output.dir, sha256, today)
    if read_on != today:
        report.note(Finding("RETURN_READ_BEFORE", "", {"invoice": answer.invoice, "day": read_on}))
    values = {
        "invoice": answer.invoice,
        "sha256": sha256,
        "file": Path(report.file).name,
        "read_on": read_on.isoformat(),
        "dated": iso_text(answer.dated),
        "standard": answer.standard,
        "kind": kind,
        "by_insurer": kind == "answered" or answer.is_insurers,
        "codes": " ".join(dict.fromkeys(codes)),
        "remark": answer.remark,
        "declared_cents": declaration.amount_cents,
        "granted_cents": answer.granted_cents,
    }
    rest: When | None = None
    refused: When = "feed"
    if kind == "refused":
        rest, refused = ("now", "line") if answer.lines else ("header", "header")
    events.answered(ledger, values, rest, refused)
    report.waiting = waiting_for_credit(ledger, answer.invoice) if rest == "now" else 0
    if declaration.state == "withdrawn":
        reinstate_folder(ledger, declaration.run, settings)
        named = {"invoice": answer.invoice, "run": run_label(declaration.run)}
        report.note(Finding("RETURN_REINSTATED", "", named))
    for line in closed_lines(ledger, answer.invoice):
        params = {"reference": line.reference, "closed_as": line.closed_as}
        report.note(Finding("CLOSED_LINE_ANSWERED", "", params), line.reference)
    ledger.commit()
    judged = (GOOD,) if answer.lines and not judging.faulty else answer.codes
    sums = answer.granted_cents, judging.refused
    report.remark = answer.remark
    report.answered(answer.codes, judged, *sums, whole=kind == "refused", held=refused == "header")


def _reinstate(ledger: Ledger, declaration: Declared, report: FileReport) -> None:
    """Has the run of a withdrawn declaration count as sent again, unless other lines came in the place of its own."""
    for clash in events.reinstated(ledger, declaration.run):
        named = {"invoice": declaration.invoice, "run": run_label(declaration.run), "later_run": run_label(clash.run)}
        params = {**named, "reference": clash.reference, "later": clash.later}
        report.fault(Finding("RETURN_WITHDRAWN", "", params), clash.reference)


def _mismatch(settings: Settings, answer: Answer, declaration: Declared | None) -> Finding | None:
    """Why an answer is none to a declaration of ours."""
    if declaration is None and (answer.test or is_of_a_test(answer.invoice)):
        return Finding("RETURN_OF_TEST", "", {"invoice": answer.invoice})
    ours = asdict(provider(settings))
    if declaration is not None:
        ours = json.loads(declaration.provider)
    for column, agb in answer.providers.items():
        if agb != ours[column]:
            return Finding("RETURN_OTHER_PRACTICE", "", {"found": agb, "expected": ours[column] or "-"})
    if declaration is None:
        return Finding("RETURN_INVOICE_UNKNOWN", "", {"invoice": answer.invoice})
    if answer.test is not ours["test"]:
        found, expected = ("T" if test else "P" for test in (answer.test, ours["test"]))
        return Finding("RETURN_TEST", "", {"found": found, "expected": expected})
    return None


@define
class _Judging:
    """The lines of an answer, held against those that were declared."""

    ledger: Ledger
    answer: Answer
    declaration: Declared
    report: FileReport
    #: How many lines the answer refuses or finds at fault, and what the lines it names were declared and granted.
    refused: int = 0
    faulty: int = 0
    named_cents: int = 0
    granted_cents: int = 0

    @property
    def kind(self) -> AnswerKind:
        """An answer in which every line is refused is VECOZO's where nothing shows that it is the insurer's."""
        answer = self.answer
        alike = self.faulty == answer.lines == self.declaration.lines and not answer.granted_cents
        return "refused" if alike and not answer.is_insurers else answer.kind

    def run(self) -> None:
        """Checks every line, and writes those in the ledger that say something."""
        references = SortedLines()
        rows: list[AnsweredLine] = []
        for line in self._lines():
            sent = line_of(self.ledger, line.reference)
            if sent is None or sent.invoice != self.answer.invoice:
                params = {"record": line.record, "reference": line.reference, "invoice": self.answer.invoice}
                self.report.fault(Finding("RETURN_LINE_UNKNOWN", "", params), line.reference)
                continue
            references.add(line.reference)
            self._judge(line, sent, rows)
            if len(rows) >= _BATCH:
                events.lines_answered(self.ledger, rows)
                rows.clear()
        events.lines_answered(self.ledger, rows)
        for reference, following in pairwise(references):
            if reference == following:
                self.report.fault(Finding("RETURN_LINE_TWICE", "", {"reference": reference}), reference)
        references.close()
        if not self.report.faults:
            self._check_totals()

    def _lines(self) -> Iterator[LineAnswer]:
        """The lines of the answer; for one that stands for a whole person, those of theirs that it doesn't name."""
        patient_id = ""
        named: set[str] = set()
        persons = PersonLines(self.ledger, self.answer.invoice)
        for line in self.answer.read():
            if line.patient_id != patient_id:
                patient_id = line.patient_id
                named.clear()
            if line.reference or not patient_id:
                named.add(line.reference)
                yield line
                continue
            for reference, side in persons.of(patient_id):
                if reference not in named:
                    yield evolve(line, reference=reference, debit_credit=side, granted_debit_credit=side)

    def _judge(self, line: LineAnswer, sent: Line, rows: list[AnsweredLine]) -> None:
        reference = {"reference": line.reference}
        sides = (line.debit_credit, line.granted_debit_credit if line.granted_cents else sent.debit_credit)
        for side in sides:
            if side != sent.debit_credit:
                params = {**reference, "found": side, "expected": sent.debit_credit}
                self.report.fault(Finding("RETURN_DEBIT_CREDIT", "", params), line.reference)
                return
        if line.granted_cents > sent.amount_cents:
            found, expected = self.report.euros(line.granted_cents), self.report.euros(sent.amount_cents)
            params = {**reference, "found": found, "expected": expected}
            self.report.fault(Finding("RETURN_AMOUNT", "", params), line.reference)
            return
        sign = 1 if sent.debit_credit == "D" else -1
        self.named_cents += sign * sent.amount_cents
        self.granted_cents += sign * line.granted_cents
        status = _status(line, sent)
        self.refused += status == "refused"
        if self.answer.kind == "refused" and line.is_good:
            return
        self.faulty += status == "refused" and not line.is_good
        rows.append((status, line.granted_cents, " ".join(line.codes), line.remark, line.reference))
        if status != "granted":
            debit = line_of(self.ledger, sent.previous) if sent.previous else None
            is_needless = debit is not None and debit.became == "refused"
            self.report.line(
                LineReport(sent, line.record, status, line.granted_cents, line.codes, line.remark, is_needless)
            )

    def _check_totals(self) -> None:
        """The totals of the message against what was declared, and against its own lines."""
        answer, declaration = self.answer, self.declaration
        whole = answer.kind == "refused"
        if answer.declared_cents != declaration.amount_cents and not (whole and not answer.declared_cents):
            self._wrong_total("RETURN_TOTAL_DECLARED", answer.declared_cents, declaration.amount_cents)
        expected = 0 if whole else declaration.amount_cents - self.named_cents + self.granted_cents
        if answer.granted_cents != expected:
            self._wrong_total("RETURN_TOTAL_GRANTED", answer.granted_cents, expected)

    def _wrong_total(self, code: str, found: int, expected: int) -> None:
        params = {"found": self.report.euros(found), "expected": self.report.euros(expected)}
        self.report.fault(Finding(code, "", {**params, "invoice": self.answer.invoice}))


def _status(line: LineAnswer, sent: Line) -> str:
    """What became of a line. One that claims nothing is refused by its codes alone."""
    granted = line.granted_cents
    if granted == sent.amount_cents and (granted or line.is_good):
        return "granted"
    return "partly_granted" if granted else "refused"
