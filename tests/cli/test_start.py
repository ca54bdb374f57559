"""What a command loads before it does anything: a person waits for it each time."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.markdown import ROOT

DECLARATION = ROOT / "fixtures/golden/2019/expected/run-1/declarations/PM304_3311_191001000001.txt"

_LOADED = """
import sys
sys.argv = ["ei-export", *{given!r}]
from ei_export.__main__ import main
try:
    main()
finally:
    sys.stderr.write("\\n".join(sys.modules))
"""


@pytest.mark.parametrize(
    ("command", "most", "without"),
    [
        ("show", 58, {"sqlite3", "jinja2", "lxml", "ei_export.ledger", "ei_export.judging", "ei_export.commands.run"}),
        ("init", 38, {"sqlite3", "jinja2", "lxml", "ei_export.ledger", "ei_export.standards"}),
        ("status", 134, {"jinja2", "lxml", "ei_export.standards.registry", "ei_export.commands.run"}),
        ("credit", 102, {"jinja2", "lxml", "ei_export.standards", "ei_export.commands.run"}),
        ("run", 203, {"jinja2", "xlsxwriter", "ei_export.commands.returns", "ei_export.commands.corrections"}),
    ],
)
def test_a_command_loads_what_it_needs(command: str, most: int, without: set[str]) -> None:
    said, loaded = loads(command, "--help")
    assert "Usage" in said
    assert loaded & without == set()
    assert ours(loaded) < most


def test_show_loads_no_run_to_show_a_file() -> None:
    said, loaded = loads("show", str(DECLARATION))
    assert "PM304" in said
    assert ours(loaded) < 60


def test_a_run_loads_no_standard_that_it_writes_nothing_in(tmp_path: Path) -> None:
    """Care of the starter goes out in PM304."""
    practice = tmp_path / "practice"
    shutil.copytree(ROOT / "fixtures" / "starter", practice)
    _, loaded = loads("run", "-q", "--today", "2024-01-15", "--config", str(practice / "ei-export.toml"))
    assert "ei_export.standards.flat" in loaded
    assert loaded & {"ei_export.standards.xml", "lxml"} == set()


def loads(*given: str) -> tuple[str, set[str]]:
    """What a command says, and the modules that it loads."""
    code = _LOADED.format(given=given)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True)
    return done.stdout, set(done.stderr.splitlines())


def ours(loaded: set[str]) -> int:
    return len({name for name in loaded if name.split(".")[0] == "ei_export"})


_TABLES = """
import importlib, pkgutil, sys
import ei_export
from ei_export.base.specs import SPECS
sys.addaudithook(lambda event, args: event == "open" and str(args[0]).startswith(str(SPECS)) and print(args[0]))
for module in pkgutil.walk_packages(ei_export.__path__, "ei_export."):
    importlib.import_module(module.name)
print(len(sys.modules))
"""


def test_no_table_is_read_before_something_is_done() -> None:
    """What is broken there is told by the command that needs it, in words."""
    done = subprocess.run([sys.executable, "-c", _TABLES], capture_output=True, text=True, timeout=60, check=True)
    assert int(done.stdout) > 200
