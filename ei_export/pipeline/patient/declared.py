"""What becomes of an appointment that was declared before: it stands, the feed changed it, or it is due again.

What was declared stands, whatever the feed says now; a change is told of, and remembered until somebody has it
corrected or it is changed back. An appointment whose last debit doesn't stand is due again when the ledger says so (see
the table ``correction``), and is then judged as any other: by its row, or by what was sent where the feed is silent.
"""

from collections.abc import Sequence
from typing import Final

from ...appointment import Appointment, Outcome
from ...codelists import return_codes
from ...declaration import Performance
from ...intake.reader import remembered
from ...ledger.corrections import Debit
from ...ledger.dossier import AT, CORE, PENDING, SAVED, Change, changed, core
from ...problems import Finding
from ...reports.refusals import telling
from ..declaring.forms import FORMS, first
from .case import Work

#: What is told of a change, by the column it is in; what is never quoted is private.
_CHANGES: Final = {
    "date": "DECLARED_MOVED",
    "code": "DECLARED_CODE_CHANGED",
    "uzovi": "DECLARED_INSURER_CHANGED",
    "bsn": "DECLARED_BSN_CHANGED",
    "diagnosis_code": "DECLARED_DIAGNOSIS_CHANGED",
}
_PRIVATE: Final = frozenset({"bsn"})
#: What `zorg1` finds of a declared end, in which the line to be corrected is still to be named.
_COUNTED_ANEW: Final = frozenset({"CONTACT_AFTER_DECLARED_END", "DECLARED_COUNT_CHANGED"})


def hear(work: Work, sent: Appointment | None, row: Appointment | None) -> Appointment | None:
    """What an appointment is taken for that was declared before; None: for nothing any more.

    ``sent`` is what it was declared on, as far as the dossier has it; ``row`` what the feed says of it, now or the last
    time it said anything else; None where it didn't.
    """
    ident = (sent or row).id  # type: ignore[union-attr] # one of them there is
    debits = work.debits.get(ident)
    if debits is None:
        assert sent is not None
        return _stands(work, sent, row)
    last = _that_counts(debits)
    if last.patient_id != work.patient_id:  # it is another patient's by now
        return row if row is not None and row.row is not None else None
    if last.stands:
        if sent is None or last is not debits[-1]:
            sent = _as_sent(work, last, row)
        sent.units, sent.linked = last.units, last.code
        return _stands(work, sent, row)
    return _may_be_due(work, sent or _as_sent(work, last, row), row, debits)


def _that_counts(debits: Sequence[Debit]) -> Debit:
    """The last debit; or an earlier one that stands, where nothing is to come in the place of the last."""
    last = debits[-1]
    return last if last.again else next((debit for debit in reversed(debits) if debit.stands), last)


def name_lines(work: Work) -> None:
    """Completes what was found of declared ends whose contacts changed."""
    for visit in work.visits:
        appointment = visit.appointment
        if appointment.findings and visit.is_declared:
            if work.misses_contacts(visit):
                appointment.findings[:] = [each for each in appointment.findings if each.code not in _COUNTED_ANEW]
            for place, finding in enumerate(appointment.findings):
                if finding.code in _COUNTED_ANEW:
                    appointment.findings[place] = _told(work, appointment, finding.code, "", **finding.params)
                    work.changes.setdefault(appointment.id, Change("count"))


# It stands.


def _stands(work: Work, sent: Appointment, row: Appointment | None) -> Appointment:
    if row is None:
        return sent
    if row.unclear:  # the word is told of; until it is known, nothing was said
        sent.row = row.row
        return sent
    if not row.completed:
        sent.row = row.row
        day = sent.date.isoformat() if sent.date else ""
        sent.findings.append(_told(work, sent, "DECLARED_CANCELLED", "status", date=day))
        work.changes[sent.id] = Change("cancelled")
        return sent
    if row.findings:  # it can't be read: that is all there is to say of it
        sent.row = row.row
        sent.findings += row.findings
        return sent
    differences = _differences(work, sent, row)
    if not differences:
        return _taken_over(sent, row)
    sent.row = row.row
    for column, before, after in differences:
        quoted = {} if column in _PRIVATE else {"before": before or "-", "after": after or "-"}
        sent.findings.append(_told(work, sent, _CHANGES[column], column, **quoted))
    work.changes[sent.id] = changed(row)
    return sent


def _taken_over(sent: Appointment, row: Appointment) -> Appointment:
    """The row, for what was declared on one that says the same."""
    row.known, row.units, row.linked = Outcome.DECLARED, sent.units, sent.linked
    return row


def _differences(work: Work, sent: Appointment, row: Appointment) -> list[tuple[str, str, str]]:
    """The columns in which a row says something else than was sent: before and after. A trajectory number is not sent,
    and another code is none while it stands for the same product."""
    old, new = core(sent), core(row)
    if old == new:
        return []
    found = {c: (o, n) for c, o, n in zip(CORE, old, new, strict=True) if o != n and c in _CHANGES}
    if old[2:4] != new[2:4]:
        linked = work.desk.resolver.answer(row.code, row.declare_under, row.uzovi, row.date).code
        found["code"] = (sent.linked, linked)
        if linked == sent.linked or work.desk.resolver.is_form(sent.linked, linked):
            del found["code"]
    return [(column, *found[column]) for column in _CHANGES if column in found]


def _told(work: Work, appointment: Appointment, code: str, column: str, /, **params: object) -> Finding:
    """A finding that is told of in every run until it is put right, with the line it is about."""
    work.open.add(appointment.id)
    debits = work.debits.get(appointment.id)
    reference = _that_counts(debits).reference if debits else work.desk.ledger.last_debit(appointment.id)
    return Finding(code, column, {**params, "reference": reference or ""})


# It doesn't stand.


def _may_be_due(work: Work, sent: Appointment, row: Appointment | None, debits: Sequence[Debit]) -> Appointment | None:
    last = debits[-1]
    sent.known, sent.units, sent.linked = Outcome.DECLARED, 0, last.code
    if row is not None and not row.completed:  # it didn't take place, and nobody is held to it
        sent.outcome = Outcome.EARLIER
        work.changes[sent.id] = Change("cancelled")
        work.case.settled.append(last.reference)
        work.kept.append(sent)
        if row.row is not None:
            work.case.tally(Outcome.NOT_COMPLETED)
        return None
    if not last.again:
        if row is not None and not row.findings and _differences(work, sent, row):
            work.changes[sent.id] = changed(row)  # for when somebody asks for it again
        return _heard(sent, row)
    if row is None:
        work.silent.add(sent.id)
    if last.again == "feed" and (row is None or _says_the_same(work, sent, row, last)):
        sent.units, sent.refused = last.units, True
        if row is None:
            return sent
        row.refused = True
        return _taken_over(sent, row)
    due = row if row is not None else sent
    due.known, due.refused = None, last.again == "line"
    return due


def why_not_again(work: Work, appointment: Appointment) -> Finding | None:
    """What keeps an appointment from being declared again: another debit of it that stands or was sent
    after all, or a header at fault."""
    last = work.again.get(appointment.id)
    if last is None:
        return None
    standing = [debit.reference for debit in work.debits[appointment.id] if debit.stands]
    if standing:
        return Finding("DEBIT_STANDS", "", {"reference": ", ".join(standing)})
    for debit in work.debits[appointment.id]:
        if debit.contradicted:
            return Finding("WITHDRAWN_ANSWERED", "", {"reference": debit.reference, "invoice": debit.invoice})
    return _declaration_refused(last) if last.again == "header" else None


def _declaration_refused(debit: Debit) -> Finding:
    return Finding("DECLARATION_REFUSED", "", {"invoice": debit.invoice, **_answer(debit)})


def name_answers(work: Work) -> None:
    """Tells of the answers to what is held for something else, which may be all that there is to put right."""
    for appointment in (*work.told, *work.known.values()):
        last = work.again.get(appointment.id)
        if last is None or last.again not in ("line", "header") or appointment.outcome not in PENDING:
            continue
        found = appointment.findings
        if not {"LINE_REFUSED", "DECLARATION_REFUSED"}.intersection(finding.code for finding in found):
            before = Finding("LINE_REFUSED_BEFORE", "", {"reference": last.reference, **_answer(last)})
            found.append(_declaration_refused(last) if last.again == "header" else before)


def why_not_the_same(work: Work, appointment: Appointment, record: str, head: str) -> Finding | None:
    """What keeps a line from going out that was found at fault before: it would be the same."""
    last = work.again.get(appointment.id)
    if last is None or last.again != "line" or head != first(last):
        return None
    if FORMS[last.standard].person(record) != FORMS[last.standard].person(last.person):
        return None
    return Finding("LINE_REFUSED", "", {"reference": last.reference, **_answer(last)})


def _answer(debit: Debit) -> dict[str, object]:
    """The return codes of a debit, and what the most telling one says."""
    known = return_codes().get(telling(debit.codes.split()))
    return {"codes": debit.codes, "text": known.text.rstrip(".") if known is not None else "-"}


def _heard(sent: Appointment, row: Appointment | None) -> Appointment:
    """What was sent, at the place where the feed says something of it."""
    if row is not None:
        sent.row = row.row
    return sent


def _says_the_same(work: Work, sent: Appointment, row: Appointment, debit: Debit) -> bool:
    """Whether a row still says all that was sent of its appointment. What comes from tables is not looked at."""
    renderer = work.desk.renderers[debit.standard]
    who, what = renderer.person(row), renderer.care(row)
    if row.findings or not who.record or what.fragment is None or row.date is None:
        return False
    form = FORMS[debit.standard]
    now = renderer.line(who, what, Performance(row.date, "000", "-", 1, 0, 0, 0))
    people = [form.person(record) for record in (debit.person, who.record)]
    for person in people:
        person.patient_id = ""
    return (
        not _differences(work, sent, row)
        and row.uzovi == debit.uzovi
        and row.date.isoformat() == debit.date
        and people[0] == people[1]
        and form.care(debit.sent) == form.care(now)
    )


def _as_sent(work: Work, debit: Debit, row: Appointment | None) -> Appointment:
    """What was declared, from what was sent of it."""
    form = FORMS[debit.standard]
    texts = {
        "appointment_id": debit.appointment_id,
        "date": debit.date,
        "declare_under": debit.code,
        "trajectory_id": row.number if row is not None else "",
        "uzovi": debit.uzovi,
        "diagnosis_code": form.care(debit.sent).diagnosis,
        "bsn": form.person(debit.person).bsn,
    }
    sent = remembered(work.patient_id, [texts.get(column, "") for column in SAVED], AT, settled=True)
    sent.known, sent.linked = Outcome.DECLARED, debit.code
    return sent
