"""Appointments that somebody closed: kept and counted, and neither judged nor declared until they are opened again."""

from collections.abc import Sequence
from typing import Final

from ..base.problems import Finding
from ..ledger.dossier import LASTING, SAVED
from ..ledger.matters import Closing
from ..ledger.patients import waiting_appointments
from ..model.appointment import Appointment, Judgement, Outcome
from .heard import differences
from .patient import Patient

_CHANGED: Final = "APPOINTMENT_CLOSED_CHANGED"
#: What is remembered of an appointment, and so can be seen to differ.
_KEPT: Final = frozenset(SAVED)
#: What is told of a closed appointment, in the place of all else.
_TOLD: Final = frozenset({"APPOINTMENT_CLOSED", _CHANGED})


def judge_closed(patient: Patient, row: Appointment, closed: Closing) -> Judgement:
    """What becomes of a closed appointment: it stays held, by nothing but that. Told is also where the feed changed it
    since it was closed, until it is opened again: it may be one that can be declared."""
    params = {"closed_as": closed.closed_as, "day": closed.day}
    if columns := _changed(patient, row, closed):
        return Judgement(Outcome.HELD, (Finding(_CHANGED, "", {**params, "columns": ", ".join(columns)}),), row.past)
    return Judgement(Outcome.HELD, (Finding("APPOINTMENT_CLOSED", "", params),), row.past)


def found_of_closed(patient: Patient, row: Appointment, told: Sequence[Finding]) -> tuple[Finding, ...]:
    """What is kept as found of a closed appointment: what is ``told``, and, for when it is opened again, what only the
    feed can put right."""
    known = row.findings if row.row is not None else _found_before(patient, row.id)
    return (*told, *(each for each in known if each.code not in _TOLD and (row.row is None or each.code in LASTING)))


def _changed(patient: Patient, row: Appointment, closed: Closing) -> Sequence[str]:
    """The columns in which the feed says something else than when it was closed."""
    columns: set[str] = set()
    for finding in _found_before(patient, row.id):
        if finding.code == _CHANGED and finding.params["day"] == closed.day:
            columns.update(str(finding.params["columns"]).split(", "))
    if row.row is not None:
        before = patient.history.remembered.get(row.id)
        if before is not None:
            columns.update(_KEPT.intersection(differences(before, row)))
        elif waiting_appointments(patient.context.ledger, row.id):  # of a ledger that was read back nobody has it
            columns.add("patient_id")
    return sorted(columns)


def _found_before(patient: Patient, ident: str) -> Sequence[Finding]:
    dossier = patient.history.dossier
    kept = dossier.unsettled if dossier is not None else ()
    return next((each.found for each in kept if each.appointment_id == ident), ())


def is_told_closed(judgement: Judgement) -> bool:
    """Whether an appointment is held by nothing but that somebody closed it."""
    return bool(judgement.found) and judgement.found[0].code in _TOLD
