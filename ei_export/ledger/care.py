"""What the Zorg1 tables ask: all that is known of each patient's care, whether a line came of it or not. Nobody's name,
BSN or birth date is in it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from heapq import merge
from itertools import groupby
from operator import attrgetter, itemgetter
from typing import Any, Final, NamedTuple

from attrs import field, frozen

from ..model.measurement import KeptMeasurement
from . import Ledger
from .dossier import (
    KeptTrajectory,
    Settled,
    Unsettled,
    refusal,
)
from .measurements import all_measurements
from .packing import pack, unpack
from .patients import all_unsettled


class RegularCare(NamedTuple):
    """The completed appointments of regular care of a patient that may be of a trajectory without price agreement, or
    should have been of one with it; nothing is judged by them. The rest as of `StoredDossier`, for who has none."""

    patient_id: str
    birth_year: int | None = None
    sex: str = ""
    consent: str = ""
    consent_on: str = ""
    consent_by: str = ""
    appointments: Sequence[Settled] = ()


class BookedLine(NamedTuple):
    """A line as it is counted: what was declared, and what became of it; see `Line`. ``who`` as `Ledger.hashed` makes
    it, None where nobody knows; ``previous`` the debit of a credit, else ''; ``granted_cents`` is None while there is
    no answer."""

    reference: str
    invoice: str
    appointment_id: str
    who: int | None
    debit_credit: str
    previous: str
    state: str
    became: str
    uzovi: str
    insurer: str
    date: str
    code: str
    list: str
    f_code: str
    units: int
    amount_cents: int
    granted_cents: int | None


@frozen
class KnownPatient:
    """A patient as the Zorg1 tables ask for them: ``birth_year`` None and the texts '' where that was never heard,
    ``sex`` 1 or 2, ``consent`` the word on sharing data of the latest day (J, N or another).

    Of each of the ``appointments``, by id, `text` gives what it was declared or counted on (`dossier.CORE`), `besides`
    what else is known, ``place`` which of the ``trajectories`` it is in. ``regular`` are those of regular care.
    ``lines`` by appointment id, in the order of their references; ``measured`` is what the file of measurements has.
    """

    patient_id: str
    birth_year: int | None
    sex: str
    consent: str
    appointments: Sequence[Settled | Unsettled]
    trajectories: Sequence[KeptTrajectory]
    regular: Sequence[Settled]
    lines: Mapping[str, Sequence[BookedLine]]
    measured: Sequence[KeptMeasurement] = ()
    _bsns: frozenset[str] = field(default=frozenset(), repr=False)

    def called(self, number: str) -> str:
        """A number of the practice as people may see it, as `Appointment.called` gives it."""
        for bsn in self._bsns:
            number = number.replace(bsn, "*" * len(bsn))
        return number

    def shown(self, ledger: Ledger) -> str:
        """The patient's number as people may see it: the own one, or where a BSN is in it one that only this ledger
        makes of it, the same for good."""
        called = self.called(self.patient_id)
        if called == self.patient_id:
            return called
        return f"{called}-{ledger.hashed(self.patient_id) % _MOST_SHOWN:010}"


_PATIENTS: Final = """
SELECT patient_id, birth_year, sex, consent, consent_on, appointments, trajectories FROM patient ORDER BY patient_id
"""
_LINES: Final = """
SELECT patient_id, reference, line.invoice, appointment_id, who, debit_credit, coalesce(previous, ''),
       CASE WHEN became IN ('credited', 'withdrawn') THEN became ELSE state END, became, line.uzovi,
       declaration.insurer, date, code, list, f_code, units, line.amount_cents, granted_cents
FROM line JOIN declaration ON declaration.invoice = line.invoice
ORDER BY patient_id, reference
"""
_ID: Final = attrgetter("appointment_id")
#: What is shorter is no BSN, and may be in any number.
_SHORTEST_BSN: Final = 8
#: Ten digits.
_MOST_SHOWN: Final = 10**10


def patients_in_care(ledger: Ledger) -> Iterator[KnownPatient]:
    """All patients, by number: also those of whom later feeds brought nothing, or only what is new."""
    streams: list[Iterable[tuple[str, Any]]] = [
        ((patient, rest) for patient, *rest in ledger.rows(_PATIENTS)),
        all_unsettled(ledger),
        ((care.patient_id, care) for care in _all_regular(ledger)),
        ((patient, BookedLine(*line)) for patient, *line in ledger.rows(_LINES)),
        ((measured.patient_id, measured) for measured in all_measurements(ledger)),
    ]
    for patient_id, found in groupby(merge(*streams, key=itemgetter(0)), key=itemgetter(0)):
        yield _known(patient_id, [each for _, each in found])


def _known(patient_id: str, found: Sequence[Any]) -> KnownPatient:
    """A patient, of all that the streams have."""
    regular, unsettled = RegularCare(patient_id), []
    settled, trajectories = [], []
    about: Sequence[Any] = (None, "", "", "")
    lines: dict[str, list[BookedLine]] = {}
    measured: list[KeptMeasurement] = []
    for each in found:
        if isinstance(each, BookedLine):
            lines.setdefault(each.appointment_id, []).append(each)
        elif isinstance(each, KeptMeasurement):
            measured.append(each)
        elif isinstance(each, Unsettled):
            unsettled.append(each)
        elif isinstance(each, RegularCare):
            regular = each
        else:
            *about, appointments, courses = each
            settled = unpack(Settled, appointments)
            trajectories = unpack(KeptTrajectory, courses)
    # What was heard with regular care before there was anything else, the patient's own row doesn't know.
    birth_year, sex, *said = about
    words = [(day, refusal(word), word) for word, day in (said, (regular.consent, regular.consent_on)) if word]
    consent = max(words)[-1] if words else ""
    kept: Sequence[Settled | Unsettled] = [*settled, *unsettled, *regular.appointments]
    bsns = {each.text("bsn") for each in kept}
    settled, sessions = ([each._replace(bsn="") for each in kind] for kind in (settled, regular.appointments))
    appointments = sorted([*settled, *unsettled], key=_ID)
    return KnownPatient(
        patient_id,
        birth_year or regular.birth_year,
        sex or regular.sex,
        consent,
        appointments,
        trajectories,
        sessions,
        lines,
        measured,
        frozenset(bsn for bsn in bsns if len(bsn) >= _SHORTEST_BSN),
    )


def postcodes(ledger: Ledger) -> Iterator[tuple[str, str]]:
    """Every patient with the four digits of where they live, '' where that isn't known."""
    sql = "SELECT patient_id, substr(coalesce(json_extract(nullif(person, ''), '$.postcode'), ''), 1, 4) FROM patient"
    return ledger.rows(sql)


# Regular care.


def regular_of(ledger: Ledger, patient_id: str) -> RegularCare | None:
    """What is kept of a patient's regular care, if anything is."""
    return next(_read(ledger, "SELECT * FROM regular WHERE patient_id = ?", (patient_id,)), None)


def save_regular(ledger: Ledger, cares: Iterable[RegularCare]) -> None:
    """Writes what is kept of regular care, in the place of what there was."""
    for care in cares:
        ledger.do("DELETE FROM regular WHERE patient_id = ?", (care.patient_id,))
        if care.appointments:
            last = max(each.date for each in care.appointments)
            appointments = pack(Settled, care.appointments)
            ledger.insert("regular", {**care._asdict(), "last": last, "appointments": appointments})


def _all_regular(ledger: Ledger) -> Iterator[RegularCare]:
    return _read(ledger, "SELECT * FROM regular ORDER BY patient_id")


def _read(ledger: Ledger, sql: str, values: Sequence[object] = ()) -> Iterator[RegularCare]:
    for row in ledger.named(sql, values):
        del row["last"]
        yield RegularCare(**{**row, "appointments": unpack(Settled, row["appointments"])})
