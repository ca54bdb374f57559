"""From a gathered row to an :class:`Appointment`: the cells that every appointment needs, and whether they can be read."""

from collections.abc import Mapping, Sequence
from typing import Final

from ..appointment import Appointment
from ..problems import Finding
from . import values
from .feed import BROKEN, ROW_LIMIT, UNIT, Header
from .gather import Completed

ID_LIMIT: Final = 20  # fits the reports of the standards' reference elements
PATIENT_LIMIT: Final = 11  # PM304 0206


class Reader:
    """Reads rows of one feed, or the texts that the ledger kept of earlier feeds."""

    def __init__(self, header: Header, completed: Completed) -> None:
        self._width = header.width
        self._delimiter = header.delimiter
        self._at = header.at
        self._completed = completed
        at = header.at
        self._id, self._patient, self._status = at["appointment_id"], at["patient_id"], at["status"]
        self._date, self._code, self._uzovi = at["date"], at["code"], at["uzovi"]
        self._diagnosis, self._bsn = at["diagnosis_code"], at["bsn"]
        self._declare_under, self._number = at.get("declare_under"), at.get("trajectory_id")

    def read(self, body: str, row: int) -> Appointment:
        """The appointment of a row. What can't be read of it is among its findings."""
        mark = body[:1]
        broken: Finding | None = None
        if mark == UNIT:
            cells = body[1:].split(UNIT)
        elif mark == BROKEN:
            code, *cells = body[1:].split(UNIT)
            broken = _BROKEN.get(code, Finding(code))
        else:
            cells = body.split(self._delimiter)
        if len(cells) != self._width:
            if broken is None and (len(cells) < self._width or any(map(str.strip, cells[self._width :]))):
                broken = Finding("ROW_CELLS", "", {"found": len(cells), "expected": self._width})
            cells += [""] * (self._width - len(cells))
        uzovi, diagnosis = cells[self._uzovi].strip(), cells[self._diagnosis].strip()
        appointment = Appointment(
            cells[self._id].strip(),
            row,
            broken is not None or self._completed[cells[self._status]],
            values.day(cells[self._date].strip()),
            cells[self._code].strip(),
            "" if self._declare_under is None else cells[self._declare_under].strip(),
            "" if self._number is None else cells[self._number].strip(),
            cells[self._patient].strip(),
            values.uzovi(uzovi) or uzovi,
            diagnosis,
            cells,
            self._at,
        )
        if broken is not None:
            appointment.findings.append(broken)
        elif appointment.completed:
            check(appointment)
        return appointment


_BROKEN: Final[Mapping[str, Finding]] = {"ROW_TOO_LONG": Finding("ROW_TOO_LONG", "", {"limit": ROW_LIMIT})}


def check(appointment: Appointment) -> None:
    """Adds what makes an appointment unreadable: without id, patient or date nothing can be done with it."""
    found = appointment.findings
    ident, patient = appointment.id, appointment.patient_id
    if not ident:
        found.append(Finding("APPOINTMENT_ID_MISSING", "appointment_id"))
    elif len(ident) > ID_LIMIT:
        found.append(Finding("APPOINTMENT_ID_LENGTH", "appointment_id", {"found": len(ident), "limit": ID_LIMIT}))
    elif ident == (bsn := appointment.text("bsn")) and values.bsn(bsn):
        found.append(Finding("APPOINTMENT_ID_PERSONAL", "appointment_id"))
    if not patient:
        found.append(Finding("PATIENT_ID_MISSING", "patient_id"))
    elif len(patient) > PATIENT_LIMIT:
        found.append(Finding("PATIENT_ID_LENGTH", "patient_id", {"found": len(patient), "limit": PATIENT_LIMIT}))
    if appointment.date is None:
        text = appointment.text("date")
        params = {"found": values.shown(text), "expected": values.DATE_FORMS}
        found.append(Finding("DATE_INVALID", "date", params))
    for column, text in (("appointment_id", ident), ("patient_id", patient), ("trajectory_id", appointment.number)):
        if not text.isprintable():
            found.append(Finding("ROW_CONTROL", column))


def remembered(patient_id: str, texts: Sequence[str], at: Mapping[str, int], *, settled: bool) -> Appointment:
    """The appointment of texts that the ledger kept; ``settled`` ones keep the first few only, already normalised."""

    def text(column: str) -> str:
        position = at[column]
        return texts[position].strip() if position < len(texts) else ""

    uzovi = text("uzovi")
    appointment = Appointment(
        text("appointment_id"),
        None,
        True,
        values.day(text("date")),
        text("code"),
        text("declare_under"),
        text("trajectory_id"),
        patient_id,
        values.uzovi(uzovi) or uzovi,
        text("diagnosis_code"),
        texts,
        at,
    )
    if not settled:
        check(appointment)
    return appointment
