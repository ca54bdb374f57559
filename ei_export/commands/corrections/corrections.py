"""What a person asks for about lines that were declared: to be credited, declared again, or both; or not after all.

Nothing is written here but the wish, and why: the next run makes the lines.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from functools import partial
from typing import Final, Literal

from attrs import evolve, frozen

from ...base.problems import Finding
from ...declaring.numbers import run_label
from ...intake.meanings import WordMeanings
from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger import corrections as queue
from ...ledger.corrections import Asked, Asking
from ...ledger.line import closed_lines, debits_of
from ...ledger.patients import changes_of
from ...ledger.standing import changed, is_still_due
from ...model.appointment import Appointment
from ...settings import Settings
from ...zorg1.resolution import Verdict
from .named import Doing, Done, each_named, meant, own_ledger

#: What can be asked for.
Wanted = Literal["credit", "redeclare", "correct"]
#: What of that is taken back by taking back one of it.
_TAKEN_BACK_BY: Final[Mapping[Wanted, Sequence[Wanted]]] = {
    "credit": ("credit", "correct"),
    "redeclare": ("redeclare",),
    "correct": ("correct",),
}


@frozen
class Queued:
    """A line of which something goes out with the next run: the reference of its debit, and what is asked.

    ``change`` of one that is corrected: see `Asking`; or ``no_line`` where its appointment gives none any more.
    ``late``: the last day on which the new line could be declared, where that has passed. ``waits_for``: the reference
    of another line that has to be credited first. ``is_last``: of a treatment that took place no line stands once it is
    credited. ``cancelled``: what was asked, where that is taken back. ``repeats``: as of `Coming`.
    """

    reference: str
    appointment_id: str
    asked: Asked
    change: str = ""
    late: str = ""
    waits_for: str = ""
    is_last: bool = False
    cancelled: Wanted | Literal[""] = ""
    repeats: str = ""


def credit(settings: Settings, references: Iterable[str], why: str, today: date) -> Done[Queued]:
    """Queues the credit of each line. Raises as `own_ledger`."""
    return _each(settings, references, crediting(why, today))


def correct(
    settings: Settings, references: Iterable[str], why: str, today: date, *, everything: bool = False
) -> Done[Queued]:
    """Queues the credit of each line and a new line in its place, if its appointment is still due; ``everything``: all
    that the feed changed since it was declared, but for what is too late by now. Raises as `own_ledger`."""
    rules = Rules.load(settings, today)
    with own_ledger(settings) as ledger:
        wanted = [*references, *(line.reference for line, _ in (changed(ledger) if everything else ()))]
        done = each_named(ledger, wanted, correcting(rules, why, today, everything=everything), unknown)
        ledger.commit()
    return done


def cancel(
    settings: Settings, references: Iterable[str], why: str, today: date, wanted: Wanted = "credit"
) -> Done[Queued]:
    """Takes back what was asked about each line, as long as no run did it: that it is declared again; or, for
    ``credit`` and ``correct``, that it is credited, and all that was to follow from that. Raises as `own_ledger`."""
    return _each(settings, references, cancelling(wanted, why, today))


def _each(settings: Settings, references: Iterable[str], do: Doing[Queued]) -> Done[Queued]:
    with own_ledger(settings) as ledger:
        done = each_named(ledger, references, do, unknown)
        ledger.commit()
    return done


def unknown(shown: str, position: int) -> Finding:
    """What is told of a reference that nothing has."""
    return Finding("REFERENCE_UNKNOWN", "", {"reference": shown, "position": position})


# What is done with one that was named, in a ledger that is open.


def crediting(why: str, today: date) -> Doing[Queued]:
    return lambda ledger, named: _one(ledger, named, partial(_credit, why=why, today=today), stands=True)


def redeclaring(why: str, today: date) -> Doing[Queued]:
    return lambda ledger, named: _one_or_all(ledger, named, partial(_redeclare, why=why, today=today))


def correcting(rules: Rules, why: str, today: date, *, everything: bool = False) -> Doing[Queued]:
    """``everything``: see `correct`."""
    act = partial(_correct, rules=rules, why=why, today=today, everything=everything)
    return lambda ledger, named: _one(ledger, named, act)


def cancelling(wanted: Wanted, why: str, today: date) -> Doing[Queued]:
    act = partial(_cancel, wanted=wanted, why=why, today=today)
    return lambda ledger, named: _one_or_all(ledger, named, act) if wanted == "redeclare" else _one(ledger, named, act)


_Act = Callable[[Ledger, Asking], Queued | Finding]


def _one(ledger: Ledger, named: str, act: _Act, *, stands: bool = False) -> Sequence[Queued | Finding] | None:
    """Does it with the line that is named; ``stands``: see `line_named`."""
    asking = meant(ledger, named, stands=stands)
    if isinstance(asking, Asking):
        return [act(ledger, asking)]
    return asking if asking is None else [asking]


def _one_or_all(ledger: Ledger, named: str, act: _Act) -> Sequence[Queued | Finding] | None:
    """Does it with the line that is named, or with every line of the declaration that was refused, as far as nothing
    came in its place; what somebody closed of that is passed over, and told of."""
    found = _one(ledger, named, act)
    if found is not None and any(isinstance(each, Queued) for each in found):
        return found
    refused = [asking for reference in queue.refused_of(ledger, named) if (asking := queue.asking(ledger, reference))]
    closed = len([line for line in closed_lines(ledger, named) if line.became == "refused"])
    told = [Finding("REDECLARE_PASSES_CLOSED", "", {"invoice": named, "count": closed})] if closed else []
    came = [act(ledger, asking) for asking in refused]
    later = [each for each in came if isinstance(each, Finding) and each.code == "REDECLARE_LATER"]
    return [*([each for each in came if each not in later] or later[:1]), *told] or found


def _credit(ledger: Ledger, asking: Asking, *, why: str, today: date) -> Queued | Finding:
    if asking.is_credit:
        return Finding("CREDIT_OF_CREDIT", "", {"reference": asking.reference, "debit": asking.debit.reference})
    return _not_to_be_credited(asking) or _ask_credit(ledger, asking, why, today)


def _ask_credit(ledger: Ledger, asking: Asking, why: str, today: date) -> Queued:
    debit = asking.debit
    queued = _ask(ledger, asking, "credit", why, today, credit=True)
    none_left = not queue.standing_debits(ledger, debit.appointment_id)
    return evolve(queued, is_last=none_left and is_still_due(ledger, debit.reference))


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


def _redeclare(ledger: Ledger, asking: Asking, *, why: str, today: date) -> Queued | Finding:
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
    if asking.is_wished("correct", "redeclare"):
        code = "CORRECT_QUEUED" if asking.is_wished("correct") else "REDECLARE_QUEUED"
        return Finding(code, "", {"reference": debit.reference})
    queued = _ask(ledger, asking, "redeclare", why, today, credit=debit.credit == "header", again=True)
    return evolve(queued, waits_for=", ".join(queue.standing_debits(ledger, debit.appointment_id)))


def _correct(
    ledger: Ledger, asking: Asking, *, rules: Rules, why: str, today: date, everything: bool
) -> Queued | Finding:
    debit = asking.debit
    if fault := _not_to_be_corrected(asking):
        return fault
    now = _as_it_is(ledger, asking, rules.meant)
    verdict = rules.resolver.of(now).verdict if now else None
    change = "no_line" if verdict in (Verdict.NOT_ZORG1, Verdict.CONTACT) else asking.change
    late = None
    if change not in ("cancelled", "no_line"):
        day, uzovi = (now.date or today, now.uzovi) if now else (date.fromisoformat(debit.date), debit.uzovi)
        late = rules.judge.check_deadline(rules.resolver.insurer(uzovi), day)
    if late is not None and everything:
        return Finding("CORRECT_LATE", "", {"reference": debit.reference, **late.params})
    queued = _ask(ledger, asking, "correct", why, today, credit=True, again=True)
    return evolve(queued, change=change, late=str(late.params["deadline"]) if late is not None else "")


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
    return read_unsettled(debit.patient_id, said.texts, meant, settled=False)


def _ask(
    ledger: Ledger, asking: Asking, asked: Asked, why: str, today: date, *, credit: bool = False, again: bool = False
) -> Queued:
    queue.ask(ledger, asking, asked, why, today, credit=credit, again=again)
    return Queued(asking.debit.reference, asking.debit.appointment_id, asked)


def _cancel(ledger: Ledger, asking: Asking, *, wanted: Wanted, why: str, today: date) -> Queued | Finding:
    debit = asking.debit
    goes_by_itself = (
        debit.stands and (debit.credit or asking.was_credited) and not asking.is_wished("credit", "correct")
    )
    if asking.is_wished(*_TAKEN_BACK_BY[wanted]):
        wishes = asking.wishes  # where the debit is not credited, nothing is to come in its place either
        if wanted == "redeclare":
            wishes = [wish for wish in wishes if wish.asked == "redeclare"]
        queue.take_back(ledger, asking, wishes, why, today)
    elif goes_by_itself and (wanted == "credit" or (wanted == "correct" and asking.is_corrected)):
        queue.let_stand(ledger, asking, why, today)
    else:
        return _nothing_to_cancel(ledger, asking, wanted)
    return Queued(debit.reference, debit.appointment_id, "cancel", cancelled=wanted)


def _nothing_to_cancel(ledger: Ledger, asking: Asking, wanted: Wanted) -> Finding:
    """Why what was asked can't be taken back: it was done, or overtaken by an answer, or nobody asked."""
    debit = asking.debit
    reference = {"reference": debit.reference}
    if wanted == "credit":
        if debit.state == "credited":
            return Finding("CANCEL_SENT", "", reference)
        was_asked = queue.was_asked(ledger, debit.appointment_id, wanted)
        return Finding("CANCEL_OVERTAKEN" if was_asked and not debit.stands else "CANCEL_NOTHING", "", reference)
    last = debits_of(ledger, debit.appointment_id)[-1]
    if queue.was_asked(ledger, debit.appointment_id, wanted) and last.attempt > 1 and last.became != "withdrawn":
        return Finding("CANCEL_DONE", "", {**reference, "later": last.reference, "run": run_label(last.run)})
    return Finding("CANCEL_NOT_ASKED", "", reference)
