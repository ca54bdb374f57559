"""The ledger: a SQLite file that remembers what was seen and declared. A run is one transaction, which is its lock."""

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from hashlib import blake2b
from importlib import resources
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self

from attrs import astuple, frozen

from ..base.patience import ON_WAIT
from ..base.private import make_folder, resolved
from ..base.problems import BusyError, SettingsError, WriteError
from ..model.appointment import Outcome
from .dossier import PENDING, encode

_APPLICATION: Final = 0x45494558  # "EIEX"
_VERSION: Final = 5
_CACHE_KIB: Final = 32_000
#: How long to wait for those who read, before what was done is written; our own readers take a copy at once, but other
#: programs may look too. And how much of that nobody needs to be told of.
_PATIENCE_MS: Final = 900_000
_MOMENT_MS: Final = 2_000
#: How long one who only reads waits for a run that is being committed.
_LOOK_SECONDS: Final = 5
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_EXPLAINED_SQL: Final = "unexplained <> '' AND unexplained IN (SELECT value FROM json_each(?1))"
PENDING_SQL: Final = ", ".join(sorted(f"'{outcome.value}'" for outcome in PENDING))
#: What SQLite gives; a message of it that quotes what is damaged may be no text.
_FAILURES: Final = (sqlite3.Error, UnicodeError)
_DAMAGED: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})


@frozen
class StoredDossier:
    """What is kept of one patient; see ``schema.sql``. ``digest`` is None while something is left to do; ``person`` and
    ``last`` are '', and ``who`` and ``born`` None, where that isn't known."""

    patient_id: str
    pending: int
    digest: bytes | None
    tally: str | None
    appointments: str
    trajectories: str
    person: str = ""
    last: str = ""
    who: int | None = None
    born: int | None = None
    sex: str = ""
    unexplained: str = ""


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


class Ledger:
    """An opened ledger; one opened to `look` at takes what it is told to write, and forgets it.

    Every method raises `WriteError` where the disk fails or the file is damaged.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, *, writable: bool) -> None:
        self._db = connection
        self._path = path
        self._writable = writable
        self.is_new = not self._one("SELECT EXISTS (SELECT 1 FROM dossier) OR EXISTS (SELECT 1 FROM line)")
        self._key = self._one("SELECT coalesce(max(run_key), 0) + 1 FROM dossier")
        self._secret: bytes = next(self._rows("SELECT key FROM secret"))[0]

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens, or makes, the ledger for a run, and keeps everyone else out until it is closed.

        Raises BusyError while another run has it, SettingsError for a file that is no ledger or of a later version.
        """
        try:
            make_folder(path.parent)
            _identify_file(path)
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
            connection = sqlite3.connect(path, isolation_level=None, timeout=0)
        except (OSError, *_FAILURES) as error:
            raise WriteError("WRITE_FAILED", path=str(path), reason=str(error)) from None
        try:
            connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")
            connection.execute("PRAGMA synchronous = EXTRA")
            connection.execute("BEGIN IMMEDIATE")  # others may still read, until there is something to commit
            connection.execute(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            _prepare(connection, path)
            path.chmod(0o600)
            return cls(connection, path, writable=True)
        except OSError as error:
            connection.close()
            raise WriteError("WRITE_FAILED", path=str(path), reason=str(error)) from None
        except _FAILURES as error:
            connection.close()
            raise _refusal(error, path) from None
        except BaseException:
            connection.close()
            raise

    @classmethod
    def look(cls, path: Path) -> Self:
        """A copy of the ledger to read only, however long that takes: nobody who writes waits for it. An empty one
        where there is none yet. Raises as `open`."""
        return cls(_looked_at(path, _snapshot), path, writable=False)

    def reopened(self) -> "Ledger":
        """For another process: this ledger as it was committed last, to read only."""
        if self.is_new:
            return self
        other = Ledger(_looked_at(self._path, lambda connection: connection), self._path, writable=False)
        other._secret = self._secret  # that of an upgraded ledger is not committed yet
        return other

    def hashed(self, text: str) -> int:
        """Stands for a person, or a birth date, where nobody is to read which; the same in each run of this ledger."""
        digest = blake2b(text.encode(), digest_size=8, key=self._secret).digest()
        return int.from_bytes(digest, "big", signed=True)

    def close(self) -> None:
        """Gives the ledger back; what was not committed is undone."""
        self._db.close()

    def commit(self) -> None:
        """Makes everything since the start durable, and lets others in; waits for other programs that read."""
        self._do(f"PRAGMA busy_timeout = {_MOMENT_MS}")
        try:
            self._do("COMMIT")
        except BusyError:
            ON_WAIT.get()(self._path)
            self._do(f"PRAGMA busy_timeout = {_PATIENCE_MS}")
            self._do("COMMIT")
        self._do("PRAGMA busy_timeout = 0")

    def roll_back(self) -> None:
        """Undoes everything since the start, and begins anew."""
        self._do("ROLLBACK")
        self._do("BEGIN IMMEDIATE")

    # Tests: of these only the numbers are kept.

    def begin_test(self) -> None:
        """What is written from here on, `end_test` forgets."""
        self._do("SAVEPOINT test")

    def end_test(self, run: int, today: date, invoices: int) -> None:
        """Forgets all that was written since `begin_test`. Of run ``run``, which made so many invoices, the numbers are
        not used again; 0 for one that made none."""
        self._do("ROLLBACK TO test")
        self._do("RELEASE test")
        if invoices:
            self._do("INSERT INTO test_run VALUES (?, ?, ?)", (run, today.isoformat(), invoices))

    def next_test_run(self) -> int:
        return self._one("SELECT coalesce(max(run), 0) + 1 FROM test_run")

    def test_invoices(self) -> int:
        """How many invoices there ever were in tests."""
        return self._one("SELECT coalesce(sum(invoices), 0) FROM test_run")

    # Runs.

    def staged_runs(self) -> list[StagedRun]:
        rows = self._rows("SELECT run, staging, folder FROM run WHERE state = 'staged' ORDER BY run")
        return [StagedRun(run, path_of(staging), path_of(folder)) for run, staging, folder in rows]

    def next_run(self) -> int:
        return self._one("SELECT coalesce(max(run), 0) + 1 FROM run")

    def invoices(self, series: str) -> int:
        """How many declarations there ever were, or more where the numbers of a series went on beyond that."""
        sql = (
            "SELECT max((SELECT count(*) FROM declaration), "
            "coalesce((SELECT max(CAST(substr(invoice, ?) AS INTEGER)) FROM declaration WHERE invoice GLOB ?), 0))"
        )
        form = series + "[0-9]" * (12 - len(series))
        return int(next(self._rows(sql, (str(len(series) + 7), form)))[0])

    def last_day(self) -> tuple[int, str] | None:
        """The latest day (YYYY-MM-DD) that a run declared something on, and the run."""
        sql = "SELECT run, today FROM run ORDER BY today DESC, run DESC LIMIT 1"
        return next(((int(run), str(day)) for run, day in self._rows(sql)), None)

    def add_run(self, run: StagedRun, today: date, source: str, version: str) -> None:
        """A run that is being written; ``source`` is the name of its feed."""
        folders = stored(resolved(run.staging)), stored(resolved(run.folder))
        values = (run.run, today.isoformat(), "staged", *folders, source, version)
        self._do("INSERT INTO run VALUES (?, ?, ?, ?, ?, ?, ?, NULL, NULL)", values)

    def mark_published(self, run: int, folder: Path) -> None:
        """Notes that a run can be seen, and where. Outside a transaction it is one of its own."""
        self._do("UPDATE run SET state = 'published', folder = ? WHERE run = ?", (stored(resolved(folder)), run))

    def add_declaration(self, values: Mapping[str, object]) -> None:
        """A declaration by the columns of its table."""
        self._do(
            f"INSERT INTO declaration ({', '.join(values)}) VALUES ({', '.join('?' * len(values))})", values.values()
        )

    def add_persons(self, rows: Iterable[tuple[int, str]]) -> None:
        self._many("INSERT INTO person VALUES (?, ?)", rows)

    def next_person(self) -> int:
        return self._one("SELECT coalesce(max(person), 0) + 1 FROM person")

    def add_lines(self, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
        """Lines by the named columns. The ledger refuses a second debit of one appointment (UNIQUE)."""
        self._many(f"INSERT INTO line ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)

    # Patients.

    def dossier(self, patient_id: str) -> StoredDossier | None:
        for row in self._rows(
            "SELECT patient_id, pending, digest, tally, appointments, trajectories, person, last, who, born, sex, "
            "unexplained "
            "FROM dossier WHERE patient_id = ?",
            (patient_id,),
        ):
            return StoredDossier(*row)
        return None

    def unexplained(self) -> Iterator[str]:
        """What patients have of codes of which nobody said what they stand for: see ``dossier.unexplained``."""
        return (text for (text,) in self._rows("SELECT DISTINCT unexplained FROM dossier WHERE unexplained <> ''"))

    def pending_patients(self, explained: Sequence[str] = ()) -> Iterator[str]:
        """The patients with appointments to be tried again, or changed or due again since they were declared;
        ``explained`` are those of `unexplained` of which that was said since."""
        sql = (
            "SELECT patient_id FROM dossier WHERE pending > 0 "
            "UNION SELECT patient_id FROM correction WHERE again IN ('now', 'line', 'header') "
            f"UNION SELECT patient_id FROM dossier WHERE {_EXPLAINED_SQL}"
        )
        return (patient for (patient,) in self._rows(sql, (encode(explained),)))

    def patients_since(self, day: date) -> Iterator[str]:
        """The patients with an appointment on a day or after it."""
        rows = self._rows("SELECT patient_id FROM dossier WHERE last >= ?", (day.isoformat(),))
        return (patient for (patient,) in rows)

    def pending_appointments(self, explained: Sequence[str] = ()) -> Iterator[tuple[str, str, str]]:
        """The appointments to be tried again, each with its patient and trajectory number; of declared ones whose last
        debit doesn't simply stand only the appointment. ``explained`` as for `pending_patients`."""
        return (
            (appointment, patient, number)
            for appointment, patient, number in self._rows(
                "SELECT json_extract(value, '$[3]'), patient_id, trim(json_extract(value, '$[7]')) "
                "FROM dossier, json_each(dossier.appointments) "
                f"WHERE pending > 0 AND json_extract(value, '$[0]') IN ({PENDING_SQL}) "
                "UNION ALL SELECT json_extract(value, '$[3]'), patient_id, trim(json_extract(value, '$[7]')) "
                "FROM dossier, json_each(dossier.appointments) "
                f"WHERE {_EXPLAINED_SQL} AND json_extract(value, '$[0]') = '{Outcome.NOT_ZORG1.value}' "
                "UNION ALL SELECT appointment_id, '', '' FROM correction JOIN line USING (reference, appointment_id) "
                "WHERE NOT EXISTS (SELECT 1 FROM line AS later WHERE later.appointment_id = correction.appointment_id "
                "AND later.debit_credit = 'D' AND later.attempt > line.attempt)",
                (encode(explained),),
            )
        )

    def appointment_owner(self, appointment_id: str) -> str | None:
        """Whose an appointment is that was declared or counted."""
        return self._first(
            "SELECT * FROM (SELECT patient_id FROM line WHERE appointment_id = ?1 ORDER BY attempt DESC LIMIT 1) "
            "UNION ALL SELECT patient_id FROM appointment_owner WHERE appointment_id = ?1",
            appointment_id,
        )

    def last_debit(self, appointment_id: str) -> str | None:
        """The reference of the debit of an appointment that went out last."""
        sql = "SELECT reference FROM line WHERE appointment_id = ? AND debit_credit = 'D' ORDER BY attempt DESC LIMIT 1"
        return self._first(sql, appointment_id)

    def number_owner(self, number: str) -> str | None:
        return self._first("SELECT patient_id FROM trajectory_owner WHERE number = ?", number)

    def save_dossiers(self, dossiers: Iterable[StoredDossier]) -> None:
        self._many(
            f"INSERT OR REPLACE INTO dossier VALUES ({', '.join('?' * 13)})",
            ((first, self._key, *rest) for first, *rest in map(astuple, dossiers)),
        )

    def forget_appointments(self, owned: Iterable[tuple[str, str]]) -> None:
        """Appointments that were cancelled, each with its patient."""
        self._many("DELETE FROM appointment_owner WHERE appointment_id = ? AND patient_id = ?", owned)

    def move_appointments(self, moved: Iterable[tuple[str, str]]) -> None:
        """Appointments that were another patient's, each with whose it is now."""
        for ident, patient in moved:
            for table in ("line", "correction", "appointment_owner"):
                self._do(f"UPDATE {table} SET patient_id = ? WHERE appointment_id = ?", (patient, ident))

    def forget_numbers(self, owned: Iterable[tuple[str, str]]) -> None:
        """Trajectory numbers that a patient no longer has, each with the patient."""
        self._many("DELETE FROM trajectory_owner WHERE number = ? AND patient_id = ?", owned)

    def move_numbers(self, moved: Iterable[tuple[str, str]]) -> None:
        """Trajectory numbers that another patient had, each with whose it is now."""
        self._many("INSERT OR REPLACE INTO trajectory_owner VALUES (?, ?)", sorted(moved))

    def save_owners(self) -> None:
        """Whose the settled appointments and the trajectory numbers of the dossiers saved since the start are; of
        declared appointments their line says so."""
        for table, column, place, which in (
            ("appointment_owner", "appointments", 3, "json_extract(value, '$[0]') IN ('counted', 'earlier')"),
            ("trajectory_owner", "trajectories", 1, "key <> ''"),
        ):
            self._do(
                f"INSERT OR IGNORE INTO {table} SELECT json_extract(value, '$[{place}]') AS key, patient_id "
                f"FROM dossier, json_each(dossier.{column}) WHERE run_key = ? AND {which} ORDER BY key",
                (self._key,),
            )

    # Plumbing.

    def _rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        try:
            # Through something that closes no cursor: one that nobody reads on outlives the connection.
            yield from chain(self._db.execute(sql, values))
        except _FAILURES as error:
            raise _refusal(error, self._path) from None

    def _one(self, sql: str) -> int:
        return int(next(self._rows(sql))[0])

    def _first(self, sql: str, key: str) -> str | None:
        return next((str(row[0]) for row in self._rows(sql, (key,))), None)

    def _do(self, sql: str, values: Iterable[Any] = ()) -> None:
        if not self._writable:
            return
        try:
            self._db.execute(sql, tuple(values))
        except _FAILURES as error:
            raise _refusal(error, self._path) from None

    def _many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        if not self._writable:
            return
        try:
            self._db.executemany(sql, rows)
        except _FAILURES as error:
            raise _refusal(error, self._path) from None


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables in an empty file, and what an older ledger lacks."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        found = _identify(connection, path)
        if found == _VERSION:
            return
        for version in range(found, _VERSION):
            _execute(connection, f"upgrade-{version + 1}.sql")
    else:
        connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    _execute(connection, "schema.sql")
    connection.execute(f"PRAGMA user_version = {_VERSION}")


def _execute(connection: sqlite3.Connection, script: str) -> None:
    """Statement by statement: ``executescript`` would commit."""
    statement = ""
    for line in resources.files(__package__).joinpath(script).read_text(encoding="utf-8").splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            connection.execute(statement)
            statement = ""


def _identify_file(path: Path) -> None:
    """Refuses what is no ledger by its first bytes: SQLite would write beside a file just to look into it.

    With a journal beside it the file may be half written; then SQLite has to put it right first. What is no file at
    all is not even opened: that could take for ever.
    """
    if not path.is_file() and (path.exists() or path.is_symlink()):
        raise WriteError("LEDGER_NO_FILE", path=str(path))
    if Path(f"{path}-journal").exists():
        return
    try:
        with path.open("rb") as file:
            start = file.read(100)
    except FileNotFoundError:
        return
    except OSError as error:
        raise WriteError("WRITE_FAILED", path=str(path), reason=error.strerror or "") from None
    if start and not start.startswith(b"SQLite format 3\0"):
        raise WriteError("LEDGER_DAMAGED", path=str(path), reason="no SQLite file")
    if start and int.from_bytes(start[68:72], "big") != _APPLICATION:
        raise SettingsError("LEDGER_FOREIGN", path=str(path))


def _looked_at(path: Path, kept: Callable[[sqlite3.Connection], sqlite3.Connection]) -> sqlite3.Connection:
    """The ledger for those who only read, as ``kept`` makes it."""
    if not path.exists() and not path.is_symlink():
        return _empty(path)
    _identify_file(path)
    if path.stat().st_size == 0:
        return _empty(path)
    location = f"{resolved(path).as_uri()}?mode=ro"
    try:
        connection = sqlite3.connect(location, uri=True, isolation_level=None, timeout=_LOOK_SECONDS)
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            if _identify(connection, path) < _VERSION:
                return _upgraded_copy(connection, path)
            return kept(connection)
        except sqlite3.OperationalError as error:
            connection.close()
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_READONLY:
                raise
            return _undone_copy(path)  # a run was killed; undoing its work is for the next run
    except (OSError, *_FAILURES) as error:
        raise _refusal(error, path) from None


def _snapshot(connection: sqlite3.Connection) -> sqlite3.Connection:
    """A copy that SQLite takes away when it is closed; the ledger itself where there is no room for one."""
    copy = sqlite3.connect("", isolation_level=None)
    try:
        connection.backup(copy)
        copy.execute("BEGIN")
    except sqlite3.Error:
        copy.close()
        return connection
    connection.close()
    return copy


def _undone_copy(path: Path) -> sqlite3.Connection:
    """A copy of the ledger in which SQLite undoes what a killed run left half done; it is gone with the connection."""
    with tempfile.TemporaryDirectory() as folder:
        copy, before = Path(folder) / path.name, path.stat().st_mtime_ns
        shutil.copyfile(path, copy)
        shutil.copyfile(f"{path}-journal", f"{copy}-journal")
        if path.stat().st_mtime_ns != before:
            raise BusyError("LEDGER_BUSY", path=str(path))
        connection = sqlite3.connect(copy, isolation_level=None)
        connection.execute("BEGIN")
        if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
            connection.close()
            return _empty(path)
        if _identify(connection, path) < _VERSION:
            return _upgraded_copy(connection, path)
        return connection


def _upgraded_copy(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A copy of an older ledger, for those who only read; SQLite takes it away when it is closed."""
    copy = sqlite3.connect("", isolation_level=None)
    try:
        connection.backup(copy)
        copy.execute("BEGIN")
        _prepare(copy, path)
    except BaseException:
        copy.close()
        raise
    finally:
        connection.close()
    return copy


def _empty(path: Path) -> sqlite3.Connection:
    """A ledger in memory, in which nothing happened yet."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    connection.execute("BEGIN")
    _prepare(connection, path)
    return connection


def _identify(connection: sqlite3.Connection, path: Path) -> int:
    """The version of a ledger. Raises SettingsError for anything else, and for one that is newer than this program."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != _APPLICATION:
        raise SettingsError("LEDGER_FOREIGN", path=str(path))
    version = int(connection.execute("PRAGMA user_version").fetchone()[0])
    if version > _VERSION:
        raise SettingsError("LEDGER_NEWER", path=str(path))
    return version


def _refusal(error: Exception, path: Path) -> Exception:
    """What a SQLite error means to the user. Its message never holds values, only SQL and names of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return BusyError("LEDGER_BUSY", path=str(path))
    if code == sqlite3.SQLITE_CONSTRAINT:  # it refuses what would be twice: nobody's disk is to blame
        return WriteError("INTERNAL", reason=str(error))
    if isinstance(error, UnicodeError):
        return WriteError("LEDGER_DAMAGED", path=str(path), reason="not UTF-8")
    if code in _DAMAGED:
        return WriteError("LEDGER_DAMAGED", path=str(path), reason=str(error))
    return WriteError("WRITE_FAILED", path=str(path), reason=str(error))
