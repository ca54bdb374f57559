"""Debits that don't simply stand: credited, refused or withdrawn; what is still to be done about them, and who asked.

The table ``correction`` has a row for each such debit, and keeps it. A debit without one stands, and is the last of its
appointment.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter
from pathlib import Path
from typing import Final, Literal

from attrs import field, frozen

from . import Ledger
from .patients import last_debit
from .runs import path_of, stored

#: When an appointment, or a credit, goes out again; see ``schema.sql``.
When = Literal["now", "line", "header", "feed"]
Asked = Literal["credit", "redeclare", "correct", "cancel"]

#: What was asked last of the credit of a debit: on its own, with a new line in its place, or not after all.
ASKED_LAST: Final = (
    "(SELECT asked FROM request WHERE request.reference = {}.reference AND asked <> 'redeclare' "
    "ORDER BY request DESC LIMIT 1)"
)
#: The statuses of a line that the insurer is held to.
STANDING: Final = ("sent", "granted", "partly_granted")
#: What became of a line, NULL for one that was withdrawn. Asked line by line: SQLite would work the view out for the
#: whole ledger to join it.
STATUS: Final = "(SELECT status FROM line_status WHERE line_status.reference = {}.reference)"
STANDS: Final = f"{STATUS} IN {STANDING}"
#: The day of the answer to a line, as the answer says itself or else when it was read; NULL without one.
ANSWERED: Final = "(SELECT coalesce(nullif(dated, ''), read_on) FROM answer WHERE answer.invoice = {}.invoice)"
#: Of a row of ``line``: the last debit of its appointment.
IS_LAST: Final = (
    "line.debit_credit = 'D' AND line.attempt = (SELECT max(attempt) FROM line AS other "
    "WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D')"
)


@frozen
class Debit:
    """A debit as it was sent, and what became of it.

    ``status`` as in the view ``line_status``, or ``withdrawn``; ``codes`` of its answer. ``credit`` and ``again`` as in
    the table ``correction``, but 'now' where the header is another by now; '' where nothing is to be done. ``person``
    and ``sent`` as their tables have them. ``contradicted``: withdrawn, and sent after all. ``by_insurer``: the insurer
    answered it, not VECOZO, which sends on nothing of what it refuses. ``answered``: the day of its answer, or ''.
    """

    reference: str
    appointment_id: str
    patient_id: str
    attempt: int
    status: str
    codes: str
    credit: str
    again: str
    invoice: str
    standard: str
    uzovi: str
    date: str
    code: str
    units: int
    person: str
    sent: str
    contradicted: bool = field(converter=bool)
    by_insurer: bool = field(converter=bool)
    answered: str

    @property
    def is_pruned(self) -> bool:
        """Whether what was sent is not kept any more: there is nothing to compare, and nothing goes out again."""
        return not self.sent

    @property
    def stands(self) -> bool:
        """Whether the insurer is held to it, once the next run is sent."""
        return self.status in STANDING and self.credit != "now"

    @property
    def refused_on(self) -> dt.date | None:
        """The day on which it was refused, if it was."""
        return dt.date.fromisoformat(self.answered) if self.status == "refused" and self.answered else None

    @property
    def was_sent(self) -> bool:
        """Whether the insurer got it: not where it was withdrawn, or VECOZO returned it."""
        return self.status != "withdrawn" and (self.status != "refused" or self.by_insurer)


def corrected_patients(ledger: Ledger) -> dict[str, bool]:
    """The patients with debits that don't simply stand, each with whether something is still to be done about one."""
    sql = "SELECT patient_id, max(credit IS NOT NULL OR again IS NOT NULL) FROM correction GROUP BY patient_id"
    return {patient: bool(is_open) for patient, is_open in ledger.rows(sql)}


def debits(ledger: Ledger, patient_id: str, header: str) -> dict[str, list[Debit]]:
    """The debits of each appointment of a patient that has one which doesn't simply stand, in order. ``header``: what a
    declaration would say today of who declares."""
    own = "IN (SELECT appointment_id FROM correction WHERE patient_id = ?2)"
    found = ledger.each(Debit, _DEBITS.format(own), (header, patient_id))
    return {ident: list(same) for ident, same in groupby(found, key=attrgetter("appointment_id"))}


def debits_of(ledger: Ledger, appointment_id: str, header: str) -> list[Debit]:
    """The debits of an appointment in order; ``header`` as for `debits`."""
    return [*ledger.each(Debit, _DEBITS.format("= ?2"), (header, appointment_id))]


_DEBITS: Final = (
    "SELECT line.reference, line.appointment_id, line.patient_id, line.attempt, "
    f"coalesce({STATUS.format('line')}, 'withdrawn'), "
    "coalesce((SELECT return_codes FROM line_status WHERE line_status.reference = line.reference), ''), "
    "CASE WHEN credit = 'header' AND header <> ?1 THEN 'now' ELSE coalesce(credit, '') END, "
    "CASE WHEN again = 'header' AND header <> ?1 THEN 'now' ELSE coalesce(again, '') END, "
    "line.invoice, declaration.standard, line.uzovi, line.date, line.code, line.units, person.sent, line.sent, "
    "declaration.contradicted, "
    "EXISTS (SELECT 1 FROM answer WHERE answer.invoice = line.invoice AND kind = 'answered') "
    "OR EXISTS (SELECT 1 FROM insurer_answer WHERE insurer_answer.invoice = line.invoice), "
    f"coalesce({ANSWERED.format('line')}, '') "
    "FROM line JOIN declaration ON declaration.invoice = line.invoice "
    "JOIN person ON person.person = line.person "
    "LEFT JOIN correction ON correction.reference = line.reference "
    "WHERE line.debit_credit = 'D' AND line.appointment_id {} ORDER BY line.appointment_id, line.attempt"
)


def settle(ledger: Ledger, credited: Iterable[str], replaced: Iterable[str]) -> None:
    """Notes that credits went out of some debits (by reference), and new debits in the place of others."""
    ledger.many("UPDATE correction SET credit = NULL WHERE reference = ?", ((reference,) for reference in credited))
    ledger.many("UPDATE correction SET again = NULL WHERE reference = ?", ((reference,) for reference in replaced))


def drop(ledger: Ledger, appointments: Iterable[str]) -> None:
    """Forgets the corrections of appointments that are again as they were declared: what stands, stands."""
    sql = "UPDATE correction SET credit = NULL, again = NULL WHERE reference IN ({})"
    own = "SELECT reference FROM line WHERE appointment_id = ? AND debit_credit = 'D'"
    ledger.many(sql.format(own), ((ident,) for ident in appointments))


# What an answer, or taking a run back, leaves to be done.

#: The lines of one declaration, each with its answer; the references of a file follow each other.
_LINES: Final = (
    "FROM declaration JOIN line ON line.reference BETWEEN first_reference AND last_reference "
    "LEFT JOIN line_answer ON line_answer.reference = line.reference WHERE declaration.invoice = ?1"
)
#: Of a row of ``correction``: of its debit nothing was left to be done, no credit went out, nor anything in its place.
_AT_REST: Final = (
    "correction.credit IS NULL AND correction.again IS NULL AND NOT EXISTS (SELECT 1 FROM line AS other "
    "JOIN line AS own ON own.reference = correction.reference JOIN declaration ON declaration.invoice = other.invoice "
    "JOIN run ON run.run = declaration.run WHERE other.appointment_id = correction.appointment_id AND ("
    "other.previous = correction.reference AND run.state <> 'withdrawn' "
    "OR other.debit_credit = 'D' AND other.attempt > own.attempt))"
)


def reopen(ledger: Ledger, invoice: str, rest: When | None, refused: When, header: str = "") -> None:
    """Lets what a declaration had in it go out again: its ``refused`` lines, and the ``rest`` unless that is None.
    ``header``: what a declaration says today of who declares, for one of which it was not kept.

    Of an appointment that was, or was to be, credited or declared again anyhow, there is no more to be done. A credit
    among the rest goes again too, as long as its debit stands.
    """
    ledger.do(
        "INSERT INTO correction (reference, appointment_id, patient_id, again, header) "
        "SELECT line.reference, appointment_id, patient_id, iif(line_answer.reference IS NULL, ?2, ?3), "
        "coalesce(nullif(provider, ''), ?4) "
        f"{_LINES} AND debit_credit = 'D' "
        "AND iif(line_answer.reference IS NULL, ?2 IS NOT NULL, line_answer.status = 'refused') "
        f"ON CONFLICT (reference) DO UPDATE SET credit = NULL, again = iif({_AT_REST}, excluded.again, again), "
        f"header = iif({_AT_REST}, excluded.header, header)",
        (invoice, rest, refused, header),
    )
    if rest is not None:
        ledger.do(
            "UPDATE correction SET credit = ?2, "
            "header = (SELECT coalesce(nullif(provider, ''), ?3) FROM declaration WHERE invoice = ?1) "
            f"WHERE reference IN (SELECT previous {_LINES} AND line_answer.reference IS NULL) "
            "AND EXISTS (SELECT 1 FROM line_status WHERE line_status.reference = correction.reference "
            f"AND status IN {STANDING})",
            (invoice, rest, header),
        )


def waiting_for_credit(ledger: Ledger, invoice: str) -> int:
    """How many debits of a refused declaration don't go again yet, because another one of their appointment stands."""
    sql = (
        f"SELECT count(*) {_LINES} AND debit_credit = 'D' "
        "AND EXISTS (SELECT 1 FROM correction WHERE correction.reference = line.reference AND again = 'now') "
        "AND EXISTS (SELECT 1 FROM line AS other LEFT JOIN correction AS its USING (reference) "
        "WHERE other.appointment_id = line.appointment_id AND other.debit_credit = 'D' AND its.credit IS NOT 'now' "
        f"AND {STANDS.format('other')})"
    )
    return ledger.one(sql, (invoice,))


# What a person asks for.


@frozen
class Asking:
    """A line that somebody wants something of. ``debit`` its own reference, or of a credit that of its debit; the rest
    is about that debit. ``is_last``: no later one of its appointment stands, or is due again. ``change``: how
    it is otherwise by now, as in the view ``heard``, or 'elsewhere' where another patient has it; ''.
    ``was_credited``: a credit of it went out, whatever came of that. ``is_corrected``: what was asked last
    of its credit is that it goes out with a new line. ``is_pruned``: its person was taken out."""

    debit: str
    debit_credit: str
    appointment_id: str
    patient_id: str
    run: int
    run_state: str
    status: str
    credit: str
    again: str
    is_last: bool
    change: str
    was_credited: bool
    is_corrected: bool
    date: str
    uzovi: str
    is_pruned: bool = field(converter=bool)


def asking(ledger: Ledger, reference: str) -> Asking | None:
    """What is known of a line that somebody names."""
    _note_not_declared(ledger)
    sql = (
        "SELECT debit.reference, named.debit_credit, debit.appointment_id, debit.patient_id, run.run, run.state, "
        f"coalesce({STATUS.format('debit')}, 'withdrawn'), "
        "coalesce(credit, ''), coalesce(again, ''), "
        "NOT EXISTS (SELECT 1 FROM line AS later WHERE later.appointment_id = debit.appointment_id "
        "AND later.debit_credit = 'D' AND later.attempt > debit.attempt AND (EXISTS (SELECT 1 FROM correction AS its "
        "WHERE its.reference = later.reference AND its.again IS NOT NULL) OR (SELECT status FROM line_status "
        f"WHERE line_status.reference = later.reference) IN {STANDING})), "
        "coalesce((SELECT change FROM heard WHERE heard.patient_id = debit.patient_id "
        "AND heard.appointment_id = debit.appointment_id), "
        "(SELECT 'elsewhere' FROM not_declared WHERE not_declared.appointment_id = debit.appointment_id LIMIT 1), ''), "
        "EXISTS (SELECT 1 FROM line AS credit WHERE credit.previous = debit.reference), "
        f"coalesce({ASKED_LAST.format('debit')}, '') = 'correct', debit.date, debit.uzovi, debit.sent = '' "
        "FROM line AS named JOIN line AS debit ON debit.reference = coalesce(named.previous, named.reference) "
        "JOIN declaration ON declaration.invoice = debit.invoice JOIN run ON run.run = declaration.run "
        "LEFT JOIN correction ON correction.reference = debit.reference WHERE named.reference = ?"
    )
    return ledger.only(Asking, sql, (reference,))


def _note_not_declared(ledger: Ledger) -> None:
    """Looks once up what waits in the dossiers, however many lines are asked for."""
    ledger.do(
        "CREATE TEMP TABLE IF NOT EXISTS not_declared AS SELECT json_extract(value, '$[3]') AS appointment_id "
        "FROM dossier, json_each(dossier.appointments) WHERE pending > 0 AND json_extract(value, '$[0]') <> 'declared'"
    )
    ledger.do("CREATE INDEX IF NOT EXISTS temp.not_declared_appointment ON not_declared (appointment_id)")


def lines_of_invoice(ledger: Ledger, invoice: str) -> list[str]:
    """The references of the refused lines of a declaration."""
    refused = "EXISTS (SELECT 1 FROM line_status WHERE line_status.reference = line.reference AND status = 'refused')"
    sql = f"SELECT line.reference {_LINES} AND {refused} ORDER BY 1"
    return [*ledger.column(sql, (invoice,))]


def standing_debits(ledger: Ledger, appointment_id: str) -> list[str]:
    """The references of the debits of an appointment that stand and are not about to be credited, in order."""
    sql = (
        "SELECT reference FROM line LEFT JOIN correction USING (reference) WHERE line.appointment_id = ? "
        "AND debit_credit = 'D' AND credit IS NOT 'now' "
        f"AND {STANDS.format('line')} "
        "ORDER BY attempt"
    )
    return [*ledger.column(sql, (appointment_id,))]


#: The appointments that the feed changed since they were declared, each with its last debit, if that stands and is not
#: about to be credited.
CHANGED: Final = (
    "FROM changed JOIN line ON line.appointment_id = changed.appointment_id "
    f"WHERE {IS_LAST} "
    f"AND {STANDS.format('line')} "
    "AND NOT EXISTS (SELECT 1 FROM correction WHERE correction.reference = line.reference AND credit IS NOT NULL) "
    "ORDER BY reference"
)


def changed_lines(ledger: Ledger) -> list[str]:
    """The references of the lines whose appointments the feed changed since."""
    return [*ledger.column(f"SELECT reference {CHANGED}")]


def ask(ledger: Ledger, asking: Asking, asked: Asked, why: str, today: dt.date, *, credit: bool, again: bool) -> None:
    """Queues what somebody asked for, with why: the credit of the debit, and a debit in the place of the last one."""
    _note_request(ledger, asking, asked, why, today)
    last = last_debit(ledger, asking.appointment_id)
    for column, reference, is_asked in (("credit", asking.debit, credit), ("again", last, again)):
        if is_asked:
            ledger.do(
                f"INSERT INTO correction (reference, appointment_id, patient_id, {column}) VALUES (?, ?, ?, 'now') "
                f"ON CONFLICT (reference) DO UPDATE SET {column} = 'now'",
                (reference, asking.appointment_id, asking.patient_id),
            )


def take_back_request(ledger: Ledger, asking: Asking, why: str, today: dt.date) -> None:
    """Takes back that a debit is to be credited. It stands, so nothing is to come in its place either."""
    _note_request(ledger, asking, "cancel", why, today)
    ledger.do(
        "UPDATE correction SET credit = iif(reference = ?1, NULL, credit), again = NULL WHERE appointment_id = ?2",
        (asking.debit, asking.appointment_id),
    )
    if not asking.was_credited:  # it simply stands again, as if nobody had asked
        ledger.do("DELETE FROM correction WHERE reference = ?", (asking.debit,))


def _note_request(ledger: Ledger, asking: Asking, asked: Asked, why: str, today: dt.date) -> None:
    ledger.insert("request", {"day": today.isoformat(), "asked": asked, "reference": asking.debit, "why": why})


# Taking a run back.


@frozen
class PublishedRun:
    """A run, and where it is; ``answered`` one of its invoices that there is an answer to, or ''; ``credited`` the
    reference of one of its lines that run ``later`` credits, or ''."""

    run: int
    state: str
    folder: Path
    withdrawn_on: str
    answered: str
    credited: str
    later: int


def published_run(ledger: Ledger, run: int) -> PublishedRun | None:
    sql = (
        "SELECT run, state, folder, coalesce(withdrawn_on, ''), coalesce((SELECT invoice FROM answer "
        "JOIN declaration USING (invoice) WHERE declaration.run = run.run ORDER BY invoice LIMIT 1), '') "
        "FROM run WHERE run = ?"
    )
    credit = (
        "SELECT line.reference, later.run FROM line AS credit JOIN line ON line.reference = credit.previous "
        "JOIN declaration ON declaration.invoice = line.invoice "
        "JOIN declaration AS later ON later.invoice = credit.invoice JOIN run ON run.run = later.run "
        "WHERE credit.previous IS NOT NULL AND declaration.run = ? AND run.state <> 'withdrawn' "
        "ORDER BY later.run DESC, line.reference LIMIT 1"
    )
    for number, state, folder, day, answered in ledger.rows(sql, (str(run),)):
        credited, later = next(ledger.rows(credit, (str(run),)), ("", 0))
        return PublishedRun(number, state, path_of(folder), day, answered, credited, later)
    return None


def files_of(ledger: Ledger, run: int) -> Iterator[tuple[str, str]]:
    """The declaration files of a run, by their path in its folder, each with its SHA-256."""
    yield from ledger.rows("SELECT file, sha256 FROM declaration WHERE run = ? ORDER BY invoice", (str(run),))


def take_back_run(ledger: Ledger, run: int, folder: Path, today: dt.date, why: str) -> None:
    """Takes a run back: all that was in it goes out again with the next one. ``folder``: where it is now."""
    ledger.do(
        "UPDATE run SET state = 'withdrawn', folder = ?, withdrawn_on = ?, withdrawn_why = ? WHERE run = ?",
        (stored(folder), today.isoformat(), why, run),
    )
    for invoice in list(ledger.column("SELECT invoice FROM declaration WHERE run = ?", (str(run),))):
        reopen(ledger, invoice, "now", "now")
