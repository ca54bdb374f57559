"""Who the ledger takes patients for, and what was declared for a person, whatever they are called now."""

from collections.abc import Iterator
from typing import TypeAlias

from attrs import frozen

from . import Ledger
from .line import Line


@frozen
class SamePerson:
    """A patient, with birth date and sex as `StoredDossier` has them."""

    patient_id: str
    born: int
    sex: str


#: Of a patient: who they are, birth date, sex and birth year, as `StoredDossier` has them.
HashedIdentity: TypeAlias = tuple[int | None, int | None, str, int | None]


def hashed_identity(ledger: Ledger, who: str, birth_date: str, sex: str) -> HashedIdentity:
    """What the ledger keeps of who somebody is: nobody reads in it who; ``who``, ``birth_date`` and ``sex`` as of
    `Identity`. The year alone tells nobody who it is, and the Zorg1 tables ask for it."""
    return ledger.hashed(who), ledger.hashed(f"{who}/{birth_date}"), sex, int(birth_date[:4])


def doubted(ledger: Ledger) -> Iterator[str]:
    """The patients that are one person with another, who was born on another day or is of another sex."""
    sql = (
        "SELECT patient_id FROM patient WHERE who IN (SELECT who FROM patient WHERE who IS NOT NULL GROUP BY who "
        "HAVING min(born) <> max(born) OR count(DISTINCT nullif(sex, '')) > 1)"
    )
    return ledger.column(sql)


def same_persons(ledger: Ledger, who: str, patient_id: str) -> list[SamePerson]:
    """The other patients that are a person; ``who`` as `Identity.who`."""
    sql = "SELECT patient_id, born, sex FROM patient WHERE who = ? AND patient_id <> ? ORDER BY patient_id"
    return [*ledger.each(SamePerson, sql, (ledger.hashed(who), patient_id))]


def declared_for(ledger: Ledger, who: str, day: str, list: str, f_code: str, but: str) -> Iterator[Line]:
    """The standing debits of one performance of a person, of other appointments than ``but``."""
    sql = """
SELECT * FROM sent_line
WHERE who = ? AND date = ? AND debit_credit = 'D' AND list = ? AND f_code = ? AND appointment_id <> ? AND stands
ORDER BY reference
"""
    return ledger.each(Line, sql, (ledger.hashed(who), day, list, f_code, but))
