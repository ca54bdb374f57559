"""What the next run would send of an appointment, as things stand in a ledger: by the judging of a run, with a feed
that says nothing new."""

from collections.abc import Sequence

from attrs import frozen

from ..base.problems import Finding
from ..base.steps import alone
from ..intake.feed import NoFeed
from ..intake.gather import gather
from ..intake.survey import Survey
from ..judging.answered import as_first
from ..judging.context import Context
from ..judging.credits import going_out, judged_credits
from ..judging.judge import examine
from ..judging.result import Result
from ..judging.rules import Rules
from ..ledger import Ledger
from ..ledger.corrections import Wish, wishes
from ..ledger.line import line_of
from ..ledger.patients import pending_appointments, waiting_appointments
from ..ledger.people import doubted
from ..ledger.standing import going_by_themselves
from ..model.codelists import remedy
from ..model.due import DueLine
from ..settings import Settings
from ..standards.registry import standard_named


@frozen
class Coming:
    """What goes out of an appointment: so many ``credits``, which take back ``credit_cents``; a line with a ``code``,
    of ``line_cents``, or '' and 0. ``held``: the first of what keeps a line from going, None where it goes or there is
    none. ``repeats``: the return code for which the line was refused that this one says the same as, if it will be for
    that again; or ''."""

    credits: int
    credit_cents: int
    code: str
    line_cents: int
    held: Finding | None
    repeats: str = ""


@frozen
class Queue:
    """What the next run sends besides what is new: so many ``credits``, and debits in the place of others (``again``),
    because somebody asked for them or by themselves; ``waits`` of what was asked for can't go yet."""

    credits: int
    again: int
    waits: int


def queue(settings: Settings, ledger: Ledger, rules: Rules) -> Queue:
    """What waits for the next run, counted."""
    credits, again = going_by_themselves(ledger)
    waits = 0
    for wish, coming in queued(settings, ledger, rules):
        sent = coming.credits if wish.asked != "redeclare" else 0, int(wish.asked != "credit" and coming.code != "")
        credits, again, waits = credits + sent[0], again + sent[1], waits + (not any(sent))
    return Queue(credits, again, waits)


def queued(settings: Settings, ledger: Ledger, rules: Rules) -> Sequence[tuple[Wish, Coming]]:
    """What somebody asked for and no run did yet, each with what the next run sends."""
    asked = [*wishes(ledger)]
    if not asked:
        return ()
    next_run = NextRun(settings, rules, ledger)
    return [(wish, next_run.of(wish.appointment_id, wish.patient_id, wish.reference)) for wish in asked]


class NextRun:
    """The next run, asked of single appointments; the ledger is as that run would find it."""

    def __init__(self, settings: Settings, rules: Rules, ledger: Ledger) -> None:
        source = NoFeed()
        waiting, unsure = pending_appointments(ledger), doubted(ledger)
        feed = gather(source, 0, Survey(settings.input, source.header), waiting, lambda rows: None, unsure)
        self._context = Context(settings, rules, ledger, feed)
        self._credits = [*judged_credits(self._context)]
        self._judged: dict[str, Result] = {}

    def of(self, appointment_id: str, patient_id: str, reference: str) -> Coming:
        """What is sent of an appointment that a patient has, or had: another may have it by now; of its credits that of
        the debit with this reference."""
        others = (patient for patient, _ in waiting_appointments(self._context.ledger, appointment_id))
        results = [*map(self._result, dict.fromkeys((patient_id, *others)))]
        stays = {
            ident for result in results for totals in result.totals for ident in (*totals.held_back, *totals.dropped)
        }
        queued = [(line, fault) for line, fault in self._credits if line.previous == reference]
        credits = [*going_out(self._context, queued, stays)]
        lines = [line for result in results for line in result.lines if line.appointment_id == appointment_id]
        told = [told.finding for result in results for told in result.problems if told.appointment_id == appointment_id]
        severities = self._context.settings.severities
        errors = [
            each for each in (*(fault for _, fault in queued if fault), *told) if severities.of(each.code) == "error"
        ]
        return Coming(
            credits=len(credits),
            credit_cents=sum(int(line.amount_cents) for line in credits),
            code=lines[0].code if lines else "",
            line_cents=sum(int(line.amount_cents) for line in lines),
            held=errors[0] if errors and not lines else None,
            repeats=_repeated(self._context.ledger, lines[0], reference) if lines else "",
        )

    def _result(self, patient_id: str) -> Result:
        if patient_id not in self._judged:
            examined = examine(self._context, patient_id, (), self._context.dossier(patient_id))
            self._judged[patient_id] = alone(examined).result
        return self._judged[patient_id]


def _repeated(ledger: Ledger, due: DueLine, reference: str) -> str:
    """What a debit was refused for, if that is in the line itself, and the line that is due says the same."""
    debit = line_of(ledger, reference)
    if debit is None or debit.became != "refused" or debit.is_pruned or debit.standard != due.standard:
        return ""
    if standard_named(due.standard).declared_anew(due.head, "", "") != as_first(debit):
        return ""
    return next((code for code in debit.return_codes if remedy(code).in_line), "")
