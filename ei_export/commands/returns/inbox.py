"""Return files that wait in the inbox: a run reads what is new there before anything else.

What was read is moved to a folder in it; what is no answer to a declaration of ours stays, and is told of once.
"""

from datetime import date
from pathlib import Path
from typing import Final

from ...base.delivery import put_aside
from ...base.problems import Finding, WriteError, render
from ...base.wording import printable
from ...ledger.inbox import LeftFile
from ...settings import Settings
from ...standards.files import files_in
from ..run.inbox import KEPT, Inbox
from .report import FileReport
from .returns import answered_invoice, read_returns

#: What keeps one from being read in that was read in before.
_KNOWN: Final = "RETURN_KNOWN"


def read_inbox(settings: Settings, today: date) -> Inbox | None:
    """Reads what is in the inbox, by the numbers of the declarations that are answered: what an answer to a credit
    means, depends on that to its debit. None where there is nothing to read it into: no inbox, no ledger yet, a test.

    Raises as `read_returns`, and OSError.
    """
    folder = settings.output.inbox
    if folder is None or settings.output.test or not settings.ledger.path.exists():
        return None
    inbox = Inbox(folder)
    for path in sorted(files_in(folder), key=_order):
        _take(inbox, path, settings, today)
    return inbox


def _order(path: Path) -> tuple[str, str]:
    return answered_invoice(path), path.name


def _take(inbox: Inbox, path: Path, settings: Settings, today: date) -> None:
    """Reads one file, or zip of files, and moves it away if that is done with."""
    before = LeftFile.of(path)
    faults: list[Finding] = []
    for report in read_returns(settings, [path], today):
        if report.first_fault is None:
            _tell(inbox, report)
        elif report.first_fault.code == _KNOWN:
            inbox.counts["known"] += 1
        else:
            faults.append(report.first_fault)
    if LeftFile.of(path) != before:  # somebody is still writing it: the next run reads it again
        return
    if not faults:
        try:
            put_aside(path, inbox.folder / KEPT)
        except WriteError as error:
            inbox.unmoved.append(error)
        return
    inbox.counts["left"] += 1
    message, remedy = render(faults[0].code, faults[0].params, settings.language)
    params = {"file": printable(path.name), "said": message.removesuffix("."), "remedy": remedy}
    inbox.left.append((before, Finding("INBOX_LEFT", "", params)))


def _tell(inbox: Inbox, report: FileReport) -> None:
    """Of one that is in the ledger now."""
    granted, refused = report.lines - report.refused, report.refused
    inbox.counts.update(read=1, lines_granted=granted, lines_refused=refused)
    params = {"invoice": report.invoice, "insurer": report.insurer, "amount": report.euros(report.granted_cents)}
    inbox.told.append(Finding("INBOX_READ", "", {**params, "granted": granted, "refused": refused}))
    inbox.told.extend(report.notes)
