"""What was sent of an appointment, beside what the feed says of it now; and as a row of a feed would say it."""

from collections.abc import Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import Final

from attrs import asdict

from ..intake.person import CARE_COLUMNS, PERSON_COLUMNS
from ..intake.reader import read_kept
from ..ledger.dossier import AT, CORE, core, in_order
from ..ledger.line import Line
from ..model.appointment import Appointment, Outcome
from ..model.declaration import Care, Performance, Person
from ..standards.registry import standard_named
from .patient import Patient

#: What is sent of `CORE`: another trajectory number is none, and of code and declare-under code what they stand for.
_OF_CORE: Final = tuple(column for column in CORE if column not in ("appointment_id", "declare_under", "trajectory_id"))
#: What else is sent, by the column it comes from.
PERSON: Final = tuple(column for column in PERSON_COLUMNS if column not in (*CORE, "patient_id"))
CARE: Final = tuple(column for column in CARE_COLUMNS if column not in CORE)
_NONE: Final[Mapping[str, str]] = MappingProxyType({})
#: What the model calls otherwise than the feed.
_COLUMNS: Final = {"diagnosis": "diagnosis_code", "indication": "indication_code"}


def differing(
    patient: Patient, sent: Appointment, row: Appointment, debits: Sequence[Line]
) -> dict[str, tuple[str, str]]:
    """The columns in which a row says something else than was sent: before and after, where that may be quoted. A
    trajectory number is not sent, and another code is none while it stands for the same product."""
    old, new = core(sent), core(row)
    found: dict[str, tuple[str, str]] = {}
    if old != new:
        both = zip(CORE, old, new, strict=True)
        found = {c: (before, after) for c, before, after in both if before != after and c in _OF_CORE}
        if old[2:4] != new[2:4]:
            then, now = sent.past.linked, _linked(patient, row)
            found["code"] = (then, now)
            if now == then or patient.context.resolver.is_form(then, now):
                del found["code"]
    if row.row is None or not sent.past.mark or patient.context.mark(row) != sent.past.mark:
        otherwise = _otherwise(patient, debit_that_counts(patient, sent.id, debits), row)
        if "uzovi" in found:
            otherwise.discard("insured_number")
        found |= {column: ("", "") for column in (*PERSON, *CARE) if column in otherwise}
    return {column: found[column] for column in (*_OF_CORE, *PERSON, *CARE) if column in found}


def _otherwise(patient: Patient, debit: Line | None, row: Appointment) -> set[str]:
    """The columns in which person and care are not as they were sent in a line, or not fit to be sent any more."""
    if debit is None:  # it was never sent by us, or that is not kept any more
        return set()
    renderer = patient.context.renderers[debit.standard]
    standard = renderer.standard
    who, what = renderer.person(row), renderer.care(row)
    severities = patient.context.settings.severities
    found = {f.column for f in (*who.findings, *what.findings) if severities.of(f.code) == "error"}
    before = standard.read_person(debit.person)
    if who.record:
        found |= _unlike(before, standard.read_person(who.record))
    if what.fragment is not None:
        somebody = who if who.record else renderer.rendered_person(before)
        performance = Performance(date.fromisoformat(debit.date), "000", "-", 1, 0, 0, 0)
        line = standard.line(somebody.key, what.fragment, performance, None)
        found |= _unlike(standard.read_care(debit.sent), standard.read_care(line))
    return found


def _unlike(one: Person | Care, other: Person | Care) -> set[str]:
    """The columns in which two persons, or two ways of care, are different."""
    values = asdict(other)
    return {_COLUMNS.get(name, name) for name, value in asdict(one).items() if value != values[name]}


def says_the_same(patient: Patient, sent: Appointment, row: Appointment, debits: Sequence[Line]) -> bool:
    """Whether a row still says all that was sent of its appointment. What comes from tables is not looked at."""
    last = debits[-1]
    return (
        not differing(patient, sent, row, debits)
        and row.uzovi == last.uzovi
        and row.date is not None
        and row.date.isoformat() == last.date
    )


def debit_that_counts(patient: Patient, ident: str, debits: Sequence[Line]) -> Line | None:
    """The debit of an appointment that counts; None where another system declared it, or its person was taken out."""
    found = debits or patient.context.debits_of(ident)
    debit = that_counts(found) if found else None
    return None if debit is None or debit.is_pruned else debit


def that_counts(debits: Sequence[Line]) -> Line:
    """The last debit; or an earlier one that stands, where nothing is to come in the place of the last."""
    last = debits[-1]
    return last if last.again else next((debit for debit in reversed(debits) if debit.stays), last)


def of_person_now(patient: Patient, debit: Line, sent: Appointment) -> Appointment | None:
    """What was declared, of the patient as they are now; None where that is who it was declared of, or can't be
    told."""
    if not patient.person:
        return None
    texts = dict(patient.person)
    if texts.get("uzovi", "").zfill(4) != debit.uzovi:
        texts["insured_number"] = standard_named(debit.standard).read_person(debit.person).insured_number
    row = read_kept(patient.patient_id, _texts_of(debit, sent, texts), AT, settled=False)
    record = patient.context.renderers[debit.standard].person(row).record
    return None if not record or standard_named(debit.standard).same_person(record, debit.person) else row


def as_sent(patient: Patient, debit: Line, row: Appointment | None, remembered: Appointment | None) -> Appointment:
    """What was declared, from what was sent of it, and what is known besides: its trajectory number, and the code of
    the practice."""
    named = {"trajectory_id": row.number} if row is not None else {}
    for source in filter(None, (row, remembered)):
        if _linked(patient, source) == debit.code:
            named |= {"code": source.code, "declare_under": source.declare_under}
    texts = _texts_of(debit, remembered, {"bsn": standard_named(debit.standard).read_person(debit.person).bsn}, named)
    sent = read_kept(patient.patient_id, texts[: len(CORE)], AT, settled=True)
    return sent.knowing(settled_as=Outcome.DECLARED, linked=debit.code)


def _linked(patient: Patient, source: Appointment) -> str:
    return patient.context.resolver.of(source).code


def _texts_of(
    debit: Line, remembered: Appointment | None, person: Mapping[str, str], named: Mapping[str, str] = _NONE
) -> list[str]:
    """What was sent in a line, of a ``person`` by their columns, as texts of a feed in the order of `SAVED`;
    ``remembered``: the appointment as far as it was kept; ``named``: what goes before all that."""
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
    return in_order(texts)
