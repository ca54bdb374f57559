"""Taking persons out of what was settled long ago. Amounts, references, and the keyed hash of whose a line is stay: by
these nothing is declared twice. What is taken out is overwritten in the file."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from attrs import frozen

from . import Ledger

#: Of a line: nothing can come of it any more. ?1: the day before which that was so.
_SETTLED: Final = (
    "line.date < ?1 AND run.today < ?1 AND (run.state = 'withdrawn' OR answer.read_on < ?1) "
    "AND correction.credit IS NULL AND correction.again IS NULL"
)
_LINES: Final = (
    "FROM line JOIN declaration ON declaration.invoice = line.invoice JOIN run ON run.run = declaration.run "
    "LEFT JOIN answer ON answer.invoice = line.invoice LEFT JOIN correction ON correction.reference = line.reference "
)


@frozen
class OpenLine:
    """A line that is not settled: ``unanswered``, or else something of it is to go out again or to be credited."""

    patient_id: str
    reference: str
    is_recent: bool
    unanswered: bool


@frozen
class File:
    """A declaration file in which every line is pruned: the folder of its run, and its path in there."""

    run: int
    folder: Path
    invoice: str
    file: str


def open_lines(ledger: Ledger, before: str) -> Iterator[OpenLine]:
    """The lines that keep their patients from being pruned, by reference."""
    sql = (
        "SELECT line.patient_id, line.reference, "
        "coalesce(line.date >= ?1 OR run.today >= ?1 OR answer.read_on >= ?1, 0), "
        "run.state <> 'withdrawn' AND answer.invoice IS NULL "
        f"{_LINES} WHERE line.sent <> '' AND coalesce(NOT ({_SETTLED}), 1) ORDER BY line.reference"
    )
    return (OpenLine(patient, reference, bool(a), bool(b)) for patient, reference, a, b in ledger._rows(sql, (before,)))


def patients(ledger: Ledger) -> Iterator[tuple[str, str, str]]:
    """The patients of whom there is anything: number, last day in the dossier or '', and its appointments."""
    sql = (
        "SELECT patient_id, last, appointments FROM dossier UNION ALL SELECT DISTINCT patient_id, '', '[]' FROM line "
        "WHERE sent <> '' AND patient_id NOT IN (SELECT patient_id FROM dossier) ORDER BY patient_id"
    )
    return ((patient, last, appointments) for patient, last, appointments in ledger._rows(sql))


def pruned_line(ledger: Ledger, number: str) -> str | None:
    """The reference of a line with this number, or of a trajectory or patient with it, whose person was taken out."""
    sql = "SELECT reference FROM line WHERE sent = '' AND ?1 IN (reference, appointment_id, trajectory, patient_id)"
    return ledger._first(f"{sql} ORDER BY reference DESC LIMIT 1", number)


def prune(ledger: Ledger, wanted: Collection[str]) -> int:
    """Takes these patients out; returns of how many lines."""
    ledger._do("PRAGMA secure_delete = ON")
    ledger._do("CREATE TEMP TABLE wanted (patient_id TEXT PRIMARY KEY)")
    ledger._many("INSERT INTO wanted VALUES (?)", ((patient,) for patient in sorted(wanted)))
    own = "IN (SELECT patient_id FROM wanted)"
    nobody = "NOT EXISTS (SELECT 1 FROM line WHERE line.{0} = {1}.{0} AND line.sent <> '')"
    unkept = nobody.format("invoice", "declaration")
    lines = ledger._one(f"SELECT count(*) FROM line WHERE sent <> '' AND patient_id {own}")
    for sql in (
        f"UPDATE request SET why = '' WHERE reference IN (SELECT reference FROM line WHERE patient_id {own})",
        f"DELETE FROM remark WHERE number IN (SELECT reference FROM line WHERE patient_id {own})",
        f"UPDATE line SET sent = '' WHERE patient_id {own}",
        f"UPDATE person SET sent = '' WHERE {nobody.format('person', 'person')}",
        f"DELETE FROM remark WHERE number IN (SELECT invoice FROM declaration WHERE {unkept})",
        f"DELETE FROM dossier WHERE patient_id {own}",
        f"DELETE FROM appointment_owner WHERE patient_id {own}",
        f"DELETE FROM trajectory_owner WHERE patient_id {own}",
        "DROP TABLE wanted",
    ):
        ledger._do(sql)
    return lines


def pruned_files(ledger: Ledger) -> Iterable[File]:
    """The files in which nobody is kept any more."""
    sql = (
        "SELECT run.run, folder, invoice, file FROM declaration JOIN run ON run.run = declaration.run WHERE NOT EXISTS "
        "(SELECT 1 FROM line WHERE line.invoice = declaration.invoice AND sent <> '') ORDER BY invoice"
    )
    return [File(run, Path(folder), invoice, file) for run, folder, invoice, file in ledger._rows(sql)]


def compact(ledger: Ledger) -> None:
    """Gives back the room of what was taken out; after a commit."""
    ledger._do("VACUUM")
