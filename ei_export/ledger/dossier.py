"""A patient's appointments as the ledger keeps them: of settled ones what trajectories need, of the others every text."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from ..appointment import Appointment, Outcome
from ..columns import COLUMNS

#: The texts kept of a settled appointment, normalised: what it was declared or counted on.
CORE: Final = (
    "appointment_id", "date", "code", "declare_under", "trajectory_id", "uzovi", "diagnosis_code", "bsn",
)  # fmt: skip
#: The texts kept of one to be tried again, as the feed had them.
SAVED: Final = (*CORE, *(c for c in COLUMNS if c not in {*CORE, "status", "patient_id", "consent"}))

#: To be tried again in every run.
PENDING: Final = frozenset({Outcome.HELD, Outcome.NO_AGREEMENT, Outcome.UNREADABLE})

_AT: Final = {column: index for index, column in enumerate(SAVED)}
_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}


def core(appointment: Appointment) -> tuple[str, ...]:
    """The texts in the order of `CORE`, normalised so that two ways to write the same are the same."""
    return (
        appointment.id,
        appointment.date.isoformat() if appointment.date else appointment.text("date"),
        appointment.code,
        appointment.declare_under,
        appointment.number,
        appointment.uzovi,
        appointment.diagnosis,
        appointment.text("bsn").zfill(9),
    )


def pack(appointments: Iterable[Appointment]) -> str:
    """The appointments as JSON. Each has its outcome."""
    return json.dumps([_entry(appointment) for appointment in appointments], ensure_ascii=False, separators=(",", ":"))


def _entry(appointment: Appointment) -> Sequence[str]:
    outcome = appointment.outcome
    assert outcome is not None
    if outcome is Outcome.EARLIER and appointment.known is not None:
        outcome = appointment.known
    if outcome in PENDING:
        return [outcome.value, *map(appointment.text, SAVED)]
    return [outcome.value, *core(appointment)]


def unpack(text: str) -> list[tuple[Outcome, Sequence[str]]]:
    """The outcome and the texts, in the order of `SAVED`, of every appointment."""
    return [(_OUTCOMES[entry[0]], entry[1:]) for entry in json.loads(text)]


def positions() -> dict[str, int]:
    """Where each column stands among the texts of `unpack`."""
    return _AT
