"""What people decided about what went out outlives the ledger, and holds nothing about anybody."""

import json
import shutil
from pathlib import Path

import pytest

from tests.support.clerk import COURSE, Clerk, few_tariffs
from tests.support.feeds import TODAY, Clinic, tables_read_once, visit
from tests.support.receiver import by_insurer, take_apart

__all__ = ["tables_read_once"]

HELD = visit("H1", "2021-03-01", "940131", "T2", patient="P2") | {"diagnosis_code": ""}


@pytest.fixture(scope="module")
def _before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path_factory.mktemp("decisions"))))
    clerk.is_refused(clerk.clinic.feed([*COURSE, HELD]).run(), "A1", "A3")
    clerk.gives("close", "A3", "H1", "--as", "patient", "--why", "Jansen betaalt zelf")
    clerk.gives("close", "A1", "--as", "handled")
    clerk.gives("close", "A1", "--reopen")
    assert clerk.gives("sent", "R000001", "--on", TODAY)[0] == 0
    return clerk.clinic.folder


@pytest.fixture
def clerk(_before: Path, tmp_path: Path) -> Clerk:
    """Of a practice in which something was closed, opened again, and handed over."""
    return Clerk(Clinic(shutil.copytree(_before, tmp_path / "practice")))


def known(clerk: Clerk) -> object:
    status = clerk.parsed(clerk.gives("status")[1])
    return [
        sorted((row["appointment_id"], row["as"], row["closed_on"]) for row in status["closed"]),
        [row["sent_on"] for row in status["declarations"]],
    ]


def recovered(clerk: Clerk) -> str:
    """What is told of it."""
    code, text = clerk.gives("recover")
    assert code == 0
    (told,) = [row["message"] for row in json.loads(text)["problems"] if row["code"] == "RECOVERED_DECISIONS"]
    return str(told)


def test_a_ledger_that_was_lost_gets_it_back(clerk: Clerk) -> None:
    before = known(clerk)
    (clerk.clinic.folder / "ledger.sqlite").unlink()
    told = recovered(clerk)
    assert "(teruggelezen: 2)" in told
    assert "(teruggelezen: 1)" in told
    assert known(clerk) == before
    assert json.loads(clerk.gives("recover")[1]) == {"runs": [], "problems": []}, "once"
    night = clerk.clinic.run()
    assert (night.lines, [each["code"] for each in night.problems]) == ({}, ["APPOINTMENT_CLOSED"])


def test_an_older_copy_learns_what_was_decided_since(clerk: Clerk) -> None:
    path = clerk.clinic.folder / "ledger.sqlite"
    copy = path.read_bytes()
    clerk.gives("close", "A3", "--reopen")
    clerk.clinic.feed([visit("N1", "2021-04-12", "940131", "TN", patient="P5")]).run()
    assert clerk.gives("sent", "R000002", "--on", TODAY)[0] == 0
    path.write_bytes(copy)
    recovered(clerk)
    assert known(clerk) == [[("H1", "patient", TODAY)], [TODAY, TODAY]]


def test_nothing_in_it_is_about_anybody(clerk: Clerk) -> None:
    kept = (clerk.clinic.folder / "out" / "decisions.jsonl").read_text(encoding="utf-8")
    assert "Jansen" not in kept
    keys = {key for line in kept.split("\n") if line for key in json.loads(line)}
    assert keys == {"day", "appointment_id", "reference", "closed_as", "run", "sent", "answer"}


def test_what_is_spoilt_in_it_is_passed_over(clerk: Clerk) -> None:
    before = known(clerk)
    path = clerk.clinic.folder / "out" / "decisions.jsonl"
    spoilt = ["{", "[]", '{"day": 1}', '{"run": "R1", "sent": "x"}', '{"run": "weg", "sent": null}']
    wrong = {"day": TODAY, "appointment_id": "A1", "reference": None, "closed_as": "weggegooid"}
    path.write_text("\n".join([path.read_text(encoding="utf-8"), *spoilt, json.dumps(wrong)]), encoding="utf-8")
    (clerk.clinic.folder / "ledger.sqlite").unlink()
    recovered(clerk)
    assert known(clerk) == before


def test_nothing_is_closed_that_is_not_kept(clerk: Clerk) -> None:
    before = known(clerk)
    path = clerk.clinic.folder / "out" / "decisions.jsonl"
    path.unlink()
    path.mkdir()
    for command in (["close", "A1", "--as", "handled"], ["sent", "R000001", "--on", TODAY]):
        assert clerk.gives(*command, debug=False)[0] == 4
    assert known(clerk) == before


def test_an_answer_that_is_read_in_again_counts_from_the_day_it_was_first_read(clerk: Clerk) -> None:
    clerk.clinic.feed([visit("N1", "2021-03-02", "940131", "T5", patient="P5")]).run()
    (declared,) = clerk.clinic.folder.glob("out/R000002/declarations/*")
    answer = clerk.clinic.folder / "antwoord.txt"
    answer.write_bytes(by_insurer(take_apart(declared.read_bytes()), {}))
    days = []
    for day in ("2021-07-05", "2021-08-09"):
        code, text = clerk.gives("returns", str(answer), today=day)
        codes = [problem["code"] for problem in clerk.parsed(text)["files"][0]["problems"]]
        (row,) = clerk.rows("SELECT read_on FROM answer JOIN declaration USING (invoice) WHERE run = 2")
        days.append((code, codes, row["read_on"]))
        (clerk.clinic.folder / "ledger.sqlite").unlink()
        assert clerk.gives("recover")[0] == 0
    assert days == [(0, [], "2021-07-05"), (0, ["RETURN_READ_BEFORE"], "2021-07-05")]
