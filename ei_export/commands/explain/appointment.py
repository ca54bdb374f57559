"""The story of an appointment up to its line: from the row to the amount, each step as the rules decided it."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from ...base.tables import FOREVER
from ...intake import values
from ...model.appointment import Appointment, Outcome
from ...model.codelists import codes
from ...zorg1.agreements import Agreement
from ...zorg1.claims import amount_cents, check_diagnosis
from ...zorg1.resolver import NOT_ZORG1, Resolution, Verdict
from ...zorg1.visit import Visit
from .patient import PatientHistory
from .story import Said, Step, said, step
from .trajectory import counting, course, entries_under, place_of, profile, visit_steps

#: What is told of a row, by the names of the columns in `SENTENCES`.
_CELLS: Final = (
    "date", "status", "code", "declare_under", "trajectory_id", "patient_id", "uzovi", "diagnosis_code",
)  # fmt: skip
#: What became of a line that the insurer is held to.
_STANDING: Final = frozenset({"sent", "granted", "partly_granted"})
#: What is wrong with a code that no table knows, and the sentence that says so.
_NO_CODE: Final = {"CODE_MISSING": "code.missing", "CODE_UNKNOWN": "code.unknown", "CODE_SIMILAR": "code.similar"}
#: What is said of a diagnosis that doesn't fit.
_DIAGNOSES: Final = {
    "DIAGNOSIS_MISSING": "diagnosis.missing",
    "DIAGNOSIS_WRONG": "diagnosis.wrong",
    "DIAGNOSIS_UNUSUAL": "diagnosis.unusual",
}


def chain(history: PatientHistory, ident: str) -> Iterator[Step]:
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
    if resolution.is_zorg1 and resolution.insurer and appointment.date is not None:
        yield from _rule(appointment.date, resolution)
        yield from _contract(history, appointment.date, resolution)
        if (visit := history.visits.get(ident)) is not None:
            yield from _claim(history, visit)


# The row and what it means.


def _rows(history: PatientHistory, ident: str, appointment: Appointment | None) -> Iterator[Step]:
    """The row that is taken and the others, or what is remembered."""
    rows = history.rows.get(ident, ())
    if not rows:
        assert appointment is not None
        yield step("row.remembered", history.ledger_name, cells=_cells(appointment))
        return
    taken = appointment.row if appointment is not None else None
    first = next((row for row in rows if row.row == taken), rows[0])
    yield step("row.feed", history.place(first.row), cells=_cells(first))
    for row in rows:
        if row is not first:
            key = "row.same" if row.cells == first.cells else "row.other"
            yield step(key, history.place(row.row), cells=_cells(row))


def _cells(row: Appointment) -> tuple[Said, ...]:
    """What a row says that is nobody's secret, as it is written."""
    texts = {column: values.shown(row.text(column)) for column in _CELLS}
    texts |= {"trajectory_id": row.called(row.number), "patient_id": row.called(row.patient_id)}
    found = tuple(said(f"said.{column}", value=text) for column, text in texts.items() if text)
    return found or (said("said.nothing"),)


def _code(history: PatientHistory, appointment: Appointment, resolution: Resolution) -> Iterator[Step]:
    """What the code is linked to now, and what it was resolved to."""
    a = appointment
    link, now = history.context.resolver.link(a.code, a.declare_under), history.now(a)
    key = f"code.{link.by or 'itself'}"
    if now.verdict is Verdict.NOT_ZORG1:
        key = "code.not_zorg1" if link.code == NOT_ZORG1 else "code.other"
    elif not now.is_linked:
        key = "code.unmapped"
    elif now.faults:
        key = _NO_CODE.get(now.faults[0].code, key)
    source = {"codes": f"{history.settings_name} [codes]", "declare_under": history.place(a.row)}.get(link.by, "")
    yield step(key, source, code=values.shown(a.code), linked=values.shown(link.code))
    if history.context.resolver.is_form(resolution.code, now.code):
        params = {
            "insurer": resolution.insurer,
            "profile": resolution.profile,
            "linked": now.code,
            "resolved": resolution.code,
        }
        yield step("code.profile", resolution.agreement.rule if resolution.agreement is not None else "", **params)
    elif resolution.code != now.code:
        yield step("code.then", history.ledger_name, then=resolution.code)
    elif resolution.agreement is not None and resolution.code != link.code:
        yield step(
            "code.twin",
            resolution.agreement.rule,
            insurer=resolution.insurer,
            linked=link.code,
            resolved=resolution.code,
        )


def _insurer(history: PatientHistory, appointment: Appointment, resolution: Resolution) -> Iterator[Step]:
    """Whose the UZOVI number is; that it is nobody's, where it matters."""
    insurer = resolution.insurer or history.context.resolver.insurer(appointment.uzovi)
    if any(fault.column == "uzovi" for fault in resolution.faults) and not insurer:
        yield step("insurer.unknown", uzovi=values.shown(appointment.uzovi) or "-")
    elif insurer:
        own = appointment.uzovi in history.context.settings.uzovi
        source = f"{history.settings_name} [uzovi]" if own else "specs/codelists/uzovi.csv"
        if appointment.kept("uzovi") != appointment.text("uzovi"):
            source = f"{history.settings_name} [input.values.uzovi]; {source}"
        unsure = history.context.unsure.get(appointment.uzovi)
        if unsure is None or (appointment.date is not None and unsure.known_on(appointment.date)):
            yield step("insurer.known", source, uzovi=appointment.uzovi, insurer=insurer)
        else:
            yield step("insurer.unsure", f"{source}; {unsure.source}", uzovi=appointment.uzovi, insurer=insurer)


def _trajectory(history: PatientHistory, ident: str, number: str = "") -> Iterator[Step]:
    """The trajectory with its appointments; those under the number, where no trajectory has begun."""
    trajectory, found = place_of(history, ident)
    if trajectory is not None:
        yield course(trajectory)
    elif number and ident in history.visits:
        found = entries_under(history, number)
        yield step("trajectory.number", number=number)
    elif ident in history.visits:
        yield step("trajectory.none")
    yield from visit_steps(history, found, ident)


# The tables.


def _rule(day: date, resolution: Resolution) -> Iterator[Step]:
    """The row of the agreements, and which it replaces."""
    agreement = resolution.agreement
    if agreement is None:
        yield step("rule.none", code=resolution.code, insurer=resolution.insurer, day=day)
        return
    yield step(
        "rule.product" if agreement.is_sent else "rule.contact",
        f"{agreement.rule}; {agreement.source}",
        code=agreement.code,
        insurer=agreement.insurer,
        program=agreement.program,
        profile=profile(agreement.profile),
        moment=agreement.moment,
        f_code=agreement.f_code,
        first=agreement.valid_from,
        last=agreement.valid_until,
    )
    for replaced in agreement.replaces:
        if replaced.covers(day):
            yield step(
                "note.overlay",
                f"{replaced.rule}; {replaced.source}",
                f_code=replaced.f_code or "-",
                list=replaced.list or "-",
                units=replaced.units,
            )


def _contract(history: PatientHistory, day: date, resolution: Resolution) -> Iterator[Step]:
    """The contract position on the day, or those of other days."""
    contract, agreement = resolution.contract, resolution.agreement
    if contract is None:
        yield step("contract.none", insurer=resolution.insurer, day=day)
        for other in history.context.resolver.contracts(resolution.insurer):
            period = _period(other.valid_from, other.valid_until)
            yield step("note.contract", history.contract_place(other), period=period)
        return
    key = "contract.found"
    if any(fault.code == "CONTRACT_LIST_MISSING" for fault in resolution.faults):
        key = "contract.no_list"
    elif agreement is None or not agreement.is_sent:
        key = "contract.contact"
    yield step(
        key,
        history.contract_place(contract),
        insurer=resolution.insurer,
        period=_period(contract.valid_from, contract.valid_until),
        list=agreement.tariff_list if agreement is not None else "",
    )


def _period(first: date, last: date) -> Said:
    """A period whose ends may be open."""
    if first == date.min:
        return said("said.always") if last == FOREVER else said("said.until", last=last)
    return said("said.from", first=first) if last == FOREVER else said("said.period", first=first, last=last)


# The line.


def _claim(history: PatientHistory, visit: Visit) -> Iterator[Step]:
    """List, units, tariff, amount, diagnosis and deadline of a product; of a contact the units of its end."""
    agreement = visit.resolution.agreement
    if agreement is None:
        return
    if not agreement.is_sent:
        yield from _counting(history, visit)
        return
    if visit.appointment.settled_as is Outcome.EARLIER:
        return
    yield from _list(history, visit.day, agreement)
    yield from _units(visit, agreement)
    yield from _tariff(history, visit, agreement)
    yield from _difference(history, visit, agreement)
    yield _diagnosis(visit, agreement)
    if visit.appointment.id in history.due or visit.appointment.id not in history.sent:
        yield _deadline(history, visit)


def _counting(history: PatientHistory, visit: Visit) -> Iterator[Step]:
    """What a contact does for the end of its trajectory."""
    trajectory = visit.trajectory
    if trajectory is None or counting(history, visit) != "counted":
        return
    contacts = len(trajectory.contacts)
    said_so = _contacts(contacts)
    if trajectory.ended_by is not None:
        end = trajectory.ended_by.appointment.id
        yield step("units.in_end", contacts=said_so, end=end, units=contacts + 1)
    else:
        yield step("units.no_end", contacts=said_so)


def _contacts(count: int) -> Said:
    return said("said.contact" if count == 1 else "said.contacts", count=count)


def _list(history: PatientHistory, day: date, agreement: Agreement) -> Iterator[Step]:
    """The list, and why that one where the product has a twin on another."""
    tables = history.context.judge.agreements
    meaning = codes("COD367")[agreement.list].meaning
    twin = tables.twins.get(agreement.code)
    if twin is None or tables.find(agreement.insurer, twin, day) is not None:
        yield step("list.row", agreement.rule, list=agreement.list, meaning=meaning, code=agreement.code)
        return
    params = {"insurer": agreement.insurer, "code": agreement.code, "twin": twin}
    yield step("list.twin", f"{agreement.rule}; {agreement.source}", list=agreement.list, meaning=meaning, **params)


def _units(visit: Visit, agreement: Agreement) -> Iterator[Step]:
    """The sum, or the fixed number."""
    if agreement.units == "?":
        yield step("units.unknown", agreement.rule)
    elif agreement.units != "count":
        yield step("units.fixed", agreement.rule, units=agreement.units)
    elif not visit.units:
        yield step("units.not_counted", agreement.rule)
    else:
        counted = _contacts(visit.units - 1)
        doubtful = [f for f in visit.appointment.findings if f.code == "COUNT_UNCERTAIN"]
        if doubtful:
            names = doubtful[0].params["appointments"]
            yield step("units.uncertain", agreement.rule, contacts=counted, units=visit.units, appointments=names)
        else:
            yield step("units.count", agreement.rule, contacts=counted, units=visit.units)


def _tariff(history: PatientHistory, visit: Visit, agreement: Agreement) -> Iterator[Step]:
    """The tariff and what it comes to, or the tariffs of other days."""
    params = {"code": agreement.code, "list": agreement.tariff_list}
    tariff = visit.resolution.tariff
    if tariff is not None:
        period = _period(tariff.valid_from, tariff.valid_until)
        yield step("tariff.found", tariff.place, tariff_cents=tariff.cents, period=period, **params)
        if visit.units:
            cents = amount_cents(visit.resolution, visit.units)
            key, source = f"amount.{visit.resolution.amount}", _amount_source(history, visit.resolution, agreement)
            yield step(key, source, units=visit.units, tariff_cents=tariff.cents, cents=cents)
    elif any(fault.code == "TARIFF_MISSING" for fault in visit.resolution.faults):
        yield step("tariff.none", history.tariffs_name, day=visit.day, **params)
        for other in history.context.resolver.tariffs(agreement):
            period = _period(other.valid_from, other.valid_until)
            yield step("note.tariff", other.place, cents=other.cents, period=period)


def _amount_source(history: PatientHistory, resolution: Resolution, agreement: Agreement) -> str:
    """What says whether a tariff is that of the line or of a unit; by itself a row of the agreements only infers it."""
    if resolution.contract is not None and resolution.contract.amount:
        return f"{history.contract_place(resolution.contract)}, amount"
    return f"{agreement.rule}; specs/inferred.csv, number_times_tariff"


def _difference(history: PatientHistory, visit: Visit, agreement: Agreement) -> Iterator[Step]:
    """What went out, where that is something else than would go out now."""
    line, tariff = history.debit(visit.appointment.id), visit.resolution.tariff
    if line is None or line.status not in _STANDING or tariff is None or not visit.units or not visit.is_declared:
        return
    cents = amount_cents(visit.resolution, visit.units)
    sent = {"f_code": line.f_code, "list": line.list, "units": line.units, "cents": line.amount_cents}
    now = {"f_code": agreement.f_code, "list": agreement.list, "units": visit.units, "cents": cents}
    if sent != now:
        yield step("difference.line", line.rule, sent=said("said.line", **sent), now=said("said.line", **now))


def _diagnosis(visit: Visit, agreement: Agreement) -> Step:
    diagnosis = visit.appointment.diagnosis
    finding = check_diagnosis(diagnosis, agreement)
    if finding is not None:
        key = _DIAGNOSES[finding.code]
    else:
        key = "diagnosis.fits" if agreement.diagnoses else "diagnosis.any"
    expected = " / ".join(agreement.diagnoses) or "DCSPH"
    program = agreement.program
    return step(key, agreement.rule, found=values.shown(diagnosis), expected=expected, program=program)


def _deadline(history: PatientHistory, visit: Visit) -> Step:
    judge, insurer = history.context.judge, visit.resolution.insurer
    last = judge.last_day(insurer, visit.day, visit.refused)
    if last is None:
        return step("deadline.unknown", insurer=insurer)
    left = (last.day - judge.today).days
    params = {"insurer": insurer, "months": last.deadline.months, "last": last.day, "days": left}
    source = f"specs/codelists/deadlines.csv; {last.deadline.source}"
    again = "_again" if last.deadline.term == "refusal" else ""
    return step(f"deadline.passed{again}" if left < 0 else f"deadline.day{again}", source, **params)
