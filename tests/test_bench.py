"""The benchmark runs, and says what it measured; what that is, machines differ in."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import bench

#: Goes on in a second process, which takes more memory than the first.
TWO_PROCESSES = """\
import os, time
if os.fork():
    os.wait()
else:
    held = bytearray(64 << 20)
    time.sleep(0.3)
"""


def test_it_measures_every_kind_of_run_and_verify() -> None:
    command = [sys.executable, bench.__file__, "--rows", "300", "--pairs", "1"]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    told = [line.partition("  ")[0] for line in ran.stdout.splitlines()]
    of_a_feed = [
        "csv.DictReader pass",
        "first run",
        "nothing new",
        "a night: 100 rows more",
        "a pass that cuts",
        "verify",
    ]
    a_run = ["csv.DictReader pass", "first run"]
    assert [name for name in told if name in of_a_feed] == [*of_a_feed, *of_a_feed, *a_run, *a_run]
    assert told.count("zorg1 export") == 1
    assert [name for name in told if name.startswith(tuple(bench.KINDS))] == [
        line for line in ran.stdout.splitlines() if "lines (" in line
    ]
    assert "EiCooker" in ran.stdout
    assert "/vandaag" in told


def test_feeds_have_the_columns_they_are_named_after() -> None:
    assert [len(kind.columns) for kind in bench.KINDS.values()] == [19, 26, 26, 27]


def test_a_night_is_a_hundred_rows_of_new_and_of_known_patients(tmp_path: Path) -> None:
    bench.make(tmp_path, bench.KINDS["26 columns"], 2_000)
    whole = (tmp_path / "appointments.csv").read_text(encoding="utf-8")
    known = {line.split(";")[5] for line in whole.splitlines()}
    night = [line.split(";")[5] in known for line in (tmp_path / "night.csv").read_text(encoding="utf-8").splitlines()]
    assert len(night) == 100
    assert 40 <= sum(night) <= 60


@pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="no /proc tells of processes here")
def test_the_memory_of_each_process_is_seen(tmp_path: Path) -> None:
    measured = bench.measure([sys.executable, "-c", TWO_PROCESSES], tmp_path)
    first, second = measured.peaks
    assert second - first > 50


@pytest.mark.parametrize("is_there", [True, False])
def test_the_javascript_reader_is_timed_where_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], *, is_there: bool
) -> None:
    if shutil.which("node") is None:
        pytest.skip("no node")
    if is_there:
        (tmp_path / "eicooker.js").write_text(
            "exports.initialize = async name => name;\n"
            "exports.loadFile = async path => require('fs').readFileSync(path);\n"
            "exports.writeFile = async (data, standard, path) => require('fs').writeFileSync(path, data);\n"
        )
    monkeypatch.setenv("NODE_PATH", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file.txt").write_bytes((b"04".ljust(310) + b"\r\n") * 5)
    bench.javascript(tmp_path / "file.txt")
    told = capsys.readouterr().out
    assert ("of 5 records it reads" in told) is is_there
    assert ("not timed" in told) is not is_there
