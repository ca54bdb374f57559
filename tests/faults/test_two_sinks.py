"""The files of a run are written by one process while another books its lines: what stops either, stops both, and
nothing was declared then."""

import json
import os
import resource
import signal
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from attrs import evolve

from ei_export.base.delivery import Stage
from ei_export.declaring import numbers
from ei_export.declaring.booking import Booking
from ei_export.declaring.files import Files, LineList, Written
from tests.faults.child import Ended, ei_export
from tests.faults.conftest import Starts
from tests.faults.scene import FIRST, Scene, in_two_processes

Act = Callable[[], object]


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def in_between(owner: type, name: str, act: Act, after: int = 0) -> None:
    """Has something happen in the process that calls a method for the so-manieth time, before it does what it does."""
    done, calls = getattr(owner, name), iter(range(after + 1))

    def does(*given: Any) -> Any:
        if next(calls, None) == after:
            act()
        return done(*given)

    setattr(owner, name, does)


def struck(scene: Scene, owner: type, name: str, act: Act, after: int = 0) -> Ended:
    """A run in two processes, in one of which something happens."""

    def before() -> None:
        in_two_processes()
        in_between(owner, name, act, after)

    return scene.run(FIRST, "--json", before=before)


def assert_nothing(scene: Scene, starts: Starts) -> None:
    """Nothing was declared, nothing is left half done, and the next run does all of it."""
    assert scene.declared().due == set()
    assert not list(scene.out.glob("*R0*"))
    scene.assert_recovers(FIRST, starts.first.due)


#: Places in the process that writes: the method, and how often it was called.
WRITING = [(Files, "write", 0), (LineList, "add", 0), (LineList, "add", 5), (LineList, "close", 0), (Stage, "sync", 0)]
#: Places in the one that books.
BOOKING = [(Booking, "add", 0), (Booking, "_add_person", 0), (Booking, "_add_person", 7), (Booking, "_flush", 0),
           (Booking, "add_files", 0)]  # fmt: skip


@pytest.mark.parametrize(("owner", "name", "after"), WRITING)
def test_the_one_that_writes_is_killed(owner: type, name: str, after: int, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / "sinks")
    ended = struck(scene, owner, name, die, after)
    assert ended.code == 4
    assert json.loads(ended.stdout)["problems"][0]["code"] == "WRITE_FAILED"
    assert "Traceback" not in ended.stderr
    assert_nothing(scene, starts)


@pytest.mark.parametrize(("owner", "name", "after"), BOOKING)
def test_the_one_that_books_is_killed(owner: type, name: str, after: int, starts: Starts, workshop: Path) -> None:
    """`Child.wait` reads to the end of what both could print: the other one is gone by then."""
    scene = starts.first.scene.copy(workshop / "sinks")
    assert struck(scene, owner, name, die, after).code is None
    assert scene.declared().due == set()
    scene.assert_recovers(FIRST, starts.first.due)


def full_disk() -> None:
    """From here on no file of this process can grow."""
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, resource.RLIM_INFINITY))


@pytest.mark.parametrize(("owner", "name", "after"), [*WRITING[:3], *BOOKING])
def test_the_disk_is_full_for_one_of_them(owner: type, name: str, after: int, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / "sinks")
    ended = struck(scene, owner, name, full_disk, after)
    assert ended.code == 4, ended.stderr
    assert json.loads(ended.stdout)["problems"][0]["code"] == "WRITE_FAILED"
    assert_nothing(scene, starts)


def fail() -> None:
    raise ValueError("Voorbeeld, 999000012")


@pytest.mark.parametrize(("owner", "name", "after"), [*WRITING, *BOOKING])
def test_a_fault_of_the_program_in_one_of_them(
    owner: type, name: str, after: int, starts: Starts, workshop: Path
) -> None:
    scene = starts.first.scene.copy(workshop / "sinks")
    ended = struck(scene, owner, name, fail, after)
    assert ended.code == 4, ended.stderr
    assert json.loads(ended.stdout)["problems"][0]["code"] == "INTERNAL"
    assert "999000012" not in ended.stdout + ended.stderr
    assert_nothing(scene, starts)


@pytest.mark.parametrize("processes", [1, 2])
@pytest.mark.parametrize("column", ["persons", "lines", "amount_cents", "invoice", "standard", None])
def test_what_was_written_is_not_what_was_booked(
    column: str | None, processes: int, starts: Starts, workshop: Path
) -> None:
    """Whatever would make them differ; without a column a whole file is missing."""

    def before() -> None:
        if processes == 2:
            in_two_processes()
        write = Files.write

        def writes_otherwise(*given: Any) -> Written:
            written = write(*given)
            first, *rest = written.declarations
            if column is None:
                return evolve(written, declarations=rest)
            value = getattr(first, column)
            changed: dict[str, Any] = {column: value + 1 if isinstance(value, int) else f"{value}0"}
            return evolve(written, declarations=[evolve(first, **changed), *rest])

        setattr(Files, "write", writes_otherwise)  # noqa: B010

    scene = starts.first.scene.copy(workshop / "sinks")
    ended = scene.run(FIRST, "--json", before=before)
    assert ended.code == 4, ended.stderr
    assert json.loads(ended.stdout)["problems"][0]["code"] == "INTERNAL"
    assert_nothing(scene, starts)


@pytest.mark.parametrize("processes", [1, 2])
def test_a_run_too_large_for_its_numbers(processes: int, starts: Starts, workshop: Path) -> None:
    def before() -> None:
        if processes == 2:
            in_two_processes()
        numbers._REFERENCE_LENGTH = 14  # type: ignore[misc]

    scene = starts.first.scene.copy(workshop / "sinks")
    ended = scene.run(FIRST, "--json", before=before)
    assert ended.code == 4, ended.stderr
    (problem,) = json.loads(ended.stdout)["problems"]
    assert problem["code"] == "RUN_TOO_LARGE"
    assert "the limit is 9" in problem["message"]
    assert_nothing(scene, starts)


@pytest.mark.parametrize("options", [[], ["--json"], ["--xlsx"], ["--strict"], ["--json", "--xlsx"]])
@pytest.mark.parametrize("command", ["run", "check"])
def test_two_processes_come_to_the_same_as_one(
    command: str, options: list[str], starts: Starts, workshop: Path
) -> None:
    """Every byte of it."""
    if command == "check" and "--xlsx" in options:
        pytest.skip("check makes no workbook")
    found = []
    for before in (None, in_two_processes):
        scene = starts.first.scene.copy(workshop / "sinks")
        ended = ei_export(scene.folder, *scene.arguments(command, FIRST, *options), before=before)
        files = {str(path.relative_to(scene.out)): path.read_bytes() for path in scene.out.rglob("*") if path.is_file()}
        files.pop("runs.jsonl", None)  # says how long it took
        found.append((ended.code, ended.stdout, files))
    assert found[0] == found[1]
    assert bool(found[0][2]) == (command == "run")
