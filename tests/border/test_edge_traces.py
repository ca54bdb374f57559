"""A night that fails leaves a trace: in status, on the page, in the log."""

import json
import os
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from freezegun import freeze_time
from lxml import html

from ei_export import __version__
from ei_export.base.delivery import Stage
from ei_export.base.problems import WriteError
from ei_export.cli import main
from ei_export.output import traces
from ei_export.output.ran import Ran
from ei_export.output.traces import Trace, runs_of
from tests.support.clerk import START, few_tariffs
from tests.support.feeds import Clinic, visit

CASE = Path(__file__).with_name("failed-night-leaves-no-trace")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return few_tariffs(Clinic.open(tmp_path / "practice")).feed([START])


def give(clinic: Clinic, command: str, *arguments: str, today: str = "") -> Result:
    day = ["--today", today] if today else []
    config = str(clinic.folder / "ei-export.toml")
    return CliRunner().invoke(main, [command, "--config", config, *day, *arguments])


def headings(folder: Path) -> list[str]:
    page = html.document_fromstring((folder / "out" / "report.html").read_bytes())
    return [" ".join(heading.text_content().split()) for heading in page.cssselect("h1")]


def runs(clinic: Clinic) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(give(clinic, "status", "--json", today="2021-07-09").stdout)["runs"]
    return found


def test_an_export_that_is_missing_for_a_week(tmp_path: Path) -> None:
    folder = shutil.copytree(CASE, tmp_path / "practice")
    clinic = Clinic(folder)
    assert give(clinic, "run", today="2023-04-01").exit_code == 0
    assert headings(folder) == ["Declaraties van 01-04-2023"]
    assert "Laatste run: 01-04-2023 (7 dagen geleden)" in give(clinic, "status", today="2023-04-08").stdout
    (folder / "appointments.csv").unlink()
    for day in ("2023-04-07", "2023-04-08"):
        failed = give(clinic, "run", "--quiet", today=day)
        assert failed.exit_code == 3
        *words, log = failed.stderr.splitlines()
        assert len(words) == 2
        said = f"ei_export run=- today={day} exit=3 reason=INPUT_MISSING last_good=2023-04-01"
        assert log.split(" ", 2)[2] == said
    assert headings(folder) == ["De run van 08-04-2023 is mislukt", "Declaraties van 01-04-2023"]
    page = (folder / "out" / "report.html").read_text(encoding="utf-8")
    assert "was die van 01-04-2023. Sindsdien mislukt of niet klaar: 2." in page
    assert (folder / "out" / "R000001" / "report.html").read_text(encoding="utf-8").count("<h1>") == 1
    text = give(clinic, "status", today="2023-04-08").stdout
    assert "DE LAATSTE RUN IS MISLUKT\n  - 08-04-2023, exitcode 3\n    Het bestand met afspraken" in text
    assert "Laatste run die lukte: 01-04-2023 (7 dagen geleden)." in text
    assert "Er is niets dat aandacht vraagt." not in text
    shutil.copy(CASE / "appointments.csv", folder)
    assert give(clinic, "run", today="2023-04-09").exit_code == 0
    assert headings(folder) == ["Geen declaraties op 09-04-2023"]
    assert "MISLUKT" not in give(clinic, "status", today="2023-04-09").stdout


def spoil_ledger(folder: Path) -> None:
    (folder / "ledger.sqlite").write_bytes(b"SQLite format 3\0" + bytes(5_000))


def lock_ledger(folder: Path) -> None:
    connection = sqlite3.connect(folder / "ledger.sqlite", isolation_level=None)
    connection.execute("BEGIN IMMEDIATE")
    LOCKS.append(connection)


LOCKS: list[sqlite3.Connection] = []


def change(name: str, old: str, new: str) -> Callable[[Path], object]:
    def act(folder: Path) -> None:
        path = folder / name
        path.write_text(path.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")

    return act


@pytest.mark.parametrize(
    ("spoil", "exit_code", "code"),
    [
        (change("ei-export.toml", "[practice]", "[practise]"), 2, "SETTINGS_UNKNOWN_KEY"),
        (change("ei-export.toml", "[practice]", "[practice"), 2, "SETTINGS_TOML"),
        (lambda folder: (folder / "ei-export.toml").unlink(), 2, "SETTINGS_MISSING"),
        (change("tariffs.csv", "list;", "lijst;"), 2, "TABLE_COLUMNS"),
        (change("appointments.csv", "bsn", "burgerservicenummer"), 3, "INPUT_COLUMNS"),
        (spoil_ledger, 2, "LEDGER_FOREIGN"),
        (lock_ledger, 75, "LEDGER_BUSY"),
    ],
)
def test_whatever_fails(spoil: Callable[[Path], object], exit_code: int, code: str, clinic: Clinic) -> None:
    assert give(clinic, "run", today="2021-07-01").exit_code == 0
    spoil(clinic.folder)
    failed = give(clinic, "run", today="2021-07-08")
    for lock in LOCKS:
        lock.close()
    LOCKS.clear()
    assert failed.exit_code == exit_code
    assert f"exit={exit_code} reason={code}" in failed.stderr
    assert headings(clinic.folder)[0] == "De run van 08-07-2021 is mislukt"
    told = runs_of(clinic.folder / "out")
    assert [(ran.exit, ran.code, ran.run) for ran in told] == [(0, "", "R000001"), (exit_code, code, None)]
    assert f"{told[-1].message}\n{told[-1].remedy}\n" in failed.stderr


def test_the_first_night_fails_and_check_leaves_nothing(clinic: Clinic) -> None:
    (clinic.folder / "appointments.csv").unlink()
    assert give(clinic, "check", today="2021-07-01").exit_code == 3
    assert not (clinic.folder / "out").exists()
    assert give(clinic, "run", "--lang", "en", today="2021-07-01").exit_code == 3
    assert headings(clinic.folder) == ["The run of 2021-07-01 failed"]
    assert "No run has succeeded yet." in (clinic.folder / "out" / "report.html").read_text(encoding="utf-8")
    assert (
        "THE LAST RUN FAILED\n  - 2021-07-01 (8 days ago), exit code 3\n"
        in give(clinic, "status", "--lang", "en", today="2021-07-09").stdout
    )
    assert {path.stat().st_mode & 0o777 for path in (clinic.folder / "out").iterdir()} == {0o600}


def test_a_run_that_was_killed_shows_as_not_finished(clinic: Clinic) -> None:
    give(clinic, "run", today="2021-07-01")
    killed = "import os, ei_export.commands.night as n; n.run = lambda *_: os._exit(9)"
    script = f"{killed}; from ei_export.cli.run import run; run()"
    subprocess.run([sys.executable, "-c", script, "--today", "2021-07-02"], cwd=clinic.folder, check=False)
    assert [(ran["day"], ran["exit"]) for ran in runs(clinic)] == [("2021-07-01", 0), ("2021-07-02", None)]
    assert headings(clinic.folder) == ["De run van 02-07-2021 is begonnen en niet klaar", "Declaraties van 01-07-2021"]
    text = give(clinic, "status", today="2021-07-09").stdout
    assert "- 02-07-2021 (7 dagen geleden) begonnen en niet klaar" in text
    give(clinic, "run", today="2021-07-03")
    assert [ran["exit"] for ran in runs(clinic)] == [0, None, 0]
    assert headings(clinic.folder) == ["Geen declaraties op 03-07-2021"]
    assert "MISLUKT" not in give(clinic, "status", today="2021-07-09").stdout


def test_ctrl_c_is_noted(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr("ei_export.commands.night.run", interrupted)
        done = give(clinic, "run", "--json", today="2021-07-02")
    assert done.exit_code == 130
    (problem,) = json.loads(done.stdout)["problems"]
    assert (problem["code"], problem["message"]) == ("INTERRUPTED", "Afgebroken met Ctrl-C.")
    assert [(ran["exit"], ran["code"]) for ran in runs(clinic)] == [(130, "INTERRUPTED")]


def test_the_hour_is_that_of_the_clock_where_no_day_is_given(clinic: Clinic) -> None:
    """With ``--today`` the same run leaves the same bytes."""
    with freeze_time("2021-07-01 02:15:03"):
        assert give(clinic, "run").exit_code == 0
        assert "Laatste run: 01-07-2021 02:15\n" in give(clinic, "status").stdout
        (clinic.folder / "appointments.csv").unlink()
        assert give(clinic, "run").exit_code == 3
    assert headings(clinic.folder)[0] == "De run van 01-07-2021 02:15 is mislukt"
    assert [ran["time"] for ran in runs(clinic)] == ["02:15", "02:15"]
    left = []
    for hour in ("03", "15"):
        shutil.rmtree(clinic.folder / "out")
        with freeze_time(f"2021-07-01 {hour}:00:00"):
            give(clinic, "run", today="2021-07-01")
        left.append({path.name: path.read_bytes() for path in (clinic.folder / "out").iterdir()})
    assert left[0] == left[1]


def test_the_list_stays_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(traces, "_LONGEST", 2_000)
    monkeypatch.setattr(traces, "_KEPT", 10)
    day = date(2021, 7, 1)
    for number in range(200):
        trace = Trace(tmp_path, tmp_path / "ledger.sqlite", Ran(day, ""))
        trace.begin()
        trace.end(number % 2, None, None, None, "nl", test=False)
        assert trace.fault is None
    assert (tmp_path / "runs.jsonl").stat().st_size < 3_000
    told = runs_of(tmp_path)
    assert 10 <= len(told) < 50
    assert all(ran.is_done for ran in told)


@pytest.mark.parametrize(
    "content", [b"", b"\xff\xfe", b"{", b"[]\n1\nnull", b'{"start": "x"}\n{"end": 1}', b"[" * 100_000, b'{"start": 1}']
)
def test_a_list_that_was_spoilt_is_no_trouble(content: bytes, clinic: Clinic) -> None:
    (clinic.folder / "out").mkdir()
    (clinic.folder / "out" / "runs.jsonl").write_bytes(content)
    assert give(clinic, "run", today="2021-07-01").exit_code == 0
    assert [(ran["day"], ran["exit"]) for ran in runs(clinic)] == [("2021-07-01", 0)]


@pytest.mark.parametrize("make", [Path.mkdir, os.mkfifo, lambda path: path.symlink_to(path)])
def test_a_trace_that_can_not_be_written_stops_no_run_and_is_told(
    make: Callable[[Path], object], clinic: Clinic
) -> None:
    (clinic.folder / "out").mkdir()
    make(clinic.folder / "out" / "runs.jsonl")
    done = give(clinic, "run", "--json", today="2021-07-01")
    assert done.exit_code == 0
    assert "TRACE_NOT_WRITTEN" in [problem["code"] for problem in json.loads(done.stdout)["problems"]]
    (clinic.folder / "appointments.csv").unlink()
    assert give(clinic, "run", today="2021-07-02").exit_code == 3


def test_a_disk_that_fills_up_while_the_end_is_noted_is_told_of(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The run was declared by then: its exit code stays, and the list is as after a kill."""
    write = os.write
    monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:9] if b'"end"' in data else data))
    done = give(clinic, "run", today="2021-07-01")
    monkeypatch.undo()
    assert done.exit_code == 0
    assert "kon niet alles van deze run worden genoteerd" in done.stderr
    assert [ran["exit"] for ran in runs(clinic)] == [None]
    give(clinic, "run", today="2021-07-02")
    assert [ran["exit"] for ran in runs(clinic)] == [None, 0]


def test_who_did_it_and_what_was_read(clinic: Clinic) -> None:
    give(clinic, "run", today="2021-07-01")
    (ran,) = runs(clinic)
    assert (ran["version"], ran["feed"]) == (__version__, "appointments.csv")


def test_the_last_run_and_the_last_good_one(clinic: Clinic) -> None:
    status = json.loads(give(clinic, "status", "--json").stdout)
    assert (status["last_run"], status["last_good_run"]) == (None, None)
    give(clinic, "run", today="2021-07-01")
    (clinic.folder / "appointments.csv").unlink()
    give(clinic, "run", today="2021-07-02")
    status = json.loads(give(clinic, "status", "--json").stdout)
    assert [*status][1:3] == ["last_run", "last_good_run"]
    assert (status["last_run"]["day"], status["last_run"]["code"]) == ("2021-07-02", "INPUT_MISSING")
    assert (status["last_good_run"]["day"], status["last_good_run"]["run"]) == ("2021-07-01", "R000001")


@pytest.mark.parametrize(
    ("old", "new"), [("[practice]", "[practise]"), ("[practice]", "[practice"), ("[codes]", "[codes]\n= 1")]
)
def test_settings_that_are_refused_still_say_where_the_page_is(old: str, new: str, clinic: Clinic) -> None:
    change("ei-export.toml", "[codes]", '[output] # here\ndir = "uitvoer"\n\n[codes]')(clinic.folder)
    give(clinic, "run", today="2021-07-01")
    change("ei-export.toml", old, new)(clinic.folder)
    assert give(clinic, "run", today="2021-07-02").exit_code == 2
    assert not (clinic.folder / "out").exists()
    page = html.document_fromstring((clinic.folder / "uitvoer" / "report.html").read_bytes())
    assert page.cssselect("h1")[0].text_content() == "De run van 02-07-2021 is mislukt"


def test_a_page_that_could_not_be_renewed_says_so(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    give(clinic, "run", today="2021-07-01")
    clinic.feed([START, visit("N1", "2021-06-01", "940131", "T5", patient="P5")])
    with monkeypatch.context() as patch:
        patch.setattr(Stage, "publish", lambda stage: (_ for _ in ()).throw(WriteError("X", reason="in use")))
        assert give(clinic, "run", today="2021-07-02").exit_code == 1
    assert headings(clinic.folder)[0] == "De run van 02-07-2021 is vastgelegd, maar niet alles ervan is te zien"
    assert runs(clinic)[-1]["code"] == "RUN_NOT_PUBLISHED"


def test_a_page_that_can_not_be_marked_changes_no_exit_code(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise WriteError("WRITE_FAILED", path="out", reason="disk full")

    monkeypatch.setattr("ei_export.commands.night.mark_page", full)
    (clinic.folder / "appointments.csv").unlink()
    assert give(clinic, "run", today="2021-07-02").exit_code == 3
