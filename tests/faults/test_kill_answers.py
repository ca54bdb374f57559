"""Killed while answers are read, corrections asked for or a run is taken back: all of it happened, or nothing."""

import json
import sqlite3
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path

import pytest

from tests.faults.child import FollowedChild, ei_export, killing_points, kills
from tests.faults.conftest import Starts
from tests.faults.scene import LATER, Scene
from tests.support.receiver import by_vecozo, take_apart


def held(scene: Scene) -> list[str]:
    """All that the ledger holds, once what was broken off is undone."""
    with closing(sqlite3.connect(scene.ledger)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return list(connection.iterdump())


def command(name: str, scene: Scene) -> Sequence[str]:
    """A command on a run with several files; the answer refuses one of them as a whole."""
    options = ("--config", "ei-export.toml", "--today", LATER, "--json")
    if name == "undo":
        return (name, *options, "--why", "not sent", "R000001")
    (first, *_) = sorted((scene.out / "R000001" / "declarations").iterdir())
    message = take_apart(first.read_bytes())
    references = [line.reference for _, line in message.lines]
    if name == "credit":
        return (name, *options, *references)
    (scene.folder / "back.ret").write_bytes(by_vecozo(message, {references[0]: "0611"}))
    return (name, *options, "back.ret")


@pytest.mark.usefixtures("traceable")
@pytest.mark.parametrize("name", ["returns", "credit", "undo"])
def test_killed_at_every_change_on_disk(name: str, starts: Starts, workshop: Path) -> None:
    start = starts.later.scene.copy(workshop / "answered")
    before = held(start)
    arguments = command(name, start)
    scene = start.copy(workshop / "killed")
    assert ei_export(scene.folder, *arguments).code in (0, 1)
    after = held(scene)
    assert after != before
    start.copy(scene.folder)
    child = FollowedChild.follow(scene.folder, *arguments)
    for _ in kills(child, killing_points(child.changes())):
        left = held(scene)
        assert left in (before, after)
        folders = [path.name for path in scene.out.glob("R000001*")]
        assert folders in (["R000001"], ["R000001-withdrawn"])
        if name == "undo" and left == after:
            assert folders == ["R000001-withdrawn"], "what goes out again must not look as if it can be sent"
        again = ei_export(scene.folder, *arguments)
        assert again.code in (0, 1, 2), again.stderr
        if left == after and name == "undo":
            assert json.loads(again.stdout)["problems"][0]["code"] == "RUN_WITHDRAWN"
        else:
            assert held(scene) == after
