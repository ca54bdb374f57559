"""A patient's appointments as the ledger keeps them: of settled ones what trajectories need, of others every text."""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

from ..base.problems import Finding
from ..model.appointment import Appointment, Judgement, Outcome, positions
from ..model.columns import COLUMNS

#: The texts kept of every appointment, in this order: of a settled one normalised, what it was declared or counted on.
CORE: Final = (
    "appointment_id", "date", "code", "declare_under", "trajectory_id", "uzovi", "diagnosis_code", "bsn",
)  # fmt: skip
#: The texts kept besides of one to be tried again, as the feed had them; in the JSON by name.
_REST: Final = tuple(c for c in COLUMNS if c not in {*CORE, "status", "patient_id", "consent"})
SAVED: Final = (*CORE, *_REST)

#: What a single row can't show again: it holds an appointment until the feed brings it anew.
LASTING: Final = frozenset(
    {
        "APPOINTMENT_CONFLICT",
        "APPOINTMENT_TWO_PATIENTS",
        "ROW_CELLS",
        "ROW_CUT_OFF",
        "ROW_QUOTE",
        "ROW_TOO_LONG",
        "STATUS_UNCLEAR",
    }
)

#: To be tried again in every run.
PENDING: Final = frozenset({Outcome.HELD, Outcome.NO_AGREEMENT, Outcome.UNREADABLE})
PENDING_SQL: Final = ", ".join(sorted(f"'{outcome.value}'" for outcome in PENDING))

#: Where each column stands in what `unpack` gives.
AT: Final = positions({column: index for index, column in enumerate(SAVED)})

_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}
_NAMES: Final = {outcome: name for name, outcome in _OUTCOMES.items()}  # quicker than asking the enum
#: In the JSON of one settled appointment.
_QUOTES: Final = 2 * (4 + len(CORE))
#: Where in an entry the texts end, and the mark of the row stands; behind it what only some have.
_MARK: Final = 3 + len(CORE)
_MORE: Final = _MARK + 1
#: Of an appointment to be tried again, in the place of the declare-under code: its texts are those of a sent line.
_SENT: Final = "sent"
#: As compact as JSON can be; quicker than asking `json.dumps` for it every time.
encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


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


class Change(NamedTuple):
    """How the feed changed an appointment after it was declared, kept until that is put right.

    ``kind``: another ``row``; one that was ``said`` to be otherwise, which is not told of again; ``cancelled``; or
    another ``count`` of contacts; ``texts`` of the row as in `SAVED`.
    """

    kind: Literal["row", "said", "cancelled", "count"]
    texts: Sequence[str] = ()


def change_of(row: Appointment, kind: Literal["row", "said"] = "row") -> Change:
    """What the feed says now of an appointment that was declared."""
    return Change(kind, tuple(map(row.kept, SAVED))) if row.completed else Change("cancelled")


def pack(
    judged: Sequence[tuple[Appointment, Judgement]],
    changes: Mapping[str, Change] = MappingProxyType({}),
    sent: Collection[str] = (),
    unexplained: Collection[str] = (),
) -> str:
    """The appointments as JSON, each with what became of it; some have a change, by id, and of some, of which the feed
    said nothing, the texts are those that were ``sent``. Of ``unexplained`` ones every text is kept, as of those to be
    tried again: that they are once somebody says what their code stands for."""
    if not (changes or sent or unexplained):
        entries = [_entry(*each) for each in judged]
        plain = f"[{','.join(entries)}]"
        # Joining texts is much the quicker way to write JSON, wherever there is nothing to escape.
        if plain.count('"') == _QUOTES * len(entries) and "\\" not in plain and plain.isprintable():
            return plain
    return encode(
        [
            _all_texts(row, judgement, is_sent=row.id in sent)
            if row.id in unexplained or judgement.outcome in PENDING
            else _texts(row, judgement, changes.get(row.id))
            for row, judgement in judged
        ]
    )


def pack_trajectories(trajectories: Iterable[Sequence[str]]) -> str:
    """Trajectories, in the order of the view of that name, as JSON."""
    rows = list(trajectories)
    plain = "[" + ",".join(['["' + '","'.join(row) + '"]' for row in rows]) + "]"
    if plain.count('"') == 2 * sum(map(len, rows)) and "\\" not in plain and plain.isprintable():
        return plain
    return encode(rows)


def _entry(row: Appointment, judgement: Judgement) -> str:
    """A settled appointment as JSON if nothing in it has to be escaped; for any other what can't be taken for that."""
    past, day, common = judgement.past, row.date, row.common
    if past.settled_as is None or judgement.outcome in PENDING or day is None:
        return "\\"
    return (
        f'["{_NAMES[past.settled_as]}","{past.units}","{past.linked}","{row.id}","{day.isoformat()}","{common.code}",'
        f'"{common.declare_under}","{row.number}","{common.uzovi}","{row.diagnosis}",'
        f'"{row.cells[row.at["bsn"]].strip().zfill(9)}","{past.mark}"]'
    )


def _texts(row: Appointment, judgement: Judgement, change: Change | None) -> Sequence[object]:
    past = judgement.past
    assert past.settled_as is not None
    settled = (past.settled_as.value, str(past.units), past.linked, *core(row), past.mark)
    return settled if change is None else (*settled, {"change": change.kind, "texts": _named(SAVED, change.texts)})


def _all_texts(row: Appointment, judgement: Judgement, *, is_sent: bool) -> Sequence[object]:
    found = [(f.code, f.column, dict(f.params)) for f in judgement.found]
    texts = [*map(row.kept, SAVED)]
    more = {"texts": _named(_REST, texts[len(CORE) :]), "found": found}
    return judgement.outcome.value, "0", _SENT if is_sent else "", *texts[: len(CORE)], "", more


def _named(columns: Sequence[str], texts: Sequence[str]) -> dict[str, str]:
    """Texts by their columns, but for the empty ones."""
    return {column: text for column, text in zip(columns, texts, strict=False) if text}


class Kept(NamedTuple):
    """An appointment as it was kept: the outcome; of a settled one the units of its line, its declare-under code, the
    ``mark`` of its row, and how it ``changed`` since; of another one what was ``found`` wrong with it, and whether its
    texts are those of a line that was sent. ``texts`` as in `SAVED`, of a settled one the first few."""

    outcome: Outcome
    units: int
    linked: str
    texts: Sequence[str]
    mark: str
    found: list[Finding]
    change: Change | None
    is_sent: bool

    @property
    def is_settled(self) -> bool:
        """Whether only the texts that trajectories need were kept."""
        return len(self.texts) == len(CORE)

    @property
    def lasting(self) -> list[Finding]:
        """What only the feed can put right."""
        return [finding for finding in self.found if finding.code in LASTING]


def unpack(text: str) -> list[Kept]:
    """The appointments of a dossier."""
    return [_kept(_OUTCOMES[entry[0]], entry) for entry in json.loads(text)]


def _kept(outcome: Outcome, entry: Sequence[Any]) -> Kept:
    texts = entry[3:_MARK]
    more: Mapping[str, Any] = entry[_MORE] if len(entry) > _MORE else {}
    named: Mapping[str, str] = more.get("texts", {})
    if outcome in PENDING or "found" in more:
        texts = [*texts, *(named.get(column, "") for column in _REST)]
        found = [Finding(code, column, params) for code, column, params in more.get("found", ())]
        return Kept(outcome, 0, "", texts, "", found, None, entry[2] == _SENT)
    change = None
    if "change" in more:
        change = Change(more["change"], [named.get(column, "") for column in SAVED] if named else ())
    return Kept(outcome, int(entry[1]), entry[2], texts, entry[_MARK], [], change, False)


def unpack_waiting(text: str) -> list[Kept]:
    """The appointments to be tried again."""
    return [kept for kept in unpack(text) if kept.outcome in PENDING]
