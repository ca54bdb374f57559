"""The screen of agreements beside a practice: contract positions, tariffs, own codes, overlays. What the built-in
tables say is held against the manual in tests/manual/test_agreements.py."""

import csv
import io
import json
from datetime import date, datetime
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from ei_export.cli import main
from tests.support.feeds import Clinic, contract

DAY: Final = "2022-06-01"
COLUMNS: Final = "insurer,code,from,until,program,profile,moment,f_code,list,units,amount,diagnoses,tariff_list,source"
ONE_LIST: Final = ("productafspraken Zorg1",)


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return Clinic.open(tmp_path / "practice")


def given(clinic: Clinic | None, *options: str, day: str = DAY) -> tuple[int, str]:
    """Without a clinic no settings are named."""
    config = [] if clinic is None else ["--config", str(clinic.folder / "ei-export.toml")]
    done = CliRunner().invoke(main, ["agreements", *config, "--on", day, *options])
    return done.exit_code, done.stdout


def looked_up(clinic: Clinic | None, *options: str, day: str = DAY) -> dict[str, Any]:
    exit_code, text = given(clinic, *options, "--json", day=day)
    assert exit_code == 0
    document: dict[str, Any] = json.loads(text)
    return document


def rows(clinic: Clinic | None, *options: str, day: str = DAY) -> dict[tuple[str, str], dict[str, Any]]:
    found = looked_up(clinic, *options, day=day)["agreements"]
    return {(row["insurer"], row["code"]): row for row in found}


def with_overlay(clinic: Clinic, *lines: str) -> None:
    (clinic.folder / "own.csv").write_text("\n".join([COLUMNS, *lines, ""]), encoding="utf-8")
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(f'{text}\n[agreements]\noverlay = ["own.csv"]\n', encoding="utf-8")


def tariffs(clinic: Clinic, *lines: str) -> None:
    text = "\n".join(["list;insurer;code;from;until;amount", *lines, ""])
    (clinic.folder / "tariffs.csv").write_text(text, encoding="utf-8")


def test_a_tariff_and_where_it_stands(clinic: Clinic) -> None:
    tariffs(
        clinic,
        "productafspraken zorg1;vgz;940131;2021-01-01;2021-12-31;100,00",
        "productafspraken Zorg1;VGZ coöperatie;940131;2022-01-01;;1.234,50",
    )
    row = rows(clinic)["VGZ", "940131"]
    assert (row["tariff_cents"], row["tariff_place"], row["problem"]) == (123450, "tariffs.csv:3", None)
    assert rows(clinic, day="2021-06-01")["VGZ", "940131"]["tariff_cents"] == 10000
    _, text = given(clinic, "--insurer", "VGZ", "--program", "lage rug")
    assert "  940131    start, profiel 1        F1013  012  1 eenheid             € 1.234,50" in text
    assert "Tarief van het product: tariffs.csv:3." in " ".join(text.split())


def test_no_tariff_is_said_with_what_to_do(clinic: Clinic) -> None:
    tariffs(clinic, "productafspraken Zorg1;VGZ;940134;;;80,00")
    document = looked_up(clinic, "--insurer", "VGZ", "--program", "lage rug")
    missing = {row["code"] for row in document["agreements"] if row["problem"] == "TARIFF_MISSING"}
    assert missing == {"940131", "940133", "940141", "940143", "940144", "940151", "940153", "940154"}
    assert [problem["code"] for problem in document["problems"]] == ["TARIFF_MISSING"] * len(missing)
    assert all("tarieventabel" in problem["remedy"] for problem in document["problems"])
    _, text = given(clinic, "--insurer", "VGZ", "--program", "lage rug")
    assert text.count(" geen tarief\n") == len(missing)
    assert "(TARIFF_MISSING)" in text
    assert "tarieventabel" in text


def test_a_contact_needs_no_tariff(clinic: Clinic) -> None:
    row = rows(clinic)["VGZ", "940135"]
    assert (row["units"], row["units_text"], row["tariff_cents"], row["problem"]) == ("-", "niet verzonden", None, None)


def test_the_contract_position_of_the_day(clinic: Clinic) -> None:
    clinic.configure(
        contracts='[[contracts]]\ninsurer = "CZ"\nyear = 2021\n'
        + contract("CZ", first="2022-01-01")
        + contract("VGZ", first="2022-06-02")
    )
    found = rows(clinic)
    row = found["CZ", "940131"]
    assert (row["contract"], row["contract_from"], row["contract_until"]) == ("[[contracts]] 2", "2022-01-01", None)
    row = rows(clinic, day="2021-06-01")["CZ", "940131"]
    assert (row["contract"], row["contract_from"], row["contract_until"]) == (
        "[[contracts]] 1",
        "2021-01-01",
        "2021-12-31",
    )
    row = found["VGZ", "940131"]
    assert (row["contract"], row["problem"], row["tariff_cents"]) == (None, "CONTRACT_MISSING", None)
    _, text = given(clinic)
    assert "VGZ\nGeen contractpositie op deze dag" in text
    assert "contractpositie [[contracts]] 2 vanaf 01-01-2022" in text
    assert looked_up(clinic)["problems"] == []


def test_a_price_list_that_the_contract_does_not_name(clinic: Clinic) -> None:
    clinic.configure(contracts=contract("CZ", ONE_LIST))
    document = looked_up(clinic, "--insurer", "cz groep", "--program", "LAGE RUG")
    held = [row["code"] for row in document["agreements"] if row["problem"] == "CONTRACT_LIST_MISSING"]
    assert held == ["940133990", "940143990", "940153990"]
    assert "tarieven overige coderingen" in document["problems"][0]["remedy"]


def test_the_contract_position_says_what_a_tariff_is_the_price_of(clinic: Clinic) -> None:
    clinic.configure(contracts=contract("VGZ").replace('"product"', '"unit"'))
    assert rows(clinic)["VGZ", "940131"]["amount"] == "unit"
    _, text = given(clinic, "--insurer", "VGZ")
    assert "Tarief van één eenheid" in text


def test_own_codes(clinic: Clinic) -> None:
    clinic.configure(codes='"a" = "940131"\n')
    assert rows(clinic)["VGZ", "940131"]["own_codes"] == ["01", "a"]
    assert rows(clinic)["VGZ", "940141"]["own_codes"] == []


def test_units_that_no_source_gives(clinic: Clinic) -> None:
    row = rows(clinic, day="2020-06-01")["Menzis", "940131"]
    assert (row["units"], row["units_text"], row["problem"]) == ("?", "aantal onbekend", "UNITS_UNKNOWN")


def test_a_row_of_an_overlay(clinic: Clinic) -> None:
    with_overlay(
        clinic,
        "VGZ,940131,2022-03-01,2022-12-31,lage rug,1,start,F1013,012,2,product,3426,productafspraken Zorg1,brief 1",
        "Nieuw,N1,2022-01-01,2022-12-31,hand,1,start,F2000,990,1,product,,prijslijst,brief 2",
    )
    row = rows(clinic)["VGZ", "940131"]
    assert (row["units"], row["certainty"], row["inferred"]) == ("2", "own", [])
    assert row["rule"].endswith("own.csv:2")
    assert (row["source"], row["replaces"]) == ("brief 1", ["specs/zorg1/vgz.csv:2"])
    before = rows(clinic, day="2022-02-28")["VGZ", "940131"]
    assert (before["units"], before["until"], before["replaces"]) == ("1", "2022-02-28", [])
    new = rows(clinic, "--insurer", "nieuw", "--program", "Hand")["Nieuw", "N1"]
    assert new["diagnoses"] == []
    _, text = given(clinic, "--insurer", "VGZ", "--program", "lage rug")
    assert "In plaats van specs/zorg1/vgz.csv:2." in " ".join(text.split())


def test_a_part_of_a_program_is_the_program(clinic: Clinic) -> None:
    assert looked_up(clinic, "--program", "artrose knie") == looked_up(clinic, "--program", "artrose")


@pytest.mark.parametrize(
    ("options", "periods"),
    [
        ((), [("2019-01-01", "2023-12-31")]),
        (("--insurer", "CZ", "--program", "artrose"), [("2021-04-01", "2023-12-31")]),
        (("--insurer", "CZ", "--program", "TKP"), []),
    ],
)
def test_a_day_without_any(clinic: Clinic, options: tuple[str, ...], periods: list[tuple[str, str]]) -> None:
    document = looked_up(clinic, *options, day="2024-01-01")
    assert document["agreements"] == []
    assert [(each["from"], each["until"]) for each in document["periods"]] == periods
    (problem,) = document["problems"]
    assert problem["severity"] == "warning"
    assert (problem["code"] == "AGREEMENTS_NEVER") == (not periods)
    for day in (day for period in periods for day in period):
        assert "-".join(reversed(day.split("-"))) in problem["message"]


def test_days_that_an_overlay_leaves_out(clinic: Clinic) -> None:
    with_overlay(
        clinic,
        "VGZ,940131,2025-01-01,2025-12-31,lage rug,1,start,F1013,073,1,product,3426,productafspraken Zorg1,brief",
    )
    document = looked_up(clinic, "--insurer", "VGZ", day="2024-06-01")
    assert [each["from"] for each in document["periods"]] == ["2019-01-01", "2025-01-01"]
    assert list(rows(clinic, day="2025-06-01")) == [("VGZ", "940131")]


def test_today_where_no_day_is_given(clinic: Clinic) -> None:
    config = str(clinic.folder / "ei-export.toml")
    done = CliRunner().invoke(main, ["agreements", "--config", config, "--today", "2021-02-03", "--json"])
    assert json.loads(done.stdout)["on"] == "2021-02-03"


@pytest.mark.parametrize(
    ("option", "known"),
    [("--insurer", "CZ, Menzis, VGZ, Zilveren Kruis"), ("--program", "artrose, lage rug, nek, schouder, THP, TKP")],
)
def test_what_is_not_known_is_refused_with_what_is(clinic: Clinic, option: str, known: str) -> None:
    config = str(clinic.folder / "ei-export.toml")
    done = CliRunner().invoke(main, ["agreements", "--config", config, option, "fysio"])
    assert done.exit_code == 2
    assert known in done.stderr


def test_an_insurer_without_agreements(clinic: Clinic) -> None:
    """It has UZOVI numbers, but nothing was agreed."""
    assert given(clinic, "--insurer", "DSW")[0] == 2


def test_without_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    row = rows(None)["VGZ", "940131"]
    assert (row["contract"], row["tariff_cents"], row["own_codes"], row["problem"]) == (None, None, [], None)
    _, text = given(None, "--lang", "en")
    assert "No settings were read" in text
    assert "No contract position" not in text


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("day", ["2019-06-01", "2020-06-01", DAY])
def test_no_line_is_wider_than_the_paper(clinic: Clinic, language: str, day: str) -> None:
    _, text = given(clinic, "--lang", language, day=day)
    assert [line for line in text.splitlines() if len(line) > 80] == []
    assert text.count("940135 ") == (0 if day < "2020" else 4)


def test_what_is_inferred_everywhere_is_said_once(clinic: Clinic) -> None:
    _, text = given(
        clinic,
        "--insurer",
        "CZ",
        day="2019-06-01",
    )
    assert text.count("zelf afgeleid") == 1
    assert "moment, lijst, aantal eenheden" in " ".join(text.split())


def test_as_a_table_for_people(clinic: Clinic) -> None:
    out = clinic.folder / "tables"
    document = looked_up(clinic, "--insurer", "CZ", "--out", str(out), "--xlsx")
    assert document["files"] == [str(out / "agreements.xlsx"), str(out / "agreements.csv")]
    text = (out / "agreements.csv").read_text(encoding="utf-8-sig")
    header, first, *_ = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert header[:6] == ["Verzekeraar", "Programma", "Profiel", "Moment", "Wat het is", "Code"]
    assert first[:6] == ["CZ", "artrose", "1", "start", "start, profiel 1", "940174"]
    sheet = load_workbook(out / "agreements.xlsx").active
    assert sheet is not None
    row = dict(zip(header, (cell.value for cell in sheet[2]), strict=True))
    assert isinstance(row["Vanaf"], datetime)
    assert (row["Vanaf"].date(), row["Lijst"]) == (date(2021, 4, 1), "012")
    assert row["Tarief"] == pytest.approx(document["agreements"][0]["tariff_cents"] / 100)
    assert sheet.max_row == len(document["agreements"]) + 1


def test_a_workbook_goes_where_the_settings_say(clinic: Clinic) -> None:
    looked_up(clinic, "--xlsx")
    assert sorted(path.name for path in (clinic.folder / "out").iterdir()) == ["agreements.csv", "agreements.xlsx"]
