"""An answer to a declaration, whatever standard it is written in."""

from collections.abc import Callable, Iterator, Mapping
from datetime import date
from typing import Final, Literal

from attrs import frozen

from ..model.codelists import return_codes

#: COD954: the declaration is granted in full.
GRANTED: Final = "8001"
#: COD954: the line itself is good, and refused because the file was.
GOOD: Final = "8096"

#: ``answered``: judged line by line; what the answer doesn't name is granted in full. ``refused``: as a whole, before
#: anybody judged it; the lines it names are at fault, or where it names none, what stands above them.
AnswerKind = Literal["answered", "refused"]


@frozen
class LineAnswer:
    """The answer to one line, by its reference. ``record`` is its number in the file, from 1.

    Amounts in cents, >= 0: ``calculated_cents`` what may be claimed according to the insurer, ``granted_cents`` what is
    granted, paid or not (GDS802: "niet financieel"). ``debit_credit`` of the line, and ``granted_debit_credit`` of the
    amounts. ``codes`` (COD954): its own, then those of what it hangs below.

    ``remark``: what the insurer wrote with it, '' for nothing.

    Without a ``reference`` it stands for all lines of the person of ``patient_id`` that the answer doesn't name.
    """

    record: int
    reference: str
    debit_credit: str
    calculated_cents: int
    granted_cents: int
    granted_debit_credit: str
    codes: tuple[str, ...]
    patient_id: str = ""
    remark: str = ""

    @property
    def is_good(self) -> bool:
        """Whether nothing is wrong with the line itself."""
        return not any(map(is_fault, self.codes))


@frozen
class Answer:
    """A return message. Nothing but its form has been checked.

    ``is_insurers``: surely the insurer's own, not VECOZO's; ``providers`` the AGB codes of who declared, by the names
    of `Provider`, as far as the message has them; ``test`` no answer to a real declaration; ``dated`` None where the
    message doesn't say; ``codes`` of the whole; ``lines`` how many it has; ``remark`` as of a
    line, with the whole. Totals in cents, debit minus credit. ``read`` gives the lines, one at a time, while the file
    is open.
    """

    standard: str
    kind: AnswerKind
    is_insurers: bool
    invoice: str
    providers: Mapping[str, str]
    test: bool
    dated: date | None
    codes: tuple[str, ...]
    declared_cents: int
    granted_cents: int
    lines: int
    read: Callable[[], Iterator[LineAnswer]]
    remark: str = ""


def is_fault(code: str) -> bool:
    """Whether a return code says that something is wrong with what it stands at. One that we don't know does."""
    known = return_codes().get(code)
    return code != GOOD and (known is None or known.level != "O")
