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
from ..intake.reader import read_kept
from ..ledger.corrections import Debit
from ..ledger.dossier import AT, CORE, PENDING, SAVED, Change, change_of, core
from ..ledger.patients import last_debit
from ..model.appointment import Appointment, Outcome
from ..model.codelists import return_codes
from ..model.declaration import Care, Performance, Person
from ..output.refusals import telling
from ..standards.registry import standard_named
from .insurer_of_today import of_today
from .patient import Patient

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


def take_declared(patient: Patient, sent: Appointment | None, row: Appointment | None) -> Appointment | None:
    """What an appointment is taken for that was declared before; None: for nothing any more.

    ``sent`` is what it was declared on, as far as the dossier has it; ``row`` what the feed says of it, now or the last
    time it said anything else; None where it didn't.
    """
    ident = (sent or row).id  # type: ignore[union-attr] # one of them there is
    debits = patient.history.debits.get(ident)
    if debits is None:
        assert sent is not None
        return _stands(patient, sent, row)
    last = _that_counts(debits)
    if last.is_pruned:
        return sent if row is None else take_as_pruned(patient, row, last)
    if last.stands:
        if sent is None or last is not debits[-1]:
            sent = _as_sent(patient, last, row, sent)
        sent.units, sent.linked = last.units, last.code
        return _stands(patient, sent, row)
    return _may_be_due(patient, sent or _as_sent(patient, last, row, sent), row, debits)


def take_as_pruned(patient: Patient, row: Appointment, debit: Debit) -> Appointment | None:
    """What an appointment is taken for whose line was settled, and whose person was taken out since: it was declared,
    and never is again, whatever the feed says of it."""
    if not row.completed:
        if row.row is not None:
            patient.result.tally(Outcome.NOT_COMPLETED)
        return None
    row.settled_as, row.units, row.linked = Outcome.DECLARED, debit.units, debit.code
    patient.pruned.add(row.id)
    return row


def _that_counts(debits: Sequence[Debit]) -> Debit:
    """The last debit; or an earlier one that stands, where nothing is to come in the place of the last."""
    last = debits[-1]
    return last if last.again else next((debit for debit in reversed(debits) if debit.stands), last)


def name_lines(patient: Patient) -> None:
    """Completes what was found of declared ends whose contacts changed."""
    for visit in patient.visits:
        appointment = visit.appointment
        if appointment.findings and visit.is_declared:
            if appointment.id in patient.pruned or patient.misses_contacts(visit):
                appointment.findings[:] = [each for each in appointment.findings if each.code not in _COUNTED_ANEW]
            for place, finding in enumerate(appointment.findings):
                if finding.code in _COUNTED_ANEW:
                    appointment.findings[place] = _told(patient, appointment, finding.code, "", **finding.params)
                    change = patient.changes.setdefault(appointment.id, Change("count"))
                    if change.kind == "said":
                        patient.changes[appointment.id] = Change("row", change.texts)


# It stands.


def _stands(patient: Patient, sent: Appointment, row: Appointment | None) -> Appointment:
    row = row or _of_somebody_else(patient, sent)
    if row is None:
        return sent
    _place(sent, row)
    if row.unclear:  # the word is told of; until it is known, nothing was said
        return sent
    if not row.completed:
        day = sent.date.isoformat() if sent.date else ""
        code, column = ("DECLARED_DELETED", "") if sent.id in patient.deleted else ("DECLARED_CANCELLED", "status")
        sent.findings.append(_told(patient, sent, code, column, date=day))
        patient.changes[sent.id] = Change("cancelled")
        return sent
    if row.findings:  # it can't be read: that is all there is to say of it
        sent.findings += row.findings
        return sent
    differences = _differences(patient, sent, row)
    if not differences:
        return _taken_over(patient, sent, row)
    settled = _OF_LIFE | (_OF_INSURER if of_today(patient, sent, row) else frozenset())
    to_tell = [column for column in differences if column not in settled or _is_unsaid(patient, row, column)]
    for column in (column for column in to_tell if column in _CHANGES):
        before, after = differences[column]
        quoted = {} if column in _PRIVATE else {"before": before or "-", "after": after or "-"}
        sent.findings.append(_about(patient, sent, _CHANGES[column], column, **quoted))
    for code, columns in (("DECLARED_DETAILS_CHANGED", (*_CARE, *_IDENTITY)), ("DECLARED_ADDRESS_CHANGED", _OF_LIFE)):
        if others := [column for column in to_tell if column in columns]:
            sent.findings.append(_about(patient, sent, code, others[0], columns=", ".join(others)))
    is_open = not settled.issuperset(differences)
    if is_open:
        patient.open.add(sent.id)
    patient.changes[sent.id] = change_of(row, "row" if is_open else "said")
    return sent


def _place(sent: Appointment, row: Appointment) -> None:
    """Gives what was sent its place in the feed, and its trajectory number, which is not sent but follows the feed."""
    if row.row is None:
        return
    sent.put({"trajectory_id": (row.number, row.kept("trajectory_id"))})
    sent.row, sent.number = row.row, row.number


def _of_somebody_else(patient: Patient, sent: Appointment) -> Appointment | None:
    """What was declared, of the patient as they are now, where the feed is silent of it and tells of somebody else."""
    debit = _debit(patient, sent.id) if patient.is_news else None
    row = _of_person_now(patient, debit, sent)
    return None if row is None or _OF_LIFE.issuperset(_differences(patient, sent, row, debit)) else row


def _is_unsaid(patient: Patient, row: Appointment, column: str) -> bool:
    """Whether the feed says something else in a column than when it was heard of last."""
    before = patient.history.said_before.get(row.id)
    return row.row is not None and (before is None or not before.completed or before.text(column) != row.text(column))


def _taken_over(patient: Patient, sent: Appointment, row: Appointment) -> Appointment:
    """The row, for what was declared on one that says the same."""
    row.settled_as, row.units, row.linked = Outcome.DECLARED, sent.units, sent.linked
    row.mark = sent.mark if row.row is None else patient.context.mark(row)
    return row


def _differences(
    patient: Patient, sent: Appointment, row: Appointment, debit: Debit | None = None
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
            linked = patient.context.resolver.resolve(row.code, row.declare_under, row.uzovi, row.date).code
            found["code"] = (sent.linked, linked)
            if linked == sent.linked or patient.context.resolver.is_form(sent.linked, linked):
                del found["code"]
    if row.row is None or not sent.mark or patient.context.mark(row) != sent.mark:
        otherwise = _otherwise(patient, debit or _debit(patient, sent.id), row)
        if "uzovi" in found:
            otherwise.discard("insured_number")
        found |= {column: ("", "") for column in (*_PERSON, *_CARE) if column in otherwise}
    return {column: found[column] for column in (*_CHANGES, *_PERSON, *_CARE) if column in found}


def _otherwise(patient: Patient, debit: Debit | None, row: Appointment) -> set[str]:
    """The columns in which person and care are not as they were sent in a line, or not fit to be sent any more."""
    if debit is None:  # it was never sent by us, or that is not kept any more
        return set()
    renderer, standard = patient.context.renderers[debit.standard], standard_named(debit.standard)
    who, what = renderer.person(row), renderer.care(row)
    severities = patient.context.settings.severities
    found = {f.column for f in (*who.findings, *what.findings) if severities.of(f.code) == "error"}
    before = standard.read_person(debit.person)
    if who.record:
        found |= _unlike(before, standard.read_person(who.record))
    if what.fragment is not None:
        somebody = who if who.record else renderer.sent_person(before)
        line = renderer.line(somebody, what, Performance(date.fromisoformat(debit.date), "000", "-", 1, 0, 0, 0))
        found |= _unlike(standard.read_care(debit.sent), standard.read_care(line))
    return found


def _unlike(one: Person | Care, other: Person | Care) -> set[str]:
    """The columns in which two persons, or two ways of care, are different."""
    values = asdict(other)
    return {_COLUMNS.get(name, name) for name, value in asdict(one).items() if value != values[name]}


def _told(patient: Patient, appointment: Appointment, code: str, column: str, /, **params: object) -> Finding:
    """A finding that is told of in every run until it is put right, with the line it is about."""
    patient.open.add(appointment.id)
    return _about(patient, appointment, code, column, **params)


def _about(patient: Patient, appointment: Appointment, code: str, column: str, /, **params: object) -> Finding:
    """A finding with the line it is about."""
    debits = patient.history.debits.get(appointment.id)
    reference = _that_counts(debits).reference if debits else last_debit(patient.context.ledger, appointment.id)
    return Finding(code, column, {**params, "reference": reference or ""})


def _debit(patient: Patient, ident: str) -> Debit | None:
    """The debit of an appointment that counts; None where another system declared it, or its person was taken out."""
    debits = patient.history.debits.get(ident) or patient.context.debits_of(ident)
    debit = _that_counts(debits) if debits else None
    return None if debit is None or debit.is_pruned else debit


# It doesn't stand.


def _may_be_due(
    patient: Patient, sent: Appointment, row: Appointment | None, debits: Sequence[Debit]
) -> Appointment | None:
    last = debits[-1]
    sent.settled_as, sent.units, sent.linked = Outcome.DECLARED, 0, last.code
    if row is not None:
        _place(sent, row)
    if row is not None and not row.completed:  # it didn't take place, and nobody is held to it
        sent.outcome = Outcome.EARLIER
        patient.changes[sent.id] = Change("cancelled")
        patient.result.settled.add(last.reference)
        patient.kept.append(sent)
        if row.row is not None:
            patient.result.tally(Outcome.NOT_COMPLETED)
        return None
    if not last.again:
        if row is not None and not row.findings and (core(sent) != core(row) or _differences(patient, sent, row, last)):
            patient.changes[sent.id] = change_of(row)  # for when somebody asks for it again
        return sent
    if row is None and (row := _of_person_now(patient, last, sent)) is None:
        patient.silent.add(sent.id)
    if last.again == "feed" and (row is None or _says_the_same(patient, sent, row, last)):
        sent.units, sent.refused = last.units, True
        if row is None:
            return sent
        row.refused = True
        return _taken_over(patient, sent, row)
    due = row if row is not None else sent
    due.settled_as, due.refused = None, last.again == "line"
    return due


def why_not_again(patient: Patient, appointment: Appointment) -> Finding | None:
    """What keeps an appointment from being declared again: another debit of it that stands or was sent
    after all, or a header at fault."""
    last = patient.history.again.get(appointment.id)
    if last is None:
        return None
    standing = [debit.reference for debit in patient.history.debits[appointment.id] if debit.stands]
    if standing:
        return Finding("DEBIT_STANDS", "", {"reference": ", ".join(standing)})
    for debit in patient.history.debits[appointment.id]:
        if debit.contradicted:
            return Finding("WITHDRAWN_ANSWERED", "", {"reference": debit.reference, "invoice": debit.invoice})
    return _declaration_refused(last) if last.again == "header" else None


def _declaration_refused(debit: Debit) -> Finding:
    return Finding("DECLARATION_REFUSED", "", {"invoice": debit.invoice, **_answer(debit)})


def name_answers(patient: Patient) -> None:
    """Tells of the answers to what is held for something else, which may be all that there is to put right."""
    for appointment in (*patient.in_feed, *patient.history.remembered.values()):
        last = patient.history.again.get(appointment.id)
        if last is None or last.again not in ("line", "header") or appointment.outcome not in PENDING:
            continue
        found = appointment.findings
        if not {"LINE_REFUSED", "DECLARATION_REFUSED"}.intersection(finding.code for finding in found):
            before = Finding("LINE_REFUSED_BEFORE", "", {"reference": last.reference, **_answer(last)})
            found.append(_declaration_refused(last) if last.again == "header" else before)


def why_not_the_same(patient: Patient, appointment: Appointment, record: str, head: str) -> Finding | None:
    """What keeps a line from going out that was found at fault before: it would be the same."""
    last = patient.history.again.get(appointment.id)
    if last is None or last.again != "line" or head != as_first(last):
        return None
    if not is_the_same(last.standard, record, last.person):
        return None
    return Finding("LINE_REFUSED", "", {"reference": last.reference, **_answer(last)})


def _answer(debit: Debit) -> dict[str, object]:
    """The return codes of a debit, and what the most telling one says."""
    known = return_codes().get(telling(debit.codes.split()))
    return {"codes": debit.codes, "text": known.text.rstrip(".") if known is not None else "-"}


def as_first(debit: Debit) -> str:
    """The line of a debit as it would have been sent as a first declaration."""
    return standard_named(debit.standard).declared_anew(debit.sent, "", "")


def is_the_same(standard: str, one: str, other: str) -> bool:
    """Whether two persons as they are sent are the same but for the practice's number of them."""
    read = standard_named(standard).read_person
    return _unlike(read(one), read(other)) <= {"patient_id"}


def _says_the_same(patient: Patient, sent: Appointment, row: Appointment, debit: Debit) -> bool:
    """Whether a row still says all that was sent of its appointment. What comes from tables is not looked at."""
    return (
        not _differences(patient, sent, row, debit)
        and row.uzovi == debit.uzovi
        and row.date is not None
        and row.date.isoformat() == debit.date
    )


def _of_person_now(patient: Patient, debit: Debit | None, sent: Appointment) -> Appointment | None:
    """What was declared, of the patient as they are now; None where that is who it was declared of, or can't be
    told."""
    if debit is None or not patient.person:
        return None
    texts = dict(patient.person)
    if texts.get("uzovi", "").zfill(4) != debit.uzovi:
        texts["insured_number"] = standard_named(debit.standard).read_person(debit.person).insured_number
    row = read_kept(patient.patient_id, _texts_of(debit, sent, texts), AT, settled=False)
    record = patient.context.renderers[debit.standard].person(row).record
    return None if not record or is_the_same(debit.standard, record, debit.person) else row


def _as_sent(patient: Patient, debit: Debit, row: Appointment | None, remembered: Appointment | None) -> Appointment:
    """What was declared, from what was sent of it, and what is known besides: its trajectory number, and the code of
    the practice."""
    named = {"trajectory_id": row.number} if row is not None else {}
    for source in filter(None, (row, remembered)):
        if _linked(patient, source) == debit.code:
            named |= {"code": source.code, "declare_under": source.declare_under}
    texts = _texts_of(debit, remembered, {"bsn": standard_named(debit.standard).read_person(debit.person).bsn}, named)
    sent = read_kept(patient.patient_id, texts[: len(CORE)], AT, settled=True)
    sent.settled_as, sent.linked = Outcome.DECLARED, debit.code
    return sent


def _linked(patient: Patient, source: Appointment) -> str:
    return patient.context.resolver.resolve(source.code, source.declare_under, source.uzovi, source.date).code


def _texts_of(
    debit: Debit, remembered: Appointment | None, person: Mapping[str, str], named: Mapping[str, str] = _NONE
) -> list[str]:
    """What was sent in a line, of a ``person`` by their columns, as texts of a feed in the order of `SAVED`. ``known``:
    the appointment as far as it was kept; ``named``: what goes before that."""
    care = asdict(standard_named(debit.standard).read_care(debit.sent))
    texts = {_COLUMNS.get(name, name): str(value) for name, value in care.items() if value}
    texts |= {column: text for column, text in person.items() if text}
    texts |= {
        "appointment_id": debit.appointment_id,
        "date": debit.date,
        "code": debit.code,
        "declare_under": debit.code,
        "trajectory_id": remembered.number if remembered is not None else "",
        "uzovi": debit.uzovi,
        **named,
    }
    return [texts.get(column, "") for column in SAVED]
