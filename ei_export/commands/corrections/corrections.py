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
from ...ledger.corrections import STANDING, Asked, Asking
from ...ledger.dossier import AT, unpack
from ...ledger.own_files import holds_invoice
from ...ledger.patients import appointment_owner, dossier_of, last_debit
from ...ledger.standing import is_still_due
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
        wanted = [*references, *(queue.changed_lines(ledger) if everything else ())]
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
    line = _meant(ledger, named, stands=True)
    if not isinstance(line, Asking):
        return line
    if line.debit_credit == "C":
        return Finding("CREDIT_OF_CREDIT", "", {"reference": named, "debit": line.debit})
    return _not_to_be_credited(line) or _ask_credit(ledger, line, why, today)


def _ask_credit(ledger: Ledger, line: Asking, why: str, today: date) -> Sequence[Queued]:
    (queued,) = _ask(ledger, line, "credit", why, today, credit=True)
    none_left = not queue.standing_debits(ledger, line.appointment_id)
    return [evolve(queued, is_last=none_left and is_still_due(ledger, line.debit))]


def _cancel(ledger: Ledger, named: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    line = _meant(ledger, named)
    if not isinstance(line, Asking):
        return line
    if line.status == "credited":
        return Finding("CANCEL_SENT", "", {"reference": line.debit})
    if not (line.credit or line.was_credited):
        return Finding("CANCEL_NOTHING", "", {"reference": line.debit})
    queue.take_back_request(ledger, line, why, today)
    return [Queued(line.debit, line.appointment_id, "cancel")]


def _not_to_be_credited(line: Asking) -> Finding | None:
    """Why a debit can't be credited (STB 5.4.8): only one of an earlier file, that was not rejected, once."""
    if line.is_pruned:
        return Finding("LINE_PRUNED", "", {"reference": line.debit})
    if line.run_state == "staged":
        return Finding("CREDIT_UNSENT", "", {"reference": line.debit, "run": run_label(line.run)})
    if line.status == "credited" or (line.credit == "now" and not line.is_corrected):
        return Finding("CREDIT_TWICE", "", {"reference": line.debit})
    if line.status not in STANDING:
        return Finding("CREDIT_NOT_STANDING", "", {"reference": line.debit})
    return None


def _redeclare(ledger: Ledger, named: str, why: str, today: date) -> Sequence[Queued] | Finding | None:
    line = _meant(ledger, named)
    if not isinstance(line, Asking):
        return _redeclare_all(ledger, named, why, today) or line
    if line.debit_credit == "C":  # of a credit that was refused: its debit stands, and is credited again
        return _not_to_be_credited(line) or _ask_credit(ledger, line, why, today)
    if line.is_pruned:
        return Finding("LINE_PRUNED", "", {"reference": line.debit})
    if not line.is_last:
        return Finding("REDECLARE_LATER", "", {"reference": line.debit, "appointment": line.appointment_id})
    if line.status in STANDING and not line.credit:
        changed = line.change or line.status == "partly_granted"
        return Finding("REDECLARE_CHANGED" if changed else "REDECLARE_STANDS", "", {"reference": line.debit})
    (queued,) = _ask(ledger, line, "redeclare", why, today, credit=line.credit == "header", again=True)
    return [evolve(queued, waits_for=", ".join(queue.standing_debits(ledger, line.appointment_id)))]


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


def _correct(
    ledger: Ledger, named: str, rules: Rules, why: str, today: date, *, everything: bool
) -> Sequence[Queued] | Finding | None:
    line = _meant(ledger, named)
    if not isinstance(line, Asking):
        return line
    if fault := _not_to_be_corrected(line):
        return fault
    now = _as_it_is(ledger, line, rules.meant)
    verdict = rules.resolver.resolve(now.code, now.declare_under, now.uzovi, now.date).verdict if now else None
    change = "no_line" if verdict in (Verdict.NOT_ZORG1, Verdict.CONTACT) else line.change
    late = None
    if change not in ("cancelled", "no_line"):
        day, uzovi = (now.date or today, now.uzovi) if now else (date.fromisoformat(line.date), line.uzovi)
        late = rules.judge.check_deadline(rules.resolver.insurer(uzovi), day)
    if late is not None and everything:
        return Finding("CORRECT_LATE", "", {"reference": line.debit, **late.params})
    (queued,) = _ask(ledger, line, "correct", why, today, credit=True, again=True)
    return [evolve(queued, change=change, late=str(late.params["deadline"]) if late is not None else "")]


def _not_to_be_corrected(line: Asking) -> Finding | None:
    """Why a line can't be credited and another declared in its place."""
    reference = {"reference": line.debit}
    if line.is_pruned:
        return Finding("LINE_PRUNED", "", reference)
    if line.debit_credit == "C":
        return Finding("CREDIT_OF_CREDIT", "", {**reference, "debit": line.debit})
    if not line.is_last:
        return Finding("REDECLARE_LATER", "", {**reference, "appointment": line.appointment_id})
    if line.run_state == "staged":
        return Finding("CREDIT_UNSENT", "", {**reference, "run": run_label(line.run)})
    if line.status not in STANDING:
        return Finding("CORRECT_NOT_STANDING", "", reference)
    if line.credit == "now" and line.is_corrected:
        return Finding("CORRECT_QUEUED", "", reference)
    if not line.change and line.status != "partly_granted":
        return Finding("CORRECT_UNCHANGED", "", reference)
    return None


def _as_it_is(ledger: Ledger, line: Asking, meant: WordMeanings) -> Appointment | None:
    """What the feed said last of the appointment of a line, where that is otherwise than declared."""
    stored = dossier_of(ledger, line.patient_id)
    for kept in unpack(stored.appointments) if stored is not None and line.change in ("row", "said") else ():
        if kept.texts[AT["appointment_id"]] == line.appointment_id and kept.change is not None:
            return read_kept(line.patient_id, kept.change.texts, AT, settled=False, meant=meant)
    return None


def _ask(
    ledger: Ledger, line: Asking, asked: Asked, why: str, today: date, *, credit: bool = False, again: bool = False
) -> Sequence[Queued]:
    queue.ask(ledger, line, asked, why, today, credit=credit, again=again)
    return [Queued(line.debit, line.appointment_id, asked)]
