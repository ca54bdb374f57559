"""Who a patient is: by the rows of this feed, by what is remembered, and beside those who should be the same person.

The details of the patient as known last go with all that is still due, whatever its own row said at the time. Known
last is what was heard last: a row of this feed beats what is remembered, and of the rows of this feed the one of
the latest day does, of that day the one with the last id. Rows of one feed that are of different people settle nothing.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from datetime import date
from itertools import groupby
from operator import attrgetter, itemgetter
from types import MappingProxyType
from typing import Final, NamedTuple

from attrs import evolve

from ..base.wording import iso_text
from ..intake import values
from ..intake.people import contradicting, fixed, identity_of, known_sex
from ..intake.person import PERSON_COLUMNS
from ..ledger.care import RegularCare
from ..ledger.dossier import Besides, refusal
from ..ledger.patients import StoredDossier
from ..ledger.people import HashedIdentity, hashed_identity, same_persons
from ..model.appointment import Appointment
from ..model.codelists import standard_on
from ..model.declaration import Person
from .context import Context
from .history import LedgerHistory
from .patient import Heard, Patient

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


class Consent(NamedTuple):
    """A word on sharing data with Zorg1 (`values.consent`), ``day`` of care YYYY-MM-DD, '' where it can't be read, and
    the appointment it was said with."""

    word: str = ""
    day: str = ""
    appointment_id: str = ""


NO_CONSENT: Final = Consent()
_UNKNOWN: Final[HashedIdentity] = (None, None, "", None)
_DETAILS: Final = tuple(column for column in _KEPT if column not in _OF_INSURER)


def note_person(context: Context, patient_id: str, history: LedgerHistory, rows: Sequence[Appointment]) -> Patient:
    """The patient by the ``rows`` of this feed and by what is remembered: who that is, and whether the rows contradict
    each other; what is remembered and was not settled is of them from now on."""
    contradicted: Sequence[str] = ()
    if len(rows) > 1:
        pick = itemgetter(*(rows[0].at[column] for column in IDENTITY))
        contradicted = _differing({pick(row.cells) for row in rows if row.common.completed and not row.findings})
    stored = history.dossier
    before = json.loads(stored.person) if stored is not None and stored.person else _NOBODY
    row = None if stored is None or contradicted else _latest_row(context, latest_first(rows), before)
    if row is None:
        return Patient(context, patient_id, history, rows, before, contradicted=contradicted)
    person = _details(row)
    news = {column for column in _KEPT if before.get(column) != person.get(column)}
    is_news = not news.isdisjoint(IDENTITY) or ("insured_number" in news and "uzovi" not in news)
    return Patient(context, patient_id, _renewed(context, history, row), rows, person, is_news, contradicted)


def _details(row: Appointment) -> dict[str, str]:
    """What a row says of the person, by column."""
    cells, at = row.cells, row.at
    return {column: text for column in _KEPT if (text := cells[at[column]].strip())}


def _latest_row(
    context: Context, rows: Iterable[Appointment], before: Mapping[str, str] = _NOBODY
) -> Appointment | None:
    """The latest row that says all there is to know of a person, of `latest_first` ones; where it says what was said
    ``before`` it does."""
    usable = (row for row in rows if row.date is not None and not row.findings)
    for _, together in groupby(usable, key=_WHEN):
        same = list(together)
        for row in sorted(same, key=_texts, reverse=True) if len(same) > 1 else same:
            assert row.date is not None
            if (before and _details(row) == before) or _is_complete(context, row, row.date):
                return row
    return None


def _is_complete(context: Context, row: Appointment, day: date) -> bool:
    """Whether a row says all there is to know of a person, in the standard of its day."""
    return bool(context.renderers[standard_on(day).standard].person(row).record)


def latest_first(rows: Sequence[Appointment]) -> list[Appointment]:
    """Rows by day and id, the latest first; those without a day last."""
    dated = [row for row in rows if row.date is not None]
    dated.sort(key=_WHEN, reverse=True)
    if len(dated) < len(rows):
        dated += sorted([row for row in rows if row.date is None], key=_ID, reverse=True)
    return dated


_WHEN: Final = attrgetter("date", "id")
_ID: Final = attrgetter("id")


def _texts(row: Appointment) -> list[str]:
    return [row.text(column) for column in _KEPT]


def _identity(text: Callable[[str], str]) -> tuple[str, ...]:
    """Who somebody is by the ``text`` of each column, in the order of `IDENTITY`."""
    return tuple(map(text, IDENTITY))


def _differing(said: Set[tuple[str, ...]]) -> list[str]:
    """The columns in which `_identity` tells of different people."""
    if len(said) < 2:
        return []
    return [
        column
        for place, (column, read) in enumerate(IDENTITY.items())
        if len({read(texts[place].strip()) for texts in said} - {None}) > 1
    ]


def _renewed(context: Context, history: LedgerHistory, row: Appointment) -> LedgerHistory:
    """The history, with the person of the latest row in the place of the one that what is still due came with.

    Where rows contradicted each other, only for what is as good as the same person: of that BSN, or born on that day.
    """
    doubted = {*history.doubted}

    def renewed(appointment: Appointment) -> Appointment:
        if appointment.id in doubted:
            if not any(_says_the_same(appointment, row, column) for column in ("bsn", "birth_date")):
                return appointment
            doubted.discard(appointment.id)
        return _of_row(context, appointment, row)

    remembered = {
        ident: renewed(each) if each.settled_as is None and ident in history.pending and not each.findings else each
        for ident, each in history.remembered.items()
    }
    said_before = {
        ident: remembered[ident] if history.remembered.get(ident) is said else renewed(said) if said.completed else said
        for ident, said in history.said_before.items()
    }
    return evolve(history, remembered=remembered, said_before=said_before, doubted=doubted)


def _of_row(context: Context, appointment: Appointment, row: Appointment) -> Appointment:
    """An appointment with the person of another row. An insurer that isn't known at all can only be the one of today if
    it is the same year's: insurance is by the year."""
    columns = _DETAILS
    if appointment.uzovi == row.uzovi:
        columns = _KEPT
    elif not context.resolver.insurer(appointment.uzovi) and _in_one_year(appointment, row):
        columns = _KEPT
        appointment = evolve(appointment, common=evolve(appointment.common, uzovi=row.uzovi))
    return appointment.having({column: (row.text(column), row.kept(column)) for column in columns})


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
    said = {_identity(row.text) for row in rows} if any(row.row is None for row in rows) else set()
    if any(row.row is None and row.id in patient.history.doubted for row in rows):
        said.add(_identity(lambda column: patient.person.get(column, "")))
    different = {*patient.contradicted, *_differing(said)}
    return [column for column in IDENTITY if column in different]


def somebody_else(patient: Patient, person: Person) -> tuple[str, ...]:
    """The columns in which the same person is somebody else under another patient number, in this feed or else by what
    the ledger remembers."""
    ledger, people = patient.context.ledger, patient.context.feed.people
    if columns := people.contradicted(person.who):
        return columns
    if ledger.is_new or people.is_shared(person.who):
        return ()
    own = fixed(person.birth_date, person.sex)
    _, born, *_ = hashed_identity(ledger, person.who, *own)
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


def identity_now(patient: Patient, in_feed: Sequence[Appointment]) -> HashedIdentity:
    """Who the patient is, by the latest row that tells; else as was remembered. ``in_feed`` as of `latest_first`.

    A sex that isn't said any more stays known of the same person; of somebody whom nothing tells from others, sex and
    birth year are known by themselves.
    """
    ledger, dossier = patient.context.ledger, patient.history.dossier
    before: HashedIdentity = _UNKNOWN
    if dossier is not None:
        before = dossier.who, dossier.born, dossier.sex, dossier.birth_year
    told = ((row, found) for row in in_feed if (found := identity_of(row.text)) is not None)
    for latest, found in told:
        who, born, sex, year = hashed_identity(ledger, found.who, *found.fixed)
        if not sex:
            sexes = (other.sex for row, other in told if row is not latest and other.who == found.who)
            sex = next(filter(None, sexes), before[2] if before[0] in (None, who) else "")
        return who, born, sex, year
    if before[0] is not None:
        return before
    legible = [row for row in in_feed if not may_have_shifted(row)]
    days = (values.day(row.text("birth_date")) for row in legible)
    sexes = (known_sex(values.sex(row.text("sex")) or "") for row in legible)
    year = next((day.year for day in days if day is not None), before[3])
    return None, None, next(filter(None, sexes), before[2]), year


def said_by(appointments: Iterable[Appointment], besides: Mapping[str, Besides]) -> Iterator[Consent]:
    """The word on sharing data with Zorg1 of each of the appointments that have one."""
    for row in appointments:
        if row.id in besides and (word := besides[row.id].consent) and not may_have_shifted(row):
            yield Consent(word, iso_text(row.date), row.id)


def consent_now(kept: StoredDossier | RegularCare | None, said: Iterable[Consent], heard: Heard) -> Consent:
    """The patient's last word on sharing data with Zorg1, of all that is ``said`` by appointments that are known, and
    what is remembered: that of the latest day of care, whenever it was heard; N where those of one day differ. What is
    remembered goes where the appointment that said it says something else, or did not take place."""
    words = [*said]
    if kept is not None and kept.consent:
        # Not every appointment is kept: what other care said is remembered here only.
        is_said_anew = any(each.appointment_id == kept.consent_by for each in words)
        took_place = kept.consent_by not in heard.named or any(row.id == kept.consent_by for row in heard.in_feed)
        if took_place and not is_said_anew:
            words.append(Consent(kept.consent, kept.consent_on, kept.consent_by))
    return max(words, key=lambda each: (each.day, refusal(each.word), each.appointment_id), default=NO_CONSENT)


def may_have_shifted(row: Appointment) -> bool:
    """Whether cells of a row may stand in other columns than theirs."""
    return any(finding.code.startswith("ROW_") for finding in row.findings)


def person_now(patient: Patient, usable: Iterable[Appointment]) -> Mapping[str, str]:
    """The details of the patient as known last; ``usable`` appointments of the feed are those with nothing wrong, as of
    `latest_first`."""
    if patient.person or patient.contradicted or (row := _latest_row(patient.context, usable)) is None:
        return patient.person
    return _details(row)
