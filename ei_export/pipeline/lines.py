"""From a patient's claims to lines that are due: the person and the care as the standard writes them."""

from collections.abc import Collection, Sequence
from datetime import date

from ..appointment import Outcome
from ..codelists import standard_on
from ..declaration import NO_BSN, Person
from ..intake.person import born_by, given_on
from ..problems import Finding
from ..settings import Settings
from ..standards import pm304
from ..zorg1.claims import Claim
from ..zorg1.trajectories import Visit
from .case import Work
from .due import DueLine
from .rendering import RenderedCare, RenderedPerson


def write_lines(work: Work) -> None:
    """Turns claims into lines; holds those whose person or care can't be written."""
    desk, severities = work.desk, work.desk.settings.severities
    claims = sorted(work.claims, key=lambda due: (due[0].day, due[0].appointment.id))
    said: set[tuple[str, str]] = set()
    ready: list[tuple[Visit, Claim, RenderedPerson, RenderedCare]] = []
    rendered = [desk.renderer.person(visit.appointment) for visit, _ in claims]
    conflict = _person_conflict([who.person for who in rendered if who.person is not None], _earlier_bsns(work))
    for (visit, claim), who in zip(claims, rendered, strict=True):
        appointment, what = visit.appointment, desk.renderer.care(visit.appointment)
        found = appointment.findings
        if conflict:
            found.append(Finding("PATIENT_CONFLICT", conflict[0], {"columns": ", ".join(conflict)}))
        if (fault := _standard_fault(desk.settings, visit.day)) is not None:
            found.append(fault)
        for finding in who.findings:  # what is no error is said once, not of every line
            place = (finding.code, finding.column)
            if place not in said or severities.of(finding.code) == "error":
                found.append(finding)
            said.add(place)
        found += what.findings
        found += pm304.check_line(claim.performance)
        if who.person is not None and who.person.birth_date > visit.day:
            found += born_by(who.person, visit.day)
        if what.care is not None:
            found += given_on(what.care, visit.day)
        if desk.hold_all and not severities.hold(found):
            found.append(Finding("STRICT_HELD"))
        if found and severities.hold(found):
            appointment.outcome = Outcome.HELD
        else:
            ready.append((visit, claim, who, what))
    # One record 02 per insured, as the practice knew them last; it goes with the first of their lines.
    latest = {visit.appointment.uzovi: who for visit, _, who, _ in ready}
    begun: set[str] = set()
    for visit, claim, _, what in ready:
        uzovi = visit.appointment.uzovi
        work.case.lines.append(_line(visit, claim, latest[uzovi], what, first=uzovi not in begun))
        begun.add(uzovi)


def _earlier_bsns(work: Work) -> set[str]:
    """The BSNs under which the patient was declared before, as far as the feed doesn't say so itself."""
    if work.stored is None:
        return set()
    earlier = (v.appointment for v in work.visits if v.appointment.known is Outcome.DECLARED)
    return {a.text("bsn").zfill(9) for a in earlier if a.row is None} - {NO_BSN}


def _line(visit: Visit, claim: Claim, who: RenderedPerson, what: RenderedCare, *, first: bool) -> DueLine:
    appointment, agreement = visit.appointment, claim.agreement
    appointment.units = claim.units
    assert who.person is not None
    assert what.fragment is not None
    head, _ = pm304.line_fragment(who.key, what.fragment, claim.performance)
    return DueLine(
        standard_on(visit.day).standard,
        appointment.uzovi,
        who.person.key,
        visit.day.isoformat(),
        appointment.id,
        "D",
        appointment.patient_id,
        appointment.trajectory,
        "" if appointment.row is None else str(appointment.row),
        claim.answer.insurer,
        agreement.code,
        agreement.list,
        agreement.f_code,
        str(claim.units),
        str(claim.performance.claimed_cents),
        agreement.rule,
        who.record if first else "",
        head,
    )


def _standard_fault(settings: Settings, day: date) -> Finding | None:
    """Why a line of this day has no file to go in: the standard follows the day of the care."""
    era, wanted = standard_on(day), settings.output.standard
    if wanted != "auto" and not era.standard.lower().startswith(wanted):
        params = {"standard": wanted.upper(), "date": day.isoformat(), "right": era.standard}
        return Finding("STANDARD_NOT_FOR_DATE", "date", params)
    if not era.standard.startswith("PM304"):
        return Finding("STANDARD_UNAVAILABLE", "date", {"standard": era.standard, "date": day.isoformat()})
    return None


def _person_conflict(persons: Sequence[Person], earlier: Collection[str]) -> list[str]:
    """The columns in which the due appointments of one patient are of different people, or of others than ``earlier``
    (BSNs)."""
    if not earlier and all(person is persons[0] for person in persons):
        return []
    bsns = {person.bsn for person in persons} | set(earlier)
    different = {"bsn": len(bsns) > 1, "birth_date": len({person.birth_date for person in persons}) > 1}
    return [column for column, differs in different.items() if differs]
