"""Where the lines of an appointment go and went, and what the insurer answered."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

from ...base.private import resolved
from ...base.problems import InputError
from ...base.reasons import Reason, reason
from ...declaring.numbers import run_label
from ...ledger.history import place_in_file, requests_about
from ...ledger.line import Line
from ...ledger.matters import Matter, said_of
from ...ledger.planned import planned_at
from ...ledger.standing import without_end
from ...model.codelists import return_codes
from ...model.due import DueLine
from ...output.refusals import reasons
from ...standards.message import recognise, start_of
from ...standards.registry import standard_named, standard_of
from ...zorg1.visit import Trajectory
from ..worklist.outlook import matter_of_planned
from ..worklist.overview import matter_of
from .patient import PatientHistory
from .story import Quoted


def due_step(line: DueLine) -> Reason:
    """A line that would go out in the next run."""
    return reason(
        "due.credit" if line.is_credit else "due.line",
        line.rule,
        previous=line.previous,
        standard=line.standard,
        uzovi=line.uzovi,
        f_code=line.f_code,
        list=line.list,
        day=line.date,
        units=line.units,
        cents=int(line.amount_cents),
    )


def sent_steps(history: PatientHistory, line: Line) -> Iterator[Reason]:
    """A line that went out: by which numbers the insurer knows it, where it is, and the answer."""
    if line.became == "withdrawn":
        params = {"run": run_label(line.run), "withdrawn": line.withdrawn_on, "why": line.withdrawn_why or "-"}
        yield reason("sent.withdrawn", history.ledger_name, reference=line.reference, **params)
        return
    path = line.folder / line.file
    record = _record(history, line, path)
    yield reason(
        "sent.debit" if line.debit_credit == "D" else "sent.credit",
        history.ledger_name,
        reference=line.reference,
        element=reason("said.element") if standard_named(line.standard).landmarks.are_numbered else "",
        previous=line.previous,
        invoice=line.invoice,
        day=line.day,
        standard=line.standard,
        uzovi=line.uzovi,
        f_code=line.f_code,
        list=line.list,
        care=line.date,
        units=line.units,
        cents=line.amount_cents,
        file=reason("said.file" if path.is_file() else "said.file_gone", path=_shown(history, path)),
        record=reason("said.record", record=record, run=run_label(line.run)) if record else "",
    )
    yield from _answer(line, to_do=not _is_replaced(history, line))
    for day, asked, why in requests_about(history.context.ledger, line.reference):
        yield reason(f"correction.{asked}", day=day, why=reason("said.why", why=why) if why else "")
    yield from closing_steps(history, Matter("line", line.reference))
    if line.credit == "header" and line.appointment_id not in history.credits:
        yield reason("correction.credit_waits")
    if line.again not in ("", "now") and line.appointment_id not in history.due:
        yield reason(f"correction.waits_{line.again}", reference=line.reference)


def closing_steps(history: PatientHistory, matter: Matter) -> Iterator[Reason]:
    """How a matter was closed, as what, and opened again."""
    for said in said_of(history.context.ledger, matter):
        said_why = reason("said.why", why=said.why) if said.why else ""
        yield reason(f"closing.{said.closed_as or 'reopened'}", history.ledger_name, day=said.day, why=said_why)


def planned_steps(history: PatientHistory, appointment_id: str) -> Iterator[Reason]:
    """How an appointment that nobody completed was closed and opened again, as it is planned."""
    for row in planned_at(history.context.ledger, appointment_id):
        if row.patient_id == history.patient.patient_id:
            yield from closing_steps(history, matter_of_planned(row))


def unended_steps(history: PatientHistory, trajectory: Trajectory) -> Iterator[Reason]:
    """How a trajectory without an end was closed and opened again, as it is known."""
    for started in without_end(history.context.ledger, date.max, history.patient.patient_id):
        is_this = (started.trajectory, started.started) == (trajectory.label, trajectory.start)
        if is_this and (said := [*closing_steps(history, matter_of(started))]):
            yield from (reason("closing.no_end"), *said)


def _is_replaced(history: PatientHistory, line: Line) -> bool:
    """Whether another line came in the place of a debit, or is about to."""
    last = history.debit(line.appointment_id)
    is_last = line.debit_credit == "C" or last is None or last.reference == line.reference
    return line.again == "now" or not is_last


def _answer(line: Line, *, to_do: bool) -> Iterator[Reason]:
    """What came back, and what is still to be done about it."""
    status: str = line.became
    if status == "credited" and line.dated:
        status = "credited_after"
    elif status == "refused" and line.answer == "refused":
        status = "refused_with_file"
    yield reason(
        f"answer.{status}",
        insurer=line.insurer,
        answered=line.dated,
        cents=line.amount_cents,
        granted_cents=line.granted_cents,
    )
    for code in line.return_codes:
        known = return_codes().get(code)
        text = known.text if known is not None else reason("said.meaning_unknown")
        yield reason("note.return_code", "specs/codelists/return-codes.csv", code=code, meaning=text)
        if to_do and line.state in ("refused", "partly_granted"):
            yield _what_now(line, code)
    if line.remark:
        yield reason("answer.remark", insurer=line.insurer, remark=line.remark)
    if to_do and line.state == "partly_granted":
        yield reason("remedy.partly", reference=line.reference)


def _what_now(line: Line, code: str) -> Reason:
    """What a return code means for this line, and what to do."""
    places: dict[str, str | int] = {
        "reference": line.reference,
        "invoice": line.invoice,
        "insurer": line.insurer,
        "date": line.date,
        "f_code": line.f_code,
        "units": str(line.units),
        "amount": line.amount_cents,
        "granted": line.granted_cents or 0,
        "codes": ", ".join(line.return_codes),
    }
    _, found = next(reasons([code]))
    meaning, to_do = Quoted(found.meaning, places), Quoted(found.remedy, places)
    return reason("remedy.answer", "specs/codelists/return-remedies.csv", meaning=meaning, remedy=to_do)


def summary_step(line: Line) -> Reason:
    """A line that went out, in short."""
    return reason(
        "sent.short",
        reference=line.reference,
        what=reason("said.debit" if line.debit_credit == "D" else "said.credit"),
        appointment=line.appointment_id,
        f_code=line.f_code,
        cents=line.amount_cents,
        invoice=line.invoice,
        status=reason("said.status_closed" if line.closed_as else f"said.status_{line.became}"),
    )


def _shown(history: PatientHistory, path: Path) -> str:
    """A path as short as it can be: from the folder of the settings, if it is in there."""
    folder = resolved(history.context.settings.path.parent)
    return path.relative_to(folder).as_posix() if path.is_relative_to(folder) else path.as_posix()


def _record(history: PatientHistory, line: Line, path: Path) -> int | None:
    """Which record of its file a line is, counted from 1: looked up there, or else by the order of the lines. None
    where neither tells."""
    try:
        with path.open("rb") as file:
            message = recognise(start_of(file), path.name)
            if (place := standard_of(message).place_of(file, message, line.reference)) is not None:
                return place
    except (OSError, InputError, KeyError, ValueError):
        pass  # not there, or not as we wrote it
    return standard_named(line.standard).place_by_order(*place_in_file(history.context.ledger, line))
