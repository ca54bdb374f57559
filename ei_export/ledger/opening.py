"""The ledger's file: who may have it, as whose, and in which version of its tables."""

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from functools import cache
from importlib import resources
from pathlib import Path
from typing import Final

from ..base.private import make_folder, resolved, sqlite_address
from ..base.problems import BusyError, SettingsError, WriteError
from .held import Held, by_hand

_APPLICATION: Final = 0x45494C31  # "EIL1"
#: What it was before the first release: what such a ledger holds, nobody relies on.
_UNRELEASED: Final = 0x45494558
_VERSION: Final = 1
_CACHE_KIB: Final = 32_000
#: Of a new file: texts of patients and lines fit in with less left over than in the usual 4 KiB.
_PAGE_BYTES: Final = 16_384
#: How long to wait for those who read, before what was done is written; our own readers take a copy at once, but other
#: programs may look too.
PATIENCE_MS: Final = 900_000
#: How long one who only reads waits for a run that is being committed.
_LOOK_SECONDS: Final = 5
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
#: What SQLite gives; a message of it that quotes what is damaged may be no text.
FAILURES: Final = (sqlite3.Error, UnicodeError)
_DAMAGED: Final = frozenset({sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_CORRUPT})
#: Where the disk is to blame, or who may write on it; 0 is no error of SQLite's. All else is a fault of ours.
_OF_DISK: Final = (
    *(0, sqlite3.SQLITE_FULL, sqlite3.SQLITE_IOERR, sqlite3.SQLITE_CANTOPEN),
    *(sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM),
)
#: Where a copy finds no room in the folder for temporary files.
_NO_ROOM: Final = frozenset({sqlite3.SQLITE_FULL, sqlite3.SQLITE_CANTOPEN})


def opened(path: Path) -> sqlite3.Connection:
    """The ledger for a run, made where there is none; everyone else who would write is kept out until it is closed.

    Raises BusyError while another run has it, SettingsError for a file that is no ledger or of a later version.
    """
    try:
        make_folder(path.parent)
        with by_hand(path) as may_be_opened:
            if may_be_opened:
                _identify_file(path)
                os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
        connection: sqlite3.Connection = Held(path, path, timeout=0)
    except (OSError, *FAILURES) as error:
        raise _failed(path, str(error)) from None
    try:
        connection.execute(f"PRAGMA page_size = {_PAGE_BYTES}")
        connection.execute("PRAGMA synchronous = EXTRA")
        connection.execute("BEGIN IMMEDIATE")  # others may still read, until there is something to commit
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KIB}")  # in pages, and how large those are is known only now
        connection.execute(f"PRAGMA busy_timeout = {PATIENCE_MS}")
        _prepare(connection, path)
        path.chmod(0o600)
    except BaseException as error:
        connection.close()
        if isinstance(error, FAILURES):
            raise refusal(error, path) from None
        if isinstance(error, OSError):
            raise _failed(path, str(error)) from None
        raise
    return connection


def looked_at(path: Path, *, copied: bool) -> sqlite3.Connection:
    """The ledger for those who only read; ``copied``: nobody who writes waits for them. An empty one where there is
    none yet. Raises as `opened`."""
    if not path.exists() and not path.is_symlink():
        return _empty(path)
    with by_hand(path) as may_be_opened:
        if may_be_opened:
            _identify_file(path)
    if path.stat().st_size == 0:
        return _empty(path)
    try:
        connection = Held(path, sqlite_address(resolved(path)), uri=True, timeout=_LOOK_SECONDS)
        try:
            connection.execute("BEGIN")
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            _identify(connection, path)
            return _snapshot(connection, path) if copied else connection
        except sqlite3.OperationalError as error:
            connection.close()
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_READONLY:
                raise
            return _undone_copy(path)  # a run was killed; undoing its work is for the next run
    except (OSError, *FAILURES) as error:
        raise refusal(error, path) from None


def _prepare(connection: sqlite3.Connection, path: Path) -> None:
    """Makes the tables in an empty file; statement by statement, as ``executescript`` would commit."""
    if connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
        _identify(connection, path)
        return
    connection.execute(f"PRAGMA application_id = {_APPLICATION}")
    for statement in _statements():
        connection.execute(statement)
    connection.execute(f"PRAGMA user_version = {_VERSION}")


@cache
def _statements() -> Sequence[str]:
    """What makes the tables."""
    made, statement = [], ""
    schema = resources.files(__package__).joinpath("schema.sql").read_text(encoding="utf-8")
    for line in schema.splitlines(keepends=True):
        statement += line
        if sqlite3.complete_statement(statement):
            made.append(statement)
            statement = ""
    return made


@cache
def _own() -> tuple[frozenset[str], frozenset[str]]:
    """What `_texts` and `_tables` give of a ledger of this program."""
    with closing(sqlite3.connect(":memory:")) as connection:
        for statement in _statements():
            connection.execute(statement)
        return _texts(connection), _tables(connection)


def _texts(connection: sqlite3.Connection) -> frozenset[str]:
    """All that a file was made of, to the letter."""
    return frozenset(sql for (sql,) in connection.execute("SELECT sql FROM sqlite_master WHERE sql IS NOT NULL"))


def _tables(connection: sqlite3.Connection) -> frozenset[str]:
    """The tables of a file with their columns, and views and triggers with all that they say."""
    columns = connection.execute(
        "SELECT made.name || '.' || its.name FROM sqlite_master AS made JOIN pragma_table_xinfo(made.name) AS its "
        "WHERE made.type = 'table' AND made.name NOT LIKE 'sqlite_%'"
    )
    others = connection.execute("SELECT name, sql FROM sqlite_master WHERE type IN ('view', 'trigger')")
    told = {f"{name}: {' '.join(re.sub('--.*', '', sql).split())}" for name, sql in others}
    return frozenset({*(name for (name,) in columns), *told})


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
    if start:
        _refuse_foreign(int.from_bytes(start[68:72], "big"), path)


def _refuse_foreign(application: int, path: Path) -> None:
    """Refuses what is the file of another program, or of this one before it was released."""
    if application != _APPLICATION:
        code = "LEDGER_UNRELEASED" if application == _UNRELEASED else "LEDGER_FOREIGN"
        raise SettingsError(code, path=str(path))


def _snapshot(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """A copy that SQLite takes away when it is closed. Raises WriteError where there is no room for one: whoever would
    read the ledger itself keeps the night from being written."""
    copy = sqlite3.connect("", isolation_level=None, check_same_thread=False)
    try:
        connection.backup(copy)
        copy.execute("BEGIN")
    except sqlite3.Error as error:
        copy.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF not in _NO_ROOM:
            raise
        size = -(-path.stat().st_size // 1_000_000)
        raise WriteError("LEDGER_NO_ROOM", path=str(path), size=size) from None
    finally:
        connection.close()
    return copy


def _undone_copy(path: Path) -> sqlite3.Connection:
    """A copy of the ledger in which SQLite undid what a killed run left half done; it is gone with the connection."""
    with tempfile.TemporaryDirectory() as folder:
        copy, before = Path(folder) / path.name, path.stat().st_mtime_ns
        with by_hand(path) as may_be_opened:
            if may_be_opened:
                shutil.copyfile(path, copy)
                shutil.copyfile(f"{path}-journal", f"{copy}-journal")
        if not may_be_opened or path.stat().st_mtime_ns != before:
            raise BusyError("LEDGER_BUSY", path=str(path))
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:  # Windows deletes nothing that is open
            connection.execute("BEGIN")
            if not connection.execute("SELECT count(*) FROM sqlite_master").fetchone()[0]:
                return _empty(path)
            _identify(connection, path)
            return _snapshot(connection, path)


def _empty(path: Path) -> sqlite3.Connection:
    """A ledger in memory, in which nothing happened yet."""
    connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
    connection.execute("BEGIN")
    _prepare(connection, path)
    return connection


def _identify(connection: sqlite3.Connection, path: Path) -> None:
    """Raises SettingsError for what is no ledger, and for one that is of another version than this program's, or says
    that it isn't and has other tables."""
    _refuse_foreign(connection.execute("PRAGMA application_id").fetchone()[0], path)
    if connection.execute("PRAGMA user_version").fetchone()[0] != _VERSION:
        raise SettingsError("LEDGER_NEWER", path=str(path))
    texts, tables = _own()
    if _texts(connection) != texts and (other := _tables(connection) ^ tables):
        names = sorted({each.partition(":")[0].partition(".")[0] for each in other})
        raise SettingsError("LEDGER_OTHER_TABLES", path=str(path), tables=", ".join(names))


def refusal(error: Exception, path: Path) -> Exception:
    """What a SQLite error means to the user. Its message never holds values, only SQL and names of ours."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    if code in _BUSY:
        return BusyError("LEDGER_BUSY", path=str(path))
    if isinstance(error, UnicodeError):
        return WriteError("LEDGER_DAMAGED", path=str(path), reason="not UTF-8")
    if code in _DAMAGED:
        return WriteError("LEDGER_DAMAGED", path=str(path), reason=str(error))
    if code not in _OF_DISK or isinstance(error, sqlite3.ProgrammingError):  # nobody is to make room for it
        return WriteError("INTERNAL", reason=str(error))
    return _failed(path, str(error))


def _failed(path: Path, reason: str) -> WriteError:
    return WriteError("WRITE_FAILED", path=str(path), reason=reason)
