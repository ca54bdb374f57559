"""What becomes of an appointment that was declared before: it stands, the feed changed it, or it is due again.

What was declared stands, whatever the feed says now; a change is told of, and remembered until somebody has it
corrected or it is changed back. An appointment whose last debit doesn't stand is due again when the ledger says so (see
``again`` in `Line`), and is then judged as any other: by its row, or by what was sent where the feed is silent.
"""

from collections.abc import Sequence
from typing import Final, Literal

from attrs import evolve

from ..base.problems import Finding
from ..base.wording import iso_text
from ..ledger.dossier import Change, by_column, core
from ..ledger.line import Line, last_debit
from ..model.appointment import Appointment, Outcome
from ..zorg1.trajectories import Grouped
from ..zorg1.visit import Place, Visit
from .compared import CARE, PERSON, as_sent, debit_that_counts, differing, of_person_now, says_the_same, that_counts
from .context import Context
from .insurer_of_today import of_today
from .patient import Heard, Patient, Taken
from .result import NOT_COMPLETED, Totals

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
#: Of a person, what an insurer knows them by.
_IDENTITY: Final = tuple(column for column in PERSON if column not in _OF_LIFE)
#: Goes with an insurer.
_OF_INSURER: Final = frozenset({"uzovi", "insured_number"})
#: What `zorg1` finds of a declared end, in which the line to be corrected is still to be named.
_COUNTED_ANEW: Final = frozenset({"CONTACT_AFTER_DECLARED_END", "DECLARED_COUNT_CHANGED"})


def take_declared(
    patient: Patient,
    sent: Appointment | None,
    row: Appointment | None,
    debits: Sequence[Line] | None,
    *,
    is_deleted: bool = False,
) -> Taken:
    """What an appointment is taken for that was declared before.

    ``sent`` is what it was declared on, as far as the dossier has it; ``row`` what the feed says of it, now or the last
    time it said anything else; None where it didn't. ``debits`` where one of them doesn't simply stand.
    ``is_deleted``: the feed ought to have it.
    """
    if debits is None:
        assert sent is not None
        return _unless_closed(patient, (), _stands(patient, sent, row, (), is_deleted=is_deleted))
    last = that_counts(debits)
    if last.is_pruned:
        return Taken(sent) if row is None else take_as_pruned(row, last)
    if last.stays:
        if sent is None or last is not debits[-1]:
            sent = as_sent(patient, last, row, sent)
        sent = sent.knowing(units=last.units, linked=last.code)
        return _unless_closed(patient, debits, _stands(patient, sent, row, debits, is_deleted=is_deleted))
    return _may_be_due(patient, sent or as_sent(patient, last, row, sent), row, debits)


def take_as_pruned(row: Appointment, debit: Line) -> Taken:
    """What an appointment is taken for whose line was settled, and whose person was taken out since: it was declared,
    and never is again, whatever the feed says of it."""
    if not row.completed:
        return Taken(None, totals=[NOT_COMPLETED] if row.row is not None else ())
    row = row.knowing(settled_as=Outcome.DECLARED, units=debit.units, linked=debit.code)
    return Taken(row, is_pruned=True)


def name_lines(patient: Patient, heard: Heard, grouped: Grouped) -> tuple[dict[str, Place], dict[str, Change]]:
    """What was found of declared ends whose contacts changed, with the line that is to be corrected; and how that
    changes what was declared. Both by appointment id."""
    places: dict[str, Place] = {}
    changes: dict[str, Change] = {}
    for end in (trajectory.ended_by for trajectory in grouped.trajectories):
        if end is None or not end.is_declared:
            continue
        sent, place = end.appointment, grouped.places[end.appointment.id]
        if _COUNTED_ANEW.isdisjoint(finding.code for finding in place.found):
            continue
        if heard.taken_for(sent.id).is_pruned or misses_contacts(patient.context, grouped, end):
            found = [each for each in place.found if each.code not in _COUNTED_ANEW]
        else:
            debits = heard.debits.get(sent.id, ())
            found = [
                _about(patient, sent, debits, each.code, "", **each.params) if each.code in _COUNTED_ANEW else each
                for each in place.found
            ]
            if _is_closed(patient, sent.id, debits):  # known for when it is opened again
                found = [each for each in found if each.code not in _COUNTED_ANEW]
            change = heard.taken_for(sent.id).change or Change("count", {})
            changes[sent.id] = Change("row", change.texts) if change.kind == "said" else change
        places[sent.id] = evolve(place, found=tuple(found))
    return places, changes


def misses_contacts(context: Context, grouped: Grouped, visit: Visit) -> bool:
    """Whether contacts of a visit's trajectory may be missing, as its start was only read back from a run."""
    trajectory = grouped.places[visit.appointment.id].trajectory
    return bool(context.recovered) and any(
        grouped.places[ident].trajectory is trajectory
        and other.appointment.row is None
        and ident in context.recovered
        and other.resolution.moment == "start"
        for ident, other in grouped.visits.items()
    )


# It stands.


def _unless_closed(patient: Patient, debits: Sequence[Line], taken: Taken) -> Taken:
    """What an appointment is taken for whose line stands; nothing is told of one that is closed, but kept."""
    row = taken.appointment
    if row is None or not row.findings or not _is_closed(patient, row.id, debits):
        return taken
    return evolve(taken, appointment=evolve(row, findings=()))


def _is_closed(patient: Patient, ident: str, debits: Sequence[Line]) -> bool:
    """Whether the line of an appointment that counts is closed."""
    closed = patient.context.closed_lines
    return bool(closed) and _reference(patient, ident, debits) in closed


def _reference(patient: Patient, ident: str, debits: Sequence[Line]) -> str:
    """That of the debit that counts, or '' where we never declared any."""
    return that_counts(debits).reference if debits else last_debit(patient.context.ledger, ident) or ""


def _stands(
    patient: Patient, sent: Appointment, row: Appointment | None, debits: Sequence[Line], *, is_deleted: bool
) -> Taken:
    row = row or _of_somebody_else(patient, sent, debits)
    if row is None:
        return Taken(sent)
    sent = _placed(sent, row)
    if row.common.unclear:  # the word is told of; until it is known, nothing was said
        return Taken(sent)
    if not row.completed:
        day = iso_text(sent.date)
        code, column = ("DECLARED_DELETED", "") if is_deleted else ("DECLARED_CANCELLED", "status")
        cancelled = _about(patient, sent, debits, code, column, date=day)
        return Taken(sent.finding(cancelled), Change("cancelled", {}), is_open=True)
    if row.findings:  # it can't be read: that is all there is to say of it
        return Taken(sent.finding(*row.findings))
    differences = differing(patient, sent, row, debits)
    if not differences:
        return Taken(_taken_over(patient, sent, row))
    settled = _OF_LIFE | (_OF_INSURER if of_today(patient, sent, row) else frozenset())
    to_tell = [column for column in differences if column not in settled or _is_unsaid(patient, row, column)]
    found = []
    for column, code in _CHANGES.items():
        if column in to_tell:
            before, after = differences[column]
            quoted = {} if column in _PRIVATE else {"before": before or "-", "after": after or "-"}
            found.append(_about(patient, sent, debits, code, column, **quoted))
    for code, columns in (("DECLARED_DETAILS_CHANGED", (*CARE, *_IDENTITY)), ("DECLARED_ADDRESS_CHANGED", _OF_LIFE)):
        if others := [column for column in to_tell if column in columns]:
            found.append(_about(patient, sent, debits, code, others[0], columns=", ".join(others)))
    is_open = not settled.issuperset(differences)
    return Taken(sent.finding(*found), change_of(row, "row" if is_open else "said"), is_open)


def change_of(row: Appointment, kind: Literal["row", "said"] = "row") -> Change:
    """What the feed says now of an appointment that was declared."""
    return Change(kind, by_column(row)) if row.completed else Change("cancelled", {})


def _placed(sent: Appointment, row: Appointment) -> Appointment:
    """What was sent, with its place in the feed, and its trajectory number, which is not sent but follows the feed."""
    if row.row is None:
        return sent
    sent = sent.having({"trajectory_id": (row.number, row.kept("trajectory_id"))})
    return evolve(sent, row=row.row, number=row.number)


def _of_somebody_else(patient: Patient, sent: Appointment, debits: Sequence[Line]) -> Appointment | None:
    """What was declared, of the patient as they are now, where the feed is silent of it and tells of somebody else."""
    if not patient.is_news or (debit := debit_that_counts(patient, sent.id, debits)) is None:
        return None
    row = of_person_now(patient, debit, sent)
    return None if row is None or _OF_LIFE.issuperset(differing(patient, sent, row, debits)) else row


def _is_unsaid(patient: Patient, row: Appointment, column: str) -> bool:
    """Whether the feed says something else in a column than when it was heard of last."""
    before = patient.history.said_before.get(row.id)
    return row.row is not None and (before is None or not before.completed or before.text(column) != row.text(column))


def _taken_over(patient: Patient, sent: Appointment, row: Appointment) -> Appointment:
    """The row, for what was declared on one that says the same."""
    mark = sent.past.mark if row.row is None else patient.context.mark(row)
    return row.knowing(settled_as=Outcome.DECLARED, units=sent.past.units, linked=sent.past.linked, mark=mark)


def _about(
    patient: Patient, sent: Appointment, debits: Sequence[Line], code: str, column: str, /, **params: object
) -> Finding:
    """A finding with the line it is about."""
    return Finding(code, column, {**params, "reference": _reference(patient, sent.id, debits)})


# It doesn't stand.


def _may_be_due(patient: Patient, sent: Appointment, row: Appointment | None, debits: Sequence[Line]) -> Taken:
    last = debits[-1]
    sent = sent.knowing(settled_as=Outcome.DECLARED, units=0, linked=last.code)
    if row is not None:
        sent = _placed(sent, row)
    if row is not None and not row.completed:  # it didn't take place, and nobody is held to it
        totals = [Totals(given_up={last.reference}), *([NOT_COMPLETED] if row.row is not None else ())]
        return Taken(None, Change("cancelled", {}), dropped=sent, totals=totals)
    if not last.again:
        if row is None or row.findings or (core(sent) == core(row) and not differing(patient, sent, row, debits)):
            return Taken(sent)
        return Taken(sent, change_of(row))  # for when somebody asks for it again
    is_silent = False
    if row is None:
        row = of_person_now(patient, last, sent)
        is_silent = row is None
    if last.again == "feed" and (row is None or says_the_same(patient, sent, row, debits)):
        sent = sent.knowing(units=last.units, refused=True)
        if row is None:
            return Taken(sent, is_silent=is_silent)
        return Taken(_taken_over(patient, sent, row.knowing(refused=True)))
    due = row if row is not None else sent
    return Taken(due.knowing(settled_as=None, refused=last.again == "line"), is_silent=is_silent)
