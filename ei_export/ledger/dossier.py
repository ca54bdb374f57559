"""A patient's appointments as the ledger keeps them: of settled ones what trajectories need, of the others every text."""

import json
from collections.abc import Iterable, Sequence
from typing import Final

from ..appointment import Appointment, Outcome, positions
from ..columns import COLUMNS

#: The texts kept of a settled appointment, normalised: what it was declared or counted on.
CORE: Final = (
    "appointment_id", "date", "code", "declare_under", "trajectory_id", "uzovi", "diagnosis_code", "bsn",
)  # fmt: skip
#: The texts kept of one to be tried again, as the feed had them.
SAVED: Final = (*CORE, *(c for c in COLUMNS if c not in {*CORE, "status", "patient_id", "consent"}))

#: To be tried again in every run.
PENDING: Final = frozenset({Outcome.HELD, Outcome.NO_AGREEMENT, Outcome.UNREADABLE})

#: Where each column stands in what `unpack` gives.
AT: Final = positions({column: index for index, column in enumerate(SAVED)})

_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def core(appointment: Appointment) -> tuple[str, ...]:
    """The texts in the order of `CORE`, normalised so that two ways to write the same are the same."""
    day = appointment.date
    return (
        appointment.id,
        day.isoformat() if day is not None else appointment.text("date"),
        appointment.code,
        appointment.declare_under,
        appointment.number,
        appointment.uzovi,
        appointment.diagnosis,
        appointment.cells[appointment.at["bsn"]].strip().zfill(9),
    )


def pack(appointments: Iterable[Appointment]) -> str:
    """The appointments as JSON. Each has its outcome."""
    return _encode([_entry(appointment) for appointment in appointments])


def pack_rows(rows: Sequence[Sequence[object]]) -> str:
    """Any other rows of a dossier as JSON."""
    return _encode(rows)


def _entry(appointment: Appointment) -> Sequence[str]:
    outcome = appointment.outcome
    if outcome is Outcome.EARLIER and appointment.known is not None:
        outcome = appointment.known
    assert outcome is not None
    if outcome in PENDING:
        return (outcome.value, *map(appointment.text, SAVED))
    return (outcome.value, *core(appointment))


def unpack(text: str) -> list[tuple[Outcome, Sequence[str]]]:
    """The outcome and the texts, in the order of `SAVED`, of every appointment."""
    return [(_OUTCOMES[entry[0]], entry[1:]) for entry in json.loads(text)]
