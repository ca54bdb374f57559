"""The credits of a run: those that go out, those that nobody would take, and those that came back refused."""

from collections.abc import Mapping
from datetime import date
from io import BytesIO
from typing import Final

from ..codelists import return_codes
from ..declaration import Invoice, Provider
from ..ledger import Ledger
from ..ledger.credits import RefusedCredit, refused_credits
from ..problems import Finding, WriteError
from ..settings import Settings
from .books import Book
from .due import DueLine
from .forms import credit_lines
from .publication import declared_by, provider
from .shelf import Shelf

#: Stands for the numbers that a credit gets once it goes out.
_NUMBER: Final = "1"


def add_credits(
    shelf: Shelf, ledger: Ledger, settings: Settings, books: Mapping[str, Book], today: date, *, hold_all: bool = False
) -> frozenset[str]:
    """Puts the queued credits on the shelf, and tells of those that were refused. Returns the debits, by reference, of
    which the credit has to wait, because a receiver would refuse all that goes out with it.

    ``hold_all``: none goes out.
    """
    declarer = provider(settings)
    header = declared_by(declarer)
    waiting = set()
    for line in credit_lines(ledger, header):
        if (fault := _fault(line, books[line.standard], declarer, today)) is not None:
            shelf.problems.add(fault, line.appointment_id, line.trajectory, None, line.uzovi)
            waiting.add(line.previous)
        elif not hold_all:
            shelf.due.add(line.pack())
    for credit in refused_credits(ledger, header):
        shelf.problems.add(about(credit), credit.appointment_id, credit.trajectory, None, credit.uzovi)
    return frozenset(waiting)


def _fault(line: DueLine, book: Book, declarer: Provider, today: date) -> Finding | None:
    """What a receiver would refuse a credit for if it were all that is in the file."""
    file, day = BytesIO(), date.fromisoformat(line.date)
    invoice = Invoice(_NUMBER, today, line.uzovi, day, day)
    writer = book.writer(file, declarer, invoice)
    writer.person(line.person)
    book.line(writer, line, _NUMBER)
    writer.close()
    file.seek(0)
    file.write(book.start(declarer, invoice, writer.cents))
    try:
        book.check(file, line.standard)
    except WriteError as error:
        said = error.params
        places = {
            "element": said.get("element", said.get("schema")),
            "found": said.get("found", said.get("reason")),
            "expected": said.get("expected", "-"),
        }
        return Finding("CREDIT_WOULD_BE_REFUSED", "", {**places, "reference": line.previous})
    return None


def about(credit: RefusedCredit) -> Finding:
    """What is to be said of a credit that was refused."""
    known = return_codes().get(credit.codes.split()[0]) if credit.codes else None
    answer = {"codes": credit.codes or "-", "text": known.text.rstrip(".") if known is not None else "-"}
    code = "CREDIT_WAITS" if credit.waits else "PAID_TWICE" if credit.later else "CREDIT_REFUSED"
    lines = {name: getattr(credit, name) for name in ("reference", "credit", "later", "invoice")}
    return Finding(code, "", {**lines, **answer})
