"""One patient's part of a run: what the feed brings, put together with what the ledger remembers, and judged.

A patient is always judged over their whole known history, so it makes no difference in how many pieces it came.
"""

import json
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from operator import attrgetter, itemgetter
from typing import Final

from attrs import define, field

from ..appointment import Appointment, Outcome
from ..codelists import standard_on
from ..columns import COLUMNS
from ..declaration import NO_BSN, Person
from ..intake import values
from ..intake.gather import Completed, Gathered, GatheredRow
from ..intake.person import born_by, given_on
from ..intake.reader import ID_LIMIT, Reader, remembered
from ..ledger import Ledger, StoredDossier
from ..ledger.dossier import AT, CORE, LASTING, PENDING, core, pack, pack_trajectories, unpack
from ..problems import Finding, severity
from ..settings import Settings
from ..standards import pm304
from ..zorg1.claims import SETTLED, Claim, Judge, held
from ..zorg1.resolver import Resolver, Standing
from ..zorg1.trajectories import Trajectory, Visit, group
from .due import DueLine
from .rendering import RenderedCare, RenderedPerson, Renderer

#: What may differ between two rows of one appointment: a feed joined with its measurements has a row for each.
_FREE_TO_DIFFER: Final = frozenset({"consent", "measurement_name", "measurement_score"})
_COMPARED: Final = tuple(column for column in COLUMNS if column not in _FREE_TO_DIFFER)
#: Of `CORE`, what is never quoted.
_PRIVATE: Final = frozenset({"bsn"})
_ID: Final = attrgetter("id")
_OUTCOME: Final = attrgetter("outcome")
_SENT: Final = itemgetter(*(index for index, column in enumerate(CORE) if column != "trajectory_id"))
_PM304: Final = "PM304"


@define
class Case:
    """What a patient's part of a run came to. ``outcomes`` counts rows and remembered appointments alike; ``cancelled``
    appointments and ``released`` trajectory numbers are no longer the patient's."""

    outcomes: dict[Outcome, int] = field(factory=dict)
    remembered: int = 0
    lines: list[DueLine] = field(factory=list)
    problems: list[tuple[Appointment, Finding]] = field(factory=list)
    dossier: StoredDossier | None = None
    cancelled: list[tuple[str, str]] = field(factory=list)
    released: list[tuple[str, str]] = field(factory=list)


class Desk:
    """Where patients are worked out, one by one; all a case needs besides the patient's own rows."""

    def __init__(
        self,
        settings: Settings,
        resolver: Resolver,
        judge: Judge,
        ledger: Ledger,
        feed: Gathered,
        fingerprint: bytes,
        *,
        hold_all: bool = False,
    ) -> None:
        """``hold_all``: what is due waits (``--strict``)."""
        self.hold_all = hold_all
        self.reader = Reader(feed.header, Completed(settings.input.completed))
        self.settings = settings
        self.resolver = resolver
        self.judge = judge
        self.ledger = ledger
        self.shared_appointments, self.shared_numbers = feed.shared_appointments, feed.shared_numbers
        self.watched, self.orphans, self.contested = feed.watched, feed.orphans, feed.contested
        self.fingerprint = fingerprint
        self.declared_until = settings.ledger.declared_until or date.min
        self.renderer = Renderer(settings.output.diagnosis_element or pm304.DIAGNOSIS_ELEMENT)

    def move(self) -> None:
        """To be called in another process than the one that opened the ledger."""
        self.ledger = self.ledger.reopened()

    def work_out(self, patient_id: str, rows: Sequence[GatheredRow]) -> Case:
        """Judges a patient. ``rows`` are those of the feed, none for one the ledger wants tried again."""
        stored = None if self.ledger.is_new else self.ledger.dossier(patient_id)
        digest = self._digest(rows)
        if stored is not None and stored.digest == digest and stored.tally:
            counts = (count.split("=") for count in stored.tally.split(" "))
            return Case({Outcome(name): int(count) for name, count in counts})
        return _CaseWork(self, patient_id, stored, digest).run(rows)

    def _digest(self, rows: Sequence[GatheredRow]) -> bytes:
        """Of the rows' text, in any order, under these settings and tables."""
        text = "\n".join(sorted(body for body, _ in rows))
        return blake2b(text.encode(), digest_size=16, key=self.fingerprint).digest()


class _CaseWork:
    """One patient on the desk."""

    def __init__(self, desk: Desk, patient_id: str, stored: StoredDossier | None, digest: bytes) -> None:
        self.desk = desk
        self.patient_id = patient_id
        self.stored = stored
        self.digest = digest
        self.case = Case()
        self.known = self._recall()
        self.visits: list[Visit] = []
        self.unclear: list[Appointment] = []
        self.kept: list[Appointment] = []

    def run(self, rows: Sequence[GatheredRow]) -> Case:
        """From rows to outcomes: recall, compare, group, judge, and write down what is due."""
        desk, case = self.desk, self.case
        read, judge = desk.reader.read, desk.judge.judge
        told = self._once([read(body, row) for body, row in rows])
        left_over = list(self.known.values())
        for appointment in told:
            self._classify(appointment)
        for appointment in left_over:
            self._classify(appointment)
        self.shared = self._shared_numbers()
        trajectories = group(self.visits, [*self.unclear, *self._orphans()], self.shared)
        claims: list[tuple[Visit, Claim]] = []
        for visit in self.visits:
            if visit.trajectory is not None:
                visit.appointment.trajectory = self._label(visit)
            if (claim := judge(visit)) is not None:
                claims.append((visit, claim))
        if claims:
            self._write_lines(claims)
        for appointment in left_over:
            if appointment.known is None and (
                appointment.outcome not in (Outcome.NOT_ZORG1, Outcome.EARLIER) or appointment.id in self.pending_before
            ):
                case.remembered += 1
                self._tally(appointment.outcome)
            case.problems += [(appointment, finding) for finding in appointment.findings]
        for appointment in told:
            if appointment.findings:
                case.problems += [(appointment, finding) for finding in appointment.findings]
        for outcome, count in Counter(map(_OUTCOME, told)).items():
            assert outcome is not None
            case.outcomes[outcome] = case.outcomes.get(outcome, 0) + count
        self._file(trajectories, rows)
        for trajectory in trajectories:
            trajectory.contacts.clear()  # visits and trajectories hold each other; this lets all of them go at once
        return case

    # What is known, and what the feed says now.

    def _recall(self) -> dict[str, Appointment]:
        """What the ledger remembers, by appointment id."""
        recalled: dict[str, Appointment] = {}
        self.pending_before: set[str] = set()
        if self.stored is None:
            return recalled
        for outcome, was, texts, lasting in unpack(self.stored.appointments):
            settled = outcome not in PENDING
            appointment = remembered(self.patient_id, texts, AT, settled=settled)
            if settled:
                appointment.known = outcome if outcome in SETTLED else None
                appointment.units, appointment.linked = was
            else:
                if self.patient_id not in self.desk.watched.get(appointment.id, {self.patient_id}):
                    continue  # the feed says it is another patient's now
                for finding in lasting:
                    _blur(appointment, str(finding.params.get("columns", "")).split(", "))
                if lasting:
                    appointment.findings[:] = lasting
                self.pending_before.add(appointment.id)
            recalled[appointment.id] = appointment
        return recalled

    def _once(self, fresh: Sequence[Appointment]) -> list[Appointment]:
        """Each appointment of the feed once, compared with what is known of it; counts away all other rows."""
        by_id: dict[str, list[Appointment]] = {}
        once: list[Appointment] = []
        for appointment in fresh:
            if not appointment.id:  # unreadable, or not completed
                if appointment.completed:
                    once.append(appointment)
                else:
                    self._tally(Outcome.NOT_COMPLETED)
            elif (same := by_id.get(appointment.id)) is not None:
                same.append(appointment)
            else:
                by_id[appointment.id] = [appointment]
        known_ones = self.known
        for same in by_id.values():
            appointment = same[0] if len(same) == 1 else self._merge(same)
            known = known_ones.pop(appointment.id, None) if known_ones else None
            if not appointment.completed:
                self._cancelled(appointment, known)
            elif known is None or known.known is None:
                once.append(appointment)
            else:
                once.append(self._compare(appointment, known))
        return once

    def _merge(self, same: list[Appointment]) -> Appointment:
        """One appointment of the rows that carry its id: they must say the same."""
        same.sort(key=self._standing)
        first = same[0]
        columns = (
            sorted({column for other in same[1:] for column in _differences(first, other)}) if first.completed else []
        )
        rows = sorted(a.row or 0 for a in same)
        first.row = rows[0]
        for _ in same[1:]:
            self._tally(Outcome.DUPLICATE)
        if columns:
            params = {"rows": ", ".join(map(str, rows)), "columns": ", ".join(columns)}
            first.findings[:] = [Finding("APPOINTMENT_CONFLICT", columns[0], params)]
            _blur(first, columns)
        return first

    def _standing(self, appointment: Appointment) -> tuple[bool, bool, list[str]]:
        """Which of two contradicting rows comes first, wherever they stand in the feed."""
        a = appointment
        answer = self.desk.resolver.answer(a.code, a.declare_under, a.uzovi, a.date)
        return not a.completed, not answer.is_zorg1, [a.text(column) for column in _COMPARED]

    def _label(self, visit: Visit) -> str:
        """What a trajectory is called towards people; nobody's BSN, whatever a practice uses as its numbers."""
        assert visit.trajectory is not None
        label, bsn = visit.trajectory.label, visit.appointment.text("bsn")
        return label.replace(bsn, "*" * len(bsn)) if len(bsn) > 7 and bsn in label else label

    def _cancelled(self, appointment: Appointment, known: Appointment | None) -> None:
        """An appointment that did not take place, perhaps after we heard that it did."""
        if known is not None and known.known is Outcome.DECLARED:
            known.row = appointment.row
            day = known.date.isoformat() if known.date else ""
            self.known[known.id] = known
            self.case.problems.append((known, Finding("DECLARED_CANCELLED", "status", {"date": day})))
            self._tally(Outcome.EARLIER)
            return
        if known is not None:
            self.case.cancelled.append((known.id, self.patient_id))
        self._tally(Outcome.NOT_COMPLETED)

    def _compare(self, appointment: Appointment, known: Appointment) -> Appointment:
        """A settled appointment that the feed repeats: what was declared stands, whatever the feed says now."""
        old, new = core(known), core(appointment)
        if known.known is not Outcome.DECLARED:  # counted, or declared by another system: judged by what is said now
            if known.known is Outcome.COUNTED and not appointment.findings:
                appointment.known = Outcome.COUNTED
                appointment.linked = known.linked if old[2:4] == new[2:4] else ""
            return appointment
        if _SENT(old) == _SENT(new) and not appointment.findings:  # a trajectory number is not part of what was sent
            appointment.known, appointment.units, appointment.linked = known.known, known.units, known.linked
            return appointment
        known.row = appointment.row
        changes = [(c, o, n) for c, o, n in zip(CORE, old, new, strict=True) if o != n and c != "trajectory_id"]
        if appointment.findings or not changes:
            known.findings += appointment.findings
            return known
        params = {
            "columns": ", ".join(column for column, _, _ in changes),
            "before": ", ".join("…" if column in _PRIVATE else old or "-" for column, old, _ in changes),
            "after": ", ".join("…" if column in _PRIVATE else new or "-" for column, _, new in changes),
        }
        known.findings.append(Finding("DECLARED_CHANGED", changes[0][0], params))
        return known

    # What it is.

    def _classify(self, appointment: Appointment) -> None:
        """Makes a visit of an appointment, or settles it here where there is nothing to group."""
        desk = self.desk
        day = appointment.date
        answer = desk.resolver.answer(appointment.code, appointment.declare_under, appointment.uzovi, day)
        if appointment.linked and (appointment.known is Outcome.DECLARED or not answer.is_zorg1):
            # What was declared or counted stays what it was, whatever the code is linked to now.
            answer = desk.resolver.answer("", appointment.linked, appointment.uzovi, day)
        appointment.linked = answer.code
        found = appointment.findings
        if (
            appointment.known not in (Outcome.DECLARED, Outcome.EARLIER)  # what was declared stays known
            and not answer.is_zorg1
            and (answer.standing is Standing.NOT_ZORG1 or not appointment.number)
            and not any(finding.code.startswith("ROW_") for finding in found)
        ):
            found.clear()
            appointment.outcome = Outcome.NOT_ZORG1
            return
        self.kept.append(appointment)
        if appointment.known is None:
            if day is not None and day <= desk.declared_until and answer.is_zorg1:
                appointment.known = Outcome.EARLIER
            else:
                if found and (found[0].code not in LASTING or found[0].code.startswith("ROW_")):
                    appointment.outcome = Outcome.UNREADABLE
                elif not found and self._is_shared(appointment):
                    found.append(Finding("APPOINTMENT_TWO_PATIENTS", "appointment_id", {"rows": ""}))
                if found:
                    appointment.outcome = appointment.outcome or Outcome.HELD
                    appointment.trajectory = appointment.number
                    self.unclear.append(appointment)
                    return
        if day is None:
            appointment.outcome = Outcome.EARLIER
            return
        self.visits.append(Visit(appointment, answer, day))

    def _is_shared(self, appointment: Appointment) -> bool:
        """Whether another patient has an appointment with the same id, in this feed or in the ledger."""
        desk = self.desk
        if desk.shared_appointments and hash(appointment.id) in desk.shared_appointments:
            return True
        if desk.ledger.is_new:
            return False
        owner = desk.ledger.appointment_owner(appointment.id)
        return owner is not None and owner != self.patient_id

    def _orphans(self) -> list[Appointment]:
        """Rows without a patient under one of the patient's trajectory numbers."""
        if not self.desk.orphans:
            return []
        numbers = sorted({visit.appointment.number for visit in self.visits} & self.desk.orphans)
        return [Appointment("", None, True, None, "", "", n, "", "", "", (), {}) for n in numbers]

    def _shared_numbers(self) -> set[str]:
        """The patient's trajectory numbers that another patient has too."""
        desk, numbers = self.desk, {visit.appointment.number for visit in self.visits} - {""}
        shared = {n for n in numbers if hash(n) in desk.shared_numbers} if desk.shared_numbers else set()
        shared |= numbers & desk.contested
        if not desk.ledger.is_new:
            owners = {number: desk.ledger.number_owner(number) for number in numbers}
            shared |= {number for number, owner in owners.items() if owner not in (None, self.patient_id)}
        return shared

    # What is due.

    def _write_lines(self, claims: Sequence[tuple[Visit, Claim]]) -> None:
        """Turns claims into lines; holds those whose person or care can't be written."""
        claims = sorted(claims, key=lambda due: (due[0].day, due[0].appointment.id))
        renderer = self.desk.renderer
        said: set[tuple[str, str]] = set()
        ready: list[tuple[Visit, Claim, RenderedPerson, RenderedCare]] = []
        rendered = [renderer.person(visit.appointment) for visit, _ in claims]
        conflict = _person_conflict([who.person for who in rendered if who.person is not None], self._earlier_bsns())
        for (visit, claim), who in zip(claims, rendered, strict=True):
            appointment, what = visit.appointment, renderer.care(visit.appointment)
            found = appointment.findings
            if conflict:
                found.append(Finding("PATIENT_CONFLICT", conflict[0], {"columns": ", ".join(conflict)}))
            if (fault := self._standard_fault(visit.day)) is not None:
                found.append(fault)
            for finding in who.findings:  # what is no error is said once, not of every line
                place = (finding.code, finding.column)
                if place not in said or severity(finding.code) == "error":
                    found.append(finding)
                said.add(place)
            found += what.findings
            found += pm304.check_line(claim.performance)
            if who.person is not None and who.person.birth_date > visit.day:
                found += born_by(who.person, visit.day)
            if what.care is not None:
                found += given_on(what.care, visit.day)
            if self.desk.hold_all and not held(appointment):
                found.append(Finding("STRICT_HELD"))
            if found and held(appointment):
                appointment.outcome = Outcome.HELD
            else:
                ready.append((visit, claim, who, what))
        # One record 02 per insured, as the practice knew them last; it goes with the first of their lines.
        latest = {visit.appointment.uzovi: who for visit, _, who, _ in ready}
        begun: set[str] = set()
        for visit, claim, _, what in ready:
            uzovi = visit.appointment.uzovi
            self._line(visit, claim, latest[uzovi], what, first=uzovi not in begun)
            begun.add(uzovi)

    def _earlier_bsns(self) -> set[str]:
        """The BSNs under which the patient was declared before, as far as the feed doesn't say so itself."""
        if self.stored is None:
            return set()
        earlier = (v.appointment for v in self.visits if v.appointment.known is Outcome.DECLARED)
        return {a.text("bsn").zfill(9) for a in earlier if a.row is None} - {NO_BSN}

    def _line(self, visit: Visit, claim: Claim, who: RenderedPerson, what: RenderedCare, *, first: bool) -> None:
        appointment, agreement = visit.appointment, claim.agreement
        appointment.units = claim.units
        assert who.person is not None
        assert what.fragment is not None
        head, _ = pm304.line_fragment(who.key, what.fragment, claim.performance)
        self.case.lines.append(
            DueLine(
                standard_on(visit.day).standard,
                appointment.uzovi,
                who.person.key,
                visit.day.isoformat(),
                appointment.id,
                self.patient_id,
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
        )

    def _standard_fault(self, day: date) -> Finding | None:
        """Why a line of this day has no file to go in: the standard follows the day of the care."""
        era, wanted = standard_on(day), self.desk.settings.output.standard
        if wanted != "auto" and not era.standard.lower().startswith(wanted):
            params = {"standard": wanted.upper(), "date": day.isoformat(), "right": era.standard}
            return Finding("STANDARD_NOT_FOR_DATE", "date", params)
        if not era.standard.startswith(_PM304):
            return Finding("STANDARD_UNAVAILABLE", "date", {"standard": era.standard, "date": day.isoformat()})
        return None

    # What remains.

    def _tally(self, outcome: Outcome | None) -> None:
        assert outcome is not None
        outcomes = self.case.outcomes
        outcomes[outcome] = outcomes.get(outcome, 0) + 1

    def _file(self, trajectories: Sequence[Trajectory], rows: Sequence[GatheredRow]) -> None:
        """Makes the dossier for next time, where there is anything to remember."""
        named = [appointment for appointment in self.kept if 0 < len(appointment.id) <= ID_LIMIT]
        if not named and self.stored is None:
            return
        named.sort(key=_ID)
        pending = sum([appointment.outcome in PENDING for appointment in named])
        digest = tally = None
        if rows and not pending and len(named) == len(self.kept) and not self.case.remembered and self._is_said():
            again: Counter[Outcome] = Counter()
            for outcome, count in self.case.outcomes.items():
                again[Outcome.EARLIER if outcome in SETTLED else outcome] += count
            digest, tally = self.digest, " ".join(f"{o.value}={again[o]}" for o in Outcome if again[o])
        if self.stored is not None:
            before = {number for _, number, *_ in json.loads(self.stored.trajectories) if number}
            gone = before - {trajectory.number for trajectory in trajectories}
            self.case.released.extend((number, self.patient_id) for number in sorted(gone))
        summaries = [_summary(trajectory, self.shared) for trajectory in trajectories]
        self.case.dossier = StoredDossier(
            self.patient_id, pending, digest, tally, pack(named), pack_trajectories(summaries)
        )

    def _is_said(self) -> bool:
        """Whether all there was to say is about lines that go out now, so that it won't be said again."""
        return all(appointment.outcome is Outcome.DECLARED for appointment, _ in self.case.problems)


def _summary(trajectory: Trajectory, shared: Collection[str]) -> tuple[str, ...]:
    """In the order of the view ``trajectory`` of the ledger. A shared number is nobody's until that is solved."""
    return (
        trajectory.label,
        "" if trajectory.number in shared else trajectory.number,
        trajectory.insurer,
        trajectory.program,
        trajectory.profile,
        trajectory.start.isoformat() if trajectory.start else "",
        trajectory.end.isoformat() if trajectory.end else "",
        str(len(trajectory.contacts)),
    )


def _blur(appointment: Appointment, columns: Sequence[str]) -> None:
    """Forgets what its rows contradict each other in, where that says which trajectory it could belong to."""
    if "date" in columns:
        appointment.date = None
    if "trajectory_id" in columns:
        appointment.number = ""


def _differences(one: Appointment, other: Appointment) -> list[str]:
    """The columns in which two rows of one appointment differ in meaning, not only in writing."""
    if one.cells == other.cells:
        return []
    return [
        column
        for column in _COMPARED
        if one.text(column) != other.text(column) and _meaning(one, column) != _meaning(other, column)
    ]


def _meaning(appointment: Appointment, column: str) -> object:
    """What a cell says, however it is written."""
    if column == "status":
        return appointment.completed
    if column in CORE:
        return core(appointment)[CORE.index(column)]
    text = appointment.text(column)
    parse = _WRITTEN.get(column)
    return (parse(text) if parse is not None and text else None) or text


#: Cells that can say the same in more than one way.
_WRITTEN: Final[Mapping[str, Callable[[str], object]]] = {
    "birth_date": values.day,
    "sex": values.sex,
    "postcode": values.postcode,
    "country": values.country,
    "house_number": values.house_number,
    "indication_code": values.indication,
    "therapist_agb": values.agb,
    "therapist_specialism": values.specialism,
    "referral_date": values.day,
    "referrer_agb": values.agb,
    "referrer_specialism": values.specialism,
}


def _person_conflict(persons: Sequence[Person], earlier: Collection[str]) -> list[str]:
    """The columns in which the due appointments of one patient are of different people, or of others than ``earlier``
    (BSNs)."""
    if not earlier and all(person is persons[0] for person in persons):
        return []
    bsns = {person.bsn for person in persons} | set(earlier)
    different = {"bsn": len(bsns) > 1, "birth_date": len({person.birth_date for person in persons}) > 1}
    return [column for column, differs in different.items() if differs]
