"""Two terms: of the first declaration, counted from the care, and of declaring again, counted from the refusal."""

import json
from typing import Any, Final

import pytest
from attrs import evolve

from ei_export.judging.rules import Rules
from ei_export.model.codelists import Deadline
from tests.support.clerk import Clerk, the
from tests.support.feeds import csv_text, visit
from tests.support.receiver import Verdict, by_insurer

#: Zilveren Kruis: six months from the care, three from the refusal. The answer is of 1 July 2021 (tests.receiver).
VISIT: Final = visit("S1", "2021-03-01", "940140", "TS", patient="P3", insurer="Zilveren Kruis")
OF_VGZ: Final = visit("A1", "2021-03-01", "940131", "T1")


def refused(clerk: Clerk, row: dict[str, str] = VISIT) -> None:
    result = clerk.clinic.feed([row]).run(today="2021-07-01")
    ident = row["appointment_id"]
    clerk.gets(by_insurer(the(result), {clerk.reference(ident): Verdict(0, ("0611",))}))


def answered(clerk: Clerk) -> str:
    (row,) = clerk.rows("SELECT coalesce(nullif(dated, ''), read_on) AS day FROM answer")
    return str(row["day"])


def late(clerk: Clerk, today: str) -> list[str]:
    found = clerk.clinic.run("--lang", "en", today=today)
    return [f"{p['code']} {p['message']}" for p in found.problems if "DEADLINE" in p["code"]]


def test_a_line_is_declared_again_in_its_own_term(clerk: Clerk) -> None:
    refused(clerk)
    assert answered(clerk) == "2021-07-01"
    clerk.asks("redeclare", clerk.reference("S1"), today="2021-10-01")
    assert late(clerk, "2021-10-01") == []  # the six months ended on 1 September


def test_past_that_term_it_is_warned_of(clerk: Clerk) -> None:
    refused(clerk)
    clerk.asks("redeclare", clerk.reference("S1"), today="2021-10-02")
    (told,) = late(clerk, "2021-10-02")
    assert told == (
        "AGAIN_DEADLINE_PASSED This line was refused on 2021-07-01. Zilveren Kruis takes it again until 3 months "
        "after that; that period ended on 2021-10-01."
    )


def test_the_term_can_end_before_that_of_the_care(clerk: Clerk) -> None:
    row = VISIT | {"date": "2021-06-28"}
    refused(clerk, row)
    clerk.asks("redeclare", clerk.reference("S1"), today="2021-11-01")
    assert [told.split()[0] for told in late(clerk, "2021-11-01")] == ["AGAIN_DEADLINE_PASSED"]


@pytest.mark.parametrize(("today", "codes"), [("2022-03-01", []), ("2022-03-02", ["DEADLINE_PASSED"])])
def test_an_insurer_that_says_nothing_of_it_has_one_term(clerk: Clerk, today: str, codes: list[str]) -> None:
    refused(clerk, OF_VGZ)
    clerk.asks("redeclare", clerk.reference("A1"), today=today)
    assert [told.split()[0] for told in late(clerk, today)] == codes


@pytest.mark.parametrize(("today", "codes"), [("2021-09-01", []), ("2021-09-02", ["DEADLINE_PASSED"])])
def test_what_was_credited_is_declared_as_for_the_first_time(clerk: Clerk, today: str, codes: list[str]) -> None:
    clerk.clinic.feed([VISIT]).run(today="2021-07-01")
    clerk.replaces("S1")
    assert [told.split()[0] for told in late(clerk, today)] == codes


def near(clerk: Clerk, today: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(clerk.gives("status", today=today)[1])["deadlines"]
    return found


def test_status_tells_of_both_terms(clerk: Clerk) -> None:
    refused(clerk)
    assert near(clerk, "2021-09-02") == []
    (row,) = near(clerk, "2021-09-06")
    assert (row["deadline"], row["days_left"]) == ("2021-10-01", 25)
    assert (row["care_deadline"], row["again_deadline"]) == ("2021-09-01", "2021-10-01")
    _, told = clerk.gives("status", today="2021-09-06", as_json=False)
    said = " ".join(told.split())
    clerk.clinic.write(csv_text([])).run(today="2021-09-06")
    page = (clerk.clinic.folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "voor het eerst declareren kon tot en met" in page
    again = "Uiterlijk 01-10-2021 (nog 25 dagen); dat is voor opnieuw declareren na de afwijzing, de eerste keer kon"
    assert f"{again} tot en met 01-09-2021 Regel" in said
    assert "- afgewezen: Zilveren Kruis, patiënt P3, afspraak S1" in said


def test_status_tells_of_one_term_where_there_is_one(clerk: Clerk) -> None:
    refused(clerk, OF_VGZ)
    (row,) = near(clerk, "2022-02-10")
    assert (row["deadline"], row["care_deadline"], row["again_deadline"]) == ("2022-03-01", "2022-03-01", None)
    assert "opnieuw declareren na de afwijzing" not in clerk.gives("status", today="2022-02-10", as_json=False)[1]


def test_explain_counts_from_the_refusal(clerk: Clerk) -> None:
    refused(clerk)
    clerk.asks("redeclare", clerk.reference("S1"))
    steps = json.loads(clerk.gives("explain", "S1", "--lang", "en", today="2021-07-02")[1])["steps"]
    said = "Zilveren Kruis takes it again until 3 months after the refusal: until 2021-10-01, 91 days left."
    assert said in [step["text"] for step in steps]


def test_a_term_is_a_row_of_the_table(clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    load = Rules.load

    def with_term(*of: Any, **more: Any) -> Rules:
        rules = load(*of, **more)
        terms = dict(rules.judge.deadlines) | {("VGZ", "refusal"): Deadline("VGZ", "refusal", 1, "made up", "inferred")}
        return evolve(rules, judge=evolve(rules.judge, deadlines=terms))

    monkeypatch.setattr(Rules, "load", with_term)
    refused(clerk, OF_VGZ)
    clerk.asks("redeclare", clerk.reference("A1"))
    assert [told.split()[0] for told in late(clerk, "2021-08-02")] == ["AGAIN_DEADLINE_PASSED"]
