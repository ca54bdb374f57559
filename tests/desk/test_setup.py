"""Inrichting: what the export holds is linked by clicking, looked at, saved, and taken back; nobody needs an editor."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from attrs import evolve

from ei_export.base.problems import LANGUAGES
from ei_export.base.words import words
from ei_export.commands.run.difference import Difference, Totals
from ei_export.commands.setup.keeping import KEPT
from ei_export.desk import setup_counting, setup_proposals
from ei_export.desk.running import names_at_desk
from ei_export.desk.setup_links import linked
from ei_export.settings import load
from tests.support.at_setup import LOOK, SAVE, at, check, refused, saved
from tests.support.desk import Visitor
from tests.support.feeds import (
    tables_read_once,  # noqa: F401 - a fixture
)

Desk = Callable[..., Visitor]
OTHERS = ("overeenkomsten", "metingen", "zorg1", "praktijk")
SECTIONS = ("kolommen", "statuswoorden", "codes", "verzekeraars", "tarieven", *OTHERS, "wijzigingen")
EVIL = '"><script>alert(1)</script>'


@pytest.fixture(autouse=True)
def _no_checks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests save without waiting for what a check says; those that don't ask for ``checks``."""
    if "checks" not in request.fixturenames:
        nothing = Difference(Totals(0, 0), Totals(0, 0), {}, ())
        monkeypatch.setattr(setup_proposals, "compare", lambda *args: nothing)


@pytest.fixture
def checks() -> None:
    """The next run is worked out, as it is at the desk."""


def test_every_section_has_what_the_export_holds_and_what_is_to_be_done(practice: Path, desk: Desk) -> None:
    visitor = desk(practice)
    overview = at(visitor)
    assert "1 code nog niet begrepen" in overview.text
    assert "1 tarief te weinig" in overview.text
    for section in SECTIONS:
        page = at(visitor, section)
        inputs = page.tree.xpath("//main//*[self::input or self::select or self::textarea][not(@type='hidden')]")
        labels = {*page.tree.xpath("//label/@for")}
        assert [each.get("name") for each in inputs if each.get("id") not in labels and not _is_in_label(each)] == []
        ids = page.tree.xpath("//@id")
        assert sorted(ids) == sorted({*ids})
    text = "".join(at(visitor, section).response.get_data(as_text=True) for section in SECTIONS)
    rows = [row.split(";") for row in (practice / "afspraken.csv").read_text(encoding="utf-8-sig").splitlines()[1:]]
    assert [row[8] for row in rows if row[8] in text] == []  # BSN
    assert [row[9] for row in rows if f">{row[9]}<" in text] == []  # birth date


def _is_in_label(each: object) -> bool:
    return any(True for _ in each.iterancestors("label"))  # type: ignore[attr-defined]


def test_a_status_word_is_linked_and_its_appointments_appear(practice: Path, desk: Desk, checks: None) -> None:
    feed = practice / "afspraken.csv"
    feed.write_text(feed.read_text(encoding="utf-8").replace(";Niet verschenen;", ";Klaar;"), encoding="utf-8")
    visitor = desk(practice)
    page = at(visitor, "statuswoorden")
    assert "Klaar 10 3 nog niet bekend voorstel: Uitgevoerd" in page.text
    look = visitor.press(page, "Uitgevoerd", woord=["Klaar"])
    assert "contact, geteld en niet verzonden: 0 → 3" in look.text
    assert "niet uitgevoerd: 9 → 2" in look.text
    assert "Klaar" not in (practice / "ei-export.toml").read_text(encoding="utf-8")
    page = saved(visitor, look)
    assert "Klaar 10 3 Uitgevoerd" in page.text
    assert 'completed = ["Afgehandeld", "Klaar"]' in (practice / "ei-export.toml").read_text(encoding="utf-8")
    assert "alles wordt begrepen" in at(visitor).text


def test_of_appointments_that_do_not_count_as_completed_nothing_is_called_understood(
    practice: Path, desk: Desk
) -> None:
    feed = practice / "afspraken.csv"
    feed.write_text(feed.read_text(encoding="utf-8").replace(";Afgehandeld;", ";Klaar;"), encoding="utf-8")
    visitor = desk(practice)
    steps = {row.split()[0]: row for row in at(visitor).all("//tr")}
    for step in ("Codes", "Verzekeraars", "Tarieven"):
        assert steps[step].endswith("geen afspraak geldt als uitgevoerd; koppel eerst de statuswoorden")
    for section in ("codes", "tarieven"):
        assert "Dat is nog niet te zeggen" in at(visitor, section).text


@pytest.mark.parametrize("amount", ["0,00", "12,34"])
def test_a_tariff_of_nothing_is_told_before_it_is_saved(practice: Path, desk: Desk, amount: str) -> None:
    visitor = desk(practice)
    page = at(visitor, "tarieven")
    (field,) = page.tree.xpath("//input[starts-with(@name, 'bedrag:')]/@name")
    look = visitor.press(page, LOOK, near="Menzis 940170", **{field: amount})
    assert ("Tarieven van € 0,00 (1): Menzis 940170" in look.text) == (amount == "0,00")
    saved(visitor, look)
    assert ("TARIFF_ZERO" in check(practice)) == (amount == "0,00")


def test_a_status_word_is_linked_that_the_usual_export_has_not(practice: Path, desk: Desk) -> None:
    visitor = desk(practice)
    assert "Zet eerst een vinkje" in visitor.press(at(visitor, "statuswoorden"), "Uitgevoerd", woord=[" "]).text
    saved(visitor, visitor.press(at(visitor, "statuswoorden"), "Uitgevoerd", woord=["Gefiatteerd "]))
    assert 'completed = ["Afgehandeld", "Gefiatteerd"]' in (practice / "ei-export.toml").read_text(encoding="utf-8")


def test_a_number_is_proposed_for_the_name_of_an_insurer(practice: Path, desk: Desk) -> None:
    feed = practice / "afspraken.csv"
    feed.write_text(feed.read_text(encoding="utf-8-sig").replace(";3351;", ";FBTO;").replace(";3343;", ";Niemand;"))
    rows = at(desk(practice), "statuswoorden").all("//tr[td//input[starts-with(@name, 'als:uzovi:')]]")
    assert [row.partition("voorstel:")[2].strip() for row in sorted(rows) if "FBTO" in row or "Niemand" in row] == [
        "3351",
        "",
    ]


def test_a_column_that_nobody_linked_is_called_by_what_it_holds(practice: Path) -> None:
    """Beside those that were: where none was, the export may have our names."""
    config = practice / "ei-export.toml"
    config.write_text(config.read_text(encoding="utf-8").replace('indication_code = "CSI"\n', ""), encoding="utf-8")
    settings = load(config)
    names = names_at_desk(settings)
    assert (names["indication_code"], names["bsn"]) == ("indicatiecode", "BSN")
    assert names_at_desk(evolve(settings, input=evolve(settings.input, columns={}))) == {}


def test_the_missing_tariff_is_filled_in(practice: Path, desk: Desk, checks: None) -> None:
    visitor = desk(practice)
    assert "TARIFF_MISSING" in check(practice)
    page = at(visitor, "tarieven")
    (field,) = page.tree.xpath("//input[starts-with(@name, 'bedrag:')]/@name")
    look = visitor.press(page, LOOK, near="Menzis 940170", **{field: "170,93"})
    assert "Een run zou nu 0 regels declareren (€ 0,00), en hierdoor 1 regel (€ 170,93)." in look.text
    assert "vastgehouden: 14 → 13" in look.text
    assert "Wat er dan niet meer gemeld wordt:" in look.text
    lists = [practice / "out" / name for name in ("werklijst.csv", "report.html")]
    assert ["Er is geen tarief voor 940170" in path.read_text(encoding="utf-8") for path in lists] == [True, True]
    saved(visitor, look)
    for path in lists:
        assert "staat er inmiddels in" in path.read_text(encoding="utf-8"), path
    assert "Er is geen tarief voor 940170" not in lists[0].read_text(encoding="utf-8")
    assert "staat er inmiddels in" in visitor.get("/werklijst").text
    assert "productafspraken Zorg1;Menzis;940170;2023-01-01;2023-12-31;170,93" in (practice / "tarieven.csv").read_text(
        encoding="utf-8-sig"
    )
    assert "TARIFF_MISSING" not in check(practice)


def test_tariffs_are_pasted(practice: Path, desk: Desk) -> None:
    visitor = desk(practice)
    text = f"Code\tTarief\n940170\t€ 170,93\n{EVIL}\t1,00\n=1+1\t2,00\n940169\tveel\n"
    fields = {"plak": text, "verzekeraar": "Menzis", "vanaf": "2023-01-01", "tm": "2023-12-31"}
    look = visitor.press(at(visitor, "tarieven"), "Bekijk wat ervan begrepen wordt", **fields)
    assert "Nieuw: 1. Ander bedrag: 0. Al zo: 0. Niet begrepen en weggelaten: 3." in look.text
    assert "De kolommen zijn gelezen als: code, bedrag." in look.text
    assert "<script>" not in look.response.get_data(as_text=True)
    before = (practice / "tarieven.csv").read_text(encoding="utf-8-sig")
    saved(visitor, look)
    added = (practice / "tarieven.csv").read_text(encoding="utf-8-sig").removeprefix(before)
    assert added == "productafspraken Zorg1;Menzis;940170;2023-01-01;2023-12-31;170,93\n"
    nothing = visitor.press(at(visitor, "tarieven"), "Bekijk wat ervan begrepen wordt", plak="x;y")
    assert refused(nothing)
    assert "geen tarief dat nieuw is" in nothing.text
    assert nothing.all("//textarea[@name='plak']") == ["x;y"]


def test_codes_contracts_insurers_and_the_practice(practice: Path, desk: Desk) -> None:
    visitor = desk(practice)
    codes = at(visitor, "codes")
    look = visitor.press(codes, "Is geen Zorg1", near="ECHO", code=["ECHO"])
    saved(visitor, look)
    saved(
        visitor,
        visitor.press(at(visitor, "verzekeraars"), "Hoort bij deze verzekeraar", uzovi=["9999"], verzekeraar="CZ"),
    )
    page = at(visitor, "verzekeraars")
    (change,) = page.tree.xpath("//a[contains(., 'VGZ') and contains(@href, 'nummer=')]/@href")
    form = visitor.get(change.partition("#")[0])
    assert "Contract met VGZ wijzigen of beëindigen" in form.all("//h2")
    saved(visitor, visitor.press(form, LOOK, tm="2023-06-30"))
    details = at(visitor, "praktijk")
    saved(visitor, visitor.press(details, LOOK, **{"practice.name": EVIL, "ledger.declared_until": "2019-01-01"}))
    found = load(practice / "ei-export.toml")
    assert found.codes["ECHO"] == "-"
    assert found.uzovi["9999"] == "CZ"
    assert [(c.valid_until, c.lists, c.amount) for c in found.contracts if c.insurer == "VGZ"] == [
        (date(2023, 6, 30), ("productafspraken Zorg1",), "product")
    ]
    assert (found.practice.name, found.ledger.declared_until) == (EVIL, date(2019, 1, 1))
    assert "<script>alert" not in at(visitor).response.get_data(as_text=True)
    text = (practice / "ei-export.toml").read_text(encoding="utf-8")
    assert "# telefonisch consult: met opzet geen Zorg1" in text


def test_another_code_of_the_practice_is_told_of_before_the_next_run_is_refused(practice: Path, desk: Desk) -> None:
    visitor = desk(practice)
    typed = {"practice.practice_agb": "04054321"}
    page = visitor.press(at(visitor, "praktijk"), LOOK, **typed)
    assert refused(page)
    assert "is van de praktijk met AGB-code 04012345" in page.text
    saved(visitor, visitor.press(page, LOOK, **typed, **{"practice.formerly": "04012345"}))
    assert load(practice / "ei-export.toml").practice.formerly == ("04012345",)


def test_what_would_be_refused_is_told_and_what_was_typed_stays(practice: Path, desk: Desk) -> None:
    visitor = desk(practice)
    before = (practice / "ei-export.toml").read_bytes()
    page = visitor.press(at(visitor, "praktijk"), LOOK, **{"practice.practice_agb": "12"})
    assert refused(page)
    assert 'AGB-code van de praktijk: "12" kan hier niet staan' in page.text
    assert "practice.practice_agb" not in page.text
    assert page.tree.xpath("//input[@name='practice.practice_agb']/@value") == ["12"]
    assert refused(visitor.press(at(visitor, "statuswoorden"), "Uitgevoerd"))
    page = visitor.press(at(visitor, "verzekeraars"), LOOK, verzekeraar="VGZ", vanaf="2020-01-01")
    assert "contracts" in page.text
    assert "VGZ" in page.tree.xpath("//option[@selected]/@value")
    page = visitor.press(at(visitor, "verzekeraars"), LOOK, verzekeraar="VGZ", vanaf="morgen")
    assert 'Van: "morgen" is niet te begrijpen' in page.text
    for fields in ([("kolom:nergens", "x")], [("regel", "7"), ("bedrag", "x")], [("bedrag:x", "1")], [("naam", EVIL)]):
        token = [("_token", page.tree.xpath("//input[@name='_token']/@value")[0])]
        for kind in ("kolommen", "tarief", "bedragen", "woorden", "nergens"):
            sent = visitor.send("post", f"/inrichting/wijzigen/{kind}", [*token, *fields])
            assert sent.status == 404 or "al verstuurd" in sent.text or refused(sent)
    assert (practice / "ei-export.toml").read_bytes() == before
    assert not (practice / KEPT).exists()


def test_whatever_the_export_calls_things_is_text(practice: Path, desk: Desk) -> None:
    feed = practice / "afspraken.csv"
    text = feed.read_text(encoding="utf-8-sig").replace(";Locatie", f";{EVIL.replace(chr(34), '')}", 1)
    text = (
        text.replace(";Niet verschenen;", ";<b>Klaar</b>;").replace(";ECHO;", ";=1+1|<i>;").replace(";9999;", ";<u>;")
    )
    feed.write_text(text, encoding="utf-8")
    visitor = desk(practice)
    for section in ("", *SECTIONS):
        page = at(visitor, section)
        assert page.tree.xpath("//main//b | //main//i | //main//u | //main//script") == []
    saved(visitor, visitor.press(at(visitor, "codes"), "Is geen Zorg1", near="=1+1", code=["=1+1|<i>"]))
    saved(visitor, visitor.press(at(visitor, "statuswoorden"), "Nog gepland", woord=["<b>Klaar</b>"]))
    found = load(practice / "ei-export.toml")
    assert found.codes["=1+1|<i>"] == "-"
    assert "<b>klaar</b>" in found.input.planned
    assert at(visitor, "wijzigingen").tree.xpath("//main//b | //main//i") == []


def test_a_remedy_that_names_a_section_leads_there(practice: Path, desk: Desk) -> None:
    app = desk(practice).client.application
    remedies = {language: words("desk-remedies", language) for language in LANGUAGES}
    with app.test_request_context("/"):
        for language, page in zip(LANGUAGES, ("Inrichting, ", "Settings, "), strict=True):
            named = [remedies[language][key] for key in remedies[language] if page in remedies[language][key]]
            assert len(named) > 20
            for text in named:
                assert linked(text, language).count("<a href=") == text.count(page), text
        assert linked("<b>Inrichting, Codes</b>", "nl") == (
            '&lt;b&gt;<a href="/inrichting/codes">Inrichting, Codes</a>&lt;/b&gt;'
        )


def test_two_browsers_and_an_editor(practice: Path, desk: Desk) -> None:
    """What somebody else saved meanwhile is never written over."""
    one, two = desk(practice), desk(practice)
    pages = [at(visitor, "codes") for visitor in (one, two)]
    looks = [
        visitor.press(page, "Is geen Zorg1", near="ECHO", code=["ECHO"])
        for visitor, page in zip((one, two), pages, strict=True)
    ]
    saved(one, looks[0])
    late = two.press(looks[1], SAVE)
    assert refused(late)
    assert "intussen gewijzigd" in late.text
    assert "ECHO 1 geen Zorg1, dat is ingesteld" in late.text  # as it is now
    assert len([*(practice / KEPT).iterdir()]) == 1


def test_changes_are_taken_back(practice: Path, desk: Desk) -> None:
    visitor, config = desk(practice), practice / "ei-export.toml"
    before = config.read_bytes()
    saved(visitor, visitor.press(at(visitor, "codes"), "Is geen Zorg1", near="ECHO", code=["ECHO"]))
    saved(visitor, visitor.press(at(visitor, "praktijk"), LOOK, **{"practice.name": "Anders"}))
    page = at(visitor, "wijzigingen")
    look = visitor.press(page, "Terugnemen Code is geen Zorg1: ECHO")
    assert "Terug naar hoe het was voor" in look.text
    assert "met de hand" not in look.text
    saved(visitor, look)
    assert config.read_bytes() == before
    config.write_bytes(b"[kapot")
    page = at(visitor, "wijzigingen")
    look = visitor.press(page, "Terugnemen Andere gegevens: Naam van de praktijk")
    assert "heeft iemand de bestanden met de hand gewijzigd" in look.text
    saved(visitor, look)
    assert load(config).codes["ECHO"] == "-"
    for name in ("..", "%2e%2e%2f", "weg"):
        assert visitor.get(f"/inrichting/terugnemen/{name}").status in (404, 405)


def test_a_large_export_is_counted_by_a_process_of_its_own(
    practice: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(setup_counting, "AT_ONCE", 10)
    visitor = desk(practice)
    started: list[object] = []

    def start(kind: str, function: Callable[..., object], *args: object, **how: object) -> object:
        started.append(kind)
        job = type("Job", (), {"id": "w1", "refusal": None, "result": function(*args, lambda stage, count: None)})
        monkeypatch.setattr(visitor.desk.jobs, "get", lambda name: job if name == "w1" else None)
        return job

    monkeypatch.setattr(visitor.desk.jobs, "start", start)
    waits = visitor.client.get("/inrichting/codes", base_url="http://127.0.0.1:8310")
    assert (waits.status_code, waits.headers["Location"]) == (303, "/werk/w1")
    assert "ECHO" in at(visitor, "codes").text
    at(visitor)
    assert started == ["holdings"]


def test_an_export_that_cant_be_read_keeps_nobody_from_the_rest(practice: Path, desk: Desk) -> None:
    (practice / "afspraken.csv").unlink()
    visitor = desk(practice)
    for section in SECTIONS:
        assert at(visitor, section).all("//main//section | //main//p[@role='alert']")
    assert "De export is niet te lezen" in at(visitor, "tarieven").text
