"""``status``: how things stand, told without the feed. It only reads."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import date
from functools import partial

from ...base.problems import Finding
from ...declaring.numbers import declared_by, provider, run_label
from ...intake.reader import read_kept
from ...judging.refused import about
from ...judging.rules import Rules
from ...ledger import Ledger, standing
from ...ledger.credits import refused_credits
from ...ledger.dossier import AT, in_order
from ...model.appointment import Outcome
from ...output.traces import runs_of
from ...settings import Settings
from ..belonging import refuse_strangers, refuse_unknown_runs
from .document import Held, Status
from .overview import overview


@contextmanager
def status(settings: Settings, today: date) -> Iterator[Status]:
    """How things stand on a day. Raises SettingsError, BusyError or WriteError (a damaged ledger)."""
    rules = Rules.load(settings, today)
    with ExitStack() as stack:
        ledger = stack.enter_context(closing(Ledger.look(settings.ledger.path)))
        refuse_strangers(ledger, settings)
        refuse_unknown_runs(ledger, settings)
        found = stack.enter_context(closing(overview(ledger, settings, rules)))
        yield Status(
            overview=found,
            declarations=[_declaration(row) for row in standing.declarations(ledger)],
            tests=[{**row, "run": run_label(row["run"], test=True)} for row in standing.tests(ledger)],
            sums=list(standing.sums(ledger)),
            queued=standing.queued(ledger),
            held=partial(_held, ledger, rules),
            refused=partial(_with_codes, ledger, standing.refused),
            refused_credits=partial(_refused_credits, ledger, settings),
            nothing_stands=partial(standing.nothing_stands, ledger),
            changed=partial(standing.changed, ledger),
            lines=partial(_with_codes, ledger, standing.lines),
            severities=settings.severities,
            ran=runs_of(settings.output.dir),
        )


def _declaration(row: standing.LedgerRow) -> standing.LedgerRow:
    return {**row, "run": run_label(row["run"])}


def _with_codes(ledger: Ledger, rows: Callable[[Ledger], Iterator[standing.LedgerRow]]) -> Iterator[standing.LedgerRow]:
    """Rows with their return codes apart."""
    for row in rows(ledger):
        yield {**row, "return_codes": row["return_codes"].split()}


def _refused_credits(ledger: Ledger, settings: Settings) -> Iterator[tuple[standing.LedgerRow, Finding]]:
    names = ("reference", "appointment_id", "patient_id", "trajectory", "uzovi", "insurer", "date", "amount_cents")
    for found in refused_credits(ledger, declared_by(provider(settings))):
        answer = found.credit
        row = {
            **{name: getattr(found.debit, name) for name in names},
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
        appointment = read_kept(patient_id, in_order(kept.texts), AT, settled=True, meant=rules.meant)
        yield Held(
            appointment_id=appointment.id,
            patient_id=patient_id,
            trajectory=appointment.called(appointment.number),
            date=appointment.date,
            insurer=rules.insurers.get(appointment.uzovi, ""),
            outcome=kept.outcome.value,
            findings=kept.found,
        )
