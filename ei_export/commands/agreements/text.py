"""``agreements`` for people and for programs: a row of the screen is a row of its table, in every form of it."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any, Final

from ...base.problems import Language, Severities, told
from ...base.tables import FOREVER
from ...base.wording import euros
from ...base.words import Words, words
from ...model.codelists import codes, english
from ...output.listing import LONG, Listing
from ...output.paper import Paint, plain, tied, wrapped
from ...output.problem_list import ProblemList
from ...output.sheets import Column, Row, Sheet, as_json, sheet_files, titled
from ...zorg1.agreements import ANY, Agreement
from .agreements import Screen, Shown

#: Code, what it is, F-code, list, units, tariff.
_LINE: Final = "  {:<10}{:<24}{:<7}{:<5}{:<21}{:>11}"
_INDENT: Final = " " * 12
_LISTS: Final = "COD367"
#: As the tables of agreements have them: units ``count``, diagnoses with ``*`` behind them; ``name`` and ``units_text``
#: in words. ``problem``: why it isn't declared, by its code; ``inferred``: the columns that are our conclusion.
_COLUMNS: Final = (
    Column("insurer"),
    Column("program"),
    Column("profile", width=8),
    Column("moment", width=10),
    Column("name", width=24),
    Column("code", width=10),
    Column("own_codes", "list"),
    Column("f_code", width=8),
    Column("list", width=6),
    Column("list_meaning", width=40),
    Column("units", width=8),
    Column("units_text", width=22),
    Column("diagnoses", "list"),
    Column("tariff_list", width=26),
    Column("amount", width=10),
    Column("tariff_cents", "cents"),
    Column("tariff_place", width=18),
    Column("contract", width=16),
    Column("contract_from", "date"),
    Column("contract_until", "date"),
    Column("from", "date"),
    Column("until", "date"),
    Column("problem", width=22),
    Column("rule", width=30),
    Column("source", width=30),
    Column("certainty"),
    Column("inferred", "list"),
    Column("replaces", "list", width=30),
)


def sheet(language: Language) -> Sheet:
    """The screen as a table."""
    return titled("agreements", _COLUMNS, language)


def write(screen: Screen, folder: Path, ledger: Path, language: Language, *, xlsx: bool) -> Sequence[Path]:
    """Writes the table in a folder, as a workbook too where that is asked for; gives the files. Raises WriteError."""
    with sheet_files(folder, ledger) as files:
        if xlsx:
            files.workbook("agreements", screen.day)
        rows = files.sheet(sheet(language))
        for row in screen.rows:
            rows.add(cells(row, language))
    return files.paths


def document(screen: Screen, language: Language, severities: Severities, files: Sequence[Path] = ()) -> dict[str, Any]:
    """The document of ``agreements --json``; ``files`` were written."""
    table = sheet(language)
    return {
        "on": screen.day,
        "insurer": screen.insurer,
        "program": screen.program,
        "periods": [{"from": first, "until": last} for first, last in screen.periods],
        "agreements": [as_json(table, cells(row, language)) for row in screen.rows],
        "problems": [told(found, language, severities) for found in screen.findings],
        "files": list(map(str, files)),
    }


def cells(row: Shown, language: Language) -> Row:
    """A row of the table, in the order of its columns."""
    say, a, resolution = words("agreements", language), row.agreement, row.resolution
    tariff = resolution.tariff if resolution is not None else None
    contract = resolution.contract if resolution is not None else None
    return (
        a.insurer,
        a.program,
        a.profile,
        a.moment,
        _name(a, say),
        a.code,
        row.own_codes,
        a.f_code,
        a.list,
        _meaning(a.list, language),
        str(a.units),
        _units(a, say),
        (*a.diagnoses, *((ANY,) if a.takes_others else ())),
        a.tariff_list,
        resolution.amount if resolution is not None else a.amount,
        tariff.cents if tariff is not None else None,
        tariff.place if tariff is not None else "",
        _place(row),
        contract.valid_from if contract is not None else None,
        None if contract is None or contract.valid_until == FOREVER else contract.valid_until,
        a.valid_from,
        a.valid_until,
        row.problem,
        a.rule,
        a.source,
        certainty(row),
        row.inferred,
        [other.rule for other in a.replaces],
    )


def certainty(row: Shown) -> str:
    """How sure the row is, as in ``specs/README.md``; a row of the practice's own is ``own``."""
    return "own" if row.agreement.is_own else "single-source"


def _place(row: Shown) -> str:
    """Where its contract position stands, or ''."""
    if row.resolution is None or row.resolution.contract is None:
        return ""
    return row.resolution.why["contract"][0].source


def _meaning(performance_list: str, language: Language) -> str:
    if not performance_list:
        return ""
    meaning = codes(_LISTS)[performance_list].meaning
    return english().get((_LISTS, performance_list), meaning) if language == "en" else meaning


def _name(a: Agreement, say: Words) -> str:
    """What it is: its moment and its profile."""
    profile = say("profile", profile=a.profile) if a.profile != ANY else ""
    moment = say(f"moment.{a.moment}") if a.moment != "profile" else ""
    return ", ".join(filter(None, (moment, profile)))


def _units(a: Agreement, say: Words) -> str:
    if isinstance(a.units, int):
        return say("units.number", count=a.units)
    return say({"count": "units.count", "-": "units.none"}.get(a.units, "units.unknown"))


def text_lines(screen: Screen, language: Language, severities: Severities, paint: Paint = plain) -> Iterator[str]:
    """The screen for a person at a terminal."""
    say = words("agreements", language)
    yield paint(say("head", day=screen.day), "title")
    for insurer, of_insurer in groupby(screen.rows, key=lambda row: row.agreement.insurer):
        rows = list(of_insurer)
        yield ""
        yield paint(insurer, "title")
        if screen.has_settings:
            yield from wrapped(_contracts(rows, say))
        for program, of_program in groupby(rows, key=lambda row: row.agreement.program):
            yield ""
            yield say("any_program") if program == ANY else program
            for row in of_program:
                yield from _told(row, say, _shared(screen.rows))
    yield ""
    if shared := _shared(screen.rows):
        yield from wrapped(say("shared", said=_columns(shared, say)))
    if not screen.has_settings:
        yield from wrapped(say("no_settings"))
    problems = ProblemList(language, "", severities)
    try:
        for found in screen.findings:
            problems.add(found)
        if len(problems):
            yield from Listing(language, {}, "", LONG, paint, of_feed=False).lines(problems)
    finally:
        problems.close()


def _contracts(rows: Sequence[Shown], say: Words) -> str:
    """The contract positions with an insurer."""
    found: dict[str, str] = {}
    for row in rows:
        contract = row.resolution.contract if row.resolution is not None else None
        if contract is not None:
            first, last, lists = contract.valid_from, contract.valid_until, ", ".join(contract.lists)
            key = "contract.from" if last == FOREVER else "contract.period"
            found[_place(row)] = say(key, place=_place(row), first=first, last=last, lists=lists)
    return "; ".join(found.values()) or say("contract.none")


def _shared(rows: Iterable[Shown]) -> Sequence[str]:
    """The columns that are inferred in every row of ours, which are said once."""
    ours = [row.inferred for row in rows if not row.agreement.is_own]
    return [column for column in (ours[0] if ours else ()) if all(column in inferred for inferred in ours)]


def _told(row: Shown, say: Words, shared: Sequence[str]) -> Iterator[str]:
    """A row: what it is on the first line, where that stands on the next."""
    a, resolution = row.agreement, row.resolution
    tariff = resolution.tariff if resolution is not None else None
    price = f"€ {euros(tariff.cents, say.language)}" if tariff is not None else say("no_tariff")
    if resolution is None or resolution.contract is None or not a.is_sent:
        price = ""
    yield _LINE.format(a.code, _name(a, say), a.f_code, a.list, _units(a, say), price).rstrip()
    parts = [_diagnoses(a, say)]
    if tariff is not None and resolution is not None:
        parts.append(say(f"tariff.{resolution.amount}", place=tied(tariff.place)))
    if row.own_codes:
        parts.append(say("own_codes", count=len(row.own_codes), own=", ".join(row.own_codes)))
    mine = [column for column in row.inferred if column not in shared]
    sure = say(f"certainty.{certainty(row)}")
    sure += say("inferred", said=_columns(mine, say)) if mine else ""
    parts.append(
        say("rule", place=tied(a.rule), source=a.source, certainty=sure, first=a.valid_from, last=a.valid_until)
    )
    if a.replaces:
        parts.append(say("replaces", places=", ".join(other.rule for other in a.replaces)))
    yield from wrapped(" ".join(filter(None, parts)), _INDENT)


def _diagnoses(a: Agreement, say: Words) -> str:
    if not a.is_sent:
        return ""
    if not a.diagnoses:
        return say("diagnosis.any")
    return say("diagnosis.usual" if a.takes_others else "diagnosis.these", diagnoses=" / ".join(a.diagnoses))


def _columns(columns: Iterable[str], say: Words) -> str:
    return ", ".join(say(f"column.{column}") for column in columns)
