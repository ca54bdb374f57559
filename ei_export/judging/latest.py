"""The patient as known last: their details go with all that is still due, whatever its own row said at the time.

Known last is what was heard last: a row of this feed beats what is remembered, and of the rows of this feed the one of
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
from ..intake.person import PERSON_COLUMNS
from ..model.appointment import Appointment
from ..model.codelists import standard_on
from .context import Work

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


def meet(work: Work, fresh: Sequence[Appointment]) -> None:
    """Notes who the patient is by the rows of this feed, and whether these contradict each other; what is remembered
    and was not settled is of them from now on."""
    if len(fresh) > 1:
        pick = itemgetter(*(fresh[0].at[column] for column in IDENTITY))
        work.contradicted = differing(pick(row.cells) for row in fresh if row.completed and not row.findings)
    stored = work.stored
    if stored is None or not fresh:
        work.person = json.loads(stored.person) if stored is not None and stored.person else {}
        return
    before = work.person = json.loads(stored.person) if stored.person else {}
    row = None if work.contradicted else latest(work, fresh, before)
    if row is None:
        return
    work.person = details(row)
    news = {column for column in _KEPT if before.get(column) != work.person.get(column)}
    work.is_news = not news.isdisjoint(IDENTITY) or ("insured_number" in news and "uzovi" not in news)
    for appointment in work.known.values():
        if appointment.known is None and appointment.id in work.pending_before and not appointment.findings:
            _renew(work, appointment, row)
    for ident, told in work.heard.items():
        if told.completed and work.known.get(ident) is not told:
            _renew(work, told, row)


def details(row: Appointment) -> dict[str, str]:
    """What a row says of the person, by column."""
    return {column: text for column in _KEPT if (text := row.text(column))}


def latest(work: Work, rows: Sequence[Appointment], known: Mapping[str, str] = _NOBODY) -> Appointment | None:
    """The latest row that says all there is to know of a person; of one who is ``known`` it does."""
    usable = [row for row in rows if row.date is not None and not row.findings]
    for (day, _), rows_of_one in groupby(sorted(usable, key=_when, reverse=True), key=_when):
        same = list(rows_of_one)
        for row in sorted(same, key=_texts, reverse=True) if len(same) > 1 else same:
            if details(row) == known or work.desk.renderers[standard_on(day).standard].person(row).record:
                return row
    return None


def _when(row: Appointment) -> tuple[date, str]:
    return row.date or date.min, row.id


def _texts(row: Appointment) -> list[str]:
    return [row.text(column) for column in _KEPT]


def identity(text: Callable[[str], str]) -> tuple[str, ...]:
    """Who somebody is by the ``text`` of each column, in the order of `IDENTITY`."""
    return tuple(map(text, IDENTITY))


def differing(identities: Iterable[tuple[str, ...]]) -> list[str]:
    """The columns in which `identity` tells of different people."""
    said = set(identities)
    if len(said) < 2:
        return []
    return [
        column
        for place, (column, read) in enumerate(IDENTITY.items())
        if len({read(texts[place].strip()) for texts in said} - {None}) > 1
    ]


def _renew(work: Work, appointment: Appointment, row: Appointment) -> None:
    """Puts the person of the latest row in the place of the one that an appointment was heard of with.

    Where rows contradicted each other, only for what is as good as the same person: of that BSN, or born on that day.
    An insurer that isn't known at all can only be the one of today if it is the same year's: insurance is by the year.
    """
    if appointment.id in work.doubted:
        if not any(_says_the_same(appointment, row, column) for column in ("bsn", "birth_date")):
            return
        work.doubted.discard(appointment.id)
    columns = _DETAILS
    if appointment.uzovi == row.uzovi:
        columns = _KEPT
    elif not work.desk.resolver.insurer(appointment.uzovi) and _in_one_year(appointment, row):
        columns = _KEPT
        appointment.uzovi = row.uzovi
    appointment.put({column: (row.text(column), row.kept(column)) for column in columns})


def _says_the_same(one: Appointment, other: Appointment, column: str) -> bool:
    read = IDENTITY[column]
    value = read(one.text(column))
    return value is not None and value == read(other.text(column))


def _in_one_year(one: Appointment, other: Appointment) -> bool:
    return one.date is not None and other.date is not None and one.date.year == other.date.year
