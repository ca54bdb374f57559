"""The files of runs: which are to be sent, only those that a run wrote, and zips of them within VECOZO's limits."""

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from attrs import evolve

from ei_export.base.problems import SettingsError
from ei_export.commands.files import zips
from ei_export.commands.files.files import RunFiles, runs_with_files
from ei_export.commands.files.zips import zips_of
from ei_export.ledger import Ledger
from ei_export.model.vecozo import LAWS, LIMITS, limit, limits
from tests.support.clerk import COURSE, SINGLE, Clerk, few_tariffs
from tests.support.feeds import Clinic
from tests.support.receiver import by_insurer, take_apart


@pytest.fixture(scope="module")
def declared(tmp_path_factory: pytest.TempPathFactory) -> Clerk:
    """Two insurers in one run."""
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path_factory.mktemp("practice"))))
    clerk.clinic.feed([*COURSE, SINGLE]).run()
    return clerk


@pytest.fixture
def clerk(declared: Clerk, tmp_path: Path) -> Clerk:
    """The same practice, moved with all its files."""
    return Clerk(Clinic(shutil.copytree(declared.clinic.folder, tmp_path / "moved")))


def runs(clerk: Clerk) -> list[RunFiles]:
    with closing(Ledger.look(clerk.clinic.folder / "ledger.sqlite")) as ledger:
        return runs_with_files(ledger, clerk.clinic.folder / "out")


def out(clerk: Clerk) -> Path:
    return clerk.clinic.folder / "out"


@contextmanager
def refused(code: str) -> Iterator[None]:
    with pytest.raises(SettingsError) as error:
        yield
    assert error.value.code == code


def take(monkeypatch: pytest.MonkeyPatch, **values: int) -> None:
    """Has VECOZO take so many messages, or bytes."""
    monkeypatch.setattr(zips, "limit", lambda name: evolve(limit(name), value=values.get(name, limit(name).value)))


def test_they_are_to_be_sent_until_they_were_or_are_withdrawn(clerk: Clerk) -> None:
    (run,) = runs(clerk)
    assert (run.run, run.standing, run.sent_on, run.lines) == ("R000001", "send", None, 3)
    assert [(file.insurer, file.lines) for file in run.files] == [("Zilveren Kruis", 1), ("VGZ", 2)]
    clerk.gives("sent", "R000001")
    (run,) = runs(clerk)
    assert (run.standing, str(run.sent_on), len(run.unanswered)) == ("sent", "2021-07-01", 2)
    clerk.gets(by_insurer(take_apart(run.path(run.files[1], out(clerk)).read_bytes()), {}))
    (run,) = runs(clerk)
    assert (run.standing, [file.insurer for file in run.unanswered]) == ("partly", ["Zilveren Kruis"])
    clerk.gets(by_insurer(take_apart(run.path(run.files[0], out(clerk)).read_bytes()), {}))
    (run,) = runs(clerk)
    assert (run.standing, run.unanswered) == ("answered", [])


def test_tests_and_what_was_withdrawn_are_told_apart(clerk: Clerk) -> None:
    assert clerk.undoes("R000001") == 0
    settings = clerk.clinic.folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8") + '\n[output]\nmessage = "test"\n', encoding="utf-8")
    clerk.clinic.run()
    withdrawn, test = runs(clerk)
    assert (withdrawn.run, withdrawn.standing) == ("R000001", "withdrawn")
    assert (test.run, test.standing, len(test.files)) == ("T000001", "test", 2)
    assert test.path(test.files[0], out(clerk)).is_file()


def folder_of(clerk: Clerk) -> Path:
    return out(clerk) / "R000001" / "declarations"


def a_pipe(path: Path) -> None:
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (Path.unlink, "SEND_FILE_GONE"),
        (lambda path: path.write_bytes(b"x"), "SEND_FILE_CHANGED"),
        (lambda path: (path.unlink(), path.symlink_to("/etc/passwd")), "SEND_FILE_GONE"),
        (a_pipe, "SEND_FILE_GONE"),
    ],
)
def test_only_what_is_as_the_run_wrote_it_is_given_out(
    clerk: Clerk, declared: Clerk, spoil: Callable[[Path], object], code: str
) -> None:
    (run,) = runs(clerk)
    run = evolve(run, folder=out(clerk) / "R000001")
    assert run.path(run.files[0], out(clerk)).parent == folder_of(clerk)
    spoil(folder_of(clerk) / run.files[0].name)
    with refused(code):
        run.path(run.files[0], out(clerk))
    with refused(code):
        zips_of(run, out(clerk))


@pytest.mark.parametrize("name", ["../summary.json", "../../../ei-export.toml", "/etc/passwd", ".", "..", ""])
def test_nothing_outside_its_folder_is_given_out(declared: Clerk, name: str) -> None:
    (run,) = runs(declared)
    with refused("SEND_FILE_GONE"):
        run.path(evolve(run.files[0], name=name, sha256=""), out(declared))


def test_a_zip_has_the_same_bytes_whenever_it_is_made(clerk: Clerk, declared: Clerk) -> None:
    made: list[tuple[str, bytes]] = []
    for practice in (clerk, declared):
        for path in folder_of(practice).iterdir():
            os.utime(path, (1, len(made)))
        (only,) = zips_of(runs(practice)[0], out(practice)).zips
        made.append((only.name, only.content()))
    assert made[0] == made[1]
    name, content = made[0]
    assert name == "R000001.zip"
    with ZipFile(BytesIO(content)) as zipped:
        assert zipped.testzip() is None
        inside = {entry.filename: zipped.read(entry) for entry in zipped.infolist()}
        assert {entry.date_time for entry in zipped.infolist()} == {(2021, 7, 1, 0, 0, 0)}
    assert inside == {path.name: path.read_bytes() for path in folder_of(declared).iterdir()}
    assert list(inside) == sorted(inside)


def test_as_many_zips_as_the_limits_ask_for(declared: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    take(monkeypatch, messages=1)
    made = zips_of(runs(declared)[0], out(declared))
    assert [(each.name, len(each.paths)) for each in made.zips] == [("R000001-1.zip", 1), ("R000001-2.zip", 1)]


def test_a_zip_may_be_exactly_as_large_as_the_limit(declared: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    (run,) = runs(declared)
    whole = len(zips_of(run, out(declared)).zips[0].content())
    for room, count in ((whole, 1), (whole - 1, 2)):
        take(monkeypatch, bytes=room)
        assert len(zips_of(run, out(declared)).zips) == count


def test_a_message_that_fits_in_no_zip_is_told(declared: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    (run,) = runs(declared)
    large = max(run.files, key=lambda file: file.lines)
    room = folder_of(declared).joinpath(large.name).stat().st_size
    take(monkeypatch, bytes=room)
    made = zips_of(run, out(declared))
    assert [(finding.code, finding.params["file"]) for finding in made.told] == [("SEND_FILE_TOO_LARGE", large.name)]
    assert [len(each.paths) for each in made.zips] == [1]


def test_the_limits_are_certain_for_other_laws_and_taken_over_for_ours() -> None:
    assert set(limits()) == {(name, law) for name in LIMITS for law in LAWS}
    assert {limit(name).certainty for name in LIMITS} == {"inferred"}
    assert (limit("messages").value, limit("bytes").value) == (30, 25_000_000)
