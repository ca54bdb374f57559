"""Random practices: whatever nights the rows came in, and in whatever order, the Zorg1 tables are the same."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.feeds import Cells, Clinic, csv_text, tables_read_once, visit
from tests.support.zorg1_practice import FEED_COLUMNS

__all__ = ["tables_read_once"]

TODAY = "2022-12-30"
#: Insurer or UZOVI number, start, contact, end, relapse and diagnosis; regular care has no code but its own.
COURSES = (
    ("VGZ", "940131", "940135", "940134", "940133", "3426"),
    ("CZ", "940158", "940135", "940159", "940163990", "3026"),
    ("Menzis", "940169", "940135", "940170", "940173", "4026"),
    ("Zilveren Kruis", "940130", "940135", "940132", "", "3426"),
    ("VGZ", "940174", "940135", "940175", "940180", "7023"),
    ("3343", "1000", "1000", "1000", "", "3526"),
    ("3343", "1000", "1000", "1000", "", "7023"),
    ("VGZ", "1000", "1000", "1000", "", "3426"),
)
WORDS = ("J", "J", "J", "N", "", "", "ja")
CATEGORIES = ("", "", "Zorg 1: Lage rug | profiel 2 | zonder prijs afspraak", "Zorg 1: artrose", "Fysiotherapie")


def agenda(chance: random.Random) -> Iterator[Cells]:
    """The visits of some patients in 2022."""
    count = 0
    for patient in range(1, 12):
        for course in range(chance.choice((1, 1, 2, 3))):
            insurer, start, contact, end, relapse, diagnosis = chance.choice(COURSES)
            number = chance.choice((f"T{patient}-{course}", ""))
            category = chance.choice(CATEGORIES)
            day = date(2022, 1, 3) + timedelta(chance.randrange(200))
            codes = [start, *[contact] * chance.randrange(5), *([end] if chance.random() < 0.7 else [])]
            for code in codes + ([relapse] if relapse and chance.random() < 0.2 else []):
                count += 1
                other = {"uzovi": insurer} if insurer.isdigit() else {}
                yield visit(
                    f"A{count:03}",
                    day.isoformat(),
                    code,
                    number,
                    patient=f"P{patient}",
                    insurer="VGZ" if other else insurer,
                    diagnosis=diagnosis if chance.random() < 0.95 else "",
                    consent=chance.choice(WORDS),
                    category=category if chance.random() < 0.8 else "",
                    measurement_name=chance.choice(("", "NPRS", "STarT Back", "psk")),
                    measurement_score=str(chance.randrange(10)),
                    **other,
                )
                day += timedelta(chance.choice((0, 3, 7, 7, 14, 100)))


def exported(folder: Path, feeds: Sequence[Sequence[Cells]]) -> list[Any]:
    """What is exported, and what the other tables say, after a run over each of these feeds."""
    clinic = Clinic.open(folder)
    for rows in feeds:
        clinic.write(csv_text(rows, FEED_COLUMNS))
        clinic.run(today=TODAY)
    config = str(clinic.folder / "ei-export.toml")
    done = CliRunner().invoke(main, ["zorg1", "export", "--config", config, "--today", TODAY, "--json"])
    assert done.exit_code == 0, done.stderr
    document = json.loads(done.stdout)
    files = [(folder / "out" / "zorg1" / Path(name).name).read_bytes() for name in document["files"]]
    others = (
        CliRunner().invoke(main, ["zorg1", *words, "--config", config, "--today", TODAY, "--json"]).stdout
        for words in (("monitor",), ("monitor", "--sort", "status:desc"), ("quality", "--consent", "all"))
    )
    return [document["rows"], document["profiles"], document["problems"], files, *map(json.loads, others)]


@pytest.mark.parametrize("seed", range(3))
def test_nights_of_only_new_rows_are_as_one_whole_feed(tmp_path: Path, seed: int) -> None:
    chance = random.Random(seed)
    rows = [*agenda(chance)]
    once = exported(tmp_path / "once", [rows])
    chance.shuffle(rows)
    assert exported(tmp_path / "shuffled", [rows]) == once
    cuts = sorted(chance.sample(range(1, len(rows)), 4))
    in_time = sorted(rows, key=lambda row: (row["date"], row["appointment_id"]))
    nights = [in_time[first:last] for first, last in zip([0, *cuts], [*cuts, len(rows)], strict=True)]
    assert exported(tmp_path / "nights", nights) == once
    assert len(once[0]) > 2
    *_, monitored, _, counted = once
    assert (
        monitored["trajectories"]
        == counted["rows"][-1]["trajectories"]
        == sum(row["trajectories"] for row in counted["rows"] if row["profile"] != "*")
    )
