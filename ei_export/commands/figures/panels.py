"""Figures as a page shows them: in panels, each with what it is, a chart where that helps, and a table."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from attrs import evolve, frozen

from ...base.problems import Language
from ...base.wording import euros, number, percentage
from ...base.words import words
from ...output.charts import Bar, Value, bars
from ...output.paper import counted
from ...output.sheets import Kind
from ...output.sheets import Value as Cell
from .figures import Figures
from .lines import Share
from .money import AGES
from .tables import TABLES, Table, table_rows
from .text import median

#: Months in a chart, the last ones; the table beside it has all.
_MOST_MONTHS: Final = 12
#: Columns that say where a row comes from, and that the page doesn't show.
_NOT_SHOWN: Final = ("source",)
#: Tables of how long answers took.
_OF_ANSWERS: Final = ("declaration_to_answer", "promises")


@frozen
class Head:
    """The heading of a column, and whether numbers stand below it."""

    text: str
    is_number: bool


@frozen
class Panel:
    """Figures of one kind as they are shown: ``heads`` and ``rows`` of a table, of which ``left`` are not shown;
    ``bars`` of a chart with its title, where there is one; ``is_part``: a part of each bar is filled."""

    key: str
    title: str
    definition: str
    notes: Sequence[str]
    heads: Sequence[Head]
    rows: Sequence[Sequence[str]]
    left: int = 0
    chart: str = ""
    bars: Sequence[Bar] = ()
    is_part: bool = False

    def first(self, most: int) -> "Panel":
        """With so many rows of its table at most."""
        return evolve(self, rows=self.rows[:most], left=max(0, len(self.rows) - most))


@frozen
class Fact:
    """A figure that stands on top: what it is called, and how much it is."""

    name: str
    text: str


def facts(figures: Figures, language: Language) -> Sequence[Fact]:
    """What is to be seen first."""
    say = words("figures", language)

    def share(of: Share) -> str:
        return percentage(of.tenths, language) if of.tenths is not None else "–"

    return [
        Fact(say["sheet.first_pass"], share(figures.first_pass[0])),
        Fact(say["sheet.refused"], share(figures.by_insurer[0])),
        Fact(say["fact.open"], f"€ {euros(figures.sums['open_cents'], language)}"),
        Fact(say["fact.care_to_declaration"], median(figures.declared_after[0], language)),
        Fact(say["fact.declaration_to_answer"], median(figures.answered_after[0], language)),
    ]


def panels(figures: Figures, language: Language, keys: Sequence[str] = ()) -> Iterator[Panel]:
    """The panels of these ``keys`` of `TABLES`, of all where none are given."""
    for table in TABLES:
        if not keys or table.key in keys:
            yield _with_chart(_panel(figures, table, language), figures, language)


def _panel(figures: Figures, table: Table, language: Language) -> Panel:
    say, heads = words("figures", language), words("headings", language)
    places = [place for place, column in enumerate(table.columns) if column.key not in _NOT_SHOWN]
    columns = [table.columns[place] for place in places]
    rows = [
        [_shown(row[place], column.kind, language) for place, column in zip(places, columns, strict=True)]
        for row in table_rows(figures, table.key, language)
    ]
    return Panel(
        key=table.key,
        title=say[f"sheet.{table.key}"],
        definition=say[f"definition.{table.key}"],
        notes=[*_notes(figures, table.key, language)],
        heads=[Head(heads[column.key], column.kind in ("cents", "number", "percent")) for column in columns],
        rows=rows,
    )


def _shown(value: Cell, kind: Kind, language: Language) -> str:
    if value is None or value == "":
        return "–"
    if isinstance(value, int) and kind in ("cents", "percent"):
        return euros(value, language) if kind == "cents" else percentage(value, language)
    return number(value, language) if isinstance(value, int) else str(value)


def _notes(figures: Figures, key: str, language: Language) -> Iterator[str]:
    """What is to be told with a table: what others reach, or why it can't be told."""
    say = words("figures", language)
    if (found := figures.benchmarks.get(key)) is not None:
        others = say(f"benchmark_{found.direction}", percent=found.percent, where=say[f"where.{found.where}"])
        yield say("compared", what=others)
    if key in _OF_ANSWERS and figures.untimed:
        yield say("untimed", lines=counted(figures.untimed, "line", language))
    if key == "undeclared" and figures.undeclared is None:
        yield say["undeclared_unknown"]


# Charts.


def _with_chart(panel: Panel, figures: Figures, language: Language) -> Panel:
    say = words("figures", language)
    if panel.key == "open" and figures.sums["open_cents"]:
        return evolve(panel, chart=say["chart.open"], bars=bars(_ages(figures, language)))
    if panel.key == "months" and figures.months:
        return evolve(panel, chart=say["chart.months"], bars=bars(_months(figures, language)), is_part=True)
    return panel


def _ages(figures: Figures, language: Language) -> Iterable[Value]:
    heads = words("headings", language)
    for key, cents in zip(AGES, figures.open[0].cents, strict=True):
        yield Value(heads[key], cents, f"€ {euros(cents, language)}")


def _months(figures: Figures, language: Language) -> Iterable[Value]:
    say = words("figures", language)
    for month, sums in [*figures.months.items()][-_MOST_MONTHS:]:
        declared, granted = (sums[name] for name in ("declared_cents", "granted_cents"))
        told = say("chart.month", declared_cents=declared, granted_cents=granted)
        yield Value(month, declared, f"€ {euros(declared, language)}", granted, told)
