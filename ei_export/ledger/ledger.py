"""An opened ledger: its transactions, and how the modules of this room ask it and write in it."""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from hashlib import blake2b
from itertools import chain
from pathlib import Path
from typing import Any, Final, Self, TypeVar

from ..base.patience import ON_WAIT
from ..base.problems import BusyError, WriteError
from .opening import FAILURES, PATIENCE_MS, looked_at, opened, refusal

#: How long others may keep a commit waiting before somebody is told.
_MOMENT_MS: Final = 2_000
#: Indexes of most rows of a run, none of which is needed to write these.
_MADE_LAST: Final = ("line_who", "patient_who", "patient_last")
#: They are made in this part of the memory that the ledger may take else.
_SORTED_IN: Final = 4

T = TypeVar("T")


class Ledger:
    """An opened ledger; one opened to `look` at takes what it is told to write, and forgets it.

    Every method raises `WriteError` where the disk fails or the file is damaged.
    """

    def __init__(self, connection: sqlite3.Connection, path: Path, *, writable: bool) -> None:
        self._db = connection
        self._path = path
        self._writable = writable
        self._seen = 0
        self.is_new = not self.one(
            "SELECT EXISTS (SELECT 1 FROM patient) OR EXISTS (SELECT 1 FROM regular) OR EXISTS (SELECT 1 FROM line)"
        )
        self._keyed = blake2b(digest_size=8, key=next(self.column("SELECT key FROM secret")))

    @classmethod
    def open(cls, path: Path) -> Self:
        """Opens, or makes, the ledger for a run, and keeps everyone else out until it is closed. Raises as `opened`."""
        connection = opened(path)
        try:
            return cls(connection, path, writable=True)
        except BaseException:
            connection.close()
            raise

    @classmethod
    def look(cls, path: Path) -> Self:
        """A copy of the ledger to read only, however long that takes: nobody who writes waits for it. An empty one
        where there is none yet. Raises as `open`."""
        return cls(looked_at(path, copied=True), path, writable=False)

    @property
    def can_be_reopened(self) -> bool:
        """Whether another process can read it too and nobody waits for that: not of a copy, as it would have to read
        the ledger itself, which perhaps says something else by then."""
        return self._writable or self.is_new

    def reopened(self) -> "Ledger":
        """For another process of who has it open to write: this ledger as it was committed last, to read only."""
        if self.is_new:
            return self
        return Ledger(looked_at(self._path, copied=False), self._path, writable=False)

    def hashed(self, text: str) -> int:
        """Stands for a person, or a birth date, where nobody is to read which; the same in each run of this ledger."""
        hashed = self._keyed.copy()
        hashed.update(text.encode())
        return int.from_bytes(hashed.digest(), "big", signed=True)

    def close(self) -> None:
        """Gives the ledger back; what was not committed is undone."""
        self._db.close()

    def commit(self) -> None:
        """Makes everything since the start durable, and lets others in; waits for other programs that read."""
        self._seen = self.one("PRAGMA data_version")
        self.do(f"PRAGMA busy_timeout = {_MOMENT_MS}")
        try:
            self.do("COMMIT")
        except BusyError:
            ON_WAIT.get()(self._path)
            self.do(f"PRAGMA busy_timeout = {PATIENCE_MS}")
            self.do("COMMIT")
        self.do("PRAGMA busy_timeout = 0")

    def keep_again(self) -> bool:
        """Keeps others out once more after a commit, if nobody has it by then; whether nobody wrote in it since, as far
        as can be seen: what was committed is to be told of, whatever fails now."""
        with suppress(BusyError, WriteError):
            self.do(f"PRAGMA busy_timeout = {_MOMENT_MS}")
            with suppress(BusyError):
                self.do("BEGIN IMMEDIATE")
            self.do("PRAGMA busy_timeout = 0")
            return self.one("PRAGMA data_version") == self._seen
        return True

    def give_back(self) -> None:
        """Makes what was written since `keep_again` durable, and lets others in; waits as `commit`: a page of the desk
        that is just reading would have a run stay one that nobody can send."""
        if self._db.in_transaction:
            self.commit()

    def roll_back(self) -> None:
        """Undoes everything since the start, and begins anew."""
        self.do("ROLLBACK")
        self.do("BEGIN IMMEDIATE")

    @contextmanager
    def trying(self) -> Iterator[None]:
        """What is written until the end of this can be asked for until then, and is then undone; of a ledger that is
        only looked at too."""
        writable, self._writable = self._writable, True
        self.do("SAVEPOINT trying")
        try:
            yield
        finally:
            self.do("ROLLBACK TO trying")
            self.do("RELEASE trying")
            self._writable = writable

    def attempted(self, act: Callable[[], T]) -> T | Exception:
        """What an act gives; or what it raised, with what it wrote undone and all before it as it was. Raises
        WriteError where that is not so any more, as a full disk may undo all."""
        self.do("SAVEPOINT attempted")
        try:
            return act()
        except Exception as error:  # noqa: BLE001 - whoever asks goes on with it
            self.do("ROLLBACK TO attempted")
            return error
        finally:
            self.do("RELEASE attempted")

    # Asking.

    def rows(self, sql: str, values: Sequence[object] = ()) -> Iterator[tuple[Any, ...]]:
        """The rows of a query."""
        try:
            # Through something that closes no cursor: one that nobody reads on outlives the connection.
            yield from chain(self._db.execute(sql, values))
        except FAILURES as error:
            raise refusal(error, self._path) from None

    def named(self, sql: str, values: Sequence[object] = ()) -> Iterator[dict[str, Any]]:
        """The rows of a query by the names of their columns."""
        try:
            cursor = self._db.execute(sql, values)
            names = [column for column, *_ in cursor.description]
            for row in cursor:
                yield dict(zip(names, row, strict=True))
        except FAILURES as error:
            raise refusal(error, self._path) from None

    def each(self, kind: Callable[..., T], sql: str, values: Sequence[object] = ()) -> Iterator[T]:
        """What ``kind`` makes of each row of a query, by the names of its columns."""
        return (kind(**row) for row in self.named(sql, values))

    def only(self, kind: Callable[..., T], sql: str, values: Sequence[object] = ()) -> T | None:
        """What ``kind`` makes of the first row of a query, if there is one."""
        return next(self.each(kind, sql, values), None)

    def column(self, sql: str, values: Sequence[object] = ()) -> Iterator[Any]:
        """The first column of a query."""
        return (row[0] for row in self.rows(sql, values))

    def one(self, sql: str, values: Sequence[object] = ()) -> int:
        """The number that a query gives."""
        return int(next(self.column(sql, values)))

    def first(self, sql: str, *values: object) -> str | None:
        """The text that a query gives first."""
        return next(map(str, self.column(sql, values)), None)

    # Writing.

    def do(self, sql: str, values: Iterable[Any] = ()) -> None:
        """One statement."""
        self._write(lambda: self._db.execute(sql, tuple(values)))

    def many(self, sql: str, rows: Iterable[Sequence[Any]]) -> None:
        """One statement for each row."""
        self._write(lambda: self._db.executemany(sql, rows))

    def insert(self, table: str, values: Mapping[str, object]) -> None:
        """A row by its columns."""
        self.insert_many(table, tuple(values), [tuple(values.values())])

    def insert_many(
        self, table: str, columns: Sequence[str], rows: Iterable[Sequence[object]], *, over: bool = False
    ) -> None:
        """Rows by the named columns; ``over``: in the place of those with the same keys."""
        insert = "INSERT OR REPLACE" if over else "INSERT"
        self.many(f"{insert} INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))})", rows)

    @contextmanager
    def filling(self) -> Iterator[None]:
        """While a new ledger gets its first rows, it does without the indexes that they come to in any order: made of
        all rows at the end, these take half as long."""
        made = []
        if self.is_new:
            names = ", ".join("?" * len(_MADE_LAST))
            sql = f"SELECT name, sql FROM sqlite_master WHERE type = 'index' AND name IN ({names})"
            made = [*self.rows(sql, _MADE_LAST)]
        for name, _ in made:
            self.do(f"DROP INDEX {name}")
        yield
        if made:
            cache = self.one("PRAGMA cache_size")
            self.do(f"PRAGMA cache_size = {cache // _SORTED_IN}")  # SQLite sorts in as much memory again
            for _, sql in made:
                self.do(sql)
            self.do(f"PRAGMA cache_size = {cache}")

    def define(self, name: str, function: Callable[[str], str]) -> None:
        """A function of ours that queries may use."""
        self._db.create_function(name, 1, function, deterministic=True)

    def _write(self, act: Callable[[], object]) -> None:
        if self._writable:
            try:
                act()
            except FAILURES as error:
                raise refusal(error, self._path) from None
