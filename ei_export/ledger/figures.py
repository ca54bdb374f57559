"""What was known on a day, of which figures are made: declarations with their money. Their
debits are counted in :mod:`.counted`.

Known on a day is what its runs declared up to and including it, but for those withdrawn by then (one that was sent
after all counts again from the day its first answer was read); the answers read by then, whatever day they say they
are of; and what people had closed by then and not opened again. What happened later changes none of it.
"""

import datetime as dt
from collections.abc import Iterator, Mapping
from typing import Final

from attrs import frozen

from . import Ledger

#: What the runs had declared on a day (?1), with the answers read by then.
KNOWN: Final = """
known AS MATERIALIZED (
    SELECT d.invoice, d.insurer, d.uzovi, d.lines, d.amount_cents, d.first_reference, d.last_reference,
           run.today AS declared_on, iif(run.handed_over_on <= ?1, run.handed_over_on, NULL) AS sent_on,
           answer.read_on, answer.dated, answer.granted_cents
    FROM run JOIN declaration AS d ON d.run = run.run
    LEFT JOIN answer ON answer.invoice = d.invoice AND answer.read_on <= ?1
    WHERE run.today <= ?1 AND (
        run.withdrawn_on IS NULL OR run.withdrawn_on > ?1 OR run.state <> 'withdrawn' AND (
            SELECT min(first.read_on) FROM declaration AS own JOIN answer AS first ON first.invoice = own.invoice
            WHERE own.run = run.run
        ) <= ?1
    )
)
"""


@frozen
class KnownDeclaration:
    """A declaration as it was known on a day: when it was made (``declared_on``), handed to VECOZO (``sent_on``, None
    where nobody said so) and answered (``read_on``, None while there was none; ``dated`` as that says itself, or '').
    Days are YYYY-MM-DD.

    ``declared_cents`` - ``credited_cents`` = ``granted_cents`` + ``refused_cents`` + ``written_off_cents`` +
    ``patient_cents`` + ``open_cents``, always. In the last five a credit counts as negative.
    """

    invoice: str
    insurer: str
    uzovi: str
    lines: int
    declared_on: str
    sent_on: str | None
    read_on: str | None
    dated: str | None
    declared_cents: int
    credited_cents: int
    granted_cents: int
    refused_cents: int
    written_off_cents: int
    patient_cents: int
    open_cents: int

    @property
    def is_timed(self) -> bool:
        """Whether it is known how long the answer took: not where that was read by a date before its run's own, as
        either was given by hand."""
        return self.read_on is not None and self.read_on >= self.declared_on


#: The columns of `KnownDeclaration`.
DECLARATIONS: Final = f"""
WITH {KNOWN}, credited AS MATERIALIZED (
    SELECT invoice, sum(amount_cents) AS cents FROM line WHERE previous IS NOT NULL GROUP BY invoice
), ended AS MATERIALIZED (
    SELECT invoice, sum(iif(last.closed_as = 'write-off', amount_cents - granted_cents, 0)) AS written_off,
           sum(iif(last.closed_as = 'patient', amount_cents - granted_cents, 0)) AS to_patient
    FROM (
        SELECT name, closed_as, max(closing) FROM closing WHERE kind = 'line' AND day <= ?1 GROUP BY name
    ) AS last
    CROSS JOIN line ON line.reference = last.name
    WHERE last.closed_as IN ('write-off', 'patient') GROUP BY invoice
), sums AS (
    SELECT known.*, coalesce(cents, 0) AS credited, iif(read_on IS NULL, 0, coalesce(written_off, 0)) AS written_off,
           iif(read_on IS NULL, 0, coalesce(to_patient, 0)) AS to_patient
    FROM known LEFT JOIN credited USING (invoice) LEFT JOIN ended USING (invoice)
)
SELECT invoice, insurer, uzovi, lines, declared_on, sent_on, read_on, dated, amount_cents + credited AS declared_cents,
       credited AS credited_cents, coalesce(granted_cents, 0) AS granted_cents,
       iif(read_on IS NULL, 0, amount_cents - granted_cents - written_off - to_patient) AS refused_cents,
       written_off AS written_off_cents, to_patient AS patient_cents,
       iif(read_on IS NULL, amount_cents, 0) AS open_cents
FROM sums ORDER BY declared_on, invoice
"""


def known_declarations(ledger: Ledger, on: dt.date) -> Iterator[KnownDeclaration]:
    """What was declared on a day or before it, the first one first."""
    return ledger.each(KnownDeclaration, DECLARATIONS, (on.isoformat(),))


def last_event(ledger: Ledger) -> str:
    """The last day (YYYY-MM-DD) on which anything happened that the ledger remembers, or '': up to then it says how
    things stood then in part only."""
    sql = """
SELECT coalesce(max(day), '') FROM (
    SELECT max(today) AS day FROM run UNION ALL SELECT max(withdrawn_on) FROM run
    UNION ALL SELECT max(handed_over_on) FROM run UNION ALL SELECT max(read_on) FROM answer
    UNION ALL SELECT max(day) FROM closing UNION ALL SELECT max(day) FROM request UNION ALL SELECT max(last) FROM feed
)
"""
    return str(next(ledger.column(sql)))


def to_go_again(ledger: Ledger) -> Mapping[str, tuple[int, int]]:
    """By insurer, what of withdrawn runs is to go again with the next one: how many debits, and cents."""
    sql = """
SELECT insurer, count(*), sum(line.amount_cents) FROM line INDEXED BY line_again
JOIN still_due ON still_due.reference = line.reference JOIN declaration USING (invoice)
WHERE line.again IS NOT NULL AND line.became = 'withdrawn' GROUP BY insurer
"""
    return {insurer: (lines, cents) for insurer, lines, cents in ledger.rows(sql)}
