"""The benchmark runs, and says what it measured; what that is, machines differ in."""

import subprocess
import sys

from tests import bench


def test_it_measures_runs_and_verify() -> None:
    ran = subprocess.run([sys.executable, bench.__file__, "--rows", "500"], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    for name in ("csv.DictReader pass", "run, 500 rows", "run again", "cut ", "verify"):
        assert name in ran.stdout
