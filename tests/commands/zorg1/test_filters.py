"""What rows may be asked for: each column alone, two together, ranges of days and numbers, and what is refused."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

import pytest

from ei_export.base.problems import SettingsError
from ei_export.commands.zorg1.filters import Asked, parse_filters, parse_sort
from ei_export.output.sheets import Column, Row
from ei_export.output.sorted_rows import By

COLUMNS = (
    Column("started", "date"),
    Column("category"),
    Column("score", "number"),
    Column("status"),
    Column("problems", "list"),
)
SHOWN = {"status": {"vastgehouden": "held"}}
ROWS: Sequence[Row] = [
    (date(2022, 3, 31), "Zorg 1: Lage rug | profiel 1", Decimal(3), "held", ("A", "B_MISSING")),
    (date(2022, 4, 1), "Zorg 1: Lage rug | profiel 2", Decimal("4.5"), "counted", ()),
    (date(2022, 4, 2), "", 9, "held", ("B",)),
    (date(2022, 5, 1), "Nek", "laag", "sent", ("A",)),
    (date(2022, 6, 1), "Nek", None, "sent", ()),
]


def taken(*filters: str) -> list[int]:
    asked = Asked(parse_filters(COLUMNS, filters, SHOWN))
    return [number for number, row in enumerate(ROWS) if asked.takes(row)]


@pytest.mark.parametrize(
    ("filters", "rows"),
    [
        ([], [0, 1, 2, 3, 4]),
        (["category=nek"], [3, 4]),
        (["category=Zorg*"], [0, 1]),
        (["category=*profiel 2"], [1]),
        (["category=zorg"], []),
        (["category="], [2]),
        (["category=,nek"], [2, 3, 4]),
        (["score=9"], [2]),
        (["score=9.0"], [2]),
        (["score=4..9"], [1, 2]),
        (["score=..3"], [0]),
        (["score=4.5.."], [1, 2]),
        (["score=3,9"], [0, 2]),
        (["score="], [4]),
        (["score=*"], [0, 1, 2, 3]),
        (["started=*"], [0, 1, 2, 3, 4]),
        (["started=2022-04-01"], [1]),
        (["started=01-04-2022"], [1]),
        (["started=2022-04-01..2022-05-01"], [1, 2, 3]),
        (["started=..2022-03-31"], [0]),
        (["started=2022-05-01.."], [3, 4]),
        (["status=held"], [0, 2]),
        (["status=Vastgehouden"], [0, 2]),
        (["status=held,sent"], [0, 2, 3, 4]),
        (["problems=a"], [0, 3]),
        (["problems=B*"], [0, 2]),
        (["problems=*"], [0, 2, 3]),
        (["problems="], [1, 4]),
        (["status=held", "problems=A"], [0]),
        (["status=held", "status=sent"], []),
        (["category=a=b"], []),
    ],
)
def test_a_row_is_taken_by_what_stands_in_its_columns(filters: Sequence[str], rows: Sequence[int]) -> None:
    assert taken(*filters) == rows


@pytest.mark.parametrize(
    ("filters", "code", "found"),
    [
        (["score"], "ZORG1_FILTER", "score"),
        (["scor=3"], "ZORG1_COLUMN", "scor"),
        (["score=veel"], "ZORG1_FILTER", "score=veel"),
        (["score=1..veel"], "ZORG1_FILTER", "score=1..veel"),
        (["started=2022"], "ZORG1_FILTER", "started=2022"),
        (["started=2022-02-30"], "ZORG1_FILTER", "started=2022-02-30"),
    ],
)
def test_what_is_no_filter_is_refused(filters: Sequence[str], code: str, found: str) -> None:
    with pytest.raises(SettingsError) as refused:
        parse_filters(COLUMNS, filters, SHOWN)
    assert (refused.value.code, refused.value.params["found"], refused.value.exit_code) == (code, found, 2)
    assert str(refused.value)


def test_the_column_that_looks_most_like_it_is_told() -> None:
    with pytest.raises(SettingsError) as refused:
        parse_sort(COLUMNS, ["Started"])
    assert refused.value.params["expected"] == "started"


def test_rows_are_sorted_by_columns() -> None:
    assert parse_sort(COLUMNS, ["score:desc", "started", "status:asc"]) == (By(2, descending=True), By(0), By(3))
    with pytest.raises(SettingsError) as refused:
        parse_sort(COLUMNS, ["score:down"])
    assert refused.value.code == "ZORG1_SORT"
