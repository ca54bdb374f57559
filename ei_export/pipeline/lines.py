"""From a patient's claims to lines that are due: the person and the care as the standard writes them."""

from collections.abc import Collection, Iterator, Sequence
from datetime import date

from ..appointment import Outcome
from ..codelists import standard_on
from ..declaration import NO_BSN, Person
from ..intake.person import born_by, given_on
from ..ledger.corrections import Debit
from ..problems import Finding
from ..settings import Settings
from ..zorg1.claims import Claim
from ..zorg1.trajectories import Visit
from .case import Work
from .declared import why_not_again, why_not_the_same
from .due import DueLine
from .forms import FORMS
from .rendering import RenderedCare, RenderedPerson, Renderer
from .styles import Style


def write_lines(work: Work) -> None:
    """Turns claims into lines; holds those whose person or care can't be written."""
    desk, severities = work.desk, work.desk.settings.severities
    claims = sorted(work.claims, key=lambda due: (due[0].day, due[0].appointment.id))
    said: set[tuple[str, str]] = set()
    ready: list[tuple[Visit, Claim, RenderedPerson, RenderedCare]] = []
    rendered = [_rendered(work, visit) for visit, _ in claims]
    told = [who for (visit, _), (who, _) in zip(claims, rendered, strict=True) if not _is_silent(work, visit)]
    persons = [who.person for who in told or (who for who, _ in rendered) if who.person is not None]
    conflict = _person_conflict(persons, _earlier_bsns(work))
    for (visit, claim), (who, what) in zip(claims, rendered, strict=True):
        appointment = visit.appointment
        found = appointment.findings
        if conflict:
            found.append(Finding("PATIENT_CONFLICT", conflict[0], {"columns": ", ".join(conflict)}))
        found += _standard_faults(desk.settings, visit.day, claim)
        for finding in who.findings:  # what is no error is said once, not of every line
            place = (finding.code, finding.column)
            if place not in said or severities.of(finding.code) == "error":
                found.append(finding)
            said.add(place)
        found += what.findings
        if who.person is not None and who.person.birth_date > visit.day:
            found += born_by(who.person, visit.day)
        if what.care is not None:
            found += given_on(what.care, visit.day)
        if who.person is not None and what.care is not None:
            style = _renderer(work, visit).style
            found += style.check_line(claim.performance, who.person, what.care, _started(visit))
        if work.again and (fault := why_not_again(work, appointment)) is not None:
            found.append(fault)
        if desk.hold_all and not severities.hold(found):
            found.append(Finding("STRICT_HELD"))
        if found and severities.hold(found):
            appointment.outcome = Outcome.HELD
        else:
            ready.append((visit, claim, who, what))
    # One record per insured and file, as the practice knew them last; it goes with the first of their lines.
    latest: dict[tuple[str, str], RenderedPerson] = {}
    for visit, _, who, _ in sorted(ready, key=lambda due: not _is_silent(work, due[0])):
        latest[_file(visit)] = who
    begun: set[tuple[str, str]] = set()
    for visit, claim, _, what in ready:
        appointment = visit.appointment
        who = latest[_file(visit)]
        head = _renderer(work, visit).line(who, what, claim.performance, _started(visit))
        if work.again and (fault := why_not_the_same(work, appointment, who.record, head)) is not None:
            appointment.findings.append(fault)
            appointment.outcome = Outcome.HELD
            continue
        if (refused := _refused(_renderer(work, visit).style, appointment.uzovi, who.record, head)) is not None:
            appointment.findings.append(refused)
            appointment.outcome = Outcome.HELD
            continue
        record = "" if _file(visit) in begun else who.record
        work.case.lines.append(_line(visit, claim, who, record, head, work.again.get(appointment.id)))
        begun.add(_file(visit))


def _refused(style: Style, uzovi: str, person: str, head: str) -> Finding | None:
    """Why the receiver would refuse a line. Our own checks come before; this holds back what they let through."""
    for fault in style.faults(uzovi, person, head):
        if fault.severity == "error":
            said = {"element": fault.element, "found": fault.found or "-", "expected": fault.expected or "-"}
            return Finding("RECEIVER_WOULD_REFUSE", "", {**said, "return_code": fault.return_code or "-"})
    return None


def _file(visit: Visit) -> tuple[str, str]:
    """What a file is for: the standard follows the day of the care."""
    return standard_on(visit.day).standard, visit.appointment.uzovi


def _renderer(work: Work, visit: Visit) -> Renderer:
    return work.desk.renderers[standard_on(visit.day).standard]


def _started(visit: Visit) -> date | None:
    """When the trajectory of a visit began, as far as that is known."""
    started = visit.trajectory.start if visit.trajectory is not None else None
    return started if started is not None and started <= visit.day else None


def _rendered(work: Work, visit: Visit) -> tuple[RenderedPerson, RenderedCare]:
    """Person and care by the row, or as they were sent where the feed is silent."""
    renderer, appointment = _renderer(work, visit), visit.appointment
    if appointment.id not in work.silent:
        return renderer.person(appointment), renderer.care(appointment)
    debit = work.again[appointment.id]
    form = FORMS[debit.standard]
    return renderer.sent_person(form.person(debit.person)), renderer.sent_care(form.care(debit.sent))


def _is_silent(work: Work, visit: Visit) -> bool:
    """Whether its person is only known from what was sent: the rows know better."""
    return visit.appointment.id in work.silent


def _earlier_bsns(work: Work) -> set[str]:
    """The BSNs under which the patient was declared before, as far as it stands and the feed doesn't say so itself."""
    if work.stored is None:
        return set()
    earlier = (v.appointment for v in work.visits if v.appointment.known is Outcome.DECLARED)
    silent = (a for a in earlier if a.row is None and a.id not in work.again)
    return {work.bsn_of(a) for a in silent} - {NO_BSN}


def _line(visit: Visit, claim: Claim, who: RenderedPerson, record: str, head: str, replaced: Debit | None) -> DueLine:
    appointment, agreement = visit.appointment, claim.agreement
    appointment.units = claim.units
    assert who.person is not None
    return DueLine(
        standard=standard_on(visit.day).standard,
        uzovi=appointment.uzovi,
        person_key=who.person.key,
        date=visit.day.isoformat(),
        appointment_id=appointment.id,
        debit_credit="D",
        patient_id=appointment.patient_id,
        trajectory=appointment.trajectory,
        row="" if appointment.row is None else str(appointment.row),
        insurer=claim.answer.insurer,
        code=agreement.code,
        list=agreement.list,
        f_code=agreement.f_code,
        units=str(claim.units),
        amount_cents=str(claim.performance.claimed_cents),
        rule=agreement.rule,
        person=record,
        head=head,
        attempt=str(replaced.attempt + 1) if replaced is not None else "",
        previous=replaced.reference if replaced is not None else "",
    )


def _standard_faults(settings: Settings, day: date, claim: Claim) -> Iterator[Finding]:
    """Why a line of this day has no file to go in, or no place in it: the standard follows the day of the care, and
    takes its own performance lists."""
    era, wanted, agreement = standard_on(day), settings.output.standard, claim.agreement
    params = {"standard": era.standard, "date": day.isoformat()}
    if wanted != "auto" and not era.standard.lower().startswith(wanted):
        yield Finding("STANDARD_NOT_FOR_DATE", "date", {**params, "standard": wanted.upper(), "right": era.standard})
    if agreement.list not in era.lists:
        found = {"code": agreement.code, "found": agreement.list, "expected": " / ".join(era.lists)}
        yield Finding("LIST_NOT_FOR_DATE", "code", {**params, **found, "rule": agreement.rule})


def _person_conflict(persons: Sequence[Person], earlier: Collection[str]) -> list[str]:
    """The columns in which the due appointments of one patient are of different people, or of others than ``earlier``
    (BSNs)."""
    if not earlier and all(person is persons[0] for person in persons):
        return []
    bsns = {person.bsn for person in persons} | set(earlier)
    different = {"bsn": len(bsns) > 1, "birth_date": len({person.birth_date for person in persons}) > 1}
    return [column for column, differs in different.items() if differs]
