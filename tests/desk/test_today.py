"""Vandaag: what is looked at is what is declared, files are handed over once, and a night that failed is told."""

import json
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from ei_export.base.problems import SettingsError
from ei_export.desk import running, showing
from ei_export.desk.jobs import Job
from ei_export.output.ran import Ran
from ei_export.output.traces import Trace, runs_of
from tests.support.clerk import COURSE, SINGLE, START, Clerk, few_tariffs
from tests.support.desk import HERE, Page, Visitor, let_in
from tests.support.feeds import Clinic, csv_text, visit
from tests.support.long_work import come_to, in_threads  # noqa: F401 - a fixture

pytestmark = pytest.mark.usefixtures("in_threads")

DAY = date(2021, 7, 1)
LOOK, BY_HAND = "Kijk wat er nu meegaat", "Kijk wat er met dit bestand meegaat"


@pytest.fixture(scope="module")
def _practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return few_tariffs(Clinic.open(tmp_path_factory.mktemp("practice"))).feed([*COURSE, SINGLE]).folder


@pytest.fixture
def clerk(_practice: Path, tmp_path: Path) -> Clerk:
    """A practice that declared nothing yet."""
    return Clerk(Clinic(shutil.copytree(_practice, tmp_path / "practice")))


@pytest.fixture
def visitor(clerk: Clerk) -> Iterator[Visitor]:
    with let_in(clerk.clinic.folder, DAY) as visitor:
        yield visitor


def look(visitor: Visitor) -> Page:
    return come_to(visitor, visitor.press(visitor.get("/vandaag"), LOOK))


def confirm(visitor: Visitor, proposal: Page) -> Page:
    (button,) = proposal.all("//main//form//button")
    return come_to(visitor, visitor.press(proposal, button))


def download(visitor: Visitor, address: str) -> bytes:
    with visitor.client.get(address, base_url=HERE) as response:
        assert response.headers["Content-Disposition"].startswith("attachment")
        content: bytes = response.data
    return content


def lines(clerk: Clerk) -> list[dict[str, Any]]:
    return clerk.rows("SELECT * FROM line WHERE became <> 'withdrawn'")


def test_what_is_confirmed_is_declared_as_the_command_would(clerk: Clerk, visitor: Visitor, tmp_path: Path) -> None:
    """Page and lists too, whatever the desk calls things."""
    clerk.clinic.feed([*COURSE, SINGLE, visit("X1", "2021-03-02", "ECHO", patient="P6")])
    by_command = Clinic(shutil.copytree(clerk.clinic.folder, tmp_path / "other"))
    by_command.run()

    proposal = look(visitor)
    assert proposal.all("//main//form//button") == ["Declareren: 3 regels, € 392,49"]
    assert proposal.all("//tfoot//td") == ["2", "3", "€ 392,49", "0", "1"]
    assert "Koppel hem bij Inrichting, Codes" in proposal.text
    assert not (clerk.clinic.folder / "out").exists()
    done = confirm(visitor, proposal)
    assert "Koppel hem bij Inrichting, Codes" in done.text
    assert done.all("//h1") == ["Gedeclareerd: run R000001"]
    assert len(lines(clerk)) == 3

    ours, theirs = clerk.clinic.folder / "out", by_command.folder / "out"
    files = {path.relative_to(theirs) for path in theirs.rglob("*") if path.is_file()}
    assert {path.relative_to(ours) for path in ours.rglob("*") if path.is_file()} == files
    told = {path: ((ours / path).read_bytes(), (theirs / path).read_bytes()) for path in files}
    assert [path.name for path, (our, their) in told.items() if our != their] == ["runs.jsonl"]
    begun, by_hand = told[Path("runs.jsonl")][1], b', "by_hand": true'
    assert told[Path("runs.jsonl")][0] == begun.replace(b'"appointments.csv"}', b'"appointments.csv"' + by_hand + b"}")


def test_what_is_of_no_appointment_is_named(clerk: Clerk, visitor: Visitor) -> None:
    """Two codes that nobody linked, said once: which they are stands below it."""
    strange = [visit(f"X{code}", "2021-03-02", code, patient="P6") for code in ("ECHO", "FOTO")]
    clerk.clinic.feed([*COURSE, SINGLE, *strange, {**strange[1], "appointment_id": "X3"}])
    assert look(visitor).all("//ul[@class='places']/li[not(*)]") == ["ECHO · 1", "FOTO · 2"]


def test_files_are_handed_over_once_or_withdrawn(clerk: Clerk, visitor: Visitor) -> None:
    clerk.clinic.run()
    page = visitor.get("/vandaag")
    (address,) = page.all("//a[@download and contains(@href, '.zip')]/@href")
    declared = clerk.clinic.folder / "out" / "R000001" / "declarations"
    with ZipFile(BytesIO(download(visitor, address))) as zipped:
        assert {name: zipped.read(name) for name in zipped.namelist()} == {
            path.name: path.read_bytes() for path in declared.iterdir()
        }
    for path in declared.iterdir():
        (single,) = page.all(f"//a[@download and contains(@href, '{path.name}')]/@href")
        assert download(visitor, single) == path.read_bytes()

    assert "Vul de dag in" in visitor.press(page, "R000001 is verstuurd", day="gisteren").text
    page = visitor.press(visitor.get("/vandaag"), "R000001 is verstuurd", day="2021-07-01")
    assert page.all("//p[@class='message good']") == [
        "Gelukt: Genoteerd dat R000001 op 01-07-2021 naar VECOZO is gestuurd."
    ]
    assert "Er staat niets klaar om te versturen." in page.text
    assert [row["handed_over_on"] for row in clerk.rows("SELECT handed_over_on FROM run")] == ["2021-07-01"]
    page = visitor.get("/vandaag/runs/R000001/intrekken")
    assert "Er is genoteerd dat deze run op 01-07-2021 is verstuurd." in page.text
    assert visitor.press(page, "R000001 intrekken").path.startswith("/niet-gelukt/")

    page = visitor.press(visitor.get("/vandaag"), "R000001 is toch niet verstuurd")
    assert "Run R000001 van 01-07-2021" in page.text
    page = visitor.press(visitor.get("/vandaag/runs/R000001/intrekken"), "R000001 intrekken", why="proef")
    assert "Run R000001 is ingetrokken." in page.text
    assert [row["withdrawn_why"] for row in clerk.rows("SELECT withdrawn_why FROM run")] == ["proef"]
    assert lines(clerk) == []
    assert "Declareren: 3 regels" in look(visitor).text
    assert "mogen niet worden verstuurd" in visitor.get("/vandaag/runs").text


@pytest.mark.parametrize("change", ["feed", "settings", "ledger"])
def test_what_changed_meanwhile_is_shown_anew_and_not_declared(clerk: Clerk, visitor: Visitor, change: str) -> None:
    proposal = look(visitor)
    if change == "feed":
        clerk.clinic.feed([SINGLE])
    elif change == "settings":
        clerk.clinic.configure(codes='"X" = "940150"')
    else:
        clerk.clinic.feed([START]).run()
        clerk.clinic.feed([*COURSE, SINGLE])
    declared = len(lines(clerk))
    looked = visitor.get(proposal.path)
    assert "Sinds u keek is er iets veranderd" in looked.text
    assert looked.all("//main//form//button") == ["Kijk opnieuw"]
    again = confirm(visitor, proposal)
    assert "Er is niets gedeclareerd; dit is wat er nu meegaat." in again.text
    assert len(lines(clerk)) == declared
    count = {"feed": 1, "settings": 3, "ledger": 2}[change]
    assert again.all("//main//form//button")[0].startswith(f"Declareren: {count} regel")
    confirm(visitor, again)
    assert len(lines(clerk)) == declared + count


def test_a_file_dragged_in_is_for_once(clerk: Clerk, visitor: Visitor) -> None:
    page = visitor.get("/vandaag")
    other = csv_text([visit("H1", "2021-06-01", "940140", "TH", patient="P5", insurer="Zilveren Kruis")])
    proposal = come_to(visitor, visitor.press(page, BY_HAND, feed={"../../mijn export.csv": other.encode()}))
    assert "uit mijn export.csv." in proposal.text
    (job,) = visitor.desk.jobs._jobs.values()
    folder = job.about.asked.feed.parent
    assert folder.stat().st_mode & 0o777 == 0o700
    done = confirm(visitor, proposal)
    assert "Dat bestand is weggehaald" in done.text
    assert not folder.exists()
    assert [line["appointment_id"] for line in lines(clerk)] == ["H1"]
    (ran,) = runs_of(clerk.clinic.folder / "out")
    assert (ran.feed, ran.run) == ("mijn export.csv", "R000001")
    assert "Declareren: 3 regels" in look(visitor).text


def test_a_file_that_is_no_export_is_told_of(clerk: Clerk, visitor: Visitor) -> None:
    page = visitor.press(visitor.get("/vandaag"), BY_HAND, feed={"foto.csv": b"\x89PNG\0\0\0"})
    refused = come_to(visitor, page)
    assert refused.all("//h1") == ["Dat ging niet door"]
    other = {"brief van mij.docx": b"date;bsn;bedrag\n2021-03-01;1;2\n"}
    refused = come_to(visitor, visitor.press(visitor.get("/vandaag"), BY_HAND, feed=other))
    assert "afspraken brief van mij.docx ontbreekt: afspraaknummer, status, code" in refused.text
    assert "appointment_id" not in refused.text
    assert refused.all("//main//a[.='Inrichting, Kolommen']/@href") == ["/inrichting/kolommen"]
    assert not (clerk.clinic.folder / "out").exists()
    clerk.clinic.configure(feed='path = "appointments.csv"\ncomplete_from = 2021-01-01')
    assert "geldt dan als verwijderd" in visitor.get("/vandaag").text


def test_a_night_that_failed_stands_on_top(clerk: Clerk, visitor: Visitor) -> None:
    out = clerk.clinic.folder / "out"
    assert "Er is nog geen run geweest." in visitor.get("/vandaag").text
    clerk.clinic.run(today="2021-06-28")
    assert "Dat is 3 dagen geleden." in visitor.get("/vandaag").text
    (clerk.clinic.folder / "appointments.csv").rename(clerk.clinic.folder / "weg.csv")
    assert clerk.clinic.run(today="2021-06-29").exit_code == 3
    page = visitor.get("/vandaag")
    (night,) = page.all("//section[@role='alert']")
    assert "De run van 29-06-2021 is mislukt" in night
    assert "De laatste run die wel lukte Gelukt op 28-06-2021: run R000001 is gemaakt." in night
    assert "De run van 29-06-2021 is mislukt. Naar Vandaag" in visitor.get("/werklijst").text
    Trace(out, clerk.clinic.folder / "ledger.sqlite", Ran(DAY - timedelta(1), "02:15")).begin()
    assert "De run van 30-06-2021 02:15 is begonnen en niet klaar. Naar Vandaag" in visitor.get("/antwoorden").text
    assert "30-06-2021 02:15 is begonnen en niet klaar" in visitor.get("/vandaag").text
    with (out / "runs.jsonl").open("a", encoding="utf-8") as file:
        ended = {"end": 3, "exit": 4, "run": None, "code": "INTERNAL", "message": "X.", "remedy": "Start met --debug."}
        file.write(f"\n{json.dumps(ended)}")
    text = visitor.get("/vandaag").text
    assert "stuur de melding dan naar de maker" in text
    assert "--debug" not in text


def test_a_run_by_hand_is_called_that_and_no_night(clerk: Clerk, visitor: Visitor) -> None:
    out, ledger = clerk.clinic.folder / "out", clerk.clinic.folder / "ledger.sqlite"
    clerk.clinic.run(today="2021-06-30")
    night = "De laatste nacht Gelukt op 30-06-2021: run R000001 is gemaakt."
    assert night in visitor.get("/vandaag").text
    assert "met de hand" not in visitor.get("/vandaag").text
    clerk.clinic.feed([*COURSE, SINGLE])
    confirm(visitor, look(visitor))
    text = visitor.get("/vandaag").text
    assert "De laatste run, met de hand Gelukt op" in text
    assert night in text
    trace = Trace(out, ledger, Ran(DAY, "09:00", by_hand=True))
    trace.fail(SettingsError("RUN_NOT_AS_CONFIRMED"), "nl")
    page = visitor.get("/vandaag")
    assert "bevestigd dat toen anders bleek: er is niets gedaan." in page.text
    assert "De laatste run die wel lukte Gelukt op" in page.text
    assert "mislukt" not in page.text + visitor.get("/werklijst").text
    assert page.all("//section[@role='alert']") == []


def test_a_test_declares_nothing_and_says_so(clerk: Clerk, visitor: Visitor) -> None:
    settings = clerk.clinic.folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[output]\nmessage = "test"\n', encoding="utf-8")
    assert "De praktijk staat op testen" in visitor.get("/vandaag").text
    proposal = look(visitor)
    assert proposal.all("//main//form//button") == ["Testbestanden maken (2)"]
    assert confirm(visitor, proposal).all("//h1") == ["Test T000001: er is niets gedeclareerd"]
    assert lines(clerk) == []
    assert "test, niets gedeclareerd" in visitor.get("/vandaag/runs").text
    page = visitor.get("/vandaag")
    assert "Er staat niets klaar om te versturen." in page.text
    assert "T000001 was een test" in page.text


@pytest.mark.parametrize(
    "path",
    [
        "/runs/R000001/summary.json", "/runs/R000001/..%2fsummary.json", "/runs/..%2f..%2fledger.sqlite/x",
        "/runs/R000002/x.txt", "/runs/R000001/zip/R000001-2.zip", "/runs/R000002/intrekken",
    ],
)  # fmt: skip
def test_nothing_else_can_be_downloaded(clerk: Clerk, visitor: Visitor, path: str) -> None:
    clerk.clinic.run()
    assert visitor.get(f"/vandaag{path}").status == 404


def test_what_is_gone_or_changed_is_told_in_the_place_of_its_zip(clerk: Clerk, visitor: Visitor) -> None:
    clerk.clinic.run()
    declared = clerk.clinic.folder / "out" / "R000001" / "declarations"
    for path in declared.iterdir():
        path.unlink()
    page = visitor.get("/vandaag")
    assert "staat niet meer in" in page.text
    assert not page.all("//a[contains(@href, '.zip')]")
    page = visitor.get("/vandaag/runs/R000001/intrekken")
    refused = visitor.press(page, "R000001 intrekken")
    assert "vink dan aan dat de bestanden weg zijn" in refused.text
    page = visitor.press(visitor.get("/vandaag/runs/R000001/intrekken"), "R000001 intrekken", files_gone="1")
    assert "Run R000001 is ingetrokken." in page.text


def test_one_run_at_a_time(clerk: Clerk, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    proposal = look(visitor)
    monkeypatch.setattr(showing, "_PATIENCE", 0.0)
    visitor.desk.jobs._jobs["other"] = Job("other", "run", "/vandaag", writes=True)
    refused = visitor.press(proposal, *proposal.all("//main//form//button"))
    assert (refused.status, refused.path.split("/")[1]) == (200, "niet-gelukt")
    assert lines(clerk) == []
    page = visitor.get("/vandaag")
    assert page.all("//p[@class='message']") == ["Declareren is nog bezig."]
    assert "Er loopt nu een run" in page.text
    assert visitor.get("/werk/other").all("//h1") == ["Declareren"]
    del visitor.desk.jobs._jobs["other"]
    done = come_to(visitor, visitor.press(refused, "Opnieuw proberen"))
    assert done.all("//h1") == ["Gedeclareerd: run R000001"]


@pytest.mark.parametrize("patience", [60.0, 0.0])
def test_a_run_waits_for_who_has_the_ledger(
    clerk: Clerk, visitor: Visitor, patience: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    clerk.clinic.feed([SINGLE]).run()
    clerk.clinic.feed([*COURSE, SINGLE])
    proposal = look(visitor)
    other = sqlite3.connect(clerk.clinic.folder / "ledger.sqlite", isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    monkeypatch.setattr(running, "_PATIENCE", patience)
    monkeypatch.setattr(running, "sleep", lambda _: other.close())
    done = confirm(visitor, proposal)
    other.close()
    assert done.all("//h1") == ["Gedeclareerd: run R000002" if patience else "Dat ging niet door"]
    assert len(lines(clerk)) == (3 if patience else 1)


@pytest.mark.parametrize("path", ["voorstel?job=x", "gedaan?job=x"])
def test_what_is_not_remembered_leads_back(visitor: Visitor, path: str) -> None:
    assert visitor.get(f"/vandaag/{path}").path == "/vandaag"
    assert visitor.get("/werk/x").status == 404


def test_of_what_waits_for_an_answer_is_told_how_long(clerk: Clerk, desk: Callable[..., Visitor]) -> None:
    clerk.clinic.run()
    clerk.gives("sent", "R000001")
    page = desk(clerk.clinic.folder, DAY + timedelta(5)).get("/vandaag")
    assert page.all("//section[h2[@id='waiting']]//td[last()]") == ["5 dagen", "5 dagen"]
    assert len(page.all("//td[@class='late']")) == 0
    late = desk(clerk.clinic.folder, DAY + timedelta(40)).get("/vandaag")
    assert late.all("//td[@class='late']") == ["40 dagen", "40 dagen"]


def test_what_somebody_asked_for_is_told_before_it_goes(clerk: Clerk, visitor: Visitor) -> None:
    clerk.clinic.run()
    assert "Klaargezet" not in visitor.get("/vandaag").text
    clerk.asks("credit", clerk.reference("S1"))
    page = visitor.get("/vandaag")
    assert "Klaargezet voor de volgende run: 1 creditering, 0 nieuwe regels." in page.text
    (where,) = page.all("//a[text()='Bekijken, of toch niet']/@href")
    assert where == "/acties/klaar"
    assert "Declareren: 1 regel, € -" in look(visitor).text
