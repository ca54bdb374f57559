"""Regular care that may be of a Zorg1 trajectory without price agreement (§4.1.7 and its twins), or should have been of
one with it: it is kept for the Zorg1 tables, and nothing is judged by it."""

from datetime import date
from operator import attrgetter
from typing import Final

from ..ledger.care import RegularCare
from ..ledger.dossier import NOTHING_BESIDES, Besides, Settled, core
from ..model.appointment import Appointment, Outcome
from .patient import JudgedPatient
from .person import Consent, consent_now, identity_now, latest_first, may_have_shifted, said_by

_ID: Final = attrgetter("appointment_id")
#: Units, declare-under code, mark and place of what gave no line, in no trajectory.
_NEVER_DECLARED: Final = (0, "", "", 0)


def regular_care(judged: JudgedPatient) -> RegularCare | None:
    """A patient's regular care by now; None where there never was any. What the feed has of an appointment goes in the
    place of what was kept: nothing, where it did not take place, or is Zorg1."""
    patient, context = judged.patient, judged.patient.context
    before = context.regular(patient.patient_id)
    is_any = Outcome.NOT_ZORG1 in judged.result.outcomes
    now = [row for row in judged.heard.in_feed if _is_regular(judged, row)] if is_any else []
    if before is None and not now:
        return None
    before = before or RegularCare(patient.patient_id)
    besides = context.besides.of(patient.rows, {each.appointment_id: each.besides for each in before.appointments})
    kept = [
        each
        for each in before.appointments
        if each.appointment_id not in judged.heard.named
        and not context.is_deleted(each.appointment_id, date.fromisoformat(each.date))
    ]
    heard = [_settled(row, besides.get(row.id, NOTHING_BESIDES)) for row in now]
    _, _, sex, birth_year = identity_now(patient, latest_first(judged.heard.in_feed))
    said_before = (Consent(each.consent, each.date, each.appointment_id) for each in kept if each.consent)
    said = (*said_before, *said_by(judged.heard.in_feed, besides))
    return RegularCare(
        patient.patient_id,
        birth_year or before.birth_year,
        sex or before.sex,
        *consent_now(before, said, judged.heard),
        sorted([*kept, *heard], key=_ID),
    )


def _is_regular(judged: JudgedPatient, row: Appointment) -> bool:
    """Whether the tables may ask for an appointment that is no Zorg1: by its diagnosis, or its category."""
    if judged.judged[row.key].outcome is not Outcome.NOT_ZORG1 or row.id in judged.placed.grouped.visits:
        return False
    programs = judged.patient.context.resolver.programs
    is_asked_for = programs.has_body_part(row.diagnosis) or "zorg1" in row.text("category").lower().replace(" ", "")
    return is_asked_for and bool(row.id) and row.date is not None and not may_have_shifted(row)


def _settled(row: Appointment, besides: Besides) -> Settled:
    """As it is kept; with its BSN only where a number of the practice has that in it, and is not to be shown."""
    *texts, bsn = core(row)
    is_shown = row.called(row.patient_id) != row.patient_id or row.called(row.number) != row.number
    return Settled._make((*texts, bsn if is_shown else "", Outcome.NOT_ZORG1.value, *_NEVER_DECLARED, *besides))
