"""What a practice exports, from SQLite: a table, a view or a query, opened read-only, a file in WAL mode too."""

import os
import re
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define

from ..base.private import resolved, sqlite_address
from ..base.problems import InputError
from ..base.spool import UNIT
from ..model.columns import FeedKind
from .feed import BROKEN, NEWLINE, PART, RESERVED, Finder, Header, SourceSettings, locate

_ROWS: Final = 5_000
#: How long a writer is waited for.
_PATIENCE_SECONDS: Final = 3
#: All that a query may do, and what it may not call.
_READS: Final = frozenset(
    {sqlite3.SQLITE_SELECT, sqlite3.SQLITE_READ, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE}
)
_NEVER_CALLED: Final = frozenset({"load_extension", "fts3_tokenizer"})
#: How a query begins, behind what SQLite passes over; that is gone through once.
_QUERY: Final = re.compile(r"(?>(?:\s|--[^\n]*(?:\n|$)|/\*.*?\*/)*)(?:SELECT|WITH|VALUES)\b", re.IGNORECASE | re.DOTALL)
_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
#: What Python gives for a database that isn't in order: its schema may hold any bytes.
_ERRORS: Final = (sqlite3.Error, sqlite3.Warning, ValueError)
_GUID_BYTES: Final = 16


def open_sqlite(path: Path, settings: SourceSettings, find: Finder = locate) -> "SqliteSource":
    """Opens a SQLite feed; ``find`` tells where the columns stand. Raises InputError."""
    if path.stat().st_size == 0:
        raise InputError("INPUT_EMPTY", path=path.name, **settings.kind.told)
    if settings.query and not _QUERY.match(settings.query):
        raise InputError("INPUT_QUERY_WRITES", path=path.name, **settings.kind.told)
    try:
        connection = _connect(resolved(path))
        query = settings.query or f'SELECT * FROM "{_table(connection, path, settings)}"'
        connection.set_authorizer(_may_only_read)
        cursor = connection.execute(query)
        names = [column[0] for column in cursor.description or ()]
    except _ERRORS as error:
        raise _refusal(error, path, settings.kind) from None
    return SqliteSource(Header(len(names), UNIT, find(names, path, settings)), 1, (), path, settings.kind, cursor)


def _connect(path: Path) -> sqlite3.Connection:
    """Read-only, and only what was committed: a transaction that was not finished is for its own program to undo.

    A file in WAL mode where nobody can write needs ``immutable``, harmless where nothing else is beside it.
    """
    location = sqlite_address(path)
    try:
        connection = sqlite3.connect(location, uri=True, timeout=_PATIENCE_SECONDS)
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        if _primary(error) != sqlite3.SQLITE_CANTOPEN or not _is_at_rest(path):
            raise
        connection = sqlite3.connect(f"{location}&immutable=1", uri=True)
        connection.execute("SELECT count(*) FROM sqlite_master")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _is_at_rest(path: Path) -> bool:
    """Whether nobody writes in a file: nobody can, and nothing is left of a transaction."""
    beside = (path.with_name(f"{path.name}-{end}") for end in ("journal", "wal"))
    return not (any(map(os.path.lexists, beside)) or os.access(path, os.W_OK) or os.access(path.parent, os.W_OK))


def _primary(error: Exception) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF


def _refusal(error: Exception, path: Path, kind: FeedKind) -> InputError:
    """What an error means to the user."""
    code = _primary(error)
    if code in _BUSY:
        return InputError("INPUT_SQLITE_BUSY", path=path.name, **kind.told)
    if code == sqlite3.SQLITE_READONLY or (code == sqlite3.SQLITE_CANTOPEN and not _is_at_rest(resolved(path))):
        return InputError("INPUT_SQLITE_UNFINISHED", path=path.name, **kind.told)
    if code == sqlite3.SQLITE_AUTH or str(error).startswith("not authorized"):
        return InputError("INPUT_QUERY_WRITES", path=path.name, **kind.told)
    reason = "not UTF-8" if isinstance(error, UnicodeError) else str(error)
    return InputError("INPUT_SQLITE", path=path.name, reason="".join(filter(str.isprintable, reason)), **kind.told)


def _may_only_read(action: int, one: str | None, two: str | None, database: str | None, trigger: str | None) -> int:
    if action not in _READS or (action == sqlite3.SQLITE_FUNCTION and str(two).lower() in _NEVER_CALLED):
        return sqlite3.SQLITE_DENY
    return sqlite3.SQLITE_OK


def _table(connection: sqlite3.Connection, path: Path, settings: SourceSettings) -> str:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    )
    names = sorted(name for (name,) in rows)
    if settings.table:
        if settings.table.casefold() not in (name.casefold() for name in names):
            raise InputError("INPUT_TABLE", path=path.name, found=", ".join(names) or "-", **settings.kind.told)
        return settings.table.replace('"', '""')
    for name in names:
        if len(names) == 1 or name.casefold() == settings.kind.name:
            return str(name).replace('"', '""')
    raise InputError("INPUT_TABLE", path=path.name, found=", ".join(names) or "-", **settings.kind.told)


def _text(value: object) -> str:
    """A value as a person would have typed it: 7095.0, as spreadsheets leave it behind, is 7095."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        text = value.decode("utf-8", "replace")
        return value.hex() if len(value) == _GUID_BYTES and "\ufffd" in text else text
    return str(value)


@define
class SqliteSource:
    """An opened SQLite feed; see :class:`~ei_export.intake.feed.Source`."""

    header: Header
    first_row: int
    titles: Sequence[int]
    _path: Path
    _kind: FeedKind
    _cursor: sqlite3.Cursor
    is_lasting: bool = False

    def parts(self, count: int) -> "Sequence[SqliteSource]":
        """Itself: one cursor gives the rows, one after the other."""
        return [self]

    def bodies(self) -> Iterator[Sequence[str]]:
        try:
            while rows := self._cursor.fetchmany(_ROWS):
                yield [self._body(row) for row in rows]
        except _ERRORS as error:
            raise _refusal(error, self._path, self._kind) from None
        finally:
            self._cursor.connection.close()

    @staticmethod
    def _body(row: Sequence[object]) -> str:
        cells = [value if type(value) is str else _text(value) for value in row]
        body = UNIT.join(cells)
        if body.count(UNIT) != len(cells) - 1 or BROKEN in body or NEWLINE in body or PART in body:
            body = UNIT.join(cell.translate(RESERVED) for cell in cells)
        return UNIT + body.replace("\n", NEWLINE)
