"""The transcripts on the pages: what stands under each command is what it prints.

``python -m tests.support.transcripts`` writes them anew.
"""

import os
import re
import shlex
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from pathlib import Path
from pkgutil import walk_packages
from typing import Final

import ei_export
from ei_export.cli import main
from tests.support.demo import demo
from tests.support.markdown import PAGES, ROOT, blocks, read

#: The pages with transcripts, which begin with ``make demo`` or in what that leaves.
WITH_TRANSCRIPTS: Final = tuple(page for page in PAGES if blocks(page, "console"))
_BLOCK: Final = re.compile(r"(?<=^```console\n)(.*?)(?=^```$)", re.DOTALL | re.MULTILINE)
_OF_THE_SHELL: Final = frozenset("|<>$;&*?#")
_MADE: Final = f"VENV={sys.prefix} -o {sys.prefix}/.runtime"


def played(page: str, folder: Path) -> str:
    """The text of a page with what its commands print now, given one after another below an empty folder."""
    text = read(page)
    if "$ make demo" not in text:
        demo(folder)
    at = folder

    def block(found: re.Match[str]) -> str:
        nonlocal at
        told = ""
        for command in re.findall(r"^\$ (.+)$", found[0], re.MULTILINE):
            told += f"$ {command}\n"
            if command.startswith("cd "):
                at /= command.removeprefix("cd ")
            elif not command.startswith(". "):
                told += _printed(command, at).replace(f"{folder}/", "")
        return told

    return _BLOCK.sub(block, text)


def _printed(command: str, folder: Path) -> str:
    """What a command prints, given in ``folder``; ``make`` works in the checkout and writes below ``folder``."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith(("EI_EXPORT_", "MAKE"))}
    environment["PATH"] = f"{sysconfig.get_path('scripts')}{os.pathsep}{environment['PATH']}"
    first, _, rest = command.partition(" | ")
    if first.startswith("ei-export ") and _OF_THE_SHELL.isdisjoint(first):
        printed = _printed_by_a_fork(shlex.split(first)[1:], folder, environment)
        if not rest:
            return printed
        # What comes behind the command is for the shell; a process that only starts anew would take most of the time.
        filtered = subprocess.run(
            rest, shell=True, cwd=folder, env=environment, input=printed.encode(), stdout=subprocess.PIPE, check=False
        )
        return filtered.stdout.decode()
    # With the environment of these tests as it is, rather than a new one.
    made = command.replace("make demo", f"make demo {_MADE} DEMO={folder}/build/demo")
    cwd = folder if made == command else ROOT
    done = subprocess.run(made, shell=True, cwd=cwd, env=environment, stdout=subprocess.PIPE, check=False)
    return done.stdout.decode()


def _printed_by_a_fork(arguments: Sequence[str], folder: Path, environment: Mapping[str, str]) -> str:
    """What the command prints in a child of this process, which has read already what most commands read."""
    _all_is_read()
    with tempfile.TemporaryFile() as printed:
        if not (child := os.fork()):
            try:
                os.dup2(printed.fileno(), 1)
                os.dup2(os.open(os.devnull, os.O_RDWR), 2)
                sys.stdout, sys.stderr = open(1, "w", encoding="utf-8"), open(2, "w", encoding="utf-8")  # noqa: SIM115
                os.environ.clear()
                os.environ.update(environment)
                os.chdir(folder)
                main(arguments, prog_name="ei-export")
            finally:
                sys.stdout.flush()
                os._exit(0)
        os.waitpid(child, 0)
        printed.seek(0)
        return printed.read().decode()


@cache
def _all_is_read() -> None:
    """Imports every module, and makes a demo: what that reads of tables and templates, no child reads again."""
    for module in walk_packages(ei_export.__path__, "ei_export."):
        if not module.name.endswith("__main__"):
            import_module(module.name)
    with tempfile.TemporaryDirectory() as folder:
        demo(Path(folder))


if __name__ == "__main__":
    for each in sys.argv[1:] or WITH_TRANSCRIPTS:
        with tempfile.TemporaryDirectory() as empty:
            (ROOT / each).write_text(played(each, Path(empty)), encoding="utf-8")
