"""The settings as the desk asks for them: ``specs/setup/fields.csv`` says of every key where it is changed, and how.

Three kinds of keys are changed in one way each, by what that table says of them: values (a text, a number, a day, a
choice, a list), tables whose keys a practice names itself, and files that are named. A key with a form of its own
stands there too, and one that can't be changed at the desk, with why.
"""

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Final, Literal, TypeAlias, get_args

from attrs import frozen

from ...base.private import read_file
from ...base.problems import SettingsError
from ...base.row_types import KeyedTable, RequiredCell, TextCell, WordCells, one_of
from ...base.specs import SPECS
from ...base.tables import Report, Row, refuse, sheet_day
from ...output.cells import defused, restored
from ...zorg1.resolver import NOT_ZORG1
from .changes import Data, SettingsChange
from .toml_text import Drop, Edit, Put, Value

#: What a key holds. Values: ``long`` is a text of several lines. ``table``: texts by one key or more; ``lists``: the
#: same, each one text or several. ``file``, ``files``: what is named, one or any number. ``form``: it has its own.
Kind: TypeAlias = Literal[
    "text", "long", "choice", "day", "number", "list", "table", "lists", "file", "files", "form", ""
]
VALUES: Final[tuple[Kind, ...]] = ("text", "long", "choice", "day", "number", "list")
TABLES: Final[tuple[Kind, ...]] = ("table", "lists")
FILES: Final[tuple[Kind, ...]] = ("file", "files")
#: The sections of Inrichting.
SECTIONS: Final = (
    *("columns", "statuses", "codes", "insurers", "tariffs", "agreements", "measurements", "zorg1", "practice"),
)
_DAY_FORM: Final = "YYYY-MM-DD | DD-MM-YYYY"
_BETWEEN: Final = re.compile(r"[,;\n]")
_NUMBER: Final = re.compile(r"[0-9]{1,9}")


@frozen
class SettingsField:
    """A key of the settings: the ``section`` and the ``group`` of fields that it is changed in; what it is by
    ``default``, '' where it is nothing then; its ``choices``, the columns of a table, or what a new file is called.
    ``why``: of one that isn't changed at the desk."""

    key: RequiredCell
    section: Annotated[str, one_of(("", *SECTIONS))]
    group: TextCell
    kind: Annotated[Kind, one_of(get_args(Kind))]
    default: TextCell
    choices: WordCells
    why: TextCell

    @property
    def way(self) -> tuple[str, ...]:
        return tuple(self.key.split("."))


fields: Final = KeyedTable[str, SettingsField]("setup/fields.csv", SettingsField, "key")


def read_fields(specs: Path = SPECS, report: Report = refuse) -> None:
    """Reads the table, as ``specs check`` does: a key is changed somewhere, or not, with why."""

    def check(row: Row) -> None:
        if bool(row["why"]) == bool(row["section"]) or bool(row["kind"]) != bool(row["section"]):
            raise row.error("why", "section + kind | why")
        if (row["kind"] in VALUES) != bool(row["group"]):
            raise row.error("group", " | ".join(VALUES))
        if (row["kind"] in ("choice", *TABLES, *FILES)) != bool(row["choices"]):
            raise row.error("choices", " | ".join(("choice", *TABLES, *FILES)))

    fields.read(specs, report, check)


def of_section(section: str, kinds: Sequence[Kind]) -> Sequence[SettingsField]:
    """The keys of these kinds that are changed in a section, in the order of the table."""
    return [each for each in fields().values() if each.section == section and each.kind in kinds]


def data_of(config: Path) -> Data:
    """What stands in settings, as TOML gives it. Raises SettingsError as `load`, which was asked before."""
    return tomllib.loads(read_file(config).decode("utf-8-sig"))


def at(data: Data, way: Sequence[str]) -> Any:
    """What stands under a key; None where nothing does."""
    found: Any = data
    for step in way:
        found = found.get(step) if isinstance(found, Mapping) else None
    return found


# Values.


def shown(field: SettingsField, data: Data) -> str:
    """A value as it is typed; what it is by default where nobody said."""
    value = at(data, field.way)
    if value is None or value in ("", []):
        return field.default
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def typed(field: SettingsField, text: str) -> Value | None:
    """A value that was typed; None for nothing. Raises SettingsError for what isn't of its kind."""
    text = text.strip()
    if not text:
        return None
    if field.kind == "day":
        day = sheet_day(text)
        if day is None:
            raise SettingsError("FORM_VALUE", key=field.key, found=text, expected=_DAY_FORM)
        return day
    if field.kind == "number":
        if not _NUMBER.fullmatch(text):
            raise SettingsError("FORM_VALUE", key=field.key, found=text, expected="0 … 999")
        return int(text)
    if field.kind == "list":
        return [part for part in map(str.strip, _BETWEEN.split(text)) if part] or None
    return text.replace("\r\n", "\n")


def change_values(wanted: Mapping[str, str], data: Data) -> SettingsChange | None:
    """Changes values, by their keys, to what was typed; ``data``: what there is. None where all of it is so already.
    Raises KeyError for another key, and SettingsError as `typed`."""
    edits: list[Edit] = []
    keys = []
    for key, text in wanted.items():
        field = fields()[key]
        if field.kind not in VALUES:
            raise KeyError(key)
        value, there = typed(field, text), at(data, field.way)
        if value == typed(field, shown(field, data)) or (value is None and there is None):
            continue
        keys.append(key)
        edits.append(Drop(field.way) if value is None else Put(field.way, value))
    return SettingsChange.of("details", {"keys": ", ".join(keys)}, lambda _: edits) if keys else None


# Tables.


def rows_of(field: SettingsField, data: Data) -> Sequence[Sequence[str]]:
    """The rows of a table: the keys that lead to a text, and the text; one row for each text of a list."""
    return list(_rows(at(data, field.way) or {}, len(field.choices)))


def _rows(found: Any, width: int) -> Iterator[list[str]]:
    if width == 1:
        for text in found if isinstance(found, list) else [found]:
            yield [str(text)]
    elif isinstance(found, Mapping):
        for key, inner in found.items():
            yield from ([key, *row] for row in _rows(inner, width - 1))


def as_text(rows: Sequence[Sequence[str]], head: Sequence[str]) -> str:
    """A table as it is shown to be changed, and stored: ``;`` between cells, none of which is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\n")
    writer.writerows([head, *([cell if cell == NOT_ZORG1 else defused(cell) for cell in row] for row in rows)])
    return text.getvalue()


def typed_rows(
    field: SettingsField, text: str, heads: Sequence[Sequence[str]], delimiter: str = ""
) -> Sequence[Sequence[str]]:
    """The rows of a table that were typed or pasted, tabs or ``;`` between cells where nothing else is said; the first
    may be one of ``heads``. Raises SettingsError for one with more or fewer cells, and where two say different
    things."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    delimiter = delimiter or ("\t" if "\t" in text else ";")
    wide, rows = len(field.choices), list[Sequence[str]]()
    said: dict[tuple[str, ...], str] = {}
    for line in filter(str.strip, lines):
        cells = [restored(cell.strip()) for cell in next(csv.reader([line], delimiter=delimiter), [])]
        while len(cells) > wide and not cells[-1]:
            cells.pop()
        if not rows and [cell.casefold() for cell in cells] in [[head.casefold() for head in each] for each in heads]:
            continue
        if len(cells) != wide or not all(cells[:-1]) or (field.kind == "table" and not cells[-1]):
            raise SettingsError("FORM_ROW", key=field.key, found=line, expected=" ; ".join(heads[0]))
        if field.kind == "table" and said.setdefault(tuple(cells[:-1]), cells[-1]) != cells[-1]:
            raise SettingsError("FORM_ROW_TWICE", key=field.key, found=" ; ".join(cells[:-1]))
        rows.append(cells)
    return rows


def change_table(field: SettingsField, rows: Sequence[Sequence[str]], data: Data) -> SettingsChange | None:
    """Makes a table have these rows, and no others; None where it has. Rows that stay keep what is written beside
    them."""
    before, after = (_by_way(field, each) for each in (rows_of(field, data), rows))
    gone = [way for way in before if way not in after]
    # A table of a table goes whole where nothing of it stays.
    kept = {way[:-1] for way in after}
    drops = dict.fromkeys(way if way[:-1] in kept or len(way) == 1 else way[:-1] for way in gone)
    puts = {way: value for way, value in after.items() if before.get(way) != value}
    if not drops and not puts:
        return None
    edits: list[Edit] = [*(Drop((*field.way, *way)) for way in drops)]
    edits += [Put((*field.way, *way), value) for way, value in puts.items()]
    params: Mapping[str, str | int] = {"keys": field.key, "gone": len(gone), "count": len(puts)}
    return SettingsChange.of("table", params, lambda _: edits)


def _by_way(field: SettingsField, rows: Sequence[Sequence[str]]) -> Mapping[tuple[str, ...], Value]:
    """The texts of a table by the keys that lead to them; of several those in a list."""
    texts: dict[tuple[str, ...], list[str]] = {}
    for *way, text in rows:
        texts.setdefault(tuple(way), []).append(text)
    return {way: each[0] if len(each) == 1 else each for way, each in texts.items()}
