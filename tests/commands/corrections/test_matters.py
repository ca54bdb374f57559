"""What is no line and doesn't wait is closed too: an end that nobody will register, an appointment that nobody
completed, a table that may end. It leaves every list but that of what is closed, until something else is known."""

import json
import shutil
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.clerk import END, START, Clerk, few_tariffs
from tests.support.feeds import TODAY, Clinic, tables_read_once, visit
from tests.support.ledgers import answer
from tests.support.telling import explained

__all__ = ["tables_read_once"]

PLANNED: Final = visit("P1", "2021-06-21", "940131", "T2", patient="P2", status="Gepland")
VISIT: Final = visit("A2", "2021-06-28", "940135", "T1")
#: Long after the last word of the trajectory; and after the tariffs ended.
LATER: Final = "2021-12-01"
AFTER: Final = "2021-07-20"
FORGOTTEN: Final = "open_trajectory:T1:2021-03-01"
ENDED: Final = "tariffs_end:VGZ:2021-07-10"


@pytest.fixture(scope="module")
def _before(tmp_path_factory: pytest.TempPathFactory) -> Path:
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path_factory.mktemp("matters"))))
    tariffs_end(clerk, "2021-07-10", "940131", "940134")
    clerk.clinic.feed([START, PLANNED]).run()
    return clerk.clinic.folder


@pytest.fixture
def clerk(_before: Path, tmp_path: Path) -> Clerk:
    """Of a practice with a start whose end nobody registered, an appointment that nobody completed, and tariffs of two
    codes that end."""
    return Clerk(Clinic(shutil.copytree(_before, tmp_path / "practice")))


def tariffs_end(clerk: Clerk, until: str, *codes: str) -> None:
    """There are no tariffs of these codes of VGZ after a day."""
    path = clerk.clinic.folder / "tariffs.csv"
    header, *rows = path.read_text(encoding="utf-8").splitlines()
    cells = [row.split(";") for row in rows]
    for each in cells:
        if each[1] == "VGZ" and each[2] in codes:
            each[4] = until
    path.write_text("\n".join([header, *map(";".join, cells), ""]), encoding="utf-8")


def status(clerk: Clerk, today: str = TODAY) -> dict[str, Any]:
    return clerk.parsed(clerk.gives("status", today=today)[1])


def open_tasks(clerk: Clerk, today: str = TODAY) -> set[str]:
    """What is on the work list and is no line, nor waits; but for what ends in every practice here."""
    tasks = [task for task in status(clerk, today)["tasks"] if not (task["reference"] or task["kind"] == "held")]
    return {task["key"] for task in tasks if task["kind"] != "agreements_end"}


def closed(clerk: Clerk, today: str = TODAY) -> dict[str, tuple[str, str]]:
    return {row["task"]: (row["as"], row["why"]) for row in status(clerk, today)["closed"]}


def closes(clerk: Clerk, *arguments: str, today: str = TODAY) -> list[dict[str, Any]]:
    code, text = clerk.gives("close", *arguments, today=today)
    assert code == 0, text
    return list(json.loads(text)["closed"])


def fault(clerk: Clerk, *arguments: str) -> str:
    """Why nothing was done."""
    before = clerk.dump()
    code, text = clerk.gives("close", *arguments)
    assert code == 1
    assert clerk.dump() == before
    (problem,) = json.loads(text)["problems"]
    return str(problem["code"])


@pytest.mark.parametrize(
    ("name", "task", "kind"),
    [
        ("P1", "P1", "planned"),
        (FORGOTTEN, FORGOTTEN, "open_trajectory"),
        ("T1", FORGOTTEN, "open_trajectory"),
        ("A1", FORGOTTEN, "open_trajectory"),
        (ENDED, ENDED, "tariffs_end"),
    ],
)
def test_each_is_closed_by_its_name_and_opened_again(clerk: Clerk, name: str, task: str, kind: str) -> None:
    everything = {"P1", FORGOTTEN, ENDED}
    assert open_tasks(clerk) == everything
    (item,) = closes(clerk, name, "--as", "handled", "--why", "nagevraagd")
    assert (item["kind"], item["task"], item["reference"], item["rest_cents"]) == (kind, task, None, None)
    assert open_tasks(clerk) == everything - {task}
    assert closed(clerk) == {task: ("handled", "nagevraagd")}
    assert fault(clerk, name, "--as", "accepted") == "CLOSE_TWICE"
    clerk.clinic.run()
    assert open_tasks(clerk) == everything - {task}
    (item,) = closes(clerk, name, "--reopen")
    assert (item["kind"], item["task"]) == ("", task)
    assert open_tasks(clerk) == everything
    assert closed(clerk) == {}
    assert fault(clerk, name, "--reopen") == ("CLOSE_NOT_CLOSED" if name == "A1" else "CLOSE_UNKNOWN")


def test_a_story_tells_how_it_was_closed_and_opened_again(clerk: Clerk) -> None:
    def told(name: str) -> list[str]:
        return explained(clerk.clinic.folder, name, today=LATER).texts("closing")

    unended, closed_so = "Van dit traject is geen einde bekend.", "Op 01-07-2021 afgesloten: "
    names = ("P1", "T1", "A1", "T2")
    assert [told(name) for name in names] == [[], [], [], []]
    closes(clerk, "P1", "--as", "handled", "--why", "nagevraagd")
    assert told("P1")[0].startswith(f"{closed_so}afgehandeld")
    assert "nagevraagd" in told("P1")[0]
    closes(clerk, "T1", "--as", "accepted")
    for name in ("T1", "A1"):
        assert told(name) == [unended, f"{closed_so}geaccepteerd."]
    closes(clerk, "T1", "--reopen", today=LATER)
    assert told("T1") == [unended, f"{closed_so}geaccepteerd.", "Op 01-12-2021 heropend."]
    clerk.clinic.feed([PLANNED | {"date": "2021-07-19"}, VISIT]).run()
    assert [told(name) for name in names] == [[], [], [], []], "nobody said anything of what is known now"


def test_it_has_no_money_that_somebody_could_owe(clerk: Clerk) -> None:
    for name in ("P1", "T1", ENDED):
        assert fault(clerk, name, "--as", "write-off") == "CLOSE_AS"
    assert fault(clerk, "tariffs_end:VGZ:2021-07-11", "--as", "handled") == "CLOSE_UNKNOWN"


def test_every_other_list_says_the_same(clerk: Clerk) -> None:
    before = status(clerk)
    assert [row["trajectory"] for row in before["open_trajectories"]] == ["T1"]
    assert "tariffs" in [row["kind"] for row in before["endings"]]
    closes(clerk, "P1", "T1", ENDED, "--as", "accepted")
    told = status(clerk)
    assert told["open_trajectories"] == []
    assert "tariffs" not in [row["kind"] for row in told["endings"]]
    assert told["totals"] == before["totals"]
    clerk.clinic.run()
    for name in ("werklijst.csv", "report.html"):
        text = (clerk.clinic.folder / "out" / name).read_text(encoding="utf-8-sig")
        assert "einde vergeten" not in text
        assert "niet voltooid" not in text
        assert "tarieven lopen af" not in text
    _, text = clerk.gives("status", "--all", as_json=False)
    for name in ("P1", FORGOTTEN, ENDED):
        assert f'"{name}"' in text


def test_an_appointment_that_took_place_after_all_is_declared(clerk: Clerk) -> None:
    closes(clerk, "P1", "--as", "handled")
    assert clerk.clinic.feed([PLANNED | {"status": "completed"}]).run().lines.keys() == {"P1"}
    assert closed(clerk) == {}


def test_an_appointment_that_was_put_off_comes_back_once_its_new_day_is_past(clerk: Clerk) -> None:
    closes(clerk, "P1", "--as", "handled")
    clerk.clinic.feed([PLANNED | {"date": "2021-07-19"}]).run()
    assert "P1" not in open_tasks(clerk, "2021-07-19")
    assert "P1" in open_tasks(clerk, "2021-07-20")


def test_an_end_is_looked_for_again_after_another_visit(clerk: Clerk) -> None:
    closes(clerk, "T1", "--as", "handled")
    assert FORGOTTEN not in open_tasks(clerk, LATER)
    clerk.clinic.feed([VISIT]).run()
    assert FORGOTTEN not in open_tasks(clerk), "it goes on"
    assert FORGOTTEN in open_tasks(clerk, LATER)
    closes(clerk, "A2", "--as", "accepted", today=LATER)  # of which there is no line: it counts
    assert FORGOTTEN not in open_tasks(clerk, LATER)


def test_an_end_that_comes_after_all_counts_as_ever(clerk: Clerk) -> None:
    closes(clerk, "T1", "--as", "handled")
    assert clerk.clinic.feed([VISIT, END | {"date": "2021-07-01"}]).run().lines == {"A3": ("F1013", 2)}


def test_what_ends_comes_back_with_another_last_day_and_only_where_that_is_another(clerk: Clerk) -> None:
    closes(clerk, ENDED, "--as", "accepted")
    tariffs_end(clerk, "2021-07-12", "940134")
    (task,) = [task for task in status(clerk)["tasks"] if task["kind"] == "tariffs_end"]
    assert (task["key"], task["cause"]) == (
        "tariffs_end:VGZ:2021-07-12",
        "De tarieven van VGZ voor 940134 lopen tot en met 12-07-2021.",
    )
    assert [row["cause"] for row in status(clerk)["closed"]] == [
        "De tarieven van VGZ voor 940131 lopen tot en met 10-07-2021."
    ]


def test_care_that_is_held_for_a_tariff_that_ended_is_told_once_and_whatever_was_closed(clerk: Clerk) -> None:
    def told() -> list[tuple[str, int]]:
        tasks = status(clerk, AFTER)["tasks"]
        return [(task["kind"], task["count"]) for task in tasks if task["kind"].startswith("tariff")]

    assert told() == [("tariffs_end", 1)]
    later = [visit(f"B{n}", "2021-07-1" + str(n), "940131", f"TB{n}", patient=f"P{n}") for n in (3, 4)]
    clerk.clinic.feed(later).run(today=AFTER)
    assert told() == [("tariff_missing", 2), ("tariffs_end", 1)], "of the other code"
    tariffs_end(clerk, "", "940134")
    assert told() == [("tariff_missing", 2)]
    code, _ = clerk.gives("close", ENDED, "--as", "accepted", today=AFTER)
    assert code == 0
    assert told() == [("tariff_missing", 2)]


def test_a_lost_ledger_gets_it_back_and_nothing_of_anybody_is_kept(clerk: Clerk) -> None:
    closes(clerk, "P1", "T1", ENDED, "--as", "handled", "--why", "Jansen is verhuisd")
    closes(clerk, "T1", "--reopen")
    kept = (clerk.clinic.folder / "out" / "decisions.jsonl").read_text(encoding="utf-8")
    assert "Jansen" not in kept
    (clerk.clinic.folder / "ledger.sqlite").unlink()
    assert clerk.gives("recover")[0] == 0
    clerk.clinic.run()
    assert closed(clerk) == {"P1": ("handled", ""), ENDED: ("handled", "")}
    assert open_tasks(clerk) == {FORGOTTEN}


def test_a_line_goes_before_the_trajectory_it_is_in(clerk: Clerk) -> None:
    answer(clerk.clinic.folder, "210701000001", {"210701R0000010000001": ("refused", 0, "0611")}, granted_cents=0)
    (item,) = closes(clerk, "A1", "--as", "handled")
    assert (item["kind"], item["task"]) == ("refused", None)
    assert FORGOTTEN in open_tasks(clerk)
    assert fault(clerk, "A1", "--as", "handled") == "CLOSE_TWICE"


def test_a_patient_whose_end_will_not_come_can_be_pruned(clerk: Clerk) -> None:
    closes(clerk, "P1", "--as", "handled", "--why", "Jansen is verhuisd")
    stays = visit("P9", "2024-05-20", "940131", "T9", patient="P9", status="Gepland")
    clerk.clinic.feed([stays, PLANNED | {"status": "Geannuleerd"}]).run(today="2024-06-01")
    answer(clerk.clinic.folder, "210701000001", {}, granted_cents=6_644)
    prune = ("prune", "--before", "2023-01-01", "--yes")
    assert "T1" in clerk.gives(*prune, today="2024-06-01", as_json=False)[1]
    closes(clerk, "T1", "P9", "--as", "handled", "--why", "Jansen is verhuisd", today="2024-06-01")
    closes(clerk, ENDED, "--as", "handled", "--why", "niet meer nodig")
    clerk.gives(*prune, today="2024-06-01")
    assert clerk.rows("SELECT count(*) AS n FROM patient WHERE patient_id = 'P1'") == [{"n": 0}]
    why = {row["name"]: row["why"] for row in clerk.rows("SELECT name, why FROM closing WHERE why <> ''")}
    assert why.pop("P9") == "Jansen is verhuisd"
    assert {*why.values()} == {"niet meer nodig"}, "of whom was taken out nothing is said any more"
