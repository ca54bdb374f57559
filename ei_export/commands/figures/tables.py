"""Figures as tables: for JSON, for a workbook, and for pages, made of the same rows."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from attrs import frozen

from ...base.problems import Language
from ...base.words import words
from ...output.refusals import official
from ...output.sheets import Column, Row, Sheet, Total, as_json, titled
from .figures import Figures
from .lines import ANSWERED_WITHIN, DECLARED_WITHIN, Days, Share
from .money import AGES, AMOUNTS

#: Where a column holds one of a few keys, which people read as words.
_WORDED: Final = ("by", "why", "certainty")


@frozen
class Table:
    """Figures of one kind, under their ``key`` in JSON; ``rows`` make them of all figures."""

    key: str
    columns: Sequence[Column]
    rows: Callable[[Figures], Iterator[Row]]


def _months(figures: Figures) -> Iterator[Row]:
    for month, sums in figures.months.items():
        yield (month, *(sums[name] for name in AMOUNTS))


def _insurers(figures: Figures) -> Iterator[Row]:
    yield "", "", *(figures.sums[name] for name in AMOUNTS)
    for (insurer, uzovi), sums in figures.by_uzovi.items():
        yield (insurer, uzovi, *(sums[name] for name in AMOUNTS))


def _open(figures: Figures) -> Iterator[Row]:
    for each in figures.open:
        yield each.insurer, sum(each.lines), *each.cents, sum(each.cents)


def _first_pass(figures: Figures) -> Iterator[Row]:
    for share in figures.first_pass:
        yield share.name, share.count, share.of, share.tenths


def _refused(figures: Figures) -> Iterator[Row]:
    of_all, *insurers = figures.by_insurer
    yield _refused_row("all", of_all)
    for share in figures.by_code:
        yield _refused_row("code", share, official(share.name, "nl") if share.name else "")
    for by, shares in (("insurer", insurers), ("therapist", figures.by_therapist[1:]), ("list", figures.by_list[1:])):
        for share in shares:
            yield _refused_row(by, share)


def _refused_row(by: str, share: Share, meaning: str = "") -> Row:
    return by, share.name, meaning, share.count, share.of, share.tenths, share.cents


def _care_to_declaration(figures: Figures) -> Iterator[Row]:
    return _days(figures.declared_after, DECLARED_WITHIN)


def _declaration_to_answer(figures: Figures) -> Iterator[Row]:
    return _days(figures.answered_after, ANSWERED_WITHIN)


def _days(taken: Sequence[Days], within: Mapping[str, int]) -> Iterator[Row]:
    for days in taken:
        yield days.insurer, days.lines, days.median, *(days.share(most).tenths for most in within.values())


def _promises(figures: Figures) -> Iterator[Row]:
    for kept in figures.promises:
        promise, share = kept.promise, kept.share
        yield (
            promise.insurer, promise.working_days, 10 * promise.percent, share.count, share.of, share.tenths,
            promise.source, promise.certainty,
        )  # fmt: skip


def _undeclared(figures: Figures) -> Iterator[Row]:
    for each in figures.undeclared or ():
        yield each.insurer, each.why, each.appointments, each.cents, each.estimated, each.unknown


_INSURER: Final = Column("insurer", width=20)
_CENTS: Final = tuple(Column(name, "cents") for name in AMOUNTS)
_AGES: Final = tuple(Column(key, "cents") for key in AGES)


def _within(keys: Iterable[str]) -> Sequence[Column]:
    shares = (Column(key, "percent") for key in keys)
    return Column("lines", "number"), Column("median_days", "number"), *shares


TABLES: Final = (
    Table("insurers", (_INSURER, Column("uzovi", width=8), *_CENTS), _insurers),
    Table("months", (Column("month"), *_CENTS), _months),
    Table("open", (_INSURER, Column("lines", "number"), *_AGES, Column("open_cents", "cents")), _open),
    Table(
        "first_pass",
        (
            _INSURER, Column("granted_lines", "number"), Column("answered_lines", "number"),
            Column("granted_percent", "percent"),
        ),
        _first_pass,
    ),
    Table(
        "refused",
        (
            Column("by"), Column("name", width=20), Column("meaning", width=60), Column("refused_lines", "number"),
            Column("answered_lines", "number"), Column("refused_percent", "percent"), Column("amount_cents", "cents"),
        ),
        _refused,
    ),
    Table("care_to_declaration", (_INSURER, *_within(DECLARED_WITHIN)), _care_to_declaration),
    Table("declaration_to_answer", (_INSURER, *_within(ANSWERED_WITHIN)), _declaration_to_answer),
    Table(
        "promises",
        (
            _INSURER, Column("working_days", "number"), Column("promised_percent", "percent"),
            Column("within_lines", "number"), Column("lines", "number"), Column("kept_percent", "percent"),
            Column("source", width=60), Column("certainty"),
        ),
        _promises,
    ),
    Table(
        "undeclared",
        (
            _INSURER, Column("why", width=24), Column("appointments", "number"),
            Column("amount_cents", "cents"), Column("estimated_amounts", "number"), Column("unknown_amounts", "number"),
        ),
        _undeclared,
    ),
)  # fmt: skip


def document(figures: Figures) -> dict[str, Any]:
    """The figures as JSON has them; shares are per cents with one decimal. Of all together ``insurer`` is null, and of
    what nobody can tell any more the rows are."""
    rows = {table.key: [as_json(_sheet(table), row) for row in table.rows(figures)] for table in TABLES}
    return {
        "on": figures.on.isoformat(),
        "insurer": figures.insurer or None,
        "totals": dict(figures.sums),
        **rows,
        "undeclared": None if figures.undeclared is None else rows["undeclared"],
        "benchmarks": [
            {"figure": b.figure, "is": b.direction, "percent": b.percent, "where": b.where, "source": b.source}
            for b in figures.benchmarks.values()
        ],
    }


def _sheet(table: Table) -> Sheet:
    return Sheet(table.key, table.columns, {})


def sheets(figures: Figures, language: Language) -> Iterator[tuple[Sheet, Iterator[Row]]]:
    """The figures as sheets of a workbook, but for a table in which nothing is."""
    say = words("figures", language)
    for table in TABLES:
        rows = [_worded(table, row, language) for row in table.rows(figures)]
        if rows:
            yield titled(say[f"sheet.{table.key}"], table.columns, language), iter(rows)


def _worded(table: Table, row: Row, language: Language) -> Row:
    """A row as people read it: keys in words, and a name for what is of all, or of what nobody knows; a source is in
    the language of the table it stands in."""
    say, worded, is_total = words("figures", language), list(row), _is_total(table, row)
    for place, column in enumerate(table.columns):
        if column.key in _WORDED:
            worded[place] = say[f"{column.key}.{row[place]}"]
        elif column.key == "insurer" and not row[place]:
            worded[place] = say["all" if is_total else "unknown"]
        elif column.key == "name" and not row[place] and not is_total:
            worded[place] = say["unknown"]
        elif column.key == "source":
            worded[place] = say("source", source=row[place])
    return Total(worded) if is_total else worded


def _is_total(table: Table, row: Row) -> bool:
    """Whether a row is of all together: by nothing in particular, or of no insurer where each is known."""
    first = table.columns[0].key
    return row[0] == "all" if first == "by" else first == "insurer" and not row[0] and table.key != "undeclared"


def table_rows(figures: Figures, key: str, language: Language) -> Sequence[Row]:
    """The rows of one table as people read them."""
    table = next(table for table in TABLES if table.key == key)
    return [_worded(table, row, language) for row in table.rows(figures)]
