"""A small practice to be struck by faults, and what must be true of its folder whatever happened."""

import csv
import datetime as dt
import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import cached_property
from pathlib import Path
from typing import Any, Self
from unittest.mock import patch

from attrs import define, frozen

from ei_export.commands.run import run as running
from ei_export.commands.worklist import sheets
from ei_export.intake import csv_feed, gather
from ei_export.judging import collected
from ei_export.ledger import opening
from ei_export.model.measurement import KeptMeasurement
from tests.faults.child import TEMPORARY, Child, Ended, FollowedChild, ei_export
from tests.manual.practice import POSITIONS, Course, Practice, Row, course, find, rows_of
from tests.support.feeds import no_workbook

#: The day of the first run, and of a later one that finds more in the feed.
FIRST, LATER = "2022-07-01", "2022-12-01"

Due = tuple[str, ...]
"""What a line comes to: appointment, list, F-code, units and amount."""

Tree = dict[str, tuple[int, int, bytes]]
"""Every path below a folder: its mode, when it was changed, and what it holds."""


def courses() -> Iterator[Course]:
    """About 60 visits with four insurers, half of the courses over by the first run."""
    codes = {
        "VGZ": ("940134", "940159", "940133", "940170"),
        "CZ": ("940144", "940166", "940133990", "940177"),
        "Menzis": ("940154", "940157", "940163", "940184"),
        "Zilveren Kruis": ("940132", "940142", "940152"),
    }
    for insurer, ends in codes.items():
        for place, code in enumerate(ends):
            day = dt.date(2022, 6, 20) + dt.timedelta(60 * (place % 2) + place)
            product = find(insurer, code, day)
            assert product is not None
            yield course(product, "", day, step=9, contacts=2)
    wrong = find("VGZ", "940131", dt.date(2022, 5, 2))
    assert wrong is not None
    yield course(wrong, "8001", dt.date(2022, 5, 2))  # held in every run


ROWS = rows_of(courses())
#: A file of measurements beside the feed: of each patient one.
MEASURED = sorted({(row.cells["patient_id"], "", "2022-07-01", "NPRS", "", "7", "") for row in ROWS})


def with_little_memory() -> None:
    """To be called in a child before its run: the ledger goes to disk before its commit, as that of a long feed."""
    opening._CACHE_KIB = 8  # type: ignore[misc]


def in_two_processes() -> None:
    """To be called in a child before its run: it reads, judges and writes as if the feed were a long one, and there
    were two cores."""
    gather._BYTES_A_PARTITION = 1_000  # type: ignore[misc]
    gather.WORTH_A_PROCESS = 1_000  # type: ignore[misc]
    csv_feed._QUOTED_LINES = 9  # type: ignore[misc] # so that it can be cut
    collected.WORTH_A_FORK = running.WORTH_A_FORK = 0  # type: ignore[misc]
    for module in (gather, collected, running):
        setattr(module, "cores", lambda: 2)  # noqa: B010


@define
class Scene:
    """The folder of the practice, and the command in it."""

    folder: Path

    @classmethod
    def make(cls, folder: Path, day: str) -> Self:
        (folder / TEMPORARY).mkdir(parents=True)
        Practice.open(folder)
        tariffs = folder / "tariffs.csv"
        header, *rows = tariffs.read_text(encoding="utf-8").splitlines()
        used = {row.visit.code for row in ROWS}
        rows = [row for row in rows if row.split(";")[2] in used]  # each run reads them
        tariffs.write_text("\n".join([header, *rows, ""]), encoding="utf-8")
        with (folder / "ei-export.toml").open("a", encoding="utf-8") as settings:
            settings.write('[measurements]\npath = "metingen.csv"\n')
        with (folder / "metingen.csv").open("w", encoding="utf-8", newline="") as lines:
            csv.writer(lines, delimiter=";").writerows([KeptMeasurement._fields, *MEASURED])
        scene = cls(folder)
        scene.feed(day)
        return scene

    def copy(self, folder: Path) -> Self:
        """The same again, in a folder that may be in use for another one."""
        shutil.rmtree(folder, ignore_errors=True)
        return type(self)(shutil.copytree(self.folder, folder))

    def feed(self, day: str) -> None:
        """The agenda as it is on a day, in an order that helps nobody."""
        rows: list[Row] = [row for row in ROWS if row.cells["date"] < day]
        random.Random(7).shuffle(rows)
        with (self.folder / "appointments.csv").open("w", encoding="utf-8", newline="") as lines:
            table = csv.DictWriter(lines, list(ROWS[0].cells), delimiter=";")
            table.writeheader()
            table.writerows(row.cells for row in rows)

    def settings(self, old: str, new: str) -> None:
        """Writes something else in the settings."""
        path = self.folder / "ei-export.toml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    # The command.

    def run(self, day: str, *arguments: str, before: Callable[[], object] | None = None) -> Ended:
        return ei_export(self.folder, *self.arguments("run", day, *arguments), before=before)

    def check(self, day: str, *arguments: str) -> Ended:
        return ei_export(self.folder, *self.arguments("check", day, *arguments))

    def start(self, day: str, *, before: Callable[[], object] | None = None) -> Child:
        return Child.start(self.folder, *self.arguments("run", day), before=before)

    def follow(self, day: str, *arguments: str, before: Callable[[], object] | None = None) -> FollowedChild:
        return FollowedChild.follow(self.folder, *self.arguments("run", day, *arguments), before=before)

    @staticmethod
    def arguments(command: str, day: str, *arguments: str) -> tuple[str, ...]:
        return (command, "--config", "ei-export.toml", "--today", day, "--lang", "en", *arguments)

    # What it left.

    @property
    def out(self) -> Path:
        return self.folder / "out"

    @property
    def ledger(self) -> Path:
        return self.folder / "ledger.sqlite"

    def tree(self) -> Tree:
        """All but the trace that a run leaves, also one that fails; of its temporary files those that are left."""
        return {
            str(path.relative_to(self.folder)): (
                path.stat().st_mode,
                path.stat().st_mtime_ns,
                path.read_bytes() if path.is_file() else b"",
            )
            for path in sorted(self.folder.rglob("*"))
            if path not in (self.out, self.out / "runs.jsonl", self.out / "report.html", self.folder / TEMPORARY)
        }

    def declared(self) -> "Declared":
        """All that can be seen of what was declared. Each folder must be whole."""
        runs = [PublishedRun(folder) for folder in sorted(self.out.glob("R*"))]
        for run in runs:
            run.assert_whole()
        visible = {path for path in self.folder.rglob("PM304*") if ".staging-" not in str(path)}
        assert visible == {file for run in runs for file in run.files}, "a declaration outside a run"
        declarations = {
            (int(run.folder.name[1:]), each["invoice"], each["file"], each["sha256"])
            for run in runs
            for each in run.summary["declarations"]
        }
        assert len({invoice for _, invoice, _, _ in declarations}) == len(declarations), "an invoice number twice"
        return Declared([line for run in runs for line in run.lines], declarations)

    def assert_at_rest(self) -> None:
        """A sound ledger that says what can be seen, and nothing left over."""
        connection = sqlite3.connect(f"{self.ledger.as_uri()}?mode=ro", uri=True)
        try:
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
            assert connection.execute("SELECT DISTINCT state FROM run").fetchall() in ([], [("published",)])
            lines = connection.execute("SELECT reference, appointment_id, invoice FROM line ORDER BY reference")
            recorded = lines.fetchall()
            declarations = connection.execute("SELECT run, invoice, file, sha256 FROM declaration").fetchall()
            measured = connection.execute("SELECT * FROM measurement").fetchall()
            is_read = connection.execute("SELECT count(*) FROM measured_file").fetchall() == [(1,)]
        finally:
            connection.close()
        shown = self.declared()
        assert recorded == sorted((line["reference"], line["appointment_id"], line["invoice"]) for line in shown.lines)
        assert set(declarations) == shown.declarations
        assert measured == (MEASURED if is_read else [])
        assert is_read or not recorded, "declared without what was measured"
        left = [path.name for path in self.folder.rglob("*") if path.name.startswith(".") or "-journal" in path.name]
        assert left == []

    def assert_recovers(self, day: str, due: set[Due], runs: int = 1) -> None:
        """The next run makes everything good, the lists too, and those after it have nothing to add. What is in the
        workbook of the work list is in its CSV."""
        with patch.object(sheets, "write_workbook", no_workbook):
            for _ in range(runs):
                ended = self.run(day)
                assert ended.code == 1, ended.stderr
                assert "LISTS_NOT_MADE" not in ended.stderr
                assert self.declared().due == due
        self.assert_at_rest()


@frozen
class Declared:
    """The lines of all runs together, and the declarations: run, invoice number, file and hash."""

    lines: list[dict[str, str]]
    declarations: set[tuple[int, str, str, str]]

    @property
    def due(self) -> set[Due]:
        """What they come to; no appointment twice, no reference twice."""
        appointments = [line["appointment_id"] for line in self.lines]
        assert len(appointments) == len(set(appointments)), "declared twice"
        assert len({line["reference"] for line in self.lines}) == len(self.lines), "a reference was used twice"
        return {
            tuple(line[key] for key in ("appointment_id", "list", "f_code", "units", "amount_cents"))
            for line in self.lines
        }


@define(slots=False)
class PublishedRun:
    """The folder of one run."""

    folder: Path

    @cached_property
    def summary(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads((self.folder / "summary.json").read_text(encoding="utf-8"))
        return document

    @cached_property
    def lines(self) -> list[dict[str, str]]:
        with (self.folder / "lines.csv").open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    @property
    def files(self) -> list[Path]:
        return sorted((self.folder / "declarations").iterdir())

    def assert_whole(self) -> None:
        """The summary, the lines and the files say the same."""
        declarations = {self.folder / d["file"]: d for d in self.summary["declarations"]}
        assert sorted(declarations) == self.files
        assert len({d["invoice"] for d in declarations.values()}) == len(declarations)
        assert self.summary["appointments"]["declared"] == len(self.lines)
        is_told = any(kind["code"] == "LISTS_NOT_MADE" for kind in self.summary["kinds"])
        assert is_told or (self.folder / "problems.csv").is_file()
        place = POSITIONS["0434"]
        for file, declaration in declarations.items():
            content = file.read_bytes()
            assert hashlib.sha256(content).hexdigest() == declaration["sha256"]
            lines = [line for line in self.lines if line["invoice"] == declaration["invoice"]]
            assert len(lines) == declaration["lines"]
            assert sum(int(line["amount_cents"]) for line in lines) == declaration["amount_cents"]
            records = content.decode("latin-1").split("\r\n")
            assert {line["reference"] for line in lines} == {r[place].rstrip() for r in records if r.startswith("04")}
