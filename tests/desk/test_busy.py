"""While a run has the ledger, pages are read on, and what would write waits, says so, and can be done afterwards."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from ei_export.desk import looks, showing
from ei_export.ledger import Ledger
from tests.support.desk import Visitor

READ = ("/vandaag", "/werklijst", "/antwoorden", "/bestanden", "/cijfers", "/acties/klaar", "/acties/afgesloten")


@pytest.fixture
def visitor(practice: Path, desk: Callable[..., Visitor], monkeypatch: pytest.MonkeyPatch) -> Visitor:
    monkeypatch.setattr(showing, "_PATIENCE", 0.3)
    monkeypatch.setattr(showing, "_PAUSE", 0.1)
    monkeypatch.setattr(looks, "_SETTLED", 0)  # the practice may have been made a moment ago
    return desk(practice)


def sent_on(visitor: Visitor) -> list[object]:
    with closing(Ledger.look(visitor.desk.settings().ledger.path)) as ledger:
        return [*ledger.column("SELECT handed_over_on FROM run")]


def test_a_run_keeps_nobody_from_reading_and_everybody_from_writing(visitor: Visitor) -> None:
    with closing(Ledger.open(visitor.desk.settings().ledger.path)):
        pages = {path: visitor.get(path) for path in READ}
        assert {path: page.status for path, page in pages.items()} == dict.fromkeys(READ, 200)
        waiting = visitor.press(pages["/vandaag"], "R000001 is verstuurd")
        assert waiting.status == 200, "a browser would note an error"
        assert "Nog even wachten" in waiting.text
    assert sent_on(visitor) == [None]
    done = visitor.press(waiting, "Opnieuw proberen")
    assert (done.status, sent_on(visitor)) == (200, ["2024-02-02"])


def test_what_is_to_be_sent_and_has_no_answer_stands_above_every_page(visitor: Visitor) -> None:
    above = "//main/p[contains(@class, 'message')][.//a[.='Naar Vandaag']]"
    pages = [*READ[1:], "/inrichting", "/vandaag/runs"]
    said = {path: visitor.get(path).all(above) for path in pages}
    assert said == {path: ["Van 1 run zijn de bestanden nog niet verstuurd. Naar Vandaag"] for path in pages}
    today = visitor.get("/vandaag")
    assert today.all(above) == []
    visitor.press(today, "R000001 is verstuurd")
    (said_then,) = visitor.get("/cijfers").all(above)
    declarations = len(visitor.get("/vandaag").all("//section[@aria-labelledby='waiting']//tbody/tr"))
    assert declarations > 1
    assert said_then == f"{declarations} declaraties wachten op antwoord. Naar Vandaag"


def test_a_ledger_that_can_not_be_read_leaves_other_pages(visitor: Visitor) -> None:
    visitor.desk.settings().ledger.path.write_bytes(b"no ledger at all")
    assert visitor.get("/inrichting").status == 200


def test_while_it_is_written_pages_show_what_was(visitor: Visitor) -> None:
    assert visitor.get("/werklijst").status == 200
    other = sqlite3.connect(visitor.desk.settings().ledger.path, isolation_level=None)
    with closing(other):
        other.execute("BEGIN EXCLUSIVE")
        assert {visitor.get(path).status for path in READ} == {200}


def test_what_waits_is_done_once_the_ledger_is_free(visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without asking again."""
    monkeypatch.setattr(showing, "_PATIENCE", 60.0)
    page, ledger = visitor.get("/vandaag"), Ledger.open(visitor.desk.settings().ledger.path)
    monkeypatch.setattr(showing, "sleep", lambda pause: ledger.close())
    done = visitor.press(page, "R000001 is verstuurd")
    assert (done.status, sent_on(visitor)) == (200, ["2024-02-02"])
