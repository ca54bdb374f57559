"""What somebody is to do something about, or to hear of: told by every run until then."""

from collections.abc import Collection
from datetime import date, timedelta

from ...base.problems import Finding, Language
from ...base.wording import euros
from ...declaring.numbers import run_label
from ...ledger import Ledger
from ...ledger.standing import refused_by_insurers, unanswered
from ...output.problem_list import ProblemList
from ..status.document import refusal


def tell_of_refused(problems: ProblemList, ledger: Ledger, language: Language, settled: Collection[str]) -> None:
    """The lines that insurers refused, but for those (by reference) that this run ``settled``."""
    for row in refused_by_insurers(ledger):
        if row["reference"] in settled:
            continue
        codes = row["return_codes"].split()
        why = refusal({**row, "return_codes": codes, "waits_for": "feed"}, language)
        params = {
            "reference": row["reference"],
            "insurer": row["insurer"],
            "amount": euros(row["amount_cents"], language),
            "codes": " ".join(codes),
            "said": " ".join(filter(None, (f'"{why["text"].rstrip(".")}"', row["remark"] and f'("{row["remark"]}")'))),
            "remedy": why["remedy"],
        }
        finding = Finding("LINE_REFUSED_OPEN", "", params)
        problems.add(finding, row["appointment_id"], row["trajectory"], None, row["uzovi"])


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
