"""The pages of commands say what the commands say."""

import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tools.commands_page import commands_page, documented
from tools.man_page import man_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize(
    ("page", "make", "tool"),
    [("commands.md", commands_page, "commands_page"), ("man/ei-export.1", man_page, "man_page")],
)
def test_a_page_is_made_from_the_commands(page: str, make: Callable[[], str], tool: str) -> None:
    anew = f"python -m tools.{tool} > docs/{page}"
    assert (DOCS / page).read_text(encoding="utf-8") == make(), f"make it anew: {anew}"


def test_man_tells_of_every_command_and_every_option() -> None:
    page = man_page().replace("\\-", "-")
    commands, everywhere = documented()
    for command in commands:
        assert f"\n.SS {command.usage}\n" in page
    options = [option for command in commands for option, _ in command.options]
    assert len(commands) > 10
    assert len(options) > 20
    for option in (*options, *(option for option, _ in everywhere)):
        assert f"\n.B {option}\n" in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="no groff")
def test_man_can_be_set() -> None:
    command = ["groff", "-man", "-Tutf8", "-ww", str(DOCS / "man" / "ei-export.1")]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert done.stderr == ""


@pytest.mark.parametrize(("typed", "expected"), [("ei-export sta", "status"), ("ei-export show --ma", "--mask")])
def test_the_shell_completes_commands_and_options(typed: str, expected: str) -> None:
    command = [
        sys.executable,
        "-c",
        "import sys; sys.argv = ['ei-export']; from ei_export.__main__ import main; main()",
    ]
    asked = {"COMP_WORDS": typed, "COMP_CWORD": str(len(typed.split()) - 1), "_EI_EXPORT_COMPLETE": "bash_complete"}
    done = subprocess.run(command, env={**os.environ, **asked}, capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split() == [f"plain,{expected}"]
