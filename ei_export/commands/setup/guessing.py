"""What an export that nobody linked yet may mean: proposals, by tables of names that practices may use.

Nothing here is ever taken for what it proposes: somebody looks at it, and links it.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Literal, TypeAlias, get_args

from attrs import frozen

from ...base.row_types import CertaintyCell, KeyedTable, RequiredCell, SourceCell, one_of
from ...base.specs import SPECS
from ...base.tables import Report, Row, refuse
from ...model.codelists import uzovi_numbers
from ...model.columns import COLUMNS
from ...settings import status_word

#: The files whose columns have names: the feed, and a table of tariffs that is pasted.
File = Literal["appointments", "tariffs"]
#: What a status word may say; planned is: not completed, yet.
Said: TypeAlias = Literal["completed", "not_completed", "planned"]
#: The columns of a table of tariffs.
TARIFF_COLUMNS: Final = ("list", "insurer", "code", "from", "until", "amount")
#: Between the labels that go by one UZOVI number.
_LABELS: Final = re.compile("[,:]")
_COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {"appointments": COLUMNS, "tariffs": TARIFF_COLUMNS}


@frozen
class ColumnName:
    """What a practice may call a ``column`` of a ``file``; where two names stand for one, the earlier row is likelier
    to be it."""

    file: Annotated[str, one_of(get_args(File))]
    name: RequiredCell
    column: Annotated[str, lambda row, column: row.choice(column, _COLUMNS[row["file"]])]
    source: SourceCell
    certainty: CertaintyCell


@frozen
class StatusName:
    """What a practice may call a status, and what it may mean by it."""

    word: RequiredCell
    said: Annotated[Said, one_of(get_args(Said))]
    source: SourceCell
    certainty: CertaintyCell


column_names: Final = KeyedTable[tuple[str, str], ColumnName]("setup/column-names.csv", ColumnName, "file", "name")
status_names: Final = KeyedTable[str, StatusName]("setup/status-words.csv", StatusName, "word")


def read_guesses(specs: Path = SPECS, report: Report = refuse) -> None:
    """Reads the tables, as ``specs check`` does: a name that stands for two columns of one file is an error too."""
    seen: dict[tuple[str, str], str] = {}

    def check(row: Row) -> None:
        if seen.setdefault((row["file"], bare(row["name"])), row["column"]) != row["column"]:
            raise row.error("name", "a name of one column")

    column_names.read(specs, report, check)
    status_names.read(specs, report)


def bare(name: str) -> str:
    """A name without case, accents, and what isn't a letter or a digit: those that are the same so, may mean the
    same."""
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKD", name).casefold()))


@cache
def _ranked(file: File) -> Mapping[str, tuple[int, str]]:
    """Each bare name, with how likely it is (the lower the likelier) and which column it may be."""
    ranked = {bare(column): (0, column) for column in _COLUMNS[file]}
    for rank, row in enumerate(column_names().values(), 1):
        if row.file == file:
            ranked.setdefault(bare(row.name), (rank, row.column))
    return ranked


def is_likely(name: str) -> bool:
    """Whether a column of an export may be one that is known."""
    return bare(name) in _ranked("appointments")


def column_guesses(names: Iterable[str], file: File = "appointments", taken: Iterable[str] = ()) -> Mapping[str, str]:
    """Which of our columns names may stand for, theirs = ours: each of ours once, and none that is ``taken``."""
    ranked, done, guesses = _ranked(file), set(taken), dict[str, str]()
    found = ((ranked[bare(name)], name) for name in dict.fromkeys(names) if bare(name) in ranked)
    for (_, ours), name in sorted(found):
        if ours not in done:
            done.add(ours)
            guesses[name] = ours
    return guesses


def status_guess(word: str) -> Said | None:
    """What a status word may say; None where there is nothing to go by."""
    return _said().get(status_word(word))


def uzovi_guess(word: str, day: date) -> str:
    """The UZOVI number that a name may stand for on a day, '' where there is none, or more than one."""
    found = [
        row.uzovi
        for row in uzovi_numbers().values()
        if row.known_on(day) and bare(word) in map(bare, _LABELS.split(row.label))
    ]
    return found[0] if len(found) == 1 else ""


@cache
def _said() -> Mapping[str, Said]:
    return {status_word(row.word): row.said for row in status_names().values()}
