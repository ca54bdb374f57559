"""What a person asks for about lines that were declared: to be credited, declared again, or both.

Nothing is written here but the wish, and why: the next run makes the lines.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from functools import partial

from attrs import evolve, field, frozen

from ...base.delivery import writing
from ...base.problems import Finding, SettingsError
from ...declaring.numbers import has_form, is_of_a_test, run_label
from ...intake.meanings import WordMeanings
from ...intake.reader import read_kept
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger import corrections as queue
from ...ledger.closings import closed_appointments
from ...ledger.corrections import Asked, Asking
from ...ledger.dossier import AT, in_order
from ...ledger.line import last_debit
from ...ledger.own_files import holds_invoice
from ...ledger.patients import appointment_owner, changes_of
from ...ledger.standing import changed, is_still_due
from ...model.appointment import Appointment
from ...settings import Settings
from ...zorg1.resolver import Verdict
from ..belonging import refuse_unknown_runs


@frozen
class Queued:
    """A line of which something goes out with the next run: the reference of its debit, and what is asked.

    ``change`` of one that is corrected: see `Asking`; or ``no_line`` where its appointment gives none any more.
    ``late``: the last day on which the new line could be declared, where that has passed. ``waits_for``: the reference
    of another line that has to be credited first. ``is_last``: of a treatment that took place no line stands once it is
    credited.
    """

    reference: str
    appointment_id: str
    asked: Asked
    change: str = ""
    late: str = ""
    waits_for: str = ""
    is_last: bool = False


@frozen
class Queue:
    """What was queued, and what could not be: references, where they stood in the command, each with why. One that
    nothing has is only repeated if it looks like one: anything may be typed."""

    queued: list[Queued] = field(factory=list)
    refused: list[tuple[str, int, Finding]] = field(factory=list)


@contextmanager
def own_ledger(settings: Settings) -> Iterator[Ledger]:
    """The ledger, kept from everyone else; what is not committed is undone. Raises SettingsError where there is none
    yet, or runs were published that it doesn't know; BusyError, WriteError."""
    path = settings.ledger.path
    if not path.exists() and not path.is_symlink():
        raise SettingsError("LEDGER_MISSING", path=str(path))
    with writing(path):
        ledger = Ledger.open(path)
        try:
            refuse_unknown_runs(ledger, settings)
            yield ledger
        finally:
            ledger.close()


def credit(settings: Settings, references: Iterable[str], why: str, today: date) -> Queue:
    """Queues the credit of each line. Raises as `own_ledger`."""
    return _each(settings, references, partial(_credit, why=why, today=today))


def cancel(settings: Settings, references: Iterable[str], why: str, today: date) -> Queue:
    """Takes back that lines are to be credited, as long as the credits did not go out. Raises as `own_ledger`."""
    return _each(settings, references, partial(_cancel, why=why, today=today))


def redeclare(settings: Settings, references: Iterable[str], why: str, today: date) -> Queue:
    """Queues each line that was refused or credited to be declared again; a reference may also be an invoice number, of
    all its lines. Raises as `own_ledger`."""
    return _each(settings, references, partial(_redeclare, why=why, today=today))


def correct(settings: Settings, references: Iterable[str], why: str, today: date, *, everything: bool = False) -> Queue:
    """Queues the credit of each line and a new line in its place, if its appointment is still due; ``everything``: all
    that the feed changed since it was declared, but for what is too late by now. Raises as `own_ledger`."""
    rules = Rules.load(settings, today)
    with own_ledger(settings) as ledger:
        wanted = [*references, *(line.reference for line, _ in (changed(ledger) if everything else ()))]
        act = partial(_correct, rules=rules, why=why, today=today, everything=everything)
        return _do(ledger, wanted, act)


#: None for what nothing has.
_Act = Callable[[Ledger, str], Sequence[Queued] | Finding | None]


def _each(settings: Settings, references: Iterable[str], act: _Act) -> Queue:
    with own_ledger(settings) as ledger:
        return _do(ledger, references, act)


def _do(ledger: Ledger, references: Iterable[str], act: _Act) -> Queue:
    """What can be done is done; what can't is told of."""
    done = Queue()
    positions: dict[str, int] = {}
    for position, typed in enumerate(references, 1):
        positions.setdefault(typed.strip(), position)
    for reference, position in positions.items():
        result = act(ledger, reference)
        if result is None and is_of_a_test(reference):
            done.refused.append((reference, position, Finding("TEST_NUMBER", "", {"number": reference})))
        elif result is None:
            shown = reference if has_form(reference) or appointment_owner(ledger, reference) is not None else "-"
            params = {"reference": shown, "position": position}
            done.refused.append((shown, position, Finding("REFERENCE_UNKNOWN", "", params)))
        elif isinstance(result, Finding):
            done.refused.append((reference, position, result))
        else:
            done.queued.extend(result)
    ledger.commit()
    return done


def _meant(ledger: Ledger, named: str, *, stands: bool = False) -> Asking | Finding | None:
    """The line that somebody names, unless it is closed; see `line_named`."""
    asking = line_named(ledger, named, stands=stands)
    if isinstance(asking, Asking) and asking.debit.closed_as:
        params = {"reference": asking.debit.reference, "closed_as": asking.debit.closed_as}
        return Finding("LINE_CLOSED", "", params)
    if asking is None and named in closed_appointments(ledger):
        return Finding("APPOINTMENT_IS_CLOSED", "", {"item": named})
    return asking


def line_named(ledger: Ledger, named: str, *, stands: bool = False) -> Asking | Finding | None:
    """The line that somebody names: by its reference, in capitals or not, or by the id of its appointment; of that the
    last debit, or the one that ``stands``. None for what nothing has."""
    for reference in (named, named.upper()):
        if (line := queue.asking(ledger, reference)) is not None:
            return line
    standing = queue.standing_debits(ledger, named) if stands else []
    if len(standing) > 1:
        return Finding("REFERENCE_AMBIGUOUS", "", {"appointment": named, "references": ", ".join(standing)})
    last = next(iter(standing), last_debit(ledger, named))
    if last is not None:
        return queue.asking(ledger, last)
    return Finding("REFERENCE_OF_INVOICE", "", {"reference": named}) if holds_invoice(ledger, named) else None


def _credit(ledger: Ledger, named: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    asking = _meant(ledger, named, stands=True)
    if not isinstance(asking, Asking):
        return asking
    if asking.is_credit:
        return Finding("CREDIT_OF_CREDIT", "", {"reference": named, "debit": asking.debit.reference})
    return _not_to_be_credited(asking) or _ask_credit(ledger, asking, why, today)


def _ask_credit(ledger: Ledger, asking: Asking, why: str, today: date) -> Sequence[Queued]:
    debit = asking.debit
    (queued,) = _ask(ledger, asking, "credit", why, today, credit=True)
    none_left = not queue.standing_debits(ledger, debit.appointment_id)
    return [evolve(queued, is_last=none_left and is_still_due(ledger, debit.reference))]


def _cancel(ledger: Ledger, named: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    asking = _meant(ledger, named)
    if not isinstance(asking, Asking):
        return asking
    debit = asking.debit
    if debit.state == "credited":
        return Finding("CANCEL_SENT", "", {"reference": debit.reference})
    if not (debit.credit or asking.was_credited):
        return Finding("CANCEL_NOTHING", "", {"reference": debit.reference})
    queue.take_back_request(ledger, asking, why, today)
    return [Queued(debit.reference, debit.appointment_id, "cancel")]


def _not_to_be_credited(asking: Asking) -> Finding | None:
    """Why a debit can't be credited (STB 5.4.8): only one of an earlier file, that was not rejected, once."""
    debit = asking.debit
    if debit.is_pruned:
        return Finding("LINE_PRUNED", "", {"reference": debit.reference})
    if debit.run_state == "staged":
        return Finding("CREDIT_UNSENT", "", {"reference": debit.reference, "run": run_label(debit.run)})
    if debit.state == "credited" or (debit.credit == "now" and not asking.is_corrected):
        return Finding("CREDIT_TWICE", "", {"reference": debit.reference})
    if not debit.stands:
        return Finding("CREDIT_NOT_STANDING", "", {"reference": debit.reference})
    return None


def _redeclare(ledger: Ledger, named: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    asking = _meant(ledger, named)
    if not isinstance(asking, Asking):
        return _redeclare_all(ledger, named, why, today) or asking
    debit = asking.debit
    if asking.is_credit:  # of a credit that was refused: its debit stands, and is credited again
        return _not_to_be_credited(asking) or _ask_credit(ledger, asking, why, today)
    if debit.is_pruned:
        return Finding("LINE_PRUNED", "", {"reference": debit.reference})
    if not asking.is_last:
        return Finding("REDECLARE_LATER", "", {"reference": debit.reference, "appointment": debit.appointment_id})
    if debit.stands and not debit.credit:
        is_otherwise = asking.change or debit.state == "partly_granted"
        return Finding("REDECLARE_CHANGED" if is_otherwise else "REDECLARE_STANDS", "", {"reference": debit.reference})
    (queued,) = _ask(ledger, asking, "redeclare", why, today, credit=debit.credit == "header", again=True)
    return [evolve(queued, waits_for=", ".join(queue.standing_debits(ledger, debit.appointment_id)))]


def _redeclare_all(ledger: Ledger, invoice: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    """Every line of a declaration that was refused, as far as nothing came in its place."""
    references = queue.refused_of(ledger, invoice)
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


def _correct(
    ledger: Ledger, named: str, rules: Rules, why: str, today: date, *, everything: bool
) -> Sequence[Queued] | Finding | None:
    asking = _meant(ledger, named)
    if not isinstance(asking, Asking):
        return asking
    debit = asking.debit
    if fault := _not_to_be_corrected(asking):
        return fault
    now = _as_it_is(ledger, asking, rules.meant)
    verdict = rules.resolver.resolve(now.code, now.declare_under, now.uzovi, now.date).verdict if now else None
    change = "no_line" if verdict in (Verdict.NOT_ZORG1, Verdict.CONTACT) else asking.change
    late = None
    if change not in ("cancelled", "no_line"):
        day, uzovi = (now.date or today, now.uzovi) if now else (date.fromisoformat(debit.date), debit.uzovi)
        late = rules.judge.check_deadline(rules.resolver.insurer(uzovi), day)
    if late is not None and everything:
        return Finding("CORRECT_LATE", "", {"reference": debit.reference, **late.params})
    (queued,) = _ask(ledger, asking, "correct", why, today, credit=True, again=True)
    return [evolve(queued, change=change, late=str(late.params["deadline"]) if late is not None else "")]


def _not_to_be_corrected(asking: Asking) -> Finding | None:
    """Why a line can't be credited and another declared in its place."""
    debit = asking.debit
    reference = {"reference": debit.reference}
    if debit.is_pruned:
        return Finding("LINE_PRUNED", "", reference)
    if asking.is_credit:
        return Finding("CREDIT_OF_CREDIT", "", {**reference, "debit": debit.reference})
    if not asking.is_last:
        return Finding("REDECLARE_LATER", "", {**reference, "appointment": debit.appointment_id})
    if debit.run_state == "staged":
        return Finding("CREDIT_UNSENT", "", {**reference, "run": run_label(debit.run)})
    if not debit.stands:
        return Finding("CORRECT_NOT_STANDING", "", reference)
    if debit.credit == "now" and asking.is_corrected:
        return Finding("CORRECT_QUEUED", "", reference)
    if not asking.change and debit.state != "partly_granted":
        return Finding("CORRECT_UNCHANGED", "", reference)
    return None


def _as_it_is(ledger: Ledger, asking: Asking, meant: WordMeanings) -> Appointment | None:
    """What the feed said last of the appointment of a line, where that is otherwise than declared."""
    debit = asking.debit
    if asking.change not in ("row", "said"):
        return None
    said = changes_of(ledger, debit.patient_id)[debit.appointment_id]
    return read_kept(debit.patient_id, in_order(said.texts), AT, settled=False, meant=meant)


def _ask(
    ledger: Ledger, asking: Asking, asked: Asked, why: str, today: date, *, credit: bool = False, again: bool = False
) -> Sequence[Queued]:
    queue.ask(ledger, asking, asked, why, today, credit=credit, again=again)
    return [Queued(asking.debit.reference, asking.debit.appointment_id, asked)]
