"""What somebody does at the desk about what is open: shown first, then done, and taken back."""

import shutil
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path

import pytest

from ei_export.base.wording import euros
from tests.desk.conftest import DAY
from tests.support.clerk import COURSE, Clerk, few_tariffs, the
from tests.support.desk import Page, Visitor, let_in
from tests.support.feeds import TODAY, Clinic, visit
from tests.support.receiver import Verdict, by_insurer

START, CONTACT, END = COURSE
#: Held: the diagnosis is missing.
HELD = visit("H1", "2021-03-01", "940131", "T2", patient="P2") | {"diagnosis_code": ""}
MOVED = START | {"date": "2021-03-02"}


@pytest.fixture(scope="module")
def _before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path_factory.mktemp("actions"))))
    sent = the(clerk.clinic.feed([*COURSE, HELD]).run())
    clerk.gets(by_insurer(sent, {clerk.reference("A3"): Verdict(0, ("0611",))}))
    clerk.clinic.feed([MOVED, CONTACT, END, HELD]).run()
    return clerk.clinic.folder


@pytest.fixture
def clerk(_before: Path, tmp_path: Path) -> Clerk:
    """Of a practice with a refused end, a start that was moved since it was declared, and a held appointment."""
    return Clerk(Clinic(shutil.copytree(_before, tmp_path / "practice")))


@pytest.fixture
def visitor(clerk: Clerk) -> Iterator[Visitor]:
    with let_in(clerk.clinic.folder, date.fromisoformat(TODAY)) as visitor:
        yield visitor


def chosen(visitor: Visitor, way: str, *names: str) -> Page:
    return visitor.get("/acties", query_string={"way": way, "name": names})


def wishes(clerk: Clerk) -> list[tuple[str, str, str]]:
    found = clerk.parsed(clerk.gives("status")[1])["wishes"]
    return [(each["appointment_id"], each["asked"], each["why"]) for each in found]


def test_what_was_chosen_is_shown_and_done_and_taken_back(clerk: Clerk, visitor: Visitor) -> None:
    before = clerk.dump()
    shown = chosen(visitor, "redeclare", clerk.reference("A3"), "H1", "A1")
    assert "Afspraak H1 is nog niet gedeclareerd" in shown.text
    assert "Wordt opnieuw gedeclareerd: € 67,81, code 940134." in shown.text
    assert "€ 67,81 nieuw gedeclareerd" in shown.text
    assert len(shown.all("//input[@name='item']")) == 1
    assert "Dit kan hier niet" in shown.text
    assert 'kies dan "Corrigeren"' in shown.text, "what the desk calls it"
    assert clerk.dump() == before
    done = visitor.press(shown, "Opnieuw declareren (1)", why="gebeld <i>")
    assert done.path == "/acties/klaar"
    assert "1 regel gaat met de volgende run opnieuw mee" in done.text
    assert "gebeld <i>" in done.text
    assert wishes(clerk) == [("A3", "redeclare", "gebeld <i>")]
    lists = [clerk.clinic.folder / "out" / name for name in ("report.html", "werklijst.csv")]
    assert ["zijn bijgewerkt op" in path.read_text("utf-8") for path in lists] == [True, False]
    assert not [path for path in lists if "Inrichting" in path.read_text("utf-8")], "as a run words them"
    back = visitor.press(done, "Toch niet")
    assert "teruggenomen" in back.text
    assert wishes(clerk) == []
    assert clerk.clinic.run().document["run"] is None


def test_the_next_run_sends_what_was_shown(clerk: Clerk, visitor: Visitor) -> None:
    shown = chosen(visitor, "correct", "A1")
    assert "Wordt gecrediteerd, € 66,44 terug, en opnieuw gedeclareerd: € 66,44, code 940131." in shown.text
    waiting = visitor.press(shown, "Corrigeren (1)")
    assert "Wordt gecrediteerd, € 66,44 terug, en opnieuw gedeclareerd" in waiting.text
    night = clerk.clinic.run()
    assert (night.credits, night.lines) == ({"A1": 6644}, {"A1": ("F1013", 1)})
    late = visitor.press(waiting, "Toch niet")
    assert "is al gedaan" in late.text
    assert "Vandaag" in late.text, "what can still be done"
    assert "Er staat niets klaar" in late.text


def test_what_waits_although_it_was_asked_for_does_not_go_by_itself(clerk: Clerk, visitor: Visitor) -> None:
    new = visit("N1", "2021-03-03", "940131", "T3", patient="P3")
    night = clerk.clinic.feed([MOVED | {"diagnosis_code": "3427"}, CONTACT, END, HELD, new]).run()
    waiting = visitor.press(chosen(visitor, "correct", "A1"), "Corrigeren (1)")
    assert "Wacht nog: Diagnosecode 3427" in waiting.text
    assert "0 crediteringen, 0 nieuwe regels. 1 verzoek wacht nog." in visitor.get("/vandaag").text
    assert "vanzelf opnieuw mee" not in waiting.text
    clerk.undoes(night.document["run"])
    assert "1 regel gaat daarnaast vanzelf opnieuw mee" in visitor.get("/acties/klaar").text


def test_what_comes_to_something_else_by_now_is_not_done(clerk: Clerk, visitor: Visitor) -> None:
    """A run at night, or another browser, in between."""
    shown = chosen(visitor, "correct", "A1")
    clerk.clinic.feed([START | {"status": "cancelled"}, CONTACT, END, HELD]).run()
    anew = visitor.press(shown, "Corrigeren (1)")
    assert "Niet gedaan: 1" in anew.text
    assert "Er komt geen nieuwe regel, want de afspraak is vervallen." in anew.text
    assert wishes(clerk) == []
    assert visitor.press(anew, "Corrigeren (1)").path == "/acties/klaar"
    assert wishes(clerk) == [("A1", "correct", "")]


def test_only_what_is_ticked_is_done(clerk: Clerk, visitor: Visitor) -> None:
    shown = chosen(visitor, "patient", "A3", "H1")
    items = shown.all("//input[@name='item']/@value")
    assert visitor.press(shown, "Afsluiten: voor rekening van de patiënt (2)", item=[]).path == "/werklijst"
    assert clerk.parsed(clerk.gives("status")[1])["closed"] == []
    shown = chosen(visitor, "patient", "A3", "H1")
    closed = visitor.press(shown, "Afsluiten: voor rekening van de patiënt (2)", item=items[:1])
    assert closed.path == "/acties/afgesloten"
    assert [row["reference"] for row in clerk.parsed(clerk.gives("status")[1])["closed"]] == [clerk.reference("A3")]


def test_what_is_closed_is_opened_again(clerk: Clerk, visitor: Visitor) -> None:
    shown = chosen(visitor, "write-off", "A3", "H1")
    assert '€ 67,81 gaat van "afgewezen" naar "afgeschreven".' in shown.text
    assert "wordt niet gedeclareerd en telt in geen einde mee" in shown.text
    closed = visitor.press(shown, "Afsluiten: afschrijven (2)", why="verhuisd")
    assert "2 keer afgesloten" in closed.text
    assert clerk.parsed(clerk.gives("status")[1])["totals"]["written_off_cents"] == 6781
    shown = visitor.press(closed, "Heropenen", name=[clerk.reference("A3"), "H1"])
    assert '€ 67,81 gaat van "afgeschreven" naar "afgewezen".' in shown.text
    assert "Er is niets afgesloten." in visitor.press(shown, "Heropenen (2)").text
    assert clerk.parsed(clerk.gives("status")[1])["totals"]["written_off_cents"] == 0


def test_money_that_waits_is_told_before_an_appointment_is_closed(clerk: Clerk, visitor: Visitor) -> None:
    waits = {each["appointment_id"]: each["amount_cents"] for each in clerk.parsed(clerk.gives("status")[1])["tasks"]}
    shown = chosen(visitor, "handled", "H1")
    assert f"Er wacht € {euros(waits['H1'], 'nl')} op deze afspraak" in shown.text
    assert "Samen" not in shown.text, "nothing goes from one sum to another"
    assert "Er wacht" not in chosen(visitor, "patient", clerk.reference("A3")).text, "its sums tell that"


def test_an_act_that_is_none(visitor: Visitor) -> None:
    assert visitor.get("/acties?way=weg&name=A1").status == 404
    assert visitor.get("/acties?name=A1").path == "/acties/klaar"


def test_nothing_was_chosen(visitor: Visitor) -> None:
    assert chosen(visitor, "credit").path == "/werklijst"


def test_a_practice_without_a_ledger(practice: Path, desk: Callable[..., Visitor]) -> None:
    (practice / "ledger.sqlite").unlink()
    for folder in (practice / "out").glob("R*"):
        folder.rename(practice / folder.name)
    (practice / "out" / "runs.csv").unlink(missing_ok=True)
    visitor = desk(practice, DAY)
    assert "Er staat niets klaar" in visitor.get("/acties/klaar").text
    assert "Er is niets afgesloten." in visitor.get("/acties/afgesloten").text
    assert "Met niets van wat u koos kan dit." in chosen(visitor, "credit", "A1").text


def test_what_was_asked_is_taken_back_where_it_is_explained(clerk: Clerk, visitor: Visitor) -> None:
    clerk.asks("correct", "A1")
    told = visitor.get("/uitleg?number=A1")
    assert told.all("//button[@name='way']") == ["Crediteren", "Toch niet corrigeren"]
    shown = visitor.press(told, "Toch niet corrigeren")
    assert "het is weer zoals daarvoor" in shown.text
    assert visitor.press(shown, "Toch niet corrigeren (1)").path == "/acties/klaar"
    assert wishes(clerk) == []
    assert visitor.get("/uitleg?number=A1").all("//button[@name='way']") == ["Corrigeren", "Crediteren"]


def test_an_end_that_will_not_come_is_closed_on_the_work_list_and_opened_again(clerk: Clerk) -> None:
    clerk.clinic.feed([visit("B1", "2021-03-01", "940131", "TB", patient="P4")]).run()
    with let_in(clerk.clinic.folder, date.fromisoformat("2021-12-31")) as visitor:
        page = visitor.get("/werklijst")
        assert "einde vergeten?" in page.text
        key = "open_trajectory:TB:2021-03-01"
        assert page.all(f"//input[@value='{key}']")
        shown = chosen(visitor, "handled", key)
        assert "heeft geen einde" in shown.text
        assert "Komt er weer een bezoek in het traject" in shown.text
        assert "dat vraagt u dan nooit" not in shown.text, "the end may come yet"
        done = visitor.press(shown, "Afsluiten: elders afgehandeld (1)", why="verhuisd")
        assert done.path == "/acties/afgesloten"
        assert "traject TB" in done.text
        assert "verhuisd" in done.text
        assert not visitor.get("/werklijst").all(f"//input[@value='{key}']")
        again = visitor.press(chosen(visitor, "reopen", key), "Heropenen (1)")
        assert "traject TB" not in again.text
        assert visitor.get("/werklijst").all(f"//input[@value='{key}']")
