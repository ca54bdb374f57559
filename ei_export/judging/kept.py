"""What is kept of a patient for next time: settled appointments as what they came to, the others with every text."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final, TypeAlias

from attrs import evolve

from ..base.steps import Steps
from ..base.wording import iso_text
from ..intake.reader import ID_LIMIT
from ..ledger.dossier import (
    NOTHING_BESIDES,
    PENDING,
    Besides,
    Change,
    KeptTrajectory,
    Unsettled,
    by_column,
    pack_judged,
)
from ..ledger.owners import hashes
from ..ledger.packing import encode, pack
from ..ledger.patients import StoredDossier
from ..model.appointment import Appointment, Judgement, Outcome, Past
from ..zorg1.claims import SETTLED
from ..zorg1.resolution import Verdict
from ..zorg1.visit import NOWHERE, Trajectory
from .closed import found_of_closed, is_told_closed
from .patient import JudgedPatient
from .person import consent_now, identity_now, latest_first, person_now, said_by
from .regular import regular_care
from .result import Result, Totals, tally_of

_ID: Final = attrgetter("id")
#: What is a patient's although no line says so.
_OWNED: Final = frozenset({Outcome.COUNTED, Outcome.EARLIER})
#: Of what is kept besides, what no line is made of: the last word, whatever the row says that is tried again.
_HEARD_ONLY: Final = ("consent", "category")


#: With what the ledger is to know of it, the place of its trajectory, and what is known besides.
_Settled: TypeAlias = tuple[Appointment, Past, int, Besides]


def keep(judged: JudgedPatient, digest: bytes | None) -> Steps[Result]:
    """What a patient came to, with what is kept for next time, where there is anything to remember. ``digest`` of the
    patient's rows, None where the feed had none."""
    patient, result, before = judged.patient, judged.result, judged.patient.history.dossier
    regular = regular_care(judged)
    rows = sorted([row for row in judged.placed.kept if row.id and len(row.id) <= ID_LIMIT], key=_ID)
    if not rows and before is None:
        return evolve(result, regular=regular) if regular is not None else result
    pending = len([None for row in rows if judged.judged[row.id].outcome in PENDING]) + len(judged.placed.open)
    is_done = digest is not None and not pending and not _is_looked_at_again(judged, rows)
    again = _again(result) if is_done else None
    trajectories = [_summary(trajectory, judged.placed.shared) for trajectory in judged.placed.grouped.trajectories]
    yield
    besides = patient.context.besides.of(patient.rows, patient.history.besides)
    settled, unsettled = _sorted_out(judged, rows, besides)
    yield
    heard, feed = judged.heard, latest_first(judged.heard.in_feed)
    said = said_by((*heard.in_feed, *heard.remembered.values()), besides) if besides else ()
    yield
    dossier = StoredDossier(
        patient.patient_id,
        digest if is_done else None,
        tally_of(again) if again is not None else None,
        pending,
        len([None for trajectory in trajectories if not trajectory.ended]),
        iso_text(max(filter(None, [row.date for row in rows]), default=None)),
        *identity_now(patient, feed),  # who, born, sex, birth_year
        *consent_now(before, said, heard),
        person=encode({**person_now(patient, (row for row in feed if not judged.judged[row.key].found))}),
        appointments=pack_judged(settled),
        trajectories=pack(KeptTrajectory, trajectories),
        patient=before.patient if before is not None else None,
        unsettled=unsettled,
        changes=_changes(judged, settled, unsettled),
        owned=hashes([row.id for row, past, *_ in settled if past.settled_as in _OWNED]),
        numbers=sorted({trajectory.number for trajectory in trajectories} - {""}),
    )
    totals = [*result.totals, *_released(judged)]
    return evolve(result, again=again, totals=totals, dossier=dossier, regular=regular)


def _is_looked_at_again(judged: JudgedPatient, rows: Sequence[Appointment]) -> bool:
    """Whether the next run has to look at a patient of whom nothing waits, though the feed has the same rows: not all
    of them are kept, or something was told that won't be said again otherwise."""
    result = judged.result
    return (
        judged.heard.waits
        or len(rows) < len(judged.placed.kept)
        or result.remembered > 0
        or any(told.outcome is not Outcome.DECLARED for told in result.problems)
    )


def _sorted_out(
    judged: JudgedPatient, rows: Sequence[Appointment], besides: Mapping[str, Besides]
) -> tuple[Sequence[_Settled], Sequence[Unsettled]]:
    """What of these ``rows`` is settled, and what is to be tried again."""
    settled: list[_Settled] = []
    unsettled: list[Unsettled] = []
    grouped = judged.placed.grouped
    numbered: dict[Trajectory | None, int] = {None: 0}
    numbered |= {trajectory: number for number, trajectory in enumerate(grouped.trajectories, 1)}
    for row in rows:
        judgement, known = judged.judged[row.id], besides.get(row.id, NOTHING_BESIDES)
        place = numbered[grouped.places.get(row.id, NOWHERE).trajectory]
        if judgement.outcome in PENDING or _is_unexplained(judged, row, judgement):
            if is_told_closed(judgement):
                judgement = evolve(judgement, found=found_of_closed(judged.patient, row, judgement.found))
            is_sent = judged.heard.taken_for(row.id).is_silent
            unsettled.append(_unsettled(row, judgement, place, known, is_sent=is_sent))
        else:
            settled.append((row, judgement.past, place, known))
    return settled, unsettled


def _released(judged: JudgedPatient) -> Iterator[Totals]:
    """The trajectory numbers that the patient had, and has no longer."""
    now = {trajectory.number for trajectory in judged.placed.grouped.trajectories}
    gone = {course.number for course in judged.patient.history.courses} - {"", *now}
    if gone:
        yield Totals(released=[(number, judged.patient_id) for number in sorted(gone)])


def _again(result: Result) -> dict[Outcome, int]:
    """What the rows of a patient count as when they are seen again: what is settled was declared or counted earlier."""
    again: dict[Outcome, int] = {}
    for outcomes in (result.outcomes, *(totals.outcomes for totals in result.totals)):
        for outcome, count in outcomes.items():
            outcome = Outcome.EARLIER if outcome in SETTLED else outcome
            again[outcome] = again.get(outcome, 0) + count
    return again


def _unsettled(row: Appointment, judgement: Judgement, place: int, besides: Besides, *, is_sent: bool) -> Unsettled:
    """An appointment to be tried again, for next time."""
    texts = by_column(row)
    texts |= {column: text for column in _HEARD_ONLY if (text := getattr(besides, column))}
    ident = texts["appointment_id"]
    return Unsettled(ident, judgement.outcome, texts, judgement.found, besides.measured, is_sent, place)


def _changes(judged: JudgedPatient, settled: Sequence[_Settled], unsettled: Sequence[Unsettled]) -> dict[str, Change]:
    """How the feed changed declared appointments, and which of those whose debit doesn't stand give no line by now."""
    if not (judged.placed.changes or judged.heard.debits):
        return {}
    outcomes = {row.id: past.settled_as for row, past, *_ in settled}
    changes = {ident: judged.placed.changes[ident] for ident in outcomes if ident in judged.placed.changes}
    for ident in sorted(judged.heard.debits.keys() - {each.appointment_id for each in unsettled}):
        if ident not in outcomes:
            changes[ident] = Change("gone", {})
        elif outcomes[ident] is Outcome.COUNTED:
            changes[ident] = Change("counted", {})
    return changes


def _is_unexplained(judged: JudgedPatient, row: Appointment, judgement: Judgement) -> bool:
    """Whether an appointment counts for nothing, as nobody said what its code stands for."""
    if judgement.outcome is not Outcome.NOT_ZORG1:
        return False
    visit = judged.placed.grouped.visits.get(row.id)
    return visit is not None and visit.resolution.verdict is Verdict.UNEXPLAINED


def _summary(trajectory: Trajectory, shared: Collection[str]) -> KeptTrajectory:
    """A trajectory for next time. A shared number is nobody's until that is solved."""
    return KeptTrajectory(
        trajectory.label,
        "" if trajectory.number in shared else trajectory.number,
        trajectory.insurer,
        trajectory.program,
        trajectory.profile,
        iso_text(trajectory.start),
        iso_text(trajectory.end),
        len(trajectory.contacts),
        iso_text(trajectory.last),
        iso_text(trajectory.relapse),
    )
