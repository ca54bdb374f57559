"""Inrichting: what the export holds is linked by clicking, looked at, saved, and taken back; nobody needs an editor."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.base.problems import LANGUAGES
from ei_export.base.words import words
from ei_export.cli import main
from ei_export.commands.run.difference import Difference, Totals
from ei_export.commands.setup.keeping import KEPT
from ei_export.desk import setup_counting, setup_proposals
from ei_export.desk.setup_links import linked
from ei_export.settings import load
from ei_export.zorg1.tariffs import Tariffs
from tests.support.demo import DEMO
from tests.support.desk import Page, Visitor
from tests.support.feeds import (
    csv_text,
    tables_read_once,  # noqa: F401 - a fixture
    visit,
)

Desk = Callable[..., Visitor]
OTHERS = ("overeenkomsten", "metingen", "zorg1", "praktijk")
SECTIONS = ("kolommen", "statuswoorden", "codes", "verzekeraars", "tarieven", *OTHERS, "wijzigingen")
LOOK, SAVE = "Bekijk de wijziging", "Bewaren"
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


def at(visitor: Visitor, section: str = "") -> Page:
    page = visitor.get(f"/inrichting{section and '/'}{section}")
    assert page.status == 200, page.text
    return page


def saved(visitor: Visitor, page: Page) -> Page:
    """What comes after the look."""
    assert page.status == 200, page.text
    page = visitor.press(page, SAVE)
    assert page.status == 200, page.text
    assert "Gelukt:" in page.text
    return page


def check(practice: Path, today: str = "2024-02-02") -> str:
    command = ["check", "--config", str(practice / "ei-export.toml"), "--today", today, "--lang", "nl"]
    return CliRunner().invoke(main, command).output


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


def test_the_missing_tariff_is_filled_in(practice: Path, desk: Desk, checks: None) -> None:
    visitor = desk(practice)
    assert "TARIFF_MISSING" in check(practice)
    page = at(visitor, "tarieven")
    (field,) = page.tree.xpath("//input[starts-with(@name, 'bedrag:')]/@name")
    look = visitor.press(page, LOOK, near="Menzis 940170", **{field: "170,93"})
    assert "Een run zou nu 0 regels declareren (€ 0,00), en hierdoor 1 regel (€ 170,93)." in look.text
    assert "vastgehouden: 14 → 13" in look.text
    assert "Wat er dan niet meer gemeld wordt:" in look.text
    saved(visitor, look)
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
    assert nothing.status == 409
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
    assert page.status == 409
    assert "is van de praktijk met AGB-code 04012345" in page.text
    saved(visitor, visitor.press(page, LOOK, **typed, **{"practice.formerly": "04012345"}))
    assert load(practice / "ei-export.toml").practice.formerly == ("04012345",)


def test_what_would_be_refused_is_told_and_what_was_typed_stays(practice: Path, desk: Desk) -> None:
    visitor = desk(practice)
    before = (practice / "ei-export.toml").read_bytes()
    page = visitor.press(at(visitor, "praktijk"), LOOK, **{"practice.practice_agb": "12"})
    assert page.status == 409
    assert 'AGB-code van de praktijk: "12" kan hier niet staan' in page.text
    assert "practice.practice_agb" not in page.text
    assert page.tree.xpath("//input[@name='practice.practice_agb']/@value") == ["12"]
    assert visitor.press(at(visitor, "statuswoorden"), "Uitgevoerd").status == 409
    page = visitor.press(at(visitor, "verzekeraars"), LOOK, verzekeraar="VGZ", vanaf="2020-01-01")
    assert "contracts" in page.text
    assert "VGZ" in page.tree.xpath("//option[@selected]/@value")
    page = visitor.press(at(visitor, "verzekeraars"), LOOK, verzekeraar="VGZ", vanaf="morgen")
    assert 'Van: "morgen" is niet te begrijpen' in page.text
    for fields in ([("kolom:nergens", "x")], [("regel", "7"), ("bedrag", "x")], [("bedrag:x", "1")], [("naam", EVIL)]):
        token = [("_token", page.tree.xpath("//input[@name='_token']/@value")[0])]
        for kind in ("kolommen", "tarief", "bedragen", "woorden", "nergens"):
            sent = visitor.send("post", f"/inrichting/wijzigen/{kind}", [*token, *fields])
            assert sent.status in (404, 409)
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
    assert late.status == 409
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


def test_a_practice_from_export_to_first_check_by_forms_alone(tmp_path: Path, desk: Desk) -> None:
    folder = tmp_path / "nieuw"
    folder.mkdir()
    visitor = desk(folder)
    page = visitor.get("/")
    assert page.path == "/inrichting"
    who: dict[str, Any] = {
        "practice.name": "De Brug",
        "practice.practice_agb": "04012345",
        "practice.provider_agb": "04098765",
    }
    assert visitor.press(page, "Beginnen", **who).status == 409
    export = {"../../Export mei.csv": (DEMO / "afspraken.csv").read_bytes().replace(b"Afspraaknr", b"Volgnr", 1)}
    wrong = visitor.press(visitor.get("/"), "Beginnen", **{**who, "practice.practice_agb": "1", "export": export})
    assert wrong.status == 409
    assert [*folder.iterdir()] == []
    page = visitor.press(wrong, "Beginnen", export=export, **{"practice.practice_agb": "04012345"})
    assert "De instellingen zijn gemaakt." in page.text
    assert {path.name for path in folder.iterdir()} == {"ei-export.toml", "Export-mei.csv", "tariffs.csv"}
    assert "1 kolom nog niet gekoppeld" in page.text
    saved(visitor, visitor.press(at(visitor, "kolommen"), LOOK, **{"kolom:appointment_id": "Volgnr"}))
    codes = at(visitor, "codes")
    look = visitor.press(codes, "Koppelen", near="ECHO", code=["01"], naar="940131")
    saved(visitor, look)
    for insurer in ("VGZ", "Menzis"):
        page = visitor.press(
            at(visitor, "verzekeraars"), LOOK, verzekeraar=insurer, vanaf="2019-01-01", bedrag="product"
        )
        saved(visitor, page)
    text = (DEMO / "tarieven.csv").read_text(encoding="utf-8-sig")
    saved(visitor, visitor.press(at(visitor, "tarieven"), "Bekijk wat ervan begrepen wordt", plak=text))
    told = check(folder)
    assert told.startswith('TEST (message in ei-export.toml is "test")')
    assert "VGZ (7095)" in told


#: What another system calls its columns; three of these names say nothing by themselves.
OTHER_HEADS = {
    "appointment_id": "Afspraaknr.", "date": "Datum", "status": "Toestand", "code": "Prestatie",
    "trajectory_id": "Traject", "patient_id": "Cliëntnummer", "bsn": "Burgerservicenr", "birth_date": "Geboren",
    "sex": "Geslacht", "name": "Achternaam", "initials": "Voorletters", "postcode": "PC", "house_number": "Huisnr",
    "uzovi": "Zorgverzekeraar", "insured_number": "Polisnummer", "diagnosis_code": "Dcsph",
    "indication_code": "Indicatie", "therapist_agb": "Behandelaar AGB",
}  # fmt: skip


def dutch(day: str) -> str:
    year, month, of_month = map(int, day.split("-"))
    return f"{of_month}-{month}-{year}"


def test_an_export_as_windows_writes_it_is_linked_taken_back_and_that_too(tmp_path: Path, desk: Desk) -> None:
    """From beginning to taking back, with headings, words, days and amounts of a Dutch system of years ago."""
    ours = [
        visit("A1", "2023-03-01", "01", "T1", status="Gefiatteerd"),
        visit("A2", "2023-04-03", "ECHO", status="Gefiatteerd"),
        visit("A3", "2023-04-04", "01", status="Niet verschenen – afgezegd"),
    ]
    said = [{"birth_date": dutch(row["birth_date"]), "date": dutch(row["date"])} for row in ours]
    more = {"sex": "vrouw", "uzovi": "Coöperatie VGZ", "name": "Groëneveld"}
    rows = [{**row, **days, **more} for row, days in zip(ours, said, strict=True)]
    theirs = [{name: row.get(own, "42,50") for own, name in {**OTHER_HEADS, "": "Bedrag"}.items()} for row in rows]
    export = csv_text(theirs, [*OTHER_HEADS.values(), "Bedrag"], newline="\r\n").encode("cp1252")
    visitor, config = desk(tmp_path), tmp_path / "ei-export.toml"
    who: dict[str, Any] = {"practice.practice_agb": "04012345", "practice.provider_agb": "04098765"}
    visitor.press(visitor.get("/"), "Beginnen", **who, export={"Export.csv": export}, **{"practice.name": "Fysio Één"})
    begun, tariffs = config.read_bytes(), tmp_path / "tariffs.csv"
    linked = {"kolom:status": "Toestand", "kolom:bsn": "Burgerservicenr", "kolom:birth_date": "Geboren"}
    saved(visitor, visitor.press(at(visitor, "kolommen"), LOOK, **linked))
    saved(visitor, visitor.press(at(visitor, "statuswoorden"), "Uitgevoerd", woord=["Gefiatteerd"]))
    page = at(visitor, "statuswoorden")
    saved(visitor, visitor.press(page, "Niet uitgevoerd", woord=["Niet verschenen – afgezegd"]))
    saved(visitor, visitor.press(at(visitor, "codes"), "Koppelen", near="ECHO", code=["01"], naar="940131"))
    saved(visitor, visitor.press(at(visitor, "codes"), "Is geen Zorg1", near="ECHO", code=["ECHO"]))
    page = at(visitor, "verzekeraars")
    saved(visitor, visitor.press(page, "Lees als dit nummer", uzovi=["Coöperatie VGZ"], nummer="7095"))
    saved(visitor, visitor.press(at(visitor, "verzekeraars"), LOOK, verzekeraar="VGZ", vanaf="1-1-2019"))
    pasted = {"plak": "Code\tBedrag\n940131\t€ 1.042,5\n", "verzekeraar": "VGZ", "vanaf": "1-1-2023"}
    saved(visitor, visitor.press(at(visitor, "tarieven"), "Bekijk wat ervan begrepen wordt", **pasted))
    page = visitor.get("/inrichting")
    assert page.text.count("alles wordt begrepen") == 5
    assert Tariffs.load(tariffs).rows[0].cents == 104250
    done = config.read_bytes(), tariffs.read_bytes()
    page = at(visitor, "wijzigingen")
    (first,) = [each for each in page.all("//button") if each.startswith("Terugnemen Kolommen")]
    saved(visitor, visitor.press(page, first))
    assert config.read_bytes() == begun
    assert Tariffs.load(tariffs).rows == ()
    page = at(visitor, "wijzigingen")
    (back,) = [each for each in page.all("//button") if each.startswith("Terugnemen Terug")]
    saved(visitor, visitor.press(page, back))
    assert (config.read_bytes(), tariffs.read_bytes()) == done


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
