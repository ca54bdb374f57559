"""What ``explain`` tells of lines that were answered, credited, declared again or withdrawn."""

import json
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support import ledgers
from tests.support.feeds import Clinic, tables_read_once, visit
from tests.support.ledgers import LineAnswer
from tests.support.telling import Told, explained

__all__ = ["tables_read_once"]

ROWS = (visit("A1", "2021-01-04", "01", "T1"), visit("A2", "2021-01-11", "0111", "T1"))
REFERENCE, OTHER = "210701R0000010000001", "210701R0000010000002"
INVOICE = "210701000001"


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    """A practice that declared two lines: A1 and A2, of € 66.44 and € 67.81."""
    clinic = Clinic.open(tmp_path / "clinic")
    clinic.feed(ROWS).run()
    return clinic


def told(clinic: Clinic, number: str) -> Told:
    return explained(clinic.folder, number, lang="en")


def note(clinic: Clinic, table: str, **values: object) -> None:
    """Writes a row in the ledger, as asking for a correction does."""
    with closing(sqlite3.connect(clinic.folder / "ledger.sqlite")) as ledger, ledger:
        names, marks = ", ".join(values), ", ".join("?" * len(values))
        ledger.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values()))


def command(clinic: Clinic, name: str, *arguments: str) -> str:
    """What a command of the day after prints; an appointment may have more than one line."""
    config = str(clinic.folder / "ei-export.toml")
    done = CliRunner().invoke(main, [name, "--config", config, "--today", "2021-07-02", "--json", *arguments])
    assert done.exit_code == 0, done.stderr
    return done.stdout


def answer(clinic: Clinic, kind: str = "answered", codes: str = "", **line: LineAnswer) -> None:
    """The answer to the declaration, and to the line of A1 if it says anything of that."""
    lines = dict.fromkeys([REFERENCE], line["line"]) if line else {}
    ledgers.answer(clinic.folder, INVOICE, lines, kind=kind, codes=codes)


def test_no_answer_yet(clinic: Clinic) -> None:
    assert told(clinic, "A1").texts("answer") == ["No answer from VGZ yet."]
    assert "No answer from VGZ yet." in told(clinic, "A1").texts("outcome")[0]


def test_granted_in_full(clinic: Clinic) -> None:
    answer(clinic)
    found = told(clinic, "A1")
    assert found.texts("outcome") == ["declared in run R000001 of 2021-07-01, € 66.44, and granted."]
    assert found.texts("answer") == ["VGZ granted € 66.44 on 2021-07-19."]
    assert found.texts("visit")[0].endswith("start: granted, F1013 x1, € 66.44")


def test_granted_in_part(clinic: Clinic) -> None:
    answer(clinic, line=("partly_granted", 5_000, "0611"))
    found = told(clinic, "A1")
    assert found.texts("answer") == ["VGZ granted € 50.00 of € 66.44 on 2021-07-19."]
    assert "granted in part: € 50.00" in found.texts("outcome")[0]
    assert found.texts("note")[-1].startswith("0611: ")
    assert told(clinic, "A2").texts("answer") == ["VGZ granted € 67.81 on 2021-07-19."]


def test_refused_by_the_insurer_and_asked_for_again(clinic: Clinic) -> None:
    answer(clinic, line=("refused", 0, "8007 0638"))
    found = told(clinic, "A1")
    assert found.texts("outcome") == ["declared in run R000001 of 2021-07-01, € 66.44, and refused."]
    assert found.texts("answer") == ["VGZ refused this on 2021-07-19."]
    assert [text[:5] for text in found.texts("note")] == ["8007:", "0638:"]
    assert found.sources("note") == ["specs/codelists/return-codes.csv"] * 2
    assert len(found.texts("remedy")) == 2
    assert not any("{" in text for text in found.texts("remedy"))
    assert found.texts("correction") == [
        f"Goes out again once the appointment changes in the feed, or after: ei-export redeclare {REFERENCE}"
    ]
    assert "start: refused" in found.texts("visit")[0]
    command(clinic, "redeclare", REFERENCE)
    queued = told(clinic, "A1")
    assert queued.texts("correction") == ["Asked to declare again on 2021-07-02."]
    command(clinic, "run")
    sent = told(clinic, "A1")
    assert queued.texts("remedy") == sent.texts("remedy") == [], "there is nothing left to do"
    assert len(sent.texts("sent")) == 2


def test_refused_and_then_cancelled(clinic: Clinic) -> None:
    """Also when the feed says nothing of it any more."""
    answer(clinic, line=("refused", 0, "8007"))
    clinic.feed([ROWS[0] | {"status": "cancelled"}, ROWS[1]])
    cancelled = told(clinic, "A1")
    assert "status cancelled" in cancelled.texts("row")[0]
    command(clinic, "run")
    clinic.feed([visit("Z", "2021-05-01", "1000", patient="P9")])
    silent = told(clinic, "A1")
    assert silent.texts("row")[0].startswith("Not in this feed, but remembered")
    for found in (cancelled, silent):
        assert "and refused." in found.texts("outcome")[0]
        assert found.document["line"]["reference"] == REFERENCE


def test_refused_as_a_whole(clinic: Clinic) -> None:
    answer(clinic, "refused", "0001")
    found = told(clinic, "A2")
    assert "refused" in found.texts("outcome")[0]
    assert found.texts("note")[-1].startswith("0001: ")


def test_a_credit_that_is_due_and_what_comes_in_its_place(clinic: Clinic) -> None:
    ledgers.to_do(clinic.folder, REFERENCE, to_credit="now", to_repeat="now")
    note(clinic, "request", day="2021-07-02", asked="redeclare", reference=REFERENCE, why="wrong amount")
    before = told(clinic, "A1")
    assert before.texts("outcome") == ["goes out in the next run, € 66.44."]
    assert before.texts("correction") == ["Asked to declare again on 2021-07-02 (wrong amount)."]
    assert [line["debit_credit"] for line in before.document["lines"]] == ["D", "C", "D"]
    assert before.texts("due")[0].startswith(f"Credit, takes {REFERENCE} back. PM304 3.2 for UZOVI 7095: F1013,")
    result = json.loads(command(clinic, "check"))["lines"]
    numbers = {"reference": None, "invoice": None}
    assert [line | numbers for line in result] == before.document["lines"][1:]

    command(clinic, "run")
    after = told(clinic, "A1")
    assert [line["debit_credit"] for line in after.document["lines"]] == ["D", "C", "D"]
    assert after.document["line"] == after.document["lines"][2]
    credit, debit = (line["reference"] for line in after.document["lines"][1:])
    assert [text.split("\n")[0] for text in after.texts("sent")] == [
        f"reference  {REFERENCE} (element 0434)",
        f"reference  {credit} (element 0434), takes {REFERENCE} back",
        f"reference  {debit} (element 0434)",
    ]
    assert after.texts("answer")[0] == "Taken back by a credit."
    assert "A credit in run R000002 of 2021-07-02, € 66.44." in told(clinic, credit).texts("outcome")[0]
    assert told(clinic, REFERENCE).document["line"]["reference"] == REFERENCE
    assert len(told(clinic, "T1").texts("sent")) == 4


def test_a_credit_alone(clinic: Clinic) -> None:
    ledgers.to_do(clinic.folder, REFERENCE, to_credit="now")
    assert "is credited in the next run" in told(clinic, "A1").texts("outcome")[0]
    answer(clinic, line=("partly_granted", 5_000, "0611"))
    command(clinic, "run")
    found = told(clinic, "A1")
    (outcome,) = found.texts("outcome")
    assert outcome == (
        "declared in run R000001 of 2021-07-01, € 66.44, and credited afterwards. Nothing of it stands. "
        f"To declare it again: ei-export redeclare {REFERENCE}"
    )
    assert told(clinic, "T1").texts("outcome") == ["taken back: 1, declared: 1 (€ 67.81)."]
    assert found.texts("answer")[0] == (
        "VGZ granted € 50.00 of € 66.44 on 2021-07-19. Taken back by a credit afterwards."
    )
    assert "start: credited" in found.texts("visit")[0]


def test_what_was_withdrawn_and_does_not_go_again(clinic: Clinic) -> None:
    """It is not taken for what another system declared, or for a contact that counts nowhere."""
    ledgers.withdraw(clinic.folder)
    found = told(clinic, "A1")
    (outcome,) = found.texts("outcome")
    assert outcome == (
        "was in run R000001 of 2021-07-01, € 66.44, and withdrawn with it. Nothing of it stands. "
        f"To declare it again: ei-export redeclare {REFERENCE}"
    )
    assert found.texts("visit")[0].endswith("A1  start: withdrawn, F1013 x1, € 66.44")
    ledgers.to_do(clinic.folder, REFERENCE, to_repeat="now")
    clinic.feed([ROWS[0] | {"status": "cancelled"}, ROWS[1]])
    (outcome,) = told(clinic, "A1").texts("outcome")
    assert outcome.endswith("Nothing of it stands, and the appointment was cancelled.")


def test_a_run_that_was_withdrawn(clinic: Clinic) -> None:
    ledgers.withdraw(clinic.folder)
    for reference in (REFERENCE, OTHER):
        ledgers.to_do(clinic.folder, reference, to_repeat="now")
    found = told(clinic, "A1")
    assert found.texts("outcome") == ["goes out in the next run, € 66.44."]
    assert found.texts("sent") == [
        f"reference {REFERENCE} of run R000001 was never sent: that run was withdrawn on 2021-07-02 (test)."
    ]
    assert found.document["line"]["reference"] is None
