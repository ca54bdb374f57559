"""``ei-export control n0959`` from the outside: the whole truth table in one call, as text, JSON and tables."""

import csv
import io
import json
from datetime import date
from itertools import product
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner, Result
from openpyxl import load_workbook

from ei_export.cli import main
from tests.support.controlled import Cells, activity, files, subtraject

TRUTHS: Final = list(product("01", repeat=4))


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """All sixteen, by what holds for them: "1111" meets every condition."""
    monkeypatch.chdir(tmp_path)
    rows: list[Cells] = []
    for truth in TRUTHS:
        cells = {} if truth[0] == "1" else {"tariff_type": "15"}
        cells |= {} if truth[1] == "1" else {"production": "WDS"}
        cells |= {} if truth[2] == "1" else {"date": "2021-02-04"}
        rows.append(activity("".join(truth), amount="10,00", before="0", after="12,50", code="190000", **cells))
    files(tmp_path, rows, [subtraject()], ["".join(truth) for truth in TRUTHS if truth[3] == "0"])
    return tmp_path


def given(*words: str, year: str = "2021") -> Result:
    paths = ("--activities", "activities.csv", "--subtrajects", "subtrajects.csv", "--signalled", "signalled.csv")
    return CliRunner().invoke(main, ["control", "n0959", *paths, "--year", year, *words])


def test_the_truth_table(folder: Path) -> None:
    result = given("--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 0
    assert [row["activity_id"] for row in document["signalled"]] == ["1111"]
    assert [each["left"] for each in document["conditions"]] == [8, 4, 2, 1]
    assert document["impact_cents"] == 250
    assert document["problems"] == []


@pytest.mark.parametrize(("language", "told"), [("nl", "1 activiteit gesignaleerd"), ("en", "1 activity signalled")])
def test_in_words(folder: Path, language: str, told: str) -> None:
    result = given("--lang", language)
    assert told in result.stdout
    assert "NR/REG-2103a art. 34c" in result.stdout
    assert [line for line in result.stdout.splitlines() if len(line) > 80] == []
    assert "1111 190000" in result.stdout
    assert "1110" not in result.stdout


def test_an_impact_that_nobody_gave_is_not_known(folder: Path) -> None:
    path = folder / "activities.csv"
    path.write_text(path.read_text(encoding="utf-8").replace("12,50", ""), encoding="utf-8")
    said = given("--lang", "en").stdout
    assert "Financial impact: not known" in said
    assert "0.00" not in said


def test_as_tables(folder: Path) -> None:
    result = given("--out", "tables", "--xlsx", "--json")
    assert json.loads(result.stdout)["files"] == ["tables/n0959-2021.xlsx", "tables/n0959-2021.csv"]
    text = (folder / "tables" / "n0959-2021.csv").read_text(encoding="utf-8-sig")
    header, row = csv.reader(io.StringIO(text, newline=""), delimiter=";")
    assert dict(zip(header, row, strict=True))["Impact"] == "2,50"
    sheet = load_workbook(folder / "tables" / "n0959-2021.xlsx").active
    assert sheet is not None
    cells = dict(zip(header, (cell.value for cell in sheet[2]), strict=True))
    assert (cells["Activiteit"], cells["Impact"]) == ("1111", 2.5)
    assert str(cells["Datum"]).startswith(date(2021, 2, 3).isoformat())


def test_the_same_bytes_whatever_the_order_of_rows(folder: Path) -> None:
    given("--out", "one")
    lines = (folder / "activities.csv").read_text(encoding="utf-8").splitlines()
    (folder / "activities.csv").write_text("\n".join([lines[0], lines[-1], *lines[1:-1], ""]), encoding="utf-8")
    given("--out", "two")
    one, two = ((folder / name / "n0959-2021.csv").read_text("utf-8-sig").splitlines() for name in ("one", "two"))
    assert [line.rpartition(";")[0] for line in one] == [line.rpartition(";")[0] for line in two]  # but for the row


def test_another_year_and_what_is_missing(folder: Path) -> None:
    refused = given(year="2023")
    assert refused.exit_code == 2
    assert "2019, 2020, 2021" in refused.stderr
    (folder / "subtrajects.csv").unlink()
    missing = given("--json")
    assert missing.exit_code == 3
    assert [problem["code"] for problem in json.loads(missing.stdout)["problems"]] == ["CONTROL_MISSING"]


def test_rows_that_can_not_be_read_end_with_1_and_the_rest_goes_on(folder: Path) -> None:
    with (folder / "activities.csv").open("a", encoding="utf-8") as file:
        file.write("X;P1;gisteren;;20;J;N;;OZP;;;\n")
    result = given("--json")
    document = json.loads(result.stdout)
    assert result.exit_code == 1
    assert [row["activity_id"] for row in document["signalled"]] == ["1111"]
    (problem,) = document["problems"]
    assert (problem["file"], problem["row"], problem["column"]) == ("activities.csv", 18, "date")
    assert "2021-03-09" in problem["remedy"]


def test_several_lists_behind_one_option_or_each_behind_its_own(folder: Path) -> None:
    (folder / "other.csv").write_text("activity_id\n1111\n", encoding="utf-8")
    for more in (["other.csv"], ["--signalled", "other.csv"]):
        assert json.loads(given("--json", *more).stdout)["signalled"] == []


def test_a_file_that_belongs_to_no_option_is_refused(folder: Path) -> None:
    words = ["control", "n0959", "--activities", "activities.csv", "--subtrajects", "subtrajects.csv", "other.csv"]
    assert CliRunner().invoke(main, [*words, "--year", "2021"]).exit_code == 2
