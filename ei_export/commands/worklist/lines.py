"""Of what was declared, what is open: refused, granted in part or twice, changed since, or no line of it stands."""

from collections.abc import Iterator, Mapping
from datetime import date
from itertools import chain
from typing import Any, Final, TypeAlias

from attrs import evolve

from ...base.problems import Finding, is_worded
from ...declaring.numbers import declared_by, provider, run_label
from ...intake.reader import read_kept, read_unsettled
from ...judging.refused import about
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.credits import refused_credits
from ...ledger.dossier import AT, Settled
from ...ledger.line import Line
from ...ledger.patients import StoredDossier, dossier_of, waiting_appointments
from ...ledger.standing import changed, nothing_stands, refused
from ...ledger.worklist import paid_twice, partly_granted
from ...model.tasks import TaskName, task_kinds
from ...settings import Settings
from .by_now import ByNow
from .refused import REFUSED, told
from .stake import is_due, money, term
from .task import Task

#: What an appointment is held for that its line is told of by.
_OF_LINE: Final = frozenset(
    {"LINE_REFUSED", "DECLARATION_REFUSED", "LINE_REFUSED_BEFORE", "DEBIT_STANDS", "WITHDRAWN_ANSWERED"}
)
#: What a refusal is told as, by what the line waits for; and a change, by its kind.
_REFUSED: Final = {"feed": "TASK_LINE_REFUSED", "line": "TASK_FILE_REFUSED", "header": "TASK_HEADER_REFUSED"}
#: As `money` has it, of what gives no line.
_NOTHING: Final[Mapping[str, Any]] = {"amount_cents": 0, "basis": "exact"}
#: A task, and the reference of another line that it is about too, or ''.
_Found: TypeAlias = tuple[Task, str]
_CHANGED: Final = {"row": "TASK_CHANGED", "cancelled": "DECLARED_CANCELLED", "count": "TASK_COUNT_CHANGED"}


def of_lines(
    ledger: Ledger,
    settings: Settings,
    rules: Rules,
    by_now: ByNow,
    heard: set[tuple[str, str]],
    patient_id: str | None = None,
) -> Iterator[Task]:
    """The lines that something is to be done about, each once: as what comes first here; of one patient, or of all.
    Their appointments, each behind its patient, are added to those that were ``heard`` of."""
    lines = set[str]()
    for task, other in chain(
        _paid_twice(ledger, settings),
        _refused_credits(ledger, settings),
        _refused(ledger, rules, patient_id),
        _nothing_stands(ledger, rules, patient_id),
        _changed(ledger, rules, patient_id),
        _partly_granted(ledger),
    ):
        if task.reference not in lines and patient_id in (None, task.patient_id):
            lines |= {task.reference, other}
            heard.add((task.patient_id, task.appointment_id))
            yield _with_what_holds_it(ledger, rules, by_now, task)


def _task(kind: TaskName, line: Line, *found: Finding, **more: Any) -> Task:
    """A task about a line, for the amount of that where ``more`` doesn't say."""
    known = {
        "key": line.reference,
        "patient_id": line.patient_id,
        "date": date.fromisoformat(line.date),
        "insurer": line.insurer,
        "amount_cents": line.amount_cents,
        "basis": "exact",
        "appointment_id": line.appointment_id,
        "trajectory": line.trajectory,
        "reference": line.reference,
        "invoice": line.invoice,
        "return_codes": line.return_codes,
        "remark": line.remark,
    }
    return Task.of(kind, found, **{**known, **more})


def _with_what_holds_it(ledger: Ledger, rules: Rules, by_now: ByNow, task: Task) -> Task:
    """With what else is wrong with the appointment of the line, if that is held."""
    kept = dict(waiting_appointments(ledger, task.appointment_id)).get(task.patient_id)
    if kept is None:
        return task
    row = read_unsettled(task.patient_id, kept.texts, rules.meant, settled=True)
    found = filter(is_worded, by_now.found(row, kept))
    errors = (each for each in found if rules.judge.severities.of(each.code) == "error")
    others = [each for each in errors if each.code not in _OF_LINE]
    return evolve(task, found=[*task.found, *others]) if others else task


def _paid_twice(ledger: Ledger, settings: Settings) -> Iterator[_Found]:
    """Two lines for one performance. The later one is to be credited; what nobody owes is what it was granted."""
    for first, later in paid_twice(ledger):
        if not settings.input.twice_on_a_day.isdisjoint({first.appointment_id, later.appointment_id}):
            continue
        params = {"reference": first.reference, "later": later.reference}
        found = Finding("TASK_PAID_TWICE", "", params)
        for line in (first, later):
            if line.became == "withdrawn":
                found = Finding("TASK_SENT_TWICE", "", {**params, "run": run_label(line.run), "invoice": line.invoice})
        cents = later.amount_cents if later.granted_cents is None else later.granted_cents
        yield _task("paid_twice", later, found, amount_cents=cents), first.reference


def _refused_credits(ledger: Ledger, settings: Settings) -> Iterator[_Found]:
    """Lines that still stand as their credit was refused: paid twice, where another of the appointment stands too, and
    then with what can be done with such a line, which a line that was granted can't be: closed."""
    for each in refused_credits(ledger, declared_by(provider(settings))):
        answer = each.credit
        more = {"return_codes": answer.return_codes, "remark": answer.remark, "invoice": answer.invoice}
        kind: TaskName = "paid_twice" if each.later else "credit_refused"
        task = _task(kind, each.debit, about(each), amount_cents=each.debit.credit_cents, **more)
        yield evolve(task, ways=task_kinds()["credit_refused"].ways), each.later


def _refused(ledger: Ledger, rules: Rules, patient_id: str | None) -> Iterator[_Found]:
    for line in refused(ledger, patient_id):
        row = told(line, REFUSED)
        by = line.insurer if line.again == "feed" else "VECOZO"
        last = term(rules, line.insurer, date.fromisoformat(line.date), line.refused_on)
        waits_for = ("file", line.invoice) if line.again == "header" else ()
        found = Finding(_REFUSED[line.again], "", {**row, "by": by})
        yield _task("refused", line, found, waits_for=waits_for, **last), ""


def _nothing_stands(ledger: Ledger, rules: Rules, patient_id: str | None) -> Iterator[_Found]:
    for line in nothing_stands(ledger, patient_id):
        found = Finding("TASK_NOTHING_STANDS", "", {"reference": line.reference})
        yield _task("nothing_stands", line, found, **term(rules, line.insurer, date.fromisoformat(line.date))), ""


def _changed(ledger: Ledger, rules: Rules, patient_id: str | None) -> Iterator[_Found]:
    """What was declared and is otherwise by now, for the difference as far as that is known."""
    for line, kind in changed(ledger, patient_id):
        found = Finding(_CHANGED[kind], "", {"reference": line.reference, "date": line.date})
        now = _NOTHING if kind == "cancelled" else _by_now(ledger, rules, line)
        if now["amount_cents"] is None:
            yield _task("changed", line, found, **now), ""
            continue
        more = now["amount_cents"] - line.amount_cents
        params = {"declared_cents": line.amount_cents, "now_cents": now["amount_cents"], "more_cents": more}
        amounts = Finding("TASK_AMOUNT_CHANGED", "", params)
        yield _task("changed", line, found, amounts, **{**now, "amount_cents": more}), ""


def _by_now(ledger: Ledger, rules: Rules, line: Line) -> Mapping[str, Any]:
    """What the appointment of a line would be declared at by what the feed said last, as `money` has it; 0 where it
    gives no line any more."""
    dossier = dossier_of(ledger, line.patient_id) or StoredDossier(line.patient_id)
    kept = next((each for each in dossier.kept() if each.appointment_id == line.appointment_id), None)
    change = dossier.changes.get(line.appointment_id)
    if change is not None and change.texts:
        row = read_unsettled(line.patient_id, change.texts, rules.meant, settled=False)
    elif isinstance(kept, Settled):
        row = read_kept(line.patient_id, kept.texts, AT, settled=True)
    else:
        return {"amount_cents": None, "basis": "unknown"}
    resolution = rules.resolver.of(row)
    if not is_due(resolution):
        return _NOTHING
    contacts = dossier.courses()[kept.place - 1].contacts if kept is not None and kept.place else None
    return money(rules, resolution, row.date, contacts)


def _partly_granted(ledger: Ledger) -> Iterator[_Found]:
    """What was not granted of a line."""
    for line in partly_granted(ledger):
        granted = line.granted_cents or 0
        params = {"reference": line.reference, "insurer": line.insurer, "codes": line.codes, "granted_cents": granted}
        found = Finding("TASK_PARTLY_GRANTED", "", {**params, "declared_cents": line.amount_cents})
        yield _task("partly_granted", line, found, amount_cents=line.amount_cents - granted), ""
