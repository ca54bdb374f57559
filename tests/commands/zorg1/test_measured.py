"""What was measured, wherever it was exported: with the appointment, or in a file of measurements."""

import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.model.columns import MEASUREMENT_COLUMNS
from tests.support.feeds import Cells, Clinic, csv_text
from tests.support.zorg1_practice import FEED_COLUMNS, TODAY, VISITS, zorg1_practice

MEASURED = [row for row in VISITS if row.get("measurement_name")]


def in_a_file(folder: Path, rows: Sequence[Cells], number: Callable[[Cells], str]) -> Clinic:
    """The same practice, whose feed has no scores; each in a row of its own with this number."""
    clinic = Clinic.open(folder)
    path = clinic.folder / "ei-export.toml"
    path.write_text(path.read_text(encoding="utf-8") + '[measurements]\npath = "metingen.csv"\n', encoding="utf-8")
    lines = [
        f"{row['patient_id']};{number(row)};{row['date']};{row['measurement_name']};{row['measurement_score']};;"
        for row in rows
    ]
    clinic.write("\n".join([";".join(MEASUREMENT_COLUMNS), *lines, ""]), "metingen.csv")
    without = [{k: v for k, v in row.items() if not k.startswith("measurement_")} for row in VISITS]
    clinic.write(csv_text(without, FEED_COLUMNS))
    clinic.run(today=TODAY)
    return clinic


def tables(clinic: Clinic) -> list[Any]:
    """What the commands say, and the tables of the export."""
    found: list[Any] = []
    for command in (["quality", "--consent", "all"], ["monitor"], ["export"]):
        config = str(clinic.folder / "ei-export.toml")
        done = CliRunner().invoke(main, ["zorg1", *command, "--config", config, "--today", TODAY, "--json"])
        assert done.exit_code in (0, 1), done.stderr
        found.append(json.loads(done.stdout.replace(str(clinic.folder), "")))
    found.append({path.name: path.read_bytes() for path in sorted((clinic.folder / "out/zorg1").glob("*.csv"))})
    return found


def test_there_is_something_measured() -> None:
    assert len(MEASURED) > 1


@pytest.mark.parametrize("way", ["by number", "by day", "in another order"])
def test_feed_and_file_give_the_same_tables(way: str, tmp_path: Path) -> None:
    rows = random.Random(3).sample(MEASURED, len(MEASURED)) if way == "in another order" else MEASURED
    file = in_a_file(tmp_path / "file", rows, lambda row: "" if way == "by day" else row["trajectory_id"])
    assert tables(file) == tables(zorg1_practice(tmp_path / "feed"))
