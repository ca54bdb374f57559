"""A patient's appointments as the ledger keeps them: of settled ones what trajectories need, of others every text."""

import json
from collections.abc import Iterable, Sequence
from typing import Final, NamedTuple

from ..appointment import Appointment, Outcome, positions
from ..columns import COLUMNS
from ..problems import Finding

#: The texts kept of a settled appointment, normalised: what it was declared or counted on.
CORE: Final = (
    "appointment_id", "date", "code", "declare_under", "trajectory_id", "uzovi", "diagnosis_code", "bsn",
)  # fmt: skip
#: The texts kept of one to be tried again, as the feed had them.
SAVED: Final = (*CORE, *(c for c in COLUMNS if c not in {*CORE, "status", "patient_id", "consent"}))

#: What a single row can't show again: it holds an appointment until the feed brings it anew.
LASTING: Final = frozenset(
    {
        "APPOINTMENT_CONFLICT",
        "APPOINTMENT_TWO_PATIENTS",
        "ROW_CELLS",
        "ROW_QUOTE",
        "ROW_TOO_LONG",
    }
)

#: To be tried again in every run.
PENDING: Final = frozenset({Outcome.HELD, Outcome.NO_AGREEMENT, Outcome.UNREADABLE})

#: Where each column stands in what `unpack` gives.
AT: Final = positions({column: index for index, column in enumerate(SAVED)})

_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}
_NAMES: Final = {outcome: name for name, outcome in _OUTCOMES.items()}  # quicker than asking the enum
#: In the JSON of one settled appointment.
_QUOTES: Final = 2 * (3 + len(CORE))
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


def pack(appointments: Sequence[Appointment]) -> str:
    """The appointments as JSON. Each has its outcome."""
    entries = [_entry(appointment) for appointment in appointments]
    plain = f"[{','.join(entries)}]"
    # Joining texts is much the quicker way to write JSON, wherever there is nothing to escape.
    if plain.count('"') == _QUOTES * len(entries) and "\\" not in plain and plain.isprintable():
        return plain
    return _encode([_texts(appointment) for appointment in appointments])


def pack_trajectories(trajectories: Iterable[Sequence[str]]) -> str:
    """Trajectories, in the order of the view of that name, as JSON."""
    rows = list(trajectories)
    plain = "[" + ",".join(['["' + '","'.join(row) + '"]' for row in rows]) + "]"
    if plain.count('"') == 2 * sum(map(len, rows)) and "\\" not in plain and plain.isprintable():
        return plain
    return _encode(rows)


def _outcome(appointment: Appointment) -> Outcome:
    outcome = appointment.outcome
    if outcome is Outcome.EARLIER and appointment.known is not None:
        outcome = appointment.known
    assert outcome is not None
    return outcome


def _entry(appointment: Appointment) -> str:
    """A settled appointment as JSON if nothing in it has to be escaped; for any other what can't be taken for that."""
    outcome = _outcome(appointment)
    day = appointment.date
    if outcome in PENDING or day is None:
        return "\\"
    return (
        f'["{_NAMES[outcome]}","{appointment.units}","{appointment.linked}","{appointment.id}","{day.isoformat()}","{appointment.code}","{appointment.declare_under}",'
        f'"{appointment.number}","{appointment.uzovi}","{appointment.diagnosis}",'
        f'"{appointment.cells[appointment.at["bsn"]].strip().zfill(9)}"]'
    )


def _texts(appointment: Appointment) -> Sequence[str]:
    outcome = _outcome(appointment)
    if outcome not in PENDING:
        return (outcome.value, str(appointment.units), appointment.linked, *core(appointment))
    found = [(f.code, f.column, dict(f.params)) for f in appointment.findings]
    return (outcome.value, "0", "", *map(appointment.text, SAVED), _encode(found))


class Settled(NamedTuple):
    """What an appointment was settled on: the units of its line, and the declare-under code."""

    units: int
    linked: str


def unpack(text: str) -> list[tuple[Outcome, "Settled", Sequence[str], list[Finding]]]:
    """Of each appointment: the outcome, what else `Settled` says, the texts as in `SAVED`, the lasting findings."""
    most = 3 + len(SAVED)
    return [
        (_OUTCOMES[e[0]], Settled(int(e[1]), e[2]), e[3:most], _lasting(e[most]) if len(e) > most else [])
        for e in json.loads(text)
    ]


def unpack_waiting(text: str) -> list[tuple[Outcome, Sequence[str], list[Finding]]]:
    """Of each appointment to be tried again: the outcome, the texts as in `SAVED`, all that was found wrong with it."""
    most = 3 + len(SAVED)
    waiting = (e for e in json.loads(text) if len(e) > most)
    return [(_OUTCOMES[e[0]], e[3:most], _found(e[most])) for e in waiting]


def _found(text: str) -> list[Finding]:
    return [Finding(code, column, params) for code, column, params in json.loads(text)]


def _lasting(text: str) -> list[Finding]:
    return [finding for finding in _found(text) if finding.code in LASTING]
