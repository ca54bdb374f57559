"""Who a patient is: by the rows of this feed, by what is remembered, and beside those who should be the same person.

The details of the patient as known last go with all that is still due, whatever its own row said at the time. Known
last is what was heard last: a row of this feed beats what is remembered, and of the rows of this feed the one of
the latest day does, of that day the one with the last id. Rows of one feed that are of different people settle nothing.
"""

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from itertools import groupby
from operator import itemgetter
from types import MappingProxyType
from typing import Final

from ..intake import values
from ..intake.people import contradicting, fixed, identity_of
from ..intake.person import PERSON_COLUMNS
from ..ledger.people import HashedIdentity, hashed_identity, same_persons
from ..model.appointment import Appointment
from ..model.codelists import standard_on
from ..model.declaration import Person
from .patient import Patient

#: Who somebody is, and how a cell says so; a sex that isn't known contradicts none.
IDENTITY: Final[Mapping[str, Callable[[str], object]]] = {
    "bsn": values.bsn,
    "birth_date": values.day,
    "sex": lambda text: sex if (sex := values.sex(text)) in ("1", "2") else None,
}
#: Goes with the insurer of its day.
_OF_INSURER: Final = ("uzovi", "insured_number")
_KEPT: Final = tuple(column for column in PERSON_COLUMNS if column != "patient_id")
_NOBODY: Final[Mapping[str, str]] = MappingProxyType({})
_DETAILS: Final = tuple(column for column in _KEPT if column not in _OF_INSURER)


def note_person(patient: Patient, fresh: Sequence[Appointment]) -> None:
    """Notes who the patient is by the rows of this feed, and whether these contradict each other; what is remembered
    and was not settled is of them from now on."""
    if len(fresh) > 1:
        pick = itemgetter(*(fresh[0].at[column] for column in IDENTITY))
        patient.contradicted = _differing(pick(row.cells) for row in fresh if row.completed and not row.findings)
    stored = patient.history.dossier
    if stored is None or not fresh:
        patient.person = json.loads(stored.person) if stored is not None and stored.person else {}
        return
    before = patient.person = json.loads(stored.person) if stored.person else {}
    row = None if patient.contradicted else _latest_row(patient, fresh, before)
    if row is None:
        return
    patient.person = _details(row)
    news = {column for column in _KEPT if before.get(column) != patient.person.get(column)}
    patient.is_news = not news.isdisjoint(IDENTITY) or ("insured_number" in news and "uzovi" not in news)
    for appointment in patient.history.remembered.values():
        if appointment.settled_as is None and appointment.id in patient.history.pending and not appointment.findings:
            _renew(patient, appointment, row)
    for ident, said in patient.history.said_before.items():
        if said.completed and patient.history.remembered.get(ident) is not said:
            _renew(patient, said, row)


def _details(row: Appointment) -> dict[str, str]:
    """What a row says of the person, by column."""
    return {column: text for column in _KEPT if (text := row.text(column))}


def _latest_row(
    patient: Patient, rows: Sequence[Appointment], before: Mapping[str, str] = _NOBODY
) -> Appointment | None:
    """The latest row that says all there is to know of a person; where it says what was said ``before`` it does."""
    usable = [row for row in rows if row.date is not None and not row.findings]
    for (day, _), rows_of_one in groupby(sorted(usable, key=_when, reverse=True), key=_when):
        same = list(rows_of_one)
        for row in sorted(same, key=_texts, reverse=True) if len(same) > 1 else same:
            if _details(row) == before or patient.context.renderers[standard_on(day).standard].person(row).record:
                return row
    return None


def _when(row: Appointment) -> tuple[date, str]:
    return row.date or date.min, row.id


def _texts(row: Appointment) -> list[str]:
    return [row.text(column) for column in _KEPT]


def _identity(text: Callable[[str], str]) -> tuple[str, ...]:
    """Who somebody is by the ``text`` of each column, in the order of `IDENTITY`."""
    return tuple(map(text, IDENTITY))


def _differing(identities: Iterable[tuple[str, ...]]) -> list[str]:
    """The columns in which `_identity` tells of different people."""
    said = set(identities)
    if len(said) < 2:
        return []
    return [
        column
        for place, (column, read) in enumerate(IDENTITY.items())
        if len({read(texts[place].strip()) for texts in said} - {None}) > 1
    ]


def _renew(patient: Patient, appointment: Appointment, row: Appointment) -> None:
    """Puts the person of the latest row in the place of the one that an appointment came with.

    Where rows contradicted each other, only for what is as good as the same person: of that BSN, or born on that day.
    An insurer that isn't known at all can only be the one of today if it is the same year's: insurance is by the year.
    """
    if appointment.id in patient.history.doubted:
        if not any(_says_the_same(appointment, row, column) for column in ("bsn", "birth_date")):
            return
        patient.history.doubted.discard(appointment.id)
    columns = _DETAILS
    if appointment.uzovi == row.uzovi:
        columns = _KEPT
    elif not patient.context.resolver.insurer(appointment.uzovi) and _in_one_year(appointment, row):
        columns = _KEPT
        appointment.uzovi = row.uzovi
    appointment.put({column: (row.text(column), row.kept(column)) for column in columns})


def _says_the_same(one: Appointment, other: Appointment, column: str) -> bool:
    read = IDENTITY[column]
    value = read(one.text(column))
    return value is not None and value == read(other.text(column))


def _in_one_year(one: Appointment, other: Appointment) -> bool:
    return one.date is not None and other.date is not None and one.date.year == other.date.year


def person_conflict(patient: Patient, rows: Sequence[Appointment]) -> list[str]:
    """The columns in which ``rows`` of what is due are of different people, or rows of the
    feed are; what came with rows of somebody else, also where it is of another than the patient was before."""
    # Those of this feed were compared with each other, all of them.
    said = [_identity(row.text) for row in rows] if any(row.row is None for row in rows) else []
    if any(row.row is None and row.id in patient.history.doubted for row in rows):
        said.append(_identity(lambda column: patient.person.get(column, "")))
    different = {*patient.contradicted, *_differing(said)}
    return [column for column in IDENTITY if column in different]


def somebody_else(patient: Patient, person: Person) -> tuple[str, ...]:
    """The columns in which the same person is somebody else under another patient number, in this feed or else by what
    the ledger remembers."""
    ledger, people = patient.context.ledger, patient.context.people
    if columns := people.contradicted(person.who):
        return columns
    if ledger.is_new or people.is_shared(person.who):
        return ()
    own = fixed(person.birth_date, person.sex)
    _, born, _ = hashed_identity(ledger, person.who, *own)
    found: set[str] = set()
    for other in same_persons(ledger, person.who, patient.patient_id):
        if other.patient_id in people.doubted_now:
            now = people.doubted_now[other.patient_id]
            if now is not None and now.who == person.who:
                found.update(contradicting(own, now.fixed))
        elif other.born != born:
            found.add("birth_date")
        else:
            found.update(contradicting(own, (own[0], other.sex)))
    return tuple(sorted(found))


def identity_now(patient: Patient) -> HashedIdentity:
    """Who the patient is, by the latest row that tells; else as was remembered."""
    ledger, dossier = patient.context.ledger, patient.history.dossier
    for row in sorted(patient.in_feed, key=_when, reverse=True):
        if (found := identity_of(row.text)) is not None:
            return hashed_identity(ledger, found.who, *found.fixed)
    return (dossier.who, dossier.born, dossier.sex) if dossier is not None else (None, None, "")


def person_now(patient: Patient) -> Mapping[str, str]:
    """The details of the patient as known last."""
    if patient.person or patient.contradicted or (row := _latest_row(patient, patient.in_feed)) is None:
        return patient.person
    return _details(row)
