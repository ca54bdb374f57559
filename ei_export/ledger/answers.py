"""What came back: answers to declarations and to their lines."""

from collections.abc import Iterable, Mapping

from attrs import frozen

from . import Ledger

#: Of a line: reference, status, calculated and granted cents, return codes.
AnsweredLine = tuple[str, str, int, int, str]


@frozen
class Declared:
    """A declaration that went out; ``state`` as in the view ``declaration_status``, ``provider`` as in its table."""

    invoice: str
    run: int
    state: str
    insurer: str
    uzovi: str
    lines: int
    amount_cents: int
    provider: str


@frozen
class DeclaredLine:
    """A line that went out, as far as an answer to it is about it."""

    reference: str
    appointment_id: str
    trajectory: str
    date: str
    f_code: str
    units: int
    amount_cents: int
    debit_credit: str


def declared(ledger: Ledger, invoice: str) -> Declared | None:
    """The declaration with an invoice number, whatever became of it."""
    sql = (
        "SELECT status.invoice, status.run, state, status.insurer, status.uzovi, status.lines, status.amount_cents, "
        "provider FROM declaration_status AS status JOIN declaration USING (invoice) WHERE invoice = ?"
    )
    return next((Declared(*row) for row in ledger._rows(sql, (invoice,))), None)


def declared_line(ledger: Ledger, invoice: str, reference: str) -> DeclaredLine | None:
    """A line of a declaration."""
    sql = (
        "SELECT reference, appointment_id, trajectory, date, f_code, units, amount_cents, debit_credit FROM line "
        "WHERE reference = ? AND invoice = ?"
    )
    return next((DeclaredLine(*row) for row in ledger._rows(sql, (reference, invoice))), None)


def lines_of_person(ledger: Ledger, invoice: str, patient_id: str) -> list[tuple[str, str]]:
    """The lines of a declaration that are below the person of a patient: reference, and debit or credit."""
    own = (
        "SELECT {} FROM declaration JOIN line ON line.reference BETWEEN first_reference AND last_reference "
        "WHERE declaration.invoice = ?1 AND line.invoice = ?1"
    )
    persons = own.format("line.person") + " AND line.patient_id = ?2"
    sql = own.format("line.reference, line.debit_credit") + f" AND line.person IN ({persons}) ORDER BY 1"
    return [(reference, side) for reference, side in ledger._rows(sql, (invoice, patient_id))]


def known_answer(ledger: Ledger, invoice: str, sha256: str) -> tuple[str, str, bool] | None:
    """The answer that there is to a declaration, or of the very same contents: its file, when it was read, and whether
    it is the same."""
    sql = "SELECT file, read_on, sha256 = ?2 FROM answer WHERE invoice = ?1 OR sha256 = ?2 ORDER BY 3 DESC"
    return next(((file, day, bool(same)) for file, day, same in ledger._rows(sql, (invoice, sha256))), None)


def add_answer(ledger: Ledger, values: Mapping[str, object]) -> None:
    """An answer by the columns of its table."""
    ledger._do(f"INSERT INTO answer ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", values.values())


def add_line_answers(ledger: Ledger, rows: Iterable[AnsweredLine]) -> None:
    """Answers to lines; only those that say something else than the answer to the whole. Of two to one line the first
    is kept."""
    ledger._many("INSERT OR IGNORE INTO line_answer VALUES (?, ?, ?, ?, ?)", rows)
