"""Zorg1 at the desk: monitor, export, quality, agreements, index and control, by forms alone, of one practice."""

import csv
import io
import re
import zipfile
from pathlib import Path

import pytest

from tests.desk.test_reading import nobody, persons
from tests.support.controlled import ACTIVITY_COLUMNS, SUBTRAJECT_COLUMNS, activity, subtraject, write
from tests.support.desk import Visitor
from tests.support.long_work import come_to, in_threads  # noqa: F401 - a fixture


def test_the_monitor_is_there_at_once_unless_that_takes_long(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    page = visitor.get("/zorg1")
    (heading,) = [each for each in page.all("//h2") if "trajecten" in each]
    rows = page.tree.xpath("//section[@aria-labelledby='rows']//tbody/tr")
    assert rows
    assert heading.split(" ", 1)[0] != "0"
    monkeypatch.setattr("ei_export.desk.zorg1._LONG", 0)
    page = visitor.get("/zorg1")
    assert "druk op Bekijken" in page.text
    assert not page.tree.xpath("//section[@aria-labelledby='rows']")


def test_monitoring_is_asked_by_a_form_and_shown(visitor: Visitor, place: Path) -> None:
    page = visitor.press(visitor.get("/zorg1"), "Bekijken", **{"f-program": "nek", "f-fits": "N", "sort": "score"})
    assert page.all("//h2")[1] == "20 rijen van 17 trajecten"
    rows = page.tree.xpath("//section[@aria-labelledby='rows']//tbody/tr")
    headings = page.all("//section[@aria-labelledby='rows']//th")
    cells = [dict(zip(headings, (cell.text_content().strip() for cell in row), strict=True)) for row in rows]
    assert len(cells) == 20
    assert {row["Programma"] for row in cells} == {"nek"}
    assert {row["Klopt"] for row in cells} == {"N"}, "what is asked of is shown"
    assert headings[-2:] == ["Klopt", "Bevindingen"]
    told = [row["Bevindingen"] for row in cells]
    assert all(told)
    assert not any("…" in text for text in told), "what it is about is filled in"
    assert page.tree.xpath("//select[@id='f-fits']/option[@selected]/@value") == ["N"], "what was asked stays"
    assert nobody(page, place)
    assert visitor.press(visitor.get("/zorg1"), "Bekijken", **{"f-started": "gisteren"}).status == 200


def test_tables_are_downloaded(visitor: Visitor, place: Path) -> None:
    table = visitor.press(visitor.get("/zorg1"), "Als csv", **{"f-program": "nek"}).response
    rows = list(csv.reader(io.StringIO(table.data.decode("utf-8-sig")), delimiter=";"))
    assert len(rows) > 20
    made = visitor.press(visitor.get("/zorg1/export"), "Maak csv-bestanden", since="2022-01")
    packed = visitor.get(made.tree.xpath("//a[@download]/@href")[0]).response.data
    names = zipfile.ZipFile(io.BytesIO(packed)).namelist()
    assert {"zorg1-nek.csv", "zorg1-profielen.csv"} <= set(names)
    text = " ".join(zipfile.ZipFile(io.BytesIO(packed)).read(name).decode("utf-8-sig") for name in names)
    assert not any(bsn in text for bsn in persons(place) if bsn.isdigit() and len(bsn) == 9)
    assert not list(place.glob("out/zorg1*")), "nothing is left behind"


def test_quality_agreements_and_index(visitor: Visitor) -> None:
    counted = visitor.press(visitor.get("/zorg1/kwaliteit"), "Tellen", consent="all", program="nek")
    row = counted.all("//tbody/tr[td[1]='nek' and td[2]='alle']/td")
    assert row[2:5] == ["17", "17", "13"]
    agreed = visitor.get("/zorg1/overeenkomsten?insurer=VGZ&program=nek&on=2023-03-01")
    codes = agreed.tree.xpath("//tbody/tr/td[4]/text()")
    assert not re.findall(r"\S+\.csv", agreed.text)
    assert {"940156", "940157"} <= set(codes)
    assert visitor.get("/zorg1/overeenkomsten?insurer=Niemand").status == 200
    index = visitor.press(visitor.get("/zorg1/index"), "Berekenen", year="2023", version="3")
    assert "2023" in index.all("//main//td")
    assert visitor.press(visitor.get("/zorg1/index"), "Berekenen", year="23", version="3").path == "/zorg1/index"


def test_activities_are_judged_and_nothing_of_them_is_kept(visitor: Visitor, tmp_path: Path) -> None:
    activities = write(tmp_path / "a.csv", ACTIVITY_COLUMNS, [activity("A1"), activity("A2", separate="N")])
    subtrajects = write(tmp_path / "s.csv", SUBTRAJECT_COLUMNS, [subtraject()])
    page = visitor.press(
        visitor.get("/zorg1/controle"),
        "Controleren",
        year="2021",
        activities={"zorgactiviteiten.csv": activities.read_bytes()},
        subtrajects={"subtrajecten.csv": subtrajects.read_bytes()},
    )
    assert page.all("//h2")[0] == "1 activiteit om te beoordelen, 2021"
    assert page.all("//tbody/tr/td[1]") == ["A1"]
    refused = visitor.press(
        visitor.get("/zorg1/controle"),
        "Controleren",
        year="2021",
        activities={"brief.csv": b"Beste;collega\r\n"},
        subtrajects={"subtrajecten.csv": subtrajects.read_bytes()},
    )
    assert refused.status == 200
    assert "activity_id" in refused.text
    assert "--" not in refused.text
