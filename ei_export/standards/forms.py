"""What is asked of a standard to take up again what was sent in it."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import IO, Final

from attrs import frozen

from ..ledger.corrections import Debit
from ..ledger.credits import DueCredit
from ..model.declaration import Care, Person
from .flat import pm304_sent
from .xml import gds801, gds801_sent
from .xml.redeclaring import redeclaration_code


@frozen
class Form:
    """``person`` and ``care`` read back what the ledger keeps of a person and of a line, as far as it was sent;
    ``credit`` makes the line that takes a debit back; ``again`` gives a line the code (COD651) that says whether it was
    declared before, where the standard has one; ``fragments`` gives what it keeps of a file: see
    `pm304_sent.fragments`."""

    person: Callable[[str], Person]
    care: Callable[[str], Care]
    credit: Callable[[DueCredit], str]
    again: Callable[[str, str], str]
    fragments: Callable[[IO[bytes]], Iterator[tuple[str, str, str]]]


#: By the name of the standard.
FORMS: Final[Mapping[str, Form]] = {
    "PM304 3.2": Form(
        pm304_sent.read_person,
        pm304_sent.read_care,
        lambda debit: pm304_sent.credit(debit.sent, debit.cents),
        lambda line, code: line,
        pm304_sent.fragments,
    ),
    "GDS801 2.0": Form(
        gds801_sent.read_person,
        gds801_sent.read_care,
        lambda debit: gds801.credit_fragment(debit.list, date.fromisoformat(debit.date), debit.cents, debit.reference),
        gds801.declared_before,
        gds801_sent.fragments,
    ),
}


def first(debit: Debit) -> str:
    """A debit as it would have been sent as a first declaration."""
    return FORMS[debit.standard].again(debit.sent, redeclaration_code())
