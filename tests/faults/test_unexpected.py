"""A fault of the program itself: it says so, declares nothing, and tells nobody about anyone."""

import json
from pathlib import Path

import pytest

import ei_export.commands.run.run
from ei_export.declaring.files import Files
from tests.faults.conftest import Starts
from tests.faults.scene import FIRST

PERSONAL = "Voorbeeld, 17-05-1980, 999000012"


def _fail(*_: object) -> None:
    raise ValueError(PERSONAL)


@pytest.mark.parametrize(("place", "name"), [(Files, "write"), (ei_export.commands.run.run, "open_feed")])
def test_a_fault_of_the_program(place: object, name: str, starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / "unexpected")
    ended = scene.run(FIRST, "--json", before=lambda: setattr(place, name, _fail))
    assert ended.code == 4
    assert json.loads(ended.stdout)["problems"][0]["code"] == "INTERNAL"
    assert "ValueError (test_unexpected.py:" in ended.stderr
    assert "Traceback" not in ended.stderr
    assert not any(word in ended.stdout + ended.stderr for word in PERSONAL.split(", "))
    assert sorted(path.name for path in scene.out.iterdir()) == ["report.html", "runs.jsonl"]
    traced = "".join(path.read_text(encoding="utf-8") for path in scene.out.iterdir())
    assert "ValueError (test_unexpected.py:" in traced
    assert not any(word in traced for word in PERSONAL.split(", "))
    scene.assert_recovers(FIRST, starts.first.due)


def test_debug_shows_it(starts: Starts, workshop: Path) -> None:
    scene = starts.first.scene.copy(workshop / "unexpected")
    ended = scene.run(FIRST, "--debug", before=lambda: setattr(Files, "write", _fail))
    assert ended.code not in (None, 0)
    assert "Traceback" in ended.stderr
    assert scene.declared().due == set()


def test_interrupted_from_the_keyboard(starts: Starts, workshop: Path) -> None:
    """0 and 1 would say that it was done."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    scene = starts.first.scene.copy(workshop / "unexpected")
    ended = scene.run(FIRST, before=lambda: setattr(Files, "write", interrupt))
    assert ended.code not in (None, 0, 1)
    assert "Traceback" not in ended.stderr
    assert scene.declared().due == set()
    scene.assert_recovers(FIRST, starts.first.due)
