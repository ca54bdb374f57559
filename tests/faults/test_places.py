"""Folders that can't be written, that are missing, that hold something already; and who may read what is written."""

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.faults.child import as_anybody
from tests.faults.conftest import Starts
from tests.faults.scene import FIRST, LATER
from tests.faults.test_full_disk import refused

_NOBODY = 65534
as_root = pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root may do this")


@pytest.mark.parametrize(
    ("setting", "instead"),
    [
        ('dir = "out"', 'dir = "tariffs.csv"'),
        ('dir = "out"', 'dir = "tariffs.csv/out"'),
        ('path = "ledger.sqlite"', 'path = "tariffs.csv/ledger.sqlite"'),
        ('path = "ledger.sqlite"', 'path = "folder"'),
    ],
)
def test_a_file_where_a_folder_should_be(setting: str, instead: str, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / "places")
    (scene.folder / "folder").mkdir()
    scene.settings(setting, instead)
    assert refused(scene.run(FIRST, "--json"))
    assert scene.declared().due == set()
    scene.settings(instead, setting)
    scene.assert_recovers(FIRST, starts.first.due)


@contextmanager
def read_only(folder: Path) -> Iterator[None]:
    """The folder can't be written in any more, not even by root."""
    bind = subprocess.run(["mount", "--bind", folder, folder], capture_output=True, check=False)
    if bind.returncode:
        pytest.skip("mounting is not permitted here")
    try:
        subprocess.run(["mount", "-o", "remount,bind,ro", folder], check=True)
        yield
    finally:
        subprocess.run(["umount", folder], check=True)


@as_root
@pytest.mark.parametrize("place", ["out", "ledger"])
def test_a_read_only_disk(place: str, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / f"read-only-{place}")
    (scene.folder / place).mkdir()
    scene.settings('path = "ledger.sqlite"', 'path = "ledger/ledger.sqlite"')
    with read_only(scene.folder / place):
        assert refused(scene.run(FIRST, "--json"))
        assert scene.declared().due == set()
        assert scene.check(FIRST).code == 1
    assert scene.run(FIRST).code == 1
    assert scene.declared().due == starts.first.due


@as_root
@pytest.mark.parametrize("place", ["out", "ledger.sqlite"])
def test_somebody_elses(place: str, starts: Starts, workshop: Path) -> None:
    """The nightly job runs as another user than the one who tried it out."""
    scene = starts.later.scene.copy(workshop / "places")
    os.chown(scene.folder / place, _NOBODY, _NOBODY)
    before = scene.tree()
    ended = scene.run(LATER, "--json", before=as_anybody)
    assert refused(ended)
    assert scene.tree() == before
    os.chown(scene.folder / place, 0, 0)
    assert scene.run(LATER, before=as_anybody).code == 1
    assert scene.declared().due == starts.later.due


def test_missing_folders_are_made_for_the_owner_alone(starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / "places")
    scene.settings('dir = "out"', 'dir = "new/a/out"')
    scene.settings('path = "ledger.sqlite"', 'path = "new/b/ledger.sqlite"')
    ended = scene.run(FIRST, before=lambda: os.umask(0))
    assert ended.code == 1, ended.stderr
    made = {path: stat.S_IMODE(path.stat().st_mode) for path in [scene.folder / "new", *scene.folder.glob("new/**/*")]}
    assert {mode for path, mode in made.items() if path.is_file()} == {0o600}
    assert {mode for path, mode in made.items() if path.is_dir()} == {0o700}
    assert len(list(scene.folder.glob("new/a/out/R000001/declarations/*.txt"))) == 4


def test_the_ledger_was_lost(starts: Starts, workshop: Path) -> None:
    """Nothing is declared again, and what is there stays, until its runs are read back."""
    scene = starts.later.scene.copy(workshop / "places")
    before = {path: path.read_bytes() for path in (scene.out / "R000001").rglob("*") if path.is_file()}
    scene.ledger.unlink()
    ended = scene.run(LATER)
    assert (ended.code, "R000001" in ended.stderr) == (2, True)
    assert {path: path.read_bytes() for path in before} == before
    assert sorted(path.name for path in scene.out.glob("R*")) == ["R000001"]


def test_two_runs_on_one_day(starts: Starts, workshop: Path) -> None:
    """No number is used twice; the folder tells (see `Scene.declared`)."""
    scene = starts.first.scene.copy(workshop / "places")
    assert scene.run(LATER).code == 1
    scene.feed(LATER)
    scene.assert_recovers(LATER, starts.later.due)
    assert sorted(path.name for path in scene.out.glob("R*")) == ["R000001", "R000002"]


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize("killed_before", [["unlink", "rename"], ["unlink"]])
def test_two_practices_share_a_folder(killed_before: list[str], starts: Starts, workshop: Path) -> None:
    """Each needs its own: the second is refused once the first has a run there, and neither touches what is the
    other's."""
    one = starts.first.scene.copy(workshop / "places")
    two = starts.first.scene.copy(one.folder / "two")
    two.settings('dir = "out"', 'dir = "../out"')
    child = one.follow(FIRST)
    for call in killed_before:
        assert child.comes_to(call)
    child.kill()
    child.wait()
    ended = two.run(FIRST)
    assert ended.code == 1, ended.stderr
    before = sorted(path.name for path in one.out.iterdir())
    ended = one.run(FIRST)
    assert ended.code == 2, ended.stderr
    assert sorted(path.name for path in one.out.iterdir()) == before
