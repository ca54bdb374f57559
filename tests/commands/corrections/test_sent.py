"""When the files of a run were handed to VECOZO: noted, taken back, and in the way of who withdraws it."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.clerk import COURSE, SINGLE, START, Clerk, few_tariffs, the
from tests.support.feeds import TODAY, Clinic, visit
from tests.support.receiver import by_insurer, take_apart


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return Clerk(few_tariffs(Clinic.open(tmp_path)))


def status(clerk: Clerk) -> dict[str, Any]:
    return clerk.parsed(clerk.gives("status")[1])


def code(clerk: Clerk, *arguments: str, today: str = TODAY) -> str:
    """Why a command was refused."""
    exit_code, text = clerk.gives(*arguments, today=today, debug=False)
    assert exit_code == 2
    return str(json.loads(text)["problems"][0]["code"])


def test_files_are_to_be_sent_until_somebody_says_that_they_were(clerk: Clerk) -> None:
    clerk.clinic.feed(COURSE).run()
    (run,) = status(clerk)["to_send"]
    assert (run["run"], run["today"], run["invoices"], run["lines"]) == ("R000001", TODAY, 1, 2)
    assert clerk.parsed(clerk.gives("sent", "r1")[1]) == {"run": "R000001", "sent": TODAY}
    told = status(clerk)
    assert told["to_send"] == []
    assert [row["sent_on"] for row in told["declarations"]] == [TODAY]
    assert clerk.gives("sent", "R000001", "--not-sent")[0] == 0
    assert len(status(clerk)["to_send"]) == 1


def test_what_was_answered_was_sent(clerk: Clerk) -> None:
    result = clerk.clinic.feed(COURSE).run()
    clerk.gets(by_insurer(the(result), {}))
    assert status(clerk)["to_send"] == []
    assert code(clerk, "sent", "R000001", "--not-sent") == "SENT_ANSWERED"
    assert clerk.gives("sent", "R000001")[0] == 0


def test_a_day_on_which_nothing_can_have_been_sent_is_refused(clerk: Clerk) -> None:
    clerk.clinic.feed(COURSE).run()
    assert code(clerk, "sent", "R000001", "--on", "2021-01-01") == "SENT_BEFORE_RUN"
    assert code(clerk, "sent", "R000001", "--on", "2099-01-01") == "SENT_IN_FUTURE"
    assert code(clerk, "sent", "R000001", "--on", TODAY, "--not-sent") == "USAGE_SENT"
    assert code(clerk, "sent", "R000002") == "RUN_UNKNOWN"
    assert code(clerk, "sent", "T000001") == "TEST_NUMBER"
    assert status(clerk)["declarations"][0]["sent_on"] is None


def test_a_run_that_was_sent_is_withdrawn_only_by_who_says_so(clerk: Clerk) -> None:
    clerk.clinic.feed(COURSE).run()
    clerk.gives("sent", "R000001")
    assert code(clerk, "undo", "R000001", "--why", "x") == "RUN_SENT"
    assert {row["state"] for row in clerk.rows("SELECT state FROM line")} == {"sent"}
    assert clerk.gives("undo", "R000001", "--why", "x", "--although-sent")[0] == 0
    assert code(clerk, "sent", "R000001") == "RUN_WITHDRAWN"


def test_the_page_of_a_run_says_that_it_was_sent(clerk: Clerk) -> None:
    clerk.clinic.feed(COURSE).run()
    pages = [clerk.clinic.folder / "out" / name for name in ("report.html", "R000001/report.html")]
    before = [page.read_bytes() for page in pages]
    clerk.gives("sent", "R000001")
    assert all("declarations zijn verstuurd" in page.read_text(encoding="utf-8") for page in pages)
    clerk.gives("sent", "R000001", "--not-sent")
    last, of_run = [page.read_bytes() for page in pages]
    assert of_run == before[1]
    assert b"Stuur de bestanden in R000001/declarations" in last
    assert b"zijn bijgewerkt op" in last


def test_the_page_of_a_later_run_names_what_is_still_to_be_sent(clerk: Clerk) -> None:
    clerk.clinic.feed([START]).run()
    page = clerk.clinic.folder / "out" / "report.html"
    assert "niemand noteerde" not in page.read_text(encoding="utf-8")
    clerk.clinic.feed(COURSE).run()
    assert "Stuur ook de bestanden van R000001," in page.read_text(encoding="utf-8")
    clerk.gives("sent", "R000001")
    clerk.clinic.run()
    text = page.read_text(encoding="utf-8")
    assert "Stuur ook de bestanden van R000002," in text
    assert "retourbestanden van R000001 op" in text


def test_page_and_status_name_what_waits_of_a_run_that_is_answered_in_part(clerk: Clerk) -> None:
    _, answered = map(take_apart, clerk.clinic.feed([*COURSE, SINGLE]).run().files.values())
    clerk.gives("sent", "R000001", today="2021-07-03")
    clerk.gets(by_insurer(answered, {}))
    later = visit("A9", "2021-05-03", "940131", "T9", patient="P9")
    clerk.clinic.feed([*COURSE, SINGLE, later]).run(today="2021-07-05")
    text = (clerk.clinic.folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "Stuur de bestanden in R000002/declarations" in text
    assert "retourbestanden van R000001 op" in text
    said = clerk.gives("status", today="2021-07-06", as_json=False)[1]
    assert "WACHT OP ANTWOORD (1)" in said, "what is to be sent waits for no answer yet, as at Vandaag"
    assert "  - 03-07-2021 (3 dagen)  " in said, "it waits from the day it was sent"
