"""Windows forks no process, and reads no file wherever it likes: one process does all the work, and gives the same."""

import os
import signal
from pathlib import Path

import pytest

from ei_export.base.processes import cores
from tests.support.feeds import BYSTANDERS, Clinic, visit

ROWS = (
    visit("A1", "2021-03-01", "940131", "T1"),
    visit("A2", "2021-03-08", "940135", "T1"),
    visit("A3", "2021-03-22", "940134", "T1"),
    *BYSTANDERS,
)


def test_without_other_processes_the_same_is_declared(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ei_export.intake.gather.WORTH_A_PROCESS", 1)
    monkeypatch.setattr("ei_export.judging.collected.WORTH_A_FORK", 0)
    monkeypatch.setattr("ei_export.commands.run.run.WORTH_A_FORK", 0)
    nights = []
    for name in ("with", "without"):
        (tmp_path / name).mkdir()
        clinic = Clinic.open(tmp_path / name)
        nights.append([clinic.feed(rows).run() for rows in (ROWS[:3], ROWS, ROWS)])
        for module, needed in ((os, "fork"), (os, "pread"), (os, "sched_getaffinity"), (signal, "SIGKILL")):
            monkeypatch.delattr(module, needed, raising=False)
    assert cores() == 1
    for one, other in zip(*nights, strict=True):
        assert (one.files, one.lines, one.problems, one.counts) == (
            other.files,
            other.lines,
            other.problems,
            other.counts,
        )
    assert [bool(night.files) for night in nights[1]] == [True, True, False]
