"""Gives one command again and again, each time with another table of ``specs/`` broken: ``breaking.py FOLDER`` with a
copy of the package, its tables and a practice in the folder, and what to do on standard input.

A process of its own, as the program finds its tables beside itself; each command is given in a fork of it, in which
nothing was read yet.
"""

import gc
import importlib
import json
import os
import pkgutil
import shutil
import sys
import traceback
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import jinja2

FOLDER = Path(sys.argv[1])
SPECS = FOLDER / "specs"


def given(arguments: list[str], before: Callable[[], object] = lambda: None) -> dict[str, Any]:
    """What becomes of a command, given to a practice of its own."""
    practice = FOLDER / "given"
    shutil.rmtree(practice, ignore_errors=True)
    shutil.copytree(FOLDER / "practice", practice)
    said = FOLDER / "said"
    child = os.fork()
    if not child:
        os.chdir(practice)
        os.dup2(os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC), 2)
        os.dup2(2, 1)
        exit_code: object = 99
        try:
            before()
            importlib.import_module("ei_export.cli").main(arguments)
        except SystemExit as ended:
            exit_code = ended.code
        except BaseException:  # noqa: BLE001 - that is what is looked for
            traceback.print_exc()
        sys.stderr.flush()
        os._exit(int(str(exit_code or 0)))
    _, status = os.waitpid(child, 0)
    return {"exit": os.waitstatus_to_exitcode(status), "said": said.read_text(encoding="utf-8")}


def read_by(arguments: list[str]) -> dict[str, Any]:
    """What becomes of a command, and the tables it reads: not those of which only the bytes are looked at."""
    seen = FOLDER / "seen"
    seen.write_text("", encoding="utf-8")

    def watch() -> None:
        tables: Any = importlib.import_module("ei_export.base.tables")
        read_file = tables.read_file

        def noted(path: Path) -> bytes:
            with seen.open("a", encoding="utf-8") as file:
                file.write(f"{path}\n")
            data: bytes = read_file(path)
            return data

        tables.read_file = noted

    done = given(arguments, watch)
    paths = {Path(line) for line in seen.read_text(encoding="utf-8").splitlines()}
    return {**done, "files": sorted(str(path.relative_to(SPECS)) for path in paths if SPECS in path.parents)}


def broken(file: str, data: str | None, arguments: list[str]) -> dict[str, Any]:
    """What becomes of a command while a table holds this, or is gone."""
    path = SPECS / file
    right = path.read_bytes()
    try:
        path.unlink() if data is None else path.write_bytes(data.encode("utf-8", "surrogateescape"))
        return given(arguments)
    finally:
        path.write_bytes(right)


if __name__ == "__main__":
    sys.path.insert(0, str(FOLDER))
    package = importlib.import_module("ei_export")
    for module in pkgutil.walk_packages(package.__path__, "ei_export."):
        importlib.import_module(module.name)
    gc.disable()  # no fork lives long
    # No table is in a template: the forks need not compile each of them anew.
    compiled = FOLDER / "compiled"
    compiled.mkdir()
    vars(jinja2)["Environment"] = partial(
        jinja2.Environment, bytecode_cache=jinja2.FileSystemBytecodeCache(str(compiled))
    )
    for asked in map(json.loads, sys.stdin):
        answer = broken(**asked) if "file" in asked else read_by(**asked)
        print(json.dumps(answer), flush=True)  # noqa: T201
