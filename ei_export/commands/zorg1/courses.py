"""The trajectories that the ledger knows, as the Zorg1 tables ask for them: it is read once, patient by patient.

What belongs together was decided when the patient was judged; only sessions without a price agreement that no code says
anything of are put together here, by `zorg1.inclusion`.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter
from typing import Final

from attrs import evolve, frozen

from ...base.memo import Memo
from ...base.problems import Finding
from ...base.wording import quoted_code, quoted_word
from ...intake import values
from ...intake.meanings import meant
from ...intake.measurements import as_meant
from ...intake.reader import read_unsettled
from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.care import BookedLine, KnownPatient, patients_in_care
from ...ledger.dossier import KeptTrajectory, Settled, Unsettled
from ...model.appointment import Outcome
from ...model.measurement import KeptMeasurement, Measurement, score_text
from ...settings import Settings
from ...zorg1.agreements import ANY
from ...zorg1.course import CONSENTS, UNREAD, Course, CourseVisit, VisitLine, VisitProduct
from ...zorg1.inclusion import CareSession, Includer, Inclusion
from ...zorg1.measuring import MeasuringRules, joined, match
from ...zorg1.resolution import Verdict
from ...zorg1.trajectories import MOMENT_ORDER

#: Of what a trajectory without agreement may be made: a session that by its code is in none.
_LOOSE: Final = (Outcome.NOT_ZORG1, Outcome.NO_AGREEMENT)
#: So many of what is told are named.
_MOST_NAMED: Final = 5
#: Forgetting costs time only.
_MOST_PRODUCTS: Final = 100_000
_OUTCOMES: Final = {outcome.value: outcome for outcome in Outcome}


@frozen
class PatientCare:
    """The courses of one patient, in order of their start, and the visits that are in none. ``consent`` as of a
    `Course`."""

    patient_id: str
    consent: str
    courses: Sequence[Course]
    outside: Sequence[CourseVisit]


class CourseReader:
    """Reads the courses of all patients. ``measuring``: by what is measured in one."""

    def __init__(self, settings: Settings, rules: Rules) -> None:
        self._resolver, self._meanings = rules.resolver, rules.meant
        #: By code, declare-under code, that at the time, UZOVI number and day: many visits have these in common.
        self._products = Memo(self._product, _MOST_PRODUCTS)
        self.measuring: Final = MeasuringRules.load(rules.judge.agreements, settings.zorg1)
        self._limits, self._measured_as = settings.zorg1.limits, settings.measurements.values
        apart = timedelta(weeks=settings.zorg1.apart_weeks)
        self._includer = Includer(rules.resolver, apart, by_diagnosis=settings.zorg1.without_category == "diagnosis")

        #: Patients whose word on consent says neither yes nor no, by that word.
        self._unread: Counter[str] = Counter()
        #: Measurements that are of no trajectory, of one of several, or otherwise than the feed says, by what is told.
        self._unmatched: Counter[str] = Counter()
        #: The first of these.
        self._first: defaultdict[str, list[str]] = defaultdict(list)

    def told(self) -> Iterator[Finding]:
        """What there is to tell of all that was read: each thing once, with its count."""
        if unclear := self._includer.unclear:
            named = ", ".join(map(quoted_word, sorted(unclear)[:_MOST_NAMED]))
            yield Finding("ZORG1_CATEGORY_UNCLEAR", "category", {"count": sum(unclear.values()), "categories": named})
        if unread := self._unread:
            named = ", ".join(map(quoted_word, sorted(unread)[:_MOST_NAMED]))
            yield Finding("ZORG1_CONSENT_WORDS", "consent", {"count": sum(unread.values()), "words": named})
        for code, count in sorted(self._unmatched.items()):
            yield Finding(code, "", {"count": count, "which": ", ".join(self._first[code])})

    def courses(self, ledger: Ledger) -> Iterator[Course]:
        """All courses, by patient number, of one patient by start and name. The same ledger gives the same, whatever
        feeds it was filled from."""
        for care in self.patients(ledger):
            yield from care.courses

    def patients(self, ledger: Ledger) -> Iterator[PatientCare]:
        """All patients, by number, also those without a course."""
        for patient in patients_in_care(ledger):
            yield self._care(patient, patient.shown(ledger))

    def _care(self, patient: KnownPatient, shown: str) -> PatientCare:
        """``shown``: the patient's number as people may see it."""
        if (consent := self._consent(patient)) != patient.consent:
            patient = evolve(patient, consent=consent)
        placed: defaultdict[int, list[CourseVisit]] = defaultdict(list)
        loose: dict[str, CourseVisit] = {}
        outside: list[CourseVisit] = []
        for kept in (*patient.appointments, *patient.regular):
            settled = self._meant(patient.patient_id, kept) if isinstance(kept, Unsettled) else kept
            visit = self._visit(settled, patient.lines.get(kept.appointment_id, ()))
            if visit is None:
                continue
            if kept.place:
                placed[kept.place].append(visit)
            elif visit.outcome in _LOOSE:
                loose[visit.appointment_id] = visit
            else:
                outside.append(visit)
        self._join(patient, placed, loose)
        courses = [self._known(patient, shown, patient.trajectories[at - 1], visits) for at, visits in placed.items()]
        numbers = {trajectory.number for trajectory in patient.trajectories} - {""}
        sessions = [
            CareSession(v.appointment_id, v.day, v.number, v.uzovi, v.dcsph, v.category) for v in loose.values()
        ]
        for inclusion in self._includer.trajectories(sessions, numbers):
            visits = [loose.pop(session.appointment_id) for session in inclusion.sessions]
            courses.append(self._included(patient, shown, inclusion, visits))
        if patient.measured:
            courses = self._with_measurements(shown, courses, patient.measured)
        courses.sort(key=attrgetter("started", "trajectory"))
        in_none = [
            evolve(visit, number=patient.called(visit.number), category=patient.called(visit.category))
            for visit in (*outside, *loose.values())
        ]
        return PatientCare(shown, patient.consent, courses, in_none)

    def _consent(self, patient: KnownPatient) -> str:
        """The patient's last word, as a `Course` has it: one that said nothing when it was read, as the settings of
        today say it is meant."""
        known = ("", *CONSENTS)
        if patient.consent in known:
            return patient.consent
        word = values.consent(meant(self._meanings, "consent", patient.consent))
        if word in known:
            return word
        self._unread[patient.called(word)] += 1
        return UNREAD

    def _with_measurements(
        self, shown: str, courses: Sequence[Course], kept: Iterable[KeptMeasurement]
    ) -> list[Course]:
        """Courses with what the file of measurements has of them; of one instrument on one day that is what counts."""
        measured = (as_meant(each, self._measured_as, self.measuring.instruments) for each in kept)
        matched = match(measured, courses, self.measuring.measures, self._limits)
        found = []
        for course in courses:
            all_of_it, otherwise = joined(course.measurements, matched.trajectory.get(course.trajectory, ()))
            found.append(evolve(course, measurements=tuple(all_of_it)))
            self._count("MEASUREMENT_OTHERWISE", shown, (of_feed for of_feed, _ in otherwise))
        self._count("MEASUREMENT_NO_TRAJECTORY", shown, matched.no_trajectory)
        self._count("MEASUREMENT_SEVERAL", shown, (each for each, _ in matched.several))
        return found

    def _count(self, code: str, shown: str, found: Iterable[Measurement]) -> None:
        """Counts measurements of a patient, and keeps the first as people may see them."""
        for measured in found:
            self._unmatched[code] += 1
            if len(self._first[code]) < _MOST_NAMED:
                self._first[code].append(f"{shown} {measured.day.isoformat()} {quoted_word(measured.instrument)}")

    @staticmethod
    def _join(patient: KnownPatient, placed: Mapping[int, list[CourseVisit]], loose: dict[str, CourseVisit]) -> None:
        """Puts sessions of regular care with the trajectory without agreement whose number they have: its start and end
        are registered under codes of Zorg1, and it is declared by the session."""
        at = {each.number: place for place, each in enumerate(patient.trajectories, 1) if each.number}
        for ident, visit in list(loose.items()):
            place = at.get(visit.number, 0)
            if place in placed and not any(other.agreed for other in placed[place]):
                placed[place].append(loose.pop(ident))

    def _meant(self, patient_id: str, kept: Unsettled) -> Settled:
        """What is kept as the feed had it, as the settings of today say it is meant."""
        row = read_unsettled(patient_id, kept.texts, self._meanings, settled=False)
        core = (row.id, row.text("date"), row.code, row.declare_under, row.number, row.uzovi, row.diagnosis, "")
        return Settled(*core, kept.outcome.value, place=kept.place, **kept.besides._asdict())

    def _visit(self, kept: Settled, lines: Sequence[BookedLine]) -> CourseVisit | None:
        """An appointment as it was kept, with what stands of its lines; None of one without a day, which can't be of
        anything."""
        day = values.day(kept.date)
        if day is None:
            return None
        product = self._products[kept.code, kept.declare_under, kept.linked, kept.uzovi, day]
        line, dcsph, csi = _standing(lines) if lines else None, kept.diagnosis_code, kept.indication_code
        return CourseVisit(
            appointment_id=kept.appointment_id,
            day=day,
            number=kept.trajectory_id,
            code=kept.code,
            product=product,
            outcome=_OUTCOMES[kept.outcome],
            uzovi=values.uzovi(kept.uzovi) or quoted_code(kept.uzovi),
            dcsph=values.diagnosis(dcsph) or quoted_code(dcsph),
            csi=values.indication(csi) or quoted_code(csi),
            category=quoted_word(meant(self._meanings, "category", kept.category)),
            therapist=kept.therapist_agb,
            referral=values.day(kept.referral_date) if kept.referral_date else None,
            line=line,
            measured=tuple(self._measured(day, name, score) for name, score in kept.measured),
        )

    def _product(self, asked: tuple[str, str, str, str, date]) -> VisitProduct:
        """What a code means; of what was declared or counted (``linked``), what it meant then."""
        (code, declare_under, linked, uzovi, day), resolver = asked, self._resolver
        if linked:
            resolution = resolver.resolve("", linked, uzovi, day)
        else:
            resolution = resolver.resolve(code, declare_under, uzovi, day)
        agreement = resolution.agreement if resolution.agreement is not None and resolution.agreement.is_sent else None
        return VisitProduct(
            resolver.link(code, declare_under).code if resolution.is_zorg1 else "",
            resolution.code if resolution.is_zorg1 else "",
            resolution.moment,
            resolution.profile,
            agreement.list if agreement is not None else "",
            agreement.f_code if agreement is not None else "",
            resolution.fixed,
            resolution.is_zorg1 and resolution.verdict is not Verdict.NO_AGREEMENT,
        )

    def _measured(self, day: date, name: str, score: str) -> Measurement:
        """What the feed says was measured, by our names."""
        name = self.measuring.instruments.name(meant(self._meanings, "measurement_name", name))
        return Measurement(day, name, score_text(score) or score)

    def _known(self, patient: KnownPatient, shown: str, kept: KeptTrajectory, visits: list[CourseVisit]) -> Course:
        """A course of visits that were placed in a trajectory when the patient was judged."""
        visits.sort(key=_order)
        start = values.day(kept.started)
        day = start or visits[0].day
        return _course(
            patient,
            shown,
            visits,
            trajectory=kept.trajectory if kept.number else f"{kept.trajectory}/{day.isoformat()}",
            insurer=kept.insurer,
            program=kept.program,
            profile=_profile(kept.profile, visits),
            agreement=any(visit.agreed for visit in visits),
            started=day,
            ended=values.day(kept.ended),
            relapse=values.day(kept.relapse),
            has_start=start is not None,
        )

    def _included(self, patient: KnownPatient, shown: str, inclusion: Inclusion, visits: list[CourseVisit]) -> Course:
        """A course of sessions without price agreement."""
        visits.sort(key=_order)
        uzovi, day = visits[0].uzovi, visits[0].day
        insurer = self._resolver.insurer(uzovi)
        parts = (shown, insurer or uzovi, inclusion.program, day.isoformat())
        return _course(
            patient,
            shown,
            visits,
            trajectory=patient.called(inclusion.number) or "/".join(filter(None, parts)),
            insurer=insurer,
            program=inclusion.program,
            profile=inclusion.profile,
            agreement=False,
            started=day,
            by_diagnosis=inclusion.by_diagnosis,
        )


def _course(
    patient: KnownPatient,
    shown: str,
    visits: Sequence[CourseVisit],
    *,
    trajectory: str,
    insurer: str,
    program: str,
    profile: str,
    agreement: bool,
    started: date,
    ended: date | None = None,
    relapse: date | None = None,
    has_start: bool = False,
    by_diagnosis: bool = False,
) -> Course:
    """A course, with what the first of its visits say that says something, and the last ones of its category."""
    return Course(
        trajectory=trajectory,
        patient_id=shown,
        birth_year=patient.birth_year,
        sex=patient.sex,
        consent=patient.consent,
        uzovi=visits[0].uzovi,
        uzovis=tuple(dict.fromkeys(visit.uzovi for visit in visits)),
        insurer=insurer,
        category=patient.called(_first(visit.category for visit in reversed(visits))),
        program=program,
        profile=profile,
        agreement=agreement,
        dcsph=_first(visit.dcsph for visit in visits),
        csi=_first(visit.csi for visit in visits),
        referral=next((visit.referral for visit in visits if visit.referral is not None), None),
        started=started,
        ended=ended,
        relapse=relapse,
        has_start=has_start,
        by_diagnosis=by_diagnosis,
        visits=tuple(visits),
        measurements=tuple(sorted(measured for visit in visits for measured in visit.measured)),
    )


def _first(texts: Iterable[str]) -> str:
    return next(filter(None, texts), "")


def _order(visit: CourseVisit) -> tuple[date, int, str]:
    """The order in which visits are judged."""
    return visit.day, MOMENT_ORDER[visit.product.moment], visit.appointment_id


def _profile(kept: str, visits: Iterable[CourseVisit]) -> str:
    """The profile of a trajectory: that of its start; of TKP and THP that of its product, or the AV and BV of it."""
    if kept not in ("", ANY):
        singles = sorted({visit.product.profile for visit in visits if visit.product.moment == "profile"})
        covers = [each.removeprefix(f"{kept[:1]} ") for each in singles if each[:1] == kept[:1]]
        return f"{kept[:1]} {' + '.join(covers)}" if len(covers) > 1 else kept
    return _profile(found[0], visits) if (found := sorted({v.product.profile for v in visits} - {"", ANY})) else ""


def _standing(lines: Sequence[BookedLine]) -> VisitLine | None:
    """What stands of what was declared of an appointment: its last debit, but for withdrawn ones."""
    debits = [line for line in lines if line.debit_credit == "D" and line.became != "withdrawn"]
    if not debits:
        return None
    line, is_credited = debits[-1], debits[-1].became == "credited"
    return VisitLine(
        reference=line.reference,
        uzovi=line.uzovi,
        code=line.code,
        list=line.list,
        f_code=line.f_code,
        units=line.units,
        state=line.state,
        became=line.became,
        declared_cents=0 if is_credited else line.amount_cents,
        granted_cents=0 if is_credited else line.granted_cents,
    )
