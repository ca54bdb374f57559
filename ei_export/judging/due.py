"""From a patient's claims to lines that are due: the person and the care as the standard writes them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from attrs import evolve, frozen

from ..base.problems import Finding
from ..base.steps import Steps
from ..intake.person import born_by, given_on
from ..ledger.line import Line
from ..model.appointment import Appointment, Judgement, Key, Outcome, Past
from ..model.codelists import standard_on
from ..model.declaration import NO_BSN
from ..model.due import DueLine
from ..standards.registry import standard_named
from ..standards.standard import Became
from ..zorg1.trajectories import Grouped
from ..zorg1.visit import Place, Visit
from .answered import why_not_again, why_not_the_same
from .claimed import Claimed
from .context import Context
from .corrected import is_as_declared, put_back
from .declared import misses_contacts
from .patient import Heard, Patient, Placed
from .person import person_conflict, somebody_else
from .records import RenderedPerson
from .result import Totals


class _Draft(NamedTuple):
    """A claim on its way to a line: ``file`` is the standard, which follows the day of the care, and the UZOVI number;
    ``is_silent`` where person and care are only known from what was sent before."""

    visit: Visit
    place: Place
    claimed: Claimed
    file: tuple[str, str]
    who: RenderedPerson
    is_silent: bool


@frozen
class Due:
    """Lines that are due, and what became of all that might have been one."""

    lines: Sequence[DueLine]
    judged: Mapping[Key, Judgement]
    totals: Sequence[Totals]


class _Writer:
    """Turns the claims of one patient into lines; holds those whose person or care can't be written."""

    def __init__(self, patient: Patient, heard: Heard, grouped: Grouped, judged: Mapping[Key, Judgement]) -> None:
        self.patient, self.heard, self.grouped = patient, heard, grouped
        self.context = patient.context
        #: What became of the visits; of those that are due what is known by now.
        self.judged = {**judged}
        self.lines: list[DueLine] = []
        #: By person and care.
        self._marks: dict[tuple[int, int], str] = {}
        #: As of `Totals`.
        self.dropped: set[str] = set()
        self.unasked: set[str] = set()

    def write(self, due: Sequence[Visit]) -> Steps[None]:
        drafts = [*map(self._draft, due)]
        yield
        ready = self._held_by_us(drafts)
        yield
        going = self._refused_by_receiver(ready)
        yield
        begun: set[tuple[str, str]] = set()
        for draft, who, head in going:
            if self._is_due(draft, who, head):
                self._add(draft, who, "" if draft.file in begun else who.record, head)
                begun.add(draft.file)

    def _held_by_us(self, drafts: Sequence[_Draft]) -> list[_Draft]:
        """Those of which there is nothing wrong with person, care and performance."""
        rows = [draft.visit.appointment for draft in drafts if not draft.is_silent]
        conflict = person_conflict(self.patient, rows)
        contradicted = _contradicted(self.patient, [draft.who for draft in drafts])
        said: set[tuple[str, str]] = set()
        taken: dict[tuple[str, ...], _Draft] = {}
        ready = []
        for draft in drafts:
            ident = draft.visit.appointment.id
            found = self._faults(draft, conflict, said)
            if (fault := contradicted.get(draft.who.who)) is not None:
                found.append(fault)
            if self._holds(ident, found):
                continue
            fault = self._performed(draft, taken)
            if fault is None or not self._holds(ident, [fault]):
                ready.append(draft)
        return ready

    def _refused_by_receiver(self, ready: Sequence[_Draft]) -> list[tuple[_Draft, RenderedPerson, str]]:
        """Those that a receiver would not refuse, each with its person and its line. One record per insured and file,
        as the practice knew them last; it goes with the first of their lines."""
        latest = {draft.file: draft.who for draft in ready if draft.is_silent}
        latest |= {draft.file: draft.who for draft in ready if not draft.is_silent}
        going = []
        for draft in ready:
            ident, who, claimed = draft.visit.appointment.id, latest[draft.file], draft.claimed
            head = who.key + claimed.rest
            fault = why_not_the_same(self.heard, ident, who.record, head)
            if (fault := fault or _refused(draft, who, head)) is not None:
                self.judged[ident] = evolve(self.judged[ident].finding(fault), outcome=Outcome.HELD)
            else:
                going.append((draft, who, head))
        return going

    def _is_due(self, draft: _Draft, who: RenderedPerson, head: str) -> bool:
        """Whether nothing else of the trajectory keeps a line back, and it is another than the one it would replace."""
        appointment = draft.visit.appointment
        is_end = draft.visit.resolution.moment == "end"
        for fault in (self._start_missing(draft), self._not_in_feed(draft)) if is_end else ():
            if fault is not None and self._holds(appointment.id, [fault]):
                return False
        debit = is_as_declared(self.context, self.heard, appointment.id, draft.file, who.record, head)
        if debit is None:
            return True
        self.judged[appointment.id] = put_back(appointment.past, debit)
        self.dropped.add(appointment.id)
        return False

    def _add(self, draft: _Draft, who: RenderedPerson, record: str, head: str) -> None:
        """A line that goes."""
        appointment, claimed, (standard, uzovi) = draft.visit.appointment, draft.claimed, draft.file
        ident, claim = appointment.id, claimed.claim
        if claim.is_unasked:
            self.unasked.add(claim.resolution.insurer)
        if debits := self.heard.debits.get(ident):
            head = standard_named(standard).declared_anew(head, *_became(debits, uzovi, who))
        judgement = self.judged[ident]
        past = Past(judgement.outcome, claim.units, judgement.past.linked, self._mark(draft))
        self.judged[ident] = Judgement(judgement.outcome, judgement.found, past)
        replaced, trajectory = self.heard.again.get(ident), draft.place.trajectory
        assert who.person is not None
        assert claimed.care.care is not None
        self.lines.append(
            DueLine(
                standard,
                uzovi,
                who.person.key,
                claimed.day,
                ident,
                "D",
                appointment.patient_id,
                trajectory.label if trajectory is not None else "",
                "" if appointment.row is None else str(appointment.row),
                *claimed.said,
                record,
                head,
                "" if replaced is None else str(replaced.attempt + 1),
                "" if replaced is None else replaced.reference,
                claimed.care.care.therapist_agb,
            )
        )

    def _draft(self, visit: Visit) -> _Draft:
        """With person and care of the row, or as they were sent where the feed is silent."""
        appointment, context = visit.appointment, self.context
        place, renderer = self.grouped.places[appointment.id], context.renderers[standard_on(visit.day).standard]
        is_silent = self.heard.taken_for(appointment.id).is_silent
        if is_silent:
            debit = self.heard.again[appointment.id]
            sent = standard_named(debit.standard)
            who = renderer.rendered_person(sent.read_person(debit.person))
            what = renderer.rendered_care(sent.read_care(debit.sent))
        else:
            who, what = renderer.person(appointment), renderer.care(appointment)
        claimed = context.claims.of(visit, place, what, renderer)
        return _Draft(visit, place, claimed, (claimed.standard, appointment.uzovi), who, is_silent)

    def _mark(self, draft: _Draft) -> str:
        """The mark of a row: the same for those that say the same of person and care, which most of a patient do."""
        if draft.is_silent:
            return ""
        said = id(draft.who), id(draft.claimed.care)  # both are kept by the drafts, so that their ids stay their own
        found = self._marks.get(said)
        if found is None:
            found = self._marks[said] = self.context.mark(draft.visit.appointment)
        return found

    def _holds(self, ident: str, found: Sequence[Finding]) -> bool:
        """Whether an appointment is held for what was found; with ``--strict`` also for what was found elsewhere."""
        judgement, severities = self.judged[ident], self.context.settings.severities
        if not (found or judgement.found or self.context.hold_all):
            return False
        if found:
            judgement = judgement.finding(*found)
        if self.context.hold_all and not severities.hold(judgement.found):
            judgement = judgement.finding(Finding("STRICT_HELD"))
        is_held = severities.hold(judgement.found)
        self.judged[ident] = evolve(judgement, outcome=Outcome.HELD) if is_held else judgement
        return is_held

    def _faults(self, draft: _Draft, conflict: Sequence[str], said: set[tuple[str, str]]) -> list[Finding]:
        """What is wrong with person and care. ``said``: what is no error is said once, not of every line."""
        visit, claimed, who = draft.visit, draft.claimed, draft.who
        found: list[Finding] = []
        if conflict:
            found.append(Finding("PATIENT_CONFLICT", conflict[0], {"columns": ", ".join(conflict)}))
        found += claimed.no_file
        if who.findings:
            found += self._not_yet_said(who.findings, said)
        found += claimed.care.findings
        if who.person is not None:
            found += born_by(who.person, visit.day)
        found += claimed.not_on_day
        if who.person is not None and (care := claimed.care.care) is not None:
            found += claimed.renderer.check_line(who.person, care, claimed.claim.performance, claimed.started)
        if claimed.claim.agreement.units == "count" and misses_contacts(self.context, self.grouped, visit):
            found.append(Finding("RECOVERED_COUNT"))
        if (fault := why_not_again(self.heard, visit.appointment.id)) is not None:
            found.append(fault)
        return found

    def _not_yet_said(self, findings: Iterable[Finding], said: set[tuple[str, str]]) -> Iterator[Finding]:
        """Those of a person that were not said of a line before, and the errors."""
        for finding in findings:
            place = (finding.code, finding.column)
            if place not in said or self.context.settings.severities.of(finding.code) == "error":
                yield finding
            said.add(place)

    def _performed(self, draft: _Draft, taken: dict[tuple[str, ...], _Draft]) -> Finding | None:
        """Where the performance was declared for this person as another appointment, or goes with this run as one.
        ``taken``: the first of this patient's, by what is declared of them.

        Start and end of one trajectory, on one day under one F-code, are two performances by the manual (§4.1.6); the
        insurer may see it otherwise.
        """
        ident, claimed, person = draft.visit.appointment.id, draft.claimed, draft.who.person
        assert person is not None
        agreement = claimed.claim.agreement
        performance = claimed.day, agreement.list, agreement.f_code
        first = taken.setdefault((draft.who.who, *performance), draft)
        if ident in self.context.settings.input.twice_on_a_day:
            return None
        before = self.context.declared_for(person, *performance, ident)
        twin = self.context.twice.get(ident)
        if first is draft and not before and twin is None:
            return None  # by far most
        return self._performed_twice(draft, first, before, twin)

    def _performed_twice(
        self, draft: _Draft, first: _Draft, before: Sequence[Line], twin: str | None
    ) -> Finding | None:
        """The same, with what else declares the performance: the ``first`` of this patient's, which may be the draft
        itself, lines of ``before``, and ``twin``, an appointment under another patient number."""
        claimed, trajectory = draft.claimed, draft.place.trajectory
        code = claimed.claim.agreement.code
        own = self.patient.patient_id, trajectory.label if trajectory is not None else ""
        params: dict[str, object] = {"f_code": claimed.claim.agreement.f_code, "date": claimed.day}
        other = None
        for line in before:
            if (line.patient_id, line.trajectory) != own or line.code == code:
                return Finding("PERFORMANCE_DECLARED", "date", {**params, "reference": line.reference})
            other = line.reference
        is_other_moment = first.place.trajectory is trajectory and first.claimed.claim.agreement.code != code
        if first is not draft and not is_other_moment:
            return Finding("PERFORMANCE_TWICE", "date", {**params, "appointment": first.visit.appointment.id})
        if twin is not None:
            return Finding("PERFORMANCE_TWICE", "date", {**params, "appointment": twin})
        return Finding("PERFORMANCE_SAME_DAY", "date", {**params, "other": other or first.visit.appointment.id})

    def _start_missing(self, draft: _Draft) -> Finding | None:
        """Of an end: that no line of its start stands or goes out now."""
        start = draft.place.trajectory.started_by if draft.place.trajectory is not None else None
        if start is None or start.stands or self.judged[start.appointment.id].outcome is Outcome.DECLARED:
            return None
        params = {"program": start.program, "start": start.day.isoformat(), "appointment": start.appointment.id}
        return Finding("END_START_NOT_DECLARED", "", params)

    def _not_in_feed(self, draft: _Draft) -> Finding | None:
        """Of a counted end: that contacts are counted which the feed lacks although it shows the start. They may have
        been deleted; only ``[input] complete_from`` says that a feed holds everything."""
        visit, trajectory, agreement = draft.visit, draft.place.trajectory, draft.claimed.claim.agreement
        if self.patient.history.dossier is None or trajectory is None or agreement.units != "count":
            return None
        ends = (trajectory.started_by, visit)
        if any(end is None or end.appointment.row is None for end in ends):
            return None
        unseen = sorted(contact.appointment.id for contact in trajectory.contacts if contact.appointment.row is None)
        params = {"count": len(unseen), "appointments": ", ".join(unseen)}
        return Finding("CONTACT_NOT_IN_FEED", "", params) if unseen else None


def write_lines(patient: Patient, heard: Heard, placed: Placed, judged: Mapping[Key, Judgement]) -> Steps[Due]:
    """Turns what is due into lines; holds that whose person or care can't be written."""
    judged = {**judged, **_tell_the_rest(patient, heard, placed, judged)}
    visits = placed.grouped.visits
    due = [visit for ident, visit in visits.items() if judged[ident].outcome is Outcome.DECLARED]
    if not due:
        return Due((), judged, ())
    writer = _Writer(patient, heard, placed.grouped, judged)
    yield from writer.write(sorted(due, key=lambda visit: (visit.day, visit.appointment.id)))
    is_more = writer.dropped or writer.unasked
    totals = [Totals(dropped=writer.dropped, unasked=writer.unasked)] if is_more else ()
    return Due(writer.lines, writer.judged, totals)


def _tell_the_rest(
    patient: Patient, heard: Heard, placed: Placed, judged: Mapping[Key, Judgement]
) -> dict[Key, Judgement]:
    """What else is wrong with what is held anyway, its person and its care, so that all can be put right at once."""
    told: dict[Key, Judgement] = {}
    visits = placed.grouped.visits.items()
    held = (visit.appointment for ident, visit in visits if judged[ident].outcome is Outcome.HELD)
    for row in (*held, *placed.unclear):
        judgement = judged[row.key]
        is_silent = heard.taken_for(row.id).is_silent
        if is_silent or not row.completed or not _could_be_sent(patient.context, row, judgement):
            continue
        columns = {finding.column for finding in judgement.found}
        holds = patient.context.settings.severities.hold
        found = _of_person_and_care(patient, row)
        if more := [finding for finding in found if finding.column not in columns and holds([finding])]:
            told[row.key] = judgement.finding(*more)
    return told


def _could_be_sent(context: Context, row: Appointment, judgement: Judgement) -> bool:
    """Whether an appointment is, or could be, one that gives a line, and its cells are its own."""
    if any(finding.code.startswith("ROW_") for finding in judgement.found):
        return False
    resolution = context.resolver.resolve(row.code, row.declare_under or judgement.past.linked, row.uzovi, row.date)
    if resolution.moment == "contact":
        return resolution.agreement is not None and resolution.agreement.is_sent
    return resolution.is_zorg1


def _of_person_and_care(patient: Patient, appointment: Appointment) -> Iterator[Finding]:
    day = appointment.date
    renderer = patient.context.renderers[standard_on(day or patient.context.judge.today).standard]
    who, what = renderer.person(appointment), renderer.care(appointment)
    yield from who.findings
    yield from what.findings
    yield from _contradicted(patient, [who]).values()
    if day is not None:
        yield from born_by(who.person, day) if who.person is not None else ()
        yield from given_on(what.care, day) if what.care is not None else ()


def _contradicted(patient: Patient, persons: Iterable[RenderedPerson]) -> dict[str, Finding]:
    """The persons that are somebody else under another patient number, by `Person.who`."""
    found = {}
    for person in {person.who: person.person for person in persons}.values():
        if person is not None and (columns := somebody_else(patient, person)):
            by_bsn = person.bsn != NO_BSN
            code, column = ("BSN_TWO_PERSONS", "bsn") if by_bsn else ("INSURED_NUMBER_TWO_PERSONS", "insured_number")
            found[person.who] = Finding(code, column, {"columns": ", ".join(columns)})
    return found


def _refused(draft: _Draft, who: RenderedPerson, head: str) -> Finding | None:
    """Why the receiver would refuse a line. Our own checks come before; this holds back what they let through."""
    assert who.person is not None
    claimed, uzovi, is_born = draft.claimed, draft.file[1], who.person.birth_date <= draft.visit.day
    if is_born and uzovi in claimed.taken and not claimed.renderer.refused(uzovi, who.record):
        return None
    said = claimed.renderer.refusal(uzovi, who.record, head)
    if said is not None:
        return Finding("RECEIVER_WOULD_REFUSE", "", said)
    if is_born:
        claimed.taken.add(uzovi)
    return None


def _became(debits: Sequence[Line], uzovi: str, who: RenderedPerson) -> tuple[Became, Became]:
    """What became of the debits before a line of the same person: of the last with the insurer of this one, and of the
    last with another. An insurer is an UZOVI number. Whose a debit was is not known any more once its person was taken
    out."""
    assert who.person is not None
    became: dict[bool, Became] = {True: "", False: ""}
    for debit in debits:
        if not debit.was_sent or debit.is_pruned:
            continue
        sent = standard_named(debit.standard).read_person(debit.person)
        if sent.key == who.person.key or sent.patient_id == who.person.patient_id:
            became[debit.uzovi == uzovi] = "refused" if debit.became == "refused" else "credited"
    return became[True], became[False]
