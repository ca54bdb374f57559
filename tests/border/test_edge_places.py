"""What stands where a file should be, what is typed, and on which day: always told in words, never waited for."""

import errno
import json
import os
import shutil
import signal
import socket
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ei_export.base.problems import LANGUAGES, render
from ei_export.cli import main
from tests.faults.child import Child, as_anybody
from tests.support.clerk import START, few_tariffs
from tests.support.feeds import Clinic

BYTES = b"caf\xe9\xff.csv"


@pytest.fixture(autouse=True)
def nothing_is_waited_for() -> Iterator[None]:
    def too_long(*_: object) -> None:
        raise AssertionError("it waits")

    before = signal.signal(signal.SIGALRM, too_long)
    signal.alarm(20)
    yield
    signal.alarm(0)
    signal.signal(signal.SIGALRM, before)


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    monkeypatch.chdir(tmp_path)
    return few_tariffs(Clinic.open(tmp_path)).feed([START])


def give(*words: str) -> Result:
    """A command that does what it says, or says in words why not."""
    done = CliRunner().invoke(main, [*words, *([] if "--today" in words else ["--today", "2021-07-01"]), "--json"])
    assert done.exception is None or isinstance(done.exception, SystemExit), done.exc_info
    assert done.exit_code in (0, 1, 2, 3, 4)
    assert isinstance(json.loads(done.stdout), dict)
    assert "INTERNAL" not in done.stdout
    assert (done.stdout + done.stderr).replace("\n", "").isprintable()
    return done


def loop(path: Path) -> None:
    path.symlink_to(path.name)


def endless(path: Path) -> None:
    path.symlink_to("/dev/zero")


def listener(path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(path.name)


KINDS: dict[Callable[[Path], object], str] = {
    os.mkfifo: "het is geen gewoon bestand",
    endless: "het is geen gewoon bestand",
    listener: "het is geen gewoon bestand",
    Path.mkdir: "het is een map",
    loop: "de koppelingen verwijzen naar elkaar",
}
#: What is read, the commands that read it, and what each ends with.
READ: dict[str, dict[tuple[str, ...], int]] = {
    "ei-export.toml": {("run",): 2, ("check",): 2, ("status",): 2, ("specs", "check"): 2, ("show", "tariffs.csv"): 2},
    "tariffs.csv": {("run",): 2, ("status",): 2},
    "overlay.csv": {("check",): 2, ("specs", "check", "--overlay", "overlay.csv"): 2},
    "official.xsd": {("run",): 2},
    "appointments.csv": {("run",): 3, ("explain", "A1"): 3},
    "feed.sqlite": {("check", "--input", "feed.sqlite"): 3},
    "file.txt": {("show", "file.txt"): 3, ("verify", "file.txt"): 3, ("returns", "file.txt"): 3},
}


@pytest.mark.parametrize("make", [make for make in KINDS if make is not Path.mkdir])
def test_something_else_where_the_folder_of_runs_should_be(make: Callable[[Path], object], clinic: Clinic) -> None:
    clinic.feed([START]).run()
    shutil.rmtree("out")
    make(Path("out"))
    make(Path("else"))
    # Nothing is due: that page and lists can't be made is told, but where it can't even be said which folder it is.
    code, told = (4, "WRITE_FAILED") if make is loop else (1, "LISTS_NOT_MADE")
    for line in ("run", "run --out else", "undo R000001 --why x", "run"):
        result = give(*line.split())
        is_run = line.startswith("run")
        assert result.exit_code == (code if is_run else 2), line
        kinds = {problem["code"] for problem in json.loads(result.stdout)["problems"]}
        assert (told if is_run else "UNDO_FILES_MISSING") in kinds, line
        assert ("report.html" in result.stderr) is (is_run and make is not loop), line
    for line in ("check", "status", "explain A1", "recover", "prune --before 2021-06-01 --yes"):
        assert give(*line.split()).exit_code == 0, line


@pytest.mark.parametrize("make", KINDS)
@pytest.mark.parametrize("name", READ)
def test_something_else_where_a_file_should_be(name: str, make: Callable[[Path], object], clinic: Clinic) -> None:
    if name in ("overlay.csv", "official.xsd"):
        key = 'agreements]\noverlay = ["overlay.csv"]' if name == "overlay.csv" else f'output]\ngds801_xsd = "{name}"'
        with (clinic.folder / "ei-export.toml").open("a", encoding="utf-8") as settings:
            settings.write(f"\n[{key}\n")
    Path(name).unlink(missing_ok=True)
    make(Path(name))
    for words, code in READ[name].items():
        folder = name == "file.txt" and make is Path.mkdir
        if name == "ei-export.toml" and make is Path.mkdir:
            words = (*words, "--lang", "nl")  # there is no language, and click itself refuses a folder
        done = give(*words)
        assert done.exit_code == code
        if not folder and (name, make) != ("ei-export.toml", Path.mkdir):
            assert KINDS[make] in done.stdout


TORN = {
    "x = " + "[" * 100_000: "het is te diep genest",
    "x = " + "9" * 5_000: "",
    "a = 1\na = 2\n": "regel 2",
    "[a]\n[a]": "regel 2",
    "#" * 3_000_000: "het is groter dan 2000000 bytes",
    "x = 2023-99-99": "",
    'x = "\x00"': "",
    "a." * 500 + "a = 1": "",
    "b." * 60_000 + "b = 1": "het is te diep genest",
}


@pytest.mark.parametrize("text", TORN, ids=lambda text: text[:12])
def test_settings_that_are_huge_deep_or_broken(text: str, clinic: Clinic) -> None:
    (clinic.folder / "ei-export.toml").write_text(text, encoding="utf-8")
    for command in ("run", "status"):
        done = give(command)
        assert done.exit_code == 2
        assert TORN[text] in done.stderr
        assert len(done.stderr) < 10_000


@pytest.mark.parametrize("path", ['"a\\u0000b"', f'"{"x" * 5_000}"', '"\\u001b[31m\\u202ered"'])
@pytest.mark.parametrize("old", ['"appointments.csv"', '"tariffs.csv"', '"ledger.sqlite"'])
def test_paths_in_settings_that_no_disk_takes(old: str, path: str, clinic: Clinic) -> None:
    settings = clinic.folder / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace(old, path), encoding="utf-8")
    for command in (("run",), ("check",), ("status",), ("explain", "A1")):
        give(*command)


@pytest.mark.parametrize("day", ["2023-W22-4", "9999-12-31", "0001-01-01", "20230101", "2023-1-1", "1899-12-31"])
@pytest.mark.parametrize("command", ["run", "check", "status"])
def test_a_day_that_is_none_or_was_mistyped(command: str, day: str, clinic: Clinic) -> None:
    """What is declared on such a day would be in the way of every later run."""
    done = give(command, "--today", day)
    assert done.exit_code == 2
    assert json.loads(done.stdout)["problems"][0]["code"] == "USAGE_DAY"
    assert not (clinic.folder / "out").exists()


@pytest.mark.parametrize("day", ["2000-01-01", "2099-12-31"])
@pytest.mark.parametrize("command", [("run",), ("status", "--lines"), ("explain", "A1"), ("check",)])
def test_the_first_and_the_last_day(command: tuple[str, ...], day: str, clinic: Clinic) -> None:
    assert give(*command, "--today", day).exit_code in (0, 1)


def test_weeks_in_a_table_are_no_days(clinic: Clinic) -> None:
    tariffs = clinic.folder / "tariffs.csv"
    tariffs.write_text(tariffs.read_text(encoding="utf-8").replace(";;;", ";2023-W22-4;;", 1), encoding="utf-8")
    assert give("check").exit_code == 2


@pytest.mark.parametrize(
    "words",
    [
        ["run", "--input", BYTES],
        ["run", "--out", BYTES],
        ["run", "--config", BYTES],
        ["explain", BYTES],
        ["show", BYTES],
        ["verify", BYTES],
        ["returns", BYTES],
        ["credit", "A1", "--why", BYTES],
        ["redeclare", BYTES],
        ["correct", BYTES],
        ["undo", "R000001", "--why", BYTES],
        ["undo", BYTES],
        ["specs", "check", "--overlay", BYTES],
        [BYTES],
        ["run", b"--" + BYTES],
    ],
    ids=str,
)
def test_bytes_that_are_no_text(words: list[str | bytes], clinic: Clinic) -> None:
    typed = [os.fsdecode(word) for word in words]
    if typed[0] in ("undo", "credit", "correct", "redeclare"):
        assert give("run").exit_code == 0
    done = give(*typed)
    if "--why" in typed or "--out" in typed:
        assert done.exit_code == 0


def test_files_and_folders_whose_name_is_no_text(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """All of it, from the run to taking it back."""
    folder = clinic.folder / os.fsdecode(b"map\xe9")
    folder.mkdir()
    for name in ("ei-export.toml", "tariffs.csv"):
        (clinic.folder / name).rename(folder / name)
    feed = folder / os.fsdecode(BYTES)
    (clinic.folder / "appointments.csv").rename(feed)
    monkeypatch.chdir(folder)
    fed = ("--input", str(feed))
    commands = ("check", *fed), ("run", *fed), ("explain", "A1", *fed), ("status", "--lines")
    for words in (*commands, ("undo", "R000001", "--why", "x"), ("run", *fed), ("recover",)):
        assert give(*words).exit_code == 0


@pytest.mark.skipif(not sys.platform.startswith("linux") or os.geteuid() != 0, reason="only root may do this")
@pytest.mark.parametrize("place", [".", "out", "kept", "read"])
@pytest.mark.parametrize("mode", [0o000, 0o100, 0o400])
def test_a_folder_that_may_not_be_entered(place: str, mode: int, clinic: Clinic) -> None:
    settings = clinic.folder / "ei-export.toml"
    text = settings.read_text(encoding="utf-8")
    for name, folder in (("appointments.csv", "read"), ("tariffs.csv", "read"), ("ledger.sqlite", "kept")):
        (clinic.folder / folder).mkdir(exist_ok=True)
        text = text.replace(f'"{name}"', f'"{folder}/{name}"')
        if folder == "read":
            Path(name).rename(f"read/{name}")
    settings.write_text(text, encoding="utf-8")
    assert give("run").exit_code == 0
    (clinic.folder / place).chmod(mode)
    try:
        for words in (["run"], ["check"], ["status"], ["explain", "A1"], ["credit", "A1"], ["verify", "read"]):
            ended = Child.start(clinic.folder, *words, "--today", "2021-07-02", "--json", before=as_anybody).wait()
            assert ended.code in (0, 2, 3, 4), ended.stderr
            assert "Traceback" not in ended.stderr
            assert "programma zelf" not in ended.stderr
    finally:
        (clinic.folder / place).chmod(0o700)


def test_every_usual_error_of_the_system_has_words() -> None:
    usual = "ENOENT EACCES EPERM EISDIR ENOTDIR EEXIST ENOTEMPTY ENOSPC EDQUOT EROFS EIO ENAMETOOLONG ELOOP"
    for name in usual.split():
        text = os.strerror(getattr(errno, name))
        for reason in (text, str(OSError(getattr(errno, name), text, "/srv/practice"))):
            params = {"path": "x", "reason": reason}
            dutch, english = (render("WRITE_FAILED", params, language)[0] for language in LANGUAGES)
            assert english == f"x cannot be written: {text}."
            assert text not in dutch
            assert name not in dutch
