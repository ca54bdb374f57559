"""What people read can't be made: a run declares all the same, says so everywhere, and leaves nothing of before as if
it were of today."""

import errno
import json
import shutil
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from zipfile import ZipFile

import pytest

from ei_export.base.delivery import meanwhile
from ei_export.base.problems import WriteError
from ei_export.commands.run import lists, run_lists
from ei_export.commands.worklist import sheets
from ei_export.ledger import Ledger
from ei_export.output.problem_list import ProblemList
from tests.faults.child import TEMPORARY
from tests.faults.conftest import Starts
from tests.faults.scene import LATER, Scene
from tests.faults.test_unexpected import PERSONAL

Fault = Callable[..., object]


def of_ours(*_: object, **__: object) -> None:
    raise ValueError(PERSONAL)


def no_room(*_: object, **__: object) -> None:
    raise OSError(errno.ENOSPC, "No space left on device", PERSONAL)


def halfway(file: object, *_: object, **__: object) -> None:
    file.write(b"begun " + PERSONAL.encode())  # type: ignore[attr-defined]
    raise ValueError(PERSONAL)


def struck(starts: Starts, workshop: Path, *faults: tuple[object, str, Fault], options: Sequence[str] = ()) -> Scene:
    """A practice whose second run met these faults, having looked at all that it should tell."""
    scene = starts.later.scene.copy(workshop / "lists")

    def before() -> None:
        for place, name, fault in faults:
            setattr(place, name, fault)

    ended = scene.run(LATER, "--json", "--notify-file", "notice.txt", *options, before=before)
    assert ended.code == 1, ended.stderr
    assert scene.declared().due == starts.later.due
    assert " reason=LISTS_NOT_MADE exit=1" in ended.stderr
    document = json.loads(ended.stdout)
    traced = json.loads((scene.out / "runs.jsonl").read_text().splitlines()[-1])
    assert (traced["exit"], traced["code"]) == (1, "LISTS_NOT_MADE")
    summary = json.loads((scene.out / str(document["run"]) / "summary.json").read_text())
    assert "LISTS_NOT_MADE" in {kind["code"] for kind in summary["kinds"]}
    page, notice = ((scene.folder / name).read_text() for name in ("out/report.html", "notice.txt"))
    for told in (ended.stderr, page, notice):
        assert "This could not be made" in told
        assert "Declare nothing again" in told
    everything = [ended.stdout, ended.stderr, *(path.read_text("latin-1") for path in scene.out.glob("*.*"))]
    assert not [word for word in PERSONAL.split(", ") for text in everything if word in text]
    return scene


def unmade(scene: Scene) -> list[str]:
    """The lists that the page of the last run says are missing."""
    text = (scene.out / "problems.csv").read_text()
    return [line for line in text.splitlines() if line.startswith("LISTS_NOT_MADE")]


@pytest.mark.parametrize("fault", [of_ours, no_room])
def test_a_work_list_that_can_not_be_made(fault: Fault, starts: Starts, workshop: Path) -> None:
    scene = struck(starts, workshop, (lists, "worklist", fault))
    (told,) = unmade(scene)
    assert ("ValueError (test_lists.py:" in told) is (fault is of_ours)
    _, row = (scene.out / "werklijst.csv").read_text("utf-8-sig").splitlines()
    assert "not made" in row
    assert LATER in row
    assert "not made" in _texts_of_workbook(scene)
    assert "The work list could not be made" in (scene.out / "report.html").read_text()
    scene.assert_recovers(LATER, starts.later.due)
    assert "not made" not in (scene.out / "werklijst.csv").read_text("utf-8-sig")
    assert unmade(scene) == []


def test_debug_shows_where_it_came_from_and_nothing_of_anybody(starts: Starts, workshop: Path) -> None:
    scene = starts.later.scene.copy(workshop / "lists")
    ended = scene.run(LATER, "--debug", before=lambda: setattr(lists, "figures", of_ours))
    assert ended.code == 1
    assert "Traceback:" in ended.stderr
    assert not any(word in ended.stderr for word in PERSONAL.split(", "))


def test_a_ledger_that_fails_meanwhile_declares_nothing(starts: Starts, workshop: Path) -> None:
    def damaged(*_: object) -> None:
        raise WriteError("LEDGER_DAMAGED", path="ledger.sqlite", reason="malformed")

    scene = starts.later.scene.copy(workshop / "lists")
    before = scene.tree()
    assert scene.run(LATER, before=lambda: setattr(lists, "worklist", damaged)).code == 4
    assert scene.tree() == before


def test_what_was_written_for_a_list_is_undone_and_nothing_else(tmp_path: Path) -> None:
    """Else figures that broke off would be counted by for good."""

    def fails(ledger: Ledger) -> None:
        ledger.do("INSERT INTO listed VALUES ('b', 2)")
        raise ValueError(PERSONAL)

    with closing(Ledger.open(tmp_path / "ledger.sqlite")) as ledger:
        ledger.do("INSERT INTO listed VALUES ('a', 1)")
        assert isinstance(ledger.attempted(lambda: fails(ledger)), ValueError)
        assert [*ledger.column("SELECT folder FROM listed")] == ["a"]
        with pytest.raises(WriteError):  # a full disk took all of it: there is nothing to go on with
            ledger.attempted(lambda: ledger.do("ROLLBACK"))


def test_figures_that_can_not_be_made(starts: Starts, workshop: Path) -> None:
    scene = struck(starts, workshop, (lists, "figures", of_ours))
    assert len((scene.out / "werklijst.csv").read_text("utf-8-sig").splitlines()) > 2
    assert "The figures could not be made" in (scene.out / "report.html").read_text()


def test_pages_and_workbooks_that_break_off_halfway(starts: Starts, workshop: Path) -> None:
    """Not even what would say so can be written: what was there is gone."""
    faults: tuple[tuple[object, str, Fault], ...] = (
        *((run_lists, name, halfway) for name in ("write_page", "write_sheets")),
        (sheets, "Workbook", of_ours),
        (sheets, "write_workbook", no_room),
        (ProblemList, "write_csv", lambda self, file: halfway(file)),
    )
    scene = struck(starts, workshop, *faults, options=["--xlsx"])
    assert [(scene.out / name).exists() for name in ("werklijst.xlsx", "werklijst.csv", "problems.csv")] == [
        False, True, False,
    ]  # fmt: skip
    assert "The report could not be made" in (scene.out / "report.html").read_text()
    run = max(scene.out.glob("R*"))
    assert not {"problems.csv", "workbook.xlsx"} & {path.name for path in run.iterdir()}
    assert scene.run(LATER).code == 1
    assert (scene.out / "werklijst.xlsx").exists()


def test_what_a_killed_run_was_writing_meanwhile_goes_with_the_next(
    starts: Starts, workshop: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene = starts.later.scene.copy(workshop / "lists")
    monkeypatch.setattr(tempfile, "tempdir", str(scene.folder / TEMPORARY))
    with meanwhile(scene.ledger) as folder:
        left = Path(shutil.copytree(folder, f"{folder}-left"))
    of_others = Path(f"{folder}-file"), Path(f"{folder}-link")  # anybody can put something there
    of_others[0].touch()
    of_others[1].symlink_to(workshop)
    assert scene.run(LATER).code == 1
    assert not left.exists()
    for each in of_others:
        each.unlink()
    assert workshop.exists()


def _texts_of_workbook(scene: Scene) -> str:
    with ZipFile(scene.out / "werklijst.xlsx") as book:
        return "".join(book.read(name).decode() for name in book.namelist() if name.endswith(".xml"))
