"""What a run finds that the run before it left behind."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.support.feeds import Clinic, tables_read_once, visit

__all__ = ["tables_read_once"]

START = visit("A1", "2021-03-01", "940156", "T1", diagnosis="3026")
FUTURE = visit("F1", "2021-12-01", "940156", "T2", patient="P2", diagnosis="3026")


@pytest.fixture
def stopped(tmp_path: Path) -> Clinic:
    """A practice whose run was stopped between recording its lines and showing its files."""
    clinic = Clinic.open(tmp_path).feed([START])
    assert clinic.run().lines.keys() == {"A1"}
    with closing(sqlite3.connect(tmp_path / "ledger.sqlite")) as ledger, ledger:
        ((staging, folder),) = ledger.execute("SELECT staging, folder FROM run").fetchall()
        ledger.execute("UPDATE run SET state = 'staged'")
    Path(folder).rename(staging)
    return clinic


def test_its_files_are_shown_where_the_practice_moved_them(stopped: Clinic, tmp_path: Path) -> None:
    (tmp_path / "out").rename(tmp_path / "uit")
    after = stopped.run("--out", str(tmp_path / "uit"))
    assert [problem["code"] for problem in after.problems] == ["RUN_RECOVERED"]
    assert [path.name for path in (tmp_path / "uit").glob("R*/declarations/*")]
    assert not list((tmp_path / "uit").glob(".*"))


@pytest.mark.parametrize("gone", [False, True])
def test_a_strict_run_tells_of_it_all_the_same(stopped: Clinic, tmp_path: Path, gone: bool) -> None:
    if gone:
        (tmp_path / "out").rename(tmp_path / "away")
    after = stopped.feed([START, FUTURE]).run("--strict")
    codes = {problem["code"] for problem in after.problems}
    assert codes == {"DATE_IN_FUTURE", "RUN_FILES_MISSING" if gone else "RUN_RECOVERED"}
