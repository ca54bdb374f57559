"""Tables for people: what is in them, that nothing in them is more than it says, and that they are always the same."""

import ast
import csv
import datetime as dt
import io
import json
import os
import tempfile
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from freezegun import freeze_time
from openpyxl import load_workbook

from ei_export.base.entries import read_words
from ei_export.base.problems import WriteError
from ei_export.base.specs import SPECS
from ei_export.output import sheets
from ei_export.output.json_stream import write_json
from ei_export.output.sheets import (
    Column,
    CsvRows,
    Row,
    Sheet,
    Total,
    Value,
    as_json,
    sheet_files,
    titled,
    write_workbook,
)

DAY = dt.date(2024, 2, 1)
COLUMNS = (
    Column("trajectory"),
    Column("problems", "list"),
    Column("started", "date"),
    Column("units", "cents"),
    Column("score", "number"),
    Column("fits", "percent"),
)
SHEET = titled("zorg1", COLUMNS, "nl")
STARTED = dt.date(2021, 3, 9)
ROW: Row = ("T1", ("A", "B"), STARTED, 123450, Decimal("89.60"), 714)
TEXTS = ["=1+1", "+31", "-5", "@SUM(1)", "https://example.org", "0240201", "\t=1", "{=1}"]


def csv_of(sheet: Sheet, rows: Sequence[Row]) -> bytes:
    file = io.BytesIO()
    into = CsvRows(file, sheet)
    for row in rows:
        into.add(row)
    into.close()
    return file.getvalue()


def workbook(rows: Sequence[Row], most_rows: int = 100) -> bytes:
    file = io.BytesIO()
    other = Sheet("other", COLUMNS[:1], {"trajectory": "=T"})
    write_workbook(file, DAY, [(SHEET, rows), (other, [])], most_rows)
    return file.getvalue()


def cells(content: bytes, sheet: str) -> list[list[tuple[object, str]]]:
    """Value and type of every cell."""
    return [[(cell.value, cell.data_type) for cell in row] for row in load_workbook(io.BytesIO(content))[sheet].rows]


def test_a_csv_file_opens_in_a_dutch_spreadsheet() -> None:
    header = "Traject;Bevindingen;Begin;Eenheden;Score;Klopt"
    expected = f"\ufeff{header}\r\nT1;A, B;2021-03-09;1234,50;89,60;71,4\r\n"
    assert csv_of(SHEET, [ROW]).decode() == expected


@pytest.mark.parametrize(
    ("kind", "value", "text"),
    [
        ("cents", 0, "0,00"),
        ("cents", -5, "-0,05"),
        ("cents", 100_000_000_001, "1000000000,01"),
        ("number", 12, "12"),
        ("number", Decimal("1E+3"), "1000"),
        ("number", Decimal("-0.5"), "-0,5"),
        ("number", "-5", "'-5"),
        ("percent", 1000, "100,0"),
        ("percent", 0, "0,0"),
        ("date", None, ""),
        ("text", "", ""),
        ("list", (), ""),
        ("text", "a;b\nc", '"a;b c"'),
    ],
)
def test_a_value_is_written_by_its_kind(kind: sheets.Kind, value: Value, text: str) -> None:
    sheet = Sheet("x", [Column("a", kind), Column("b")], {"a": "A", "b": "B"})
    assert csv_of(sheet, [(value, "z")]).decode("utf-8-sig").splitlines()[1] == f"{text};z"


def test_json_says_what_kind_a_value_is() -> None:
    out = io.StringIO()
    write_json({"row": as_json(SHEET, ROW)}, out)
    assert json.loads(out.getvalue())["row"] == {
        "trajectory": "T1", "problems": ["A", "B"], "started": "2021-03-09",
        "units": 123450, "score": 89.6, "fits": 71.4,
    }  # fmt: skip
    assert set(as_json(SHEET, ("", None, None, None, None, None)).values()) == {None}
    assert as_json(SHEET, ("T1", (), None, 0, "n.v.t.", 0)) == {
        "trajectory": "T1", "problems": [], "started": None, "units": 0, "score": "n.v.t.", "fits": 0.0,
    }  # fmt: skip


def test_a_workbook_has_days_euros_and_percentages() -> None:
    header, row = cells(workbook([ROW]), "zorg1")
    assert [value for value, _ in header] == [SHEET.headings[column.key] for column in COLUMNS]
    assert row == [
        ("T1", "s"), ("A, B", "s"), (dt.datetime.combine(STARTED, dt.time()), "d"),
        (1234.5, "n"), (89.6, "n"), (0.714, "n"),
    ]  # fmt: skip
    page = load_workbook(io.BytesIO(workbook([ROW])))["zorg1"]
    assert [cell.number_format for cell in page[2]][2:] == ["dd-mm-yyyy", '"€" #,##0.00', "General", "0.0%"]
    assert (page.freeze_panes, page.auto_filter.ref, page.column_dimensions["A"].width > 0) == ("A2", "A1:F2", True)


@pytest.mark.parametrize(
    ("most_rows", "first", "last"),
    [
        (100, ("A1:F3", ["T1", "T2", None, "Alle"]), None),
        (4, ("A1:F3", ["T1", "T2"]), ["Alle"]),  # with the empty row there is no room left
        (2, ("A1:F2", ["T1"]), ["Alle"]),
    ],
)
def test_a_total_is_not_sorted_among_the_others(
    most_rows: int, first: tuple[str, list[str | None]], last: list[str] | None
) -> None:
    total = Total(("Alle", *ROW[1:]))
    rows = [total, ROW, ("T2", *ROW[1:])]
    book = load_workbook(io.BytesIO(workbook(rows, most_rows)))
    pages = [page for page in book if page.title.startswith("zorg1")]
    names = [[row[0] for row in page.iter_rows(min_row=2, values_only=True)] for page in pages]
    assert (pages[0].auto_filter.ref, names[0]) == first
    assert (names[-1] if len(pages) > 1 else None) == last
    assert [line.split(";")[0] for line in csv_of(SHEET, rows).decode("utf-8-sig").splitlines()[1:]] == [
        "Alle", "T1", "T2",
    ]  # fmt: skip


def test_sentences_can_be_read_whole() -> None:
    file = io.BytesIO()
    columns = (
        Column("reference"),
        Column("cause", width=70),
        Column("todo", "list", width=40),
        Column("amount", "cents", 70),
    )
    sheet = Sheet("list", columns, {column.key: column.key for column in columns})
    write_workbook(file, DAY, [(sheet, [("R1", "A sentence. " * 20, ("One. ",) * 20, 100)])])
    row = load_workbook(file)["list"][2]
    assert [(cell.alignment.wrap_text, cell.alignment.vertical) for cell in row] == [
        (None, "top"), (True, "top"), (True, "top"), (None, "top"),
    ]  # fmt: skip


@pytest.mark.parametrize("text", TEXTS)
def test_text_is_text_whatever_it_looks_like(text: str) -> None:
    _, row = cells(workbook([(text, (text,), text, text, text, None)]), "zorg1")
    assert row == [*[(text, "s")] * 5, (None, "n")]
    _, line = csv.reader(io.StringIO(csv_of(SHEET, [(text, (text,), text, text, text, None)]).decode()), delimiter=";")
    assert line[0] == ("'" + text.replace("\t", " ") if text.strip()[0] in "=+-@" else text)
    assert len(set(line[:5])) == 1


def test_every_sheet_has_its_header() -> None:
    content = workbook([])
    assert load_workbook(io.BytesIO(content)).sheetnames == ["zorg1", "other"]
    assert cells(content, "other") == [[("=T", "s")]]


@pytest.mark.parametrize(("count", "names"), [(4, ["zorg1", "zorg1 2"]), (5, ["zorg1", "zorg1 2", "zorg1 3"])])
def test_what_does_not_fit_a_sheet_goes_on_in_the_next(count: int, names: Sequence[str]) -> None:
    content = workbook([(f"R{number}", *[None] * 5) for number in range(count)], most_rows=3)
    assert load_workbook(io.BytesIO(content)).sheetnames == [*names, "other"]
    found = [row[0][0] for sheet in names for row in cells(content, sheet)]
    assert [value for value in found if value != "Traject"] == [f"R{number}" for number in range(count)]
    assert found.count("Traject") == len(names)


def test_it_is_the_same_whenever_it_is_made() -> None:
    with freeze_time("2024-02-01"):
        one = workbook([ROW])
    with freeze_time("2031-07-09"):
        other = workbook([ROW])
    assert one == other
    assert load_workbook(io.BytesIO(one)).properties.created.isoformat() == "2024-02-01T00:00:00"


# In a folder ------------------------------------------------------------------------------------


def write_two(folder: Path, *, xlsx: bool) -> Sequence[str]:
    with sheet_files(folder, folder / "ledger.sqlite") as files:
        if xlsx:
            files.workbook("zorg1", DAY)
        nek, rug = (files.sheet(titled(f"zorg1-{name}", COLUMNS, "nl")) for name in ("nek", "rug"))
        for number in range(3):
            rug.add((f"R{number}", *ROW[1:]))
            nek.add((f"N{number}", *ROW[1:]))
    return [path.name for path in files.paths]


def test_rows_go_to_all_sheets_in_turn(tmp_path: Path) -> None:
    assert write_two(tmp_path, xlsx=True) == ["zorg1.xlsx", "zorg1-nek.csv", "zorg1-rug.csv"]
    assert {path.name for path in tmp_path.iterdir()} == {"zorg1.xlsx", "zorg1-nek.csv", "zorg1-rug.csv"}
    assert {path.stat().st_mode & 0o777 for path in tmp_path.iterdir()} == {0o600}
    book = (tmp_path / "zorg1.xlsx").read_bytes()
    for name, letter in (("zorg1-nek", "N"), ("zorg1-rug", "R")):
        in_csv = (tmp_path / f"{name}.csv").read_text("utf-8-sig").splitlines()
        assert [line[:2] for line in in_csv[1:]] == [f"{letter}{number}" for number in range(3)]
        assert [row[0][0] for row in cells(book, name)[1:]] == [f"{letter}{number}" for number in range(3)]
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    write_two(tmp_path, xlsx=True)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def write_and_fail(folder: Path) -> None:
    with sheet_files(folder, folder / "ledger.sqlite") as files:
        files.workbook("zorg1", DAY)
        files.sheet(titled("zorg1-nek", COLUMNS, "nl")).add(ROW)
        raise ZeroDivisionError


def test_nothing_changes_unless_all_is_complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    out, scratch = tmp_path / "out", tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    write_two(out, xlsx=False)
    before = {path.name: path.read_bytes() for path in out.iterdir()}
    with pytest.raises(ZeroDivisionError):
        write_and_fail(out)
    assert {path.name: path.read_bytes() for path in out.iterdir()} == before
    assert list(scratch.iterdir()) == []


def test_a_place_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file")
    with pytest.raises(WriteError) as refused:
        write_two(tmp_path / "out", xlsx=False)
    assert str(tmp_path / "out") in str(refused.value)
    assert os.listdir(tmp_path) == ["out"]  # noqa: PTH208 - hidden ones too


def test_every_heading_is_of_a_column() -> None:
    """A heading that no module names is of no table."""
    package = Path(sheets.__file__).parents[1]
    trees = (ast.parse(path.read_text(encoding="utf-8")) for path in package.rglob("*.py"))
    named = {node.value for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)}
    assert [entry.key for entry in read_words(SPECS / "words" / "headings.toml") if entry.key not in named] == []
