"""``status``: what was declared and what became of it, what waits, and what asks for attention."""

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from attrs import asdict, frozen

from ...base.problems import Finding, Language, Severities, render
from ...base.wording import column_name
from ...ledger.corrections import Wish
from ...ledger.standing import LedgerRow
from ...output.ran import Ran, last_done
from ..figures.figures import Figures
from ..figures.money import AMOUNTS
from ..figures.tables import document as figures_document
from ..worklist.attention import Overview
from ..worklist.refused import refusal
from ..worklist.task import Task
from ..worklist.worklist import WorkList

if TYPE_CHECKING:
    from ..coming import Queue


@frozen
class Held:
    """An appointment that the last run held or could not read, with what it found wrong; ``date`` None where that is
    what can't be read."""

    appointment_id: str
    patient_id: str
    trajectory: str
    date: dt.date | None
    insurer: str
    outcome: str
    findings: Sequence[Finding]


@frozen
class Status:
    """How things stand. What may be long is read while it is told, so the ledger has to stay open.

    ``declarations``, ``to_send`` (runs whose files nobody said were sent) and ``tests`` (runs that declared nothing)
    with the columns of the ledger (see ``ledger/standing.py``); ``by_uzovi``: where the money is, by insurer and UZOVI
    number; ``queue``: what waits for the next run; ``wishes``: what of that somebody asked for;
    ``refused_credits`` each with what is to be said of it; ``severities`` are those of the practice; ``ran`` the runs,
    also those that failed, the last one at the end.
    """

    overview: Overview
    worklist: WorkList
    declarations: Sequence[LedgerRow]
    to_send: Sequence[LedgerRow]
    tests: Sequence[LedgerRow]
    by_uzovi: Mapping[tuple[str, str], Mapping[str, int]]
    figures: Callable[[], Figures]
    queue: "Queue"
    wishes: Sequence[Wish]
    held: Callable[[], Iterator[Held]]
    refused: Callable[[], Iterator[LedgerRow]]
    refused_credits: Callable[[], Iterator[tuple[LedgerRow, Finding]]]
    nothing_stands: Callable[[], Iterator[LedgerRow]]
    changed: Callable[[], Iterator[LedgerRow]]
    closed: Callable[[], Iterator[LedgerRow]]
    lines: Callable[[], Iterator[LedgerRow]]
    severities: Severities
    ran: Sequence[Ran]

    @property
    def totals(self) -> dict[str, int]:
        """Of all insurers together: declared - credited = granted + refused + written off + patient + open."""
        return {name: sum(sums[name] for sums in self.by_uzovi.values()) for name in AMOUNTS}


def document(status: Status, language: Language, *, lines: bool) -> dict[str, Any]:
    """The document of ``--json``, its arrays read as it is written; with ``lines`` what became of every line too."""
    return {
        "today": status.overview.day.isoformat(),
        "last_run": _ran(status.ran[-1] if status.ran else None),
        "last_good_run": _ran(last_done(status.ran)),
        "totals": status.totals,
        "next_run": asdict(status.queue),
        "wishes": (asdict(wish, filter=lambda attribute, _: attribute.name != "request") for wish in status.wishes),
        "to_send": iter(status.to_send),
        "declarations": iter(status.declarations),
        "tasks": (task.document(language) for task in status.worklist),
        "things": (_thing(task, thing) for task, thing in status.worklist.things() if task.is_cause),
        "held": (_held(held, language, status.severities) for held in status.held()),
        "open_trajectories": map(asdict, status.overview.open_trajectories),
        "deadlines": map(asdict, status.overview.deadlines),
        "refused": ({**row, **refusal(row, language)} for row in status.refused()),
        "refused_credits": (_worded(row, finding, language) for row, finding in status.refused_credits()),
        "nothing_stands": status.nothing_stands(),
        "changed": status.changed(),
        "endings": map(asdict, status.overview.endings),
        "closed": status.closed(),
        "insurers": insurers(status.by_uzovi),
        "figures": figures_document(status.figures()),
        "tests": iter(status.tests),
        "runs": (ran.document() for ran in status.ran),
        **({"lines": status.lines()} if lines else {}),
    }


def _thing(task: Task, thing: Task) -> dict[str, Any]:
    """What waits for a cause; ``task`` is the key of that."""
    names = ("patient_id", "date", "insurer", "amount_cents", "estimated", "appointment_id", "trajectory", "reference")
    return {"task": task.key, **{name: getattr(thing, name) for name in names}}


def insurers(by_uzovi: Mapping[tuple[str, str], Mapping[str, int]]) -> list[dict[str, Any]]:
    """Where the money is, by insurer and UZOVI number."""
    return [{"insurer": insurer, "uzovi": uzovi, **sums} for (insurer, uzovi), sums in by_uzovi.items()]


def _ran(ran: Ran | None) -> dict[str, Any] | None:
    return None if ran is None else ran.document()


def _worded(row: LedgerRow, finding: Finding, language: Language) -> LedgerRow:
    message, remedy = render(finding.code, finding.params, language)
    return {**row, "code": finding.code, "message": message, "remedy": remedy}


def _held(held: Held, language: Language, severities: Severities) -> dict[str, Any]:
    problems = []
    for finding in held.findings:
        message, remedy = render(finding.code, finding.params, language)
        severity = severities.of(finding.code)
        problems.append(
            {
                "code": finding.code,
                "severity": severity,
                "column": column_name(finding.column),
                "message": message,
                "remedy": remedy,
            }
        )
    return {**asdict(held, filter=lambda attribute, _: attribute.name != "findings"), "problems": problems}
