"""A ledger that was filled by the first program with these tables: this one knows all that that one did."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from ei_export.ledger import Ledger
from tests.ledger.filled import LATER, commands, expected, questions, unpacked
from tests.support.clerk import Clerk
from tests.support.feeds import Clinic


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    return unpacked(tmp_path / "practice")


def tables(path: Path) -> dict[str, str]:
    """Every table, view and index as it was made."""
    with closing(sqlite3.connect(path)) as connection:
        return dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))


def test_its_tables_are_those_of_a_new_one(practice: Path, tmp_path: Path) -> None:
    """Whoever changes a table raises the version, and has a ledger of this one brought up to date."""
    with closing(Ledger.open(tmp_path / "new.sqlite")) as new:
        new.commit()
    with closing(Ledger.open(practice / "ledger.sqlite")) as old:
        old.commit()
    assert tables(practice / "ledger.sqlite") == tables(tmp_path / "new.sqlite")


@pytest.mark.parametrize("name", expected()["questions"])
def test_each_question_gives_what_it_gave(name: str, practice: Path) -> None:
    with closing(Ledger.look(practice / "ledger.sqlite")) as ledger:
        given = questions(ledger)[name]
    assert json.loads(json.dumps(given)) == expected()["questions"][name]


def test_every_question_is_asked(practice: Path) -> None:
    with closing(Ledger.look(practice / "ledger.sqlite")) as ledger:
        assert questions(ledger).keys() == expected()["questions"].keys()


def test_what_status_and_the_next_run_say(practice: Path) -> None:
    assert commands(practice) == expected()["commands"]


def test_it_holds_everything_that_can_happen(practice: Path) -> None:
    clerk = Clerk(Clinic(practice))
    states = {row["state"] for row in clerk.rows("SELECT state FROM line")}
    assert states == {"sent", "granted", "partly_granted", "refused", "credited", "withdrawn", "closed"}
    kinds = {row["kind"] for row in clerk.rows("SELECT kind FROM change")}
    assert kinds == {"row", "said", "cancelled", "count", "counted", "gone"}
    assert {row["standard"] for row in clerk.rows("SELECT standard FROM declaration")} == {"PM304 3.2", "GDS801 2.0"}
    assert {row["debit_credit"] for row in clerk.rows("SELECT * FROM line WHERE state = 'refused'")} == {"D", "C"}
    assert clerk.rows("SELECT * FROM recovered") != []
    assert clerk.rows("SELECT * FROM regular") != []
    assert {row["outcome"] for row in clerk.rows("SELECT outcome FROM unsettled")} == {
        "held",
        "unreadable",
        "not_zorg1",
    }
    assert clerk.rows("SELECT count(*) AS tests FROM test_run") == [{"tests": 1}]


def test_nothing_that_was_declared_is_declared_again(practice: Path) -> None:
    """But for what was asked: two lines in the place of those that are credited."""
    clinic = Clinic(practice)
    before = [row["appointment_id"] for row in Clerk(clinic).debits()]
    result = clinic.run(today=LATER)
    again = {line["appointment_id"] for line in result.document["lines"] if line["debit_credit"] == "D"}
    assert result.credits.keys() == again | {"A1-16"}
    assert again < set(before)
