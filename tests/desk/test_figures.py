"""Cijfers: any day, any insurer, with what each figure is and files of them."""

import io
import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.demo import ANSWERS, demo
from tests.support.desk import Visitor, let_in

#: A while after the run of the demo practice, and after its answers were read in.
DAY, READ = date(2024, 3, 20), "2024-03-10"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The demo practice, run and answered; nothing is done to it here."""
    folder = demo(tmp_path_factory.mktemp("figures"))
    words = ["returns", str(ANSWERS), "--config", str(folder / "ei-export.toml"), "--today", READ]
    assert CliRunner().invoke(main, words).exit_code == 1
    return folder


@pytest.fixture(scope="module")
def visitor(practice: Path) -> Iterator[Visitor]:
    with let_in(practice, DAY) as visitor:
        yield visitor


def test_they_are_those_of_status(visitor: Visitor, practice: Path) -> None:
    page = visitor.get("/cijfers")
    words = ["status", "--json", "--config", str(practice / "ei-export.toml"), "--today", DAY.isoformat()]
    figures = json.loads(CliRunner().invoke(main, words).stdout)["figures"]
    assert page.status == 200
    assert page.all("//h2")[0] == "Stand op 20-03-2024"
    (first,) = (row for row in figures["first_pass"] if row["insurer"] is None)
    assert page.all("//dl[@class='facts']/div[1]/dd") == [f"{first['granted_percent']} %".replace(".", ",")]
    shown = page.all("//section[@aria-labelledby='figures-refused']//tbody/tr/td[1]")
    assert shown == [row["name"] or "–" for row in figures["refused"]]


def test_a_day_is_picked_and_an_insurer(visitor: Visitor) -> None:
    before = visitor.press(visitor.get("/cijfers"), "Tonen", dag="2024-03-09", verzekeraar="VGZ")
    assert before.all("//h2")[0] == "Stand op 09-03-2024, VGZ"
    assert before.all("//dl[@class='facts']/div[1]/dd") == ["–"], "no answer had been read"
    assert before.all("//section[@aria-labelledby='figures-open']//tbody/tr/th") == ["Totaal", "VGZ"]
    assert "is niet meer bekend" in before.text
    after = visitor.press(before, "Tonen", dag=READ)
    assert after.all("//dl[@class='facts']/div[1]/dd") == ["80,0 %"]
    assert "is niet meer bekend" not in after.text


@pytest.mark.parametrize("day", ["2024-03-21", "2024-02-31", "morgen", "<script>"])
def test_a_day_that_is_none_or_is_to_come_is_told(visitor: Visitor, day: str) -> None:
    page = visitor.get("/cijfers", query_string={"dag": day})
    assert page.status == 200
    assert "De gekozen dag is er niet of nog niet; dit is de stand van 20-03-2024." in page.text


def test_each_is_explained_one_click_away_and_its_chart_is_told(visitor: Visitor) -> None:
    page = visitor.get("/cijfers")
    panels = page.tree.xpath("//section[starts-with(@aria-labelledby, 'figures-')]")
    assert len(panels) == 9
    for panel in panels:
        assert len(panel.xpath(".//details/summary[normalize-space()='Wat dit is']/../p[normalize-space()]")) == 1
        for chart in panel.xpath(".//svg"):
            title, told = (page.all(f"//*[@id='{name}']")[0] for name in chart.get("aria-labelledby").split())
            assert title == panel.xpath("string(.//figcaption)")
            assert chart.xpath("count(.//rect[@class='bar'])") == told.count(";") + 1
            assert panel.xpath(".//table"), "the same numbers stand in a table"
    assert len(page.tree.xpath("//svg")) == 2
    assert not page.tree.xpath("//@style | //script[not(@src)]")


def test_files_are_of_what_is_shown(visitor: Visitor) -> None:
    page = visitor.get("/cijfers", query_string={"dag": READ, "verzekeraar": "VGZ"})
    (book,) = page.all("//a[contains(@href, '.xlsx')]/@href")
    response = visitor.get(book).response
    assert response.headers["Content-Disposition"] == "attachment; filename=cijfers-2024-03-10.xlsx"
    sheet = openpyxl.load_workbook(io.BytesIO(response.data))["Open naar leeftijd"]
    assert [row[0] for row in sheet.iter_rows(values_only=True)] == ["Verzekeraar", "VGZ", None, "Totaal"]
    for address in page.all("//a[contains(@href, '.csv')]/@href"):
        text = visitor.get(address).response.data.decode("utf-8-sig")
        assert "Zilveren Kruis" not in text
        assert text.count("\r\n") > 1
    assert visitor.get("/cijfers/../../ledger.csv").status == 404
    assert visitor.get("/cijfers/lines.csv").status == 404
