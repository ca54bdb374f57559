"""Reading a rule table: every defect once, refused with file and line."""

from datetime import date
from pathlib import Path

import pytest

from ei_export.base.problems import SettingsError
from ei_export.base.tables import FOREVER, Row, read_sheet, read_table

COLUMNS = ("from", "until", "code")


def table(folder: Path, content: str | bytes) -> Path:
    path = folder / "table.csv"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def only_row(folder: Path, cells: str) -> Row:
    (row,) = read_table(table(folder, f"from,until,code\n{cells}\n"), COLUMNS)
    return row


def test_rows_know_their_place(tmp_path: Path) -> None:
    path = table(tmp_path, '\ufeffcode,from , until\r\n\r\n012,2020-01-01,\r\n"a ""b"" \u2028",,\r\n')
    first, second = read_table(path, COLUMNS)
    assert first.values == {"code": "012", "from": "2020-01-01", "until": ""}
    assert first.place == f"{path.as_posix()}:3"
    assert (second["code"], second.line) == ('a "b"', 4)


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_the_header_tells_the_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = table(tmp_path, "from,until,code\n,,a b\n".replace(",", delimiter))
    (row,) = read_sheet(path, COLUMNS)
    assert row["code"] == "a b"


def test_another_encoding_where_allowed(tmp_path: Path) -> None:
    path = table(tmp_path, "from,until,code\n,,caf\xe9\n".encode("cp1252"))
    (row,) = read_sheet(path, COLUMNS)
    assert row["code"] == "caf\xe9"


def test_periods(tmp_path: Path) -> None:
    assert only_row(tmp_path, "2020-01-01,2020-12-31,").period() == (date(2020, 1, 1), date(2020, 12, 31))
    assert only_row(tmp_path, "2020-01-01,,").period(open_ends=True) == (date(2020, 1, 1), FOREVER)


@pytest.mark.parametrize(
    ("content", "code", "params"),
    [
        ("from,until,code\n,,caf\xe9\n".encode("cp1252"), "TABLE_ENCODING", {"line": 2}),
        (b"", "TABLE_COLUMNS", {"unknown": "-", "missing": "from, until, code"}),
        ("from,until,Code\n", "TABLE_COLUMNS", {"unknown": "Code", "missing": "code"}),
        ("from,until,code,code\n", "TABLE_COLUMNS", {"unknown": "-", "missing": "-"}),
        ("from,until,code\n,,\n,a\n", "TABLE_CELLS", {"line": 3, "found": 2, "expected": 3}),
        ('from,until,code\n,,"a"b\n', "TABLE_CSV", {"line": 2}),
        ('from,until,code\n,,"a\n', "TABLE_CSV", {"line": 2}),
    ],
)
def test_refuses_a_broken_table(tmp_path: Path, content: str | bytes, code: str, params: dict[str, object]) -> None:
    path = table(tmp_path, content)
    with pytest.raises(SettingsError) as caught:
        list(read_table(path, COLUMNS))
    assert caught.value.code == code
    assert caught.value.params["file"] == path.as_posix()
    assert params.items() <= caught.value.params.items()
    assert str(caught.value)


def test_refuses_a_table_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        list(read_table(tmp_path / "none.csv", COLUMNS))
    assert caught.value.code == "TABLE_MISSING"


@pytest.mark.parametrize(
    ("cells", "column", "expected"),
    [
        ("01-01-2020,2020-12-31,", "from", "YYYY-MM-DD"),
        ("20200101,2020-12-31,", "from", "YYYY-MM-DD"),
        ("2020-01-01,2020-02-30,", "until", "YYYY-MM-DD"),
        ("2020-01-01,,", "until", "YYYY-MM-DD"),
        ("2020-01-01,2019-12-31,", "until", ">= 2020-01-01"),
    ],
)
def test_refuses_a_wrong_period(tmp_path: Path, cells: str, column: str, expected: str) -> None:
    row = only_row(tmp_path, cells)
    with pytest.raises(SettingsError) as caught:
        row.period()
    assert caught.value.code == "TABLE_VALUE"
    assert caught.value.params == {
        "file": row.file,
        "line": 2,
        "column": column,
        "found": row[column],
        "expected": expected,
    }


def test_refuses_an_empty_cell_that_is_required(tmp_path: Path) -> None:
    row = only_row(tmp_path, "2020-01-01,,")
    assert row.required("from") == "2020-01-01"
    with pytest.raises(SettingsError) as caught:
        row.required("code")
    assert (caught.value.code, caught.value.params["column"]) == ("TABLE_VALUE", "code")


def test_refuses_a_word_that_is_no_choice(tmp_path: Path) -> None:
    row = only_row(tmp_path, ",,x")
    assert row.choice("code", ("x", "y")) == "x"
    with pytest.raises(SettingsError) as caught:
        row.choice("code", ("y", "z"))
    assert caught.value.params["expected"] == "y | z"
