"""One patient's part of a run: what the feed brings, put together with what the ledger remembers, and judged.

A patient is always judged over their whole known history, so it makes no difference in how many pieces it came. Each
step takes values and makes others of them; none changes what it was given.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Final

from ..base.problems import Finding
from ..base.steps import Steps, abreast, batched
from ..intake.gather import GatheredRow
from ..ledger.dossier import PENDING
from ..ledger.patients import StoredDossier
from ..model.appointment import Appointment, Judgement, Key, Outcome
from ..model.due import DueLine
from ..zorg1.trajectories import Grouped
from ..zorg1.visit import NOWHERE
from .answered import name_answers
from .closed import is_told_closed
from .contacts import tell_contacts
from .context import Context
from .corrected import hold_back
from .due import write_lines
from .heard import hear
from .history import recall
from .kept import keep
from .patient import Heard, JudgedPatient, Patient, Placed
from .person import note_person
from .placed import place
from .result import Result, Told, Totals, outcomes_of

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
    return (yield from keep(judged, digest if rows else None))


def examine(
    context: Context, patient_id: str, rows: Sequence[GatheredRow], dossier: StoredDossier | None
) -> Steps[JudgedPatient]:
    """From rows to lines: heard, placed, judged, due. Gives back all that it was worked out from; only what is kept for
    next time is still to be made. ``dossier`` as `Context.dossier` gives it."""
    read = context.reader.read
    fresh = [read(body, row) for body, row in rows]
    yield
    patient = note_person(context, patient_id, recall(context, patient_id, dossier), fresh)
    yield
    heard = hear(patient)
    yield
    placed = yield from place(patient, heard)
    grouped = placed.grouped
    yield
    judged = {**placed.judged}
    for ident, visit in grouped.visits.items():
        judged[ident] = context.judge.judge(visit, grouped.places[ident])
    yield
    totals = [*heard.totals, *placed.totals, *_doubtful(context, grouped, judged)]
    due = yield from write_lines(patient, heard, placed, judged)
    judged = {**due.judged, **tell_contacts(patient, grouped, due.judged)}
    if heard.again:
        judged |= name_answers(heard, judged)
    held_back = hold_back(context, grouped, judged) if context.replaced else {}
    judged |= held_back
    totals += [*due.totals, *_of_few(context, heard, placed, judged, held_back)]
    yield
    return JudgedPatient(patient, heard, placed, judged, _result(patient, heard, grouped, judged, due.lines, totals))


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


def _of_few(
    context: Context, heard: Heard, placed: Placed, judged: Mapping[Key, Judgement], held_back: Collection[Key]
) -> Iterator[Totals]:
    """What few patients add to the totals, once all is judged."""
    if context.recovered:
        yield Totals(shown=[row.id for row in heard.in_feed if row.id in context.recovered])
    if held_back:
        yield Totals(held_back={str(ident) for ident in held_back})
    if closed := Counter(row.uzovi for row in placed.kept if is_told_closed(judged[row.key])):
        yield Totals(closed=closed)


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
