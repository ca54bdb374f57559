"""A declaration of whoever, read for what is in it: persons only as far as two lines are known to be of one."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date

from attrs import field, frozen

from ..base.problems import InputError
from ..model.declaration import NO_BSN, who


@frozen
class FiledLine:
    """A line of a declaration, of whatever program. ``record`` is its number in the file, from 1.

    ``who`` makes a person one person (see `declaration.who`), ``patient_id`` is what the practice calls them;
    ``birth_year`` None and ``sex`` '' where the file doesn't say. ``previous`` is the debit of a credit, else ''; a
    credit in XML has no ``code``, ``diagnosis`` (DCSPH, 4 digits), ``indication`` (COD321) or ``therapist_agb``.
    ``cents`` are what is claimed, >= 0.
    """

    record: int
    reference: str
    previous: str
    is_credit: bool
    who: str = field(repr=False)
    patient_id: str
    uzovi: str
    birth_year: int | None
    sex: str
    postcode: str = field(repr=False)
    day: date
    list: str
    code: str
    units: int
    cents: int
    diagnosis: str
    indication: str
    therapist_agb: str


@frozen
class FiledDeclaration:
    """A declaration message. Nothing but what is read of it has been checked.

    ``providers`` the AGB codes of who declares, by the names of `Provider`; ``test``: nothing is declared with it.
    ``read`` gives the lines, one at a time, while the file is open; raises InputError for one that can't be read.
    """

    standard: str
    invoice: str
    providers: Mapping[str, str]
    test: bool
    read: Callable[[], Iterator[FiledLine]]


def who_is(bsn: str, insured_number: str, uzovi: str, otherwise: str) -> str:
    """Who a line is of, as `declaration.who` tells. ``otherwise``: what tells those who have neither number."""
    if bsn.strip("0") and bsn != NO_BSN:
        return bsn
    return who(f"{NO_BSN}/{insured_number or otherwise}", uzovi)


def unreadable_line(name: str, record: int, element: str) -> InputError:
    """A value that should tell a day, a number or an amount, and doesn't. Nothing of it is told: it may be private."""
    return InputError("FILED_MALFORMED", file=name, record=record, element=element)
