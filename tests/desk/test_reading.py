"""The pages that are read: Uitleg, Antwoorden, Bestanden; by forms alone, of one practice."""

import csv
import io
import re
import shutil
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ei_export import Options, load, run
from ei_export.commands.corrections.undo import undo
from ei_export.desk import answers
from ei_export.ledger import Ledger
from ei_export.ledger.line import line_of
from tests.desk.conftest import DAY
from tests.support.desk import Page, Visitor
from tests.support.long_work import come_to, in_threads  # noqa: F401 - a fixture

#: An answer in which one line is refused and one granted in part; one that refuses a declaration as a whole.
PARTLY, WHOLE = "PM305_7095_240201000009.txt", "PM305_0699_240201000002.txt"
REFUSED = "240201R0000010000120"
#: What goes out in its place with the next run.
AGAIN = "240202R0000020000001"


@pytest.fixture(scope="module")
def brought(place: Path, visitor: Visitor) -> Page:
    """What there is to see once two answers were dragged in, and something that is none."""
    files = {name: (place / "retour" / name).read_bytes() for name in (PARTLY, WHOLE)}
    return visitor.press(visitor.get("/antwoorden"), "Inlezen", files={**files, "brief.txt": b"Beste collega,\r\n"})


def persons(place: Path) -> set[str]:
    """What nobody may read without asking: BSNs, birth dates and names of the demo practice."""
    text = (place / "afspraken.csv").read_text("utf-8-sig")
    rows = csv.DictReader(io.StringIO(text), delimiter=";")
    found = {row[column] for row in rows for column in ("BSN", "Achternaam", "Geboortedatum")}
    return {each for each in found if len(each) > 5}


def nobody(page: Page, place: Path) -> bool:
    words = set(re.findall(r"[\w-]+", page.text))
    return not words & persons(place)


def fetched(visitor: Visitor, path: str) -> tuple[bytes, str]:
    """A file as a browser stores it, and by which header."""
    response = visitor.get(path).response
    content = response.get_data()
    response.close()
    return content, response.headers["Content-Disposition"]


# Uitleg.


def test_any_number_leads_to_its_story(visitor: Visitor) -> None:
    page = visitor.press(visitor.get("/uitleg"), "Zoeken", number="afs00051")
    assert page.path == "/uitleg?number=afs00051"
    assert page.all("//h2")[1:] == ["Afspraak AFS00051"]
    assert page.all("//*[@class='outcome']") == [
        "gedeclareerd in run R000001 van 01-02-2024, € 105,00. Nog geen antwoord van VGZ."
    ]
    linked = set(page.tree.xpath("//section[@class='story']//a/@href"))
    for wanted in (
        "number=R000001&kind=run", "number=ZT0005&kind=trajectory", "number=240201R0000010000001&kind=reference",
        "number=240201000001&kind=invoice", "number=AFS00064&kind=appointment",
    ):  # fmt: skip
        assert f"/uitleg?{wanted}" in linked, wanted
    assert "/bestanden/R000001/PM304_0101_240201000001.txt" in linked
    for kind, number in (
        ("trajectory", "ZT0005"), ("reference", "240201R0000010000001"), ("invoice", "240201000001"),
        ("run", "R000001"), ("patient", "10007"),
    ):  # fmt: skip
        story = visitor.get(f"/uitleg?number={number}&kind={kind}")
        assert (story.status, len(story.all("//section[@class='story']"))) == (200, 1), kind


def test_a_rule_is_shown_as_it_stands_in_its_table(visitor: Visitor) -> None:
    page = visitor.get("/uitleg?number=AFS00051")
    rows = page.tree.xpath("//details[@class='source']")
    found = {
        row.xpath("string(summary)"): dict(zip(row.xpath(".//dt/text()"), row.xpath(".//dd/text()"), strict=True))
        for row in rows
    }
    rule = found["afspraken van VGZ, regel 11"]
    assert (rule["code"], rule["f_code"], rule["units"], rule["insurer"]) == ("940156", "F1041", "1", "VGZ")
    assert found["Inrichting, Tarieven, regel 90"]["amount"] == "105,00"
    assert not any(place.startswith("uw export") for place in found), "a row of the feed is somebody's"


@pytest.mark.parametrize("number", ["AFS00051", "AFS00338", REFUSED, "240201000009", "ZT0005", "10007", "AFS99051"])
def test_no_story_names_a_file_of_ours(visitor: Visitor, brought: Page, number: str) -> None:
    page = visitor.get("/uitleg", query_string={"number": number})
    for link in page.tree.xpath("//main//a[starts-with(@href, '/bestanden/')]"):  # the files that go to VECOZO
        link.drop_tree()
    text = page.tree.xpath("string(//main)")
    assert not re.findall(r"\S+\.(?:csv|toml|sqlite)\b", text)


def test_nothing_is_told_of_a_number_that_nothing_has_or_that_is_a_bsn(visitor: Visitor, place: Path) -> None:
    unknown = visitor.press(visitor.get("/uitleg"), "Zoeken", number="AFS99051")
    assert unknown.status == 200, "a browser would note an error"
    assert "niet in uw export en niet in het declaratieregister" in unknown.text
    assert unknown.all("//div[@role='status']//a") == ["AFS00051"]
    bsn = next(each for each in persons(place) if each.isdigit() and len(each) == 9)
    personal = visitor.press(visitor.get("/uitleg"), "Zoeken", number=bsn)
    assert personal.path == "/uitleg"
    assert bsn not in personal.response.get_data(as_text=True)


def test_a_story_is_of_one_patient_and_names_nobody(visitor: Visitor, place: Path) -> None:
    page = visitor.get("/uitleg?number=10007")
    assert nobody(page, place)
    numbers = {href.partition("number=")[2].partition("&")[0] for href in page.tree.xpath("//main//a/@href")}
    text = (place / "afspraken.csv").read_text("utf-8-sig")
    own = {row["Afspraaknr"] for row in csv.DictReader(io.StringIO(text), delimiter=";") if row["Patiëntnr"] == "10007"}
    assert {number for number in numbers if number.startswith("AFS")} <= own


def test_what_a_clerk_reads_names_no_command(visitor: Visitor, brought: Page) -> None:
    for number in (REFUSED, "240201R0000010000124", "240201000002", "ZT0001"):
        page = visitor.get(f"/uitleg?number={number}")
        assert page.status == 200
        assert "ei-export " not in page.all("//main")[0], number


# Antwoorden.


def test_what_answers_brought_is_told(visitor: Visitor, brought: Page, place: Path) -> None:
    assert brought.status == 200
    told = brought.all("//section[starts-with(@class, 'brought')]")
    assert "Ingediend€ 1.771,83 Toegekend€ 1.603,01 Afgewezen1 van 18 Deels toegekend1" in told[0]
    assert "Afgewezen2 van 2" in told[1]
    assert "1 regel was in orde en gaat vanzelf mee" in told[1]
    assert "brief.txt" in told[2]
    assert "Niet ingelezen; er is niets veranderd." in told[2]
    with closing(Ledger.look(place / "ledger.sqlite")) as ledger:
        line = line_of(ledger, REFUSED)
        assert line is not None
        assert line.became == "refused"
    known = brought.all("//section[@aria-labelledby='known']//tbody/tr/td[2]")
    assert sorted(known) == ["240201000002", "240201000009"]
    again = visitor.press(
        visitor.get("/antwoorden"), "Inlezen", files={PARTLY: (place / "retour" / PARTLY).read_bytes()}
    )
    assert "Niet ingelezen" in again.text
    assert PARTLY in again.text.replace("_ ", "_")


def test_a_zip_of_answers_is_read(practice: Path, desk: Callable[..., Visitor]) -> None:
    somebody, packed = desk(practice), io.BytesIO()
    name = "PM305_3311_240201000004.txt"
    with zipfile.ZipFile(packed, "w") as made:
        made.writestr(name, (practice / "retour" / name).read_bytes())
    page = somebody.press(somebody.get("/antwoorden"), "Inlezen", files={"retour.zip": packed.getvalue()})
    assert "Het antwoord van Zilveren Kruis op factuur 240201000004 is ingelezen." in page.text
    assert "Alle regels zijn toegekend." in somebody.get("/antwoorden/240201000004").text


def test_of_a_refused_line_is_told_what_for_and_what_to_do(visitor: Visitor, brought: Page) -> None:
    page = visitor.get("/antwoorden/240201000009")
    groups = page.all("//section[@class='cause']")
    refused = next(group for group in groups if REFUSED in group)
    assert "0611 Tarief prestatie ontbreekt of is niet in overeenstemming" in refused
    assert "Het bedrag van € 164,30 voor F1045 is niet wat met VGZ is afgesproken." in refused
    assert "Wat te doen: Vergelijk" in refused
    partly = next(group for group in groups if "240201R0000010000124" in group)
    assert "€ 44,52€ 40,00" in partly
    whole = visitor.get("/antwoorden/240201000002")
    assert "In zijn geheel afgewezen" in whole.text
    assert len(whole.tree.xpath("//section[@class='cause']//tbody/tr")) == 1, "the other line was right"
    assert "Afgewezen 2 van 2" in whole.text, "as where it was read in"
    assert "Daarnaast ging 1 regel (€ 212,00) mee terug" in whole.text
    assert "(retourcode 8097)" in whole.text, "8096 says of a line that it was right"


@pytest.mark.usefixtures("in_threads")
def test_what_takes_long_is_read_by_a_process(
    practice: Path, desk: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers, "_LONG", 0)
    somebody = desk(practice)
    content = (practice / "retour" / PARTLY).read_bytes()
    page = come_to(somebody, somebody.press(somebody.get("/antwoorden"), "Inlezen", files={PARTLY: content}))
    assert page.path.startswith("/antwoorden?job=")
    assert "Afgewezen 1 van 18" in page.text
    assert PARTLY in somebody.get("/antwoorden/240201000009").text.replace("_ ", "_"), "it keeps its name"


def test_what_there_is_no_answer_to_is_told_with_its_days(visitor: Visitor, brought: Page) -> None:
    page = visitor.get("/antwoorden")
    rows = page.all("//section[@aria-labelledby='without']//tbody/tr")
    assert len(rows) == 10 - len((PARTLY, WHOLE))
    assert all("1 dag geleden gemaakt; niemand zei wanneer het is verstuurd" in row for row in rows)
    assert visitor.get("/antwoorden/240201000001").path.startswith("/uitleg"), "there is none, but a declaration"
    assert visitor.get("/antwoorden/niets").status == 404


def test_the_inbox_is_shown_and_read_by_its_button(practice: Path, desk: Callable[..., Visitor]) -> None:
    settings = practice / "ei-export.toml"
    settings.write_text(settings.read_text("utf-8").replace("[output]\n", '[output]\ninbox = "post"\n'), "utf-8")
    (practice / "post").mkdir()
    shutil.copyfile(practice / "retour" / PARTLY, practice / "post" / PARTLY)
    (practice / "post" / "brief.txt").write_text("Beste collega,", encoding="utf-8")
    somebody = desk(practice)
    page = somebody.get("/antwoorden")
    assert page.all("//section[@aria-labelledby='inbox']//li") == [PARTLY, "brief.txt"]
    done = somebody.press(page, "Lees de map nu in")
    assert "1 antwoord ingelezen, 0 al bekend, 1 blijven staan" in done.text
    assert [path.name for path in (practice / "post").iterdir() if path.is_file()] == ["brief.txt"]


def test_what_is_to_be_done_about_an_answer_is_a_button(visitor: Visitor, brought: Page) -> None:
    page = visitor.get("/antwoorden/240201000009")
    before = visitor.press(page, "Opnieuw declareren", near=REFUSED)
    assert before.path.startswith("/acties?")
    assert REFUSED in before.text
    assert visitor.press(page, "Opnieuw declareren", near=REFUSED, name=[]).path == "/antwoorden/240201000009"


def test_an_answer_says_what_was_done_since(practice: Path, desk: Callable[..., Visitor]) -> None:
    """Nothing is offered that can't be done any more: about a line that is closed, asked for, or out again."""
    visitor, settings = desk(practice), load(practice / "ei-export.toml")
    content = {PARTLY: (practice / "retour" / PARTLY).read_bytes()}
    visitor.press(visitor.get("/antwoorden"), "Inlezen", files=content)

    def states() -> list[str]:
        page = visitor.get("/antwoorden/240201000009")
        assert len(page.tree.xpath("//td/input[@name='name']")) == len(page.tree.xpath("//button[.='Accepteren']"))
        return page.all("//td[@data-label='Stand']")

    assert states() == ["deels toegekend", "afgewezen"]
    page = visitor.get("/antwoorden/240201000009")
    visitor.press(visitor.press(page, "Accepteren", near="deels toegekend"), "Afsluiten: geaccepteerd (1)")
    visitor.press(visitor.press(page, "Opnieuw declareren", near=REFUSED), "Opnieuw declareren (1)")
    assert states() == ["deels toegekend; afgesloten", "afgewezen; klaar voor de volgende run"]
    run(settings, Options(DAY))
    assert states() == ["deels toegekend; afgesloten", f"afgewezen; opnieuw gedeclareerd: {AGAIN}"]
    undo(settings, "R000002", "", DAY)
    assert states() == ["deels toegekend; afgesloten", "afgewezen; klaar voor de volgende run"]


def test_of_many_declarations_without_an_answer_the_oldest_are_shown(
    visitor: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = "//section[@aria-labelledby='without']//tbody/tr"
    of_all = len(visitor.get("/antwoorden").tree.xpath(rows))
    monkeypatch.setattr("ei_export.desk.answers._MOST_UNANSWERED", 1)
    page = visitor.get("/antwoorden")
    assert len(page.tree.xpath(rows)) == 1 < of_all
    assert f"En nog {of_all - 1} bestand" in page.text
    assert page.link("En nog").get("href") == "/werklijst/werklijst.xlsx"


# Bestanden.


def test_files_are_shown_masked_unless_persons_are_asked_for(visitor: Visitor, place: Path) -> None:
    page = visitor.get("/bestanden")
    names = page.tree.xpath("//section[@class='run']//tbody//th/a/@href")
    assert len(names) == 10
    masked = visitor.get(names[0])
    assert nobody(masked, place)
    shown = visitor.press(masked, "Toon personen op deze bladzijde")
    assert not nobody(shown, place)
    assert nobody(visitor.get(names[0]), place), "that is not kept"
    assert len(shown.all("//section[starts-with(@class, 'record')]")) == 11
    assert "/uitleg?number=240201R0000010000001&kind=reference" in masked.tree.xpath("//main//a/@href")


def test_a_long_file_is_shown_by_the_page(visitor: Visitor) -> None:
    name = "/bestanden/R000001/PM304_3332_240201000005.txt"
    first = visitor.get(name)
    assert "Bladzijde 1 van 4" in first.text
    second = visitor.get(f"{name}?bladzijde=2")
    headings = second.tree.xpath("//section[starts-with(@class, 'record')]/@aria-labelledby")
    assert headings == [f"record-{number}" for number in range(21, 41)]
    last = visitor.get(f"{name}?bladzijde=999999999")
    assert last.all("//section[starts-with(@class, 'record')]/h3")[-1].startswith("Sluitregel: prestaties: 47")


def test_a_page_of_a_file_hides_as_the_whole_does(place: Path) -> None:
    from ei_export.commands.show.describe import Choice
    from ei_export.commands.show.leafing import leafed, records_of
    from ei_export.commands.show.show import Showing

    path = next((place / "out" / "R000001" / "declarations").glob("PM304_3332_*"))
    known, showing = leafed(path), Showing("nl", Choice(), mask=True)
    whole = records_of(path, known, showing, 1, known.records)
    assert len(whole) == known.records
    for first in (2, 47, 60, known.records):
        part = records_of(path, known, showing, first, 20)
        assert part == whole[first - 1 : first + 19]


def test_files_are_judged_and_given_out(visitor: Visitor, place: Path) -> None:
    name = "/bestanden/R000001/PM304_0101_240201000001.txt"
    verdict = visitor.press(visitor.get(name), "Controleren zoals de ontvanger")
    assert "In orde: er is niets gevonden" in verdict.text
    content, header = fetched(visitor, f"{name}/halen")
    assert content == (place / "out" / "R000001" / "declarations" / name.rpartition("/")[2]).read_bytes()
    assert header.startswith("attachment")
    broken = content.replace(b"F1041", b"F9999", 1)
    other = visitor.press(visitor.get("/bestanden"), "Controleren", files={"van-elders.txt": broken})
    assert "van-elders.txt" in other.text
    assert "Niet in orde" in other.text
    assert len(other.all("//details//section[starts-with(@class, 'record')]")) == 11
    assert nobody(other, place)
    assert fetched(visitor, "/bestanden/R000001/lijst/lines.csv")[0].startswith(b"reference,")
    assert fetched(visitor, "/bestanden/lijst/werklijst.xlsx")[0].startswith(b"PK")


@pytest.mark.parametrize(
    "path",
    [
        "R000001/..%2f..%2fledger.sqlite", "R000001/lijst/..%2f..%2fledger.sqlite", "..%2f/ledger.sqlite",
        "R000002/PM304_0101_240201000001.txt", "R000001/ledger.sqlite/halen", "lijst/ledger.sqlite",
        "R000001/lijst/memory.jsonl", "R000001/lijst/declarations",
    ],
)  # fmt: skip
def test_only_files_of_runs_are_given(visitor: Visitor, path: str) -> None:
    page = visitor.get(f"/bestanden/{path}")
    assert page.status == 404
    assert b"SQLite format" not in page.response.data
