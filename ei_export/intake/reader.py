"""From a gathered row to an `Appointment`: the cells that every appointment needs, and whether they can be read."""

from collections.abc import Mapping, Sequence
from datetime import date
from operator import itemgetter
from typing import Final

from attrs import evolve

from ..base.memo import Memo
from ..base.problems import Finding
from ..base.spool import UNIT
from ..ledger.dossier import AT, in_order
from ..model.appointment import UNKNOWN, Appointment, Common, positions
from . import values
from .feed import BROKEN, ROW_LIMIT, Header
from .meanings import NO_MEANINGS, CellMeanings, WordMeanings
from .survey import Statuses
from .values import NO_VALUES

#: The contract with the feed: a GUID fits, and any report can show it.
ID_LIMIT: Final = 64
PATIENT_LIMIT: Final = 64


#: What rows have in common, and what they have of their own.
_COMMON: Final = ("status", "code", "declare_under", "uzovi")
_OWN: Final = ("appointment_id", "date", "trajectory_id", "patient_id", "diagnosis_code", "bsn")
#: So many different ones are remembered.
_MOST_COMMON: Final = 10_000
_KEPT: Final = (
    "appointment_id", "code", "declare_under", "trajectory_id", "diagnosis_code", "uzovi", "date",
)  # fmt: skip
#: By which a row can be found.
_NAMES: Final = ("appointment_id", "trajectory_id", "patient_id")
#: Behind the last cell of any row.
_NOWHERE: Final = 1 << 30
#: In front of a row that is no text of a file as it is; see :mod:`.feed`.
_MARKS: Final = frozenset({UNIT, BROKEN})
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
        self._common_texts = itemgetter(*(at[column] for column in _COMMON))
        self._own_texts = itemgetter(*(at[column] for column in _OWN))
        self._common = Memo(self._read_common, _MOST_COMMON)
        self._names = [header.at.get(column, _NOWHERE) for column in _NAMES]
        self._last_name = max(place for place in self._names if place != _NOWHERE)

    def read(self, body: str, row: int) -> Appointment:
        """The appointment of a row. What can't be read of it is among its findings."""
        mark = body[:1]
        broken: Finding | None = None
        if mark not in _MARKS:
            cells = body.split(self._delimiter)
        elif mark == UNIT:
            cells = body[1:].split(UNIT)
        else:
            code, *cells = body[1:].split(UNIT)
            broken = _BROKEN.get(code, Finding(code))
            if code == _CUT_OFF:
                del cells[-1:]
        width = self._width
        if len(cells) != width:
            if broken is None and (len(cells) < width or any(map(str.strip, cells[width:]))):
                broken = Finding("ROW_CELLS", "", {"found": len(cells), "expected": width})
            cells = cells[:width] + [""] * (width - len(cells))
        cells.append("")
        said = None
        if self._meanings is not None and broken is None and (read := self._meanings.of(cells)) is not cells:
            said, cells = cells, [*read]
        common = self._common[self._common_texts(cells)]
        own = self._own_texts(cells)
        joined = "".join(own)
        # Of white space only the blank is printable: in a plain text without one there is nothing to trim.
        is_plain = " " not in joined and _is_plain(joined)
        ident, day, number, patient, diagnosis, bsn = own if is_plain else map(str.strip, own)
        if not NO_VALUES.isdisjoint((ident, number, patient, diagnosis)):
            ident, number, patient, diagnosis = map(values.stated, (ident, number, patient, diagnosis))
        found: tuple[Finding, ...] = ()
        when = values.day(day)
        if broken is not None:
            ident, number = (text if values.is_quotable(text) else "" for text in (ident, number))
            common, found = evolve(common, completed=True, unclear=False), (broken,)
        elif common.completed and not _is_legible(ident, when, number, patient, common, bsn, is_plain=is_plain):
            ident, found = _illegible(ident, day, number, patient, common, bsn)
        return Appointment(ident, row, when, number, patient, diagnosis, common, cells, self._at, found, UNKNOWN, said)

    def _read_common(self, texts: tuple[str, ...]) -> Common:
        status, code, linked, uzovi = map(str.strip, texts)
        code, linked = values.stated(code), values.stated(linked)
        planned = self._statuses.is_planned(status)
        return common_of(self._statuses[status], code, linked, uzovi, is_planned=planned)

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


def common_of(
    took_place: bool | None, code: str, declare_under: str, uzovi: str, *, is_planned: bool = False
) -> Common:
    """What rows with these texts have in common. ``took_place`` and ``is_planned``: as of `Statuses`."""
    number = values.uzovi(uzovi) or uzovi
    is_legible = _is_plain(code + declare_under)
    return Common(bool(took_place), took_place is None, code, declare_under, number, is_legible, is_planned)


def _is_plain(texts: str) -> bool:
    """Whether texts hold nothing that no id or code can, as far as one character tells."""
    return texts.isprintable() and "+" not in texts and values.UNREADABLE not in texts


def _is_legible(
    ident: str, day: date | None, number: str, patient: str, common: Common, bsn: str, *, is_plain: bool = False
) -> bool:
    """Whether there is nothing to find in a row by itself, as in nearly all; ``is_plain``: its texts are known to be,
    see `_is_plain`."""
    return (
        day is not None
        and common.is_legible
        and 0 < len(ident) <= ID_LIMIT
        and 0 < len(patient) <= PATIENT_LIMIT
        and (is_plain or _is_plain(ident + patient + number))
        and (ident[-1] != bsn[-1:] or ident.zfill(9) != bsn.zfill(9))
    )


def _illegible(
    ident: str, day: str, number: str, patient: str, common: Common, bsn: str
) -> tuple[str, tuple[Finding, ...]]:
    """What makes an appointment unreadable: without id, patient or date nothing can be done with it. Before that its
    id, '' where that is not to be printed anywhere."""
    found, shown = [], ident
    if not ident:
        found.append(Finding("APPOINTMENT_ID_MISSING", "appointment_id"))
    elif len(ident) > ID_LIMIT:
        found.append(Finding("APPOINTMENT_ID_LENGTH", "appointment_id", {"found": len(ident), "limit": ID_LIMIT}))
    elif ident.zfill(9) == bsn.zfill(9) and values.bsn(bsn):
        found.append(Finding("APPOINTMENT_ID_PERSONAL", "appointment_id"))
        shown = ""
    if not patient:
        found.append(Finding("PATIENT_ID_MISSING", "patient_id"))
    elif len(patient) > PATIENT_LIMIT:
        found.append(Finding("PATIENT_ID_LENGTH", "patient_id", {"found": len(patient), "limit": PATIENT_LIMIT}))
    if values.day(day) is None:
        found.append(Finding("DATE_INVALID", "date", {"found": values.quoted_day(day), "expected": values.DATE_FORMS}))
    for column, text in (
        ("appointment_id", ident),
        ("patient_id", patient),
        ("trajectory_id", number),
        ("code", common.code),
        ("declare_under", common.declare_under),
    ):
        if not text.isprintable():
            found.append(Finding("ROW_CONTROL", column))
        if values.is_scientific(text):
            found.append(Finding("ROW_SCIENTIFIC", column, {"column": column}))
        if values.UNREADABLE in text:
            found.append(Finding("ROW_UNREADABLE_CHARACTER", column, {"column": column}))
    return shown, tuple(found)


def checked(row: Appointment) -> Appointment:
    """A row of which it was not known whether it took place, with what is wrong with it if it did."""
    bsn, common = row.text("bsn"), row.common
    if _is_legible(row.id, row.date, row.number, row.patient_id, common, bsn):
        return row
    ident, found = _illegible(row.id, row.text("date"), row.number, row.patient_id, common, bsn)
    return evolve(row, id=ident, findings=found)


def read_unsettled(patient_id: str, texts: Mapping[str, str], meant: WordMeanings, *, settled: bool) -> Appointment:
    """As `read_kept`, of texts by the names of their columns: of an appointment that waits, or that changed."""
    return read_kept(patient_id, in_order(texts), AT, settled=settled, meant=meant)


def read_kept(
    patient_id: str, texts: Sequence[str], at: Mapping[str, int], *, settled: bool, meant: WordMeanings = NO_MEANINGS
) -> Appointment:
    """The appointment of the texts that the ledger kept; of ``settled`` ones those that were judged, so not again.
    ``meant`` is ``[input.values]``, for texts that were kept as the feed had them.

    ``at`` as `positions` gives it; where ``texts`` are fewer than it names, the rest are empty.
    """
    said = [*texts, *[""] * (max(at.values()) + 2 - len(texts))]
    cells = CellMeanings(meant, at).of(said) if meant else said
    ident, code, linked, number, diagnosis, uzovi, day = (cells[at[column]].strip() for column in _KEPT)
    if not settled:
        code, linked, number, diagnosis = map(values.stated, (code, linked, number, diagnosis))
    common = common_of(True, code, linked, uzovi)
    row = Appointment(
        ident,
        None,
        values.day(day),
        number,
        patient_id,
        diagnosis,
        common,
        cells,
        at,
        said=said if cells is not said else None,
    )
    return row if settled else checked(row)
