"""What the feed says of a patient's appointments: each taken once, compared with what is remembered of it."""

from collections.abc import Callable, Mapping, Sequence, Set
from typing import Final

from attrs import evolve

from ..base.problems import Finding
from ..base.wording import iso_text
from ..intake import values
from ..intake.reader import checked
from ..ledger.dossier import CORE, Change, core
from ..ledger.planned import PlannedAppointment
from ..model.appointment import Appointment, Outcome
from ..model.columns import COLUMNS
from ..zorg1.resolution import Verdict
from .another_patient import is_another_s, take_cancelled_from_another, take_from_another
from .declared import take_declared
from .history import blurred, row_of_change
from .insurer_of_today import of_today
from .patient import Heard, Patient, Taken
from .result import Totals

#: What may differ between two rows of one appointment: a feed joined with its measurements has a row for each.
_FREE_TO_DIFFER: Final = frozenset({"consent", "category", "measurement_name", "measurement_score"})
_COMPARED: Final = tuple(column for column in COLUMNS if column not in _FREE_TO_DIFFER)


def hear(patient: Patient) -> Heard:
    """Takes each appointment of the feed once, compared with what is remembered of it; counts away all other rows."""
    first: dict[str, Appointment] = {}
    again: dict[str, list[Appointment]] = {}
    nameless: list[Appointment] = []
    for row in patient.rows:
        if not row.id:  # unreadable, or not completed
            nameless.append(row)
        elif row.id in first:
            again.setdefault(row.id, [first[row.id]]).append(row)
        else:
            first[row.id] = row
    hearing = _Hearing(patient, first.keys(), nameless)
    for ident, row in first.items():
        if ident in again:
            hearing.passed += [Outcome.DUPLICATE] * (len(again[ident]) - 1)
            row = _merged(patient, again[ident])
        if row.common.unclear and hearing.may_count(row):
            status = row.text("status")
            unclear = Finding("STATUS_UNCLEAR", "status", {"word": values.quoted_cell(status), "status": status})
            row = checked(evolve(row, common=evolve(row.common, completed=True)))
            row = evolve(row, findings=(unclear, *row.findings))
        hearing.take(row)
    if patient.context.settings.input.complete_from is not None:
        hearing.miss()
    history = patient.history
    if hearing.debits or hearing.said_before or history.pending or patient.is_news:
        hearing.take_silent()
    return hearing.heard()


class _Hearing:
    """What the appointments of a patient are taken for, while they are taken one by one."""

    def __init__(self, patient: Patient, named: Set[str], nameless: Sequence[Appointment]) -> None:
        """``named``: the ids of the feed; ``nameless`` rows have none."""
        history = patient.history
        self.patient, self.context, self.named = patient, patient.context, named
        self.in_feed = [row for row in nameless if row.common.completed]
        self.remembered, self.said_before = {**history.remembered}, {**history.said_before}
        self.debits, self.again = {**history.debits}, {**history.again}
        self.passed = [Outcome.NOT_COMPLETED] * (len(nameless) - len(self.in_feed))
        self.planned: dict[str, PlannedAppointment] = {}
        self._taken: dict[str, Taken] = {}
        #: Declared appointments that the feed ought to have and lacks.
        self._deleted: set[str] = set()
        self._told: list[tuple[Appointment, Finding]] = []
        self._waits = False

    def miss(self) -> None:
        """Forgets what was deleted in the agenda; of what was declared that is told, as of what was cancelled."""
        patient_id = self.patient.patient_id
        for ident, before in list(self.remembered.items()):
            if not self.context.is_deleted(before.id, before.date):
                continue
            if self._was_declared(ident, before):
                self._deleted.add(ident)
                self.said_before[ident] = row_of_change(self.context, patient_id, ident, Change("cancelled", {}))
            else:
                del self.remembered[ident]
                day = iso_text(before.date)
                self._told.append((before, Finding("APPOINTMENT_DELETED", "", {"date": day})))

    def take(self, row: Appointment) -> None:
        """Takes an appointment of the feed for what it is."""
        before = self.remembered.pop(row.id, None)
        taken: Taken | None = None
        if self._was_declared(row.id, before):
            sent = before if before is not None and before.settled_as is Outcome.DECLARED else None
            taken = take_declared(self.patient, sent, row, self.debits.get(row.id))
        elif not row.common.completed:
            if before is not None or row.common.unclear or not is_another_s(self.patient, row):
                self.passed.append(Outcome.NOT_COMPLETED)
                if row.common.is_planned:
                    self._plan(row)
                return
            taken = take_cancelled_from_another(self.patient, row)
        elif before is not None and before.settled_as is not None:
            row = _taken_over(self.patient, row, before)
        elif (taken := take_from_another(self.patient, row)) is not None:
            row = taken.appointment or row
            taken = evolve(taken, appointment=row)
        if taken is not None:
            self._note(row.id, taken)
            if taken.appointment is None:
                return
            row = taken.appointment
        self.in_feed.append(row)

    def take_silent(self) -> None:
        """Goes on with what the feed said before of declared appointments that it is silent about."""
        for ident, before in list(self.remembered.items()):
            is_told = ident in self.said_before or ident in self.debits or self.patient.is_news
            if is_told and self._was_declared(ident, before):
                sent = before if before.settled_as is Outcome.DECLARED else None
                row, debits = self.said_before.get(ident), self.debits.get(ident)
                taken = take_declared(self.patient, sent, row, debits, is_deleted=ident in self._deleted)
                self._note(ident, taken)
                del self.remembered[ident]
                if taken.appointment is not None:
                    self.remembered[ident] = taken.appointment
            elif before.settled_as is None and (other := take_from_another(self.patient, before)) is not None:
                self._note(ident, other)
                self.remembered[ident] = other.appointment or before

    def may_count(self, row: Appointment) -> bool:
        """Whether an appointment of which it can't be seen if it took place is one of Zorg1: it is held then, with the
        counted end that it may be a contact of. One that is still to come is left alone until its day."""
        day = row.date
        if day is None or not row.patient_id:
            return False
        resolution = self.context.resolver.of(row)
        if not (resolution.is_zorg1 and resolution.code) or resolution.verdict is Verdict.NO_AGREEMENT:
            return False
        self._waits = self._waits or day > self.context.judge.today
        return day <= self.context.judge.today

    def _plan(self, row: Appointment) -> None:
        """Notes one that is still to come, and may give a line or count in one once somebody completes it."""
        day = row.date
        if day is None or day <= self.context.declared_until or checked(row).findings:
            return
        resolution = self.context.resolver.of(row)
        if resolution.is_zorg1 and resolution.verdict is not Verdict.NO_AGREEMENT:
            common, status = row.common, values.quoted_cell(row.text("status"))
            codes = common.code, common.declare_under, common.uzovi
            number = row.called(row.number)
            self.planned[row.id] = PlannedAppointment(row.id, row.patient_id, day.isoformat(), *codes, number, status)

    def _no_longer_planned(self) -> list[tuple[str, str]]:
        """What was planned when the feed was heard of last, each with whose it was, and isn't any more by what it says
        now: whatever that is, or another patient's."""
        patient_id, owners = self.patient.patient_id, self.context.planned_by
        own = [
            (ident, patient_id)
            for ident, day in self.context.planned(patient_id).items()
            if ident not in self.planned and (ident in self.named or self.context.is_deleted(ident, day))
        ]
        named = [ident for ident in self.named if ident in owners] if owners else []
        return own + [(ident, other) for ident in named for other in owners[ident] if other != patient_id]

    def _was_declared(self, ident: str, before: Appointment | None) -> bool:
        """Whether an appointment was declared, and has not been settled as something else since."""
        if before is None or before.settled_as is None:
            return ident in self.debits
        return before.settled_as is Outcome.DECLARED

    def _note(self, ident: str, taken: Taken) -> None:
        self._taken[ident] = taken
        if taken.appointment is not None:
            self._told += [(taken.appointment, finding) for finding in taken.told]
        if taken.debits:
            self.debits[ident] = taken.debits
        if taken.again is not None:
            self.again[ident] = taken.again

    def heard(self) -> Heard:
        """All that was taken."""
        totals = [totals for each in self._taken.values() for totals in each.totals]
        over = self._no_longer_planned()
        if over or self.planned:
            totals.append(Totals(planned=[*self.planned.values()], over=over))
        return Heard(
            self.in_feed,
            self.remembered,
            self.named,
            self.debits,
            self.again,
            self._taken,
            waits=self._waits,
            passed=self.passed,
            told=self._told,
            totals=totals,
        )


def _taken_over(patient: Patient, row: Appointment, before: Appointment) -> Appointment:
    """A contact, or what another system declared, that the feed repeats: judged by what is said now."""
    if before.settled_as is not Outcome.COUNTED or row.findings:
        return row
    if before.uzovi != row.uzovi and of_today(patient, before, row):
        row = evolve(row, common=evolve(row.common, uzovi=before.uzovi))
    linked = before.past.linked if core(before)[2:4] == core(row)[2:4] else ""
    mark = before.past.mark
    is_as_told = bool(mark) and mark == patient.context.mark(row)
    return row.knowing(settled_as=Outcome.COUNTED, linked=linked, mark=mark if is_as_told else "")


def _merged(patient: Patient, same: Sequence[Appointment]) -> Appointment:
    """One appointment of the rows that carry its id: they must say the same."""

    def standing(a: Appointment) -> tuple[bool, bool, list[str]]:
        """Which of two contradicting rows comes first, wherever they stand in the feed."""
        resolution = patient.context.resolver.of(a)
        return not a.completed, not resolution.is_zorg1, [a.text(column) for column in _COMPARED]

    first, *others = sorted(same, key=standing)
    columns = sorted({column for other in others for column in differences(first, other)}) if first.completed else []
    rows = sorted(a.row or 0 for a in same)
    first = evolve(first, row=rows[0])
    if not columns:
        return first
    params = {"rows": ", ".join(map(str, rows)), "columns": ", ".join(columns)}
    conflict = Finding("APPOINTMENT_CONFLICT", columns[0], params)
    return blurred(evolve(first, findings=(conflict,)), columns)


def differences(one: Appointment, other: Appointment) -> list[str]:
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
