"""A full disk: the run says so, nothing was declared, and once there is room it all is."""

import json
import os
import resource
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from pathlib import Path

import pytest

from tests.faults.child import NEED_SPACE, Ended, ei_export, turning_points, why_not_pokeable
from tests.faults.conftest import Starts
from tests.faults.scene import FIRST, LATER, Scene, in_two_processes


def refused(ended: Ended) -> bool:
    """Whether the run gave up, for a reason that the clerk can read; else it went to its end."""
    assert "Traceback" not in ended.stderr
    if ended.code == 1:
        return False
    assert ended.code == 4, ended.stderr
    assert ended.stderr.strip()
    (problem,) = json.loads(ended.stdout)["problems"]
    assert problem["code"] in ("WRITE_FAILED", "LEDGER_NO_FILE"), problem["message"]
    return True


def fault_of(scene: Scene, ended: Ended, starts: Starts) -> str | None:
    """What is wrong about a run that met a full disk."""
    try:
        assert scene.declared().due == (set() if refused(ended) else starts.first.due)
        scene.assert_recovers(FIRST, starts.first.due)
    except AssertionError as error:
        return str(error)
    return None


def test_full_from_any_change_on(starts: Starts, workshop: Path) -> None:
    if reason := why_not_pokeable():
        pytest.skip(reason)
    undisturbed = starts.first.scene.copy(workshop / "full").follow(FIRST)
    undisturbed.finish()
    wrong = {}
    for change, call in islice(turning_points(undisturbed.calls), 0, None, 2):
        if call not in NEED_SPACE:
            continue
        scene = starts.first.scene.copy(workshop / "full")
        child = scene.follow(FIRST, "--json")
        assert child.reaches(change)
        child.refuse()
        while child.goes_on():
            if child.calls[-1] in NEED_SPACE:
                child.refuse()
        if fault := fault_of(scene, child.wait(), starts):
            wrong[f"{change} {call}"] = fault
    assert wrong == {}


@pytest.mark.parametrize("size", [0, 300, 1_000, 2_000, 4_000, 5_000, 9_000, 20_000, 1_000_000])
def test_no_file_may_grow_beyond(size: int, starts: Starts, workshop: Path) -> None:
    """As a full disk, for those who may not mount one."""
    scene = starts.first.scene.copy(workshop / "full")
    ended = scene.run(
        FIRST, "--json", before=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
    )
    assert fault_of(scene, ended, starts) is None
    assert ended.code == (1 if size == 1_000_000 else 4)


@contextmanager
def small_disk(folder: Path, pages: int) -> Iterator[None]:
    """A disk of so many pages at ``folder``; what was on it is there afterwards."""
    folder.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={pages * 4}k,mode=700", "none", folder], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting a small disk is not permitted here")
    try:
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


def larger(folder: Path, pages: int) -> None:
    subprocess.run(["mount", "-o", f"remount,size={pages * 4}k", folder], check=True)


mountable = pytest.mark.skipif(os.name != "posix" or os.geteuid() != 0, reason="only root may mount a small disk")


@mountable
@pytest.mark.parametrize("place", ["out", "ledger"])
@pytest.mark.parametrize("pages", [1, 4, 6, 7, 8, 20])
def test_small_disk(place: str, pages: int, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / f"small-{place}-{pages}")
    scene.settings('path = "ledger.sqlite"', 'path = "ledger/ledger.sqlite"')
    with small_disk(scene.folder / place, pages):
        ended = scene.run(FIRST, "--json")
        declared = scene.declared().due
        larger(scene.folder / place, 1_000)
        after = scene.run(FIRST)
        assert scene.declared().due == starts.first.due, after.stderr
    assert declared == (set() if refused(ended) else starts.first.due)


@mountable
def test_a_night_without_room_for_the_page_is_on_it_once_there_is(starts: Starts, workshop: Path) -> None:
    scene = starts.later.scene.copy(workshop / "silent")
    kept, page, told = scene.folder / "kept", scene.out / "report.html", f"<h1>The run of {LATER} failed</h1>"
    scene.out.rename(kept)
    with small_disk(scene.out, 1_000):
        shutil.copytree(kept, scene.out, dirs_exist_ok=True)
        shutil.rmtree(kept)
        filling = scene.out / "filling"
        with filling.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4_096)):
                pass
        assert scene.run(LATER).code == 4
        assert told not in page.read_text()
        filling.unlink()
        assert ei_export(scene.folder, *scene.arguments("sent", LATER, "R000001")).code == 0
        assert told in page.read_text()
        assert scene.run(LATER).code == 1
        assert scene.declared().due == starts.later.due


@mountable
@pytest.mark.parametrize("pages", [1, 2, 3, 6, 12])
@pytest.mark.parametrize("processes", [1, 2])
def test_small_disk_for_temporary_files(processes: int, pages: int, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / f"small-tmp-{processes}-{pages}")
    with small_disk(scene.folder / "tmp", pages):

        def before() -> None:
            tempfile.tempdir = str(scene.folder / "tmp")
            if processes == 2:
                in_two_processes()

        assert fault_of(scene, scene.run(FIRST, "--json", before=before), starts) is None


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
@pytest.mark.parametrize("arguments", [(), ("--json",)])
def test_what_it_prints_can_not_be_written(arguments: tuple[str, ...], starts: Starts, workshop: Path) -> None:
    """The log of a nightly job is on a full disk: that declares no less, and 4 would say that nothing was declared."""
    scene = starts.first.scene.copy(workshop / "full")
    ended = scene.run(FIRST, *arguments, before=lambda: os.dup2(os.open("/dev/full", os.O_WRONLY), 1))
    assert scene.declared().due == starts.first.due
    assert "Traceback" not in ended.stderr
    assert ended.code == 1, ended.stderr
