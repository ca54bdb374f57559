"""What somebody is to do something about, or to hear of: told by every run until then."""

from collections.abc import Collection
from datetime import date, timedelta

from ...base.problems import Finding, Language
from ...base.wording import euros
from ...declaring.numbers import run_label
from ...ledger import Ledger
from ...ledger.standing import refused, unanswered
from ...output.problem_list import ProblemList
from ..worklist.refused import REFUSED, refusal, told


def tell_of_refused(problems: ProblemList, ledger: Ledger, language: Language, given_up: Collection[str]) -> None:
    """The lines that insurers refused, but for those (by reference) that this run has ``given_up``."""
    for line in refused(ledger):
        if line.again != "feed" or line.reference in given_up:
            continue
        why = refusal(told(line, REFUSED), language)
        params = {
            "reference": line.reference,
            "insurer": line.insurer,
            "amount": euros(line.amount_cents, language),
            "codes": line.codes,
            "said": " ".join(filter(None, (f'"{why["text"].rstrip(".")}"', line.remark and f'("{line.remark}")'))),
            "remedy": why["remedy"],
        }
        problems.add(Finding("LINE_REFUSED_OPEN", "", params), line.appointment_id, line.trajectory, None, line.uzovi)


def tell_of_unanswered(
    problems: ProblemList, ledger: Ledger, language: Language, today: date, patience: timedelta
) -> None:
    """The declarations that have had no answer for longer than ``patience``."""
    for row in unanswered(ledger, today - patience):
        params = {
            "run": run_label(row["run"]),
            "file": row["file"],
            "invoice": row["invoice"],
            "insurer": row["insurer"],
            "day": row["today"],
            "amount": euros(row["amount_cents"], language),
        }
        problems.add(Finding("DECLARATION_UNANSWERED", "", params), uzovi=row["uzovi"])
