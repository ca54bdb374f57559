"""One patient's part of a run: what the feed brings, put together with what the ledger remembers, and judged.

A patient is always judged over their whole known history, so it makes no difference in how many pieces it came.
"""

import json
from collections import Counter
from collections.abc import Collection, Sequence
from operator import attrgetter
from typing import Final

from ..intake.gather import GatheredRow
from ..intake.reader import ID_LIMIT
from ..ledger.dossier import PENDING, encode, pack, pack_trajectories
from ..ledger.patients import StoredDossier
from ..model.appointment import Outcome
from ..zorg1.claims import SETTLED
from ..zorg1.resolver import Verdict
from ..zorg1.trajectories import group
from ..zorg1.visit import Trajectory, Visit
from .context import Context
from .corrected import hold_back
from .declared import name_answers, name_lines
from .feed_rows import take_feed
from .history import recall
from .lines import tell_the_rest, write_lines
from .patient import Patient
from .person import identity_now, note_person, person_now
from .result import Result
from .visits import classify, orphans, shared_numbers

_ID: Final = attrgetter("id")
_OUTCOME: Final = attrgetter("outcome")
#: What is declared now, or may be once something is put right.
_OPEN: Final = (Outcome.DECLARED, Outcome.HELD, Outcome.NO_AGREEMENT)


def judge_patient(context: Context, patient_id: str, rows: Sequence[GatheredRow]) -> Result:
    """Judges a patient. ``rows`` are those of the feed, none for one the ledger wants tried again."""
    dossier = context.dossier(patient_id)
    digest = context.digest(rows)
    if dossier is not None and dossier.digest == digest and dossier.tally and not context.is_open(patient_id):
        counts = (count.split("=") for count in dossier.tally.split(" "))
        return Result(Counter({Outcome(name): int(count) for name, count in counts}))
    patient = examine(context, patient_id, rows, dossier)
    _file(patient, digest if rows else None)
    for trajectory in patient.trajectories:
        trajectory.release()  # visits and trajectories hold each other; this lets all of them go at once
    return patient.result


def examine(context: Context, patient_id: str, rows: Sequence[GatheredRow], dossier: StoredDossier | None) -> Patient:
    """From rows to outcomes: recall, compare, group, judge, and write down what is due. Gives back all that it was
    worked out from; only the dossier for next time is still to be made. ``dossier`` as `Context.dossier` gives it."""
    patient = Patient(context, patient_id, recall(context, patient_id, dossier))
    read, judge = context.reader.read, context.judge.judge
    fresh = patient.rows = [read(body, row) for body, row in rows]
    note_person(patient, fresh)
    take_feed(patient, fresh)
    if context.recovered:
        patient.result.shown += (
            appointment.id for appointment in patient.in_feed if appointment.id in context.recovered
        )
    for appointment in patient.in_feed:
        classify(patient, appointment)
    for appointment in patient.history.remembered.values():
        classify(patient, appointment)
    patient.shared = shared_numbers(patient)
    patient.trajectories = group(
        patient.visits, [*patient.unclear, *orphans(patient)], patient.shared, context.resolver
    )
    name_lines(patient)
    for visit in patient.visits if patient.history.again else ():
        if (last := patient.history.again.get(visit.appointment.id)) is not None:
            visit.refused = last.refused_on
    for visit in patient.visits:
        if visit.trajectory is not None:
            visit.appointment.trajectory = visit.trajectory.label = visit.appointment.called(visit.trajectory.label)
        if (claim := judge(visit)) is not None:
            patient.claims.append((visit, claim))
    if context.unsure:
        _doubt(patient)
    tell_the_rest(patient)
    if patient.claims:
        write_lines(patient)
    if patient.history.again:
        name_answers(patient)
    if context.replaced:
        hold_back(patient)
    _count(patient)
    return patient


def _doubt(patient: Patient) -> None:
    """Collects the UZOVI numbers that an insurer was found by for something still open, though it may be another's."""
    for visit in patient.visits:
        uzovi = visit.appointment.uzovi
        if (
            visit.appointment.outcome in _OPEN
            and visit.resolution.is_zorg1
            and patient.context.doubted(uzovi, visit.day)
        ):
            patient.result.doubtful[uzovi] += 1


def _count(patient: Patient) -> None:
    """Counts the outcomes and collects what was found."""
    result = patient.result
    for appointment in patient.history.remembered.values():
        is_new = appointment.settled_as is None and (
            appointment.outcome not in (Outcome.NOT_ZORG1, Outcome.EARLIER) or appointment.id in patient.history.pending
        )
        if is_new or appointment.outcome in PENDING:  # a contact that counted may be held by now
            result.remembered += 1
            result.tally(appointment.outcome)
        result.problems += [(appointment, finding) for finding in appointment.findings]
    for appointment in patient.in_feed:
        if appointment.findings:
            result.problems += [(appointment, finding) for finding in appointment.findings]
    for outcome, count in Counter(map(_OUTCOME, patient.in_feed)).items():
        result.tally(outcome, count)


def _file(patient: Patient, digest: bytes | None) -> None:
    """Makes the dossier for next time, where there is anything to remember. ``digest`` of the patient's rows, None
    where the feed had none."""
    named = [appointment for appointment in patient.kept if 0 < len(appointment.id) <= ID_LIMIT]
    if not named and patient.history.dossier is None:
        return
    named.sort(key=_ID)
    pending = sum([appointment.outcome in PENDING for appointment in named]) + len(patient.open)
    tally = None
    if (
        pending
        or patient.waits
        or len(named) < len(patient.kept)
        or patient.result.remembered
        or not _is_said(patient.result)
    ):
        digest = None
    if digest is not None:
        again: Counter[Outcome] = Counter()
        for outcome, count in patient.result.outcomes.items():
            again[Outcome.EARLIER if outcome in SETTLED else outcome] += count
        tally = " ".join(f"{o.value}={again[o]}" for o in Outcome if again[o])
    if patient.history.dossier is not None:
        before = {number for _, number, *_ in json.loads(patient.history.dossier.trajectories) if number}
        gone = before - {trajectory.number for trajectory in patient.trajectories}
        patient.result.released.extend((number, patient.patient_id) for number in sorted(gone))
    unexplained = {visit.appointment.id: visit.appointment for visit in patient.visits if _is_unexplained(visit)}
    codes = sorted({(a.kept("code"), a.kept("declare_under")) for a in unexplained.values()})
    summaries = [_summary(trajectory, patient.shared) for trajectory in patient.trajectories]
    last = max((appointment.date for appointment in named if appointment.date is not None), default=None)
    patient.result.dossier = StoredDossier(
        patient.patient_id,
        pending,
        digest,
        tally,
        pack(named, patient.changes, patient.silent, unexplained),
        pack_trajectories(summaries),
        encode(person_now(patient)),
        last.isoformat() if last is not None else "",
        *identity_now(patient),
        encode(codes) if codes else "",
    )


def _is_unexplained(visit: Visit) -> bool:
    """Whether an appointment counts for nothing, as nobody said what its code stands for."""
    return visit.resolution.verdict is Verdict.UNEXPLAINED and visit.appointment.outcome is Outcome.NOT_ZORG1


def _is_said(result: Result) -> bool:
    """Whether all there was to say is about lines that go out now, so that it won't be said again."""
    return all(appointment.outcome is Outcome.DECLARED for appointment, _ in result.problems)


def _summary(trajectory: Trajectory, shared: Collection[str]) -> tuple[str, ...]:
    """In the order of the view ``trajectory`` of the ledger. A shared number is nobody's until that is solved."""
    return (
        trajectory.label,
        "" if trajectory.number in shared else trajectory.number,
        trajectory.insurer,
        trajectory.program,
        trajectory.profile,
        trajectory.start.isoformat() if trajectory.start else "",
        trajectory.end.isoformat() if trajectory.end else "",
        str(len(trajectory.contacts)),
        trajectory.last.isoformat() if trajectory.last else "",
    )
