"""Tables whose rows are of a type: each field of it says by its annotation how its cells are read, so that one reader
reads them all.

``label: RequiredCell`` is the column ``label``, which must be filled; what names columns is read from these
(``valid_from: FromCell`` from ``from``; '' is none of them: it is read from the row). Fields that say nothing are given
by whoever reads the table.
"""

from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import Annotated, Any, Final, Generic, TypeVar, get_type_hints

from .problems import SettingsError
from .specs import SPECS
from .tables import Report, Row, parse_keyed, refuse

#: certain: read in an official text, or in two independent ones; single-source: read once; inferred: our conclusion.
CERTAINTIES: Final = ("certain", "single-source", "inferred")

#: What is looked at in a row besides its cells. Raises SettingsError.
RowCheck = Callable[[Row], object]

T = TypeVar("T")
K = TypeVar("K", bound=Hashable)


def _four_digits(row: Row, column: str) -> str:
    text = row[column]
    if not (len(text) == 4 and text.isascii() and text.isdigit()):
        raise row.error(column, "4 digits")
    return text


def _source(row: Row, column: str) -> str:
    """Where the row comes from, which none may leave out."""
    if not row[column]:
        raise SettingsError("TABLE_SOURCE", file=row.file, line=row.line)
    return row[column]


def one_of(allowed: Sequence[str]) -> Callable[[Row, str], str]:
    """Reads a cell that must be one of these."""
    return lambda row, column: row.choice(column, allowed)


def at_most(length: int) -> Callable[[Row, str], str]:
    """Reads a cell of so many characters at most, but one."""

    def read(row: Row, column: str) -> str:
        text = row.required(column)
        if len(text) > length:
            raise row.error(column, f"at most {length} characters")
        return text

    return read


def by_language(row: Row, *columns: str) -> Mapping[str, str]:
    """Reads cells that say one thing in several languages: ``nl`` and ``en``, ``remedy_nl`` and ``remedy_en``."""
    return {column[-2:]: row.required(column) for column in columns}


def within(allowed: Collection[str], expected: str, *columns: str) -> RowCheck:
    """Holds every word of these columns to be one of those ``allowed``, which ``expected`` describes."""

    def check(row: Row) -> None:
        for column in columns:
            if not set(row[column].split()).issubset(allowed):
                raise row.error(column, expected)

    return check


TextCell = Annotated[str, Row.__getitem__]
RequiredCell = Annotated[str, Row.required]
FourDigits = Annotated[str, _four_digits]
CountCell = Annotated[int, Row.whole_number]
WordCells = Annotated[tuple[str, ...], lambda row, column: tuple(row[column].split())]
SomeWordCells = Annotated[tuple[str, ...], lambda row, column: tuple(row.required(column).split())]
FlagCell = Annotated[bool, lambda row, column: row.choice(column, ("", "1")) == "1"]
#: Both inclusive; an empty cell is an open end.
FromCell = Annotated[date, lambda row, column: row.day(column, date.min), "from"]
UntilCell = Annotated[date, lambda row, _: row.period(open_ends=True)[1], "until"]
#: Both inclusive, and filled.
FilledFromCell = Annotated[date, Row.day, "from"]
FilledUntilCell = Annotated[date, lambda row, _: row.period()[1], "until"]
SourceCell = Annotated[str, _source]
CertaintyCell = Annotated[str, one_of(CERTAINTIES)]
#: Where the row stands: ``specs/zorg1/vgz.csv:12``.
PlaceCell = Annotated[str, lambda row, _: row.place, ""]
#: The row itself, for what is found wrong with it later.
RowCell = Annotated[Row, lambda row, _: row, ""]


class RowType(Generic[T]):
    """How rows of a type are read. ``unread`` are columns of their table that nothing asks for."""

    def __init__(self, kind: type[T], unread: Sequence[str] = ()) -> None:
        self._kind, self._unread = kind, unread

    @cached_property
    def _fields(self) -> Sequence[tuple[str, Callable[..., Any], Sequence[str]]]:
        hints = get_type_hints(self._kind, include_extras=True)
        said = ((name, hint.__metadata__) for name, hint in hints.items() if hasattr(hint, "__metadata__"))
        return [(name, read, columns or (name,)) for name, (read, *columns) in said]

    @cached_property
    def columns(self) -> Sequence[str]:
        """Those of its table."""
        return [*dict.fromkeys(c for _, _, columns in self._fields for c in columns if c), *self._unread]

    def parse(self, row: Row, **given: object) -> T:
        """``given``: what the fields are that no cell says. Raises SettingsError for the first cell that can't be
        read."""
        return self._kind(**{name: read(row, *columns) for name, read, columns in self._fields}, **given)


class _Read(Mapping[K, T]):
    """The rows of a table by their key, each read when it is asked for: few of a long one are."""

    def __init__(self, rows: Mapping[K, Row], parse: Callable[[Row], T]) -> None:
        self._rows, self._parse = rows, parse
        self._read: dict[K, T] = {}

    def __getitem__(self, key: K) -> T:
        if key not in self._read:
            self._read[key] = self._parse(self._rows[key])
        return self._read[key]

    def __contains__(self, key: object) -> bool:
        return key in self._rows

    def __iter__(self) -> Iterator[K]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)


class KeyedTable(Generic[K, T]):
    """A table in ``specs/``; called, it gives its rows by ``key``, the columns that only one row has so, and keeps them
    for the rest of the process. ``is_long``: a row that is wrong is refused once somebody asks for it."""

    def __init__(self, file: str, kind: type[T], *key: str, unread: Sequence[str] = (), is_long: bool = False) -> None:
        self._file, self._type, self._is_long = file, RowType(kind, unread), is_long
        self._key: Callable[[Row], K] = itemgetter(*key)

    def read(self, specs: Path = SPECS, report: Report = refuse, check: RowCheck = lambda row: None) -> dict[K, T]:
        """The rows in a folder of tables; ``check`` raises SettingsError for one that doesn't go with other tables."""

        def parse(row: Row) -> T:
            check(row)
            return self._type.parse(row)

        return parse_keyed(specs / self._file, self._type.columns, self._key, parse, report)

    @cached_property
    def _built_in(self) -> Mapping[K, T]:
        if not self._is_long:
            return self.read()
        rows = parse_keyed(SPECS / self._file, self._type.columns, self._key, lambda row: row)
        return _Read(rows, self._type.parse)

    def __call__(self) -> Mapping[K, T]:
        return self._built_in
