"""What is no appointment and no line, and yet to be done: ends that nobody registered, and tables that end."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Final

from ...base.problems import Finding
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.standing import Started
from ...model.tasks import TaskName
from ...settings import Settings
from .attention import Ending
from .overview import endings, still_open
from .stake import money
from .task import Task

_ENDS: Final[Mapping[Ending, tuple[TaskName, str]]] = {
    "agreements": ("agreements_end", "TASK_AGREEMENTS_END"),
    "tariffs": ("tariffs_end", "TASK_TARIFFS_END"),
    "contract": ("contract_end", "TASK_CONTRACT_END"),
}


def of_trajectories(ledger: Ledger, settings: Settings, rules: Rules) -> Iterator[Task]:
    """The trajectories of which nothing was heard for long, and that have no end."""
    today = rules.judge.today
    for started in still_open(ledger, settings, rules, today - timedelta(weeks=settings.status.forgotten_weeks)):
        params = {
            "program": started.program,
            "profile": started.profile,
            "insurer": started.insurer,
            "start": started.started,
            "last": started.last,
            "contacts": started.contacts,
        }
        yield Task.of(
            "open_trajectory",
            [Finding("TASK_NOT_ENDED", "", params)],
            key=f"open_trajectory:{started.trajectory}",
            patient_id=started.patient_id,
            date=started.last,
            insurer=started.insurer,
            trajectory=started.trajectory,
            **_end_of(started, rules),
        )


def _end_of(started: Started, rules: Rules) -> dict[str, object]:
    """What the end would come to, today."""
    judge = rules.judge
    agreement = judge.agreements.end_of(started.insurer, started.program, started.profile, judge.today)
    agreement = agreement or judge.agreements.end_of(started.insurer, started.program, started.profile, started.last)
    if agreement is None:
        return {"basis": "unknown"}
    found = money(rules, rules.resolver.agreed(agreement, judge.today), judge.today, started.contacts)
    return {**found, "basis": "estimate" if found["amount_cents"] is not None else "unknown"}


def of_endings(settings: Settings, rules: Rules) -> Iterator[Task]:
    """Agreements, tariffs and contract positions that end, or have, and are needed after that."""
    for end in endings(settings, rules):
        kind, code = _ENDS[end.kind]
        params = {"insurer": end.insurer, "products": end.products, "last": end.last_day, "file": end.file}
        yield Task.of(
            kind,
            [Finding(code, "", params)],
            key=f"{kind}:{end.insurer}:{end.products}:{end.last_day}",
            insurer=end.insurer,
            deadline=end.last_day,
            days_left=end.days_left,
        )
