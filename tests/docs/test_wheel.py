"""What is installed: the command with its tables, types, licence and page, without a checkout beside it."""

import json
import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import ei_export
from tests.support.markdown import ROOT


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The files of the wheel, unpacked."""
    made, folder = tmp_path_factory.mktemp("dist"), tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(made)]
    subprocess.run(command, cwd=ROOT, capture_output=True, timeout=120, check=True)
    (file,) = made.iterdir()
    with zipfile.ZipFile(file) as packed:
        packed.extractall(folder)
    return folder


def given(wheel: Path, *command: str) -> str:
    """What the installed command prints."""
    done = subprocess.run(
        [sys.executable, "-P", "-m", "ei_export", *command],
        cwd=wheel.parent,
        env={**os.environ, "PYTHONPATH": str(wheel)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    return done.stdout


def test_the_wheel_has_all_that_is_needed(wheel: Path) -> None:
    tables = {path.relative_to(ROOT / "specs") for path in (ROOT / "specs").rglob("*") if path.is_file()}
    shipped = wheel / "ei_export" / "_specs"
    assert {path.relative_to(shipped) for path in shipped.rglob("*") if path.is_file()} == tables
    assert (wheel / "ei_export" / "py.typed").is_file()
    info, data = (wheel / f"ei_export-{ei_export.__version__}.{kind}" for kind in ("dist-info", "data"))
    assert (info / "licenses" / "LICENSE").read_text(encoding="utf-8").startswith("MIT License\n")
    metadata = (info / "METADATA").read_text(encoding="utf-8").splitlines()
    assert {"License-Expression: MIT", "Author: ei-export contributors", "Classifier: Typing :: Typed"} <= set(metadata)
    assert (data / "data" / "share" / "man" / "man1" / "ei-export.1").is_file()


def test_the_installed_command_works_by_its_own_tables(wheel: Path, tmp_path: Path) -> None:
    assert given(wheel, "--version").split() == ["ei-export,", "version", ei_export.__version__]
    made = json.loads(given(wheel, "init", str(tmp_path / "practice"), "--json"))["files"]
    assert made
    config = str(tmp_path / "practice" / "ei-export.toml")
    assert json.loads(given(wheel, "specs", "check", "--config", config, "--json"))["ok"] is True
    assert json.loads(given(wheel, "run", "--config", config, "--today", "2024-02-01", "--json"))["declarations"]
