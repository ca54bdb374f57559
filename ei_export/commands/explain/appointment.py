"""The story of an appointment up to its line: from the row to the amount, each step as the rules decided it."""

from collections.abc import Iterator
from typing import Final

from ...base.reasons import Reason, reason
from ...intake import values
from ...model.appointment import Appointment
from ...zorg1.claims import performance
from ...zorg1.reasons import why_line
from ...zorg1.resolution import Resolution
from ...zorg1.visit import Place, Visit
from .patient import PatientHistory
from .trajectory import course_steps, entries_under, place_of, visit_steps

#: What is told of a row, by the names of the columns in its words.
_CELLS: Final = (
    "date", "status", "code", "declare_under", "trajectory_id", "patient_id", "uzovi", "diagnosis_code",
)  # fmt: skip


def chain(history: PatientHistory, ident: str) -> Iterator[Reason]:
    """From the row to the amount, as far as it comes."""
    appointment = history.appointments.get(ident)
    yield from _rows(history, ident, appointment)
    if appointment is None:
        yield from _trajectory(history, ident)
        return
    resolution = history.resolution(appointment)
    yield from _code(history, appointment, resolution)
    yield from _insurer(history, appointment, resolution)
    yield from _trajectory(history, ident, appointment.number)
    if "rule" not in resolution.why or appointment.date is None:
        return
    for each in (*resolution.why["rule"], *resolution.why["contract"]):
        yield history.placed(each.having(day=appointment.date))
    if (visit := history.visits.get(ident)) is not None:
        yield from _line(history, visit, history.places[ident])


# The row and what it means.


def _rows(history: PatientHistory, ident: str, appointment: Appointment | None) -> Iterator[Reason]:
    """The row that is taken and the others, or what is remembered."""
    rows = history.rows.get(ident, ())
    if not rows:
        assert appointment is not None
        yield reason("row.remembered", history.ledger_name, cells=_cells(appointment))
        return
    taken = appointment.row if appointment is not None else None
    first = next((row for row in rows if row.row == taken), rows[0])
    yield reason("row.feed", history.place(first.row), cells=_cells(first))
    for row in rows:
        if row is not first:
            key = "row.same" if row.cells == first.cells else "row.other"
            yield reason(key, history.place(row.row), cells=_cells(row))


def _cells(row: Appointment) -> tuple[Reason, ...]:
    """What a row says that is nobody's secret, as it is written."""
    texts = {column: values.excerpt(row.text(column)) for column in _CELLS}
    texts |= {"trajectory_id": row.called(row.number), "patient_id": row.called(row.patient_id)}
    found = tuple(reason(f"said.{column}", value=text) for column, text in texts.items() if text)
    return found or (reason("said.nothing"),)


def _code(history: PatientHistory, appointment: Appointment, resolution: Resolution) -> Iterator[Reason]:
    """What the code is linked to now, and what it was resolved to."""
    now, place = history.now(appointment), history.place(appointment.row)
    linked, *others = now.why["code"]
    yield history.placed(
        linked.having(**{name: values.excerpt(str(code)) for name, code in linked.params.items()}), place
    )
    if resolution.code == now.code:
        yield from others
    elif (form := history.context.resolver.why_form(now.code, resolution)) is not None:
        yield form
    else:
        yield reason("code.then", history.ledger_name, then=resolution.code)


def _insurer(history: PatientHistory, appointment: Appointment, resolution: Resolution) -> Iterator[Reason]:
    """Whose the UZOVI number is; that it is nobody's, where it matters."""
    uzovi, context = appointment.uzovi, history.context
    if insurer := context.resolver.insurer(uzovi):
        source = "[uzovi]" if uzovi in context.settings.uzovi else "specs/codelists/uzovi.csv"
        if appointment.kept("uzovi") != appointment.text("uzovi"):
            source = f"[input.values.uzovi]; {source}"
        unsure = context.doubted(uzovi, appointment.date)
        key, source = ("known", source) if unsure is None else ("unsure", f"{source}; {unsure.source}")
        yield history.placed(reason(f"insurer.{key}", source, uzovi=uzovi, insurer=insurer))
    elif any(fault.column == "uzovi" for fault in resolution.faults):
        yield reason("insurer.unknown", uzovi=values.excerpt(uzovi) or "-")


def _trajectory(history: PatientHistory, ident: str, number: str = "") -> Iterator[Reason]:
    """The trajectory with its appointments; those under the number, where no trajectory has begun."""
    trajectory, found = place_of(history, ident)
    if trajectory is not None:
        yield from course_steps(history, trajectory)
    elif number and ident in history.visits:
        found = entries_under(history, number)
        yield reason("trajectory.number", number=number)
    elif ident in history.visits:
        yield reason("trajectory.none")
    yield from visit_steps(history, found, ident)


def _line(history: PatientHistory, visit: Visit, place: Place) -> Iterator[Reason]:
    """List, units, tariff, amount, diagnosis and deadline of a product; of a contact the units of its end."""
    ident = visit.appointment.id
    for each in why_line(history.context.judge, visit, place):
        if each.name == "diagnosis":
            yield from _difference(history, visit, place)
            yield each.having(found=values.excerpt(visit.appointment.diagnosis))
        elif each.name != "deadline" or ident in history.due or ident not in history.sent:
            yield history.placed(each.having(day=visit.day))


def _difference(history: PatientHistory, visit: Visit, place: Place) -> Iterator[Reason]:
    """What went out, where that is something else than would go out now."""
    line, now = history.debit(visit.appointment.id), performance(visit, place.units)
    if line is None or not line.stands or now is None or not (now.units and visit.is_declared):
        return
    sent = {"f_code": line.f_code, "list": line.list, "units": line.units, "cents": line.amount_cents}
    would = {"f_code": now.code, "list": now.list, "units": now.units, "cents": now.claimed_cents}
    if sent != would:
        yield reason("difference.line", line.rule, sent=reason("said.line", **sent), now=reason("said.line", **would))
