"""What a return file came to: for programs, and for the person who reads it in."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from itertools import chain, groupby
from typing import Any, Final

from attrs import frozen

from ...base.problems import SEVERITIES, Finding, Language, Refusal, Severities, render
from ...base.spool import SortedLines
from ...base.wording import day_text, printable, shown
from ...output.paper import counted, euros, number, wrapped
from ...output.refusals import official, reasons

_BETWEEN: Final = "\x1f"
_INDENT: Final = "  "
#: The problems that are each about one line.
_LINES: Final = frozenset(
    {"RETURN_LINE_REFUSED", "RETURN_CREDIT_REFUSED", "RETURN_CREDIT_NEEDLESS", "RETURN_LINE_PARTLY"}
)

_WORDS: Final[dict[Language, dict[str, str]]] = {
    "nl": {
        "invoice": "{file}: factuur {invoice}, {insurer} ({uzovi})",
        "sums": "ingediend € {declared}, toegekend € {granted}; {refused} van {lines} afgewezen",
        "good": "zonder fout (8096), vanzelf mee in de volgende run: {lines}",
        "waiting": "zonder fout, maar pas mee als de oude regel van de afspraak is gecrediteerd (ei-export credit met "
        "het id van de afspraak): {lines}",
        "line": "{reference}  afspraak {appointment}  {date}  {f_code}  € {amount}",
        "line_partly": "{reference}  afspraak {appointment}  {date}  {f_code}  € {amount}, toegekend € {granted}",
        "remark": '{by} schrijft erbij: "{remark}"',
        "what": "Wat nu: {remedy}",
        "as-is": "Opnieuw declareren kan, met: ei-export redeclare en het kenmerk.",
        "corrected": "Opnieuw declareren kan als het verbeterd is: vanzelf als de afspraak verbeterd in de export "
        "komt, en anders met: ei-export redeclare en het kenmerk.",
        "no": "Opnieuw declareren zoals hij nu is heeft geen zin.",
        "RETURN_CREDIT_REFUSED": "De gecrediteerde regel staat dus nog. Opnieuw crediteren gaat met: ei-export "
        "redeclare en het kenmerk.",
        "RETURN_CREDIT_NEEDLESS": "De regel zelf was ook al afgewezen: er staat niets meer van, en er is niets te "
        "crediteren.",
        "RETURN_LINE_PARTLY": "Controleer het bedrag in uw tarieventabel en in uw overeenkomst. Moet het anders, "
        "verbeter het dan en geef: ei-export correct en het kenmerk. Van deze regels is maar een deel toegekend:",
        "held": "Tot dan worden alle regels van de factuur vastgehouden. Ze gaan vanzelf opnieuw mee als de gegevens "
        "van de praktijk zijn verbeterd, en anders met: ei-export redeclare {invoice}",
        "by": "VECOZO of {insurer}",
    },
    "en": {
        "invoice": "{file}: invoice {invoice}, {insurer} ({uzovi})",
        "sums": "declared € {declared}, granted € {granted}; {refused} of {lines} refused",
        "good": "without fault (8096), along by itself in the next run: {lines}",
        "waiting": "without fault, but along only once the old line of the appointment is credited (ei-export credit "
        "with the id of the appointment): {lines}",
        "line": "{reference}  appointment {appointment}  {date}  {f_code}  € {amount}",
        "line_partly": "{reference}  appointment {appointment}  {date}  {f_code}  € {amount}, granted € {granted}",
        "remark": '{by} writes: "{remark}"',
        "what": "What now: {remedy}",
        "as-is": "It can be declared again, with: ei-export redeclare and the reference.",
        "corrected": "It can be declared again once it is corrected: by itself when the appointment comes corrected in "
        "the export, and otherwise with: ei-export redeclare and the reference.",
        "no": "Declaring it again as it is now is no use.",
        "RETURN_CREDIT_REFUSED": "So the line it credits still stands. To credit it again: ei-export redeclare and the "
        "reference.",
        "RETURN_CREDIT_NEEDLESS": "The line itself was refused too: nothing of it stands, and there is nothing to "
        "credit.",
        "RETURN_LINE_PARTLY": "Check the amount in your tariff table and in your agreement. If it has to change, "
        "correct it and give: ei-export correct and the reference. Of these lines only a part was granted:",
        "held": "Until then all lines of the invoice are held. They go again by themselves when the details of the "
        "practice are corrected, and otherwise with: ei-export redeclare {invoice}",
        "by": "VECOZO or {insurer}",
    },
}


@frozen
class LineReport:
    """A line that was not granted in full: as it was declared, and its answer. ``record`` in the return file."""

    reference: str
    appointment_id: str
    trajectory: str
    date: str
    f_code: str
    units: int
    amount_cents: int
    debit_credit: str
    debit_refused: bool
    record: int
    status: str
    granted_cents: int
    codes: tuple[str, ...]
    remark: str = ""


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
        self.note(finding, reference)

    def note(self, finding: Finding, reference: str = "") -> None:
        """Something to be told of it that keeps nothing from being read in."""
        message, remedy = render(finding.code, finding.params, self.language)
        self._add(self._faults, finding.code, (reference,), {"reference": reference}, message, remedy)

    def line(self, line: LineReport) -> None:
        """A line that was not granted in full."""
        code = "RETURN_LINE_REFUSED" if line.status == "refused" else "RETURN_LINE_PARTLY"
        if line.status == "refused" and line.debit_credit == "C":
            code = "RETURN_CREDIT_NEEDLESS" if line.debit_refused else "RETURN_CREDIT_REFUSED"
        about = {
            "reference": line.reference,
            "appointment_id": line.appointment_id,
            "trajectory": line.trajectory,
            "record": line.record,
            "date": line.date,
            "f_code": line.f_code,
            "amount_cents": line.amount_cents,
            "granted_cents": line.granted_cents,
            "remark": line.remark,
        }
        places = {
            "reference": line.reference,
            "f_code": line.f_code,
            "date": line.date,
            "units": line.units,
            "amount": self.euros(line.amount_cents),
            "granted": self.euros(line.granted_cents),
        }
        self._explain(self._lines, code, line.codes, line.codes, about, places)

    def answered(
        self, codes: Sequence[str], judged: Sequence[str], granted_cents: int, refused: int, *, whole: bool, held: bool
    ) -> None:
        """It is in the ledger. ``whole``: the declaration was refused before its lines were judged, for ``codes``, and
        ``judged`` say what that means for it; ``held``: no line was."""
        self.is_read, self.is_whole, self.is_held, self.granted_cents = True, whole, held, granted_cents
        self.refused = self.lines if whole else refused
        if whole:
            places = dict.fromkeys(("reference", "f_code", "date", "units", "amount"), "-")
            about = {"reference": "", "remark": self.remark}
            self._explain(self._faults, "RETURN_FILE_REFUSED", codes, judged, about, places)

    def _explain(
        self,
        spool: SortedLines,
        code: str,
        codes: Sequence[str],
        judged: Sequence[str],
        about: Mapping[str, object],
        places: Mapping[str, object],
    ) -> None:
        """Words a refusal for return codes by those that say what it means; its remedy is that of the first."""
        by = _WORDS[self.language]["by"].format(insurer=self.insurer)
        named = {"insurer": self.insurer, "invoice": self.invoice, "codes": " ".join(codes), "by": by}
        said = {**shown({**places, "by": by}, self.language), **named}
        found = list(reasons(judged, whole=code == "RETURN_FILE_REFUSED" and self.is_held))
        told = [
            {
                "return_code": reason,
                "text": official(reason, self.language) if reason else "",
                "meaning": what.meaning[self.language].format_map(said),
                "remedy": what.remedy[self.language].format_map(said),
            }
            for reason, what in found
        ]
        meaning = told[0]["meaning"]
        message, general = render(code, {**places, **named}, self.language)
        message = f"{message} {meaning}"
        remedy = general if code == "RETURN_LINE_PARTLY" else told[0]["remedy"]
        more = {**about, "return_codes": list(codes), "again": found[0][1].again, "meaning": meaning, "reasons": told}
        key = (",".join(reason for reason, _ in found), meaning, str(about["reference"]))
        self._add(spool, code, key, more, message, remedy)

    def _add(
        self,
        spool: SortedLines,
        code: str,
        key: Sequence[str],
        more: Mapping[str, object],
        message: str,
        remedy: str,
    ) -> None:
        level = self._severities.of(code)
        self._errors += level == "error"
        problem = {"code": code, "severity": level, **more, "message": message, "remedy": remedy}
        order = _BETWEEN.join((str(SEVERITIES.index(level)), code, *key))
        spool.add(f"{order}{_BETWEEN}{json.dumps(problem)}")

    # What is told of it.

    def problems(self) -> Iterator[dict[str, Any]]:
        """What kept it from being read in; else the refusal of the whole, and the lines that were not granted in full,
        those for the same reason together."""
        for spool in (self._faults, *([] if not self.is_read else [self._lines])):
            for line in spool:
                yield json.loads(line.rpartition(_BETWEEN)[2])


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
    words = _WORDS[report.language]
    if report.is_read:
        yield words["invoice"].format(
            file=printable(report.file), invoice=report.invoice, insurer=report.insurer, uzovi=report.uzovi
        )
        declared, granted = report.euros(report.declared_cents), report.euros(report.granted_cents)
        yield _INDENT + words["sums"].format(
            declared=declared,
            granted=granted,
            refused=number(report.refused, report.language),
            lines=counted(report.lines, "line", report.language),
        )
        if report.good:
            yield _INDENT + words["good"].format(lines=counted(report.good, "line", report.language))
        if report.waiting:
            yield from wrapped(words["waiting"].format(lines=counted(report.waiting, "line", report.language)), _INDENT)
    else:
        yield printable(report.file)
    for (kind, *_), alike in groupby(report.problems(), key=_said):
        first = next(alike)
        yield ""
        for place, reason in enumerate(first.get("reasons", [first])):
            if reason.get("return_code"):
                yield from wrapped(f"{reason['return_code']} {reason['text']}", _INDENT)
            about_all = kind not in _LINES and not place
            yield from wrapped(first["message"] if about_all else reason["meaning"], _INDENT)
            if kind != "RETURN_LINE_PARTLY":  # what a line that was refused needs is not what one that stands does
                yield from wrapped(words["what"].format(remedy=reason["remedy"]), _INDENT)
        if kind == "RETURN_FILE_REFUSED" and report.remark:
            by = words["by"].format(insurer=report.insurer)
            yield from wrapped(words["remark"].format(by=by, remark=report.remark), _INDENT)
        if kind == "RETURN_FILE_REFUSED" and report.is_held:
            yield from wrapped(words["held"].format(invoice=report.invoice), _INDENT)
        if kind in _LINES:
            again = first["again"] if kind == "RETURN_LINE_REFUSED" else kind
            yield from wrapped(words[again], _INDENT)
            for problem in chain((first,), alike):
                told = words["line_partly" if kind == "RETURN_LINE_PARTLY" else "line"].format(
                    reference=problem["reference"],
                    appointment=problem["appointment_id"],
                    date=day_text(date.fromisoformat(problem["date"]), report.language),
                    f_code=problem["f_code"],
                    amount=report.euros(problem["amount_cents"]),
                    granted=report.euros(problem["granted_cents"]),
                )
                yield from wrapped(told, _INDENT * 2)
                if problem["remark"]:
                    wrote = words["remark"].format(by=report.insurer, remark=problem["remark"])
                    yield from wrapped(wrote, _INDENT * 3)
    yield ""


def _said(problem: Mapping[str, Any]) -> tuple[str, object]:
    """What lines have in common of which the same is to be told."""
    return problem["code"], problem["reasons"] if problem["code"] in _LINES else problem["message"]
