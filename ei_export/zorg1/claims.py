"""What becomes of a visit once it has its trajectory: a line, a contact that counts, or held, and why."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import lru_cache
from typing import Literal, NamedTuple, TypeAlias

from attrs import field, frozen

from ..base.problems import Finding, Severities
from ..base.value import value
from ..base.wording import quoted_code
from ..model.appointment import UNKNOWN, Judgement, Outcome, Past
from ..model.codelists import Deadline, Term
from ..model.declaration import Performance
from .agreements import Agreement, Agreements
from .resolution import Resolution, Verdict, dated
from .visit import Place, Trajectory, Visit

#: The settled outcomes: what was dealt with, and stays so unless the feed brings something else.
SETTLED = frozenset({Outcome.DECLARED, Outcome.COUNTED, Outcome.EARLIER})

#: A contact counts in an end, is only registered as the number of the end is fixed, or stands aside.
Counting: TypeAlias = Literal["counted", "registered", "aside"]


@value
class Claim:
    """A line that is due. Its amount: a trajectory has a fixed price (§1.1), so with ``product`` units don't multiply
    the tariff; with ``unit`` they do, as the EI-standaard reckons."""

    resolution: Resolution
    agreement: Agreement
    units: int
    performance: Performance

    @property
    def is_unasked(self) -> bool:
        """Whether its amount is not number × tariff (return code 8215), and nobody said that the insurer wants it so;
        see ``number_times_tariff`` in ``specs/inferred.csv``."""
        return self.units > 1 and not self.resolution.amount_agreed and self.resolution.amount == "product"


@lru_cache(maxsize=16_384)
def add_months(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    for last in (day.day, 30, 29, 28):
        try:
            return date(year, month + 1, last)
        except ValueError:
            continue
    raise AssertionError("every month has 28 days")


def amount_cents(resolution: Resolution, units: int) -> int:
    """What a line of a product comes to, in cents; see `Claim`."""
    assert resolution.tariff is not None
    return resolution.tariff.cents * (units if resolution.amount == "unit" else 1)


def performance(visit: Visit, units: int) -> Performance | None:
    """What a visit is declared as, if it is; None where the tables don't say."""
    agreement, tariff = visit.resolution.agreement, visit.resolution.tariff
    if agreement is None or tariff is None:
        return None
    amount = amount_cents(visit.resolution, units)
    return Performance(visit.day, agreement.list, agreement.f_code, units, tariff.cents, amount, amount)


def check_diagnosis(diagnosis: str, agreement: Agreement) -> Finding | None:
    """Only the diagnoses of the product's own row are accepted (§4, the tables)."""
    if diagnosis in agreement.diagnoses:
        return None
    expected = " / ".join(agreement.diagnoses)
    if not diagnosis:
        return Finding("DIAGNOSIS_MISSING", "diagnosis_code", {"expected": expected or "DCSPH"})
    if not agreement.diagnoses:
        return None
    code = "DIAGNOSIS_UNUSUAL" if agreement.takes_others else "DIAGNOSIS_WRONG"
    params = {
        "found": quoted_code(diagnosis),
        "expected": expected,
        "program": agreement.program,
        "rule": agreement.rule,
    }
    return Finding(code, "diagnosis_code", params)


def _days(end: Visit, start: Visit) -> dict[str, object]:
    return {"date": end.day.isoformat(), "start": start.day.isoformat()}


class LastDay(NamedTuple):
    """The last day on which an insurer takes a declaration, and why."""

    day: date
    deadline: Deadline


@frozen
class LastDays:
    """Until when an insurer takes a declaration, as far as it says so: by the day of the ``care``, and of one that it
    refused by the day of that ``refusal``."""

    care: LastDay | None
    refusal: LastDay | None

    @property
    def counting(self) -> LastDay | None:
        """The one that counts: after a refusal that of the refusal, where the insurer says one."""
        return self.refusal or self.care


@frozen
class ClaimJudge:
    """Judges visits by the tables. ``today`` is the invoice date; ``deadlines`` by insurer and term; ``severities`` say
    which findings hold a visit."""

    agreements: Agreements
    deadlines: Mapping[tuple[str, Term], Deadline]
    today: date
    severities: Severities
    #: What `check_deadline` said: the same few insurers and days come again and again.
    _late: dict[tuple[str, date, date | None], Finding | None] = field(init=False, factory=dict, eq=False, repr=False)
    #: By outcome and declare-under code, what became of visits of which there is nothing to say.
    _usual: dict[tuple[Outcome, str], Judgement] = field(init=False, factory=dict, eq=False, repr=False)

    def judge(self, visit: Visit, place: Place) -> Judgement:
        """What becomes of a visit, with all that was found of it: DECLARED where it is due, see `claim`."""
        appointment, resolution, day = visit.appointment, visit.resolution, visit.day
        past, found = appointment.past, appointment.findings + place.found
        settled_as = past.settled_as
        if resolution.verdict is Verdict.CONTACT and not found and not resolution.notes and day <= self.today:
            if past is UNKNOWN:
                return self._without_findings(Outcome.COUNTED, resolution)  # by far most visits
            outcome = Outcome.COUNTED if settled_as is None else Outcome.EARLIER
        elif visit.is_declared:
            outcome = Outcome.EARLIER
        elif not resolution.is_zorg1:
            outcome = Outcome.HELD if self.severities.hold(found) else Outcome.NOT_ZORG1
        elif resolution.verdict is Verdict.NO_AGREEMENT:
            found, outcome = (*found, *self._check_no_agreement(visit, place)), Outcome.NO_AGREEMENT
        else:
            found = (*found, *self._check_zorg1(visit))
            if resolution.verdict is Verdict.FAULT or (found and self.severities.hold(found)):
                outcome = Outcome.HELD
            elif resolution.verdict is Verdict.CONTACT:
                outcome = Outcome.EARLIER if settled_as is Outcome.COUNTED else Outcome.COUNTED
            else:
                found, outcome = (*found, *self._check_claim(visit, place)), Outcome.DECLARED
        if past is UNKNOWN and not found:
            return self._without_findings(outcome, resolution)
        kept = settled_as if outcome is Outcome.EARLIER and settled_as is not None else outcome
        linked = resolution.code if resolution.is_linked else ""
        return Judgement(outcome, found, Past(kept, past.units, linked, past.mark, past.refused))

    def claim(self, visit: Visit, place: Place) -> Claim:
        """The line of a visit that is due."""
        resolution, line = visit.resolution, performance(visit, place.units)
        assert resolution.agreement is not None
        assert line is not None
        return Claim(resolution, resolution.agreement, place.units, line)

    def _without_findings(self, outcome: Outcome, resolution: Resolution) -> Judgement:
        """What became of a new visit of which there is nothing to say."""
        linked = resolution.code if resolution.is_linked else ""
        judgement = self._usual.get((outcome, linked))
        if judgement is None:
            judgement = self._usual[outcome, linked] = Judgement(outcome, (), Past(outcome, linked=linked))
        return judgement

    def _check_no_agreement(self, visit: Visit, place: Place) -> Iterator[Finding]:
        resolution = visit.resolution
        if self.counts_without_contract(visit, place.trajectory):
            params = {"insurer": resolution.insurer, "date": visit.day.isoformat()}
            yield Finding("CONTACT_WITHOUT_CONTRACT", "uzovi", params)
        else:
            yield from (dated(note, visit.day) for note in resolution.notes)
        if (finding := self.check_without_agreement(visit)) is not None:
            yield finding

    def _check_zorg1(self, visit: Visit) -> Sequence[Finding]:
        found: list[Finding] = []
        resolution, is_contact = visit.resolution, visit.resolution.verdict is Verdict.CONTACT
        if visit.day > self.today:
            params = {"date": visit.day.isoformat(), "today": self.today.isoformat()}
            found.append(Finding("DATE_IN_FUTURE", "date", params))
        if resolution.faults:
            found += [dated(fault, visit.day) for fault in resolution.faults]
        if (
            resolution.agreement is not None
            and not is_contact
            and (finding := check_diagnosis(visit.appointment.diagnosis, resolution.agreement)) is not None
        ):
            found.append(finding)
        if is_contact and resolution.notes and visit.appointment.past.settled_as is None:
            found += [dated(note, visit.day) for note in resolution.notes]
        return found

    def _check_claim(self, visit: Visit, place: Place) -> Sequence[Finding]:
        """What is odd about a line that goes out."""
        resolution = visit.resolution
        found = [dated(note, visit.day) for note in resolution.notes] if resolution.notes else []
        if (late := self.check_deadline(resolution.insurer, visit.day, visit.refused)) is not None:
            found.append(late)
        if resolution.moment == "end" and place.trajectory is not None and resolution.agreement is not None:
            found += self._check_end(visit, resolution.agreement, place.trajectory)
        return found

    def _check_end(self, visit: Visit, end: Agreement, trajectory: Trajectory) -> Iterator[Finding]:
        """What is odd about an end that goes out, by its start: too soon, or with other units in another year."""
        first = trajectory.started_by
        if first is None:
            return
        weeks = self.agreements.weeks.get(end.code, 0)
        if visit.day < (due := first.day + timedelta(weeks=weeks)):
            yield Finding("END_EARLY", "date", {**_days(visit, first), "weeks": weeks, "after": due.isoformat()})
        start = first.resolution.agreement
        if start is None or not (isinstance(start.units, int) and isinstance(end.units, int)):
            return
        if start.insurer == end.insurer and start.covers(visit.day) and end.covers(first.day):
            return  # both were as they are on either day
        both = start.units + end.units
        totals = [
            one.units + other.units
            for one, other in (
                (start, self.agreements.find(end.insurer, end.code, first.day)),
                (end, self.agreements.find(end.insurer, start.code, visit.day)),
            )
            if other is not None and isinstance(one.units, int) and isinstance(other.units, int)
        ]
        if any(total != both for total in totals):
            units = {"start_units": start.units, "end_units": end.units, "total": both}
            named = " / ".join(map(str, totals))
            yield Finding("UNITS_OVER_YEAR_END", "date", {**_days(visit, first), **units, "expected": named})

    def counts_without_contract(self, visit: Visit, trajectory: Trajectory | None) -> bool:
        """Whether a contact of a day without contract position counts in an end that goes, or is to go, out."""
        if visit.resolution.moment != "contact" or trajectory is None or visit not in trajectory.contacts:
            return False
        decides, end = trajectory.ended_by or trajectory.started_by, self._end_of(trajectory, visit.day)
        if decides is None or end is None:
            return False
        return end.units == "count" and decides.resolution.verdict is not Verdict.NO_AGREEMENT

    def _end_of(self, trajectory: Trajectory, day: date) -> Agreement | None:
        """The agreement about the end of a trajectory; of one that has none yet, about an end on a day."""
        if trajectory.ended_by is not None:
            return trajectory.ended_by.resolution.agreement
        return self.agreements.end_of(trajectory.insurer, trajectory.program, trajectory.profile, day)

    def check_cover(self, agreement: Agreement, indication: str) -> Finding | None:
        """Whether a product of one insurance goes with an indication of the other (§4.5.3)."""
        cover = agreement.profile.partition(" ")[2]
        if not cover or cover not in self.agreements.covers.values():
            return None
        said = self.agreements.covers.get(indication, "")
        if said in ("", cover):
            return None
        params = {"code": agreement.code, "cover": cover, "found": indication, "said": said}
        return Finding("COVER_OTHER", "indication_code", params)

    def last_days(self, insurer: str, day: date, refused: date | None = None) -> LastDays:
        """Until when an insurer takes the declaration of a treatment on a day; of one that it ``refused`` on a day also
        until when it takes that again."""

        def last(term: Term, since: date | None) -> LastDay | None:
            row = self.deadlines.get((insurer, term))
            return LastDay(add_months(since, row.months), row) if row is not None and since is not None else None

        return LastDays(last("care", day), last("refusal", refused))

    def check_deadline(self, insurer: str, day: date, refused: date | None = None) -> Finding | None:
        """Whether an insurer no longer takes the declaration of a treatment on this day; ``refused`` as for
        `last_days`."""
        asked = insurer, day, refused
        try:
            return self._late[asked]
        except KeyError:
            found = self._late[asked] = self._check_deadline(insurer, day, refused)
            return found

    def _check_deadline(self, insurer: str, day: date, refused: date | None) -> Finding | None:
        last = self.last_days(insurer, day, refused).counting
        if last is None or self.today <= last.day:
            return None
        params = {"insurer": insurer, "months": last.deadline.months, "deadline": last.day.isoformat()}
        if last.deadline.term == "refusal":
            return Finding("AGAIN_DEADLINE_PASSED", "date", {**params, "answered": str(refused)})
        return Finding("DEADLINE_PASSED", "date", params)

    def check_without_agreement(self, visit: Visit) -> Finding | None:
        """Without a price agreement each profile has a diagnosis of its own (§4.1.7 and its twins)."""
        program, profile = visit.program, visit.resolution.profile
        expected = self.agreements.programs.without_agreement(program, profile, visit.day)
        if not expected or visit.appointment.diagnosis in expected:
            return None
        params = {
            "found": quoted_code(visit.appointment.diagnosis) or "-",
            "expected": " / ".join(expected),
            "program": program,
            "profile": profile,
        }
        return Finding("NO_AGREEMENT_DIAGNOSIS", "diagnosis_code", params)

    def counting(self, visit: Visit, trajectory: Trajectory | None) -> Counting:
        """What a contact does for the end of its trajectory."""
        if trajectory is None or visit not in trajectory.contacts:
            return "aside"
        end = None if trajectory.is_single else self._end_of(trajectory, visit.day)
        is_fixed = trajectory.is_single or (end is not None and end.units != "count")
        return "registered" if is_fixed else "counted"
