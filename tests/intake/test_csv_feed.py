"""CSV is cut into the cells that the standard library would cut it into, wherever its blocks begin and end."""

import csv
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ei_export.base.spool import UNIT
from ei_export.intake import csv_feed, open_feed
from ei_export.intake.feed import BROKEN, NEWLINE
from ei_export.model.columns import REQUIRED
from ei_export.settings import InputSettings

COLUMNS = sorted(REQUIRED)
CELLS = st.text(st.sampled_from('ab ë"€\n;,\t'), max_size=6).map(str.strip)
ROWS = st.lists(st.lists(CELLS, min_size=len(COLUMNS), max_size=len(COLUMNS)), max_size=6)


def read(path: Path, encoding: str = "auto") -> list[list[str]]:
    """The cells of each row but blank ones, as the reader of appointments would split its body."""
    source = open_feed(path, InputSettings(path, "", "", encoding, {}, frozenset()))
    return [cut(body, source.header.delimiter) for bodies in source.bodies() for body in bodies if body]


def cut(body: str, delimiter: str) -> list[str]:
    if body[0] in (UNIT, BROKEN):
        return [cell.replace(NEWLINE, "\n") for cell in body[1:].split(UNIT)]
    return body.split(delimiter)


@pytest.fixture(scope="module", autouse=True)
def small_blocks() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(csv_feed, "_BLOCK", 97)
        yield


@settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    ROWS,
    st.sampled_from(csv_feed.DELIMITERS),
    st.sampled_from(["utf-8", "utf-8-sig", "cp1252"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
def test_any_rows_in_any_dialect(
    tmp_path: Path, rows: list[list[str]], delimiter: str, encoding: str, newline: str, quote_all: bool
) -> None:
    path = tmp_path / "feed.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        table = csv.writer(
            file, delimiter=delimiter, lineterminator=newline, quoting=csv.QUOTE_ALL if quote_all else csv.QUOTE_MINIMAL
        )
        table.writerows([COLUMNS, *rows])
    assert read(path) == rows


def write(path: Path, *lines: str) -> Path:
    file = path / "feed.csv"
    file.write_text("\n".join([";".join(COLUMNS), *lines]), encoding="utf-8")
    return file


def line(*first: str) -> str:
    return ";".join([*first, *["x"] * (len(COLUMNS) - len(first))])


def firsts(rows: Sequence[Sequence[str]]) -> list[str]:
    return [row[0] for row in rows]


def test_a_quote_that_is_never_closed_costs_its_own_row(tmp_path: Path) -> None:
    rows = read(write(tmp_path, line("1"), line('"2'), *(line(str(number)) for number in range(3, 300))))
    assert firsts(rows) == ["1", "ROW_QUOTE", *map(str, range(3, 300))]
    assert rows[1][1:3] == ["2", "x"]


def test_a_stray_quote_is_text(tmp_path: Path) -> None:
    rows = read(write(tmp_path, line('a"b'), line('a"b"'), line('5" x 3"'), line("next")))
    assert firsts(rows) == ['a"b', 'a"b"', '5" x 3"', "next"]


def test_spaces_before_a_quote(tmp_path: Path) -> None:
    assert firsts(read(write(tmp_path, line(' "a;b"'), line("c")))) == ["a;b", "c"]


def test_a_quoted_cell_of_some_lines(tmp_path: Path) -> None:
    assert firsts(read(write(tmp_path, line('"a\n\n;b"'), line("c")))) == ["a\n\n;b", "c"]


@pytest.mark.parametrize("length", [1_000_000, 1_000_001, 1_500_000, 2_500_000])
def test_a_row_over_the_limit_costs_itself(length: int, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_feed, "_BLOCK", 1 << 20)
    start = line("2")
    rows = read(write(tmp_path, line("1"), start + "y" * (length - len(start)), line("3")))
    assert firsts(rows) == (["1", "2", "3"] if length == 1_000_000 else ["1", "ROW_TOO_LONG", "3"])
    assert rows[1][1 if length > 1_000_000 else 0] == "2"


def test_bytes_that_a_configured_encoding_lacks_are_marked(tmp_path: Path) -> None:
    path = tmp_path / "feed.csv"
    path.write_bytes(";".join(COLUMNS).encode() + b"\n" + line("\xeb").encode("cp1252"))
    assert firsts(read(path)) == ["\xeb"]
    assert firsts(read(path, "utf-8")) == ["\ufffd"]
