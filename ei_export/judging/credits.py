"""The credits of a run: those that go out, those that nobody would take, and those that came back refused."""

import json
from collections.abc import Iterable, Iterator
from typing import Final, TypeAlias

from ..base.problems import Finding
from ..ledger import Ledger
from ..ledger.credits import due_credits, refused_credits
from ..model.due import DueLine
from ..standards.forms import FORMS
from ..standards.styles import refusal
from .collected import Shelf
from .context import Desk
from .refused import about

#: What of a header says who claims, and who is paid.
_HEADER: Final = ("practice_agb", "provider_agb", "institution_agb", "service_bureau_agb", "pay_to")
#: A queued credit, and what a receiver would refuse it for.
Judged: TypeAlias = tuple[DueLine, Finding | None]


def add_credits(shelf: Shelf, desk: Desk, judged: Iterable[Judged], patient_id: str = "") -> None:
    """Puts queued credits on the shelf that go out whatever else does, and tells of those that were refused: all, or
    those of one patient, of whom ``judged`` are then."""
    for line, fault in judged:
        if fault is not None:
            shelf.problems.add(fault, line.appointment_id, line.trajectory, None, line.uzovi)
        elif not desk.hold_all and not is_replaced(desk, line):
            shelf.due.add(line.pack())
    for credit in refused_credits(desk.ledger, desk.header):
        if patient_id in ("", credit.patient_id):
            shelf.problems.add(about(credit), credit.appointment_id, credit.trajectory, None, credit.uzovi)


def add_credits_of_replaced(shelf: Shelf, desk: Desk) -> None:
    """Puts the credits on the shelf of lines that are corrected, once it is known what comes in their place: none
    without a new line, unless the appointment is to have no line any more."""
    stays = shelf.held_back | shelf.dropped
    for line, fault in judged_credits(desk) if desk.replaced and not desk.hold_all else ():
        if fault is None and is_replaced(desk, line) and line.appointment_id not in stays:
            shelf.due.add(line.pack())


def is_replaced(desk: Desk, credit: DueLine) -> bool:
    """Whether a credit goes out only with the line that comes in the place of its debit."""
    return desk.replaced.get(credit.appointment_id) == credit.previous


def judged_credits(desk: Desk) -> Iterator[Judged]:
    """The queued credits. Those that have to wait, because a receiver would refuse all that goes out with them, or
    because somebody else declares now, are noted on the desk: to be gone through before patients are worked out on
    it."""
    for line, header in credit_lines(desk.ledger, desk.header):
        fault = _other_header(line, header, desk.header) or _refused(line, desk)
        if fault is not None:
            desk.waiting_credits.add(line.previous)
        yield line, fault


def _refused(line: DueLine, desk: Desk) -> Finding | None:
    said = refusal(desk.renderers[line.standard].style, line.uzovi, line.person, line.head, line.previous)
    if said is None:
        return None
    return Finding("CREDIT_WOULD_BE_REFUSED", "", {**said, "reference": line.previous})


def _other_header(line: DueLine, header: str, today: str) -> Finding | None:
    """Why a credit can't go out under the header of today: its debit had another, and a file has one."""
    if not header or header == today:
        return None
    before, now = json.loads(header), json.loads(today)
    for key in _HEADER:
        if before[key] != now[key]:
            params = {"reference": line.previous, "key": key, "before": before[key] or "-", "now": now[key] or "-"}
            return Finding("CREDIT_OTHER_HEADER", "", params)
    return None


def credit_lines(ledger: Ledger, header: str) -> Iterator[tuple[DueLine, str]]:
    """The credits that go out with this run: copies of what was sent, whatever the feed and the tables say now; each
    with the header that its debit had, '' where that is not known. ``header``: what a declaration says today of who
    declares."""
    for debit in due_credits(ledger, header):
        form = FORMS[debit.standard]
        credit = DueLine(
            standard=debit.standard,
            uzovi=debit.uzovi,
            person_key=form.person(debit.person).key,
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
            amount_cents=str(debit.cents),
            rule=debit.rule,
            person=debit.person,
            head=form.credit(debit),
            attempt=str(debit.attempt),
            previous=debit.reference,
        )
        yield credit, debit.provider
