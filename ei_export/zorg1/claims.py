"""What becomes of a visit once it has its trajectory: a line, a contact that counts, or held, and why."""

from collections.abc import Mapping
from datetime import date
from functools import lru_cache

from attrs import define, frozen

from ..appointment import Outcome
from ..codelists import Deadline
from ..declaration import Performance
from ..problems import Finding, Severities
from .agreements import Agreement, Agreements
from .resolver import Answer, Standing, dated
from .trajectories import Visit

#: The settled outcomes: what was dealt with, and stays so unless the feed brings something else.
SETTLED = frozenset({Outcome.DECLARED, Outcome.COUNTED, Outcome.EARLIER})


@define
class Claim:
    """A line that is due. Its amount: a trajectory has a fixed price (§1.1), so with ``product`` units don't multiply
    the tariff; with ``unit`` they do, as the EI-standaard reckons."""

    answer: Answer
    agreement: Agreement
    units: int
    performance: Performance

    @property
    def is_unasked(self) -> bool:
        """Whether its amount is not number × tariff (return code 8215), and nobody said that the insurer wants it so;
        see ``number_times_tariff`` in ``specs/inferred.csv``."""
        said = self.answer.contract is not None and self.answer.contract.amount
        return self.units > 1 and not said and self.answer.amount == "product"


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


def amount_cents(answer: Answer, units: int) -> int:
    """What a line of a product comes to, in cents; see `Claim`."""
    assert answer.tariff is not None
    return answer.tariff.cents * (units if answer.amount == "unit" else 1)


def check_diagnosis(diagnosis: str, agreement: Agreement) -> Finding | None:
    """Only the diagnoses of the product's own row are accepted (§4, the tables)."""
    if diagnosis in agreement.diagnoses:
        return None
    expected = " / ".join(agreement.diagnoses)
    if not diagnosis:
        return Finding("DIAGNOSIS_MISSING", "diagnosis_code", {"expected": expected or "DCSPH"})
    if not agreement.diagnoses:
        return None
    params = {"found": diagnosis, "expected": expected, "program": agreement.program, "rule": agreement.rule}
    return Finding("DIAGNOSIS_WRONG", "diagnosis_code", params)


@frozen
class Judge:
    """Judges visits by the tables. ``today`` is the invoice date; ``deadlines`` by insurer; ``severities`` say which
    findings hold a visit."""

    agreements: Agreements
    deadlines: Mapping[str, Deadline]
    today: date
    severities: Severities

    def judge(self, visit: Visit) -> Claim | None:
        """Sets the outcome of the appointment and adds findings; returns the claim where it is due."""
        appointment, answer = visit.appointment, visit.answer
        if answer.standing is Standing.CONTACT and not appointment.findings and visit.day <= self.today:
            appointment.outcome = (
                Outcome.COUNTED if appointment.known is None else Outcome.EARLIER
            )  # by far most visits
        elif visit.is_declared:
            appointment.outcome = Outcome.EARLIER
        elif not answer.is_zorg1:
            is_held = self.severities.hold(appointment.findings)
            appointment.outcome = Outcome.HELD if is_held else Outcome.NOT_ZORG1
        elif answer.standing is Standing.NO_AGREEMENT:
            appointment.findings.extend(dated(note, visit.day) for note in answer.notes)
            if (finding := self.check_without_agreement(visit)) is not None:
                appointment.findings.append(finding)
            appointment.outcome = Outcome.NO_AGREEMENT
        else:
            return self._judge_zorg1(visit)
        return None

    def _judge_zorg1(self, visit: Visit) -> Claim | None:
        appointment, answer = visit.appointment, visit.answer
        if visit.day > self.today:
            params = {"date": visit.day.isoformat(), "today": self.today.isoformat()}
            appointment.findings.append(Finding("DATE_IN_FUTURE", "date", params))
        if answer.faults:
            appointment.findings.extend(dated(fault, visit.day) for fault in answer.faults)
        if (
            answer.agreement is not None
            and answer.standing is not Standing.CONTACT
            and (finding := check_diagnosis(appointment.diagnosis, answer.agreement)) is not None
        ):
            appointment.findings.append(finding)
        if self.severities.hold(appointment.findings) or answer.standing is Standing.FAULT:
            appointment.outcome = Outcome.HELD
        elif answer.standing is Standing.CONTACT:
            appointment.outcome = Outcome.EARLIER if appointment.known is Outcome.COUNTED else Outcome.COUNTED
        else:
            return self._claim(visit)
        return None

    def _claim(self, visit: Visit) -> Claim:
        appointment, answer = visit.appointment, visit.answer
        assert answer.agreement is not None
        assert answer.tariff is not None
        appointment.outcome = Outcome.DECLARED
        if answer.notes:
            appointment.findings.extend(dated(note, visit.day) for note in answer.notes)
        if (late := self.check_deadline(answer.insurer, visit.day)) is not None:
            appointment.findings.append(late)
        agreement, cents = answer.agreement, answer.tariff.cents
        amount = amount_cents(answer, visit.units)
        performance = Performance(visit.day, agreement.list, agreement.f_code, visit.units, cents, amount, amount)
        return Claim(answer, agreement, visit.units, performance)

    def check_deadline(self, insurer: str, day: date) -> Finding | None:
        """Whether an insurer no longer takes the declaration of a treatment on this day."""
        deadline = self.deadlines.get(insurer)
        if deadline is None or self.today <= (last := add_months(day, deadline.months)):
            return None
        params = {"insurer": insurer, "months": deadline.months, "deadline": last.isoformat()}
        return Finding("DEADLINE_PASSED", "date", params)

    def check_without_agreement(self, visit: Visit) -> Finding | None:
        """Without a price agreement each profile has a diagnosis of its own (§4.1.7 and its twins)."""
        program, profile = visit.answer.program, visit.answer.profile
        expected = self.agreements.without_agreement.get((program, profile), ())
        if not expected or visit.appointment.diagnosis in expected:
            return None
        params = {
            "found": visit.appointment.diagnosis or "-",
            "expected": " / ".join(expected),
            "program": program,
            "profile": profile,
        }
        return Finding("NO_AGREEMENT_DIAGNOSIS", "diagnosis_code", params)
