"""What came back: answers to declarations and to their lines."""

from collections.abc import Mapping, Sequence

from attrs import field, frozen

from ..model.declaration import short_number
from . import Ledger

#: Of a line: reference, status, calculated and granted cents, return codes, remark.
AnsweredLine = tuple[str, str, int, int, str, str]


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
    """A line that went out, as far as an answer to it is about it; ``debit_refused`` of the credit of one that was."""

    reference: str
    appointment_id: str
    trajectory: str
    date: str
    f_code: str
    units: int
    amount_cents: int
    debit_credit: str
    debit_refused: bool = field(converter=bool)


def declaration_of(ledger: Ledger, invoice: str) -> Declared | None:
    """The declaration with an invoice number, whatever became of it."""
    sql = (
        "SELECT status.invoice, status.run, state, status.insurer, status.uzovi, status.lines, status.amount_cents, "
        "provider FROM declaration_status AS status JOIN declaration USING (invoice) WHERE invoice = ?"
    )
    return ledger.only(Declared, sql, (invoice,))


def declared_line(ledger: Ledger, invoice: str, reference: str) -> DeclaredLine | None:
    """A line of a declaration."""
    sql = (
        "SELECT reference, appointment_id, trajectory, date, f_code, units, amount_cents, debit_credit, "
        "(SELECT status FROM line_status WHERE line_status.reference = line.previous) IS 'refused' FROM line "
        "WHERE reference = ? AND invoice = ?"
    )
    return ledger.only(DeclaredLine, sql, (reference, invoice))


class PersonLines:
    """The lines of a declaration, person by person. They are looked up once, however many persons are asked for."""

    def __init__(self, ledger: Ledger, invoice: str) -> None:
        self._ledger, self._invoice = ledger, invoice
        self._is_ready = False

    def of(self, patient_id: str) -> list[tuple[str, str]]:
        """The lines below the person of a patient, who may have another's lines there too: reference, and debit or
        credit. ``patient_id`` as it was sent."""
        if not self._is_ready:
            self._look_up()
        sql = (
            "SELECT reference, debit_credit FROM person_line WHERE person IN "
            "(SELECT person FROM person_line WHERE patient_id = ?) ORDER BY reference"
        )
        return [(reference, side) for reference, side in self._ledger.rows(sql, (patient_id,))]

    def _look_up(self) -> None:
        self._ledger.define("short_number", short_number)
        self._ledger.do("DROP TABLE IF EXISTS temp.person_line")
        self._ledger.do(
            "CREATE TEMP TABLE person_line AS "
            "SELECT person, short_number(patient_id) AS patient_id, line.reference, debit_credit "
            "FROM declaration JOIN line ON line.reference BETWEEN first_reference AND last_reference "
            "WHERE declaration.invoice = ?1 AND line.invoice = ?1",
            (self._invoice,),
        )
        for column in ("person", "patient_id"):
            self._ledger.do(f"CREATE INDEX temp.person_line_{column} ON person_line ({column})")
        self._is_ready = True


def answer_of(ledger: Ledger, invoice: str, sha256: str) -> tuple[str, str, bool] | None:
    """The answer that there is to a declaration, or of the very same contents: its file, when it was read, and whether
    it is the same."""
    sql = "SELECT file, read_on, sha256 = ?2 FROM answer WHERE invoice = ?1 OR sha256 = ?2 ORDER BY 3 DESC"
    return next(((file, day, bool(same)) for file, day, same in ledger.rows(sql, (invoice, sha256))), None)


def add_answer(ledger: Ledger, values: Mapping[str, object], remark: str, *, is_insurers: bool) -> None:
    """An answer by the columns of its table, and what was written with it; ``is_insurers``: surely the insurer's own,
    not VECOZO's."""
    ledger.insert("answer", values)
    if is_insurers and values["kind"] == "refused":
        ledger.do("INSERT INTO insurer_answer VALUES (?)", (str(values["invoice"]),))
    if remark:
        ledger.do("INSERT INTO remark VALUES (?, ?)", (str(values["invoice"]), remark))


def add_line_answers(ledger: Ledger, rows: Sequence[AnsweredLine]) -> None:
    """Answers to lines; only those that say something else than the answer to the whole. Of two to one line the first
    is kept."""
    ledger.many("INSERT OR IGNORE INTO line_answer VALUES (?, ?, ?, ?, ?)", (row[:-1] for row in rows))
    ledger.many("INSERT OR IGNORE INTO remark VALUES (?, ?)", ((row[0], row[-1]) for row in rows if row[-1]))
