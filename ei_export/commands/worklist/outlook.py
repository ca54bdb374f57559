"""What is no line, nor an appointment that waits, and yet to be looked at: appointments that nobody completed, ends
that nobody registered, and tables that end. Each can be closed as it is known now (`Matter`)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from itertools import chain
from typing import Final, TypeAlias

from ...base.problems import Finding
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.matters import Matter, closed_matters
from ...ledger.planned import PlannedAppointment, planned_before
from ...ledger.standing import Started
from ...model.tasks import Ending
from ...settings import Settings
from .attention import EndingTable
from .overview import ENDS, NOTHING_HELD, Held, endings, matter_of, still_open
from .stake import is_due, money, term
from .task import Task

_ENDINGS: Final[Mapping[Ending, str]] = {
    "agreements": "TASK_AGREEMENTS_END",
    "tariffs": "TASK_TARIFFS_END",
    "contract": "TASK_CONTRACT_END",
}
#: A task, and all that is closed by closing it.
Matters: TypeAlias = tuple[Task, Sequence[Matter]]


def outlook(
    ledger: Ledger, settings: Settings, rules: Rules, held: Held = NOTHING_HELD, *, closed: bool = False
) -> Iterator[Matters]:
    """What nobody closed, or what somebody did, and is still as it was then; but for what ends and of which care is
    ``held``: that is told of by what it holds."""
    return chain(
        of_planned(ledger, rules, planned_before(ledger, rules.judge.today), closed=closed),
        of_trajectories(ledger, settings, rules, closed=closed),
        of_endings(ledger, settings, rules, held, closed=closed),
    )


def outlook_of(ledger: Ledger, settings: Settings, rules: Rules, patient_id: str) -> Iterator[Matters]:
    """What nobody closed of one patient."""
    return chain(
        of_planned(ledger, rules, planned_before(ledger, rules.judge.today, patient_id)),
        of_trajectories(ledger, settings, rules, patient_id),
    )


# Appointments whose day is past, and that nobody completed.


def of_planned(
    ledger: Ledger, rules: Rules, rows: Iterable[PlannedAppointment], *, closed: bool = False
) -> Iterator[Matters]:
    """Those of these appointments that nobody closed, or that somebody did."""
    decided = closed_matters(ledger)
    for row in rows:
        matter = matter_of_planned(row)
        if (matter in decided) is closed:
            yield _planned(rules, row), [matter]


def matter_of_planned(row: PlannedAppointment) -> Matter:
    """An appointment that nobody completed as it can be closed: until it is planned for another day."""
    return Matter("planned", row.appointment_id, row.date)


def _planned(rules: Rules, row: PlannedAppointment) -> Task:
    day = date.fromisoformat(row.date)
    resolution = rules.resolver.resolve(row.code, row.declare_under, row.uzovi, day)
    params = {"date": row.date, "word": row.status, "task": row.appointment_id}
    return Task.of(
        "planned",
        [Finding("TASK_NOT_COMPLETED", "status", params)],
        key=row.appointment_id,
        patient_id=row.patient_id,
        date=day,
        insurer=rules.insurers.get(row.uzovi, ""),
        appointment_id=row.appointment_id,
        trajectory=row.trajectory,
        **money(rules, resolution, day),
        **(term(rules, resolution.insurer, day) if is_due(resolution) else {}),
    )


# Forgotten ends.


def of_trajectories(
    ledger: Ledger, settings: Settings, rules: Rules, patient_id: str | None = None, *, closed: bool = False
) -> Iterator[Matters]:
    """The trajectories of which nothing was heard for long, and that have no end; of one patient, or of all."""
    last = rules.judge.today - timedelta(weeks=settings.status.forgotten_weeks)
    for started in still_open(ledger, settings, rules, last, patient_id, closed=closed):
        yield _forgotten(rules, started), [matter_of(started)]


def _forgotten(rules: Rules, started: Started) -> Task:
    key = trajectory_key(started.trajectory, started.started.isoformat())
    params = {
        "program": started.program,
        "profile": started.profile,
        "insurer": started.insurer,
        "start": started.started,
        "last": started.last,
        "contacts": started.contacts,
        "task": key,
    }
    return Task.of(
        "open_trajectory",
        [Finding("TASK_NOT_ENDED", "", params)],
        key=key,
        patient_id=started.patient_id,
        date=started.last,
        insurer=started.insurer,
        trajectory=started.trajectory,
        **_end_of(started, rules),
    )


def trajectory_key(trajectory: str, started: str) -> str:
    """What the task of a trajectory is called, by what that is called and when it began (YYYY-MM-DD)."""
    return f"open_trajectory:{trajectory}:{started}"


def _end_of(started: Started, rules: Rules) -> dict[str, object]:
    """What the end would come to, today."""
    judge = rules.judge
    agreement = judge.agreements.end_of(started.insurer, started.program, started.profile, judge.today)
    agreement = agreement or judge.agreements.end_of(started.insurer, started.program, started.profile, started.last)
    if agreement is None:
        return {"basis": "unknown"}
    found = money(rules, rules.resolver.agreed(agreement, judge.today), judge.today, started.contacts)
    return {**found, "basis": "estimate" if found["amount_cents"] is not None else "unknown"}


# Tables that end.


def of_endings(
    ledger: Ledger, settings: Settings, rules: Rules, held: Held = NOTHING_HELD, *, closed: bool = False
) -> Iterator[Matters]:
    """Agreements, tariffs and contract positions that end, or have, and are needed after that."""
    for end, matters in endings(ledger, settings, rules, held, closed=closed):
        yield _ending(end), matters


def _ending(end: EndingTable) -> Task:
    key = f"{ENDS[end.kind]}:{end.insurer}:{end.last_day}"
    params = {"insurer": end.insurer, "products": end.products, "last": end.last_day, "task": key}
    params |= {"rule" if end.kind == "agreements" else "file": end.file}
    return Task.of(
        ENDS[end.kind],
        [Finding(_ENDINGS[end.kind], "", params)],
        key=key,
        insurer=end.insurer,
        deadline=end.last_day,
        days_left=end.days_left,
    )
