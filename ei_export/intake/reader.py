"""From a gathered row to an `Appointment`: the cells that every appointment needs, and whether they can be read."""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Final

from ..base.problems import Finding
from ..base.spool import UNIT
from ..model.appointment import Appointment, positions
from . import values
from .feed import BROKEN, ROW_LIMIT, Header
from .meanings import NO_MEANINGS, CellMeanings, WordMeanings
from .survey import Statuses
from .values import NO_VALUES

#: The contract with the feed: a GUID fits, and any report can show it.
ID_LIMIT: Final = 64
PATIENT_LIMIT: Final = 64


_NEEDED: Final = (
    "appointment_id", "status", "date", "code", "declare_under", "trajectory_id", "patient_id", "uzovi",
    "diagnosis_code",
)  # fmt: skip
_KEPT: Final = ("appointment_id", "code", "declare_under", "trajectory_id", "diagnosis_code")
#: By which a row can be found.
_NAMES: Final = ("appointment_id", "trajectory_id", "patient_id")
#: Behind the last cell of any row.
_NOWHERE: Final = 1 << 30
#: The code of a row in which the file ends: of its last cell, there may have been more.
_CUT_OFF: Final = "ROW_CUT_OFF"
_BROKEN: Final[Mapping[str, Finding]] = {"ROW_TOO_LONG": Finding("ROW_TOO_LONG", "", {"limit": ROW_LIMIT})}


class RowReader:
    """Reads the rows of one feed."""

    def __init__(self, header: Header, statuses: Statuses, meant: WordMeanings = NO_MEANINGS) -> None:
        """``meant``: ``[input.values]``."""
        self._width = header.width
        self._delimiter = header.delimiter
        self._statuses = statuses
        self._at = at = positions(header.at)
        self._meanings = CellMeanings(meant, at) if meant else None
        self._places = itemgetter(*(at[column] for column in _NEEDED))
        self._names = [header.at.get(column, _NOWHERE) for column in _NAMES]
        self._last_name = max(place for place in self._names if place != _NOWHERE)

    def read(self, body: str, row: str) -> Appointment:
        """The appointment of a row. What can't be read of it is among its findings."""
        mark = body[:1]
        broken: Finding | None = None
        if mark == UNIT:
            cells = body[1:].split(UNIT)
        elif mark == BROKEN:
            code, *cells = body[1:].split(UNIT)
            broken = _BROKEN.get(code, Finding(code))
            if code == _CUT_OFF:
                del cells[-1:]
        else:
            cells = body.split(self._delimiter)
        width = self._width
        if len(cells) != width:
            if broken is None and (len(cells) < width or any(map(str.strip, cells[width:]))):
                broken = Finding("ROW_CELLS", "", {"found": len(cells), "expected": width})
            cells = cells[:width] + [""] * (width - len(cells))
        cells.append("")
        said = None
        if self._meanings is not None and broken is None and (read := self._meanings.of(cells)) is not cells:
            said, cells = cells, [*read]
        ident, status, day, code, linked, number, patient, uzovi, diagnosis = map(str.strip, self._places(cells))
        if not NO_VALUES.isdisjoint((ident, code, linked, number, patient, diagnosis)):
            ident, code, linked, number, patient, diagnosis = map(
                values.stated, (ident, code, linked, number, patient, diagnosis)
            )
        if broken is not None:
            ident, number = (text if values.is_quotable(text) else "" for text in (ident, number))
        completed = broken is not None or bool(self._statuses[status])
        appointment = Appointment(
            ident,
            int(row),
            completed,
            values.day(day),
            code,
            linked,
            number,
            patient,
            values.uzovi(uzovi) or uzovi,
            diagnosis,
            cells,
            self._at,
            said=said,
        )
        if broken is not None:
            appointment.findings.append(broken)
        elif completed:
            check_row(appointment)
        elif self._statuses[status] is None:
            appointment.unclear = True
        return appointment

    def names(self, body: str) -> list[str]:
        """Appointment id, trajectory number and patient of a row as they stand there: much quicker than `read`."""
        mark = body[:1]
        if mark in (UNIT, BROKEN):
            cells = body[1:].split(UNIT)
            if mark == BROKEN and cells.pop(0) == _CUT_OFF:
                del cells[-1:]
        else:
            cells = body.split(self._delimiter, self._last_name + 1)
        width = len(cells)
        return [values.stated(cells[place].strip()) if place < width else "" for place in self._names]


def check_row(appointment: Appointment) -> None:
    """Adds what makes an appointment unreadable: without id, patient or date nothing can be done with it."""
    ident, patient = appointment.id, appointment.patient_id
    bsn = appointment.cells[appointment.at["bsn"]].strip()
    if (
        0 < len(ident) <= ID_LIMIT
        and 0 < len(patient) <= PATIENT_LIMIT
        and appointment.date is not None
        and (
            texts := f"{ident}{patient}{appointment.number}{appointment.code}{appointment.declare_under}"
        ).isprintable()
        and "+" not in texts
        and values.UNREADABLE not in texts
        and ident.zfill(9) != bsn.zfill(9)
    ):
        return
    found = appointment.findings
    if not ident:
        found.append(Finding("APPOINTMENT_ID_MISSING", "appointment_id"))
    elif len(ident) > ID_LIMIT:
        found.append(Finding("APPOINTMENT_ID_LENGTH", "appointment_id", {"found": len(ident), "limit": ID_LIMIT}))
    elif ident.zfill(9) == bsn.zfill(9) and values.bsn(bsn):
        found.append(Finding("APPOINTMENT_ID_PERSONAL", "appointment_id"))
        appointment.id = ""  # it is not to be printed anywhere
    if not patient:
        found.append(Finding("PATIENT_ID_MISSING", "patient_id"))
    elif len(patient) > PATIENT_LIMIT:
        found.append(Finding("PATIENT_ID_LENGTH", "patient_id", {"found": len(patient), "limit": PATIENT_LIMIT}))
    if appointment.date is None:
        params = {"found": values.quoted_day(appointment.text("date")), "expected": values.DATE_FORMS}
        found.append(Finding("DATE_INVALID", "date", params))
    for column, text in (
        ("appointment_id", ident),
        ("patient_id", patient),
        ("trajectory_id", appointment.number),
        ("code", appointment.code),
        ("declare_under", appointment.declare_under),
    ):
        if not text.isprintable():
            found.append(Finding("ROW_CONTROL", column))
        if values.is_scientific(text):
            found.append(Finding("ROW_SCIENTIFIC", column, {"column": column}))
        if values.UNREADABLE in text:
            found.append(Finding("ROW_UNREADABLE_CHARACTER", column, {"column": column}))


def read_kept(
    patient_id: str, texts: Sequence[str], at: Mapping[str, int], *, settled: bool, meant: WordMeanings = NO_MEANINGS
) -> Appointment:
    """The appointment of the texts that the ledger kept; of ``settled`` ones those that were judged, so not again.
    ``meant`` is ``[input.values]``, for texts that were kept as the feed had them.

    ``at`` as `positions` gives it; where ``texts`` are fewer than it names, the rest are empty.
    """
    said = [*texts, *[""] * (max(at.values()) + 2 - len(texts))]
    cells = CellMeanings(meant, at).of(said) if meant else said
    uzovi = cells[at["uzovi"]].strip()
    ident, code, linked, number, diagnosis = (cells[at[column]].strip() for column in _KEPT)
    if not settled:
        code, linked, number, diagnosis = map(values.stated, (code, linked, number, diagnosis))
    appointment = Appointment(
        ident,
        None,
        True,
        values.day(cells[at["date"]].strip()),
        code,
        linked,
        number,
        patient_id,
        values.uzovi(uzovi) or uzovi,
        diagnosis,
        cells,
        at,
        said=said if cells is not said else None,
    )
    if not settled:
        check_row(appointment)
    return appointment
