"""What is closed leaves every list but that of what is closed, and is as if nobody had closed it once it is opened."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.support.clerk import CONTACT, COURSE, END, START, Clerk, few_tariffs, the
from tests.support.feeds import Clinic, visit
from tests.support.receiver import Verdict, by_insurer

#: Held: the diagnosis is missing; and after the end of its trajectory.
HELD = visit("H1", "2021-03-01", "940131", "T2", patient="P2") | {"diagnosis_code": ""}
LATE = visit("L1", "2021-04-08", "940135", "T1")


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return Clerk(few_tariffs(Clinic.open(tmp_path)))


def status(clerk: Clerk) -> dict[str, Any]:
    return clerk.parsed(clerk.gives("status")[1])


def closes(clerk: Clerk, *arguments: str) -> list[dict[str, Any]]:
    code, text = clerk.gives("close", *arguments, "--why", "verhuisd")
    assert code == 0, text
    return list(json.loads(text)["closed"])


def faults(clerk: Clerk, command: str, *arguments: str) -> list[str]:
    """Why nothing was done."""
    code, text = clerk.gives(command, *arguments)
    assert code == 1
    document = json.loads(text)
    assert not document.get("closed")
    assert not document.get("queued")
    return [problem["code"] for problem in document["problems"]]


def adds_up(totals: dict[str, int]) -> bool:
    rest = sum(totals[f"{name}_cents"] for name in ("granted", "refused", "written_off", "patient", "open"))
    return totals["declared_cents"] - totals["credited_cents"] == rest


def test_a_held_appointment_is_closed_and_opened_again(clerk: Clerk) -> None:
    before = clerk.clinic.feed([*COURSE, HELD]).run()
    assert before.exit_code == 1
    (item,) = closes(clerk, "H1", "--as", "handled")
    about = {"kind": "held", "appointment_id": "H1", "reference": None, "rest_cents": None, "task": None}
    assert item == {**about, "as": "handled"}
    after = clerk.clinic.run()
    assert after.exit_code == 0
    assert [(each["code"], each["severity"], each["appointment_id"]) for each in after.problems] == [
        ("APPOINTMENT_CLOSED", "info", "H1")
    ]
    counts = after.document["appointments"]
    assert (counts["held"], after.document["closed"]) == (1, 1)
    assert [(row["held"], row["closed"]) for row in after.document["insurers"]] == [(1, 1)]
    told = status(clerk)
    assert (told["held"], told["deadlines"]) == ([], [])
    (row,) = told["closed"]
    assert (row["appointment_id"], row["reference"], row["as"], row["why"]) == ("H1", None, "handled", "verhuisd")
    assert (row["patient_id"], row["date"], row["insurer"]) == ("P2", "2021-03-01", "VGZ")
    closes(clerk, "H1", "--reopen")
    again = clerk.clinic.run()
    assert (again.exit_code, "closed" in again.document) == (1, False)
    assert [each["code"] for each in again.problems] == [each["code"] for each in before.problems]
    assert status(clerk)["closed"] == []


def test_a_closed_appointment_is_never_declared_until_it_is_opened(clerk: Clerk) -> None:
    clerk.clinic.feed([*COURSE, HELD]).run()
    closes(clerk, "H1", "--as", "write-off")
    mended = clerk.clinic.feed([*COURSE, HELD | {"diagnosis_code": "3426"}])
    for _ in range(2):  # told until somebody did something about it, also where the feed is as it was last
        result = mended.run()
        assert (result.exit_code, result.lines) == (0, {})
        (problem,) = result.problems
        assert (problem["code"], problem["severity"]) == ("APPOINTMENT_CLOSED_CHANGED", "warning")
        assert "diagnosis_code" in problem["message"]
    clerk.clinic.feed([]).run()
    closes(clerk, "H1", "--reopen")
    assert clerk.clinic.run().lines.keys() == {"H1"}


def test_an_end_no_longer_waits_for_what_is_closed(clerk: Clerk) -> None:
    broken = CONTACT | {"uzovi": "70x5"}
    held = clerk.clinic.feed([START, broken, END]).run()
    assert held.lines.keys() == {"A1"}
    closes(clerk, "A2", "--as", "handled")
    result = clerk.clinic.run()
    assert result.lines.keys() == {"A3"}
    assert result.exit_code == 0


def test_a_contact_after_the_end(clerk: Clerk) -> None:
    clerk.clinic.feed([*COURSE, LATE]).run()
    assert clerk.clinic.run().exit_code == 1
    assert faults(clerk, "close", "L1", "--as", "write-off") == ["CLOSE_AS"]
    (item,) = closes(clerk, "L1", "--as", "accepted")
    assert item["kind"] == "contact"
    assert clerk.clinic.run().exit_code == 0


@pytest.mark.parametrize(("way", "key"), [("write-off", "written_off"), ("patient", "patient"), ("handled", "refused")])
@pytest.mark.parametrize("granted", [0, 1_000])
def test_what_was_not_granted_gets_a_name(clerk: Clerk, way: str, key: str, granted: int) -> None:
    clerk.is_refused(clerk.clinic.feed(COURSE).run(), "A3", granted=granted)
    before = status(clerk)["totals"]
    reference = clerk.reference("A3")
    (item,) = closes(clerk, reference.lower(), "--as", way)
    assert (item["reference"], item["rest_cents"]) == (reference, before["refused_cents"])
    told = status(clerk)
    totals = told["totals"]
    assert [adds_up(before), adds_up(totals)] == [True, True]
    assert totals[f"{key}_cents"] == before["refused_cents"] > 0
    assert [sum(row[name] for row in told["insurers"]) for name in totals] == [*totals.values()]
    assert told["refused"] == told["changed"] == told["nothing_stands"] == []
    assert [row["reference"] for row in told["closed"]] == [reference]
    result = clerk.clinic.run()
    assert (result.exit_code, result.problems, result.lines) == (0, [], {})
    closes(clerk, "A3", "--reopen")
    assert status(clerk)["totals"] == before


def test_nothing_is_done_where_one_of_them_cannot_be_closed(clerk: Clerk) -> None:
    sent = clerk.clinic.feed([*COURSE, HELD]).run()
    assert faults(clerk, "close", "H1", "A1", "--as", "handled") == ["CLOSE_UNANSWERED"]
    clerk.is_refused(sent, "A3")
    assert faults(clerk, "close", "H1", "A1", "A2", "nothing", "--as", "handled") == [
        "CLOSE_GRANTED",
        "CLOSE_NOTHING",
        "CLOSE_UNKNOWN",
    ]
    assert faults(clerk, "close", "H1", "--reopen") == ["CLOSE_NOT_CLOSED"]
    assert status(clerk)["closed"] == []
    closes(clerk, "H1", "A3", "A3", "--as", "handled")
    assert faults(clerk, "close", "H1", "A3", "--as", "patient") == ["CLOSE_TWICE", "CLOSE_TWICE"]
    assert len(status(clerk)["closed"]) == 2


@pytest.mark.parametrize("arguments", [["H1"], ["H1", "--as", "handled", "--reopen"]])
def test_it_is_closed_as_something_or_opened(clerk: Clerk, arguments: list[str]) -> None:
    code, text = clerk.gives("close", *arguments, debug=False)
    assert (code, json.loads(text)["problems"][0]["code"]) == (2, "USAGE_CLOSE")


def test_what_is_closed_is_opened_before_anything_is_done_about_it(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed([*COURSE, HELD]).run(), "A3")
    closes(clerk, "A3", "H1", "--as", "handled")
    reference = clerk.reference("A3")
    for command in ("redeclare", "credit", "correct"):
        assert faults(clerk, command, reference) == ["LINE_CLOSED"]
        assert faults(clerk, command, "H1") == ["APPOINTMENT_IS_CLOSED"]
    closes(clerk, "A3", "--reopen")
    assert len(clerk.asks("redeclare", reference)["queued"]) == 1


def test_explain_says_who_closed_it_and_why(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed([*COURSE, HELD]).run(), "A3")
    closes(clerk, "A3", "H1", "--as", "patient")
    for name in ("A3", "H1", clerk.reference("A3")):
        code, text = clerk.gives("explain", name, as_json=False)
        assert code in (0, 1), text
        assert "voor rekening van de patiënt (verhuisd)" in " ".join(text.split())


def test_a_changed_line_that_is_closed_is_told_of_no_more(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed(COURSE).run(), "A3", granted=1_000)
    changed = clerk.clinic.feed([START, CONTACT, END | {"diagnosis_code": "3425"}])
    assert [each["code"] for each in changed.run().problems] == ["DECLARED_DIAGNOSIS_CHANGED"]
    closes(clerk, "A3", "--as", "write-off")
    assert changed.run().problems == []
    assert status(clerk)["changed"] == []
    closes(clerk, "A3", "--reopen")
    assert [each["code"] for each in changed.run().problems] == ["DECLARED_DIAGNOSIS_CHANGED"]
    assert len(status(clerk)["changed"]) == 1


def test_what_is_closed_can_be_pruned_and_is_still_not_declared(clerk: Clerk) -> None:
    clerk.clinic.feed([HELD]).run()
    closes(clerk, "H1", "--as", "handled")
    assert clerk.clinic.run().exit_code == 0  # its trajectory is none any more
    code, text = clerk.gives("prune", "--before", "2021-07-01", "--yes", today="2023-01-01")
    assert (code, json.loads(text)["patients"]) == (0, 1)
    assert [row["why"] for row in status(clerk)["closed"]] == [""]
    result = clerk.clinic.feed([HELD | {"diagnosis_code": "3426"}]).run(today="2023-01-02")
    assert result.lines == {}


def test_the_page_and_the_text_set_apart_what_is_closed(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed([*COURSE, HELD]).run(), "A3")
    closes(clerk, "A3", "H1", "--as", "write-off")
    clerk.clinic.run()
    page = (clerk.clinic.folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "<dt>afgesloten</dt><dd>1</dd>" in page
    assert "<dt>vastgehouden" not in page
    text = clerk.gives("status", as_json=False)[1]
    assert "AFGESLOTEN (2)" in text
    assert "Afgeschreven" in text
    assert re.search(r"afgeschreven op \d\d-\d\d-\d{4}:", text)
    assert "afgewezen:" not in text
    assert "vastgehouden:" not in text


def test_an_answer_is_read_whatever_is_closed(clerk: Clerk) -> None:
    sent = clerk.clinic.feed(COURSE).run()
    clerk.gets(by_insurer(the(sent), {}))
    assert adds_up(status(clerk)["totals"])


@pytest.mark.parametrize("cells", [{"date": "32-03-2021"}, {"date": "2019-03-01"}, {"uzovi": "70x5"}])
def test_whatever_waits_can_be_closed(clerk: Clerk, cells: dict[str, str]) -> None:
    clerk.clinic.configure(contracts='[[contracts]]\ninsurer = "VGZ"\nfrom = 2021-01-01\n')
    assert clerk.clinic.feed([HELD | {"diagnosis_code": "3426"} | cells]).run().lines == {}
    closes(clerk, "H1", "--as", "patient")
    for result in (clerk.clinic.run(), clerk.clinic.feed([]).run()):
        assert (result.exit_code, [each["code"] for each in result.problems]) == (0, ["APPOINTMENT_CLOSED"])
    closes(clerk, "H1", "--reopen")
    assert clerk.clinic.run().codes != ["APPOINTMENT_CLOSED"]


def test_a_contradiction_is_not_forgotten_while_it_is_closed(clerk: Clerk) -> None:
    """The feed that could put it right never came."""
    clerk.clinic.feed([HELD | {"diagnosis_code": "3426"}, HELD | {"diagnosis_code": "3425"}]).run()
    closes(clerk, "H1", "--as", "handled")
    for _ in range(2):
        assert clerk.clinic.feed([]).run().codes == ["APPOINTMENT_CLOSED"]
    closes(clerk, "H1", "--reopen")
    result = clerk.clinic.run()
    assert (result.codes, result.lines) == (["APPOINTMENT_CONFLICT"], {})


def test_a_line_of_a_withdrawn_run_stays_behind(clerk: Clerk) -> None:
    clerk.clinic.feed(COURSE).run()
    clerk.undoes("R000001")
    (item,) = closes(clerk, "A3", "--as", "handled")
    assert item["kind"] == "taken_back"
    assert clerk.clinic.run().lines.keys() == {"A1"}
    closes(clerk, "A3", "--reopen")
    assert clerk.clinic.run().lines.keys() == {"A3"}


def test_a_line_whose_credit_was_refused(clerk: Clerk) -> None:
    clerk.gets(by_insurer(the(clerk.clinic.feed(COURSE).run()), {}))
    reference = clerk.reference("A1")
    clerk.asks("credit", reference)
    credited = clerk.clinic.run()
    (credit,) = clerk.rows("SELECT reference FROM line WHERE debit_credit = 'C'")
    clerk.gets(by_insurer(the(credited), {credit["reference"]: Verdict(0, ("0611",))}))
    assert clerk.clinic.run().problems
    assert faults(clerk, "close", reference, "--as", "patient") == ["CLOSE_AS"]
    (item,) = closes(clerk, reference, "--as", "accepted")
    assert (item["kind"], item["rest_cents"]) == ("credit_refused", 0)
    result = clerk.clinic.run()
    assert (result.exit_code, result.problems) == (0, [])
    assert adds_up(status(clerk)["totals"])


def test_the_ledger_of_another_practice_is_left_alone(clerk: Clerk) -> None:
    clerk.clinic.feed([HELD]).run()
    path = clerk.clinic.folder / "ei-export.toml"
    path.write_text(path.read_text(encoding="utf-8").replace("04012345", "04055555"), encoding="utf-8")
    code, text = clerk.gives("close", "H1", "--as", "handled", debug=False)
    assert (code, json.loads(text)["problems"][0]["code"]) == (2, "LEDGER_OTHER_PRACTICE")
