"""What monitoring holds a course of care against (§5.2.2): whether profile, diagnosis, scores and declared codes fit
each other and the insurer. Each thing that is wrong has a code of its own (``specs/problems/14-zorg1.toml``).

Nothing is declared, held or changed by this; what differs by program, insurer or day is in the tables.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cached_property
from typing import Final

from attrs import frozen

from ..base.problems import Finding
from ..base.wording import quoted_code, quoted_word
from ..model.appointment import Outcome
from ..model.measurement import Measurement, MeasuringMoment, score_of
from ..settings.zorg1 import Limits
from .agreements import ANY, Agreement, Agreements
from .course import CONSENTS, Course, CourseVisit
from .inclusion import Category
from .measures import Measures
from .measuring import by_moment, due_measures, missing_measures
from .profiles import Profiles, is_profile_of

#: Between codes, programs or diagnoses of which one will do.
OR: Final = " / "
#: What is found where nothing was measured at a moment.
_MISSING: Final[Mapping[MeasuringMoment, str]] = {
    "intake": "MONITOR_INTAKE_MISSING",
    "tussen": "MONITOR_BETWEEN_MISSING",
    "eind": "MONITOR_END_MISSING",
}
#: Outcomes of a visit that was dealt with.
_DEALT_WITH: Final = (Outcome.DECLARED, Outcome.COUNTED, Outcome.EARLIER)
#: What became of a line that stands, closed or not.
_STANDING: Final = ("sent", "granted", "partly_granted")
_WITHOUT_AGREEMENT: Final = re.compile(r"zonder\s+prijs\s*-?\s*afspra", re.IGNORECASE)
_WITH_AGREEMENT: Final = re.compile(r"met\s+prijs\s*-?\s*afspra", re.IGNORECASE)


@frozen
class Reviewed:
    """The ``visits`` of a course that have one own code and declare-under code, in order; the code that is ``expected``
    there by the agreements, '' where nothing is declared; and what was ``found``."""

    visits: tuple[CourseVisit, ...]
    expected: str
    found: tuple[Finding, ...]


@frozen
class Review:
    """A course with what it was profiled by, None where nothing was measured that says a profile; the profiles that
    this stands for; and its codes, by the first visit of each. What is wrong with the course as a whole stands at its
    first code."""

    course: Course
    measured: Measurement | None
    by_score: tuple[str, ...]
    codes: tuple[Reviewed, ...]

    @property
    def found(self) -> Iterator[Finding]:
        return (finding for code in self.codes for finding in code.found)

    def place(self, code: Reviewed) -> tuple[str, str]:
        """The appointment and the trajectory at which it is told what was found of a code: one of them is ''."""
        return "" if self.course.trajectory else code.visits[0].appointment_id, self.course.trajectory


@frozen
class Reviewer:
    """Reviews courses by the tables as they are ``today``. ``insurer``: whose an UZOVI number is, or ''; ``agrees``:
    whether a whole program has a price agreement with the insurer of an UZOVI number on a day; ``category``: what the
    name of a trajectory's kind says, None where it says nothing of Zorg1; ``apart``: sessions without a trajectory
    number that are further apart are of two courses."""

    agreements: Agreements
    profiles: Profiles
    measures: Measures
    limits: Limits
    today: date
    insurer: Callable[[str], str]
    agrees: Callable[[str, str, date], bool]
    category: Callable[[str], Category | None]
    apart: timedelta

    def review(self, course: Course) -> Review:
        """All that there is to say of a course."""
        measured = self._profiled_by(course)
        by_score = self.profiles.of(measured) if measured is not None else ()
        of_course = [*self._of_course(course, measured, by_score)]
        codes: list[Reviewed] = []
        for visits in _by_code(course.visits):
            agreed = [self._agreed(course, visit) for visit in visits]
            expected = dict.fromkeys(a.code for products in agreed for a in products)
            found = [*self._of_code(course, visits, agreed)]
            found += of_course if not codes else ()
            codes.append(Reviewed(visits, OR.join(expected), tuple(found)))
        return Review(course, measured, by_score, tuple(codes))

    # Of the course as a whole.

    def _of_course(self, course: Course, measured: Measurement | None, by_score: Sequence[str]) -> Iterator[Finding]:
        yield from self._of_score(course, measured, by_score)
        yield from self._of_measurements(course)
        yield from self._of_category(course)
        if not course.profile:
            yield Finding("MONITOR_PROFILE_UNKNOWN", "category", {"program": course.program})
        if course.relapse is not None and not course.has_start:
            yield Finding("MONITOR_RELAPSE_NO_START", "", {"relapse": course.relapse, "program": course.program})
        elif course.relapse is not None and course.ended is None:
            yield Finding("MONITOR_RELAPSE_NO_END", "", {"relapse": course.relapse, "program": course.program})
        if course.consent not in CONSENTS:
            yield Finding("MONITOR_CONSENT_UNKNOWN", "consent")

    def _profiled_by(self, course: Course) -> Measurement | None:
        """The first measurement that says a profile: one with an instrument that the program names, if there is."""
        found = [each for each in course.measurements if self.profiles.rows(each.instrument)]
        found.sort(key=lambda each: (not self.measures.names(course.program, each.instrument), each))
        return found[0] if found else None

    @staticmethod
    def _of_score(course: Course, measured: Measurement | None, by_score: Sequence[str]) -> Iterator[Finding]:
        if measured is None:
            return
        said: dict[str, object] = {"instrument": quoted_word(measured.instrument), "score": quoted_code(measured.score)}
        if score_of(measured.score) is None or not by_score:
            yield Finding("MONITOR_SCORE_UNKNOWN", "measurement_score", said)
        elif course.profile and not is_profile_of(course.profile, by_score):
            params = {**said, "by_score": OR.join(by_score), "profile": course.profile}
            yield Finding("MONITOR_PROFILE_SCORE", "measurement_score", params)

    def _of_measurements(self, course: Course) -> Iterator[Finding]:
        """What is due and was not measured, by moment."""
        due = due_measures(course, self.measures, self.today, self.limits)
        taken = by_moment(course.measurements, course, self.limits)
        missing: dict[MeasuringMoment, list[str]] = {}
        for measure in missing_measures(due, taken.keys()):
            missing.setdefault(measure.moment, []).append(OR.join(measure.instruments) or ANY)
        for moment, instruments in missing.items():
            params = {"instruments": ", ".join(instruments), "program": course.program}
            yield Finding(_MISSING[moment], "measurement_name", params)

    def _of_category(self, course: Course) -> Iterator[Finding]:
        """Whether the category says another program or profile, or whether there is a price agreement, than is so. Of
        one without price agreement the diagnosis says the profile: see `_of_diagnosis`."""
        said = self.category(course.category)
        if said is None:
            return
        program = self.agreements.programs.named(said.program, course.dcsph)
        without, with_one = (form.search(course.category) for form in (_WITHOUT_AGREEMENT, _WITH_AGREEMENT))
        params: dict[str, object] = {"category": quoted_word(course.category)}
        if program not in ("", course.program):
            yield Finding("MONITOR_CATEGORY", "category", {**params, "is_so": course.program})
        elif course.agreement and said.profile and said.profile[:1] != course.risk:
            yield Finding("MONITOR_CATEGORY", "category", {**params, "is_so": course.profile})
        elif (without and course.agreement) or (with_one and not course.agreement and not self._is_unused(course)):
            yield Finding("MONITOR_CATEGORY_AGREEMENT", "category", {**params, "insurer": course.insurer})

    # Of one code.

    def _of_code(
        self, course: Course, visits: Sequence[CourseVisit], agreed: Sequence[Sequence[Agreement]]
    ) -> Iterator[Finding]:
        """What is wrong with the visits of one code, each with the products it may be of: of several that the same is
        wrong with, the first is told."""
        if not course.agreement:
            if visits[0] is course.visits[0]:
                yield from self._without_agreement(course)
            return
        told: dict[str, Finding] = {}
        for visit, expected in zip(visits, agreed, strict=True):
            for finding in self._of_visit(course, visit, expected):
                told.setdefault(finding.code, finding)
        yield from told.values()

    def _of_visit(self, course: Course, visit: CourseVisit, expected: Sequence[Agreement]) -> Iterator[Finding]:
        """Whether a visit fits; and that it waits, where nothing that is wrong with it says why."""
        found = [*self._of_declared(course, visit, expected)]
        if not found:
            found = [*self._of_diagnosis(course, visit, expected), *self._of_list(visit, expected)]
        if visit.product.moment == "end":
            found += self._of_total(course, visit)
        yield from found or self._of_waiting(visit)

    def _agreed(self, course: Course, visit: CourseVisit) -> tuple[Agreement, ...]:
        """The products that a visit may be of, by its insurer, and the program and profile of the course."""
        if not course.agreement or not visit.product.moment:
            return ()
        program = self.agreements.programs.whole(course.program)
        found = tuple(
            a
            for of in (program, ANY)
            for a in self._products.get((self.insurer(visit.uzovi), of, visit.product.moment), ())
            if a.covers(visit.day)
            and (a.profile == ANY or a.profile[:1] == course.risk or visit.product.moment == "baseline")
        )
        return tuple(a for a in found if a.profile == visit.product.profile) or found

    @cached_property
    def _products(self) -> Mapping[tuple[str, str, str], Sequence[Agreement]]:
        """The agreements by insurer, program and moment."""
        found: dict[tuple[str, str, str], list[Agreement]] = {}
        for a in self.agreements:
            found.setdefault((a.insurer, a.program, a.moment), []).append(a)
        return found

    def _of_declared(self, course: Course, visit: CourseVisit, expected: Sequence[Agreement]) -> Iterator[Finding]:
        """Whether the declare-under code, as the practice registered it, is the one of this insurer, program and
        profile."""
        if not visit.product.declare_under:
            return
        code, insurer = visit.product.registered, self.insurer(visit.uzovi)
        codes, named = [a.code for a in expected], insurer or f"UZOVI {quoted_code(visit.uzovi)}"
        params: dict[str, object] = {
            "code": quoted_word(code),
            "insurer": named,
            "program": course.program,
            "day": visit.day,
        }
        if code in codes or self.agreements.contacts.get((code, course.risk)) in codes:
            return
        if not expected:
            yield Finding("MONITOR_NO_PRODUCT", "code", params)
        elif (twin := self.agreements.twins.get(code)) in codes:
            [a] = [a for a in expected if a.code == twin]
            yield Finding("MONITOR_LIST", "code", {**params, "resolved": twin, "list": a.list})
        elif self.agreements.forms.get(code) in codes:
            return  # one code for a contact with every insurer (§4.1.6)
        elif self.agreements.find(insurer, code, visit.day) is not None:
            wanted = {"expected_code": OR.join(codes), "profile": course.profile}
            yield Finding("MONITOR_CODE_PROFILE", "code", {**params, **wanted})
        else:
            yield Finding("MONITOR_CODE_INSURER", "code", {**params, "expected_code": OR.join(codes)})

    @staticmethod
    def _of_list(visit: CourseVisit, expected: Sequence[Agreement]) -> Iterator[Finding]:
        """Whether what was declared stands on the list of the agreement."""
        lists = [a.list for a in expected if a.code == visit.product.declare_under]
        if visit.line is not None and visit.line.became in _STANDING and lists and visit.line.list not in lists:
            params = {"list": visit.line.list, "expected_list": lists[0], "code": visit.product.declare_under}
            yield Finding("MONITOR_LIST_DECLARED", "code", params)

    @staticmethod
    def _of_diagnosis(course: Course, visit: CourseVisit, expected: Sequence[Agreement]) -> Iterator[Finding]:
        """With a price agreement only the diagnoses of the product go (§4, the tables)."""
        diagnoses = dict.fromkeys(each for a in expected for each in a.diagnoses)
        if diagnoses and visit.dcsph not in diagnoses and not any(a.takes_others for a in expected):
            params = {
                "found": quoted_code(visit.dcsph) or "-",
                "expected": OR.join(diagnoses),
                "program": course.program,
                "profile": course.profile,
            }
            yield Finding("MONITOR_DIAGNOSIS", "diagnosis_code", params)

    def _is_unused(self, course: Course) -> bool:
        """Whether a course goes without the price agreement that there is with its insurer."""
        program = self.agreements.programs.whole(course.program)
        return not course.agreement and self.agrees(course.uzovi, program, course.started)

    def _without_agreement(self, course: Course) -> Iterator[Finding]:
        """A course without price agreement should have none; then its diagnosis says its profile."""
        if self._is_unused(course):
            params = {"insurer": course.insurer, "program": course.program, "day": course.started}
            yield Finding("MONITOR_AGREEMENT_UNUSED", "code", params)
        else:
            yield from self._of_usual_diagnosis(course)

    def _of_usual_diagnosis(self, course: Course) -> Iterator[Finding]:
        """Without a price agreement each profile has diagnoses of its own (§4.1.7 and its twins). The profile is that
        of the category, where that says one."""
        said = self.category(course.category)
        profile = said.profile if said is not None and said.profile else course.profile
        expected = self.agreements.programs.without_agreement(course.program, profile, course.started)
        if expected and course.dcsph not in expected:
            params = {
                "found": quoted_code(course.dcsph) or "-",
                "expected": OR.join(expected),
                "program": course.program,
                "profile": profile,
            }
            yield Finding("MONITOR_DIAGNOSIS_NO_AGREEMENT", "diagnosis_code", params)

    def _of_total(self, course: Course, end: CourseVisit) -> Iterator[Finding]:
        """Whether start and end have together the units that the agreement of either day gives (§4.1.4, 4.1.5)."""
        start = next((visit for visit in course.visits if visit.product.moment == "start"), None)
        if start is None or start.line is None or end.line is None:
            return
        if start.line.became not in _STANDING or end.line.became not in _STANDING:
            return
        totals = []
        for day in (start.day, end.day):
            units = [self._fixed(visit, day) for visit in (start, end)]
            totals += [sum(filter(None, units))] if None not in units else []
        total = start.line.units + end.line.units
        if totals and total not in totals:
            params = {"total": total, "expected": OR.join(dict.fromkeys(map(str, totals))), "insurer": course.insurer}
            yield Finding("MONITOR_UNITS_TOTAL", "code", params)

    def _fixed(self, visit: CourseVisit, day: date) -> int | None:
        """The fixed units of a visit by the agreement of a day; None where these are counted or not known."""
        agreement = self.agreements.find(self.insurer(visit.uzovi), visit.product.declare_under, day)
        return agreement.units if agreement is not None and isinstance(agreement.units, int) else None

    @staticmethod
    def _of_waiting(visit: CourseVisit) -> Iterator[Finding]:
        """That a visit wasn't dealt with, or its line doesn't stand: the start apart, as everything goes on from it. A
        contact of a day without a contract position counts all the same (§3.1)."""
        is_dealt_with = visit.outcome in _DEALT_WITH or (
            visit.outcome is Outcome.NO_AGREEMENT and visit.product.moment == "contact"
        )
        if not is_dealt_with or (visit.line is not None and visit.line.became not in _STANDING):
            code = "MONITOR_START_NOT_DECLARED" if visit.product.moment == "start" else "MONITOR_NOT_DECLARED"
            yield Finding(code, "", {"day": visit.day, "code": quoted_word(visit.product.declare_under or visit.code)})

    # Of what is in no course.

    def outside(
        self, patient_id: str, consent: str, courses: Sequence[Course], visits: Iterable[CourseVisit]
    ) -> list[Review]:
        """What is in none of the courses of a patient and should perhaps be: visits with a code of Zorg1, and regular
        care with a diagnosis of a part of the body that a program is for, while no course of that program was near."""
        found = []
        for program, episode in self._episodes(visits):
            course = _not_a_course(patient_id, consent, program, self.insurer(episode[0].uzovi), episode)
            product = episode[0].product
            if product.declare_under:
                finding = Finding("MONITOR_OUTSIDE", "trajectory_id", {"code": quoted_word(product.registered)})
            elif any(self._is_near(course, other) for other in courses):
                continue
            else:
                params = {"found": quoted_code(course.dcsph), "program": program}
                finding = Finding("MONITOR_MISSED_INCLUSION", "diagnosis_code", params)
            codes = [Reviewed(same, "", (finding,) if same[0] is episode[0] else ()) for same in _by_code(episode)]
            found.append(Review(course, None, (), tuple(codes)))
        return found

    def _episodes(self, visits: Iterable[CourseVisit]) -> Iterator[tuple[str, list[CourseVisit]]]:
        """Visits of one trajectory number, or else of one program and not too far apart, each with the program."""
        running: dict[tuple[str, str, bool], list[CourseVisit]] = {}
        found: list[tuple[str, list[CourseVisit]]] = []
        for visit in sorted(visits, key=lambda visit: (visit.day, visit.appointment_id)):
            program = OR.join(self.agreements.programs.of_body_part(visit.dcsph))
            if not program and not visit.product.declare_under:
                continue
            key = visit.number, program, bool(visit.product.declare_under)
            episode = running.get(key)
            if episode is None or (not visit.number and visit.day - episode[-1].day > self.apart):
                episode = running[key] = []
                found.append((program, episode))
            episode.append(visit)
        yield from found

    def _is_near(self, course: Course, other: Course) -> bool:
        """Whether another course is of the same program, and not too far from these visits."""
        is_of_it = other.program in course.program.split(OR)
        return is_of_it and other.started - self.apart <= course.last and course.started <= other.last + self.apart


def _not_a_course(patient_id: str, consent: str, program: str, insurer: str, visits: Sequence[CourseVisit]) -> Course:
    """Visits that are in no course, as one."""
    first = visits[0]
    return Course(
        trajectory=first.number,
        patient_id=patient_id,
        birth_year=None,
        sex="",
        consent=consent,
        uzovi=first.uzovi,
        uzovis=tuple(dict.fromkeys(visit.uzovi for visit in visits)),
        insurer=insurer,
        category=first.category,
        program=program,
        profile="",
        agreement=False,
        dcsph=first.dcsph,
        csi=first.csi,
        referral=first.referral,
        started=first.day,
        ended=None,
        relapse=None,
        has_start=False,
        by_diagnosis=False,
        visits=tuple(visits),
    )


def _by_code(visits: Iterable[CourseVisit]) -> list[tuple[CourseVisit, ...]]:
    """The visits with one own code and declare-under code, by the first of each."""
    found: dict[tuple[str, str], list[CourseVisit]] = {}
    for visit in visits:
        found.setdefault((visit.code, visit.product.registered), []).append(visit)
    return [tuple(each) for each in found.values()]
