"""Tariffs that are pasted: as spreadsheets and letters have them, and nothing that isn't known gets in."""

from datetime import date
from pathlib import Path
from typing import Final

import pytest

from ei_export.base.private import reading_as
from ei_export.commands.setup.changes import add_tariffs, change_tariffs
from ei_export.commands.setup.pasting import LONGEST, Defaults, Pasted, pasted
from ei_export.commands.setup.saving import prepare
from ei_export.commands.setup.tariff_table import NewTariff
from ei_export.commands.setup.told import wrong_with
from ei_export.model.names import AgreementNames
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.tariffs import Tariffs

ZORG1: Final = "productafspraken Zorg1"
NAMES: Final = "menzis\tPRODUCTAFSPRAKEN zorg1"
YEAR: Final = date(2023, 1, 1), date(2023, 12, 31)
MENZIS: Final = Defaults(ZORG1, "Menzis", *YEAR)
AGREEMENTS: Final = Agreements.load()


def paste(text: str, defaults: Defaults = MENZIS, tariffs: Tariffs = Tariffs()) -> Pasted:  # noqa: B008 - it is frozen
    return pasted(text, defaults, AGREEMENTS, AgreementNames.of(), tariffs)


def tariff(code: str, cents: int, insurer: str = "Menzis", days: tuple[date | None, date | None] = YEAR) -> NewTariff:
    return NewTariff(ZORG1, insurer, code, *days, cents)


@pytest.mark.parametrize(
    "text",
    [
        "Code\tTarief\n940169\t€ 1.267,48\n940170\t170,93\n",
        "940169;1.267,48\n940170;170,93",
        "\n\nPrestatiecode;Omschrijving;Tarief (€);Soort\r\n940169;Start;€ 1267,48;x\r\n\r\n940170;Eind;€ 170.93;\r\n",
        "Bedrag\tCode\tVanaf\tT/m\n1267,48\t940169\t1-1-2023\t31 december 2023\n170,93\t940170\t01/01/2023\t31-12-2023",
        f"{NAMES}\t940169\t20230101\t31-12-2023\t1267.48\n{NAMES}\t940170\t1-1-2023\t31 dec 2023\t170,93",
        '"Code";"Tarief"\n"940169";"1.267,48"\n"940170";" 170,93 "\n',
    ],
)
def test_however_it_is_written_in_dutch(text: str) -> None:
    found = paste(text)
    assert [row.wrong for row in found.rows if row.wrong] == []
    assert found.new == [tariff("940169", 126748), tariff("940170", 17093)]


@pytest.mark.parametrize(
    ("row", "code", "said"),
    [
        ("940170\t", "PASTED_MISSING", "bedrag"),
        ("940170\t12,345", "PASTED_UNKNOWN", "12,345"),
        ("940170\t=1+1", "PASTED_UNKNOWN", "=1+1"),
        ("940170\t-5,00", "PASTED_UNKNOWN", "-5,00"),
        ("940999\t5,00", "PASTED_NO_PRODUCT", "940999"),
        ("=HYPERLINK(1)\t5,00", "PASTED_NO_PRODUCT", "=HYPERLINK(1)"),
        ("\t5,00", "PASTED_MISSING", "code"),
        ("940170\t5,00\tonbekend", "PASTED_UNKNOWN", "onbekend"),
        ("940170\t5,00\t2024-01-01", "PASTED_UNKNOWN", "2023-12-31"),
        ("940170\t5,00\t1-1-23", "PASTED_UNKNOWN", "1-1-23"),
    ],
)
def test_what_isnt_understood_is_named_and_stays_out(row: str, code: str, said: str) -> None:
    found = paste(f"Code\tBedrag\tVanaf\n940169\t10,00\t\n{row}\n")
    assert found.new == [tariff("940169", 1000)]
    wrong = found.rows[1].wrong
    assert wrong is not None
    assert wrong.code == code
    assert found.rows[1].number == 3
    for language in ("nl", "en"):
        message, remedy = wrong_with(wrong, language)
        assert remedy
        assert "{" not in message
    assert said in wrong_with(wrong, "nl")[0].replace("31-12-2023", "2023-12-31")


@pytest.mark.parametrize("amount", ["0", "0,00", "€ 0,-"])
def test_a_tariff_of_nothing_that_is_pasted_is_told_before_it_is_saved(config: Path, amount: str) -> None:
    found = paste(f"940169;{amount}\n940170;95,00", Defaults(ZORG1, "Menzis", *YEAR))
    assert [each.cents for each in found.new] == [0, 9500]
    config.with_name("tarieven.csv").write_text("list;insurer;code;from;until;amount\n", encoding="utf-8")
    (told,) = prepare(config, add_tariffs(found.new)).findings
    assert (told.code, told.params["count"]) == ("TARIFF_ZERO", 1)
    assert str(told.params["rows"]).startswith("Menzis 940169 ")


def test_insurer_and_list_must_be_said_somewhere() -> None:
    assert [row.wrong and row.wrong.params["what"] for row in paste("940170;5,00", Defaults()).rows] == ["insurer"]
    assert [row.wrong and row.wrong.params["what"] for row in paste("940170;5,00", Defaults(insurer="CZ")).rows] == [
        "list"
    ]
    (row,) = paste("Verzekeraar;code;tarief\nVGS;940131;5,00").rows
    assert row.wrong is not None
    assert row.wrong.params["expected"] == "VGZ"


def test_beside_the_tariffs_there_are(config: Path) -> None:
    rows = ("list;insurer;code;from;until;amount", f"{ZORG1};Menzis;940169;2023-01-01;2023-12-31;100,00")
    table = config.with_name("tarieven.csv")
    table.write_text("\n".join((*rows, f"{ZORG1};Menzis;940170;2022-01-01;;90,00")) + "\n", encoding="utf-8")
    tariffs = Tariffs.load(table)
    same = paste("940169;100,00", tariffs=tariffs)
    assert (same.new, same.changed, same.rows[0].is_there) == ([], {}, True)
    other = paste("940169;110,00\n940170;95,00", Defaults(ZORG1, "menzis", *YEAR), tariffs)
    assert other.changed == {2: tariff("940169", 11000)}
    assert other.new == [tariff("940170", 9500)]
    cells = {line: {"amount": each.cells(",")["amount"]} for line, each in other.changed.items()}
    prepared = prepare(config, change_tariffs(cells))
    assert ("+", f"{ZORG1};Menzis;940169;2023-01-01;2023-12-31;110,00") in [*prepared.lines()]
    with reading_as(prepare(config, add_tariffs(other.new)).after):
        after = Tariffs.load(table)
    assert [row.valid_until for row in after.periods(ZORG1, "Menzis", "940170")] == [date(2022, 12, 31), YEAR[1]]
    (clash,) = paste("940169;1,00", Defaults(ZORG1, "Menzis", date(2023, 6, 1)), tariffs).rows
    assert clash.wrong is not None
    assert (clash.wrong.code, clash.wrong.params["place"]) == ("PASTED_OVERLAP", "tarieven.csv:2")


def test_an_open_tariff_that_begins_later_is_in_the_way(config: Path) -> None:
    table = config.with_name("tarieven.csv")
    table.write_text(
        f"list;insurer;code;from;until;amount\n{ZORG1};Menzis;940170;2023-06-01;;90,00\n", encoding="utf-8"
    )
    (clash,) = paste("940170;95,00", tariffs=Tariffs.load(table)).rows
    assert clash.wrong is not None
    assert clash.wrong.code == "PASTED_OVERLAP"


def test_of_columns_without_names_each_is_what_most_of_its_cells_are() -> None:
    """Of several amounts the last is the tariff; what only half of the cells are, a column is not."""
    found = paste("940169\t9,00\t10,00\t5,00\t1-6-2023\t1-6-2023\n940170\t18,00\t20,00\tx\t1-6-2023\t1-6-2023")
    assert found.columns == ("code", "", "amount", "", "from", "until")
    day = date(2023, 6, 1), date(2023, 6, 1)
    assert found.new == [tariff("940169", 1000, days=day), tariff("940170", 2000, days=day)]


def test_one_code_twice_in_a_paste() -> None:
    found = paste("940169;1,00\n940169;2,00")
    assert [row.wrong and row.wrong.params["row"] for row in found.rows] == [None, 1]
    assert len(found.new) == 1


def test_nothing_and_too_much() -> None:
    assert paste("").rows == ()
    assert paste(" \n\t\n").rows == ()
    assert paste("x" * (LONGEST + 1)).is_too_long
    assert [row.tariff for row in paste('"open;\n1;2').rows] == [None, None]
    assert paste("\0;\u202e\n").new == []


def test_what_goes_with_a_paste_may_be_unknown_too() -> None:
    (row,) = paste("940169\t1267,48", Defaults(ZORG1, "Menziz", *YEAR)).rows
    assert row.tariff is None
    assert row.wrong is not None
    assert (row.wrong.code, row.wrong.params["found"]) == ("PASTED_UNKNOWN", "Menziz")
