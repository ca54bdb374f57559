"""How things stand: what waits to be tried again, what was started and has no end, and what became of what went out."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final, TypeAlias

from attrs import frozen

from ..base.problems import Finding, is_worded
from ..model.appointment import Outcome
from . import Ledger
from .corrections import ANSWERED, ASKED_LAST, CHANGED, IS_LAST, STANDS, STATUS
from .dossier import PENDING_SQL, unpack_waiting

#: A row by the names of its columns.
LedgerRow: TypeAlias = Mapping[str, Any]


@frozen
class Waiting:
    """An appointment that the next run tries again: its ``texts`` as the feed had them, in the order of
    `dossier.SAVED`, and what the last run found wrong with it."""

    patient_id: str
    outcome: Outcome
    texts: Sequence[str]
    findings: Sequence[Finding]


@frozen
class Started:
    """A trajectory without an end. ``last`` is the day of the last visit in it, ``contacts`` how many count."""

    trajectory: str
    patient_id: str
    insurer: str
    program: str
    profile: str
    started: date
    last: date
    contacts: int


#: Of a row of ``correction``: an appointment that was cancelled since, or is only counted by now, gives no line as long
#: as the feed says so.
STILL_DUE: Final = """EXISTS (
    SELECT 1 FROM dossier, json_each(dossier.appointments)
    WHERE dossier.patient_id = correction.patient_id AND json_extract(value, '$[3]') = correction.appointment_id
        AND json_extract(value, '$[0]') <> 'counted'
        AND NOT (json_extract(value, '$[0]') = 'declared' AND json_extract(value, '$[12].change') IS 'cancelled')
)"""


#: Of a row of ``correction``: a line that somebody had corrected, while the last run held its appointment.
_HELD_BACK: Final = f"""({ASKED_LAST.format("correction")} IS 'correct' AND EXISTS (
    SELECT 1 FROM dossier, json_each(dossier.appointments)
    WHERE dossier.patient_id = correction.patient_id AND json_extract(value, '$[3]') = correction.appointment_id
        AND json_extract(value, '$[0]') IN ({PENDING_SQL})
))"""


def waiting(ledger: Ledger) -> Iterator[Waiting]:
    """Everything that waits, by patient and appointment id."""
    sql = "SELECT patient_id, appointments FROM dossier WHERE pending > 0 ORDER BY patient_id"
    for patient_id, appointments in ledger.rows(sql):
        for kept in unpack_waiting(appointments):
            yield Waiting(patient_id, kept.outcome, kept.texts, [*filter(is_worded, kept.found)])


def without_end(ledger: Ledger, last: date) -> Iterator[Started]:
    """The trajectories that were started, have no end, and were heard of for the last time on this day or before it."""
    sql = (
        "SELECT trajectory, patient_id, insurer, program, profile, started, last, contacts FROM trajectory "
        "WHERE ended = '' AND started <> '' AND last <= ?"
    )
    for trajectory, patient, insurer, program, profile, started, seen, contacts in ledger.rows(
        sql, (last.isoformat(),)
    ):
        days = date.fromisoformat(started), date.fromisoformat(seen)
        yield Started(trajectory, patient, insurer, program, profile, *days, int(contacts))


def _rows_by_name(ledger: Ledger, columns: Sequence[str], source: str) -> Iterator[LedgerRow]:
    """Rows by the names of their columns: what stands behind the last space or dot."""
    names = [column.rpartition(" ")[2].rpartition(".")[2] for column in columns]
    for row in ledger.rows(f"SELECT {', '.join(columns)} {source}"):
        yield dict(zip(names, row, strict=True))


def declarations(ledger: Ledger) -> Iterator[LedgerRow]:
    """Every declaration, the first one first: when it went out (``today``) and what became of it, ``state`` as in the
    view ``declaration_status``. ``granted_cents`` and ``answered`` (the day) are None while there is no answer."""
    return _rows_by_name(
        ledger,
        (
            *("run.run", "run.today", "d.file", "d.standard", "d.uzovi", "d.insurer", "d.invoice", "d.persons"),
            *("d.lines", "d.amount_cents", "declaration.sha256", "d.state", "d.granted_cents", "read_on AS answered"),
            "coalesce(answer.codes, '') AS return_codes",
        ),
        "FROM declaration_status AS d JOIN declaration USING (invoice) JOIN run ON run.run = d.run "
        "LEFT JOIN answer USING (invoice) ORDER BY run.run, d.invoice",
    )


def tests(ledger: Ledger) -> Iterator[LedgerRow]:
    """The test runs, the first one first: when, and how many files they made."""
    return _rows_by_name(ledger, ("run", "today", "invoices"), "FROM test_run ORDER BY run")


def sums(ledger: Ledger) -> Iterator[LedgerRow]:
    """Where the money is, by insurer and UZOVI number; see the view of that name."""
    columns = ("declared_cents", "credited_cents", "granted_cents", "refused_cents", "open_cents")
    return _rows_by_name(ledger, ("insurer", "uzovi", *columns), "FROM sums ORDER BY uzovi")


def lines(ledger: Ledger) -> Iterator[LedgerRow]:
    """What became of every line that was not withdrawn, as in the view ``line_status``, in the order of the references;
    ``granted_cents`` 0 while there is no answer."""
    columns = ("reference", "appointment_id", "status", "amount_cents", "coalesce(granted_cents, 0) AS granted_cents")
    return _rows_by_name(
        ledger, (*columns, "debit_credit", "previous", "return_codes", "remark"), "FROM line_status ORDER BY reference"
    )


def refused(ledger: Ledger) -> Iterator[LedgerRow]:
    """The lines that were refused, are still due and don't simply go again with the next run, by insurer and date.
    ``waits_for`` as ``again`` in the ledger: what VECOZO refused waits for another 'line' or 'header', and those with
    their header come last, by invoice."""
    columns = (
        *("insurer", "invoice", "reference", "appointment_id", "trajectory", "date", "f_code", "units"),
        *("amount_cents", "return_codes", "remark", "uzovi"),
    )
    return _rows_by_name(
        ledger,
        (
            *(f"line_status.{column}" for column in columns),
            "correction.again AS waits_for",
            f"{ANSWERED.format('line_status')} AS refused_on",
        ),
        "FROM correction JOIN line_status USING (reference) WHERE again <> 'now' AND status = 'refused' "
        f"AND {STILL_DUE} ORDER BY again = 'header', insurer, iif(again = 'header', invoice, ''), date, reference",
    )


def refused_by_insurers(ledger: Ledger) -> Iterator[LedgerRow]:
    """As `refused`, of lines that an insurer refused, by reference: what is told of them every night until something is
    done. Asked line by line, as most nights there are few."""
    sql = f"SELECT reference FROM correction WHERE again = 'feed' AND {STILL_DUE} ORDER BY reference"
    columns = ("reference", "appointment_id", "trajectory", "uzovi", "insurer", "date", "amount_cents", "return_codes")
    for reference in list(ledger.column(sql)):
        where = f"FROM line_status WHERE reference = '{reference}' AND status = 'refused'"
        yield from _rows_by_name(ledger, (*columns, "f_code", "units", "invoice", "remark"), where)


def unanswered(ledger: Ledger, until: date) -> Iterator[LedgerRow]:
    """The declarations that went out on this day or before it and have no answer, the first one first."""
    columns = ("run.run", "run.today", "d.file", "d.insurer", "d.uzovi", "d.invoice", "d.lines", "d.amount_cents")
    return _rows_by_name(
        ledger,
        columns,
        "FROM declaration AS d JOIN run ON run.run = d.run LEFT JOIN answer ON answer.invoice = d.invoice "
        f"WHERE answer.invoice IS NULL AND run.state = 'published' AND run.today <= '{until.isoformat()}' "
        "ORDER BY run.run, d.invoice",
    )


def changed(ledger: Ledger) -> Iterator[LedgerRow]:
    """What was declared and is otherwise by now: the last debit of each appointment, if it stands; ``change`` as in the
    view."""
    return _rows_by_name(ledger, ("reference", "line.appointment_id", "trajectory", "date", "change"), CHANGED)


#: The appointments that took place, of which no debit stands and nothing goes out again, by their last debit.
_NOTHING: Final = (
    "FROM correction JOIN line ON line.reference = correction.reference "
    "JOIN declaration ON declaration.invoice = line.invoice WHERE again IS NULL "
    f"AND {IS_LAST} AND NOT EXISTS (SELECT 1 FROM line AS other WHERE other.appointment_id = line.appointment_id "
    f"AND other.debit_credit = 'D' AND {STANDS.format('other')}) AND {STILL_DUE}"
)


def nothing_stands(ledger: Ledger) -> Iterator[LedgerRow]:
    """What took place and is not claimed: the last debit of each appointment, with what became of that; ``withdrawn``
    where its run was."""
    columns = ("reference", "appointment_id", "trajectory", "date", "amount_cents")
    status = f"coalesce({STATUS.format('line')}, 'withdrawn') AS status"
    names = (*(f"line.{column}" for column in columns), "declaration.insurer", status)
    return _rows_by_name(ledger, names, f"{_NOTHING} ORDER BY line.reference")


def is_still_due(ledger: Ledger, reference: str) -> bool:
    """Whether the appointment of a debit that is to be credited took place, as far as the feed says, and nothing goes
    out in the place of that debit."""
    sql = f"SELECT 1 FROM correction WHERE reference = ? AND again IS NULL AND {STILL_DUE}"
    return any(ledger.rows(sql, (reference,)))


def queued(ledger: Ledger) -> tuple[int, int]:
    """How many credits, and how many debits in the place of others, go out with the next run: none as long as another
    debit of the appointment stands that isn't credited too, nor of what waits for its appointment to give a line."""
    sql = (
        "SELECT count(*) FILTER (WHERE credit = 'now'), "
        f"count(*) FILTER (WHERE again = 'now' AND {STILL_DUE} AND NOT EXISTS ("
        "SELECT 1 FROM line LEFT JOIN correction AS its USING (reference) "
        "WHERE line.appointment_id = correction.appointment_id AND debit_credit = 'D' AND its.credit IS NOT 'now' "
        f"AND {STANDS.format('line')})) "
        f"FROM correction WHERE NOT {_HELD_BACK}"
    )
    credits, again = next(ledger.rows(sql))
    return credits, again
