"""All there is to tell of one patient: what the feed says, what a run would make of it now, and what went out."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from typing import Any, Final

from attrs import define, evolve

from ...base.problems import Problem
from ...base.reasons import Reason
from ...base.steps import alone
from ...declaring.files import LINE_COLUMNS
from ...intake.gather import Gathered, GatheredRow, partition_of
from ...judging.collected import Collected
from ...judging.context import Context
from ...judging.credits import JudgedCredit, add_credits, going_out, judged_credits
from ...judging.judge import examine
from ...judging.patient import JudgedPatient
from ...judging.rules import Rules
from ...ledger.line import Line, lines_of
from ...model.appointment import Appointment, Outcome
from ...model.columns import COLUMNS
from ...model.due import DueLine
from ...output.problem_list import ProblemList
from ...zorg1.resolution import Resolution
from ...zorg1.visit import NOWHERE, Place, Trajectory, Visit
from ..worklist.task import Task
from ..worklist.worklist import tasks_about

#: Columns of a line that are numbers.
_NUMBERS: Final = frozenset({"units", "amount_cents"})


@define(slots=False)  # what is asked for more than once is worked out once
class PatientHistory:
    """``rows`` are those of the feed by appointment id, also what is not completed; ``judged`` are the patient's queued
    credits; ``rules`` those of the context."""

    context: Context
    rules: Rules
    patient: JudgedPatient
    rows: Mapping[str, Sequence[Appointment]]
    judged: Sequence[JudgedCredit]

    @classmethod
    def of_all(
        cls, context: Context, rules: Rules, feed: Gathered, patients: Collection[str]
    ) -> "list[PatientHistory]":
        """Those of these patients, in this order."""
        partitions = {index: feed.patients(index) for index in {partition_of(p, feed.count) for p in patients}}
        credits = [each for each in judged_credits(context) if each[0].patient_id in patients]
        rows = {patient: partitions[partition_of(patient, feed.count)].get(patient, []) for patient in patients}
        return [cls.open(context, rules, patient, found, credits) for patient, found in rows.items()]

    @classmethod
    def open(
        cls,
        context: Context,
        rules: Rules,
        patient_id: str,
        gathered: Sequence[GatheredRow],
        credits: Iterable[JudgedCredit],
    ) -> "PatientHistory":
        """Works a patient out, as a run would. ``gathered`` are the patient's rows of the feed, ``credits`` those that
        are queued, also of other patients."""
        rows: dict[str, list[Appointment]] = {}
        for body, row in gathered:
            appointment = context.reader.read(body, row)
            rows.setdefault(appointment.id, []).append(appointment)
        judged = [(line, fault) for line, fault in credits if line.patient_id == patient_id]
        found = alone(examine(context, patient_id, gathered, context.dossier(patient_id)))
        return cls(context, rules, found, rows, judged)

    @cached_property
    def appointments(self) -> Mapping[str, Appointment]:
        """What was worked out, by id; nobody can ask for what has none. What was declared and then cancelled is only
        kept."""
        heard, visits = self.patient.heard, self.visits
        worked = (*self.patient.placed.kept, *heard.in_feed, *heard.remembered.values())
        return {row.id: visits[row.id].appointment if row.id in visits else row for row in worked if row.id}

    @cached_property
    def visits(self) -> Mapping[str, Visit]:
        """The appointments that could be grouped, by id."""
        return self.patient.placed.grouped.visits

    @property
    def trajectories(self) -> Sequence[Trajectory]:
        return self.patient.placed.grouped.trajectories

    @property
    def places(self) -> Mapping[str, Place]:
        """Where the visits stand, by id."""
        return self.patient.placed.grouped.places

    def outcome(self, row: Appointment) -> Outcome | None:
        """What became of an appointment; None of one that did not take place."""
        judgement = self.patient.judged.get(row.key)
        return judgement.outcome if judgement is not None else None

    def settled_as(self, row: Appointment) -> Outcome | None:
        """What an appointment was settled as by an earlier run, if it still is."""
        judgement = self.patient.judged.get(row.key)
        if judgement is not None and judgement.outcome is Outcome.EARLIER:
            return judgement.past.settled_as
        return self.appointments.get(row.id, row).settled_as

    def trajectory(self, row: Appointment) -> str:
        """What the trajectory of an appointment is called."""
        if (trajectory := self.places.get(row.id, NOWHERE).trajectory) is not None:
            return trajectory.label
        return row.number if any(other.key == row.key for other in self.patient.placed.unclear) else ""

    @cached_property
    def sent(self) -> Mapping[str, Sequence[Line]]:
        """The lines that went out, debits and credits in order, by appointment id."""
        ids = sorted({*self.rows, *self.appointments} - {""})
        found = ((ident, lines_of(self.context.ledger, ident, self.patient.patient_id)) for ident in ids)
        return {ident: lines for ident, lines in found if lines}

    @cached_property
    def due(self) -> Mapping[str, DueLine]:
        """The lines that would go out now, by appointment id."""
        return {line.appointment_id: line for line in self.patient.result.lines}

    @cached_property
    def credits(self) -> Mapping[str, Sequence[DueLine]]:
        """The credits that would go out now, by appointment id."""
        found: dict[str, list[DueLine]] = {}
        stays = {ident for totals in self.patient.result.totals for ident in (*totals.held_back, *totals.dropped)}
        for line in going_out(self.context, self.judged, stays):
            found.setdefault(line.appointment_id, []).append(line)
        return found

    @cached_property
    def problems(self) -> Sequence[Problem]:
        """What a run would report of the patient now, in its order."""
        settings = self.context.settings
        collected = Collected(ProblemList(settings.language, settings.input.name, settings.severities))
        collected.add(self.patient.result)
        if self.context.is_corrected(self.patient.patient_id):
            add_credits(collected, self.context, self.judged, self.patient.patient_id)
        return list(collected.problems)

    @cached_property
    def tasks(self) -> Sequence[Task]:
        """What the work list has about the patient."""
        context = self.context
        return tasks_about(context.settings, context.ledger, self.rules, self.patient.patient_id)

    def not_completed(self) -> Iterator[Appointment]:
        """The rows of appointments that did not take place."""
        for ident, rows in self.rows.items():
            if ident not in self.appointments:
                yield from (row for row in rows if not row.completed)

    def now(self, appointment: Appointment) -> Resolution:
        """What the tables say now of the code in an appointment's row."""
        a = appointment
        return self.context.resolver.of(a)

    def resolution(self, appointment: Appointment) -> Resolution:
        """What an appointment was judged by."""
        visit = self.visits.get(appointment.id)
        return visit.resolution if visit is not None else self.now(appointment)

    def debit(self, ident: str) -> Line | None:
        """The line of an appointment that stands, or stood last."""
        debits = [line for line in self.sent.get(ident, ()) if line.debit_credit == "D"]
        standing = [line for line in debits if line.state != "withdrawn"]
        return next(reversed(standing or debits), None)

    def is_taken_back(self, ident: str) -> bool:
        """Whether an appointment was declared, nothing of that stands, and nothing goes again by itself."""
        line, appointment = self.debit(ident), self.appointments.get(ident)
        is_known = appointment is not None and self.settled_as(appointment) is Outcome.DECLARED
        return is_known and line is not None and line.state in ("credited", "withdrawn")

    def is_bsn(self, number: str) -> bool:
        """Whether a number is the BSN of the patient."""
        rows = (*(row for same in self.rows.values() for row in same), *self.appointments.values())
        return number.zfill(9) in {bsn.zfill(9) for row in rows if (bsn := row.text("bsn"))}

    # Where things stand.

    @property
    def ledger_name(self) -> str:
        return self.context.settings.ledger.path.name

    @property
    def settings_name(self) -> str:
        return self.context.settings.path.name

    def place(self, row: int | None) -> str:
        """A row of the feed, or the ledger."""
        return self.ledger_name if row is None else f"{self.context.settings.input.name}:{row}"

    def placed(self, found: Reason, row: str = "") -> Reason:
        """A reason with what stands in the settings named by their file, and what a column says by its ``row``."""
        parts = found.source.split("; ")
        named = (row if p in COLUMNS else f"{self.settings_name} {p}" if p[:1] == "[" else p for p in parts)
        return evolve(found, source="; ".join(named))


def due_document(line: DueLine) -> dict[str, Any]:
    """A line that would go out, by the columns of ``lines.csv``; its numbers come with the run."""
    return _document(line._asdict() | {"reference": None, "invoice": None})


def sent_document(line: Line) -> dict[str, Any]:
    """A line that went out, by the columns of ``lines.csv``."""
    return _document({column: getattr(line, column) for column in LINE_COLUMNS})


def _document(values: Mapping[str, Any]) -> dict[str, Any]:
    return {column: int(values[column]) if column in _NUMBERS else values[column] for column in LINE_COLUMNS}
