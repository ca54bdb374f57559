"""One patient's part of a run: what the feed brings, put together with what the ledger remembers, and judged.

A patient is always judged over their whole known history, so it makes no difference in how many pieces it came.
"""

import json
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from datetime import date
from operator import attrgetter
from typing import Final

from ..intake.gather import GatheredRow
from ..intake.people import identity
from ..intake.reader import ID_LIMIT
from ..ledger import StoredDossier
from ..ledger.dossier import PENDING, encode, pack, pack_trajectories
from ..ledger.people import Known, known_as
from ..model.appointment import Appointment, Outcome
from ..zorg1.claims import SETTLED
from ..zorg1.resolver import Verdict
from ..zorg1.trajectories import group
from ..zorg1.visit import Trajectory, Visit
from .context import Case, Desk, Work
from .corrected import hold_back
from .declared import name_answers, name_lines
from .history import listen, recall
from .latest import details, latest, meet
from .lines import tell_the_rest, write_lines
from .visits import classify, orphans, shared_numbers

_ID: Final = attrgetter("id")
_OUTCOME: Final = attrgetter("outcome")
#: What is declared now, or may be once something is put right.
_OPEN: Final = (Outcome.DECLARED, Outcome.HELD, Outcome.NO_AGREEMENT)


def work_out(desk: Desk, patient_id: str, rows: Sequence[GatheredRow]) -> Case:
    """Judges a patient. ``rows`` are those of the feed, none for one the ledger wants tried again."""
    stored = desk.dossier(patient_id)
    digest = desk.digest(rows)
    if stored is not None and stored.digest == digest and stored.tally and not desk.is_open(patient_id):
        counts = (count.split("=") for count in stored.tally.split(" "))
        return Case({Outcome(name): int(count) for name, count in counts})
    work = examine(desk, patient_id, rows, stored)
    _file(work, digest if rows else None)
    for trajectory in work.trajectories:
        trajectory.release()  # visits and trajectories hold each other; this lets all of them go at once
    return work.case


def examine(desk: Desk, patient_id: str, rows: Sequence[GatheredRow], stored: StoredDossier | None) -> Work:
    """From rows to outcomes: recall, compare, group, judge, and write down what is due. Gives back all that it was
    worked out from; only the dossier for next time is still to be made. ``stored`` as `Desk.dossier` gives it."""
    work = Work(desk, patient_id, stored)
    read, judge = desk.reader.read, desk.judge.judge
    recall(work)
    fresh = work.rows = [read(body, row) for body, row in rows]
    meet(work, fresh)
    listen(work, fresh)
    if desk.recovered:
        work.case.shown += (appointment.id for appointment in work.told if appointment.id in desk.recovered)
    for appointment in work.told:
        classify(work, appointment)
    for appointment in work.known.values():
        classify(work, appointment)
    work.shared = shared_numbers(work)
    work.trajectories = group(work.visits, [*work.unclear, *orphans(work)], work.shared, desk.resolver)
    name_lines(work)
    for visit in work.visits if work.again else ():
        if (last := work.again.get(visit.appointment.id)) is not None:
            visit.refused = last.refused_on
    for visit in work.visits:
        if visit.trajectory is not None:
            visit.appointment.trajectory = visit.trajectory.label = visit.appointment.called(visit.trajectory.label)
        if (claim := judge(visit)) is not None:
            work.claims.append((visit, claim))
    if desk.unsure:
        _doubt(work)
    tell_the_rest(work)
    if work.claims:
        write_lines(work)
    if work.again:
        name_answers(work)
    if desk.replaced:
        hold_back(work)
    _count(work)
    return work


def _doubt(work: Work) -> None:
    """Collects the UZOVI numbers that an insurer was found by for something still open, though it may be another's."""
    for visit in work.visits:
        row = work.desk.unsure.get(visit.appointment.uzovi)
        if (
            row is not None
            and visit.resolution.is_zorg1
            and visit.appointment.outcome in _OPEN
            and not row.known_on(visit.day)
        ):
            work.case.doubtful.append(row.uzovi)


def _count(work: Work) -> None:
    """Counts the outcomes and collects what was found."""
    case = work.case
    for appointment in work.known.values():
        is_new = appointment.known is None and (
            appointment.outcome not in (Outcome.NOT_ZORG1, Outcome.EARLIER) or appointment.id in work.pending_before
        )
        if is_new or appointment.outcome in PENDING:  # a contact that counted may be held by now
            case.remembered += 1
            case.tally(appointment.outcome)
        case.problems += [(appointment, finding) for finding in appointment.findings]
    for appointment in work.told:
        if appointment.findings:
            case.problems += [(appointment, finding) for finding in appointment.findings]
    for outcome, count in Counter(map(_OUTCOME, work.told)).items():
        case.tally(outcome, count)


def _file(work: Work, digest: bytes | None) -> None:
    """Makes the dossier for next time, where there is anything to remember. ``digest`` of the patient's rows, None
    where the feed had none."""
    named = [appointment for appointment in work.kept if 0 < len(appointment.id) <= ID_LIMIT]
    if not named and work.stored is None:
        return
    named.sort(key=_ID)
    pending = sum([appointment.outcome in PENDING for appointment in named]) + len(work.open)
    tally = None
    if pending or work.waits or len(named) < len(work.kept) or work.case.remembered or not _is_said(work.case):
        digest = None
    if digest is not None:
        again: Counter[Outcome] = Counter()
        for outcome, count in work.case.outcomes.items():
            again[Outcome.EARLIER if outcome in SETTLED else outcome] += count
        tally = " ".join(f"{o.value}={again[o]}" for o in Outcome if again[o])
    if work.stored is not None:
        before = {number for _, number, *_ in json.loads(work.stored.trajectories) if number}
        gone = before - {trajectory.number for trajectory in work.trajectories}
        work.case.released.extend((number, work.patient_id) for number in sorted(gone))
    unexplained = {visit.appointment.id: visit.appointment for visit in work.visits if _is_unexplained(visit)}
    codes = sorted({(a.kept("code"), a.kept("declare_under")) for a in unexplained.values()})
    summaries = [_summary(trajectory, work.shared) for trajectory in work.trajectories]
    last = max((appointment.date for appointment in named if appointment.date is not None), default=None)
    work.case.dossier = StoredDossier(
        work.patient_id,
        pending,
        digest,
        tally,
        pack(named, work.changes, work.silent, unexplained),
        pack_trajectories(summaries),
        encode(_person(work)),
        last.isoformat() if last is not None else "",
        *_identity(work),
        encode(codes) if codes else "",
    )


def _is_unexplained(visit: Visit) -> bool:
    """Whether an appointment counts for nothing, as nobody said what its code stands for."""
    return visit.resolution.verdict is Verdict.UNEXPLAINED and visit.appointment.outcome is Outcome.NOT_ZORG1


def _identity(work: Work) -> Known:
    """Who the patient is, by the latest row that tells; else as was known."""
    ledger, stored = work.desk.ledger, work.stored
    for row in sorted(work.told, key=_latest, reverse=True):
        if (found := identity(row.text)) is not None:
            return known_as(ledger, found.who, *found.fixed)
    return (stored.who, stored.born, stored.sex) if stored is not None else (None, None, "")


def _latest(row: Appointment) -> tuple[date, str]:
    return row.date or date.min, row.id


def _person(work: Work) -> Mapping[str, str]:
    """The patient as known last."""
    if work.person or work.contradicted or (row := latest(work, work.told)) is None:
        return work.person
    return details(row)


def _is_said(case: Case) -> bool:
    """Whether all there was to say is about lines that go out now, so that it won't be said again."""
    return all(appointment.outcome is Outcome.DECLARED for appointment, _ in case.problems)


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
