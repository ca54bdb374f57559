"""Taking persons out of what was settled long ago. Amounts, references, and the keyed hash of whose a line is stay: by
these nothing is declared twice. What is taken out is overwritten in the file."""

from collections.abc import Collection, Iterable, Iterator
from pathlib import Path
from typing import Final

from attrs import field, frozen

from . import Ledger
from .owners import forget
from .patients import dossier_of
from .runs import path_of

#: The tables with what is kept of patients besides their lines.
_OF_PATIENTS: Final = ("patient", "unsettled", "change", "planned", "regular", "measurement")


@frozen
class OpenLine:
    """A line that is not settled: ``unanswered``, or else something of it is to go out again or to be credited."""

    patient_id: str
    reference: str
    invoice: str
    is_recent: bool = field(converter=bool)
    unanswered: bool = field(converter=bool)


@frozen
class OldFile:
    """A declaration file: the folder of its run, and its path in there. ``is_open``: not all of it is settled."""

    run: int
    folder: Path
    invoice: str
    file: str
    is_open: bool


def open_lines(ledger: Ledger, before: str) -> Iterator[OpenLine]:
    """The lines that keep their patients from being pruned, and the files they are in, by reference: of which something
    may still come, or could until ``before``. What was taken back because its appointment was cancelled would only go
    again if that came back."""
    sql = """
SELECT line.patient_id, line.reference, line.invoice,
       coalesce(line.date >= ?1 OR run.today >= ?1 OR answer.read_on >= ?1, 0) AS is_recent,
       run.state <> 'withdrawn' AND answer.invoice IS NULL AS unanswered
FROM line JOIN declaration USING (invoice) JOIN run USING (run) LEFT JOIN answer USING (invoice)
WHERE line.sent <> '' AND (
    line.date >= ?1 OR run.today >= ?1 OR answer.read_on >= ?1 OR run.state <> 'withdrawn' AND answer.invoice IS NULL
    OR line.credit IS NOT NULL OR line.again IS NOT NULL AND line.appointment_id NOT IN (
        SELECT appointment_id FROM change JOIN patient USING (patient_id) WHERE kind = 'cancelled' AND pending = 0
    )
)
ORDER BY line.reference
"""
    return ledger.each(OpenLine, sql, (before,))


def patients(ledger: Ledger) -> Iterator[tuple[str, str, str]]:
    """The patients of whom there is anything: number, last day of an appointment or a measurement, or '', and the first
    appointment that is held, or was changed since it was declared, or ''."""
    sql = """
SELECT patient_id, max(last), max(waits) FROM (
    SELECT patient_id, last, coalesce(
        (
            SELECT min(appointment_id) FROM (
                SELECT patient_id, appointment_id FROM unsettled
                WHERE outcome IN ('held', 'unreadable')
                    AND appointment_id NOT IN (SELECT name FROM closed WHERE kind = 'appointment')
                UNION ALL SELECT patient_id, appointment_id FROM changed
            ) AS waiting
            WHERE waiting.patient_id = patient.patient_id
        ),
        ''
    ) AS waits FROM patient
    UNION ALL SELECT patient_id, last, '' FROM regular
    UNION ALL SELECT patient_id, max(date), '' FROM measurement GROUP BY patient_id
    UNION ALL SELECT patient_id, max(date), '' FROM planned GROUP BY patient_id
    UNION ALL SELECT DISTINCT patient_id, '', '' FROM line WHERE sent <> ''
)
GROUP BY patient_id ORDER BY patient_id
"""
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
    told = {*ledger.column("SELECT name FROM closing WHERE why <> ''")}.intersection(_names(ledger, wanted))
    ledger.many("UPDATE closing SET why = '' WHERE name = ?", ((name,) for name in told))
    forget(ledger, {*ledger.column(f"SELECT patient FROM patient WHERE patient_id {own}")})
    for sql in (
        f"UPDATE request SET why = '' WHERE reference IN (SELECT reference FROM line WHERE patient_id {own})",
        f"UPDATE line SET sent = '', remark = '' WHERE patient_id {own}",
        f"UPDATE person SET sent = '' WHERE person NOT {kept.format('person')}",
        f"UPDATE answer SET remark = '' WHERE invoice NOT {kept_files}",
        f"UPDATE run SET withdrawn_why = '' WHERE run NOT IN (SELECT run FROM declaration WHERE invoice {kept_files})",
        *(f"DELETE FROM {table} WHERE patient_id {own}" for table in _OF_PATIENTS),
        # Of what was cancelled since, nobody knows any more whose it was.
        "UPDATE closing SET why = '' WHERE kind = 'planned' AND name NOT IN (SELECT appointment_id FROM planned)",
        "DELETE FROM bucket",
        f"DELETE FROM trajectory_owner WHERE patient_id {own}",
        "DROP TABLE wanted",
    ):
        ledger.do(sql)
    return lines


def _names(ledger: Ledger, wanted: Iterable[str]) -> Iterator[str]:
    """By what something of the wanted patients may be closed."""
    own = "IN (SELECT patient_id FROM wanted)"
    yield from ledger.column(f"SELECT appointment_id FROM planned WHERE patient_id {own}")
    for names in ledger.rows(f"SELECT reference, appointment_id, trajectory FROM line WHERE patient_id {own}"):
        yield from names
    for dossier in filter(None, (dossier_of(ledger, patient_id) for patient_id in wanted)):
        yield from (kept.appointment_id for kept in dossier.kept())
        yield from (course.trajectory for course in dossier.courses())


def old_files(ledger: Ledger, before: str) -> Iterator[OldFile]:
    """The files of which every line is settled, and those that hold somebody who was taken out."""
    still_open = {line.invoice for line in open_lines(ledger, before)}
    sql = """
SELECT run, folder, invoice, file, EXISTS (
    SELECT 1 FROM line WHERE line.reference BETWEEN first_reference AND last_reference
        AND line.invoice = declaration.invoice AND line.sent = ''
)
FROM declaration JOIN run USING (run) ORDER BY invoice
"""
    for run, folder, invoice, file, has_pruned in list(ledger.rows(sql)):
        if has_pruned or invoice not in still_open:
            yield OldFile(run, path_of(folder), invoice, file, is_open=invoice in still_open)


def compact(ledger: Ledger) -> None:
    """Gives back the room of what was taken out; after a commit."""
    ledger.do("VACUUM")
