"""What the sections of Inrichting show: rows with what can be chosen for each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Final

from attrs import frozen
from flask import request

from ..base.tables import FOREVER
from ..base.words import words
from ..commands.setup.fields import VALUES, SettingsField, data_of, of_section, shown
from ..commands.setup.guessing import column_guesses, status_guess, uzovi_guess
from ..commands.setup.held import Holdings, is_hidden
from ..commands.setup.holdings import likely
from ..commands.setup.told import product_name
from ..model.columns import COLUMNS, REQUIRED
from ..model.names import AgreementNames
from ..settings import AMOUNTS, Settings
from ..settings.contracts import DEFAULT_LISTS
from ..zorg1.agreements import Agreement, Agreements
from ..zorg1.tariffs import Tariffs
from .setup_files import files_of, tables_of
from .showing import desk, paged
from .uploads import limit_of

#: What is between cells.
_BETWEEN: Final[Mapping[str, str]] = {";": "semicolon", ",": "comma", "\t": "tab"}


@frozen
class ColumnRow:
    """A column of ours: which of the export it is read from, '' = none, and which it may be."""

    ours: str
    label: str
    is_required: bool
    theirs: str
    guess: str
    filled: int

    @property
    def is_missing(self) -> bool:
        return self.is_required and not self.theirs


@frozen
class ValueRow:
    """A value of the settings, with what can be chosen for it; None where something is typed."""

    key: str
    label: str
    value: str
    options: Sequence[tuple[str, str]] | None
    kind: str


@frozen
class OwnRows:
    """How many rows of the practice's own agreements there are with an insurer in a period, and how many of them nobody
    checked since they were copied."""

    insurer: str
    first: date
    last: date
    count: int
    unchecked: int


def section_values(
    name: str, settings: Settings, found: Holdings | None, typed: Mapping[str, str]
) -> Mapping[str, object]:
    """What a section shows besides the holdings; ``typed``: what its forms say, by which a list is filtered."""
    names = AgreementNames.of(settings.overlays)
    values: dict[str, object] = {
        "insurers": names.insurers.known,
        "lists": names.lists.known,
        "default_lists": DEFAULT_LISTS,
        "is_hidden": is_hidden,
    }
    if name == "overview":
        return {"steps": _steps(settings, found), "between": _BETWEEN.get(found.delimiter if found else "", "")}
    values |= {"groups": _groups(name, settings), "tables": tables_of(name, settings)}
    values |= {"files": files_of(name, settings), "most": limit_of(request.path).file}
    if name == "insurers":
        return values | {"amounts": AMOUNTS, "never": FOREVER}
    if name == "agreements":
        return values | {"own_rows": _own_rows(settings)}
    if name == "tariffs":
        rows = Tariffs.load(settings.tariffs_path).rows
        of, sought = typed.get("toon", ""), typed.get("zoek", "").strip().casefold()
        found_rows = [row for row in rows if of in ("", row.insurer) and sought in f"{row.code} {row.list}".casefold()]
        shown = sorted(found_rows, key=lambda row: (row.insurer, row.list, row.code, row.valid_from))
        values |= {"priced": sorted({row.insurer for row in rows}), "tariff_count": len(rows)}
        return values | {"tariffs": paged(shown), "never": FOREVER, "always": date.min, "name_of": _namer()}
    if found is None:
        return values
    if name == "columns":
        return values | {
            "rows": [*_columns(settings, found)],
            "unused": [each for each in found.columns if not each.ours],
        }
    if name == "statuses":
        numbers = {row.word: uzovi_guess(row.word, desk().day) for row in found.words if row.column == "uzovi"}
        return values | {"guess": status_guess, "numbers": numbers, "column_words": words("columns", desk().language)}
    if name == "codes":
        is_open = {code: code.stands_for in ("unknown", "fault") for code in found.codes}
        codes = {"open_codes": [c for c in found.codes if is_open[c]], "products": [*_products()], "name_of": _namer()}
        return values | codes | {"codes": paged([code for code in found.codes if not is_open[code]])}
    return values


def _steps(settings: Settings, found: Holdings | None) -> Sequence[tuple[str, str, str, int]]:
    """Each section by the end of its address and its name, with what is to be done in it, '' = nothing, and how much
    that is. What completed appointments hold can't be told as long as there are none."""
    if found is None:
        return ()
    todo, nothing = found.open, "" if found.sums["completed"] else "unsaid"
    statuses, has_tariffs = todo["statuses"] + todo["words"], bool(Tariffs.load(settings.tariffs_path).rows)
    insurers = "insurers" if todo["insurers"] else nothing
    tariffs = "tariffs" if todo["prices"] else nothing
    return [
        ("kolommen", "columns", "columns" if todo["columns"] else "", todo["columns"]),
        ("statuswoorden", "statuses", "statuses" if statuses else "", statuses),
        ("codes", "codes", "codes" if todo["codes"] else nothing, todo["codes"]),
        ("verzekeraars", "insurers", insurers if settings.contracts else "no_contracts", todo["insurers"]),
        ("tarieven", "tariffs", tariffs if has_tariffs or todo["prices"] else "no_tariffs", todo["prices"]),
    ]


def _columns(settings: Settings, found: Holdings) -> Iterator[ColumnRow]:
    labels = words("columns", desk().language)
    theirs = {each.ours: each for each in found.columns if each.ours}
    free = [each.name for each in found.columns if not each.ours and not each.is_twice]
    guesses = {ours: name for name, ours in column_guesses(free, taken=theirs).items()}
    rows = [
        ColumnRow(
            *(ours, labels(ours), ours in REQUIRED),
            *(theirs[ours].name if ours in theirs else "", guesses.get(ours, "")),
            theirs[ours].filled if ours in theirs else 0,
        )
        for ours in COLUMNS
    ]
    yield from sorted(rows, key=lambda row: (not row.is_missing, not row.guess, not row.is_required))


def _products() -> Iterator[tuple[str, str]]:
    """Every declare-under code, with what it stands for."""
    resolver, name_of = desk().rules().resolver, _namer()
    for code in sorted(resolver.codes):
        rows = resolver.agreed_anywhere(code)
        row, insurers = likely(rows), ", ".join(sorted({row.insurer for row in rows}))
        yield code, f"{name_of(row.program, row.profile, row.moment)} ({insurers})"


def _namer() -> Callable[[str, str, str], str]:
    """Says what a product is, in the language of the page."""
    return partial(product_name, language=desk().language)


def _groups(section: str, settings: Settings) -> Sequence[tuple[str, Sequence[ValueRow]]]:
    """The values that are changed in a section, by the name of their group."""
    data, language = data_of(settings.path), desk().language
    label, say = words("setup", language), words("desk-setup", language)

    def options(field: SettingsField) -> Sequence[tuple[str, str]] | None:
        named = [(each, say(f"choice.{each}") if f"choice.{each}" in say else each) for each in field.choices]
        return [*([] if field.default else [("", say("choice.usual"))]), *named] if named else None

    rows = [
        (field.group, ValueRow(field.key, label(f"detail.{field.key}"), shown(field, data), options(field), field.kind))
        for field in of_section(section, VALUES)
    ]
    return [(group, [row for _, row in found]) for group, found in groupby(rows, key=itemgetter(0))]


def _own_rows(settings: Settings) -> Sequence[OwnRows]:
    """What the practice's own agreements hold, by insurer and period."""
    by_period: dict[tuple[str, date, date], list[Agreement]] = {}
    for row in Agreements.load(settings.overlays):
        if row.is_own:
            by_period.setdefault((row.insurer, row.valid_from, row.valid_until), []).append(row)
    return [
        OwnRows(*period, len(rows), sum(row.is_unchecked for row in rows)) for period, rows in sorted(by_period.items())
    ]
