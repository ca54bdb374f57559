"""``status``: how things stand, told without the feed. It only reads."""

from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from functools import partial
from operator import itemgetter
from typing import Any, Final

from ...base.problems import Finding
from ...base.wording import Language, iso_text
from ...declaring.numbers import declared_by, provider, run_label
from ...intake.reader import read_unsettled
from ...judging.refused import about
from ...judging.rules import Rules
from ...ledger import Ledger, standing
from ...ledger.corrections import wishes
from ...ledger.credits import refused_credits
from ...ledger.figures import known_declarations
from ...ledger.line import line_of
from ...ledger.matters import Closing, Matter, closed_matters
from ...ledger.patients import waiting_appointments
from ...ledger.runs import path_of
from ...model.appointment import Outcome
from ...output.traces import runs_of
from ...settings import Settings
from ..belonging import refuse_strangers, refuse_unknown_runs
from ..figures.figures import figures
from ..figures.money import sums_by_uzovi
from ..worklist.outlook import outlook
from ..worklist.overview import overview
from ..worklist.refused import REFUSED, told
from ..worklist.task import Task
from ..worklist.worklist import worklist
from .document import Held, Status

_LINE: Final = (
    "reference", "appointment_id", "status", "amount_cents", "granted_cents", "debit_credit", "previous",
    "return_codes", "remark", "closed_as",
)  # fmt: skip
_NOTHING_STANDS: Final = ("reference", "appointment_id", "trajectory", "date", "amount_cents", "insurer", "status")
_CHANGED: Final = ("reference", "appointment_id", "trajectory", "date")
_CLOSED: Final = ("reference", "appointment_id", "patient_id", "date", "insurer", "amount_cents", "granted_cents")
#: What is told of it besides.
_OF_CLOSED: Final = ("rest_cents", "task", "kind", "trajectory", "cause")
#: What is closed and has no task of its own.
_OWN: Final = ("line", "appointment")
_REFUSED_CREDIT: Final = (
    "reference", "appointment_id", "patient_id", "trajectory", "uzovi", "insurer", "date", "amount_cents",
)  # fmt: skip


@contextmanager
def status(settings: Settings, today: date) -> Iterator[Status]:
    """How things stand on a day. Raises SettingsError, BusyError or WriteError (a damaged ledger)."""
    from ..coming import queue  # what judges takes time to load

    rules = Rules.load(settings, today)
    with ExitStack() as stack:
        ledger = stack.enter_context(closing(Ledger.look(settings.ledger.path)))
        refuse_strangers(ledger, settings)
        refuse_unknown_runs(ledger, settings)
        found = stack.enter_context(closing(overview(ledger, settings, rules)))
        work = stack.enter_context(closing(worklist(settings, ledger, rules)))
        yield Status(
            overview=found,
            worklist=work,
            declarations=[_declaration(row) for row in standing.declarations(ledger)],
            to_send=[_to_send(row) for row in standing.to_send(ledger)],
            tests=[{**row, "run": run_label(row["run"], test=True)} for row in standing.tests(ledger)],
            by_uzovi=sums_by_uzovi(known_declarations(ledger, date.max)),
            figures=lambda: figures(ledger, rules, today),
            queue=queue(settings, ledger, rules),
            wishes=[*wishes(ledger)],
            held=partial(_held, ledger, rules),
            refused=lambda: (told(line, REFUSED) for line in standing.refused(ledger)),
            refused_credits=partial(_refused_credits, ledger, settings),
            nothing_stands=lambda: (told(line, _NOTHING_STANDS) for line in standing.nothing_stands(ledger)),
            changed=lambda: ({**told(line, _CHANGED), "change": kind} for line, kind in standing.changed(ledger)),
            closed=partial(closed_rows, ledger, settings, rules),
            lines=lambda: (told(line, _LINE) for line in standing.lines(ledger)),
            severities=settings.severities,
            ran=runs_of(settings.output.dir),
        )


def _declaration(row: standing.LedgerRow) -> standing.LedgerRow:
    return {**row, "run": run_label(row["run"])}


def _to_send(row: standing.LedgerRow) -> standing.LedgerRow:
    return {**row, "run": run_label(row["run"]), "folder": path_of(row["folder"]).name}


def closed_rows(ledger: Ledger, settings: Settings, rules: Rules) -> Iterator[standing.LedgerRow]:
    """What is closed, the last one first, by the names that ``--json`` has: lines, and appointments that gave none, of
    which only the day is known; and what has a ``task`` of its own, of that ``kind``, with its ``cause`` in words."""
    decided = closed_matters(ledger)
    own = (_closed(_own(ledger, rules, each), said) for each, said in decided.items() if each.kind in _OWN)
    tasks = outlook(ledger, settings, rules, closed=True)
    yield from sorted(
        [
            *sorted(own, key=lambda row: (row["appointment_id"], row["reference"] or "")),
            *(_closed(_of_task(task, settings.language), decided[matter]) for task, (matter, *_) in tasks),
        ],
        key=itemgetter("closed_on"),
        reverse=True,
    )


def _closed(about: standing.LedgerRow, said: Closing) -> standing.LedgerRow:
    nothing = dict.fromkeys((*_CLOSED, *_OF_CLOSED))
    return {**nothing, **about, "as": said.closed_as, "closed_on": said.day, "why": said.why}


def _of_task(task: Task, language: Language) -> standing.LedgerRow:
    day = task.date.isoformat() if task.date is not None else None
    about = {"appointment_id": task.appointment_id, "patient_id": task.patient_id, "insurer": task.insurer}
    return {
        **about, "date": day, "task": task.key, "kind": task.kind, "trajectory": task.trajectory,
        "cause": task.cause(language),
    }  # fmt: skip


def _own(ledger: Ledger, rules: Rules, matter: Matter) -> standing.LedgerRow:
    """A line, or an appointment that gave none."""
    if matter.kind == "line" and (line := line_of(ledger, matter.name)) is not None:
        return {**told(line, _CLOSED), "rest_cents": line.amount_cents - (line.granted_cents or 0)}
    about: dict[str, Any] = {"appointment_id": matter.name}
    for patient_id, kept in waiting_appointments(ledger, matter.name):
        row = read_unsettled(patient_id, kept.texts, rules.meant, settled=True)
        about |= {
            "patient_id": patient_id,
            "date": iso_text(row.date) or None,
            "insurer": rules.insurers.get(row.uzovi, ""),
        }
    return about


def _refused_credits(ledger: Ledger, settings: Settings) -> Iterator[tuple[standing.LedgerRow, Finding]]:
    for found in refused_credits(ledger, declared_by(provider(settings))):
        answer = found.credit
        row = {
            **told(found.debit, _REFUSED_CREDIT),
            "credit": answer.reference,
            "invoice": answer.invoice,
            "codes": [*answer.return_codes],
            "waits": found.waits,
            "later": found.later,
        }
        yield row, about(found)


def _held(ledger: Ledger, rules: Rules) -> Iterator[Held]:
    """What the last run held or could not read, by patient and appointment."""
    for patient_id, kept in standing.waiting(ledger):
        if kept.outcome is Outcome.NO_AGREEMENT:
            continue
        appointment = read_unsettled(patient_id, kept.texts, rules.meant, settled=True)
        yield Held(
            appointment_id=appointment.id,
            patient_id=patient_id,
            trajectory=appointment.called(appointment.number),
            date=appointment.date,
            insurer=rules.insurers.get(appointment.uzovi, ""),
            outcome=kept.outcome.value,
            findings=kept.found,
        )
