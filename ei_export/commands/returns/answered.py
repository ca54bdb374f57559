"""An answer that was read in before: what it brought, line by line, and what to do."""

from collections.abc import Mapping, Sequence
from typing import Any

from attrs import frozen

from ...base.problems import Language
from ...ledger import Ledger
from ...ledger.answers import NotGranted, StoredAnswer, answer_to, lines_not_granted
from ...ledger.line import Line, line_of
from ...output.refusals import telling
from ...standards.answer import GOOD
from .report import PARTLY, LineReport, kind_of, of_line, of_whole


@frozen
class Answered:
    """An answer with the lines that it didn't grant in full, those of which the same is told together; ``partly``: of
    how many of them a part was granted. There may be tens of thousands: what is told of one is asked one by one."""

    answer: StoredAnswer
    lines: Sequence[NotGranted]
    partly: int


def answered(ledger: Ledger, invoice: str) -> Answered | None:
    """The answer to a declaration, if there is one."""
    answer = answer_to(ledger, invoice)
    if answer is None:
        return None
    lines = lines_not_granted(ledger, invoice)
    says_most = {codes: telling(codes.split()) for codes in {each.codes for each in lines}}
    kinds = {each: _kind(each) for each in lines}
    lines.sort(key=lambda each: (kinds[each], says_most[each.codes], each.reference))
    return Answered(answer, lines, sum(kind == PARTLY for kind in kinds.values()))


def _kind(line: NotGranted) -> str:
    return kind_of(is_refused=not line.granted_cents, is_credit=line.is_credit, is_needless=line.is_needless)


def reasons_of_whole(answer: StoredAnswer, language: Language) -> Mapping[str, Any] | None:
    """What is told of an answer that refused a declaration as a whole."""
    if answer.kind != "refused":
        return None
    codes = answer.codes.split()
    judged = [code for code in codes if code != GOOD] or codes
    about = {"insurer": answer.insurer, "invoice": answer.invoice, "codes": " ".join(judged)}
    return of_whole(judged, about, answer.remark, language, held=GOOD not in codes)


def reasons_of(ledger: Ledger, answer: StoredAnswer, line: Line, language: Language) -> Mapping[str, Any]:
    """What is told of a line that wasn't granted in full, as when its answer was read in (`FileReport.problems`)."""
    granted = line.granted_cents or 0
    debit = line_of(ledger, line.previous) if line.previous else None
    report = LineReport(
        line,
        record=0,
        status="partly_granted" if granted else "refused",
        granted_cents=granted,
        codes=line.return_codes,
        remark=line.remark,
        is_needless=debit is not None and debit.became == "refused",
    )
    return of_line(report, answer.insurer, answer.invoice, language)
