"""A morning at the desk, from the first look at the work list until what was put right is handed over: in a real
browser without a mouse, and by forms alone. After each step the ledger and ``status`` hold what the page shows."""

import csv
import io
import os
import re
import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final
from zipfile import ZipFile

import pytest
from attrs import define
from selenium.webdriver.common.keys import Keys

from ei_export import load, status
from tests.support.at_desk import AtDesk, ByForms, InBrowser
from tests.support.browser import Browser
from tests.support.demo import ANSWERS, demo
from tests.support.desk import let_in, served
from tests.support.feeds import BSNS
from tests.support.long_work import in_threads  # noqa: F401 - a fixture
from tests.support.receiver import take_apart

DAY: Final = date(2024, 2, 2)
#: Of VGZ: a start that is refused; a relapse that is granted in part.
REFUSED, PARTLY = "240201R0000010000120", "240201R0000010000124"
REFUSED_CENTS, PARTLY_CENTS, PARTLY_GRANTED = 164_30, 44_52, 40_00
#: In the file that VECOZO returned: a line that was good, and goes along by itself.
GOOD_CENTS: Final = 212_00
#: A start that was granted under a wrong code, AFS00383; under the right one.
WRONG, WRONG_CENTS, RIGHT_CENTS = "240201R0000010000125", 106_00, 153_70
#: Two starts whose status is a word that nobody knows, each for so much.
NEW, NEW_CENTS = ("AFS00410", "AFS00411"), 106_00
#: What was agreed for the end that has no tariff, AFS00338.
TARIFF_CENTS: Final = 170_93


@define
class Books:
    """What the books of the practice have to say by now, as the walk works it out: cents, what waits for the next run,
    and how many tasks there are."""

    practice: Path
    declared: int
    tasks: int
    credited: int = 0
    granted: int = 0
    refused: int = 0
    patient: int = 0
    credits: int = 0
    again: int = 0

    @property
    def open(self) -> int:
        return self.declared - self.credited - self.granted - self.refused - self.patient

    def agree(self, at: AtDesk) -> None:
        """The ledger, ``status`` and the page that is shown agree with them."""
        assert (self._sum("amount_cents", "D"), self._sum("amount_cents", "C")) == (self.declared, self.credited)
        assert self._sum("granted_cents", "D") == self.granted
        with status(load(self.practice / "ei-export.toml"), DAY) as told:
            names = ("declared", "credited", "granted", "refused", "patient", "open")
            assert {name: told.totals[f"{name}_cents"] for name in names} == {
                name: getattr(self, name) for name in names
            }
            assert (told.queue.credits, told.queue.again) == (self.credits, self.again)
            assert sum(1 for _ in told.worklist) == self.tasks
        assert at.page.all("//nav//a[starts-with(., 'Werklijst')]/*") == [f"{self.tasks} te doen"]

    def _sum(self, column: str, debit_credit: str) -> int:
        with closing(sqlite3.connect(self.practice / "ledger.sqlite")) as ledger:
            sql = f"SELECT sum({column}) FROM line WHERE debit_credit = ?"
            return int(ledger.execute(sql, [debit_credit]).fetchone()[0] or 0)

    def files(self, run: str) -> dict[str, bytes]:
        folder = self.practice / "out" / run / "declarations"
        return {path.name: path.read_bytes() for path in folder.iterdir()}

    def export_of_tonight(self) -> bytes:
        """The export after somebody put the wrong code right and two patients came, written by a practice system that
        got another word for what was completed."""
        with (self.practice / "afspraken.csv").open(encoding="utf-8-sig", newline="") as file:
            rows = list(csv.DictReader(file, delimiter=";"))
        wrong = next(row for row in rows if row["Afspraaknr"] == "AFS00383")
        for number, name in enumerate(NEW):
            person = {"Patiëntnr": f"2000{number}", "BSN": BSNS[number], "Trajectnr": f"ZT009{number}"}
            rows.append({**wrong, **person, "Afspraaknr": name, "Datum": "18-12-2023", "Status": "Klaar"})
        wrong["Prestatie"] = "940141"
        written = io.StringIO()
        writer = csv.DictWriter(written, rows[0], delimiter=";")
        writer.writeheader()
        writer.writerows(rows)
        return written.getvalue().encode()


def walk(at: AtDesk, practice: Path) -> None:
    books = Books(practice, 0, tasks=16)
    books.declared = cents(books.files("R000001").values())
    for step in (
        looks, reads_answers_in, understands_a_refusal, declares_it_again, leaves_the_rest_to_the_patient,
        declares_from_another_export, corrects_what_changed, links_a_word, adds_a_tariff, declares, hands_over,
        looks_around,
    ):  # fmt: skip
        step(at, books)
        books.agree(at)


def looks(at: AtDesk, books: Books) -> None:
    at.follow("Werklijst")
    assert "16 taken, het dringendste eerst" in at.page.text
    assert "Van 1 run zijn de bestanden nog niet verstuurd." in at.page.text


def reads_answers_in(at: AtDesk, books: Books) -> None:
    """Two of them dragged in, one chosen."""
    *two, last = sorted(path.name for path in ANSWERS.iterdir())
    at.follow("Antwoorden")
    at.drop("Inlezen", files={name: (ANSWERS / name).read_bytes() for name in two})
    assert at.page.all("//section[@aria-labelledby='brought']//h3") == two
    at.press("Inlezen", files={last: (ANSWERS / last).read_bytes()})

    asked = {name: take_apart(content).cents for name, content in books.files("R000001").items()}
    whole, good, partly = (asked[name.replace("PM305", "PM304")] for name in (*two, last))
    rest = REFUSED_CENTS + PARTLY_CENTS - PARTLY_GRANTED
    books.granted = good + partly - rest
    books.refused = whole + rest
    books.again = 1
    books.tasks += 3
    assert at.page.all("//dl[@class='figures']//dd") == [euros(partly), euros(partly - rest), "1 van 18", "1"]


def understands_a_refusal(at: AtDesk, books: Books) -> None:
    at.follow("Werklijst")
    at.press("Zoek", zoek="0611")
    assert "1 van 19 taken." in at.page.text
    assert at.page.all("//table//td[@class='number']") == [euros(REFUSED_CENTS)]
    at.follow(REFUSED)
    for told in (
        f"Gedeclareerd in run R000001 van 01-02-2024, {euros(REFUSED_CENTS)}.", "0611: Tarief prestatie ontbreekt",
        f"Het bedrag van {euros(REFUSED_CENTS)} voor F1045 is niet wat met VGZ is afgesproken.", "Wat nu",
    ):  # fmt: skip
        assert told in at.page.text


def declares_it_again(at: AtDesk, books: Books) -> None:
    at.press("Opnieuw declareren")
    assert f"Samen: {euros(REFUSED_CENTS)} nieuw gedeclareerd." in at.page.text
    books.agree(at)  # nothing was done yet
    at.press("Opnieuw declareren (1)", why="Het bedrag klopt")
    books.again += 1
    books.tasks -= 1
    assert at.page.all("//h1") == ["Klaar voor de volgende run"]
    assert at.page.all("//td//p[@class='soft']") == ["Het bedrag klopt"]
    assert "1 regel gaat daarnaast vanzelf opnieuw mee" in at.page.text  # which was good in a file that was refused


def leaves_the_rest_to_the_patient(at: AtDesk, books: Books) -> None:
    rest = PARTLY_CENTS - PARTLY_GRANTED
    at.follow("Werklijst")
    at.press("Voor de patiënt", name=[PARTLY])
    assert f'{euros(rest)} gaat van "afgewezen" naar "voor rekening van de patiënt".' in at.page.text
    at.press("Afsluiten: voor rekening van de patiënt (1)")
    books.refused -= rest
    books.patient += rest
    books.tasks -= 1
    assert at.page.all("//td[@class='number']") == [euros(rest)]


def declares_from_another_export(at: AtDesk, books: Books) -> None:
    """Dragged in: it says that a start was another product, and has two rows with a word that nobody knows."""
    at.follow("Vandaag")
    at.drop("Kijk wat er met dit bestand meegaat", feed={"vanavond.csv": books.export_of_tonight()})
    asked = REFUSED_CENTS + GOOD_CENTS
    assert 'niet te zien; de status is "Klaar". 2 ×' in at.page.text
    books.agree(at)  # it was only looked at
    at.press(f"Declareren: 2 regels, {euros(asked)}")
    assert at.page.all("//h1") == ["Gedeclareerd: run R000002"]
    assert cents(books.files("R000002").values()) == asked
    books.declared += asked
    books.again = 0
    books.tasks += 2  # the change, and the word


def corrects_what_changed(at: AtDesk, books: Books) -> None:
    at.follow("Werklijst")
    at.press("Corrigeren", name=[WRONG])
    assert (
        f"Wordt gecrediteerd, {euros(WRONG_CENTS)} terug, en opnieuw gedeclareerd: {euros(RIGHT_CENTS)}, code 940141."
        in at.page.text
    )
    at.press("Corrigeren (1)")
    books.credits, books.again = 1, 1
    books.tasks -= 1


def links_a_word(at: AtDesk, books: Books) -> None:
    """By now the practice system wrote its export where each night finds it."""
    (books.practice / "afspraken.csv").write_bytes(books.export_of_tonight())
    at.follow("Inrichting")
    assert "1 woord nog niet begrepen" in at.page.text
    at.follow("Statuswoorden")
    at.press("Uitgevoerd", woord=["Klaar"])
    assert "Een run zou nu 2 regels declareren" in at.page.text
    assert "en hierdoor 4 regels" in at.page.text
    at.press("Bewaren")
    assert "Klaar 2 2 Uitgevoerd" in at.page.text


def adds_a_tariff(at: AtDesk, books: Books) -> None:
    at.follow("Tarieven")
    (field,) = at.page.all("//input[starts-with(@name, 'bedrag:')]/@name")
    at.press("Bekijk de wijziging", near="Menzis 940170", **{field: f"{TARIFF_CENTS / 100:.2f}".replace(".", ",")})
    assert "Een run zou nu 4 regels declareren" in at.page.text
    assert "en hierdoor 5 regels" in at.page.text
    at.press("Bewaren")
    assert "Uw tarieven 333 tarieven in tarieven.csv." in at.page.text
    books.tasks -= 1  # what waited for it goes along with the next run


def declares(at: AtDesk, books: Books) -> None:
    new = RIGHT_CENTS + TARIFF_CENTS + len(NEW) * NEW_CENTS
    at.follow("Vandaag")
    assert "Klaargezet voor de volgende run: 1 creditering, 1 nieuwe regel." in at.page.text
    at.press("Kijk wat er nu meegaat")
    at.press(f"Declareren: 5 regels, {euros(new - WRONG_CENTS)}")
    assert at.page.all("//h1") == ["Gedeclareerd: run R000003"]
    assert cents(books.files("R000003").values()) == new - WRONG_CENTS
    books.declared += new
    books.credited += WRONG_CENTS
    books.credits = books.again = 0
    books.tasks -= 1
    lines = [line for content in books.files("R000003").values() for _, line in take_apart(content).lines]
    assert sorted(line.cents for line in lines) == [-WRONG_CENTS, NEW_CENTS, NEW_CENTS, RIGHT_CENTS, TARIFF_CENTS]


def hands_over(at: AtDesk, books: Books) -> None:
    at.follow("Vandaag")
    assert "Op bestanden van R000001 is geantwoord, en niemand heeft gezegd wanneer hij is verstuurd." in at.page.text
    at.press("R000001 is verstuurd")
    for run in ("R000003", "R000002"):
        with ZipFile(io.BytesIO(at.download(f"{run}.zip"))) as zipped:
            assert {name: zipped.read(name) for name in zipped.namelist()} == books.files(run)
        at.press(f"{run} is verstuurd")
        assert f"Genoteerd dat {run} op 02-02-2024 naar VECOZO is gestuurd." in at.page.text
    assert "Er staat niets klaar om te versturen." in at.page.text
    with status(load(books.practice / "ei-export.toml"), DAY) as told:
        assert list(told.to_send) == []
        sent_on = {row["run"]: row["sent_on"] for row in told.declarations}
    assert sent_on == dict.fromkeys(("R000001", "R000002", "R000003"), "2024-02-02")


def looks_around(at: AtDesk, books: Books) -> None:
    """What came of it, on pages that only show."""
    at.follow("Uitleg")
    at.press("Zoeken", number=NEW[0])
    assert f"gedeclareerd in run R000003 van 02-02-2024, {euros(NEW_CENTS)}." in at.page.text
    at.follow("Bestanden")
    assert at.page.all("//h3/*[@class='badge']") == [*["verstuurd, nog geen antwoord"] * 2, "deels beantwoord"]
    at.follow("Zorg1")
    at.follow("Werklijst")
    assert "16 taken, het dringendste eerst" in at.page.text
    at.follow("Cijfers")
    sums = (books.declared, books.credited, books.granted, books.refused, 0, books.patient, books.open)
    assert at.page.all("(//table)[1]//tr[th='Totaal']/td")[-7:] == [euros(each).removeprefix("€ ") for each in sums]


def euros(amount: int) -> str:
    whole, rest = divmod(amount, 100)
    return f"€ {whole:,}".replace(",", ".") + f",{rest:02}"


def cents(files: Iterable[bytes]) -> int:
    """What files claim together, credits taken off."""
    return sum(take_apart(content).cents for content in files)


def all_are_chosen(browser: Browser, at: AtDesk) -> None:
    """By one box, which is there with scripts alone."""
    at.follow("Werklijst")
    browser.find("[data-all]").send_keys(Keys.SPACE)
    boxes = "[...document.querySelectorAll('td [name=name]')]"
    count = browser.run(f"return {boxes}.filter(box => box.checked).length")
    assert 5 < count == browser.run(f"return {boxes}.length")
    browser.find("td [name=name]").send_keys(Keys.SPACE)
    assert browser.run("return document.querySelector('[data-all]').indeterminate")


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return demo(tmp_path)


def test_in_a_browser_by_keyboard(browser: Browser, practice: Path) -> None:
    """Every page without a word in the console, from this computer alone, and as wide as a telephone. The pictures of
    them go where ``EI_EXPORT_PICTURES`` says."""
    pictures = os.environ.get("EI_EXPORT_PICTURES")
    with served(practice, DAY) as desk:
        at = InBrowser(browser, desk.address, Path(pictures) if pictures else None)
        here = re.match(r"http://127\.0\.0\.1:\d+/", desk.address)
        assert here is not None
        walk(at, practice)
        all_are_chosen(browser, at)
        asked = browser.asked_for("http")
    assert browser.said() == []
    assert len(asked) > 100
    others = {address for address in asked if not address.startswith((here[0], "data:"))}  # data: Chromium's own icons
    assert others == set()


@pytest.mark.usefixtures("in_threads")
def test_by_forms_alone(practice: Path) -> None:
    with let_in(practice, DAY) as visitor:
        walk(ByForms(visitor), practice)
