"""A practice begins at the desk: from an export to settings, by forms alone."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from ei_export.base.problems import WriteError
from ei_export.commands.run.difference import Difference, Totals
from ei_export.commands.setup.begin import begin_with
from ei_export.desk import setup, setup_proposals
from ei_export.settings import load
from ei_export.zorg1.tariffs import Tariffs
from tests.support.at_setup import LOOK, at, check, look_token, refused, saved
from tests.support.demo import DEMO
from tests.support.desk import Visitor
from tests.support.feeds import (
    csv_text,
    tables_read_once,  # noqa: F401 - a fixture
    visit,
    write_sqlite,
)

Desk = Callable[..., Visitor]


@pytest.fixture(autouse=True)
def _no_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    nothing = Difference(Totals(0, 0), Totals(0, 0), {}, ())
    monkeypatch.setattr(setup_proposals, "compare", lambda *args: nothing)


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
    assert refused(visitor.press(page, "Beginnen", **who))
    export = {"../../Export mei.csv": (DEMO / "afspraken.csv").read_bytes().replace(b"Afspraaknr", b"Volgnr", 1)}
    wrong = visitor.press(visitor.get("/"), "Beginnen", **{**who, "practice.practice_agb": "1", "export": export})
    assert refused(wrong)
    assert [*folder.iterdir()] == []
    page = visitor.press(wrong, "Beginnen", export=export, **{"practice.practice_agb": "04012345"})
    assert "De instellingen zijn gemaakt." in page.text
    assert {path.name for path in folder.iterdir()} == {"ei-export.toml", "Export mei.csv", "tariffs.csv"}
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


def test_one_begins_with_a_database_of_several_tables(tmp_path: Path, desk: Desk) -> None:
    """Which of them it is, is asked on the same page."""
    export = tmp_path / "agenda.sqlite"
    write_sqlite(export, [visit("A1", "2021-03-01", "940131")])
    with closing(sqlite3.connect(export)) as database, database:
        database.execute("ALTER TABLE appointments RENAME TO agenda")
        database.execute("CREATE TABLE archive AS SELECT * FROM agenda")
    typed = {"practice.practice_agb": "04012345", "practice.provider_agb": "04098765", "bestand": export.name}
    visitor = desk(tmp_path)
    page = visitor.press(visitor.get("/inrichting"), "Beginnen", **typed)
    assert "Gevonden: agenda, archive." in page.text
    page = visitor.press(page, "Beginnen", **{"input.table": "agenda"})
    assert "De instellingen zijn gemaakt." in page.text
    assert load(tmp_path / "ei-export.toml").input.table == "agenda"


def test_what_was_dragged_in_stays_only_with_what_begins(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever refused the tries before, the folder holds the export once."""
    source, folder = tmp_path / "source.sqlite", tmp_path / "praktijk"
    write_sqlite(source, [visit("A1", "2021-03-01", "940131")])
    with closing(sqlite3.connect(source)) as database, database:
        database.execute("ALTER TABLE appointments RENAME TO agenda")
        database.execute("CREATE TABLE archive AS SELECT * FROM agenda")
    given: dict[str, Any] = {"export": {"agenda.sqlite": source.read_bytes()}}
    given |= {"practice.practice_agb": "04012345", "practice.provider_agb": "04098765", "input.table": "agenda"}
    visitor = desk(folder)
    page = visitor.get("/inrichting")
    for wrong in ({"practice.practice_agb": "1"}, {"practice.provider_agb": ""}, {"input.table": ""}):
        page = visitor.press(page, "Beginnen", **{**given, **wrong})
        assert refused(page)
        assert [*folder.iterdir()] == []

    def failing(*args: Any) -> Path:
        raise WriteError("WRITE_FAILED", path="x", reason="no room")

    with monkeypatch.context() as broken:
        broken.setattr(setup, "begin_with", failing)
        visitor.press(page, "Beginnen", **given)
        assert [*folder.iterdir()] == []
    page = visitor.press(visitor.get("/inrichting"), "Beginnen", **given)
    assert "De instellingen zijn gemaakt." in page.text
    assert {path.name for path in folder.iterdir()} == {"agenda.sqlite", "ei-export.toml", "tariffs.csv"}


def test_of_two_that_begin_the_same_practice_the_second_is_told(
    tmp_path: Path, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two = desk(tmp_path / "praktijk"), desk(tmp_path / "praktijk")
    pages = [visitor.get("/") for visitor in (one, two)]
    who: dict[str, Any] = {"practice.practice_agb": "04012345", "practice.provider_agb": "04098765"}
    export = {"mei.csv": (DEMO / "afspraken.csv").read_bytes()}

    def begun_meanwhile(*args: Any) -> Path:
        """What the first one does, between what the second looks at and what it does."""
        monkeypatch.setattr(setup, "begin_with", begin_with)
        done = one.press(pages[0], "Beginnen", **{**who, "practice.name": "Eerste", "export": export})
        assert "De instellingen zijn gemaakt." in done.text
        return begin_with(*args)

    monkeypatch.setattr(setup, "begin_with", begun_meanwhile)
    late = two.press(pages[1], "Beginnen", **{**who, "practice.name": "Tweede", "export": export})
    assert "Deze praktijk is al begonnen" in late.text
    assert load(tmp_path / "praktijk" / "ei-export.toml").practice.name == "Eerste"
    assert {path.name for path in (tmp_path / "praktijk").iterdir()} >= {"ei-export.toml", "tariffs.csv"}
    assert len([*(tmp_path / "praktijk").glob("mei*.csv")]) == 1
    token = look_token(at(two, "codes"))
    again = two.send("post", "/inrichting/beginnen", [("_token", token), ("practice.practice_agb", "04012345")])
    assert "Deze praktijk is al begonnen" in again.text


def test_a_practice_without_a_code_gets_none_that_is_made_up(tmp_path: Path, desk: Desk) -> None:
    visitor = desk(tmp_path / "praktijk")
    export = {"mei.csv": (DEMO / "afspraken.csv").read_bytes()}
    missing = visitor.press(visitor.get("/"), "Beginnen", bestand="weg.csv")
    assert "Het bestand weg.csv is er niet." in missing.text
    wrong = visitor.press(visitor.get("/"), "Beginnen", export=export, **{"practice.name": "De Brug"})
    assert refused(wrong)
    assert "AGB-code van de praktijk is nog niet ingevuld" in wrong.text
    assert not (tmp_path / "praktijk" / "mei.csv").exists()
    page = visitor.press(wrong, "Beginnen", export=export, **{"practice.institution_agb": "06012345"})
    assert "De instellingen zijn gemaakt." in page.text
    found = load(tmp_path / "praktijk" / "ei-export.toml").practice
    assert (found.practice_agb, found.institution_agb, found.pay_to) == ("", "06012345", "institution")


@pytest.mark.parametrize(
    ("name", "content"),
    [("x.csv", b""), ("x.csv", b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"), ("x.xlsx", b"PK\x03\x04" + b"\0" * 99)],
)
def test_what_is_no_export_is_told_without_commands(tmp_path: Path, desk: Desk, name: str, content: bytes) -> None:
    visitor = desk(tmp_path / "praktijk")
    who: dict[str, Any] = {"practice.practice_agb": "04012345", "practice.provider_agb": "04098765"}
    page = visitor.press(visitor.get("/"), "Beginnen", **{**who, "export": {name: content}})
    assert refused(page)
    assert "kies dat bestand" in page.text
    assert "Kies ook uw export opnieuw" in page.text
    assert [*(tmp_path / "praktijk").iterdir()] == []
    assert "run opnieuw" not in page.text
