"""Tables that stand in the settings, and files that these name: taken away to be changed elsewhere, and taken in again,
dragged in or pasted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Final

from attrs import frozen
from flask import Response, abort

from ..base.problems import LANGUAGES
from ..base.tables import sheet_text
from ..base.words import words
from ..commands.setup.changes import SettingsChange, leave_file, put_file
from ..commands.setup.fields import (
    FILES,
    TABLES,
    SettingsField,
    as_text,
    change_table,
    data_of,
    fields,
    of_section,
    rows_of,
    typed_rows,
)
from ..commands.specs_copy import copied
from ..model.columns import COLUMNS, MEASUREMENT_COLUMNS
from ..output.codebook import columns_with
from ..settings import Settings
from ..settings.zorg1 import MONITOR_COLUMNS
from ..zorg1.measuring import MeasuringRules
from .setup_typed import Fields, NothingAskedError, day_of
from .showing import as_download, desk, one_of, uploaded
from .uploads import plain_name

#: Characters of a file that are shown on a page.
_MOST_SHOWN: Final = 100_000


@frozen
class TableShown:
    """A table of the settings as it can be changed: its rows as a text with a heading, and how many there are;
    ``names`` that rows may be about, each with what it is called, if it is."""

    field: SettingsField
    text: str
    count: int
    names: Sequence[tuple[str, str]]


@frozen
class FileShown:
    """A file that the settings name, by its place among those of its key, and what stands in it."""

    path: Path
    number: int
    text: str


def tables_of(section: str, settings: Settings) -> Sequence[TableShown]:
    """The tables that are changed in a section."""
    data = data_of(settings.path)
    found = [(field, rows_of(field, data)) for field in of_section(section, TABLES)]
    return [
        TableShown(field, as_text(rows, _heads(field)[0]), len(rows), _names(field.key, settings))
        for field, rows in found
    ]


def _names(key: str, settings: Settings) -> Sequence[tuple[str, str]]:
    """What rows of a table may be about, where these are names of ours."""
    language = desk().language
    columns, headings = words("columns", language), words("headings", language)
    if key == "zorg1.codebook":
        instruments = MeasuringRules.load(desk().rules().judge.agreements, settings.zorg1).measures.instruments
        return [(name, headings(name) if name in headings else "") for name in columns_with(instruments)]
    if key == "zorg1.views":
        return [(name, headings(name) if name in headings else "") for name in MONITOR_COLUMNS]
    known = {"input.values": COLUMNS, "measurements.columns": MEASUREMENT_COLUMNS}.get(key, ())
    return [(name, columns(name) if name in columns else "") for name in known]


def files_of(section: str, settings: Settings) -> Sequence[tuple[SettingsField, Sequence[FileShown]]]:
    """The files that are changed in a section, by the key that names them."""
    return [
        (field, [FileShown(path, number, _text(path)) for number, path in enumerate(_paths(field.key, settings))])
        for field in of_section(section, FILES)
    ]


def download(settings: Settings, key: str, number: int) -> Response:
    """A table of the settings, or a file that they name."""
    field = fields()[one_of(key, [each.key for each in fields().values() if each.kind in (*TABLES, *FILES)])]
    if field.kind in TABLES:
        text = as_text(rows_of(field, data_of(settings.path)), _heads(field)[0]).replace("\n", "\r\n")
        return as_download(text.encode("utf-8-sig"), f"{key.replace('.', '-')}.csv", "text/csv")
    path = _paths(key, settings)[number] if number < len(_paths(key, settings)) else abort(404)
    return as_download(path, path.name, "text/csv")


def asked_table(form: Fields, settings: Settings) -> SettingsChange:
    """The rows of a table, from a file that was dragged in, or as they were typed."""
    field = fields()[one_of(form.get("sleutel", ""), [each.key for each in fields().values() if each.kind in TABLES])]
    text, delimiter = form.get("rijen", ""), ""
    if given := uploaded("bestand"):
        sheet = sheet_text(given[0].path)
        text, delimiter = sheet.text, sheet.delimiter
    change = change_table(field, typed_rows(field, text, _heads(field), delimiter), data_of(settings.path))
    if change is None:
        raise NothingAskedError("nothing.new")
    return change


def asked_file(form: Fields, settings: Settings) -> SettingsChange:
    """A file for a key: a new one, one in the place of another, or one that is named no more."""
    field = fields()[one_of(form.get("sleutel", ""), [each.key for each in fields().values() if each.kind in FILES])]
    there = _paths(field.key, settings)
    number = form.get("nummer", "")
    path = there[int(number)] if number.isascii() and number.isdecimal() and int(number) < len(there) else None
    if form.get("doe") == "leave":
        if path is None:
            raise NothingAskedError("nothing.file")
        return leave_file(field.key, path, settings.path.parent)
    text = form.get("tekst", "").replace("\r\n", "\n")
    if given := uploaded("bestand"):
        return put_file(field.key, _name(given[0].name, field), given[0].path.read_bytes(), path)
    if not text.strip():
        raise NothingAskedError("nothing.file")
    if path is not None and text == _text(path):
        raise NothingAskedError("nothing.new")
    return put_file(field.key, _name("", field), text.encode("utf-8-sig"), path)


def asked_copy(form: Fields, settings: Settings) -> SettingsChange:
    """What was last agreed with an insurer, as a table for a new time."""
    insurer, first = form.get("verzekeraar", ""), day_of(form, "vanaf", "copy.from")
    if not insurer or first is None:
        raise NothingAskedError("nothing.copy")
    made = copied(settings, insurer, first)
    return put_file("agreements.overlay", made.path.name, made.content)


def _heads(field: SettingsField) -> Sequence[Sequence[str]]:
    """What the columns of a table may be called: as they are shown, in the other language, and by our names."""
    language = desk().language
    known = (language, *(each for each in LANGUAGES if each != language))
    return [*([words("setup", each)(f"column.{name}") for name in field.choices] for each in known), field.choices]


def _paths(key: str, settings: Settings) -> Sequence[Path]:
    return settings.own_files.get(key, ())


def _text(path: Path) -> str:
    """What stands in a file, to be changed in place; '' where that is too much for a page."""
    text = sheet_text(path).text.replace("\r\n", "\n")
    return text if len(text) <= _MOST_SHOWN else ""


def _name(given: str, field: SettingsField) -> str:
    """What a new file is called, after what was dragged in."""
    stem = plain_name(Path(given).stem, "")
    return f"{stem}.csv" if stem else field.choices[0]
