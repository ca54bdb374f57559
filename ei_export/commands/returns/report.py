"""What a return file came to: for programs, and for the person who reads it in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import chain, groupby
from typing import Any, Final

from attrs import frozen

from ...base.problems import SEVERITIES, Finding, Language, Refusal, Severities, render
from ...base.spool import UNIT, SortedLines
from ...base.wording import euros
from ...base.words import shown, words
from ...ledger.line import Line
from ...model.codelists import Remedy
from ...output.paper import set_lines, template
from ...output.refusals import official, reasons, worded

#: The problems that are each about one line.
PARTLY: Final = "RETURN_LINE_PARTLY"
_LINES: Final = frozenset({"RETURN_LINE_REFUSED", "RETURN_CREDIT_REFUSED", "RETURN_CREDIT_NEEDLESS", PARTLY})


@frozen
class LineReport:
    """A line that was not granted in full: as it was ``sent``, and its answer. ``record`` in the return file;
    ``is_needless``: a credit of a debit that was refused."""

    sent: Line
    record: int
    status: str
    granted_cents: int
    codes: tuple[str, ...]
    remark: str
    is_needless: bool


class FileReport:
    """What came of one return file; any number of lines."""

    def __init__(self, file: str, language: Language, severities: Severities) -> None:
        self.file = file
        self.invoice = ""
        self.language: Language = language
        self.insurer = self.uzovi = ""
        self.lines = self.refused = self.declared_cents = self.granted_cents = 0
        #: Lines found good that don't go again before another line of their appointment is credited.
        self.waiting = 0
        self.is_read = self.is_whole = self.is_held = False
        #: What was written with the answer to the whole.
        self.remark = ""
        #: How much kept it from being read in.
        self.faults = 0
        #: The first of them; and what there is to tell besides of one that was read in.
        self.first_fault: Finding | None = None
        self.notes: list[Finding] = []
        self._severities = severities
        self._unreadable = 0
        self._errors = 0
        self._faults = SortedLines()
        self._lines = SortedLines()

    def close(self) -> None:
        """Gives the disk back."""
        self._faults.close()
        self._lines.close()

    @property
    def exit_code(self) -> int:
        """0; 1 where anything is refused or wrong; that of the refusal where it can't be read at all."""
        return self._unreadable or int(self._errors > 0)

    @property
    def good(self) -> int:
        """How many lines of a declaration that was refused as a whole were found good, and go again by themselves."""
        return self.lines - self._lines.count - self.waiting if self.is_whole and not self.is_held else 0

    def euros(self, cents: int) -> str:
        return euros(cents, self.language)

    # What happens to it.

    def about(self, insurer: str, uzovi: str, lines: int, declared_cents: int) -> None:
        """Which declaration it answers."""
        self.insurer, self.uzovi, self.lines, self.declared_cents = insurer, uzovi, lines, declared_cents

    def unreadable(self, refusal: Refusal) -> None:
        """It can't be read at all."""
        self._unreadable = refusal.exit_code
        self.fault(Finding(refusal.code, "", refusal.params))

    def fault(self, finding: Finding, reference: str = "") -> None:
        """Something keeps it from being read in."""
        self.faults += 1
        self.first_fault = self.first_fault or finding
        self._tell(finding, reference)

    def note(self, finding: Finding, reference: str = "") -> None:
        """Something to be told of it that keeps nothing from being read in."""
        self.notes.append(finding)
        self._tell(finding, reference)

    def _tell(self, finding: Finding, reference: str) -> None:
        message, remedy = render(finding.code, finding.params, self.language)
        said = {"code": finding.code, "reference": reference, "message": message, "remedy": remedy}
        self._add(self._faults, said)

    def line(self, line: LineReport) -> None:
        """A line that was not granted in full."""
        self._add(self._lines, of_line(line, self.insurer, self.invoice, self.language))

    def answered(
        self, codes: Sequence[str], judged: Sequence[str], granted_cents: int, refused: int, *, whole: bool, held: bool
    ) -> None:
        """It is in the ledger. ``whole``: the declaration was refused before its lines were judged, for ``codes``, and
        ``judged`` say what that means for it; ``held``: no line was."""
        self.is_read, self.is_whole, self.is_held, self.granted_cents = True, whole, held, granted_cents
        self.refused = self.lines if whole else refused
        if whole:
            about = {"insurer": self.insurer, "invoice": self.invoice, "codes": " ".join(codes)}
            self._add(self._faults, of_whole(judged, about, self.remark, self.language, held=held))

    def _add(self, spool: SortedLines, problem: Mapping[str, Any]) -> None:
        code, level = problem["code"], self._severities.of(problem["code"])
        self._errors += level == "error"
        found = ",".join(each["return_code"] for each in problem.get("reasons", ()))
        meaning = problem.get("meaning", "")
        order = UNIT.join((str(SEVERITIES.index(level)), code, found, meaning, problem["reference"]))
        whole = {"code": code, "severity": level, **problem}
        spool.add(f"{order}{UNIT}{json.dumps(whole)}")

    # What is told of it.

    def problems(self) -> Iterator[dict[str, Any]]:
        """What kept it from being read in; else the refusal of the whole, and the lines that were not granted in full,
        those for the same reason together."""
        for spool in (self._faults, *([] if not self.is_read else [self._lines])):
            for line in spool:
                yield json.loads(line.rpartition(UNIT)[2])


def kind_of(*, is_refused: bool, is_credit: bool, is_needless: bool) -> str:
    """The problem as which a line is told of that was not granted in full."""
    if not is_refused:
        return PARTLY
    if not is_credit:
        return "RETURN_LINE_REFUSED"
    return "RETURN_CREDIT_NEEDLESS" if is_needless else "RETURN_CREDIT_REFUSED"


def of_line(line: LineReport, insurer: str, invoice: str, language: Language) -> dict[str, Any]:
    """What is told of a line that was not granted in full: what for, and what to do."""
    sent = line.sent
    code = kind_of(
        is_refused=line.status == "refused", is_credit=sent.debit_credit == "C", is_needless=line.is_needless
    )
    about = {
        "reference": sent.reference,
        "appointment_id": sent.appointment_id,
        "trajectory": sent.trajectory,
        "record": line.record,
        "date": sent.date,
        "f_code": sent.f_code,
        "amount_cents": sent.amount_cents,
        "granted_cents": line.granted_cents,
        "remark": line.remark,
        "return_codes": list(line.codes),
    }
    places = {
        "reference": sent.reference,
        "f_code": sent.f_code,
        "date": sent.date,
        "units": sent.units,
        "amount": euros(sent.amount_cents, language),
        "granted": euros(line.granted_cents, language),
        "insurer": insurer,
        "invoice": invoice,
        "codes": " ".join(line.codes),
    }
    return _explained(code, list(reasons(line.codes)), about, places, language)


def of_whole(
    codes: Sequence[str], about: Mapping[str, str], remark: str, language: Language, *, held: bool
) -> dict[str, Any]:
    """What is told of a declaration that was refused before its lines were judged, or with all of them: ``codes`` say
    what that means; ``about``: its insurer, invoice and all codes; ``held``: no line was judged."""
    places = dict.fromkeys(("reference", "f_code", "date", "units", "amount"), "-")
    more = {"reference": "", "remark": remark, "return_codes": about["codes"].split()}
    return _explained("RETURN_FILE_REFUSED", list(reasons(codes, whole=held)), more, {**places, **about}, language)


def _explained(
    code: str,
    found: Sequence[tuple[str, Remedy]],
    about: Mapping[str, object],
    places: Mapping[str, object],
    language: Language,
) -> dict[str, Any]:
    """Words a refusal by the return codes that say what it means; its remedy is that of the first."""
    by = words("returns", language)("by", insurer=str(places["insurer"]))
    named = {name: places[name] for name in ("insurer", "invoice", "codes")} | {"by": by}
    said = {**shown({**places, "by": by}, language), **named}
    told = [
        {
            "return_code": reason,
            "text": official(reason, language) if reason else "",
            "meaning": worded(what.meaning, said, language),
            "remedy": worded(what.remedy, said, language),
        }
        for reason, what in found
    ]
    meaning = told[0]["meaning"]
    message, general = render(code, {**places, **named}, language)
    remedy = general if code == PARTLY else told[0]["remedy"]
    again = {"again": found[0][1].again, "meaning": meaning, "reasons": told}
    return {"code": code, **about, **again, "message": f"{message} {meaning}", "remedy": remedy}


def document(report: FileReport) -> dict[str, Any]:
    """One file as an object of ``--json``, its problems read as it is written."""
    return {
        "file": report.file,
        "invoice": report.invoice,
        "lines_granted": report.lines - report.refused if report.is_read else 0,
        "lines_refused": report.refused,
        "lines_good": report.good,
        "declared_cents": report.declared_cents if report.is_read else 0,
        "granted_cents": report.granted_cents,
        "problems": report.problems(),
    }


def text_lines(report: FileReport) -> Iterator[str]:
    """One file for a person at a terminal, at most 80 wide."""
    alike = groupby(report.problems(), key=_said)
    told = ((kind, first := next(problems), chain((first,), problems)) for (kind, _), problems in alike)
    page = template(__package__, "returns", report.language)
    return set_lines(page.generate(report=report, told=told, of_lines=_LINES))


def _said(problem: Mapping[str, Any]) -> tuple[str, object]:
    """What lines have in common of which the same is to be told."""
    return problem["code"], problem["reasons"] if problem["code"] in _LINES else problem["message"]
