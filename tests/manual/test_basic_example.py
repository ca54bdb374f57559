"""The small example that holds the interface: a practice with four insurers, from CSV and from SQLite, run twice."""

import csv
import json
import shutil
import sqlite3
from pathlib import Path

import pytest
from attrs import frozen

from tests.manual.practice import Outcome, installed, run

BASIC = Path(__file__).parents[2] / "fixtures" / "basic"
TODAY = "2022-03-01"
ROWS = 15


@frozen
class Example:
    """The example in a folder of its own, run twice."""

    folder: Path
    first: Outcome
    written: list[Path]
    """What stood in `out/` after the first run."""
    second: Outcome

    @classmethod
    def twice(cls, folder: Path, *arguments: str) -> "Example":
        first = run(folder, TODAY, *arguments, by=installed)
        return cls(folder, first, run_directories(folder), run(folder, TODAY, *arguments, by=installed))


def run_directories(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "out").iterdir() if path.is_dir())


def as_sqlite(feed: Path) -> Path:
    """Moves the CSV into a database: one table, every column a text."""
    with feed.open(encoding="utf-8", newline="") as lines:
        header, *rows = csv.reader(lines, delimiter=";")
    database = feed.with_suffix(".sqlite")
    connection = sqlite3.connect(database)
    with connection:
        connection.execute(f"CREATE TABLE appointments ({', '.join(f'{column} TEXT' for column in header)})")
        connection.executemany(f"INSERT INTO appointments VALUES ({', '.join('?' * len(header))})", rows)
    connection.close()
    feed.unlink()
    return database


@pytest.fixture(scope="module")
def examples(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Example]:
    folders = {kind: shutil.copytree(BASIC, tmp_path_factory.mktemp(kind) / "basic") for kind in ("csv", "sqlite")}
    database = as_sqlite(folders["sqlite"] / "appointments.csv")
    return {
        "csv": Example.twice(folders["csv"]),
        "sqlite": Example.twice(folders["sqlite"], "--input", str(database)),
    }


@pytest.fixture(params=["csv", "sqlite"])
def example(request: pytest.FixtureRequest, examples: dict[str, Example]) -> Example:
    return examples[request.param]


def expected_lines() -> list[dict[str, str]]:
    with (BASIC / "expected-lines.csv").open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def test_exactly_the_expected_lines(example: Example) -> None:
    expected = expected_lines()
    lines = example.first.document["lines"]
    found = [{column: str(line[column]) for column in expected[0]} for line in lines]
    assert sorted(found, key=lambda line: line["appointment_id"]) == expected


def test_every_row_is_accounted_for(example: Example) -> None:
    assert example.first.counts == {"read": ROWS, "declared": 10, "counted": 3, "not_completed": 1, "not_zorg1": 1}
    assert example.first.named("error") == set()
    assert example.first.exit_code == 0


def test_one_file_for_each_insurer(example: Example) -> None:
    declarations = example.first.document["declarations"]
    assert sorted(each["uzovi"] for each in declarations) == ["3311", "3332", "7095", "9664"]
    assert {each["standard"] for each in declarations} == {"PM304 3.2"}
    assert len(example.first.files) == len(declarations)
    assert all(name.startswith("declarations/") and name.endswith(".txt") for name in example.first.files)


def test_the_files_carry_the_expected_lines(example: Example) -> None:
    elements = {
        "uzovi": "0404",
        "date": "0408",
        "list": "0409",
        "f_code": "0410",
        "units": "0411",
        "amount_cents": "0432",
    }
    records = example.first.records().values()
    found = [tuple(record[element].lstrip("0").rstrip() for element in elements.values()) for record in records]
    expected = [tuple(line[column].replace("-", "").lstrip("0") for column in elements) for line in expected_lines()]
    assert sorted(found) == sorted(expected)


def test_the_summary_on_disk_is_the_one_printed(example: Example) -> None:
    """`--json` prints the summary with the lines and the problems added."""
    printed = example.first.document
    summary = json.loads((example.folder / "out" / printed["run"] / "summary.json").read_text(encoding="utf-8"))
    assert summary == {key: value for key, value in printed.items() if key not in ("lines", "problems")}


def test_a_second_run_declares_nothing(example: Example) -> None:
    assert example.second.document["run"] is None
    assert example.second.document["lines"] == example.second.document["declarations"] == []
    assert example.second.counts == {"read": ROWS, "earlier": 13, "not_completed": 1, "not_zorg1": 1}
    assert example.second.exit_code == 0
    assert run_directories(example.folder) == example.written


def test_csv_and_sqlite_give_the_same_bytes(examples: dict[str, Example]) -> None:
    assert examples["csv"].first.files == examples["sqlite"].first.files
