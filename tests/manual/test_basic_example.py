"""The small example that holds the interface: a practice with four insurers, from CSV and from SQLite, run twice."""

import csv
import json
import shutil
import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.manual.practice import Outcome, run

BASIC = Path(__file__).parents[2] / "fixtures" / "basic"
TODAY = "2022-03-01"
ROWS = 15


def from_csv(folder: Path) -> Outcome:
    return run(folder, TODAY)


def from_sqlite(folder: Path) -> Outcome:
    """The same appointments in a table of texts; the CSV is gone."""
    feed, database = folder / "appointments.csv", folder / "practice.sqlite"
    if feed.exists():
        with feed.open(encoding="utf-8", newline="") as lines:
            header, *rows = csv.reader(lines, delimiter=";")
        connection = sqlite3.connect(database)
        with connection:
            connection.execute(f"CREATE TABLE appointments ({', '.join(f'{column} TEXT' for column in header)})")
            connection.executemany(f"INSERT INTO appointments VALUES ({', '.join('?' * len(header))})", rows)
        connection.close()
        feed.unlink()
    return run(folder, TODAY, "--input", str(database))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(BASIC, tmp_path / "basic"))


def in_the_shape_of_the_example(outcome: Outcome, columns: list[str]) -> list[dict[str, str]]:
    lines = [{column: str(line[column]) for column in columns} for line in outcome.document["lines"]]
    return sorted(lines, key=lambda line: line["appointment_id"])


@pytest.mark.parametrize("declare", [from_csv, from_sqlite])
def test_the_example(folder: Path, declare: Callable[[Path], Outcome]) -> None:
    with (BASIC / "expected-lines.csv").open(encoding="utf-8", newline="") as text:
        table = csv.DictReader(text)
        expected = list(table)
        columns = list(table.fieldnames or ())

    outcome = declare(folder)
    assert outcome.exit_code == 0
    assert in_the_shape_of_the_example(outcome, columns) == expected
    assert outcome.counts == {"read": ROWS, "declared": 10, "counted": 3, "not_completed": 1, "not_zorg1": 1}
    assert [line["severity"] for line in outcome.document["problems"] if line["severity"] == "error"] == []

    declarations = outcome.document["declarations"]
    assert sorted(each["uzovi"] for each in declarations) == ["3311", "3332", "7095", "9664"]
    assert {each["standard"] for each in declarations} == {"PM304 3.2"}
    assert sum(each["lines"] for each in declarations) == len(expected)
    assert sum(each["amount_cents"] for each in declarations) == sum(int(line["amount_cents"]) for line in expected)
    assert all(name.endswith(".txt") for name in outcome.files)
    assert {
        (
            record["0404"],
            record["0408"],
            record["0409"],
            record["0410"].rstrip(),
            int(record["0411"]),
            int(record["0432"]),
        )
        for record in outcome.records().values()
    } == {
        (
            line["uzovi"],
            line["date"].replace("-", ""),
            line["list"],
            line["f_code"],
            int(line["units"]),
            int(line["amount_cents"]),
        )
        for line in expected
    }


@pytest.mark.parametrize("declare", [from_csv, from_sqlite])
def test_the_example_declares_once(folder: Path, declare: Callable[[Path], Outcome]) -> None:
    declare(folder)
    written = sorted(folder.glob("out/R*/**/*"))

    again = declare(folder)
    assert again.exit_code == 0
    assert again.document["run"] is None
    assert again.document["lines"] == again.document["declarations"] == []
    assert again.counts == {"read": ROWS, "earlier": 13, "not_completed": 1, "not_zorg1": 1}
    assert sorted(folder.glob("out/R*/**/*")) == written


def test_csv_and_sqlite_give_the_same_bytes(folder: Path, tmp_path: Path) -> None:
    other = Path(shutil.copytree(BASIC, tmp_path / "other"))
    assert from_csv(folder).files == from_sqlite(other).files


def test_the_summary_on_disk_is_the_one_printed(folder: Path) -> None:
    """`--json` prints the summary with the lines and the problems added."""
    printed = from_csv(folder).document
    summary = json.loads((folder / "out" / printed["run"] / "summary.json").read_text(encoding="utf-8"))
    assert summary == {key: value for key, value in printed.items() if key not in ("lines", "problems")}
