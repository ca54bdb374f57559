"""What a person asks for about lines that were declared: to be credited, declared again, or both.

Nothing is written here but the wish, and why: the next run makes the lines.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial

from attrs import field, frozen

from ...delivery import writing
from ...ledger import Ledger
from ...ledger import corrections as queue
from ...ledger.corrections import STANDING, Asked, Asking
from ...problems import Finding, SettingsError
from ...settings import Settings
from ..declaring.publication import has_form, run_label


@frozen
class Queued:
    """A line of which something goes out with the next run: the reference of its debit, and what is asked. ``change``
    of one that is corrected: see `Asking`."""

    reference: str
    appointment_id: str
    asked: Asked
    change: str = ""


@frozen
class Queue:
    """What was queued, and what could not be: references, where they stood in the command, each with why. One that
    nothing has is only repeated if it looks like one: anything may be typed."""

    queued: list[Queued] = field(factory=list)
    refused: list[tuple[str, int, Finding]] = field(factory=list)


@contextmanager
def opened(settings: Settings) -> Iterator[Ledger]:
    """The ledger, kept from everyone else; what is not committed is undone. Raises SettingsError where there is none
    yet, BusyError, WriteError."""
    path = settings.ledger.path
    if not path.is_file():
        raise SettingsError("LEDGER_MISSING", path=str(path))
    with writing(path):
        ledger = Ledger.open(path)
        try:
            yield ledger
        finally:
            ledger.close()


def credit(settings: Settings, references: Iterable[str], why: str, today: date) -> Queue:
    """Queues the credit of each line. Raises as `opened`."""
    return _each(settings, references, partial(_credit, why=why, today=today))


def cancel(settings: Settings, references: Iterable[str], why: str, today: date) -> Queue:
    """Takes back that lines are to be credited, as long as the credits did not go out. Raises as `opened`."""
    return _each(settings, references, partial(_cancel, why=why, today=today))


def redeclare(settings: Settings, references: Iterable[str], why: str, today: date) -> Queue:
    """Queues each line that was refused or credited to be declared again; a reference may also be an invoice number, of
    all its lines. Raises as `opened`."""
    return _each(settings, references, partial(_redeclare, why=why, today=today))


def correct(settings: Settings, references: Iterable[str], why: str, today: date, *, everything: bool = False) -> Queue:
    """Queues the credit of each line and a new line in its place, if its appointment is still due; ``everything``: all
    that the feed changed since it was declared. Raises as `opened`."""
    with opened(settings) as ledger:
        wanted = [*references, *(queue.changed_lines(ledger) if everything else ())]
        return _do(ledger, wanted, partial(_correct, why=why, today=today))


#: None for what nothing has.
_Act = Callable[[Ledger, str], Sequence[Queued] | Finding | None]


def _each(settings: Settings, references: Iterable[str], act: _Act) -> Queue:
    with opened(settings) as ledger:
        return _do(ledger, references, act)


def _do(ledger: Ledger, references: Iterable[str], act: _Act) -> Queue:
    """What can be done is done; what can't is told of."""
    done = Queue()
    positions: dict[str, int] = {}
    for position, typed in enumerate(references, 1):
        positions.setdefault(typed.strip(), position)
    for reference, position in positions.items():
        result = act(ledger, reference)
        if result is None:
            shown = reference if has_form(reference) or ledger.appointment_owner(reference) is not None else "-"
            params = {"reference": shown, "position": position}
            done.refused.append((shown, position, Finding("REFERENCE_UNKNOWN", "", params)))
        elif isinstance(result, Finding):
            done.refused.append((reference, position, result))
        else:
            done.queued.extend(result)
    ledger.commit()
    return done


def _credit(ledger: Ledger, reference: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    line = queue.asking(ledger, reference)
    if line is None:
        return None
    if line.debit_credit == "C":
        return Finding("CREDIT_OF_CREDIT", "", {"reference": reference, "debit": line.debit})
    if fault := _not_to_be_credited(line):
        return fault
    return _ask(ledger, line, "credit", why, today, credit=True)


def _cancel(ledger: Ledger, reference: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    line = queue.asking(ledger, reference)
    if line is None:
        return None
    if line.status == "credited":
        return Finding("CANCEL_SENT", "", {"reference": line.debit})
    if not (line.credit or line.was_credited):
        return Finding("CANCEL_NOTHING", "", {"reference": line.debit})
    queue.cancel(ledger, line, why, today)
    return [Queued(line.debit, line.appointment_id, "cancel")]


def _not_to_be_credited(line: Asking) -> Finding | None:
    """Why a debit can't be credited (STB 5.4.8): only one of an earlier file, that was not rejected, once."""
    if line.run_state == "staged":
        return Finding("CREDIT_UNSENT", "", {"reference": line.debit, "run": run_label(line.run)})
    if line.status == "credited" or (line.credit == "now" and not line.is_corrected):
        return Finding("CREDIT_TWICE", "", {"reference": line.debit})
    if line.status not in STANDING:
        return Finding("CREDIT_NOT_STANDING", "", {"reference": line.debit})
    return None


def _redeclare(ledger: Ledger, reference: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    line = queue.asking(ledger, reference)
    if line is None:
        return _redeclare_all(ledger, reference, why, today)
    if line.debit_credit == "C":  # of a credit that was refused: its debit stands, and is credited again
        return _not_to_be_credited(line) or _ask(ledger, line, "credit", why, today, credit=True)
    if not line.is_last:
        return Finding("REDECLARE_LATER", "", {"reference": reference, "appointment": line.appointment_id})
    if line.status in STANDING and not line.credit:
        return Finding("REDECLARE_STANDS", "", {"reference": reference})
    return _ask(ledger, line, "redeclare", why, today, credit=line.credit == "header", again=True)


def _redeclare_all(ledger: Ledger, invoice: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    """Every line of a declaration that was refused, as far as nothing came in its place."""
    references = queue.lines_of_invoice(ledger, invoice)
    if not references:
        return None
    done: list[Queued] = []
    faults: list[Finding] = []
    for reference in references:
        result = _redeclare(ledger, reference, why, today)
        if isinstance(result, Finding):
            faults.append(result)
        elif result is not None:
            done.extend(result)
    return done or faults[0]


def _correct(ledger: Ledger, named: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    """``named``: a line by its reference, or an appointment, of which it is the last line."""
    reference = ledger.last_debit(named) or named
    line = queue.asking(ledger, reference)
    if line is None:
        return None
    if line.debit_credit == "C":
        return Finding("CREDIT_OF_CREDIT", "", {"reference": reference, "debit": line.debit})
    if not line.is_last:
        return Finding("REDECLARE_LATER", "", {"reference": reference, "appointment": line.appointment_id})
    if line.run_state == "staged":
        return Finding("CREDIT_UNSENT", "", {"reference": reference, "run": run_label(line.run)})
    if line.status not in STANDING:
        return Finding("CORRECT_NOT_STANDING", "", {"reference": reference})
    if not line.change and line.status != "partly_granted":
        return Finding("CORRECT_UNCHANGED", "", {"reference": reference})
    return _ask(ledger, line, "correct", why, today, credit=True, again=True)


def _ask(
    ledger: Ledger, line: Asking, asked: Asked, why: str, today: date, *, credit: bool = False, again: bool = False
) -> Sequence[Queued]:
    queue.ask(ledger, line, asked, why, today, credit=credit, again=again)
    return [Queued(line.debit, line.appointment_id, asked, line.change if asked == "correct" else "")]
