"""One patient's part of a run: what the feed brings, put together with what the ledger remembers, and judged.

A patient is always judged over their whole known history, so it makes no difference in how many pieces it came. Each
step takes values and makes others of them; none changes what it was given.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import attrgetter
from typing import Final

from attrs import evolve

from ..base.problems import Finding
from ..base.steps import Steps, abreast, batched
from ..base.wording import iso_text
from ..intake.gather import GatheredRow
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
    pack_trajectories,
)
from ..ledger.owners import hashes
from ..ledger.packing import encode
from ..ledger.patients import StoredDossier
from ..model.appointment import Appointment, Judgement, Key, Outcome, Past
from ..model.due import DueLine
from ..zorg1.claims import SETTLED
from ..zorg1.resolution import Verdict
from ..zorg1.trajectories import Grouped, group
from ..zorg1.visit import NOWHERE, Trajectory
from .answered import name_answers
from .closed import found_of_closed, is_told_closed
from .contacts import tell_contacts
from .context import Context
from .corrected import hold_back
from .declared import name_lines
from .feed_rows import take_feed
from .history import recall
from .lines import tell_the_rest, write_lines
from .patient import Heard, JudgedPatient, Patient
from .person import consent_now, identity_now, latest_first, note_person, person_now, said_by
from .regular import regular_care
from .result import Result, Told, Totals, outcomes_of, tally_of
from .visits import classify, orphans, shared_numbers

_ID: Final = attrgetter("id")
#: What is a patient's although no line says so.
_OWNED: Final = frozenset({Outcome.COUNTED, Outcome.EARLIER})
#: Of what is kept besides, what no line is made of: the last word, whatever the row says that is tried again.
_HEARD_ONLY: Final = ("consent", "category")
#: What is declared now, or may be once something is put right.
_OPEN: Final = (Outcome.DECLARED, Outcome.HELD, Outcome.NO_AGREEMENT)
#: Patients who are judged abreast: more of them don't stay in the processor's cache.
_ABREAST: Final = 32


def judge_patients(
    context: Context, patients: Iterable[tuple[str, Sequence[GatheredRow]]]
) -> Iterator[tuple[str, Result]]:
    """Judges patients, each with the rows of the feed, none for one the ledger wants tried again."""
    for some in batched(patients, _ABREAST):
        results = abreast(_judge(context, patient_id, rows) for patient_id, rows in some)
        yield from zip((patient_id for patient_id, _ in some), results, strict=True)


def _judge(context: Context, patient_id: str, rows: Sequence[GatheredRow]) -> Steps[Result]:
    digest = context.digest(rows)
    before, tally = context.digest_of(patient_id)
    if before == digest and tally and not context.is_open(patient_id):
        outcomes = outcomes_of(tally)
        return Result(outcomes, again=outcomes)
    yield
    judged = yield from examine(context, patient_id, rows, context.dossier(patient_id))
    yield
    return (yield from _completed(judged, digest if rows else None))


def examine(
    context: Context, patient_id: str, rows: Sequence[GatheredRow], dossier: StoredDossier | None
) -> Steps[JudgedPatient]:
    """From rows to outcomes: recall, compare, group, judge, and write down what is due. Gives back all that it was
    worked out from; only the dossier for next time is still to be made. ``dossier`` as `Context.dossier` gives it."""
    read = context.reader.read
    fresh = [read(body, row) for body, row in rows]
    yield
    patient = note_person(context, patient_id, recall(context, patient_id, dossier), fresh)
    yield
    heard = take_feed(patient)
    yield
    classified = classify(patient, heard)
    shared, numbers = shared_numbers(patient, heard, classified.visits)
    unclear = [*classified.unclear, *orphans(context, classified.visits)]
    yield
    grouped = group(classified.visits, unclear, shared, context.resolver)
    named, counted = name_lines(patient, heard, grouped)
    if named:
        grouped = evolve(grouped, places={**grouped.places, **named})
    yield
    judged = {**classified.judged}
    for ident, visit in grouped.visits.items():
        judged[ident] = context.judge.judge(visit, grouped.places[ident])
    yield
    totals = [*heard.totals, *numbers, *_doubtful(context, grouped, judged)]
    if context.recovered:
        totals.append(Totals(shown=[row.id for row in heard.in_feed if row.id in context.recovered]))
    yield
    judged |= tell_the_rest(patient, heard, grouped, classified.unclear, judged)
    lines: Sequence[DueLine] = ()
    if due := [visit for ident, visit in grouped.visits.items() if judged[ident].outcome is Outcome.DECLARED]:
        written = yield from write_lines(patient, heard, grouped, judged, due)
        judged, lines = {**written.judged}, written.lines
        totals += written.totals
    judged |= tell_contacts(patient, grouped, judged)
    if heard.again:
        judged |= name_answers(heard, judged)
    if context.replaced:
        held = hold_back(context, grouped, judged)
        judged |= held
        totals.append(Totals(held_back={str(ident) for ident in held}))
    if closed := Counter(row.uzovi for row in classified.kept if is_told_closed(judged[row.key])):
        totals.append(Totals(closed=closed))
    yield
    return JudgedPatient(
        patient,
        heard,
        classified.unclear,
        classified.kept,
        shared,
        grouped,
        judged,
        {**heard.changes, **counted},
        heard.open | counted.keys(),
        _result(patient, heard, grouped, judged, lines, totals),
    )


def _doubtful(context: Context, grouped: Grouped, judged: Mapping[Key, Judgement]) -> Iterator[Totals]:
    """Counts the UZOVI numbers that an insurer was found by for something still open, though it may be another's."""
    found = [
        visit.appointment.uzovi
        for ident, visit in grouped.visits.items()
        if visit.appointment.common.uzovi in context.unsure
        and judged[ident].outcome in _OPEN
        and visit.resolution.is_zorg1
        and context.doubted(visit.appointment.uzovi, visit.day)
    ]
    if found:
        yield Totals(doubtful=Counter(found))


def _result(
    patient: Patient,
    heard: Heard,
    grouped: Grouped,
    judged: Mapping[Key, Judgement],
    lines: Sequence[DueLine],
    totals: Sequence[Totals],
) -> Result:
    """Counts the outcomes, collects what was found, and adds up the rest."""
    outcomes = [*heard.passed]
    told = [_told(grouped, row, finding, judged.get(row.key)) for row, finding in heard.told]
    held: dict[str, int] = {}
    remembered = 0
    for row in (*heard.remembered.values(), *heard.in_feed):
        judgement = judged[row.id or row.row]
        if row.id not in heard.remembered:
            outcomes.append(judgement.outcome)
        elif _is_tried_again(patient, grouped, row, judgement):
            outcomes.append(judgement.outcome)
            remembered += 1
        if judgement.found:
            told += [_told(grouped, row, finding, judgement) for finding in judgement.found]
            if judgement.outcome is Outcome.HELD:
                held[row.uzovi] = held.get(row.uzovi, 0) + 1
    counts = {outcome: outcomes.count(outcome) for outcome in dict.fromkeys(outcomes)}
    return Result(counts, held, remembered, totals, lines, told)


def _told(grouped: Grouped, row: Appointment, finding: Finding, judgement: Judgement | None) -> Told:
    trajectory = grouped.places.get(row.id, NOWHERE).trajectory
    label = row.called(trajectory.label if trajectory is not None else row.number)
    return Told(finding, row.id, label, row.row, row.uzovi, judgement.outcome if judgement is not None else None)


def _is_tried_again(patient: Patient, grouped: Grouped, row: Appointment, judgement: Judgement) -> bool:
    """Whether a remembered appointment counts in this run: it was not settled before, or is to be tried again; a
    contact that counted may be held by now."""
    outcome, visit = judgement.outcome, grouped.visits.get(row.id)
    past = visit.appointment.past if visit is not None else row.past
    is_news = outcome is not Outcome.NOT_ZORG1 or row.id in patient.history.pending
    is_new = past.settled_as is None and outcome is not Outcome.EARLIER and is_news
    return is_new or outcome in PENDING


def _completed(judged: JudgedPatient, digest: bytes | None) -> Steps[Result]:
    """What a patient came to, with what is kept for next time, where there is anything to remember. ``digest`` of the
    patient's rows, None where the feed had none."""
    patient, result, history = judged.patient, judged.result, judged.patient.history
    before, regular = history.dossier, regular_care(judged)
    named = [row for row in judged.kept if row.id and len(row.id) <= ID_LIMIT]
    named.sort(key=_ID)
    if not named and before is None:
        return evolve(result, regular=regular) if regular is not None else result
    judgements = [judged.judged[row.id] for row in named]
    pending = len([None for judgement in judgements if judgement.outcome in PENDING]) + len(judged.open)
    again = None
    if (
        pending
        or judged.heard.waits
        or len(named) < len(judged.kept)
        or result.remembered
        or any(told.outcome is not Outcome.DECLARED for told in result.problems)  # it won't be said again otherwise
    ):
        digest = None
    if digest is not None:
        again = _again(result)
    trajectories = [_summary(trajectory, judged.shared) for trajectory in judged.grouped.trajectories]
    numbers = sorted({trajectory.number for trajectory in trajectories} - {""})
    totals = result.totals
    if before is not None:
        gone = {course.number for course in history.courses} - {"", *(t.number for t in judged.grouped.trajectories)}
        if gone:
            released = [(number, patient.patient_id) for number in sorted(gone)]
            totals = [*totals, Totals(released=released)]
    yield
    besides = patient.context.besides.of(patient.rows, history.besides)
    settled: list[tuple[Appointment, Past, int, Besides]] = []
    unsettled: list[Unsettled] = []
    places = judged.grouped.places
    numbered: dict[Trajectory | None, int] = {None: 0}
    numbered |= {trajectory: number for number, trajectory in enumerate(judged.grouped.trajectories, 1)}
    for row, judgement in zip(named, judgements, strict=True):
        known = besides.get(row.id, NOTHING_BESIDES)
        place = numbered[places.get(row.id, NOWHERE).trajectory]
        if judgement.outcome in PENDING or _is_unexplained(judged, row, judgement):
            is_sent = row.id in judged.heard.silent
            if is_told_closed(judgement):
                judgement = evolve(judgement, found=found_of_closed(patient, row, judgement.found))
            unsettled.append(_unsettled(row, judgement, place, known, is_sent=is_sent))
        else:
            settled.append((row, judgement.past, place, known))
    yield
    last = max(filter(None, [row.date for row in named]), default=None)
    feed = latest_first(judged.heard.in_feed)
    who, born, sex, birth_year = identity_now(patient, feed)
    heard = judged.heard
    consent = consent_now(
        before, said_by((*heard.in_feed, *heard.remembered.values()), besides) if besides else (), heard
    )
    yield
    dossier = StoredDossier(
        patient.patient_id,
        digest=digest,
        tally=tally_of(again) if again is not None else None,
        pending=pending,
        open_trajectories=len([None for trajectory in trajectories if not trajectory.ended]),
        last=iso_text(last),
        who=who,
        born=born,
        sex=sex,
        birth_year=birth_year,
        consent=consent.word,
        consent_on=consent.day,
        consent_by=consent.appointment_id,
        person=encode({**person_now(patient, (row for row in feed if not judged.judged[row.key].found))}),
        appointments=pack_judged(settled),
        trajectories=pack_trajectories(trajectories),
        patient=before.patient if before is not None else None,
        unsettled=unsettled,
        changes=_changes(judged, settled, unsettled),
        owned=hashes([row.id for row, past, *_ in settled if past.settled_as in _OWNED]),
        numbers=numbers,
    )
    return evolve(result, again=again, totals=totals, dossier=dossier, regular=regular)


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


def _changes(
    judged: JudgedPatient, settled: Sequence[tuple[Appointment, Past, int, Besides]], unsettled: Sequence[Unsettled]
) -> dict[str, Change]:
    """How the feed changed declared appointments, and which of those whose debit doesn't stand give no line by now."""
    if not (judged.changes or judged.heard.debits):
        return {}
    outcomes = {row.id: past.settled_as for row, past, *_ in settled}
    changes = {ident: judged.changes[ident] for ident in outcomes if ident in judged.changes}
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
    visit = judged.grouped.visits.get(row.id)
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
