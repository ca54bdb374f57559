"""Werklijst: everything that is open, found by what one types or chooses, each cause with what waits for it."""

import re
from collections.abc import Iterator
from datetime import date
from io import BytesIO
from pathlib import Path
from threading import Event
from threading import enumerate as enumerate_threads

import pytest
from openpyxl import load_workbook

from ei_export.base.problems import SettingsError
from ei_export.desk import worklist as module
from ei_export.desk.desk import AHEAD, Desk
from tests.support.clerk import COURSE, few_tariffs
from tests.support.desk import HERE, Visitor, let_in
from tests.support.feeds import Clinic, visit
from tests.support.ledgers import answer

DAY = date(2021, 7, 15)
REFUSED, PARTLY = "210701R0000010000002", "210701R0000010000001"
INVOICE = "210701000001"
CAUSE = "tariff:CZ:productafspraken Zorg1:940131"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two lines of VGZ were answered, and of CZ two appointments wait for one tariff."""
    clinic = few_tariffs(Clinic.open(tmp_path_factory.mktemp("practice")))
    tariffs = clinic.folder / "tariffs.csv"
    rows = tariffs.read_text(encoding="utf-8").splitlines()
    tariffs.write_text("\n".join(row for row in rows if "CZ;940131" not in row), encoding="utf-8")
    waits = [visit(f"C{n}", f"2021-06-0{n}", "940131", f"TC{n}", patient=f"P{n}", insurer="CZ") for n in (1, 2)]
    clinic.feed([*COURSE, *waits]).run()
    lines = {REFUSED: ("refused", 0, "0611"), PARTLY: ("partly_granted", 6_000, "8059")}
    answer(clinic.folder, INVOICE, lines, remark="<b>Te hoog</b>", granted_cents=6_000, read_on="2021-07-10")
    return clinic.folder


@pytest.fixture(scope="module")
def visitor(practice: Path) -> Iterator[Visitor]:
    with let_in(practice, DAY) as visitor:
        yield visitor


def taken(visitor: Visitor, kind: str) -> bytes:
    with visitor.client.get(f"/werklijst/werklijst.{kind}", base_url=HERE) as response:
        content: bytes = response.data
    return content


def kinds(visitor: Visitor, **asked: str) -> list[str]:
    page = visitor.get("/werklijst", query_string=asked)
    assert page.status == 200
    return [text.split(" uiterlijk")[0] for text in page.all("//table[@class='tasks']/tbody/tr/th")]


def test_everything_stands_in_order_with_what_can_be_done_about_it(visitor: Visitor) -> None:
    assert kinds(visitor) == ["afgewezen", "tarief ontbreekt 2 ×", "deels toegekend"]
    text = visitor.get("/werklijst").text
    assert "3 taken, het dringendste eerst; samen 4 afspraken, regels en tabellen" in text
    assert "tarief ontbreekt 1 (voor 2)" in text
    assert "afgewezen 1 €" in text


def test_it_is_found_by_what_stands_in_it(visitor: Visitor) -> None:
    assert kinds(visitor, zoek="0611 a3") == ["afgewezen"]
    assert kinds(visitor, zoek="C2") == ["tarief ontbreekt 2 ×"]
    assert kinds(visitor, zoek="tarief") == ["tarief ontbreekt 2 ×"]
    assert kinds(visitor, wat="partly_granted") == ["deels toegekend"]
    assert kinds(visitor, verzekeraar="CZ") == ["tarief ontbreekt 2 ×"]
    assert kinds(visitor, verzekeraar="CZ", wat="refused") == []
    assert "0 van 3 taken" in visitor.get("/werklijst?zoek=niets").text


def test_what_was_written_by_others_stays_text(visitor: Visitor) -> None:
    page = visitor.get("/werklijst")
    assert "“<b>Te hoog</b>”" in page.text
    assert not page.tree.cssselect("b")


def test_a_cause_leads_to_what_waits_for_it(visitor: Visitor) -> None:
    ((address,),) = [visitor.get("/werklijst").all("//td//a[starts-with(@href, '/werklijst/oorzaak')]/@href")]
    page = visitor.get(address)
    assert "Er is geen tarief voor 940131 bij CZ" in page.text
    assert page.all("//input[@name='name']/@value") == ["C1", "C2"]
    assert visitor.get("/werklijst/oorzaak?naam=niets").status == 404


def test_what_is_chosen_goes_to_the_page_of_acts(visitor: Visitor) -> None:
    page = visitor.get("/werklijst")
    assert page.all("//input[@name='name']/@value") == [REFUSED, CAUSE, PARTLY]
    shown = visitor.get("/acties", query_string={"way": "handled", "name": [CAUSE, PARTLY]})
    assert [value.split()[1] for value in shown.all("//input[@name='item']/@value")] == ["C1", "C2", PARTLY]
    assert not re.search(r"ei-export [a-z]", page.text)
    (form,) = page.tree.xpath("//form[@action='/acties']")
    assert [button.get("value") for button in form.iter("button")][:2] == ["redeclare", "credit"]


def test_the_list_can_be_taken_along(visitor: Visitor) -> None:
    sheet = load_workbook(BytesIO(taken(visitor, "xlsx"))).worksheets[0]
    rows = list(sheet.iter_rows(values_only=True))
    assert [row[1] for row in rows] == ["Wat", "afgewezen", "tarief ontbreekt", "tarief ontbreekt", "deels toegekend"]
    assert taken(visitor, "csv").decode("utf-8-sig").count("\r\n") == len(rows)


def test_what_is_done_with_one_thing_waits_for_no_list(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Desk] = []
    monkeypatch.setattr(module, "_MANY", 0)
    monkeypatch.setattr(Desk, "kept_ahead", lambda *args: None)
    monkeypatch.setattr(module, "_made", asked.append)
    with let_in(practice, DAY) as visitor:
        again = visitor.get("/acties", query_string={"way": "redeclare", "name": [REFUSED, PARTLY]})
        closed = visitor.get("/acties", query_string={"way": "patient", "name": "C2"})
        assert visitor.get("/uitleg?number=C2&kind=appointment").all("//button[@value='patient']")
    assert again.all("//input[@name='item']/@value")[0].endswith(REFUSED)
    assert closed.all("//input[@name='item']/@value")[0].endswith("C2")
    assert asked == []


def test_no_other_page_waits_for_a_list_that_is_long(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", 0)
    known, is_made = "//nav//span[@class='count']/text()", Event()
    made = module._made

    def slowly(of: Desk) -> module.Tasks:
        assert is_made.wait(10)
        return made(of)

    monkeypatch.setattr(module, "_made", slowly)
    with let_in(practice, DAY) as visitor:
        assert not visitor.get("/bestanden").tree.xpath(known), "no number rather than one of before"
        page = visitor.get("/werklijst?zoek=C2")
        assert page.all("//*[@data-work]/*[@role='status']") == [
            "De werklijst is lang en wordt gemaakt. Zij komt hier vanzelf."
        ]
        assert page.tree.xpath("//noscript/meta[@http-equiv='refresh']")
        is_made.set()
        for thread in filter(lambda each: each.name == AHEAD, enumerate_threads()):
            thread.join(10)
        assert kinds(visitor, zoek="C2") == ["tarief ontbreekt 2 ×"]
        listed = visitor.get("/werklijst").tree.xpath(known)
        assert listed
        assert visitor.get("/bestanden").tree.xpath(known) == listed


def test_a_long_list_that_cannot_be_made_is_told_to_who_asks(practice: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_MANY", 0)

    def refused(of: Desk) -> module.Tasks:
        raise SettingsError("INIT_EXISTS", path="x")

    monkeypatch.setattr(module, "_made", refused)
    with let_in(practice, DAY) as visitor:
        visitor.get("/bestanden")
        for thread in filter(lambda each: each.name == AHEAD, enumerate_threads()):
            thread.join(10)
        page = visitor.get("/werklijst")
        assert page.status == 409
        assert not page.all("//*[@data-work]")
