"""Antwoorden: return files are dragged in, and what they brought is told line by line."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from datetime import date
from itertools import groupby
from pathlib import Path
from typing import Any, Final, TypeAlias, cast

from attrs import frozen
from flask import Blueprint, abort, redirect, url_for
from flask.typing import ResponseReturnValue

from ..base.problems import Finding, render
from ..base.words import Words, words
from ..commands.renewing import renew
from ..commands.returns.answered import answered, reasons_of, reasons_of_whole
from ..commands.returns.inbox import read_inbox
from ..commands.returns.report import FileReport, document
from ..commands.returns.returns import read_returns
from ..declaring.numbers import run_label
from ..ledger import Ledger
from ..ledger.answers import answers
from ..ledger.inbox import LeftFile, left_files
from ..ledger.line import Line, debits_of, line_of
from ..ledger.standing import declarations
from ..model.tasks import TaskName, task_kinds
from ..settings import Settings
from ..standards.files import files_in
from .showing import acting, desk, paged, redirect_with, renew_lists, show, uploaded
from .stories import name_of, run_of
from .uploads import limit_of
from .working import work, worked

PAGE = Blueprint("answers", __name__, url_prefix="/antwoorden")

#: A line that was not granted in full, with what is told of it.
_Told: TypeAlias = tuple[Line, Mapping[str, Any]]

_KIND: Final = "returns"
#: Bytes of answers that are read by a process of its own.
_LONG: Final = 4_000_000
#: Problems of one file that are shown; those of lines are all on the page of its answer.
_MOST: Final = 100
#: Declarations without an answer that are shown, the oldest ones.
_MOST_UNANSWERED: Final = 50
#: What is told of a line, with the task that is to do about it: it has the ways to do that.
_LINE: Final[Mapping[str, TaskName | None]] = {
    "RETURN_LINE_REFUSED": "refused",
    "RETURN_LINE_PARTLY": "partly_granted",
    "RETURN_CREDIT_REFUSED": "credit_refused",
    "RETURN_CREDIT_NEEDLESS": None,
}


@frozen
class Brought:
    """What came of a return file: sums of what was read in, and the first of its ``problems`` that are not about a line
    that was refused or granted in part."""

    file: str
    invoice: str
    insurer: str
    is_read: bool
    lines: int
    refused: int
    partly: int
    good: int
    waiting: int
    declared_cents: int
    granted_cents: int
    problems: Sequence[Mapping[str, Any]]

    @classmethod
    def of(cls, report: FileReport) -> "Brought":
        told = document(report)
        partly = 0
        problems: list[Mapping[str, Any]] = []
        for problem in told["problems"]:
            partly += problem["code"] == "RETURN_LINE_PARTLY"
            if problem["code"] not in _LINE and len(problems) < _MOST:
                problems.append(problem)
        return cls(
            report.file,
            report.invoice,
            report.insurer,
            report.is_read,
            report.lines,
            report.refused,
            partly,
            report.good,
            report.waiting,
            told["declared_cents"],
            report.granted_cents,
            problems,
        )


@frozen
class Read:
    """What return files brought, and ``told``: which lists could not be renewed since."""

    brought: Sequence[Brought]
    told: Sequence[Finding]


def read(settings: Settings, files: Mapping[Path, str], today: date, progress: object) -> Read:
    """Reads return files, each with what it was called. Raises as `read_returns`."""
    try:
        brought = [Brought.of(report) for report in read_returns(settings, files, today, files)]
    finally:  # what was read in stays read in, whatever stopped the rest
        told = renew(settings, today)
    return Read(brought, told)


@frozen
class Since:
    """What became of a line after its answer, so that nothing is to be done about it here: ``what`` is told of that
    besides its state, if anything, and the line that went out in its place, or ''."""

    what: str
    reference: str = ""

    @classmethod
    def of(cls, ledger: Ledger, line: Line) -> "Since | None":
        debit = line if line.debit_credit == "D" else line_of(ledger, line.previous)
        if line.closed_as:
            return cls("closed")
        if debit is None:
            return None
        last = debits_of(ledger, line.appointment_id)[-1]
        if "now" in (debit.credit, last.again):
            return cls("ready")
        if debit.became == "credited":
            return cls("credited" if debit is not line else "")
        is_again = debit.reference == line.reference != last.reference and last.became != "withdrawn"
        return cls("again", last.reference) if is_again else None


@frozen
class Unanswered:
    """A declaration without an answer: ``days`` since it was sent, or made where nobody said so; ``is_beside``: others
    of its run were answered."""

    row: Mapping[str, Any]
    days: int
    is_beside: bool

    @property
    def run(self) -> str:
        return run_label(self.row["run"])

    @property
    def name(self) -> str:
        return str(self.row["file"]).rpartition("/")[2]


@PAGE.get("")
def page() -> ResponseReturnValue:
    """Where files are dragged in; what those brought that just were; what there is no answer to; all answers."""
    settings = desk().settings()
    found = cast(Read | None, worked(_KIND))
    with desk().ledger() as ledger:
        known = list(answers(ledger))
        declared = list(declarations(ledger))
        waiting, left = _inbox(settings, left_files(ledger))
    answered = {row["run"] for row in declared if row["answered"]}
    unanswered = [
        Unanswered(row, _days_since(row["sent_on"] or row["today"]), row["run"] in answered)
        for row in declared
        if row["state"] == "sent"
    ]
    return show(
        "answers.html",
        _words(),
        brought=found.brought if found is not None else None,
        told=[*_messages(found.told)] if found is not None else (),
        unanswered=unanswered[:_MOST_UNANSWERED],
        more_unanswered=len(unanswered[_MOST_UNANSWERED:]),
        known=paged(known),
        inbox=settings.output.inbox,
        waiting=waiting,
        left=left,
        most=limit_of(url_for("answers.page")).whole,
        run_label=run_label,
    )


def _days_since(day: str) -> int:
    """None of a day that is still to come, as the day was asked for."""
    return max(0, (desk().day - date.fromisoformat(day)).days)


@PAGE.post("")
@acting
def read_in() -> ResponseReturnValue:
    """Reads what was dragged in."""
    files = {upload.path: upload.name for upload in uploaded("files")}
    if not files:
        return redirect_with(url_for("answers.page"), _words()["no_files"], "warning")
    is_long = sum(path.stat().st_size for path in files) > _LONG
    then = url_for("answers.page")
    return work(_KIND, read, desk().settings(), files, desk().day, then=then, is_long=is_long, writes=True)


@PAGE.post("/map")
@acting
def read_folder() -> ResponseReturnValue:
    """Reads what waits in the inbox, as a run does."""
    settings, w = desk().settings(), _words()
    inbox = read_inbox(settings, desk().day)
    if inbox is None:
        return redirect_with(url_for("answers.page"), w["inbox.none"], "warning")
    counts = {name: inbox.counts[name] for name in ("read", "known", "left")}
    renew_lists()
    text = " ".join([w("inbox.came", **counts), *_messages([*inbox.told, *(each for _, each in inbox.left)])])
    return redirect_with(url_for("answers.page"), text, "warning" if inbox.counts["left"] else "good")


def _messages(found: Sequence[Finding]) -> Iterator[str]:
    for each in found:
        yield render(each.code, each.params, desk().language)[0]


@PAGE.get("/<invoice>")
def answer(invoice: str) -> ResponseReturnValue:
    """What was answered to a declaration: the lines that were not granted in full, those for the same reason together,
    with what to do."""
    language = desk().language
    with desk().ledger() as ledger:
        found = answered(ledger, invoice)
        if found is None:
            return redirect(url_for("explain.page", number=invoice), 303) if _is_sent(invoice) else abort(404)
        list_ = paged(found.lines)
        lines = [line for each in list_.rows if (line := line_of(ledger, each.reference)) is not None]
        told = [(line, reasons_of(ledger, found.answer, line, language)) for line in lines]
        since = {line.reference: done for line in lines if (done := Since.of(ledger, line)) is not None}
    told.sort(key=lambda each: (each[1]["code"], each[1]["meaning"], each[0].reference))
    return show(
        "answer.html",
        _words(),
        answer=found.answer,
        whole=reasons_of_whole(found.answer, language),
        list=list_,
        groups=list(_alike(told)),
        since=since,
        named_cents=sum(line.amount_cents for line in found.lines),
        partly=found.partly,
        run=run_label(found.answer.run),
        name=found.answer.declaration.rpartition("/")[2],
        said=words("explain", language),
        ways={code: task_kinds()[task].ways if task else () for code, task in _LINE.items()},
        run_of=run_of,
        name_of=name_of,
    )


def _alike(told: Sequence[_Told]) -> Iterator[tuple[Mapping[str, Any], Sequence[_Told]]]:
    """Lines of which the same is to be told, with what that is."""
    for _, same in groupby(told, key=lambda each: (each[1]["code"], each[1]["reasons"])):
        lines = list(same)
        yield lines[0][1], lines


def _is_sent(invoice: str) -> bool:
    with desk().ledger() as ledger:
        return any(row["invoice"] == invoice for row in declarations(ledger))


def _inbox(settings: Settings, known: Sequence[LeftFile]) -> tuple[Sequence[str], Sequence[str]]:
    """The files that the next run reads from the inbox, and those that one couldn't read and left there."""
    waiting: list[str] = []
    left: list[str] = []
    if settings.output.inbox is not None:
        with suppress(OSError):
            for path in files_in(settings.output.inbox):
                (left if LeftFile.of(path) in known else waiting).append(path.name)
    return waiting, left


def _words() -> Words:
    return words("desk-answers", desk().language)
