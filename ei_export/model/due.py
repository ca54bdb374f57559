"""Lines that are due, on their way from the patient they belong to into the file of their insurer."""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from ..base.spool import UNIT
from .declaration import who


class DueLine(NamedTuple):
    """A line ready but for its numbers. The first fields are its place: by standard, file, person and date.

    ``person`` and ``head`` as its standard makes them, ``person`` with every credit and with the
    first debit of a patient only; ``row`` of the feed, or ''. ``attempt``: how often the appointment was declared, or
    credited, with this one; '' for once. ``previous``: the reference of the debit that is credited, or that this one
    comes in the place of, or ''. ``therapist``: of a debit, the AGB code of who gave the care.
    """

    standard: str
    uzovi: str
    person_key: str
    date: str
    appointment_id: str
    debit_credit: str
    patient_id: str
    trajectory: str
    row: str
    insurer: str
    code: str
    list: str
    f_code: str
    units: str
    amount_cents: str
    rule: str
    person: str
    head: str
    attempt: str = ""
    previous: str = ""
    therapist: str = ""

    @property
    def is_credit(self) -> bool:
        return self.debit_credit == "C"

    def pack(self) -> str:
        """One line of text; sorted as text, these lines are in the order of the files."""
        return UNIT.join(self)

    @classmethod
    def unpack(cls, text: str) -> "DueLine":
        return cls._make(text.split(UNIT))


def who_of(line: DueLine) -> str:
    """Who the person of a line is, whatever patient number they have."""
    return who(line.person_key, line.uzovi)


def doubles(due: Iterable[str], shared: Collection[int], allowed: Collection[str]) -> dict[str, str]:
    """The appointments, each with the one that goes, of which the performance is declared twice, for one person under
    two patient numbers: same date, list and F-code (return code 0587). The first by its id goes; ``allowed`` ones may
    be a second. ``shared``: hashes of who has debits under more than one number."""
    same: dict[tuple[str, ...], list[tuple[str, str]]] = {}
    for line in map(DueLine.unpack, due if shared else ()):
        if not line.is_credit and hash(person := who_of(line)) in shared:
            performance = person, line.date, line.list, line.f_code
            same.setdefault(performance, []).append((line.appointment_id, line.patient_id))
    return {
        ident: first
        for lines in same.values()
        for first, owner in [min(lines)]
        for ident, patient in lines
        if patient != owner and ident not in allowed
    }
