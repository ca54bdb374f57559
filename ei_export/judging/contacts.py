"""Cells of contacts that nobody can read: a contact counts and is never sent, so that no line tells of it."""

from collections.abc import Iterator, Mapping
from typing import Final

from attrs import evolve

from ..base.problems import Finding, severity
from ..intake import values
from ..intake.person import PERSON_COLUMNS, person
from ..model.appointment import Appointment, Judgement, Key, Outcome
from ..model.codelists import standard_on
from ..zorg1.trajectories import Grouped
from ..zorg1.visit import Visit
from .context import Context
from .patient import Patient

#: What is expected where the problem of the cell doesn't say; any other column holds a text.
_EXPECTED: Final[Mapping[str, str]] = {"bsn": values.BSN_FORM}


def tell_contacts(patient: Patient, grouped: Grouped, judged: Mapping[Key, Judgement]) -> dict[Key, Judgement]:
    """The contacts with cells of their person that can't be read: of each column once, with the first of them. They
    count all the same, as the patient number says whose they are. What is told of a line that has the same text there
    isn't told again; nor what was told before, which the mark of a contact remembers."""
    wrong = sorted(_incomplete(patient, grouped, judged), key=lambda visit: (visit.day, visit.appointment.id))
    found: dict[str, tuple[object, list[str]]] = {}
    told: dict[Key, Judgement] = {}
    for row in (visit.appointment for visit in wrong):
        columns = _unreadable(row)
        for column, expected in columns.items():
            if not _is_told(grouped, judged, row, column):
                found.setdefault(column, (expected, []))[1].append(row.id)
        if columns:
            judgement = judged[row.id]
            told[row.id] = evolve(judgement, past=evolve(judgement.past, mark=patient.context.mark(row)))
    for column, (expected, idents) in found.items():
        params = {"column": column, "count": len(idents), "appointments": ", ".join(idents)}
        more = {"expected": expected} if expected else {}
        code = "CONTACT_CELL_UNREADABLE" if more else "CONTACT_TEXT_UNREADABLE"
        told[idents[0]] = told[idents[0]].finding(Finding(code, column, {**params, **more}))
    return told


def _incomplete(patient: Patient, grouped: Grouped, judged: Mapping[Key, Judgement]) -> Iterator[Visit]:
    """The contacts of the feed that no line could be made of: that count from now on, or that were counted and were
    written otherwise then."""
    renderer, before = None, patient.history.remembered
    for ident, visit in grouped.visits.items():
        row = visit.appointment
        if row.row is not None and judged[ident].past.settled_as is Outcome.COUNTED:
            if renderer is None:  # that of any day does: which cells can be read is the same in each standard
                renderer = patient.context.renderers[standard_on(visit.day).standard]
            if not renderer.person(row).record and not _was_seen(patient.context, before.get(ident), row):
                yield visit


def _was_seen(context: Context, before: Appointment | None, row: Appointment) -> bool:
    """Whether a contact had the same cells that can't be read when it was told of."""
    if before is None or before.past.mark != context.mark(row):
        return False
    return before.text("bsn") == row.text("bsn").zfill(9)  # which the mark says nothing of


def _unreadable(row: Appointment) -> dict[str, object]:
    """The filled cells of a person that can't be read, by column, with what is expected there, '' for any text."""
    texts = {column: row.text(column) for column in PERSON_COLUMNS}
    _, found = person(texts)
    return {
        finding.column: finding.params.get("expected", _EXPECTED.get(finding.column, ""))
        for finding in found
        if severity(finding.code) == "error" and texts[finding.column]
    }


def _is_told(grouped: Grouped, judged: Mapping[Key, Judgement], row: Appointment, column: str) -> bool:
    """Whether something is told of this column of the row, or of another appointment with the same text there."""
    text = row.text(column)
    return any(
        visit.appointment.text(column) == text and any(finding.column == column for finding in judged[ident].found)
        for ident, visit in grouped.visits.items()
    )
