"""What came back: the declarations that answers are about, and the answers that there are."""

from collections.abc import Iterator
from typing import Final, NamedTuple

from attrs import field, frozen

from ..model.declaration import short_number
from . import Ledger


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


def declaration_of(ledger: Ledger, invoice: str) -> Declared | None:
    """The declaration with an invoice number, whatever became of it."""
    columns = "invoice, run, state, insurer, uzovi, lines, amount_cents, provider"
    return ledger.only(Declared, f"SELECT {columns} FROM declaration_status WHERE invoice = ?", (invoice,))


@frozen
class StoredAnswer:
    """An answer that was read in, with what it answers: ``run`` of the declaration, its ``file``. ``read_on`` and
    ``dated`` (as it says itself, or '') are YYYY-MM-DD; ``kind``: refused as a whole, or answered line by line;
    ``by_insurer``: surely, and not VECOZO's; ``codes`` of the whole, a space between. Amounts are cents."""

    invoice: str
    run: int
    declaration: str
    standard: str
    insurer: str
    uzovi: str
    lines: int
    file: str
    read_on: str
    dated: str
    kind: str
    by_insurer: bool = field(converter=bool)
    codes: str
    remark: str
    declared_cents: int
    granted_cents: int


_STORED: Final = """
SELECT answer.invoice, run, declaration.file AS declaration, declaration.standard, insurer, uzovi, lines, answer.file,
       read_on, dated, kind, by_insurer, codes, remark, declared_cents, granted_cents
FROM answer JOIN declaration ON declaration.invoice = answer.invoice
"""


def answers(ledger: Ledger) -> Iterator[StoredAnswer]:
    """All answers, the one that was read last first."""
    return ledger.each(StoredAnswer, f"{_STORED} ORDER BY read_on DESC, answer.invoice DESC")


def answer_to(ledger: Ledger, invoice: str) -> StoredAnswer | None:
    """The answer to a declaration."""
    return ledger.only(StoredAnswer, f"{_STORED} WHERE answer.invoice = ?", (invoice,))


class NotGranted(NamedTuple):
    """A line that its answer says something of and didn't grant in full: by which ``codes``, a space between;
    ``is_needless``: it is a credit, of a debit that was refused itself."""

    reference: str
    codes: str
    amount_cents: int
    granted_cents: int
    is_credit: bool
    is_needless: bool


def lines_not_granted(ledger: Ledger, invoice: str) -> list[NotGranted]:
    """Those of a declaration, whatever became of them since, by reference: none that only went back with the whole."""
    sql = """
SELECT reference, own.codes, amount_cents, own.granted_cents, debit_credit = 'C' AS is_credit,
       coalesce((SELECT became FROM line AS debit WHERE debit.reference = own.previous), '') = 'refused' AS is_needless
FROM written_line AS own JOIN answer USING (invoice)
WHERE own.invoice = ? AND (kind = 'answered' OR is_named) AND own.granted_cents IS NOT NULL
    AND (own.granted_cents <> amount_cents OR own.codes <> '')
ORDER BY reference
"""
    return [*ledger.each(NotGranted, sql, (invoice,))]


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
            "SELECT person, short_number(patient_id) AS patient_id, reference, debit_credit "
            "FROM written_line WHERE invoice = ?",
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
