"""What becomes of an appointment that was declared before: it stands, the feed changed it, or it is due again.

What was declared stands, whatever the feed says now; a change is told of, and remembered until somebody has it
corrected or it is changed back. An appointment whose last debit doesn't stand is due again when the ledger says so (see
the table ``correction``), and is then judged as any other: by its row, or by what was sent where the feed is silent.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from attrs import asdict

from ..base.problems import Finding
from ..intake.person import CARE_COLUMNS, PERSON_COLUMNS
from ..intake.reader import remembered
from ..ledger.corrections import Debit
from ..ledger.dossier import AT, CORE, PENDING, SAVED, Change, changed, core
from ..model.appointment import Appointment, Outcome
from ..model.codelists import return_codes
from ..model.declaration import Care, Performance, Person
from ..output.refusals import telling
from ..standards.forms import FORMS, first
from .context import Work
from .insurers import of_today

#: What is told of a change by itself, by the column it is in; what is never quoted is private.
_CHANGES: Final = {
    "date": "DECLARED_MOVED",
    "code": "DECLARED_CODE_CHANGED",
    "uzovi": "DECLARED_INSURER_CHANGED",
    "bsn": "DECLARED_BSN_CHANGED",
    "diagnosis_code": "DECLARED_DIAGNOSIS_CHANGED",
}
_PRIVATE: Final = frozenset({"bsn"})
#: What people change in the course of their lives, without anything having been wrong: it is told of once.
_OF_LIFE: Final = frozenset(
    {
        *("name", "prefix", "initials", "partner_name", "partner_prefix", "name_use"),
        *("postcode", "house_number", "house_number_suffix", "country", "foreign_postcode"),
    }
)
#: What was sent, by the column it comes from; what `CORE` has is compared by itself.
_PERSON: Final = tuple(column for column in PERSON_COLUMNS if column not in (*CORE, "patient_id"))
_CARE: Final = tuple(column for column in CARE_COLUMNS if column not in CORE)
#: Of a person, what an insurer knows them by.
_IDENTITY: Final = tuple(column for column in _PERSON if column not in _OF_LIFE)
#: Goes with an insurer.
_OF_INSURER: Final = frozenset({"uzovi", "insured_number"})
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
#: What the model calls otherwise than the feed.
_COLUMNS: Final = {"diagnosis": "diagnosis_code", "indication": "indication_code"}
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
    if last.is_pruned:
        return sent if row is None else take_as_pruned(work, row, last)
    if last.stands:
        if sent is None or last is not debits[-1]:
            sent = _as_sent(work, last, row, sent)
        sent.units, sent.linked = last.units, last.code
        return _stands(work, sent, row)
    return _may_be_due(work, sent or _as_sent(work, last, row, sent), row, debits)


def take_as_pruned(work: Work, row: Appointment, debit: Debit) -> Appointment | None:
    """What an appointment is taken for whose line was settled, and whose person was taken out since: it was declared,
    and never is again, whatever the feed says of it."""
    if not row.completed:
        if row.row is not None:
            work.case.tally(Outcome.NOT_COMPLETED)
        return None
    row.known, row.units, row.linked = Outcome.DECLARED, debit.units, debit.code
    work.pruned.add(row.id)
    return row


def _that_counts(debits: Sequence[Debit]) -> Debit:
    """The last debit; or an earlier one that stands, where nothing is to come in the place of the last."""
    last = debits[-1]
    return last if last.again else next((debit for debit in reversed(debits) if debit.stands), last)


def name_lines(work: Work) -> None:
    """Completes what was found of declared ends whose contacts changed."""
    for visit in work.visits:
        appointment = visit.appointment
        if appointment.findings and visit.is_declared:
            if appointment.id in work.pruned or work.misses_contacts(visit):
                appointment.findings[:] = [each for each in appointment.findings if each.code not in _COUNTED_ANEW]
            for place, finding in enumerate(appointment.findings):
                if finding.code in _COUNTED_ANEW:
                    appointment.findings[place] = _told(work, appointment, finding.code, "", **finding.params)
                    change = work.changes.setdefault(appointment.id, Change("count"))
                    if change.kind == "said":
                        work.changes[appointment.id] = Change("row", change.texts)


# It stands.


def _stands(work: Work, sent: Appointment, row: Appointment | None) -> Appointment:
    row = row or _of_somebody_else(work, sent)
    if row is None:
        return sent
    _place(sent, row)
    if row.unclear:  # the word is told of; until it is known, nothing was said
        return sent
    if not row.completed:
        day = sent.date.isoformat() if sent.date else ""
        code, column = ("DECLARED_DELETED", "") if sent.id in work.deleted else ("DECLARED_CANCELLED", "status")
        sent.findings.append(_told(work, sent, code, column, date=day))
        work.changes[sent.id] = Change("cancelled")
        return sent
    if row.findings:  # it can't be read: that is all there is to say of it
        sent.findings += row.findings
        return sent
    differences = _differences(work, sent, row)
    if not differences:
        return _taken_over(work, sent, row)
    settled = _OF_LIFE | (_OF_INSURER if of_today(work, sent, row) else frozenset())
    to_tell = [column for column in differences if column not in settled or _is_unsaid(work, row, column)]
    for column in (column for column in to_tell if column in _CHANGES):
        before, after = differences[column]
        quoted = {} if column in _PRIVATE else {"before": before or "-", "after": after or "-"}
        sent.findings.append(_about(work, sent, _CHANGES[column], column, **quoted))
    for code, columns in (("DECLARED_DETAILS_CHANGED", (*_CARE, *_IDENTITY)), ("DECLARED_ADDRESS_CHANGED", _OF_LIFE)):
        if others := [column for column in to_tell if column in columns]:
            sent.findings.append(_about(work, sent, code, others[0], columns=", ".join(others)))
    is_open = not settled.issuperset(differences)
    if is_open:
        work.open.add(sent.id)
    work.changes[sent.id] = changed(row, "row" if is_open else "said")
    return sent


def _place(sent: Appointment, row: Appointment) -> None:
    """Gives what was sent its place in the feed, and its trajectory number, which is not sent but follows the feed."""
    if row.row is None:
        return
    sent.put({"trajectory_id": (row.number, row.kept("trajectory_id"))})
    sent.row, sent.number = row.row, row.number


def _of_somebody_else(work: Work, sent: Appointment) -> Appointment | None:
    """What was declared, of the patient as known now, where the feed is silent of it and tells of somebody else."""
    debit = _debit(work, sent.id) if work.is_news else None
    row = _of_person_now(work, debit, sent)
    return None if row is None or _OF_LIFE.issuperset(_differences(work, sent, row, debit)) else row


def _is_unsaid(work: Work, row: Appointment, column: str) -> bool:
    """Whether the feed says something else in a column than when it was heard of last."""
    before = work.heard.get(row.id)
    return row.row is not None and (before is None or not before.completed or before.text(column) != row.text(column))


def _taken_over(work: Work, sent: Appointment, row: Appointment) -> Appointment:
    """The row, for what was declared on one that says the same."""
    row.known, row.units, row.linked = Outcome.DECLARED, sent.units, sent.linked
    row.mark = sent.mark if row.row is None else work.desk.mark(row)
    return row


def _differences(
    work: Work, sent: Appointment, row: Appointment, debit: Debit | None = None
) -> dict[str, tuple[str, str]]:
    """The columns in which a row says something else than was sent: before and after, where that may be quoted. A
    trajectory number is not sent, and another code is none while it stands for the same product. ``debit`` that was
    sent, where it is at hand."""
    old, new = core(sent), core(row)
    found: dict[str, tuple[str, str]] = {}
    if old != new:
        both = zip(CORE, old, new, strict=True)
        found = {c: (before, after) for c, before, after in both if before != after and c in _CHANGES}
        if old[2:4] != new[2:4]:
            linked = work.desk.resolver.resolve(row.code, row.declare_under, row.uzovi, row.date).code
            found["code"] = (sent.linked, linked)
            if linked == sent.linked or work.desk.resolver.is_form(sent.linked, linked):
                del found["code"]
    if row.row is None or not sent.mark or work.desk.mark(row) != sent.mark:
        otherwise = _otherwise(work, debit or _debit(work, sent.id), row)
        if "uzovi" in found:
            otherwise.discard("insured_number")
        found |= {column: ("", "") for column in (*_PERSON, *_CARE) if column in otherwise}
    return {column: found[column] for column in (*_CHANGES, *_PERSON, *_CARE) if column in found}


def _otherwise(work: Work, debit: Debit | None, row: Appointment) -> set[str]:
    """The columns in which person and care are not as they were sent in a line, or not fit to be sent any more."""
    if debit is None:  # it was never sent by us, or that is not kept any more
        return set()
    renderer, form = work.desk.renderers[debit.standard], FORMS[debit.standard]
    who, what = renderer.person(row), renderer.care(row)
    severities = work.desk.settings.severities
    found = {f.column for f in (*who.findings, *what.findings) if severities.of(f.code) == "error"}
    before = form.person(debit.person)
    if who.record:
        found |= _unlike(before, form.person(who.record))
    if what.fragment is not None:
        somebody = who if who.record else renderer.sent_person(before)
        line = renderer.line(somebody, what, Performance(date.fromisoformat(debit.date), "000", "-", 1, 0, 0, 0))
        found |= _unlike(form.care(debit.sent), form.care(line))
    return found


def _unlike(one: Person | Care, other: Person | Care) -> set[str]:
    """The columns in which two persons, or two ways of care, are different."""
    values = asdict(other)
    return {_COLUMNS.get(name, name) for name, value in asdict(one).items() if value != values[name]}


def _told(work: Work, appointment: Appointment, code: str, column: str, /, **params: object) -> Finding:
    """A finding that is told of in every run until it is put right, with the line it is about."""
    work.open.add(appointment.id)
    return _about(work, appointment, code, column, **params)


def _about(work: Work, appointment: Appointment, code: str, column: str, /, **params: object) -> Finding:
    """A finding with the line it is about."""
    debits = work.debits.get(appointment.id)
    reference = _that_counts(debits).reference if debits else work.desk.ledger.last_debit(appointment.id)
    return Finding(code, column, {**params, "reference": reference or ""})


def _debit(work: Work, ident: str) -> Debit | None:
    """The debit of an appointment that counts; None where another system declared it, or its person was taken out."""
    debits = work.debits.get(ident) or work.desk.debits_of(ident)
    debit = _that_counts(debits) if debits else None
    return None if debit is None or debit.is_pruned else debit


# It doesn't stand.


def _may_be_due(work: Work, sent: Appointment, row: Appointment | None, debits: Sequence[Debit]) -> Appointment | None:
    last = debits[-1]
    sent.known, sent.units, sent.linked = Outcome.DECLARED, 0, last.code
    if row is not None:
        _place(sent, row)
    if row is not None and not row.completed:  # it didn't take place, and nobody is held to it
        sent.outcome = Outcome.EARLIER
        work.changes[sent.id] = Change("cancelled")
        work.case.settled.append(last.reference)
        work.kept.append(sent)
        if row.row is not None:
            work.case.tally(Outcome.NOT_COMPLETED)
        return None
    if not last.again:
        if row is not None and not row.findings and (core(sent) != core(row) or _differences(work, sent, row, last)):
            work.changes[sent.id] = changed(row)  # for when somebody asks for it again
        return sent
    if row is None and (row := _of_person_now(work, last, sent)) is None:
        work.silent.add(sent.id)
    if last.again == "feed" and (row is None or _says_the_same(work, sent, row, last)):
        sent.units, sent.refused = last.units, True
        if row is None:
            return sent
        row.refused = True
        return _taken_over(work, sent, row)
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
    if not is_the_same(last.standard, record, last.person):
        return None
    return Finding("LINE_REFUSED", "", {"reference": last.reference, **_answer(last)})


def _answer(debit: Debit) -> dict[str, object]:
    """The return codes of a debit, and what the most telling one says."""
    known = return_codes().get(telling(debit.codes.split()))
    return {"codes": debit.codes, "text": known.text.rstrip(".") if known is not None else "-"}


def is_the_same(standard: str, one: str, other: str) -> bool:
    """Whether two persons as they are sent are the same but for the practice's number of them."""
    read = FORMS[standard].person
    return _unlike(read(one), read(other)) <= {"patient_id"}


def _says_the_same(work: Work, sent: Appointment, row: Appointment, debit: Debit) -> bool:
    """Whether a row still says all that was sent of its appointment. What comes from tables is not looked at."""
    return (
        not _differences(work, sent, row, debit)
        and row.uzovi == debit.uzovi
        and row.date is not None
        and row.date.isoformat() == debit.date
    )


def _of_person_now(work: Work, debit: Debit | None, sent: Appointment) -> Appointment | None:
    """What was declared, of the patient as known now; None where that is who it was declared of, or isn't known."""
    if debit is None or not work.person:
        return None
    texts = dict(work.person)
    if texts.get("uzovi", "").zfill(4) != debit.uzovi:
        texts["insured_number"] = FORMS[debit.standard].person(debit.person).insured_number
    row = remembered(work.patient_id, _texts_of(debit, sent, texts), AT, settled=False)
    record = work.desk.renderers[debit.standard].person(row).record
    return None if not record or is_the_same(debit.standard, record, debit.person) else row


def _as_sent(work: Work, debit: Debit, row: Appointment | None, known: Appointment | None) -> Appointment:
    """What was declared, from what was sent of it, and what is known besides: its trajectory number, and the code of
    the practice."""
    named = {"trajectory_id": row.number} if row is not None else {}
    for source in filter(None, (row, known)):
        if _linked(work, source) == debit.code:
            named |= {"code": source.code, "declare_under": source.declare_under}
    texts = _texts_of(debit, known, {"bsn": FORMS[debit.standard].person(debit.person).bsn}, named)
    sent = remembered(work.patient_id, texts[: len(CORE)], AT, settled=True)
    sent.known, sent.linked = Outcome.DECLARED, debit.code
    return sent


def _linked(work: Work, source: Appointment) -> str:
    return work.desk.resolver.resolve(source.code, source.declare_under, source.uzovi, source.date).code


def _texts_of(
    debit: Debit, known: Appointment | None, person: Mapping[str, str], named: Mapping[str, str] = _NONE
) -> list[str]:
    """What was sent in a line, of a ``person`` by their columns, as texts of a feed in the order of `SAVED`. ``known``:
    the appointment as far as it was kept; ``named``: what goes before that."""
    care = asdict(FORMS[debit.standard].care(debit.sent))
    texts = {_COLUMNS.get(name, name): str(value) for name, value in care.items() if value}
    texts |= {column: text for column, text in person.items() if text}
    texts |= {
        "appointment_id": debit.appointment_id,
        "date": debit.date,
        "code": debit.code,
        "declare_under": debit.code,
        "trajectory_id": known.number if known is not None else "",
        "uzovi": debit.uzovi,
        **named,
    }
    return [texts.get(column, "") for column in SAVED]
