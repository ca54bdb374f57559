"""The credits of a run: those that go out, those that nobody would take, and those that came back refused."""

import json
from collections.abc import Collection, Iterable, Iterator
from datetime import date
from typing import Final, TypeAlias

from ..base.problems import Finding
from ..ledger.credits import DueCredit, due_credits, refused_credits
from ..model.due import DueLine
from ..standards.registry import standard_named
from .collected import Collected
from .context import Context
from .refused import about

#: What of a header says who claims, and who is paid.
_HEADER: Final = ("practice_agb", "provider_agb", "institution_agb", "service_bureau_agb", "pay_to")
#: What a credit says as its debit did.
_COPIED: Final = (
    "standard", "uzovi", "date", "appointment_id", "patient_id", "trajectory", "insurer", "code", "list", "f_code",
    "rule", "person",
)  # fmt: skip
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
    for due in due_credits(context.ledger, context.header):
        line = _credit(due)
        fault = _other_header(line, due.debit.provider, context.header) or _refused(line, context)
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


def _credit(due: DueCredit) -> DueLine:
    """A credit is a copy of what was sent, whatever the feed and the tables say now."""
    debit = due.debit
    standard, day = standard_named(debit.standard), date.fromisoformat(debit.date)
    return DueLine(
        **{field: getattr(debit, field) for field in _COPIED},
        person_key=standard.read_person(debit.person).key,
        debit_credit="C",
        row="",
        units=str(debit.units),
        amount_cents=str(debit.credit_cents),
        head=standard.credit(debit.sent, debit.list, day, debit.credit_cents, debit.reference),
        attempt=str(due.attempt),
        previous=debit.reference,
    )
