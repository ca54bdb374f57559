"""Rows in an order of their own: numbers as numbers, days as days, empty last whatever the direction."""

import random
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from decimal import Decimal

import pytest

from ei_export.output.sheets import Column, Row, Value
from ei_export.output.sorted_rows import By, SortedRows

NUMBERS: Sequence[Value] = [Decimal("-2.5"), -1, 0, Decimal("0.5"), 2, 10, "n.v.t.", None]
DAYS: Sequence[Value] = [date(1999, 12, 31), date(2021, 1, 2), date(2021, 10, 1), "soon", None]
TEXTS: Sequence[Value] = ["A", "Ab", "B", "a", "a\nb", "é", "\U0001f600", ""]
LISTS: Sequence[Value] = [("A",), ("A", "B"), ("B",), ()]
COLUMNS = (Column("a", "number"), Column("b", "text"))


def in_order(kind: str, values: Sequence[Value], by: By) -> list[Value]:
    shuffled = list(values)
    random.Random(1).shuffle(shuffled)
    with closing(SortedRows([Column("x", kind)], [by])) as rows:  # type: ignore[arg-type]
        for number, value in enumerate(shuffled):
            rows.add([value], [str(number)])
        assert len(rows) == len(values)
        return [row[0] for row in rows]


@pytest.mark.parametrize(
    ("kind", "values"), [("number", NUMBERS), ("date", DAYS), ("text", [*TEXTS[:4], *TEXTS[5:]]), ("list", LISTS)]
)
def test_values_are_sorted_by_what_they_are(kind: str, values: Sequence[Value]) -> None:
    assert in_order(kind, values, By(0)) == list(values)
    numbers, others = (
        [value for value in reversed(values[:-1]) if isinstance(value, int | Decimal) is is_number]
        for is_number in (True, False)
    )
    assert in_order(kind, values, By(0, descending=True)) == [*numbers, *others, values[-1]]


def test_a_line_end_does_no_harm() -> None:
    assert sorted(map(str, in_order("text", TEXTS, By(0)))) == sorted(map(str, TEXTS))


def test_ties_are_broken_by_the_next_column_and_then_by_the_place() -> None:
    made: list[Row] = [[number, text] for number in (1, 2) for text in ("x", "y", "x")]
    places = [f"{number}" for number in range(len(made))]
    pairs = list(zip(made, places, strict=True))
    for seed in range(3):
        random.Random(seed).shuffle(pairs)
        with closing(SortedRows(COLUMNS, [By(1, descending=True), By(0)])) as rows:
            for row, place in pairs:
                rows.add(row, [place])
            assert list(rows) == [[1, "y"], [2, "y"], [1, "x"], [1, "x"], [2, "x"], [2, "x"]]
    with closing(SortedRows(COLUMNS)) as rows:
        for row, place in pairs:
            rows.add(row, [place])
        assert list(rows) == made
