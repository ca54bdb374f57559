"""What became of each line, worked out anew from what happened: runs, answers, and credits. The ledger keeps it with
the line; both are the same after every event."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final
from unittest.mock import patch

from ei_export.ledger import Ledger, events, opening
from ei_export.ledger.events import AnsweredLine
from ei_export.ledger.figures import DECLARATIONS
from tests.support.counted_oracle import assert_counts_hold

#: What answers said of lines, as the ledger itself doesn't keep it.
_SAID: Final = """
CREATE TABLE IF NOT EXISTS said (
    reference TEXT PRIMARY KEY, status TEXT, granted_cents INTEGER, codes TEXT, remark TEXT
)
"""
#: A line is refused with its answer or with the whole; else a debit is credited as long as a credit of it was neither
#: refused nor withdrawn; else it is as its answer says, which says nothing of what was granted in full.
_DERIVED: Final = """
SELECT line.reference,
       CASE
           WHEN run.state = 'withdrawn' THEN 'withdrawn'
           WHEN answer.kind = 'refused' OR said.status = 'refused' THEN 'refused'
           WHEN line.debit_credit = 'D' AND EXISTS (
               SELECT 1 FROM line AS credit
               JOIN declaration AS its_declaration ON its_declaration.invoice = credit.invoice
               JOIN run AS its_run ON its_run.run = its_declaration.run
               LEFT JOIN answer AS its_answer ON its_answer.invoice = credit.invoice
               LEFT JOIN said AS its_line ON its_line.reference = credit.reference
               WHERE credit.previous = line.reference AND its_run.state <> 'withdrawn'
                   AND coalesce(its_answer.kind, '') <> 'refused' AND coalesce(its_line.status, '') <> 'refused'
           ) THEN 'credited'
           WHEN answer.invoice IS NULL THEN 'sent'
           ELSE coalesce(said.status, 'granted')
       END AS state,
       CASE
           WHEN run.state = 'withdrawn' OR answer.invoice IS NULL THEN NULL
           WHEN answer.kind = 'refused' THEN 0
           ELSE coalesce(said.granted_cents, line.amount_cents)
       END AS granted_cents,
       coalesce(said.codes, CASE answer.kind WHEN 'refused' THEN answer.codes END, '') AS codes,
       coalesce(said.remark, '') AS remark
FROM line
JOIN declaration ON declaration.invoice = line.invoice
JOIN run ON run.run = declaration.run
LEFT JOIN answer ON answer.invoice = line.invoice
LEFT JOIN said ON said.reference = line.reference
ORDER BY line.reference
"""
_STORED: Final = "SELECT reference, became, granted_cents, codes, remark FROM line ORDER BY reference"
#: Where the money is by the lines, as it is known by their declarations.
_SUMS: Final = """
SELECT total(CASE debit_credit WHEN 'D' THEN amount_cents END),
       total(CASE debit_credit WHEN 'C' THEN amount_cents END),
       total(sign * granted_cents), total(CASE WHEN as_what NOT IN ('write-off', 'patient') THEN sign * gap END),
       total(CASE as_what WHEN 'write-off' THEN gap END), total(CASE as_what WHEN 'patient' THEN gap END),
       total(CASE WHEN granted_cents IS NULL THEN sign * amount_cents END)
FROM (
    SELECT *, CASE debit_credit WHEN 'D' THEN 1 ELSE -1 END AS sign, amount_cents - granted_cents AS gap,
           coalesce(closed_as, '') AS as_what
    FROM line WHERE became <> 'withdrawn'
)
"""
_SUMS_OF_DECLARATIONS: Final = f"""
SELECT total(declared_cents), total(credited_cents), total(granted_cents), total(refused_cents),
       total(written_off_cents), total(patient_cents), total(open_cents)
FROM ({DECLARATIONS.replace("?1", "'9999-12-31'")})
"""
#: What can't be: a debit to be credited that doesn't stand, one that doesn't stand and counts as one that does, and
#: something to be done about what can't be had again.
_IMPOSSIBLE: Final = """
SELECT reference, became, to_credit, to_repeat, wish_credit, wish_again, corrected FROM line
WHERE (to_credit IS NOT NULL OR wish_credit IS NOT NULL) AND became NOT IN ('sent', 'granted', 'partly_granted')
    OR corrected = 0 AND debit_credit = 'D' AND became NOT IN ('sent', 'granted', 'partly_granted')
    OR corrected = 0 AND coalesce(to_credit, to_repeat, wish_credit, wish_again) IS NOT NULL
    OR debit_credit = 'C' AND (coalesce(to_credit, to_repeat, wish_credit, wish_again) IS NOT NULL OR corrected = 1)
    OR EXISTS (SELECT 1 FROM request WHERE request IN (wish_credit, wish_again) AND taken_back)
"""
#: What is read of a line: what became of it and what is to be done about it, unless somebody closed it.
_READ: Final = "SELECT reference, state, credit, again, stands, closed_as FROM line ORDER BY reference"
_KEPT: Final = """
SELECT reference, CASE WHEN last.closed_as IS NULL THEN became ELSE 'closed' END,
       CASE WHEN last.closed_as IS NULL THEN CASE WHEN wish_credit IS NULL THEN to_credit ELSE 'now' END END,
       CASE WHEN last.closed_as IS NULL THEN CASE WHEN wish_again IS NULL THEN to_repeat ELSE 'now' END END,
       became IN ('sent', 'granted', 'partly_granted'), last.closed_as
FROM line
LEFT JOIN (
    SELECT name AS reference, max(closing), closed_as FROM closing WHERE kind = 'line' GROUP BY name
) AS last USING (reference)
ORDER BY reference
"""


@contextmanager
def remembering() -> Iterator[None]:
    """Keeps what answers say of lines beside them, in the ledger and as part of the same change."""
    answered = events.lines_answered

    def lines_answered(ledger: Ledger, rows: Sequence[AnsweredLine]) -> None:
        ledger.do(_SAID)
        said = [(reference, *rest) for *rest, reference in rows]
        ledger.many("INSERT OR IGNORE INTO said VALUES (?, ?, ?, ?, ?)", said)
        answered(ledger, rows)

    tables = opening._tables

    def but_said(connection: sqlite3.Connection) -> set[str]:
        return {each for each in tables(connection) if not each.startswith(("said:", "said."))}

    with patch.object(events, "lines_answered", lines_answered), patch.object(opening, "_tables", but_said):
        yield


def assert_as_derived(ask: Callable[[str], Iterable[tuple[Any, ...]]]) -> None:
    """What a ledger, to be asked by SQL, keeps of every line is what follows from what happened, the sums add up, and
    so do the counts that it keeps."""
    [*ask(_SAID)]
    assert [*ask(_STORED)] == [*ask(_DERIVED)]
    assert [*ask(_IMPOSSIBLE)] == []
    assert [*ask(_READ)] == [*ask(_KEPT)]
    ((declared, credited, *came_to),) = sums = [*ask(_SUMS)]
    assert declared - credited == sum(came_to)
    assert sums == [*ask(_SUMS_OF_DECLARATIONS)]
    assert_counts_hold(ask)


def assert_ledger_as_derived(path: Path) -> None:
    """As `assert_as_derived`, of a copy of the ledger at a path."""
    with closing(sqlite3.connect(path)) as ledger, closing(sqlite3.connect(":memory:")) as copy:
        ledger.backup(copy)
        assert_as_derived(copy.execute)
