"""A group that may read what is not personal: the page, the lists and the work list; nothing else, and nobody else."""

import os
import stat
from grp import getgrall, getgrgid
from pathlib import Path
from typing import Final

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.feeds import TODAY, Clinic, visit

ROWS: Final = (visit("A1", "2021-03-01", "940131", "T1"), visit("A2", "2021-03-22", "940134", "T1"))
PERSONAL: Final = {"ledger.sqlite", "memory.jsonl", "runs.jsonl", "declarations"}


def other_group() -> int:
    """One that new files aren't of, where there is one that they can be given to."""
    known = {group.gr_gid for group in getgrall()} - {os.getegid()}
    given = known if os.geteuid() == 0 else known & {*os.getgroups()}
    return min(given, default=os.getegid())


@pytest.fixture
def group() -> int:
    return other_group()


@pytest.fixture
def clinic(tmp_path: Path, group: int) -> Clinic:
    clinic = Clinic.open(tmp_path, ledger=f'[output]\ngroup = "{getgrgid(group).gr_name}"')
    return clinic.feed(ROWS)


def do(clinic: Clinic, *words: str) -> int:
    return (
        CliRunner()
        .invoke(main, [*words, "--config", str(clinic.folder / "ei-export.toml"), "--today", TODAY])
        .exit_code
    )


def modes(clinic: Clinic) -> dict[str, tuple[int, int]]:
    """Of all that was made, by its path: its mode and its group."""
    made = [clinic.folder / "ledger.sqlite", clinic.folder / "out", *clinic.folder.glob("out/**/*")]
    return {
        path.relative_to(clinic.folder).as_posix(): (stat.S_IMODE(path.stat().st_mode), path.stat().st_gid)
        for path in made
    }


def readable(clinic: Clinic, group: int) -> set[str]:
    """What the group may read, once everything is as it should be."""
    read = set()
    for path, (mode, owner) in modes(clinic).items():
        is_folder = (clinic.folder / path).is_dir()
        assert mode in ((0o700, 0o750) if is_folder else (0o600, 0o640)), path
        if mode & stat.S_IRGRP:
            assert owner == group, path
            read.add(path)
    return read


def test_it_reads_what_is_not_personal(clinic: Clinic, group: int) -> None:
    assert do(clinic, "run", "--xlsx") in (0, 1)
    read = readable(clinic, group)
    assert {path for path in modes(clinic) if not PERSONAL.isdisjoint(path.split("/"))}.isdisjoint(read)
    lists = {"report.html", "problems.csv", "werklijst.csv", "werklijst.xlsx"}
    kept = {"lines.csv", "problems.csv", "report.html", "summary.json", "workbook.xlsx"}
    assert read == {
        "out",
        "out/R000001",
        *(f"out/{name}" for name in lists),
        *(f"out/R000001/{name}" for name in kept),
    }
    before = read
    assert do(clinic, "sent", "R000001") == 0
    assert readable(clinic, group) == before
    (clinic.folder / "appointments.csv").unlink()
    assert do(clinic, "run") == 3
    assert readable(clinic, group) == before, "the page that tells of it is the one that everybody looks at"


def test_taken_away_it_reads_nothing_new(clinic: Clinic, group: int) -> None:
    assert do(clinic, "run") in (0, 1)
    clinic.configure()
    assert do(clinic, "run") in (0, 1)
    assert {path for path in readable(clinic, group) if path.count("/") == 1} == {"out/R000001"}


def test_a_folder_that_more_may_write_in_stays_so(clinic: Clinic, group: int) -> None:
    (clinic.folder / "out").mkdir(mode=0o700)
    (clinic.folder / "out").chmod(0o2770)
    assert do(clinic, "run") in (0, 1)
    assert modes(clinic)["out"] == (0o2770, group)
