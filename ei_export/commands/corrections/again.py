"""``redeclare``: what was refused or credited goes out again. Apart, as what that comes to is judged at once: of a line
that says what was refused before is told while somebody can still put it right."""

from collections.abc import Iterable
from datetime import date

from attrs import evolve

from ...judging.rules import Rules
from ...ledger.line import line_of
from ...model.codelists import remedy
from ...settings import Settings
from ..coming import NextRun
from .corrections import Queued, redeclaring, unknown
from .named import Done, each_named, own_ledger


def redeclare(settings: Settings, references: Iterable[str], why: str, today: date) -> Done[Queued]:
    """Queues each line that was refused or credited to be declared again; a reference may also be an invoice number, of
    all its lines. Raises as `own_ledger`, and SettingsError for a table that can't be read."""
    with own_ledger(settings) as ledger:
        done = each_named(ledger, references, redeclaring(why, today), unknown)
        next_run: NextRun | None = None
        for index, each in enumerate(done.items):
            line = line_of(ledger, each.reference)
            if line is not None and any(remedy(code).in_line for code in line.return_codes):
                next_run = next_run or NextRun(settings, Rules.load(settings, today), ledger)
                coming = next_run.of(line.appointment_id, line.patient_id, line.reference)
                done.items[index] = evolve(each, repeats=coming.repeats)
        ledger.commit()
    return done
