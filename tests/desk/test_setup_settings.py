"""Inrichting: all other settings by forms, tables and files; what was declared stays; a proposal is a page."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ei_export.base.problems import BusyError, SettingsError
from ei_export.commands.run.difference import Difference, Totals
from ei_export.commands.setup.declared import refuse_declared_contract, refuse_declared_tariff
from ei_export.desk import setup_proposals
from ei_export.desk.jobs import Job
from ei_export.ledger import Ledger
from ei_export.settings import load
from ei_export.zorg1.tariffs import Tariffs
from tests.support.at_setup import LOOK, SAVE, at, look_token, refused, saved
from tests.support.desk import HERE, Page, Visitor
from tests.support.feeds import (
    tables_read_once,  # noqa: F401 - a fixture
)

Desk = Callable[..., Visitor]
TABLE, FILE = "Bekijk wat er verandert", "Bekijk het bestand"
NOTHING = Difference(Totals(0, 0), Totals(0, 0), {}, ())


@pytest.fixture(autouse=True)
def _no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(setup_proposals, "compare", lambda *args: NOTHING)


@pytest.fixture
def visitor(practice: Path, desk: Desk) -> Visitor:
    """Somebody at the desk; tonight's export is a short one."""
    feed = practice / "afspraken.csv"
    head, *rows = feed.read_text(encoding="utf-8-sig").splitlines()
    short = [*rows[:10], *(row for row in rows if ";ECHO;" in row or ";ADM;" in row)]
    feed.write_text("\n".join([head, *short]), encoding="utf-8")
    return desk(practice)


def tariff_form(visitor: Visitor, **of: str) -> Page:
    """The form of the first row of the tariff table that is shown so."""
    (href, *_) = at(visitor, "tarieven?" + "&".join(f"{name}={value}" for name, value in of.items())).tree.xpath(
        "//section[@id='tarieven']//td//a[contains(@href, 'regel=')]/@href"
    )
    return visitor.get(href.partition("#")[0])


def test_what_was_declared_by_a_tariff_or_a_contract_is_known(untouched: Path) -> None:
    settings, counts = load(untouched / "ei-export.toml"), dict[str, int]()
    rows = Tariffs.load(settings.tariffs_path).rows
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        for row in rows:
            try:
                refuse_declared_tariff(ledger, settings, row)
            except SettingsError as refusal:
                counts[row.place] = int(str(refusal.params["count"]))
        assert 0 < len(counts) < len(rows)
        assert sum(counts.values()) == ledger.one("SELECT count(*) FROM line")
        sql = "SELECT min(date), max(date) FROM line JOIN declaration USING (invoice) WHERE insurer = 'VGZ'"
        ((first, last),) = ledger.rows(sql)
        with pytest.raises(SettingsError) as wrong:
            refuse_declared_contract(ledger, settings, next(row for row in settings.contracts if row.insurer == "VGZ"))
    assert (str(wrong.value.params["first"]), str(wrong.value.params["last"])) == (first, last)


def test_a_tariff_is_removed_where_nothing_was_declared_by_it(visitor: Visitor, practice: Path) -> None:
    before = Tariffs.load(practice / "tarieven.csv").rows
    page = visitor.press(tariff_form(visitor, zoek="F1013B", toon="VGZ"), "Tarief weghalen")
    assert refused(page)
    assert "Hiermee is al gedeclareerd: 1 regel, van zorg van" in page.text
    (end,) = page.tree.xpath("//section[@id='tarief']//input[@name='tm']/@value")
    assert end in page.text or end.startswith("20")
    saved(visitor, visitor.press(page, LOOK, near="Tarief weghalen"))
    assert {str(row.valid_until) for row in Tariffs.load(practice / "tarieven.csv").rows} >= {end}
    look = visitor.press(tariff_form(visitor, toon="Menzis", zoek="940192"), "Tarief weghalen")
    saved(visitor, look)
    assert len(Tariffs.load(practice / "tarieven.csv").rows) == len(before) - 1
    assert "Tarief weggehaald: Menzis 940192" in at(visitor, "wijzigingen").text
    gone = visitor.send(
        "post",
        "/inrichting/wijzigen/tarief",
        [("_token", look_token(at(visitor, "tarieven"))), ("regel", "9999"), ("doe", "remove")],
    )
    assert "Dat tarief staat er niet meer." in gone.text


def test_a_contract_by_which_something_was_declared_can_only_end(visitor: Visitor, practice: Path) -> None:
    def form(insurer: str) -> Page:
        (href, *_) = at(visitor, "verzekeraars").tree.xpath(
            f"//a[contains(@href, 'nummer=')][contains(., '{insurer}')]/@href"
        )
        return visitor.get(href.partition("#")[0])

    page = visitor.press(form("VGZ"), "Contract weghalen")
    assert refused(page)
    assert "Laat het in plaats daarvan eindigen" in page.text
    (end,) = page.tree.xpath("//section[@id='contract']//input[@name='tm']/@value")
    saved(visitor, visitor.press(page, LOOK, opmerking="Univé"))
    (vgz,) = (each for each in load(practice / "ei-export.toml").contracts if each.insurer == "VGZ")
    assert (str(vgz.valid_until), vgz.company) == (end, "Univé")
    add = visitor.press(at(visitor, "verzekeraars"), LOOK, verzekeraar="VGZ", vanaf="2010-01-01", tm="2010-12-31")
    saved(visitor, add)
    (href, *_) = at(visitor, "verzekeraars").tree.xpath("//a[contains(@href, '2010-01-01')]/@href")
    saved(visitor, visitor.press(visitor.get(href.partition("#")[0]), "Contract weghalen"))


def test_other_settings_by_their_forms(visitor: Visitor, practice: Path) -> None:
    saved(visitor, visitor.press(at(visitor, "zorg1"), LOOK, **{"zorg1.criteria.intake": "90", "zorg1.end_days": "7"}))
    saved(visitor, visitor.press(at(visitor, "metingen"), LOOK, **{"measurements.path": "metingen.csv"}))
    page = visitor.press(at(visitor, "praktijk"), LOOK, **{"output.inbox": "antwoorden", "status.soon_weeks": "8"})
    assert refused(page)
    assert "Map voor antwoorden: de map" in page.text
    assert page.tree.xpath("//input[@name='status.soon_weeks']/@value") == ["8"]
    (practice / "antwoorden").mkdir()
    saved(visitor, visitor.press(page, LOOK))
    found = load(practice / "ei-export.toml")
    assert (found.zorg1.criteria.percentages, found.zorg1.end_days) == ({"intake": 90}, 7)
    assert found.measurements.path == practice / "metingen.csv"
    assert (found.output.inbox, found.status.soon_weeks) == (practice / "antwoorden", 8)
    page = visitor.press(at(visitor, "zorg1"), LOOK)
    assert refused(page)  # it is so already


def test_a_table_goes_to_excel_and_back(visitor: Visitor, practice: Path) -> None:
    response = visitor.client.get("/inrichting/bestand/codes/0", base_url=HERE)
    assert response.headers["Content-Disposition"] == "attachment; filename=codes.csv"
    text = response.get_data().decode("utf-8-sig")
    assert text.startswith("eigen code;Zorg1-code\r\n01;940131\r\n")
    same = visitor.press(at(visitor, "codes"), TABLE, bestand={"codes.csv": text.encode("utf-8-sig")})
    assert "Zo staat het er al" in same.text
    excel = text.replace(";", ",").replace("BEL,-\r\n", "ECHO,-\r\n").encode("cp1252")
    saved(visitor, visitor.press(at(visitor, "codes"), TABLE, bestand={"codes.csv": excel}))
    assert ("ECHO" in load(practice / "ei-export.toml").codes, "BEL" in load(practice / "ei-export.toml").codes) == (
        True,
        False,
    )
    defused = visitor.press(at(visitor, "codes"), TABLE, rijen="=HYPERLINK(1);940131\n'@x;940131\n-;-\n+1;-")
    saved(visitor, defused)
    text = visitor.client.get("/inrichting/bestand/codes/0", base_url=HERE).get_data().decode("utf-8-sig")
    assert text.split("\r\n")[1:] == ["'=HYPERLINK(1);940131", "'@x;940131", "-;-", "'+1;-", ""]
    same = visitor.press(at(visitor, "codes"), TABLE, bestand={"codes.csv": text.encode("utf-8-sig")})
    assert "Zo staat het er al" in same.text
    assert {*load(practice / "ei-export.toml").codes} == {"=HYPERLINK(1)", "@x", "-", "+1"}
    wrong = visitor.press(at(visitor, "zorg1"), TABLE, near="onze kolom;kop", rijen="birth_year;Geboren;<b>x")
    assert 'Codeboek van de export naar Zorg1: de rij "birth_year;Geboren;<b>x" is niet te begrijpen' in wrong.text
    assert wrong.all("//textarea[@id='rijen-zorg1.codebook']") == ["birth_year;Geboren;<b>x"]
    saved(visitor, visitor.press(wrong, TABLE, near="Geboren", rijen="birth_year;Geboren"))
    assert load(practice / "ei-export.toml").zorg1.codebook == {"birth_year": "Geboren"}
    unknown = visitor.press(at(visitor, "zorg1"), TABLE, near="Geboren", rijen="birth_yaer;Geboren")
    assert "Codeboek van de export naar Zorg1: zorg1.codebook.birth_yaer bestaat niet. Hier kan staan: birth_year." in (
        unknown.text
    )
    for key in ("ei-export.toml", "ledger.path", "..%2fledger.sqlite", "output.dir"):
        assert visitor.get(f"/inrichting/bestand/{key}/0").status == 404
    assert visitor.get("/inrichting/bestand/tariffs.path/1").status == 404


def test_agreements_after_2023(visitor: Visitor, practice: Path) -> None:
    assert refused(visitor.press(at(visitor, "overeenkomsten"), "Bekijk wat er overgenomen wordt"))
    look = visitor.press(
        at(visitor, "overeenkomsten"), "Bekijk wat er overgenomen wordt", verzekeraar="VGZ", vanaf="2024-01-01"
    )
    assert "zorg1-vgz-2024.csv" in look.text
    page = saved(visitor, look)
    assert "VGZ 01-01-2024 31-12-2024" in page.text
    content = visitor.client.get("/inrichting/bestand/agreements.overlay/0", base_url=HERE, buffered=True).get_data()
    wrong = content.replace(b";2024-12-31;", b";2023-12-31;")
    page = visitor.press(page, FILE, near="Niet meer gebruiken", bestand={"../../etc/x.csv": wrong})
    assert refused(page)
    assert len(page.all("//p[@role='alert']")) == 21
    checked = content.replace(b"TE CONTROLEREN: ", b"")
    page = saved(visitor, visitor.press(page, FILE, near="Niet meer gebruiken", bestand={"nagekeken.csv": checked}))
    assert (practice / "zorg1-vgz-2024.csv").read_bytes() == checked
    head = checked.decode("utf-8-sig").splitlines()[0].replace(";", "\t")
    (form,) = page.tree.xpath("//form[.//textarea[not(string())] and .//input[@name='sleutel']]")
    fields = [(each.get("name"), each.get("value")) for each in form.xpath(".//input[@type='hidden']")]
    saved(visitor, visitor.send("post", form.get("action"), [*fields, ("tekst", f"{head}\r\n"), ("doe", "put")]))
    assert [path.name for path in load(practice / "ei-export.toml").overlays] == [
        "zorg1-vgz-2024.csv",
        "overeenkomsten.csv",
    ]
    look = visitor.press(at(visitor, "overeenkomsten"), "Niet meer gebruiken", near="VGZ")
    assert "Dit blijft in de map staan, en wordt niet meer gebruikt: zorg1-vgz-2024.csv." in look.text
    assert "blijft in de map staan" in saved(visitor, look).text
    assert (practice / "zorg1-vgz-2024.csv").exists()


def test_a_proposal_is_a_page_that_is_looked_at_again_and_saved_once(
    visitor: Visitor, practice: Path, desk: Desk
) -> None:
    look = visitor.press(at(visitor, "codes"), "Is geen Zorg1", near="ECHO", code=["ECHO"])
    assert look.path.startswith("/inrichting/voorstel/")
    assert visitor.get(look.path).text == look.text
    assert visitor.get(look.path).text == look.text
    other = desk(practice).get(look.path)
    assert "Dit voorstel is er niet meer." in other.text  # it is of another session
    saved(visitor, look)
    back = visitor.get(look.path)
    assert "Deze wijziging is al bewaard." in back.text
    assert back.path == "/inrichting/codes"
    again = visitor.press(look, SAVE)
    assert "was al verstuurd" in again.text
    assert len([*(practice / "instellingen-eerder").iterdir()]) == 1
    page = visitor.press(at(visitor, "praktijk"), LOOK, **{"practice.vat_id": "1"})
    assert page.path.startswith("/inrichting/praktijk?opnieuw=")
    assert visitor.get(page.path).text == page.text


@pytest.fixture
def working(monkeypatch: pytest.MonkeyPatch, visitor: Visitor) -> dict[str, Any]:
    """A check that a process does; it is at work until it is said to be done."""
    monkeypatch.setattr(setup_proposals, "AT_ONCE", (0, 0))
    job, seen = Job("w1", "compare", "/inrichting", writes=False), dict[str, Any](stopped=[])

    def start(kind: str, function: object, *args: object, **how: object) -> Job:
        seen["args"] = args
        if seen.get("busy"):
            raise BusyError("DESK_AT_WORK")
        return job

    monkeypatch.setattr(visitor.desk.jobs, "start", start)
    monkeypatch.setattr(visitor.desk.jobs, "stop", lambda name=None: seen["stopped"].append(name))
    seen["job"] = job
    return seen


def test_with_much_data_nobody_has_to_wait_for_the_check(visitor: Visitor, working: dict[str, Any]) -> None:
    look = visitor.press(at(visitor, "codes"), "Is geen Zorg1", near="ECHO", code=["ECHO"])
    assert "Wordt nagerekend…" in look.text
    assert look.tree.xpath("//noscript/meta[@http-equiv='refresh']")
    working["job"].stage, working["job"].count = "read", 1234
    assert "gelezen 1.234" in visitor.get(look.path).text
    saved(visitor, look)
    assert working["stopped"][:1] == ["w1"]


def test_what_a_process_found_out_is_shown_once_it_is_there(visitor: Visitor, working: dict[str, Any]) -> None:
    working["busy"] = True
    look = visitor.press(at(visitor, "codes"), "Is geen Zorg1", near="ECHO", code=["ECHO"])
    assert "Er is ander werk bezig" in look.text
    working["busy"] = False
    assert "Wordt nagerekend…" in visitor.get(look.path).text
    job = working["job"]
    job.state, job.result = "done", Difference(None, Totals(3, 12345), {"held": (0, 2)}, ())
    found = visitor.get(look.path)
    assert "Een run zou hiermee 3 regels declareren, € 123,45." in found.text
    assert "vastgehouden: 2" in found.text
    job.state, job.result, job.refusal = "refused", None, SettingsError("RUN_NOT_AS_CONFIRMED")
    look = visitor.press(at(visitor, "codes"), "Is geen Zorg1", near="ADM", code=["ECHO"])
    assert "Niet na te rekenen." in visitor.get(look.path).text
    saved(visitor, look)


def test_every_refusal_of_a_field_says_which(visitor: Visitor) -> None:
    page = visitor.press(at(visitor, "praktijk"), LOOK, **{"status.answer_weeks": "abc", "input.complete_from": ""})
    assert 'Geen antwoord na zo veel weken: "abc" is niet te begrijpen; verwacht wordt: 0' in page.text
    page = visitor.press(at(visitor, "overeenkomsten"), "Bekijk wat er overgenomen wordt", verzekeraar="VGZ", vanaf="x")
    assert 'Vanaf: "x"' in page.text
    page = visitor.press(at(visitor, "verzekeraars"), LOOK, verzekeraar="VGZ", vanaf="2020-01-01", tm="ooit")
    assert 'Tot en met: "ooit"' in page.text
    page = visitor.press(tariff_form(visitor, toon="Menzis", zoek="940192"), LOOK, near="weghalen", bedrag="veel")
    assert 'Bedrag: "veel"' in page.text
    fields = [("_token", look_token(page)), ("vanaf:l|Menzis|940170|1", "straks"), ("bedrag:l|Menzis|940170|1", "1,00")]
    page = visitor.send("post", "/inrichting/wijzigen/bedragen", fields)
    assert 'Van Menzis 940170: "straks"' in page.text


@pytest.mark.parametrize(("number", "told"), [("12", "0012"), ("9998", "9998"), ("7095", "")])
def test_a_word_read_as_a_number_of_nobody_is_told(visitor: Visitor, number: str, told: str) -> None:
    look = visitor.press(at(visitor, "verzekeraars"), "Lees als dit nummer", uzovi=["9999"], nummer=number)
    assert look.status == 200
    assert ("is niet bekend bij welke verzekeraar het hoort" in look.text) == bool(told)
    assert f"Van UZOVI-nummer {told} is niet bekend" in look.text or not told


def test_a_proposal_says_when_declaring_becomes_real_and_when_it_ends(visitor: Visitor, practice: Path) -> None:
    real, test = "wordt er echt gedeclareerd", "er wordt niets meer gedeclareerd"
    look = visitor.press(at(visitor, "praktijk"), LOOK, **{"output.message": "test"})
    assert (real in look.text, test in look.text) == (False, True)
    saved(visitor, look)
    look = visitor.press(at(visitor, "praktijk"), LOOK, **{"practice.name": "Anders"})
    assert (real in look.text, test in look.text) == (False, False)
    look = visitor.press(at(visitor, "praktijk"), LOOK, **{"output.message": "production"})
    assert (real in look.text, test in look.text) == (True, False)
    look = visitor.press(at(visitor, "wijzigingen"), "Terugnemen Andere gegevens: Test of echt")
    assert (real in look.text, test in look.text) == (True, False)
