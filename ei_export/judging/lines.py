"""From a patient's claims to lines that are due: the person and the care as the standard writes them."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date

from attrs import define

from ..base.problems import Finding
from ..intake.person import born_by, given_on
from ..ledger.corrections import Debit
from ..model.appointment import Appointment, Outcome
from ..model.codelists import standard_on
from ..model.declaration import NO_BSN
from ..model.due import DueLine
from ..settings import Settings
from ..standards.registry import standard_named
from ..standards.standard import Became
from ..zorg1.claims import Claim
from ..zorg1.visit import Visit
from .corrected import is_as_declared, put_back
from .declared import why_not_again, why_not_the_same
from .patient import Patient
from .person import person_conflict, somebody_else
from .records import RenderedCare, RenderedPerson, Renderer


@define
class _Draft:
    """A claim on its way to a line: ``file`` is the standard, which follows the day of the care, and the UZOVI number;
    ``is_silent`` where person and care are only known from what was sent before."""

    visit: Visit
    claim: Claim
    file: tuple[str, str]
    renderer: Renderer
    who: RenderedPerson
    what: RenderedCare
    is_silent: bool = False

    @property
    def started(self) -> date | None:
        """When the trajectory began, as far as that is known."""
        started = self.visit.trajectory.start if self.visit.trajectory is not None else None
        return started if started is not None and started <= self.visit.day else None


def write_lines(patient: Patient) -> None:
    """Turns claims into lines; holds those whose person or care can't be written."""
    claims = sorted(patient.claims, key=lambda due: (due[0].day, due[0].appointment.id))
    drafts = [_draft(patient, visit, claim) for visit, claim in claims]
    conflict = person_conflict(patient, [draft.visit.appointment for draft in drafts if not draft.is_silent])
    contradicted = _contradicted(patient, [draft.who for draft in drafts])
    said: set[tuple[str, str]] = set()
    ready = []
    taken: dict[tuple[str, ...], _Draft] = {}
    for draft in drafts:
        appointment = draft.visit.appointment
        appointment.findings += _faults(patient, draft, conflict, said)
        if (fault := contradicted.get(draft.who.who)) is not None:
            appointment.findings.append(fault)
        if _hold(patient, appointment):
            continue
        if (fault := _performed(patient, draft, taken)) is not None:
            appointment.findings.append(fault)
        if not _hold(patient, appointment):
            ready.append(draft)
    # One record per insured and file, as the practice knew them last; it goes with the first of their lines.
    latest = {draft.file: draft.who for draft in ready if draft.is_silent}
    latest |= {draft.file: draft.who for draft in ready if not draft.is_silent}
    begun: set[tuple[str, str]] = set()
    going = []
    for draft in ready:
        appointment, who = draft.visit.appointment, latest[draft.file]
        head = draft.renderer.line(who, draft.what, draft.claim.performance, draft.started)
        fault = why_not_the_same(patient, appointment, who.record, head) if patient.history.again else None
        if (fault := fault or _refused(draft.renderer, appointment.uzovi, who.record, head)) is not None:
            appointment.findings.append(fault)
            appointment.outcome = Outcome.HELD
        else:
            going.append((draft, who, head))
    for draft, who, head in going:
        appointment = draft.visit.appointment
        if (missing := _start_missing(draft.visit)) is not None:
            appointment.findings.append(missing)
            if _hold(patient, appointment):
                continue
        if (unseen := _not_in_feed(patient, draft.visit)) is not None:
            appointment.findings.append(unseen)
            if _hold(patient, appointment):
                continue
        if (debit := is_as_declared(patient, appointment, draft.file, who.record, head)) is not None:
            put_back(patient, appointment, debit)
            continue
        record = "" if draft.file in begun else who.record
        if draft.claim.is_unasked:
            patient.result.unasked.add(draft.claim.resolution.insurer)
        if debits := patient.history.debits.get(appointment.id):
            head = standard_named(draft.file[0]).declared_anew(head, *_became(debits, appointment.uzovi, who))
        appointment.mark = "" if draft.is_silent else patient.context.mark(appointment)
        patient.result.lines.append(_line(draft, who, record, head, patient.history.again.get(appointment.id)))
        begun.add(draft.file)


def _not_in_feed(patient: Patient, visit: Visit) -> Finding | None:
    """Of a counted end: that contacts are counted which the feed lacks although it shows the start. They may have been
    deleted; only ``[input] complete_from`` says that a feed holds everything."""
    trajectory, agreement = visit.trajectory, visit.resolution.agreement
    if patient.history.dossier is None or trajectory is None or agreement is None or agreement.units != "count":
        return None
    ends = (trajectory.started_by, visit)
    if any(end is None or end.appointment.row is None for end in ends):
        return None
    unseen = sorted(contact.appointment.id for contact in trajectory.contacts if contact.appointment.row is None)
    params = {"count": len(unseen), "appointments": ", ".join(unseen)}
    return Finding("CONTACT_NOT_IN_FEED", "", params) if unseen else None


def tell_the_rest(patient: Patient) -> None:
    """What else is wrong with what is held anyway, its person and its care, so that all can be put right at once."""
    held = [visit.appointment for visit in patient.visits if visit.appointment.outcome is Outcome.HELD]
    for appointment in (*held, *patient.unclear):
        if not appointment.completed or appointment.id in patient.silent or not _could_be_sent(patient, appointment):
            continue
        told = {finding.column for finding in appointment.findings}
        for finding in _of_person_and_care(patient, appointment):
            if finding.column not in told and patient.context.settings.severities.hold([finding]):
                appointment.findings.append(finding)


def _could_be_sent(patient: Patient, appointment: Appointment) -> bool:
    """Whether an appointment is, or could be, one that gives a line, and its cells are its own."""
    if any(finding.code.startswith("ROW_") for finding in appointment.findings):
        return False
    asked = (appointment.code, appointment.declare_under or appointment.linked, appointment.uzovi, appointment.date)
    resolution = patient.context.resolver.resolve(*asked)
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


def _draft(patient: Patient, visit: Visit, claim: Claim) -> _Draft:
    """With person and care by the row, or as they were sent where the feed is silent."""
    appointment, standard = visit.appointment, standard_on(visit.day).standard
    file, renderer = (standard, appointment.uzovi), patient.context.renderers[standard]
    if appointment.id not in patient.silent:
        return _Draft(visit, claim, file, renderer, renderer.person(appointment), renderer.care(appointment))
    debit = patient.history.again[appointment.id]
    sent = standard_named(debit.standard)
    who, what = renderer.sent_person(sent.read_person(debit.person)), renderer.sent_care(sent.read_care(debit.sent))
    return _Draft(visit, claim, file, renderer, who, what, is_silent=True)


def _faults(patient: Patient, draft: _Draft, conflict: Sequence[str], said: set[tuple[str, str]]) -> Iterator[Finding]:
    """What is wrong with person and care. ``said``: what is no error is said once, not of every line."""
    context, day, who, what = patient.context, draft.visit.day, draft.who, draft.what
    if conflict:
        yield Finding("PATIENT_CONFLICT", conflict[0], {"columns": ", ".join(conflict)})
    yield from _standard_faults(context.settings, day, draft.claim)
    for finding in who.findings:
        place = (finding.code, finding.column)
        if place not in said or context.settings.severities.of(finding.code) == "error":
            yield finding
        said.add(place)
    yield from what.findings
    if who.person is not None and who.person.birth_date > day:
        yield from born_by(who.person, day)
    if what.care is not None:
        yield from given_on(what.care, day)
        if (other := context.judge.check_cover(draft.claim.agreement, what.care.indication)) is not None:
            yield other
        if who.person is not None:
            yield from draft.renderer.check_line(who.person, what.care, draft.claim.performance, draft.started)
    if draft.claim.agreement.units == "count" and patient.misses_contacts(draft.visit):
        yield Finding("RECOVERED_COUNT")
    if patient.history.again and (fault := why_not_again(patient, draft.visit.appointment)) is not None:
        yield fault


def _contradicted(patient: Patient, persons: Iterable[RenderedPerson]) -> dict[str, Finding]:
    """The persons that are somebody else under another patient number, by `Person.who`."""
    found = {}
    for person in {person.who: person.person for person in persons}.values():
        if person is not None and (columns := somebody_else(patient, person)):
            by_bsn = person.bsn != NO_BSN
            code, column = ("BSN_TWO_PERSONS", "bsn") if by_bsn else ("INSURED_NUMBER_TWO_PERSONS", "insured_number")
            found[person.who] = Finding(code, column, {"columns": ", ".join(columns)})
    return found


def _performed(patient: Patient, draft: _Draft, taken: dict[tuple[str, ...], _Draft]) -> Finding | None:
    """Where the performance was declared for this person as another appointment, or goes with this run as one.
    ``taken``: the first of this patient's, by what is declared of them.

    Start and end of one trajectory, on one day under one F-code, are two performances by the manual (§4.1.6); the
    insurer may see it otherwise.
    """
    appointment, performance, person = draft.visit.appointment, draft.claim.performance, draft.who.person
    assert person is not None
    what = performance.date.isoformat(), performance.list, performance.code
    own = patient.patient_id, appointment.trajectory
    first, code = taken.setdefault((draft.who.who, *what), draft), draft.claim.agreement.code
    if appointment.id in patient.context.settings.input.twice_on_a_day:
        return None
    params: dict[str, object] = {"f_code": performance.code, "date": what[0]}
    other = None
    for line in patient.context.declared_for(person, *what, appointment.id):
        if (line.patient_id, line.trajectory) != own or line.code == code:
            return Finding("PERFORMANCE_DECLARED", "date", {**params, "reference": line.reference})
        other = line.reference
    is_other_moment = first.visit.trajectory is draft.visit.trajectory and first.claim.agreement.code != code
    if first is not draft and not is_other_moment:
        return Finding("PERFORMANCE_TWICE", "date", {**params, "appointment": first.visit.appointment.id})
    if appointment.id in patient.context.twice:
        return Finding("PERFORMANCE_TWICE", "date", {**params, "appointment": patient.context.twice[appointment.id]})
    if other is not None or first is not draft:
        return Finding("PERFORMANCE_SAME_DAY", "date", {**params, "other": other or first.visit.appointment.id})
    return None


def _hold(patient: Patient, appointment: Appointment) -> bool:
    """Whether an appointment is held for what was found; with ``--strict`` also for what was found elsewhere."""
    found, severities = appointment.findings, patient.context.settings.severities
    if patient.context.hold_all and not severities.hold(found):
        found.append(Finding("STRICT_HELD"))
    if not found or not severities.hold(found):
        return False
    appointment.outcome = Outcome.HELD
    return True


def _start_missing(visit: Visit) -> Finding | None:
    """Whether this is an end of which no line of the start stands or goes out now."""
    start = visit.trajectory.started_by if visit.trajectory is not None else None
    if start is None or visit.resolution.moment != "end":
        return None
    if start.stands or start.appointment.outcome is Outcome.DECLARED:
        return None
    params = {"program": start.program, "start": start.day.isoformat(), "appointment": start.appointment.id}
    return Finding("END_START_NOT_DECLARED", "", params)


def _refused(renderer: Renderer, uzovi: str, person: str, head: str) -> Finding | None:
    """Why the receiver would refuse a line. Our own checks come before; this holds back what they let through."""
    said = renderer.refusal(uzovi, person, head)
    return Finding("RECEIVER_WOULD_REFUSE", "", said) if said is not None else None


def _became(debits: Sequence[Debit], uzovi: str, who: RenderedPerson) -> tuple[Became, Became]:
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
            became[debit.uzovi == uzovi] = "refused" if debit.status == "refused" else "credited"
    return became[True], became[False]


def _line(draft: _Draft, who: RenderedPerson, record: str, head: str, replaced: Debit | None) -> DueLine:
    appointment, claim = draft.visit.appointment, draft.claim
    appointment.units = claim.units
    assert who.person is not None
    standard, uzovi = draft.file
    return DueLine(
        standard=standard,
        uzovi=uzovi,
        person_key=who.person.key,
        date=draft.visit.day.isoformat(),
        appointment_id=appointment.id,
        debit_credit="D",
        patient_id=appointment.patient_id,
        trajectory=appointment.trajectory,
        row="" if appointment.row is None else str(appointment.row),
        insurer=claim.resolution.insurer,
        code=claim.agreement.code,
        list=claim.agreement.list,
        f_code=claim.agreement.f_code,
        units=str(claim.units),
        amount_cents=str(claim.performance.claimed_cents),
        rule=claim.agreement.rule,
        person=record,
        head=head,
        attempt="" if replaced is None else str(replaced.attempt + 1),
        previous="" if replaced is None else replaced.reference,
    )


def _standard_faults(settings: Settings, day: date, claim: Claim) -> Iterator[Finding]:
    """Why a line of this day has no file to go in, or no place in it: the standard follows the day of the care, and
    takes its own performance lists."""
    era, wanted, agreement = standard_on(day), settings.output.standard, claim.agreement
    params = {"standard": era.standard, "date": day.isoformat()}
    if wanted not in ("auto", era.word):
        yield Finding("STANDARD_NOT_FOR_DATE", "date", {**params, "standard": wanted.upper(), "right": era.standard})
    if agreement.list not in era.lists:
        found = {"code": agreement.code, "found": agreement.list, "expected": " / ".join(era.lists)}
        yield Finding("LIST_NOT_FOR_DATE", "code", {**params, **found, "rule": agreement.rule})
