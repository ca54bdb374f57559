"""Runs, and what they declared: numbers, files, persons and lines."""

import os
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from pathlib import Path

from attrs import evolve, field, frozen

from ..base.private import resolved
from . import Ledger


@frozen
class StagedRun:
    """A run whose lines are in the ledger, but whose folder may not be published yet."""

    run: int
    staging: Path
    folder: Path


def stored(path: Path) -> str | bytes:
    """A path as the ledger keeps it: as bytes where its name is no text."""
    text = str(path)
    return text if text.isprintable() else os.fsencode(path)


def path_of(kept: str | bytes) -> Path:
    """The path that was `stored`."""
    return Path(os.fsdecode(kept))


def staged_runs(ledger: Ledger) -> list[StagedRun]:
    sql = "SELECT run, staging, folder FROM run WHERE state = 'staged' ORDER BY run"
    return [StagedRun(run, path_of(staging), path_of(folder)) for run, staging, folder in ledger.rows(sql)]


def next_run(ledger: Ledger) -> int:
    return ledger.one("SELECT coalesce(max(run), 0) + 1 FROM run")


def invoice_count(ledger: Ledger, series: str) -> int:
    """How many declarations there ever were, or more where the numbers of a series went on beyond that."""
    sql = (
        "SELECT max((SELECT count(*) FROM declaration), "
        "coalesce((SELECT max(CAST(substr(invoice, ?) AS INTEGER)) FROM declaration WHERE invoice GLOB ?), 0))"
    )
    form = series + "[0-9]" * (12 - len(series))
    return ledger.one(sql, (str(len(series) + 7), form))


def last_day(ledger: Ledger) -> tuple[int, str] | None:
    """The latest day (YYYY-MM-DD) that a run declared something on, and the run."""
    sql = "SELECT run, today FROM run ORDER BY today DESC, run DESC LIMIT 1"
    return next(ledger.rows(sql), None)


def add_run(ledger: Ledger, run: StagedRun, today: date, source: str, version: str) -> None:
    """A run that is being written; ``source`` is the name of its feed."""
    folders = stored(resolved(run.staging)), stored(resolved(run.folder))
    values = (run.run, today.isoformat(), "staged", *folders, source, version)
    ledger.do("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL, NULL)", values)


def mark_published(ledger: Ledger, run: int, folder: Path) -> None:
    """Notes that a run can be seen, and where. Outside a transaction it is one of its own."""
    ledger.do("UPDATE run SET state = 'published', folder = ? WHERE run = ?", (stored(resolved(folder)), run))


def add_declaration(ledger: Ledger, values: Mapping[str, object]) -> None:
    """A declaration by the columns of its table."""
    ledger.insert("declaration", values)


def add_persons(ledger: Ledger, rows: Iterable[tuple[int, str]]) -> None:
    ledger.many("INSERT INTO person VALUES (?, ?)", rows)


def next_person(ledger: Ledger) -> int:
    return ledger.one("SELECT coalesce(max(person), 0) + 1 FROM person")


@frozen
class PublishedRun:
    """A run of a ``day``, and where it is; ``handed_over_on`` when its files were handed to VECOZO, if somebody
    said so, or ''; ``answered`` one of its invoices that there is an answer to, or ''; ``credited`` the reference of
    one of its lines that run ``later`` credits, or ''."""

    run: int
    day: str
    state: str
    folder: Path = field(converter=path_of)
    withdrawn_on: str
    handed_over_on: str
    answered: str
    credited: str = ""
    later: int = 0


def published_run(ledger: Ledger, run: int) -> PublishedRun | None:
    found = ledger.only(
        PublishedRun,
        """
SELECT run, today AS day, state, folder, coalesce(withdrawn_on, '') AS withdrawn_on,
       coalesce(handed_over_on, '') AS handed_over_on, coalesce((
    SELECT invoice FROM answer JOIN declaration USING (invoice)
    WHERE declaration.run = run.run ORDER BY invoice LIMIT 1
), '') AS answered
FROM run WHERE run = ?
""",
        (run,),
    )
    if found is None:
        return None
    credit = """
SELECT line.reference, later.run FROM line AS credit
CROSS JOIN line ON line.reference = credit.previous
JOIN declaration ON declaration.invoice = line.invoice
JOIN declaration AS later ON later.invoice = credit.invoice
WHERE credit.previous IS NOT NULL AND credit.state <> 'withdrawn' AND declaration.run = ?
ORDER BY later.run DESC, line.reference LIMIT 1
"""
    credited, later = next(ledger.rows(credit, (run,)), ("", 0))
    return evolve(found, credited=credited, later=later)


def folders(ledger: Ledger) -> Mapping[int, Path]:
    """Where each run was published."""
    return {run: path_of(folder) for run, folder in ledger.rows("SELECT run, folder FROM run")}


def files_of(ledger: Ledger, run: int) -> Iterator[tuple[str, str]]:
    """The declaration files of a run, by their path in its folder, each with its SHA-256."""
    yield from ledger.rows("SELECT file, sha256 FROM declaration WHERE run = ? ORDER BY invoice", (run,))
