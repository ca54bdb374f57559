"""Taking persons out of what was settled long ago. Amounts, references, and the keyed hash of whose a line is stay: by
these nothing is declared twice. What is taken out is overwritten in the file."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from attrs import field, frozen

from . import Ledger
from .runs import path_of

#: Of a line: nothing can come of it any more. ?1: the day before which that was so. What was taken back because its
#: appointment was cancelled would only go again if that came back.
_SETTLED: Final = (
    "line.date < ?1 AND run.today < ?1 AND (run.state = 'withdrawn' OR answer.read_on < ?1) "
    "AND correction.credit IS NULL AND (correction.again IS NULL OR line.appointment_id IN "
    "(SELECT appointment_id FROM heard WHERE change = 'cancelled' AND pending = 0))"
)
#: Or may: it keeps its patient from being pruned, and the file that it is in.
_OPEN: Final = f"line.sent <> '' AND coalesce(NOT ({_SETTLED}), 1)"
_LINES: Final = (
    "FROM line JOIN declaration ON declaration.invoice = line.invoice JOIN run ON run.run = declaration.run "
    "LEFT JOIN answer ON answer.invoice = line.invoice LEFT JOIN correction ON correction.reference = line.reference "
)


@frozen
class OpenLine:
    """A line that is not settled: ``unanswered``, or else something of it is to go out again or to be credited."""

    patient_id: str
    reference: str
    is_recent: bool = field(converter=bool)
    unanswered: bool = field(converter=bool)


@frozen
class OldFile:
    """A declaration file: the folder of its run, and its path in there. ``is_open``: not all of it is settled."""

    run: int
    folder: Path = field(converter=path_of)
    invoice: str
    file: str
    is_open: bool = field(converter=bool)


def open_lines(ledger: Ledger, before: str) -> Iterator[OpenLine]:
    """The lines that keep their patients from being pruned, by reference."""
    sql = (
        "SELECT line.patient_id, line.reference, "
        "coalesce(line.date >= ?1 OR run.today >= ?1 OR answer.read_on >= ?1, 0), "
        "run.state <> 'withdrawn' AND answer.invoice IS NULL "
        f"{_LINES} WHERE {_OPEN} ORDER BY line.reference"
    )
    return ledger.each(OpenLine, sql, (before,))


def patients(ledger: Ledger) -> Iterator[tuple[str, str, str]]:
    """The patients of whom there is anything: number, last day in the dossier or '', and the appointments in it where
    some wait for something."""
    sql = (
        "SELECT patient_id, last, CASE WHEN pending > 0 THEN appointments ELSE '[]' END FROM dossier "
        "UNION ALL SELECT DISTINCT patient_id, '', '[]' FROM line "
        "WHERE sent <> '' AND patient_id NOT IN (SELECT patient_id FROM dossier) ORDER BY patient_id"
    )
    return ledger.rows(sql)


def pruned_line(ledger: Ledger, number: str) -> str | None:
    """The reference of a line with this number, or of a trajectory or patient with it, whose person was taken out."""
    sql = "SELECT reference FROM line WHERE sent = '' AND ?1 IN (reference, appointment_id, trajectory, patient_id)"
    return ledger.first(f"{sql} ORDER BY reference DESC LIMIT 1", number)


def prune(ledger: Ledger, wanted: Collection[str]) -> int:
    """Takes these patients out; returns of how many lines."""
    ledger.do("PRAGMA secure_delete = ON")
    ledger.do("CREATE TEMP TABLE wanted (patient_id TEXT PRIMARY KEY)")
    ledger.many("INSERT INTO wanted VALUES (?)", ((patient,) for patient in sorted(wanted)))
    own = "IN (SELECT patient_id FROM wanted)"
    kept = "IN (SELECT {} FROM line WHERE sent <> '')"
    kept_files = kept.format("invoice")
    lines = ledger.one(f"SELECT count(*) FROM line WHERE sent <> '' AND patient_id {own}")
    for sql in (
        f"UPDATE request SET why = '' WHERE reference IN (SELECT reference FROM line WHERE patient_id {own})",
        f"DELETE FROM remark WHERE number IN (SELECT reference FROM line WHERE patient_id {own})",
        f"UPDATE line SET sent = '' WHERE patient_id {own}",
        f"UPDATE person SET sent = '' WHERE person NOT {kept.format('person')}",
        f"DELETE FROM remark WHERE number IN (SELECT invoice FROM declaration WHERE invoice NOT {kept_files})",
        f"UPDATE run SET withdrawn_why = '' WHERE run NOT IN (SELECT run FROM declaration WHERE invoice {kept_files})",
        f"DELETE FROM dossier WHERE patient_id {own}",
        f"DELETE FROM appointment_owner WHERE patient_id {own}",
        f"DELETE FROM trajectory_owner WHERE patient_id {own}",
        "DROP TABLE wanted",
    ):
        ledger.do(sql)
    return lines


def old_files(ledger: Ledger, before: str) -> Iterable[OldFile]:
    """The files of which every line is settled, and those that hold somebody who was taken out."""
    state = f"SELECT line.invoice, max({_OPEN}) AS is_open, max(line.sent = '') AS has_pruned {_LINES} GROUP BY 1"
    sql = (
        f"SELECT run.run, folder, invoice, file, is_open FROM ({state}) JOIN declaration USING (invoice) "
        "JOIN run ON run.run = declaration.run WHERE has_pruned OR NOT is_open ORDER BY invoice"
    )
    return [*ledger.each(OldFile, sql, (before,))]


def compact(ledger: Ledger) -> None:
    """Gives back the room of what was taken out; after a commit."""
    ledger.do("VACUUM")
