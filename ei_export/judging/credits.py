"""The credits of a run: those that go out, those that nobody would take, and those that came back refused."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Final, TypeAlias

from ..base.problems import Finding
from ..ledger import Ledger
from ..ledger.credits import due_credits, refused_credits
from ..model.due import DueLine
from ..standards.registry import standard_named
from .collected import Collected
from .context import Context
from .refused import about

#: What of a header says who claims, and who is paid.
_HEADER: Final = ("practice_agb", "provider_agb", "institution_agb", "service_bureau_agb", "pay_to")
#: A queued credit, and what a receiver would refuse it for.
JudgedCredit: TypeAlias = tuple[DueLine, Finding | None]


def add_credits(collected: Collected, context: Context, judged: Iterable[JudgedCredit], patient_id: str = "") -> None:
    """Collects the queued credits that go out whatever else does, and tells of those that were refused: all, or
    those of one patient, of whom ``judged`` are then."""
    for line, fault in judged:
        if fault is not None:
            collected.problems.add(fault, line.appointment_id, line.trajectory, None, line.uzovi)
        elif not context.hold_all and not is_replaced(context, line):
            collected.due.add(line.pack())
    for credit in refused_credits(context.ledger, context.header):
        debit = credit.debit
        if patient_id in ("", debit.patient_id):
            collected.problems.add(about(credit), debit.appointment_id, debit.trajectory, None, debit.uzovi)


def add_credits_of_replaced(collected: Collected, context: Context) -> None:
    """Collects the credits of lines that are corrected, once it is known what comes in their place: none
    without a new line, unless the appointment is to have no line any more."""
    stays = collected.totals.held_back | collected.totals.dropped
    for line in going_out(context, judged_credits(context), stays) if context.replaced and not context.hold_all else ():
        if is_replaced(context, line):
            collected.due.add(line.pack())


def going_out(context: Context, judged: Iterable[JudgedCredit], stays: Collection[str]) -> Iterator[DueLine]:
    """The queued credits that go out: those that nobody would refuse, but for those of lines that are corrected while
    nothing comes in the place of them, ``stays`` by appointment id."""
    for line, fault in judged:
        if fault is None and not (is_replaced(context, line) and line.appointment_id in stays):
            yield line


def is_replaced(context: Context, credit: DueLine) -> bool:
    """Whether a credit goes out only with the line that comes in the place of its debit."""
    return context.replaced.get(credit.appointment_id) == credit.previous


def judged_credits(context: Context) -> Iterator[JudgedCredit]:
    """The queued credits. Those that have to wait, because a receiver would refuse all that goes out with them, or
    because somebody else declares now, are noted in the context: to be gone through before patients are judged
    in it."""
    for line, header in credit_lines(context.ledger, context.header):
        fault = _other_header(line, header, context.header) or _refused(line, context)
        if fault is not None:
            context.waiting_credits.add(line.previous)
        yield line, fault


def _refused(line: DueLine, context: Context) -> Finding | None:
    said = context.renderers[line.standard].refusal(line.uzovi, line.person, line.head, line.previous)
    if said is None:
        return None
    return Finding("CREDIT_WOULD_BE_REFUSED", "", {**said, "reference": line.previous})


def _other_header(line: DueLine, header: str, today: str) -> Finding | None:
    """Why a credit can't go out under the header of today: its debit had another, and a file has one."""
    if header == today:
        return None
    before, now = json.loads(header), json.loads(today)
    for key in _HEADER:
        if before[key] != now[key]:
            params = {"reference": line.previous, "key": key, "before": before[key] or "-", "now": now[key] or "-"}
            return Finding("CREDIT_OTHER_HEADER", "", params)
    return None


def credit_lines(ledger: Ledger, header: str) -> Iterator[tuple[DueLine, str]]:
    """The credits that go out with this run: copies of what was sent, whatever the feed and the tables say now; each
    with the header that its debit had. ``header``: what a declaration says today of who declares."""
    for due in due_credits(ledger, header):
        debit = due.debit
        standard, day = standard_named(debit.standard), date.fromisoformat(debit.date)
        credit = DueLine(
            standard=debit.standard,
            uzovi=debit.uzovi,
            person_key=standard.read_person(debit.person).key,
            date=debit.date,
            appointment_id=debit.appointment_id,
            debit_credit="C",
            patient_id=debit.patient_id,
            trajectory=debit.trajectory,
            row="",
            insurer=debit.insurer,
            code=debit.code,
            list=debit.list,
            f_code=debit.f_code,
            units=str(debit.units),
            amount_cents=str(debit.credit_cents),
            rule=debit.rule,
            person=debit.person,
            head=standard.credit(debit.sent, debit.list, day, debit.credit_cents, debit.reference),
            attempt=str(due.attempt),
            previous=debit.reference,
        )
        yield credit, debit.provider
