"""The practice's tariff table."""

from datetime import date
from pathlib import Path

import pytest

from ei_export.base.problems import SettingsError
from ei_export.zorg1.tariffs import Tariff, Tariffs

HEADER = "list;insurer;code;from;until;amount"
LIST = "productafspraken Zorg1"


def table(folder: Path, *rows: str) -> Path:
    path = folder / "tariffs.csv"
    path.write_text("\n".join((HEADER, *rows)), encoding="utf-8")
    return path


def row(*, code: str = "940131", start: str = "2020-01-01", end: str = "2020-12-31", amount: str = "1.00") -> str:
    return f"{LIST};VGZ;{code};{start};{end};{amount}"


def test_the_tariff_of_a_day(tmp_path: Path) -> None:
    tariffs = Tariffs.load(
        table(
            tmp_path,
            row(start="2021-01-01", end="", amount="130,00"),
            row(amount="120.00"),
        )
    )
    product = LIST, "VGZ", "940131"
    earlier = Tariff(*product, date(2020, 1, 1), date(2020, 12, 31), 12000, "tariffs.csv:3")
    later = Tariff(*product, date(2021, 1, 1), date.max, 13000, "tariffs.csv:2")
    assert tariffs.periods(LIST, "VGZ", "940131") == (earlier, later)
    assert tariffs.find(LIST, "VGZ", "940131", date(2019, 12, 31)) is None
    assert tariffs.find(LIST, "VGZ", "940131", date(2020, 1, 1)) == earlier
    assert tariffs.find(LIST, "VGZ", "940131", date(2020, 12, 31)) == earlier
    assert tariffs.find(LIST, "VGZ", "940131", date(2021, 1, 1)) == later


def test_a_tariff_is_of_one_list_insurer_and_code(tmp_path: Path) -> None:
    tariffs = Tariffs.load(table(tmp_path, row()))
    day = date(2020, 6, 1)
    assert tariffs.find("tarieven overige coderingen", "VGZ", "940131", day) is None
    assert tariffs.find(LIST, "CZ", "940131", day) is None
    assert tariffs.find(LIST, "VGZ", "940134", day) is None
    assert tariffs.periods(LIST, "CZ", "940131") == ()


def test_no_table_no_tariffs() -> None:
    assert Tariffs.load(None).find(LIST, "VGZ", "940131", date(2020, 6, 1)) is None


@pytest.mark.parametrize(
    ("amount", "cents"),
    [
        ("0", 0),
        ("120", 12000),
        ("120.5", 12050),
        ("123.45", 12345),
        ("123,45", 12345),
        ("1234,56", 123456),
        ("1.234,56", 123456),
        ("12.345,6", 1234560),
        ("€ 120", 12000),
        ("€\xa01.234,56", 123456),
        ("€120,00", 12000),
        ("120,-", 12000),
        ("€ 1.120,--", 112000),
        ("120,50 EUR", 12050),
        ("999999.99", 99_999_999),
    ],
)
def test_amounts(tmp_path: Path, amount: str, cents: int) -> None:
    tariff = Tariffs.load(table(tmp_path, row(amount=amount))).find(LIST, "VGZ", "940131", date(2020, 6, 1))
    assert tariff is not None
    assert tariff.cents == cents


@pytest.mark.parametrize(
    "amount",
    [
        "",
        "-1.00",
        "$ 120",
        "€ -120",
        "€",
        "120,---",
        "120.000",
        "1.234",
        "12.34,56",
        "1,234.56",
        "120.",
        ".50",
        "1 234",
        "1000000.00",
        "9" * 5000,
    ],
)
def test_refuses_what_is_no_amount(tmp_path: Path, amount: str) -> None:
    path = table(tmp_path, row(amount=amount))
    with pytest.raises(SettingsError) as caught:
        Tariffs.load(path)
    assert caught.value.code == "TABLE_VALUE"
    assert caught.value.params == {
        "file": path.as_posix(),
        "line": 2,
        "column": "amount",
        "found": amount,
        "expected": "123,45 | 1.234,56 | € 120 (0 … 999999,99)",
    }


@pytest.mark.parametrize("column", ["list", "insurer", "code"])
def test_refuses_an_empty_cell(tmp_path: Path, column: str) -> None:
    cells = dict(zip(HEADER.split(";"), row().split(";"), strict=True)) | {column: ""}
    with pytest.raises(SettingsError) as caught:
        Tariffs.load(table(tmp_path, ";".join(cells.values())))
    assert (caught.value.code, caught.value.params["column"]) == ("TABLE_VALUE", column)


def test_refuses_two_tariffs_on_one_day_and_names_both(tmp_path: Path) -> None:
    path = table(tmp_path, row(start="2020-12-31", end=""), row(code="940134"), row())
    with pytest.raises(SettingsError) as caught:
        Tariffs.load(path)
    assert caught.value.code == "TABLE_OVERLAP"
    assert caught.value.params == {"file": path.as_posix(), "line": 4, "other": f"{path.as_posix()}:2"}


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_reads_what_a_spreadsheet_writes(tmp_path: Path, delimiter: str) -> None:
    path = tmp_path / "tariffs.csv"
    cells = f"{HEADER}\r\nLijst \xe9\xe9n;VGZ;940131;2020-01-01;2020-12-31;1.00\r\n"
    path.write_bytes(cells.replace(";", delimiter).encode("cp1252"))
    assert Tariffs.load(path).periods("Lijst \xe9\xe9n", "VGZ", "940131")
