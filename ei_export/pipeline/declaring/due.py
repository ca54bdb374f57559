"""Lines that are due, on their way from the patient they belong to into the file of their insurer."""

from typing import NamedTuple

from ...intake.feed import UNIT


class DueLine(NamedTuple):
    """A line ready but for its numbers. The first fields are its place: by standard, file, person and date.

    ``person`` and ``head`` as its standard makes them (`styles.Style`), ``person`` with every credit and with the
    first debit of a patient only; ``row`` of the feed, or ''. ``attempt``: how often the appointment was declared, or
    credited, with this one; '' for once. ``previous``: the reference of the debit that is credited, or that this one
    comes in the place of, or ''.
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

    @property
    def is_credit(self) -> bool:
        return self.debit_credit == "C"

    def pack(self) -> str:
        """One line of text; sorted as text, these lines are in the order of the files."""
        return UNIT.join(self)

    @classmethod
    def unpack(cls, text: str) -> "DueLine":
        return cls._make(text.split(UNIT))
