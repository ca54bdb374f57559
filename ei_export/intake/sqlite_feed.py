"""Appointments from SQLite: a table, a view or a query, opened read-only, a file in WAL mode too."""

import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from attrs import define

from ..problems import InputError
from ..settings import InputSettings
from .feed import BROKEN, NEWLINE, PART, RESERVED, UNIT, Header, locate

_ROWS: Final = 5_000
_DEFAULT_TABLE: Final = "appointments"


def open_sqlite(path: Path, settings: InputSettings) -> "SqliteSource":
    """Opens a SQLite feed. Raises InputError."""
    if path.stat().st_size == 0:
        raise InputError("INPUT_EMPTY", path=path.name)
    try:
        connection = _connect(path)
        query = settings.query or f'SELECT * FROM "{_table(connection, path, settings)}"'
        cursor = connection.execute(query)
    except sqlite3.Error as error:
        raise InputError("INPUT_SQLITE", path=path.name, reason=str(error)) from None
    names = [column[0] for column in cursor.description or ()]
    return SqliteSource(Header(len(names), UNIT, locate(names, path, settings.columns)), 1, path, cursor)


def _connect(path: Path) -> sqlite3.Connection:
    """Read-only. A WAL file on a folder that can't be written needs ``immutable``, harmless where nobody can write."""
    location = path.resolve().as_uri()
    try:
        connection = sqlite3.connect(f"{location}?mode=ro", uri=True)
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError:
        if path.with_name(f"{path.name}-wal").exists():
            raise
        connection = sqlite3.connect(f"{location}?mode=ro&immutable=1", uri=True)
        connection.execute("SELECT count(*) FROM sqlite_master")
    connection.text_factory = lambda data: data.decode("utf-8", "replace")
    return connection


def _table(connection: sqlite3.Connection, path: Path, settings: InputSettings) -> str:
    rows = connection.execute(
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') AND name NOT LIKE 'sqlite_%'"
    )
    names = sorted(name for (name,) in rows)
    if settings.table:
        if settings.table.casefold() not in (name.casefold() for name in names):
            raise InputError("INPUT_TABLE", path=path.name, found=", ".join(names) or "-")
        return settings.table.replace('"', '""')
    for name in names:
        if len(names) == 1 or name.casefold() == _DEFAULT_TABLE:
            return str(name).replace('"', '""')
    raise InputError("INPUT_TABLE", path=path.name, found=", ".join(names) or "-")


def _text(value: object) -> str:
    """A value as a person would have typed it: 7095.0, as spreadsheets leave it behind, is 7095."""
    if value is None:
        return ""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    return str(value)


@define
class SqliteSource:
    """An opened SQLite feed; see :class:`~ei_export.intake.feed.Source`."""

    header: Header
    first_row: int
    _path: Path
    _cursor: sqlite3.Cursor

    def bodies(self) -> Iterator[Sequence[str]]:
        try:
            while rows := self._cursor.fetchmany(_ROWS):
                yield [self._body(row) for row in rows]
        except sqlite3.Error as error:
            raise InputError("INPUT_SQLITE", path=self._path.name, reason=str(error)) from None
        finally:
            self._cursor.connection.close()

    @staticmethod
    def _body(row: Sequence[object]) -> str:
        cells = [value if type(value) is str else _text(value) for value in row]
        body = UNIT.join(cells)
        if body.count(UNIT) != len(cells) - 1 or BROKEN in body or NEWLINE in body or PART in body:
            body = UNIT.join(cell.translate(RESERVED) for cell in cells)
        return UNIT + body.replace("\n", NEWLINE)
