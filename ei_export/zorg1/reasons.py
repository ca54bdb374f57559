"""Why a visit counts, or comes to the line it does, by what was decided of it; why its code is what it is, its
`Resolution` says itself. Only for whoever asks: a run does not.
"""

from collections.abc import Iterator
from typing import Final

from attrs import evolve

from ..base.reasons import Reason, reason
from ..model.appointment import Outcome
from ..model.declaration import Performance
from .agreements import Agreement
from .claims import ClaimJudge, check_diagnosis, performance
from .resolution import Resolution
from .visit import Place, Trajectory, Visit

#: How a diagnosis doesn't fit, by what is found then.
_MISFITS: Final = {"DIAGNOSIS_MISSING": "missing", "DIAGNOSIS_WRONG": "wrong", "DIAGNOSIS_UNUSUAL": "unusual"}


def why_counted(judge: ClaimJudge, visit: Visit, place: Place, outcome: Outcome) -> Reason:
    """Whether a contact that is never sent, and came to this outcome, counts, and as which; or why not."""
    settled_as, trajectory = visit.appointment.settled_as, place.trajectory
    counting, is_without_contract = judge.counting(visit, trajectory), outcome is Outcome.NO_AGREEMENT
    if is_without_contract and not judge.counts_without_contract(visit, trajectory):
        return reason("said.visit_no_agreement", moment="contact")
    if trajectory is None or counting == "aside":
        return reason(f"said.{place.misplaced or 'counts_not'}")
    end, how = trajectory.ended_by, "counts"
    if is_without_contract:
        how = "counts_without_contract"
    elif outcome is Outcome.HELD:
        how = "counts_held"
    elif counting == "registered":
        return reason("said.registered")
    elif settled_as is Outcome.EARLIER:
        how = "counts_elsewhere"
    elif end is not None and end.appointment.settled_as is Outcome.DECLARED and settled_as is None:
        how = "counts_late"
    return reason(f"said.{how}", number=trajectory.contacts.index(visit) + 1)


def why_line(judge: ClaimJudge, visit: Visit, place: Place) -> Iterator[Reason]:
    """Why the line of a visit is what it is, or would be; of a contact that is never sent, what it does for the end
    of its trajectory."""
    agreement, line = visit.resolution.agreement, performance(visit, place.units)
    if agreement is None:
        return
    if not agreement.is_sent:
        if place.trajectory is not None and judge.counting(visit, place.trajectory) == "counted":
            yield _why_in_end(place.trajectory)
        return
    if visit.appointment.settled_as is Outcome.EARLIER:
        return
    yield from visit.resolution.why["list"]
    yield _why_units(place, agreement)
    yield from visit.resolution.why.get("tariff", ())
    if line is not None and line.units:
        yield _why_amount(visit.resolution, agreement, line)
    yield _why_diagnosis(visit.appointment.diagnosis, agreement)
    yield _why_in_time(judge, visit)


def _why_in_time(judge: ClaimJudge, visit: Visit) -> Reason:
    insurer = visit.resolution.insurer
    last = judge.last_days(insurer, visit.day, visit.refused).counting
    if last is None:
        return reason("deadline.unknown", insurer=insurer)
    left, again = (last.day - judge.today).days, "_again" if last.deadline.term == "refusal" else ""
    key = f"deadline.{'passed' if left < 0 else 'day' if left else 'today'}{again}"
    source = f"specs/codelists/deadlines.csv; {last.deadline.source}"
    return reason(key, source, insurer=insurer, months=last.deadline.months, last=last.day, days=left)


def _why_in_end(trajectory: Trajectory) -> Reason:
    contacts = len(trajectory.contacts)
    if trajectory.ended_by is None:
        return reason("units.no_end", contacts=reason("said.contacts", count=contacts))
    end = trajectory.ended_by.appointment.id
    return reason("units.in_end", contacts=reason("said.contacts", count=contacts), end=end, units=contacts + 1)


def _why_units(place: Place, agreement: Agreement) -> Reason:
    if agreement.units == "?":
        return reason("units.unknown", agreement.rule)
    if agreement.units != "count":
        return reason("units.fixed", agreement.rule, units=agreement.units)
    if not place.units:
        return reason("units.not_counted", agreement.rule)
    found = reason(
        "units.count", agreement.rule, contacts=reason("said.contacts", count=place.units - 1), units=place.units
    )
    for finding in place.found:
        if finding.code == "COUNT_UNCERTAIN":
            return evolve(found, key="units.uncertain").having(appointments=finding.params["appointments"])
    return found


def _why_amount(resolution: Resolution, agreement: Agreement, line: Performance) -> Reason:
    """A row of the agreements by itself only infers what its tariff is the price of."""
    source = f"{agreement.rule}; specs/inferred.csv, number_times_tariff"
    if resolution.amount_agreed:
        source = f"{resolution.why['contract'][0].source}, amount"
    params = {"units": line.units, "tariff_cents": line.tariff_cents, "cents": line.claimed_cents}
    return reason(f"amount.{resolution.amount}", source, **params)


def _why_diagnosis(diagnosis: str, agreement: Agreement) -> Reason:
    finding = check_diagnosis(diagnosis, agreement)
    fit = _MISFITS[finding.code] if finding is not None else "fits" if agreement.diagnoses else "any"
    expected = " / ".join(agreement.diagnoses) or "DCSPH"
    return reason(f"diagnosis.{fit}", agreement.rule, found=diagnosis, expected=expected, program=agreement.program)
