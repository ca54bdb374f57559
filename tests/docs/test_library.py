"""The library's face: what is named in ``ei_export``, and docs/library.md, whose example runs and is typed."""

import ast
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

import ei_export
from tests.support.demo import DEMO
from tests.support.markdown import ROOT, blocks, read, table

_PAGE: Final = "docs/library.md"
_PACKAGE: Final = ROOT / "ei_export"
_FUNCTIONS: Final = (
    "load",
    "check",
    "run",
    "explain",
    "status",
    "status_on",
    "read_returns",
    "show",
    "verify",
    "agreements",
    "specs_copy",
    "control",
    "render",
)


@pytest.fixture
def practice(tmp_path: Path) -> Path:
    """A folder of somebody else's: the demo, and the example of the page beside it."""
    folder = shutil.copytree(DEMO, tmp_path / "practice")
    (example,) = blocks(_PAGE, "python")
    (folder / "example.py").write_text(example, encoding="utf-8")
    return folder


def mypy(folder: Path) -> subprocess.CompletedProcess[str]:
    """``mypy --strict`` as another project runs it, on what is installed."""
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(folder / "cache"), "example.py"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=300, check=False)


def test_the_example_does_what_the_command_does(practice: Path) -> None:
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=practice, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.stderr == ""
    summary = json.loads((practice / "out" / "R000001" / "summary.json").read_text(encoding="utf-8"))
    told = done.stdout.splitlines()
    counts = summary["appointments"]
    assert told[0] == f"would declare {counts['declared']} of {counts['read']}"
    files = [f"{each['file']} {each['lines']} {each['amount_cents']}" for each in summary["declarations"]]
    assert told[1 : len(files) + 1] == files
    assert told[len(files) + 1] == "right: True"
    assert f"open cents: {sum(each['amount_cents'] for each in summary['declarations'])}" in told
    assert told[-1] == "exit code 1"


def test_the_example_tells_of_a_refusal(practice: Path) -> None:
    (practice / "ei-export.toml").unlink()
    done = subprocess.run(
        [sys.executable, "example.py"], cwd=practice, capture_output=True, text=True, timeout=120, check=True
    )
    assert "ei-export.toml" in done.stdout


def test_the_example_is_typed(practice: Path) -> None:
    done = mypy(practice)
    assert done.returncode == 0, done.stdout

    example = practice / "example.py"
    text = example.read_text(encoding="utf-8")
    wrong = text.replace('folder / "ei-export.toml"', "42").replace("summary.exit_code", "summary.folder")
    example.write_text(wrong, encoding="utf-8")

    assert re.findall(r"\[([a-z-]+)\]$", mypy(practice).stdout, re.MULTILINE) == ["arg-type", "return-value"]


def test_a_type_checker_reads_the_names_that_are_there() -> None:
    tree = ast.parse((_PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    typed = {
        alias.asname: f"{ei_export.__name__}.{node.module}"
        for block in tree.body
        if isinstance(block, ast.If)
        for node in block.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert typed == {name: f"{ei_export.__name__}.{room}" for name, room in ei_export._HOMES.items()}
    assert {*typed, "__version__"} == set(ei_export.__all__)
    assert set(ei_export.__all__) <= set(dir(ei_export))


def test_every_name_is_there_documented_and_says_what_it_raises() -> None:
    page = read(_PAGE)
    for name in ei_export._HOMES:
        found = getattr(ei_export, name)
        assert found.__name__ == name
        assert found.__doc__, name
        assert re.search(rf"\b{name}\b", page), name
    for name in _FUNCTIONS:
        assert "Raises" in getattr(ei_export, name).__doc__, name
    rows = table(_PAGE, "function", "does", "gives", "raises")
    assert [row[0].strip("`").partition("(")[0] for row in rows] == list(_FUNCTIONS)


def test_a_name_that_is_not_there_is_missed() -> None:
    with pytest.raises(AttributeError, match="no attribute 'declare'"):
        ei_export.declare  # noqa: B018


def test_the_library_costs_nothing_until_it_is_used() -> None:
    code = "import sys, ei_export; print(*(name for name in sys.modules if name.partition('.')[0] in {heavy}))"
    heavy = "('ei_export', 'attr', 'attrs', 'click', 'lxml', 'sqlite3')"
    command = [sys.executable, "-c", code.format(heavy=heavy)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == ["ei_export"]


@pytest.mark.parametrize("room", sorted(path.name for path in _PACKAGE.iterdir() if path.is_dir()))
def test_only_the_command_line_knows_of_a_command_line(room: str) -> None:
    code = "".join(path.read_text(encoding="utf-8") for path in (_PACKAGE / room).rglob("*.py"))
    words = re.search(r"^\s*(?:import|from) (?:click|argparse)\b|\bsys\.(?:argv|exit)\b", code, re.MULTILINE)
    assert (words is not None) is (room == "cli")
