"""``zorg1 monitor`` from the outside: rows counted by hand, every filter, views, files, and what is never in them."""

import csv
import io
import json
import random
from collections.abc import Sequence
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, Final, get_args

import pytest
from click.testing import CliRunner
from openpyxl import load_workbook

from ei_export.base.words import words
from ei_export.cli import main
from ei_export.commands.zorg1.filters import one_filter
from ei_export.commands.zorg1.monitor import COLUMNS, STATUSES, Question, monitor
from ei_export.commands.zorg1.selection import Selection
from ei_export.ledger.line import LineState
from ei_export.model.appointment import Outcome
from ei_export.settings import load
from ei_export.settings.zorg1 import MONITOR_COLUMNS
from tests.support.feeds import BSNS, Cells, csv_text, tables_read_once, visit
from tests.support.zorg1_practice import ENDED, FEED_COLUMNS, TODAY, VISITS, zorg1_practice

__all__ = ["tables_read_once"]

CATEGORY: Final = "Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak"


@pytest.fixture(scope="module")
def practice(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("practice")
    zorg1_practice(folder)
    return folder


def call(folder: Path, *arguments: str) -> tuple[int, str, str]:
    """Exit code, standard output and standard error."""
    config = str(folder / "ei-export.toml")
    done = CliRunner().invoke(main, ["zorg1", "monitor", "--config", config, "--today", TODAY, *arguments])
    return done.exit_code, done.stdout, done.stderr


def document(folder: Path, *arguments: str) -> dict[str, Any]:
    code, out, err = call(folder, "--json", *arguments)
    assert code in (0, 1), err
    found: dict[str, Any] = json.loads(out)
    assert code == any(problem["severity"] == "error" for problem in found["problems"])
    return found


def rows(folder: Path, *arguments: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = document(folder, *arguments)["rows"]
    return found


def codes(folder: Path, *arguments: str) -> list[tuple[str, str]]:
    return [(row["trajectory"] or row["patient_id"], row["own_code"]) for row in rows(folder, *arguments)]


def test_every_trajectory_is_there_code_by_code(practice: Path) -> None:
    assert codes(practice) == [
        ("T14", "940183"), ("T14", "940186"), ("T14", "940187"),
        ("T15", "940133"),
        ("T16", "01"), ("T16", "011"), ("T16", "0111"),
        ("T1", "01"), ("T1", "011"), ("T1", "0111"),
        ("T2", "940158"), ("T2", "011"), ("T2", "940159"), ("T2", "940163990"),
        ("T3", "01"), ("T4", "01"), ("T7", "1000"),
        ("P10/ONVZ/nek/2022-04-05", "1000"),
        ("P11", "1000"),
        ("T5", "01"), ("T5", "011"), ("T6", "940169"), ("T6", "011"),
        ("T12", "940174"), ("T13", "940176"), ("T13", "940177"),
    ]  # fmt: skip
    assert document(practice)["trajectories"] == 13


def test_a_row_says_all_there_is_to_say(practice: Path) -> None:
    start, contact, end = (row for row in rows(practice) if row["trajectory"] == "T1")
    assert start == {
        "started": "2022-03-31", "trajectory": "T1", "patient_id": "P1", "category": None, "program": "lage rug",
        "profile": "1", "dcsph": "3426", "csi": "009", "instrument": "STarT Back", "score": 3, "profile_by_score": "1",
        "uzovi": "7095", "insurer": "VGZ", "own_code": "01", "declare_under": "940131",
        "expected_declare_under": "940131", "f_code": "F1013", "list": "012", "units": 1, "status": "sent",
        "fits": "N", "problems": ["MONITOR_INTAKE_MISSING", "MONITOR_END_MISSING"], "consent": "J",
    }  # fmt: skip
    assert (contact["units"], contact["status"], contact["fits"], contact["f_code"]) == (None, "counted", "J", None)
    assert (end["units"], end["status"], end["expected_declare_under"]) == (3, "sent", "940134")
    [without, *_] = (row for row in rows(practice) if row["trajectory"] == "T7")
    assert (without["profile"], without["declare_under"], without["expected_declare_under"]) == ("2", None, None)
    assert (without["category"], without["status"], without["dcsph"]) == (CATEGORY, "not_zorg1", "3526")


def test_who_did_not_consent_is_there_too(practice: Path) -> None:
    said = {row["trajectory"]: row["consent"] for row in rows(practice)}
    assert [said[f"T{number}"] for number in (1, 2, 3, 4, 5, 6)] == ["J", "J", "N", None, "N", "J"]


@pytest.mark.parametrize(
    ("arguments", "count"),
    [
        (["--from", "2022-04"], 16),
        (["--until", "2022-03"], 10),
        (["--from", "2022-04", "--until", "2022-04"], 9),
        (["--program", "artrose"], 3),
        (["--program", "artrose heup", "--program", "tkp"], 5),
        (["--uzovi", "0736"], 3),
        (["--from", "2022-04", "--program", "nek"], 5),
    ],
)
def test_trajectories_are_chosen_by_start_program_and_insurer(
    practice: Path, arguments: Sequence[str], count: int
) -> None:
    assert len(rows(practice, *arguments)) == count


#: Of each column a filter, and a sorted list of rows that it takes.
FILTERS: Final = {
    "started": ("2022-03-01..2022-03-31", 6),
    "trajectory": ("t1", 3),
    "patient_id": ("P14,P15", 4),
    "category": ("Zorg 1*", 1),
    "program": ("artrose*", 3),
    "profile": ("3*", 5),
    "dcsph": ("34*", 12),
    "csi": ("001", 1),
    "instrument": ("start back", 3),
    "score": ("..3", 3),
    "profile_by_score": ("1", 3),
    "uzovi": ("3343", 2),
    "insurer": ("cz", 6),
    "own_code": ("940183,940186", 2),
    "declare_under": ("940135", 5),
    "expected_declare_under": ("940134", 2),
    "f_code": ("F1013", 7),
    "list": ("990", 1),
    "units": ("2..", 4),
    "status": ("geteld", 5),
    "fits": ("J", 12),
    "problems": ("MONITOR_MISSED_INCLUSION", 1),
    "consent": ("N", 3),
}


def test_every_column_is_a_filter(practice: Path) -> None:
    assert tuple(FILTERS) == MONITOR_COLUMNS == tuple(column.key for column in COLUMNS)
    found = {name: len(rows(practice, "--filter", f"{name}={value}")) for name, (value, _) in FILTERS.items()}
    assert found == {name: count for name, (_, count) in FILTERS.items()}


def test_a_filter_takes_the_rows_with_that_value_and_no_other(practice: Path) -> None:
    """Every value of every column, as it stands there."""
    settings = load(practice / "ei-export.toml")
    with closing(monitor(settings, Selection.of, Question(), date.fromisoformat(TODAY))) as found:
        table = [*found.rows]
    tried = 0
    for index, column in enumerate(COLUMNS):
        cells = [row[index] for row in table]
        for value in cells:
            several = value if isinstance(value, tuple) and value else (value or "",)
            for each in several:
                text = each.isoformat() if isinstance(each, date) else str(each)
                asked = one_filter(COLUMNS, column.key, [text], {})
                taken = [cell for row, cell in zip(table, cells, strict=True) if asked.takes(row)]
                same = [
                    cell for cell in cells if (each in cell if value and isinstance(cell, tuple) else cell == value)
                ]
                assert taken == same != [], (column.key, text)
                tried += 1
    assert tried >= len(table) * len(COLUMNS)


def test_two_filters_both_hold(practice: Path) -> None:
    both = codes(practice, "--filter", "consent=J", "--filter", "insurer=CZ")
    assert both == [row for row in codes(practice, "--filter", "insurer=CZ") if row[0] in ("T2", "T13")]
    assert codes(practice, "--filter", "consent=N", "--filter", "program=nek") == []
    found = document(practice, "--filter", "trajectory=T1", "--filter", "status=sent")
    assert [problem["trajectory"] for problem in found["problems"]] == ["T1", "T1"]
    assert document(practice, "--filter", "trajectory=T1", "--filter", "status=counted")["problems"] == []


def test_rows_are_sorted_with_empty_ones_last(practice: Path) -> None:
    for direction in ("", ":desc"):
        units = [row["units"] for row in rows(practice, "--sort", f"units{direction}")]
        known = [each for each in units if each is not None]
        assert units == [*sorted(known, reverse=bool(direction)), *[None] * (len(units) - len(known))]
    by_two = rows(practice, "--sort", "program", "--sort", "started:desc")
    keys = [(row["program"], -date.fromisoformat(row["started"]).toordinal()) for row in by_two]
    assert keys == sorted(keys)


def with_views(folder: Path, text: str) -> Path:
    config = folder / "ei-export.toml"
    config.write_text(config.read_text(encoding="utf-8") + text, encoding="utf-8")
    return folder


VIEWS: Final = """
[zorg1.views."Zorg1 analyse – kwaliteitscriteria"]
consent = "J"
program = ["lage rug", "nek"]
sort = "trajectory:desc"
"""


def test_a_view_is_a_question_with_a_name(tmp_path: Path) -> None:
    folder = with_views(zorg1_practice(tmp_path).folder, VIEWS)
    name = "zorg1 analyse – Kwaliteitscriteria"
    viewed = codes(folder, "--view", name)
    chosen = "--filter", "consent=J", "--filter", "program=lage rug,nek"
    assert viewed == codes(folder, *chosen, "--sort", "trajectory:desc")
    assert viewed != codes(folder, *chosen)
    assert codes(folder, "--view", name, "--filter", "insurer=CZ") == codes(
        folder, *chosen, "--filter", "insurer=CZ", "--sort", "trajectory:desc"
    )
    assert codes(folder, "--view", name, "--sort", "started") == codes(folder, *chosen)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ('[zorg1.views."V"]\nprogramme = "nek"', "SETTINGS_UNKNOWN_KEY"),
        ('[zorg1.views."V"]\nprogram = 3', "SETTINGS_TYPE"),
        ('[zorg1.views."V"]\nscore = "veel"', "ZORG1_FILTER"),
        ('[zorg1.views."V"]\nsort = "scores"', "ZORG1_COLUMN"),
        ('[zorg1.views."W"]\nscore = "3"', "ZORG1_VIEW"),
        ('[zorg1]\nviews = "V"', "SETTINGS_TYPE"),
    ],
)
def test_a_view_that_cannot_be_is_refused(tmp_path: Path, text: str, code: str) -> None:
    folder = with_views(zorg1_practice(tmp_path, VISITS[:1]).folder, f"\n{text}\n")
    exit_code, out, _ = call(folder, "--json", "--view", "V")
    assert exit_code == 2
    assert [problem["code"] for problem in json.loads(out)["problems"]] == [code]


MEASURED: Final = """\
patient_id;trajectory_id;date;instrument;score;subscore;moment
P3;T3;2022-04-04;SBST;6;4;intake
P3;T3;2022-04-04;NPRS;7,5;;intake
P3;T3;2022-04-05;PSK;20;;
P99;;2022-04-05;PSK;20;;
"""


def test_what_was_measured_may_be_in_a_file_of_its_own(tmp_path: Path) -> None:
    clinic = zorg1_practice(tmp_path, VISITS)
    with_views(tmp_path, '\n[measurements]\npath = "metingen.csv"\n')
    (tmp_path / "metingen.csv").write_text(MEASURED, encoding="utf-8")
    clinic.run(today=TODAY)
    [row] = rows(tmp_path, "--filter", "trajectory=T3")
    assert (row["instrument"], row["score"], row["profile_by_score"]) == ("STarT Back", 6, "3")
    assert row["problems"] == ["MONITOR_PROFILE_SCORE"]
    found = document(tmp_path, "--filter", "trajectory=T3")["problems"]
    assert [problem["code"] for problem in found] == ["MEASUREMENT_NO_TRAJECTORY", "MONITOR_PROFILE_SCORE"]


# Files and text ---------------------------------------------------------------------------------


def test_a_file_is_for_people(practice: Path, tmp_path: Path) -> None:
    code, out, _ = call(practice, "--out", str(tmp_path), "--xlsx")
    assert code == 0
    assert "26 regels van 13 trajecten" in out
    assert {path.name for path in tmp_path.iterdir()} == {"zorg1-monitor.csv", "zorg1-monitor.xlsx", "zorg1.html"}
    assert all(str(tmp_path / name) in out.replace("\n", "") for name in ("zorg1-monitor.csv", "zorg1-monitor.xlsx"))
    text = (tmp_path / "zorg1-monitor.csv").read_bytes()
    assert text.startswith("\ufeffBegin;Traject;Patiëntnummer".encode())
    header, *lines = csv.reader(io.StringIO(text.decode("utf-8-sig")), delimiter=";")
    sheet = load_workbook(tmp_path / "zorg1-monitor.xlsx")["zorg1-monitor"]
    assert [cell.value for cell in sheet[1]] == header
    assert sheet.max_row == len(lines) + 1 == 27
    [first] = (line for line in lines if line[1:3] == ["T1", "P1"] and line[13] == "01")
    assert (first[0], first[9], first[19], first[21]) == (
        "2022-03-31", "3", "gedeclareerd, geen antwoord", "MONITOR_INTAKE_MISSING, MONITOR_END_MISSING",
    )  # fmt: skip
    english = call(practice, "--out", str(tmp_path), "--lang", "en")
    assert english[1].startswith("26 rows of 13 trajectories")
    assert (tmp_path / "zorg1-monitor.csv").read_text("utf-8-sig").startswith("Started;Trajectory")


def test_files_go_beside_the_runs_but_for_json(tmp_path: Path) -> None:
    folder = zorg1_practice(tmp_path, VISITS[:4]).folder
    assert document(folder)["files"] == []
    assert not (folder / "out" / "zorg1").exists()
    assert document(folder, "--xlsx")["files"] == [
        str(folder / "out" / "zorg1" / name) for name in ("zorg1.html", "zorg1-monitor.xlsx", "zorg1-monitor.csv")
    ]


def bytes_of(folder: Path, out: Path) -> dict[str, bytes]:
    call(folder, "--out", str(out), "--xlsx")
    return {path.name: path.read_bytes() for path in out.iterdir()}


def test_the_same_history_gives_the_same_bytes(practice: Path, tmp_path: Path) -> None:
    """Whole, shuffled, and only what was new."""
    expected = bytes_of(practice, tmp_path / "whole")
    shuffled = [*VISITS]
    random.Random(5).shuffle(shuffled)
    assert bytes_of(zorg1_practice(tmp_path / "shuffled", tuple(shuffled)).folder, tmp_path / "a") == expected
    in_time = sorted(VISITS, key=lambda row: row["date"])
    clinic = zorg1_practice(tmp_path / "nights", tuple(in_time[:10]))
    for first in range(10, len(in_time), 9):
        clinic.write(csv_text(in_time[first : first + 9], FEED_COLUMNS))
        clinic.run(today=TODAY)
    assert bytes_of(clinic.folder, tmp_path / "b") == expected


def test_nobody_is_named(practice: Path, tmp_path: Path) -> None:
    said = "".join(call(practice, "--out", str(tmp_path), "--json")[1:]) + "".join(call(practice)[1:])
    said += (tmp_path / "zorg1-monitor.csv").read_text("utf-8")
    persons: list[Cells] = [*VISITS]
    for column in ("bsn", "birth_date", "name", "insured_number"):
        assert not any(row[column] in said for row in persons if row[column])
    assert not any(number in said for number in BSNS)


def test_a_bsn_is_not_shown_wherever_a_practice_writes_it(tmp_path: Path) -> None:
    mine = BSNS[1]
    rows_of = [
        *(row | {"trajectory_id": f"T{mine}", "category": mine} for row in ENDED),
        visit("A91", "2022-05-01", "011", mine, patient="P1", diagnosis_code=""),
        visit("A92", "2021-01-04", "1000", mine, patient="P1", measurement_name=mine, measurement_score=mine),
        visit("A93", "2021-06-01", mine, mine, patient="P1", diagnosis="4020", category=f"Schouder van {mine}"),
    ]
    folder = zorg1_practice(tmp_path, tuple(row | {"patient_id": mine} for row in rows_of)).folder
    code, out, err = call(folder, "--json", "--xlsx")
    assert json.loads(out)["rows"]
    files = b"".join(path.read_bytes() for path in (folder / "out" / "zorg1").glob("*.csv"))
    assert mine not in out + err + files.decode()
    assert code in (0, 1)


def test_every_state_has_a_place_and_a_word(practice: Path) -> None:
    states = {state for group in get_args(LineState) for state in (get_args(group) or (group,))}
    assert states - {"withdrawn"} <= set(STATUSES)
    assert {outcome.value for outcome in Outcome} - {"not_completed", "duplicate"} <= set(STATUSES)
    for status in STATUSES:
        assert words("monitor", "nl")[f"status.{status}"]


def test_nothing_is_found_in_an_empty_practice(tmp_path: Path) -> None:
    folder = zorg1_practice(tmp_path, ()).folder
    assert document(folder) == {"trajectories": 0, "rows": [], "problems": [], "files": []}
    assert call(folder)[1].startswith("0 regels van 0 trajecten")
    assert (folder / "out" / "zorg1" / "zorg1-monitor.csv").read_bytes().count(b"\r\n") == 1
