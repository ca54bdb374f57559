"""The figures of a small practice, by hand, on every day on which anything happens and between.

========  ========================================================================================
01-04     R000001 declares S1 (258,24 to Zilveren Kruis) and A1 (66,44), A3 (67,81), B1 (66,44) to VGZ. H1 is held
06-04     VGZ answers: A1 in full, A3 refused (0611), B1 10,00 of 66,44
12-04     What was not granted of B1 goes to the patient
15-04     A3 is declared again, by R000002
17-04     R000002 is withdrawn
19-04     VGZ answers it: it was sent after all. A3 in full
21-04     B1 is opened again
26-04     R000003 credits A1
03-05     Zilveren Kruis answers: S1 in full
10-05     R000004 declares N1 (66,44 to VGZ)
========  ========================================================================================
"""

import io
import json
from datetime import date
from pathlib import Path
from typing import Any, Final

import openpyxl
import pytest

from ei_export.commands.figures.figures import figured
from ei_export.commands.figures.files import csv_file, workbook
from ei_export.commands.figures.lines import Share, kept_promises, refused_by_code
from ei_export.commands.figures.panels import facts, panels
from ei_export.commands.figures.text import text_lines
from ei_export.commands.status.then import status_on
from ei_export.ledger.counted import CountedDebits
from ei_export.ledger.figures import KnownDeclaration
from ei_export.model.promises import promises
from ei_export.settings import load
from tests.support.clerk import COURSE, NOTHING, SINGLE, Clerk, few_tariffs
from tests.support.feeds import Clinic, Result, visit
from tests.support.figured import DAY, answered, known
from tests.support.receiver import Verdict, by_insurer, take_apart

S1, A1, A3, B1, N1 = 25_824, 6_644, 6_781, 6_644, 6_644
#: What VGZ grants of B1.
PART: Final = 1_000
TOTALS: Final = (
    "declared_cents", "credited_cents", "granted_cents", "refused_cents", "written_off_cents", "patient_cents",
    "open_cents",
)  # fmt: skip
END: Final = "2021-06-01"


@pytest.fixture(scope="module")
def clerk(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    clinic = few_tariffs(Clinic.open(tmp_path_factory.mktemp("figures")))
    clerk = Clerk(clinic)
    other = visit("B1", "2021-03-10", "940131", "T4", patient="P4") | {"therapist_agb": "04011111"}
    held = visit("H1", "2021-03-11", "940131", "T5", patient="P2", diagnosis="")
    first = clinic.feed([*COURSE, SINGLE, other, held]).run(today="2021-04-01")
    assert clerk.gives("sent", "R000001", "--on", "2021-04-01", today="2021-04-02")[0] == 0
    a3, b1 = clerk.reference("A3"), clerk.reference("B1")
    _answered(clerk, first, "VGZ", "2021-04-06", {a3: Verdict(0, ("0611",)), b1: Verdict(PART, ("8059",))})
    assert clerk.gives("close", b1, "--as", "patient", today="2021-04-12")[0] == 0
    clerk.asks("redeclare", a3, today="2021-04-15")
    clinic.write(NOTHING)
    again = clinic.run(today="2021-04-15")
    assert clerk.undoes("R000002", today="2021-04-17") == 0
    _answered(clerk, again, "VGZ", "2021-04-19", {})
    assert clerk.gives("close", b1, "--reopen", today="2021-04-21")[0] == 0
    clerk.asks("credit", clerk.reference("A1"), today="2021-04-26")
    clinic.run(today="2021-04-26")
    _answered(clerk, first, "Zilveren Kruis", "2021-05-03", {})
    clinic.feed([visit("N1", "2021-05-03", "940131", "T6", patient="P6")]).run(today="2021-05-10")
    return clerk


def _answered(clerk: Clerk, result: Result, insurer: str, day: str, verdicts: dict[str, Verdict]) -> None:
    """The insurer's answer to the file of a run is read in on the day that it is of."""
    uzovi = {"VGZ": "7095", "Zilveren Kruis": "3311"}[insurer]
    (content,) = (content for name, content in result.files.items() if f"_{uzovi}_" in name)
    path = clerk.clinic.folder / "back.ret"
    path.write_bytes(by_insurer(take_apart(content), verdicts))
    clerk.reads(path, today=day)
    clerk.write(f"UPDATE answer SET dated = '{day}' WHERE read_on = '{day}'")  # the small insurer has no calendar


def told(clerk: Clerk, on: str, today: str = END) -> dict[str, Any]:
    code, text = clerk.gives("status", "--on", on, today=today)
    assert code == 0
    return dict(json.loads(text))


def figures(clerk: Clerk, on: str) -> dict[str, Any]:
    return dict(told(clerk, on)["figures"])


#: Declared, credited, granted, refused, written off, for the patient, open.
MONEY: Final = {
    "2021-03-31": (0, 0, 0, 0, 0, 0, 0),
    "2021-04-01": (S1 + A1 + A3 + B1, 0, 0, 0, 0, 0, S1 + A1 + A3 + B1),
    "2021-04-05": (S1 + A1 + A3 + B1, 0, 0, 0, 0, 0, S1 + A1 + A3 + B1),
    "2021-04-06": (S1 + A1 + A3 + B1, 0, A1 + PART, A3 + B1 - PART, 0, 0, S1),
    "2021-04-12": (S1 + A1 + A3 + B1, 0, A1 + PART, A3, 0, B1 - PART, S1),
    "2021-04-15": (S1 + A1 + A3 + B1 + A3, 0, A1 + PART, A3, 0, B1 - PART, S1 + A3),
    "2021-04-16": (S1 + A1 + A3 + B1 + A3, 0, A1 + PART, A3, 0, B1 - PART, S1 + A3),  # not known yet: withdrawn
    "2021-04-17": (S1 + A1 + A3 + B1, 0, A1 + PART, A3, 0, B1 - PART, S1),
    "2021-04-18": (S1 + A1 + A3 + B1, 0, A1 + PART, A3, 0, B1 - PART, S1),  # not known yet: sent after all
    "2021-04-19": (S1 + A1 + A3 + B1 + A3, 0, A1 + PART + A3, A3, 0, B1 - PART, S1),
    "2021-04-20": (S1 + A1 + A3 + B1 + A3, 0, A1 + PART + A3, A3, 0, B1 - PART, S1),
    "2021-04-21": (S1 + A1 + A3 + B1 + A3, 0, A1 + PART + A3, A3 + B1 - PART, 0, 0, S1),
    "2021-04-26": (S1 + A1 + A3 + B1 + A3, A1, A1 + PART + A3, A3 + B1 - PART, 0, 0, S1 - A1),
    "2021-05-03": (S1 + A1 + A3 + B1 + A3, A1, A1 + PART + A3 + S1, A3 + B1 - PART, 0, 0, -A1),
    "2021-05-10": (S1 + A1 + A3 + B1 + A3 + N1, A1, A1 + PART + A3 + S1, A3 + B1 - PART, 0, 0, N1 - A1),
}


@pytest.mark.parametrize("on", MONEY)
def test_where_the_money_was(clerk: Clerk, on: str) -> None:
    found = told(clerk, on)
    declared, credited, *came_to = MONEY[on]
    assert declared - credited == sum(came_to), "the expectation itself adds up"
    assert tuple(found["totals"][name] for name in TOTALS) == MONEY[on]
    assert found["figures"]["totals"] == found["totals"]
    for rows in (found["insurers"], found["figures"]["months"]):
        assert {name: sum(row[name] for row in rows) for name in TOTALS} == found["totals"]
    assert sum(row["lines"] for row in found["declarations"]) == sum(
        row["lines"] for row in found["figures"]["declaration_to_answer"] if row["insurer"] is None
    ) + sum(row["lines"] for row in found["figures"]["open"] if row["insurer"] is None)


def test_at_the_end_it_is_what_status_says(clerk: Clerk) -> None:
    now, then = json.loads(clerk.gives("status", today=END)[1]), told(clerk, END)
    assert {name: now[name] for name in ("totals", "insurers", "figures")} == {
        name: then[name] for name in ("totals", "insurers", "figures")
    }
    assert set(then["left_out"]) | {"on", "left_out"} | then.keys() == {*now, "on", "left_out"}
    assert not set(then["left_out"]) & then.keys()


def test_what_is_open_by_age_and_insurer(clerk: Clerk) -> None:
    def ages(on: str) -> dict[str | None, tuple[int, ...]]:
        names = "lines", "days_0_30", "days_31_60", "days_61_90", "days_91_120", "days_from_121", "open_cents"
        return {row["insurer"]: tuple(row[name] for name in names) for row in figures(clerk, on)["open"]}

    vgz = A1 + A3 + B1
    assert ages("2021-04-01") == {
        None: (4, S1 + vgz, 0, 0, 0, 0, S1 + vgz),
        "VGZ": (3, vgz, 0, 0, 0, 0, vgz),
        "Zilveren Kruis": (1, S1, 0, 0, 0, 0, S1),
    }
    # 30 days after 1 April it is 1 May; a credit is open too, and less than nothing.
    assert ages("2021-05-01") == {
        None: (2, S1 - A1, 0, 0, 0, 0, S1 - A1),
        "VGZ": (1, -A1, 0, 0, 0, 0, -A1),
        "Zilveren Kruis": (1, S1, 0, 0, 0, 0, S1),
    }
    assert ages("2021-05-02")[None] == (2, -A1, S1, 0, 0, 0, S1 - A1)
    # The credit is of 26 April, N1 of 10 May: 60 and 46 days on 25 June, 61 and 47 a day later; 91 on 26 July, and 121
    # on 25 August, when N1 is of 107 days ago.
    assert ages("2021-06-25")[None] == (2, 0, N1 - A1, 0, 0, 0, N1 - A1)
    assert ages("2021-06-26")[None] == (2, 0, N1, -A1, 0, 0, N1 - A1)
    assert ages("2021-07-25")[None] == (2, 0, 0, N1 - A1, 0, 0, N1 - A1)
    assert ages("2021-07-26")[None] == (2, 0, 0, N1, -A1, 0, N1 - A1)
    assert ages("2021-08-25")[None] == (2, 0, 0, 0, N1, -A1, N1 - A1)


def test_right_the_first_time(clerk: Clerk) -> None:
    def shares(on: str) -> list[tuple[object, ...]]:
        return [tuple(row.values()) for row in figures(clerk, on)["first_pass"]]

    assert shares("2021-04-05") == [(None, 0, 0, None)]
    assert shares("2021-04-06") == [(None, 1, 3, 33.3), ("VGZ", 1, 3, 33.3)]  # A1, of A1, A3 and B1
    assert shares("2021-04-19") == shares("2021-04-06"), "A3 was refused the first time, whatever became of it since"
    assert shares("2021-05-03") == [(None, 2, 4, 50.0), ("VGZ", 1, 3, 33.3), ("Zilveren Kruis", 1, 1, 100.0)]


def test_what_is_refused_and_for_what(clerk: Clerk) -> None:
    def shares(on: str) -> dict[str, dict[str | None, tuple[object, ...]]]:
        found: dict[str, dict[str | None, tuple[object, ...]]] = {}
        for row in figures(clerk, on)["refused"]:
            counts = row["refused_lines"], row["answered_lines"], row["refused_percent"], row["amount_cents"]
            found.setdefault(row["by"], {})[row["name"]] = counts
        return found

    assert shares("2021-04-05") == {"all": {None: (0, 0, None, 0)}}
    before = shares("2021-04-06")
    assert before["all"] == {None: (1, 3, 33.3, A3)}
    assert before["code"] == {"0611": (1, 3, 33.3, A3)}, "8059 is of a line that was granted for less"
    assert before["therapist"] == {"04011111": (0, 1, 0.0, 0), "04098765": (1, 2, 50.0, A3)}
    assert before["list"] == {"012": (1, 3, 33.3, A3)}
    # The line that went again was granted: one of four, and one of three of that therapist.
    after = shares("2021-04-19")
    assert after["all"] == {None: (1, 4, 25.0, A3)}
    assert after["therapist"] == {"04011111": (0, 1, 0.0, 0), "04098765": (1, 3, 33.3, A3)}
    last = shares("2021-05-03")
    assert last["insurer"] == {"VGZ": (1, 4, 25.0, A3), "Zilveren Kruis": (0, 1, 0.0, 0)}
    assert last["all"] == {None: (1, 5, 20.0, A3)}


def test_days_from_care_to_declaration(clerk: Clerk) -> None:
    def days(on: str) -> dict[str | None, tuple[object, ...]]:
        return {row.pop("insurer"): tuple(row.values()) for row in figures(clerk, on)["care_to_declaration"]}

    # To 1 April: A1 and S1 of 1 March 31 days, B1 of 10 March 22, A3 of 22 March 10.
    assert days("2021-04-01") == {
        None: (4, 22, 0.0, 50.0, 100.0),  # 10 22 31 31: two of four within 22
        "VGZ": (3, 22, 0.0, 66.7, 100.0),  # 10 22 31
        "Zilveren Kruis": (1, 31, 0.0, 0.0, 100.0),
    }
    assert days("2021-04-19") == days("2021-04-01"), "what goes again is not declared for the first time"
    assert days("2021-05-10")["VGZ"] == (4, 10, 25.0, 75.0, 100.0)  # 7 10 22 31: N1 of 3 May


def test_days_from_declaration_to_answer(clerk: Clerk) -> None:
    def days(on: str) -> dict[str | None, tuple[object, ...]]:
        return {row.pop("insurer"): tuple(row.values()) for row in figures(clerk, on)["declaration_to_answer"]}

    assert days("2021-04-05") == {None: (0, None, None, None, None)}
    assert days("2021-04-06")[None] == (3, 5, 0.0, 100.0, 100.0)  # three lines, 5 days each
    # One line of R000002, 15 to 19 April: 4 days; one of Zilveren Kruis, 1 April to 3 May: 32.
    assert days("2021-05-03") == {
        None: (5, 5, 0.0, 80.0, 80.0),  # 4 5 5 5 32
        "VGZ": (4, 5, 0.0, 100.0, 100.0),
        "Zilveren Kruis": (1, 32, 0.0, 0.0, 0.0),
    }


def test_what_vgz_promises_beside_what_it_does(clerk: Clerk) -> None:
    def kept(on: str) -> tuple[object, ...]:
        ((row),) = figures(clerk, on)["promises"]
        assert (row["insurer"], row["working_days"], row["promised_percent"]) == ("VGZ", 1, 96.0)
        return row["within_lines"], row["lines"], row["kept_percent"]

    # From Thursday 1 April one working day on: 2 April is Good Friday, 5 April Easter Monday, so 6 April.
    assert kept("2021-04-06") == (3, 3, 100.0)
    assert kept("2021-04-16") == (3, 3, 100.0), "Friday 16 April is the day after the 15th: not over yet"
    # R000002 of Thursday 15 April was answered on Monday 19 April: one working day too late.
    assert kept("2021-04-19") == (3, 4, 75.0)
    # R000003 of Monday 26 April: Tuesday is Koningsdag, so it should have been answered on Wednesday 28 April.
    assert kept("2021-04-28") == (3, 4, 75.0)
    assert kept("2021-04-29") == (3, 5, 60.0)


@pytest.mark.parametrize(
    ("sent_on", "dated", "read_on", "in_time"),
    [
        (None, "2021-03-02", "2021-03-09", 1),  # declared on Monday 1 March, answered on Tuesday, read a week later
        (None, "2021-03-03", "2021-03-09", 0),
        (None, "", "2021-03-02", 1),  # an answer that doesn't say of which day it is
        (None, "", "2021-03-09", 0),
        (None, "2021-02-01", "2021-03-09", 0),  # none is answered before it is sent
        (None, "2021-03-20", "2021-03-02", 1),  # nor read before it is answered
        ("2021-03-08", "2021-03-09", "2021-03-09", 1),  # handed over a week later
        ("2021-03-08", "2021-03-10", "2021-03-10", 0),
        ("2021-03-20", "2021-03-02", "2021-03-09", 1),  # nor handed over once it was answered
        ("2021-03-20", "2021-03-04", "2021-03-09", 0),
        ("2021-02-20", "2021-03-02", "2021-03-09", 1),  # nor before it was made
    ],
)
def test_from_when_until_when_a_promise_is_counted(sent_on: str | None, dated: str, read_on: str, in_time: int) -> None:
    money = dict.fromkeys(TOTALS, 0)
    declared = KnownDeclaration("I", "VGZ", "7095", 1, "2021-03-01", sent_on, read_on, dated, **money)
    (kept,) = kept_promises([declared], promises().values(), date(2021, 4, 1))
    assert (kept.share.count, kept.share.of) == (in_time, 1)


def test_a_chart_has_the_last_twelve_months() -> None:
    money = dict.fromkeys(TOTALS, 0)
    months = [f"{year}-{month:02}" for year in (2020, 2021) for month in range(1, 13)]
    declared = [KnownDeclaration(m, "VGZ", "7095", 1, f"{m}-01", None, None, None, **money) for m in months]
    found = figured(date(2022, 1, 1), declared, CountedDebits((), ()), None)
    (panel,) = panels(found, "nl", ["months"])
    assert [bar.label for bar in panel.bars] == months[12:]
    assert len(panel.rows) == 24


def test_what_becomes_of_a_month(clerk: Clerk) -> None:
    april, may = figures(clerk, END)["months"]
    assert (april["month"], may["month"]) == ("2021-04", "2021-05")
    assert april["granted_cents"] == A1 + PART + A3 + S1, "also what was granted in May"
    assert (may["declared_cents"], may["open_cents"]) == (N1, N1)
    assert [row["month"] for row in figures(clerk, "2021-05-09")["months"]] == ["2021-04"]


def test_what_was_done_and_is_not_declared_is_told_as_the_last_run_left_it(clerk: Clerk) -> None:
    (held,) = figures(clerk, "2021-05-10")["undeclared"]
    # H1 is a start of VGZ without diagnosis: 66,44 as A1. What was refused and credited is none of it.
    assert held == {
        "insurer": "VGZ",
        "why": "held",
        "appointments": 1,
        "amount_cents": A1,
        "estimated_amounts": 0,
        "unknown_amounts": 0,
    }
    assert figures(clerk, "2021-05-09")["undeclared"] is None
    _, text = clerk.gives("status", "--on", "2021-05-09", as_json=False, today=END)
    assert "nog niet gedeclareerd was, is niet meer bekend" in " ".join(text.split())
    _, text = clerk.gives("status", "--on", "2021-05-10", as_json=False, today=END)
    assert "- VGZ, vastgehouden: 1 afspraak, voor € 66,44\n" in text


def test_what_a_withdrawn_run_held_waits(clerk: Clerk, tmp_path: Path) -> None:
    clinic = few_tariffs(Clinic.open(tmp_path))
    other = Clerk(clinic)
    clinic.feed([*COURSE]).run(today="2021-04-01")
    assert other.undoes("R000001", today="2021-04-02") == 0
    (waits,) = figures(other, "2021-04-02")["undeclared"]
    assert (waits["why"], waits["appointments"], waits["amount_cents"]) == ("withdrawn", 2, A1 + A3)
    assert figures(other, "2021-04-01")["totals"]["open_cents"] == A1 + A3


def test_who_gave_the_care_is_read_back_and_outlives_the_person(tmp_path: Path) -> None:
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path)))
    start, contact, end = COURSE
    clerk.clinic.feed([start, contact, end | {"therapist_agb": "04011111"}]).run(today="2021-04-01")
    sql = "SELECT appointment_id, therapist FROM line ORDER BY 1"
    sent = [{"appointment_id": "A1", "therapist": "04098765"}, {"appointment_id": "A3", "therapist": "04011111"}]
    assert clerk.rows(sql) == sent
    (tmp_path / "ledger.sqlite").unlink()
    assert clerk.gives("recover", today="2021-04-02")[0] == 0
    assert clerk.rows(sql) == sent
    clerk.clinic.write(NOTHING)
    clerk.clinic.run(today="2021-04-03")
    columns = "invoice, invoice, 'r', '2021-04-04', '', '', 'answered', 1, '', '', 0, 0"
    clerk.write(f"INSERT INTO answer SELECT {columns} FROM declaration")
    assert clerk.gives("prune", "--before", "2030-01-01", "--yes", today="2031-01-01")[0] == 0
    assert clerk.rows(f"SELECT * FROM ({sql}) WHERE NOT EXISTS (SELECT 1 FROM line WHERE sent <> '')") == sent


def test_a_test_counts_nowhere(tmp_path: Path) -> None:
    clinic = few_tariffs(Clinic.open(tmp_path))
    settings = tmp_path / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("[codes]", '[output]\nmessage = "test"\n[codes]', 1), encoding="utf-8")
    clinic.feed([*COURSE]).run(today="2021-04-01")
    assert figures(Clerk(clinic), END)["totals"]["declared_cents"] == 0
    assert 'id="figures"' not in (tmp_path / "out" / "report.html").read_text(encoding="utf-8")
    assert openpyxl.load_workbook(tmp_path / "out" / "werklijst.xlsx").sheetnames == ["werklijst"]


def test_the_page_and_the_workbook_of_a_run_have_them(clerk: Clerk) -> None:
    out = clerk.clinic.folder / "out"
    page = (out / "report.html").read_text(encoding="utf-8").replace("\xa0", " ")
    assert f"2021-04: gedeclareerd {_euros(S1 + A1 + A3 + B1 + A3)}, toegekend {_euros(A1 + PART + A3 + S1)}" in page
    book = openpyxl.load_workbook(out / "werklijst.xlsx")
    assert book.sheetnames[1:3] == ["Waar het geld is", "Per maand"]
    first, april, may = book["Per maand"].iter_rows(values_only=True)
    assert first[:2] == ("Maand", "Gedeclareerd")
    assert (april[1], may[1]) == ((S1 + A1 + A3 + B1 + A3) / 100, N1 / 100)


def _euros(cents: int) -> str:
    return f"€ {cents // 100},{cents % 100:02}"


def test_lines_and_long_lists_go_with_today_only(clerk: Clerk) -> None:
    for option in ("--lines", "--all"):
        code, text = clerk.gives("status", "--on", END, option)
        assert (code, json.loads(text)["problems"][0]["code"]) == (2, "USAGE_STATUS_ON")


def test_it_is_short_and_names_what_is_left_out(clerk: Clerk) -> None:
    _, text = clerk.gives("status", "--on", "2021-04-20", as_json=False, today=END)
    assert text.startswith("Stand op 20-04-2021, zoals die dag bekend was\n")
    assert "In één keer goed: 33,3 % (1 van 3 regels); ter vergelijking: Verenigde\n    Staten, minstens 90 %" in text
    assert "0611" in text
    assert text.endswith("het nu is: dat zegt status zonder --on.\n")
    assert len(text.splitlines()) < 45
    _, text = clerk.gives("status", "--on", "2021-03-31", as_json=False, today=END)
    assert [line for line in text.splitlines() if line][1] == "Er was toen nog niets gedeclareerd."
    assert "\n\n\n" not in text
    _, text = clerk.gives("status", "--on", "2022-01-01", as_json=False, today=END)
    assert text.startswith("Stand op 01-01-2022, met wat op 01-06-2021 bekend is\n")


def test_a_line_counts_once_with_a_code_that_is_said_of_its_file_too() -> None:
    assert refused_by_code([answered("VGZ", refused="0611 0611 8059")]) == [
        Share("0611", 1, 1, 6_644),
        Share("8059", 1, 1, 6_644),
    ]


def test_files_of_figures(clerk: Clerk) -> None:
    found = status_on(load(clerk.clinic.folder / "ei-export.toml"), date(2021, 5, 3)).figures
    text = csv_file(found, "first_pass", "nl").decode("utf-8-sig")
    assert text.splitlines()[1:] == ["Totaal;2;4;50,0", "VGZ;1;3;33,3", "Zilveren Kruis;1;1;100,0"]
    assert workbook(found, "en") == workbook(found, "en")
    names = openpyxl.load_workbook(io.BytesIO(workbook(found, "en"))).sheetnames
    assert names[0] == "Where the money is"
    book = openpyxl.load_workbook(io.BytesIO(workbook(found, "nl")))
    below = {
        page.title: [
            row[0]
            for row in page.iter_rows(
                min_row=int(page.auto_filter.ref.rpartition(":")[2].lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) + 2,
                values_only=True,
            )
        ]
        for page in book
    }
    assert below.pop("Afgewezen") == ["alles"]
    totals = (
        "Waar het geld is",
        "Open naar leeftijd",
        "In één keer goed",
        "Van zorg tot declaratie",
        "Van declaratie tot antwoord",
    )
    assert {name for name, names in below.items() if names == ["Totaal"]} == {*totals}
    assert [name for name, names in below.items() if names] == [*totals]
    assert str(book["Beloofd en gedaan"]["G2"].value).startswith("(in het Engels) ")


@pytest.mark.parametrize(
    ("read_on", "days", "untimed"), [("2024-01-30", (1, 1), 0), ("2024-01-29", (1, 0), 0), ("2024-01-28", (0, None), 2)]
)
def test_an_answer_that_was_read_before_it_was_asked_for_is_in_no_days(
    read_on: str, days: tuple[int, int | None], untimed: int
) -> None:
    figures = figured(DAY, [known("VGZ", "7095", "2024-01-29", read_on, granted=100)], CountedDebits([], []), None)
    first, *_ = figures.answered_after
    assert (bool(first.lines), first.median, figures.untimed) == (bool(days[0]), days[1], untimed)
    assert figures.promises[0].share.of == 2 - untimed
    assert facts(figures, "nl")[-1].text == {1: "1 dag", 0: "dezelfde dag", None: "–"}[first.median]
    told = " ".join(text_lines(figures, "nl"))
    assert (" 0 dagen" in told, "de helft binnen dezelfde dag" in told) == (False, first.median == 0)
    notes = {panel.key: " ".join(panel.notes) for panel in panels(figures, "nl")}
    for key in ("declaration_to_answer", "promises"):
        assert ("Niet meegeteld: 2 regels" in notes[key]) == bool(untimed)
    assert ("Niet meegeteld: 2 regels" in " ".join(text_lines(figures, "nl"))) == bool(untimed)
