"""Where what is said can't be shown, or nobody listens; and Ctrl-C, whenever it comes."""

import json
import os
import signal
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.base.problems import Severities, WriteError
from ei_export.cli import main
from ei_export.commands.returns.report import FileReport
from tests.support.clerk import START, few_tariffs
from tests.support.feeds import Clinic, visit

COMMAND = Path(sys.executable).with_name("ei-export")
#: A diagnosis that does not fit: something is held, and its problem has accents in it.
HELD = visit("Ä1", "2021-03-01", "940131", "T9", patient="P5", diagnosis="9999")
NEEDS_FULL = pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")


@pytest.fixture
def clinic(tmp_path: Path) -> Clinic:
    return few_tariffs(Clinic.open(tmp_path)).feed([START, HELD])


def shell(clinic: Clinic, line: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    """A line for the shell, with the command as ``$EI``."""
    env = {**os.environ, "EI": str(COMMAND), **environment}
    return subprocess.run(["bash", "-c", line], cwd=clinic.folder, env=env, capture_output=True, check=False)


@pytest.mark.parametrize(
    "environment",
    [
        {"PYTHONIOENCODING": "ascii"},
        {"PYTHONIOENCODING": "iso-8859-1"},
        {"PYTHONIOENCODING": "cp1252"},
        {"PYTHONIOENCODING": "cp437:strict"},
        {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"},
    ],
    ids=str,
)
def test_an_encoding_that_lacks_characters(environment: dict[str, str], clinic: Clinic) -> None:
    shown = shell(clinic, "$EI run --today 2021-07-01", **environment)
    assert shown.returncode == 1
    assert b"Traceback" not in shown.stderr
    assert b"Vastgehouden" in shown.stdout
    told = shell(clinic, "$EI check --json --today 2021-07-01", **environment)
    assert told.returncode == 1
    document = json.loads(told.stdout.decode("ascii"))
    assert "Ä1" in {problem["appointment_id"] for problem in document["problems"]}


@pytest.mark.parametrize(
    ("line", "code"),
    [
        ("$EI run {day} >&-", 1),
        ("$EI run {day} 2>&-", 1),
        ("$EI run {day} >&- 2>&- <&-", 1),
        ("$EI run {day} --json | head -c 1; exit ${{PIPESTATUS[0]}}", 1),
        pytest.param("$EI run {day} >/dev/full 2>/dev/full", 1, marks=NEEDS_FULL),
        ("$EI run {day} --config missing.toml >&- 2>&-", 2),
        ("$EI check {day} --all | true; exit ${{PIPESTATUS[0]}}", 1),
        pytest.param("$EI check {day} >/dev/full", 4, marks=NEEDS_FULL),
        ("$EI --help >&-", 0),
        pytest.param("$EI --version >/dev/full", 4, marks=NEEDS_FULL),
        pytest.param("$EI run --nothing 2>/dev/full", 2, marks=NEEDS_FULL),
    ],
)
def test_streams_that_are_closed_or_full(line: str, code: int, clinic: Clinic) -> None:
    ended = shell(clinic, line.format(day="--today 2021-07-01"))
    assert ended.returncode == code
    assert b"Traceback" not in ended.stderr
    declared = (clinic.folder / "out" / "R000001" / "lines.csv").exists()
    assert declared is (" run " in line and code == 1)


def test_the_place_of_a_closed_stream_is_not_taken_by_a_file(clinic: Clinic) -> None:
    """Else what is printed would end up in the ledger."""
    ended = shell(clinic, "$EI run --today 2021-07-01 >&- 2>&-; $EI verify out/R000001/declarations/* && $EI status")
    assert ended.returncode == 0
    assert b"R000001" in ended.stdout


SECRET = "Voorbeeld, 17-05-1980"

STRUCK = """\
import os, signal, sys
class Finder:
    def find_spec(self, name, path=None, target=None):
        if name == {module!r}:
            os.kill(os.getpid(), signal.SIGINT)
sys.meta_path.insert(0, Finder())
sys.argv = ["ei-export", {command!r}]
from ei_export.__main__ import main
main()
"""


@pytest.mark.parametrize(
    ("module", "command"),
    [
        ("ei_export.cli", "run"),
        ("click", "run"),
        ("ei_export.cli.run", "run"),
        ("sqlite3", "status"),
        ("ei_export.commands.status.status", "status"),
        ("jinja2", "run"),
    ],
)
def test_ctrl_c_while_it_starts(module: str, command: str, clinic: Clinic) -> None:
    script = STRUCK.format(module=module, command=command)
    ended = subprocess.run([sys.executable, "-c", script], cwd=clinic.folder, capture_output=True, check=False)
    assert ended.returncode == 130
    assert ended.stderr.startswith(b"Afgebroken met Ctrl-C")
    assert b"Traceback" not in ended.stderr


def test_ctrl_c_where_the_interpreter_would_go_on() -> None:
    """In what is called while something is taken away, an exception goes no further."""
    script = """\
import ei_export.cli, os, signal, time
class Kept:
    def __del__(self):
        os.kill(os.getpid(), signal.SIGINT)
        time.sleep(5)
def work():
    Kept()
    print("went on", flush=True)
ei_export.cli.main = work
from ei_export.__main__ import main
main()
"""
    ended = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert (ended.returncode, ended.stdout) == (130, b"")
    assert ended.stderr.startswith(b"Afgebroken met Ctrl-C")


def test_ctrl_c_is_ignored_where_it_was_in_the_background() -> None:
    script = "import ei_export.cli, os, signal; ei_export.cli.main = lambda: os.kill(os.getpid(), signal.SIGINT)\n"
    ended = subprocess.run(
        [sys.executable, "-c", f"{script}from ei_export.__main__ import main\nmain()"],
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_IGN),
        check=False,
    )
    assert ended.returncode == 0


def test_init_is_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        assert CliRunner().invoke(main, ["init", str(tmp_path / "a" / "b")]).exit_code == 0
    finally:
        os.umask(before)
    made = {path: stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "a", *(tmp_path / "a").rglob("*"))}
    assert {mode for path, mode in made.items() if path.is_dir()} == {0o700}
    assert [mode for path, mode in made.items() if path.is_file()] == [0o600] * 3


def stops(count: int, error: BaseException) -> Callable[..., Iterator[Any]]:
    """Stands for what gives rows or reports, and is stopped after some."""

    def rows(*_: object, **__: object) -> Iterator[Any]:
        for number in range(count):
            yield FileReport(f"{number}.txt", "nl", Severities())
        raise error

    return rows


@pytest.mark.parametrize(
    ("error", "code", "exit_code"),
    [
        (WriteError("LEDGER_DAMAGED", path="ledger.sqlite", reason="x"), "LEDGER_DAMAGED", 4),
        (OSError(5, "Input/output error", "ledger.sqlite"), "PLACE_UNREACHABLE", 4),
        (KeyboardInterrupt(), "INTERRUPTED", 130),
        (ValueError(SECRET), "INTERNAL", 4),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_stops_halfway_is_one_document(
    error: BaseException, code: str, exit_code: int, clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = ["--config", str(clinic.folder / "ei-export.toml"), "--json"]
    monkeypatch.setattr("ei_export.ledger.standing.changed", stops(0, error))
    told = CliRunner().invoke(main, ["status", *config])
    assert told.exit_code == exit_code
    (problem,) = json.loads(told.stdout)["problems"]
    assert problem["code"] == code
    for count in (0, 2):
        monkeypatch.setattr("ei_export.cli.returns.read_returns", stops(count, error))
        told = CliRunner().invoke(main, ["returns", "x.txt", *config])
        assert told.exit_code == exit_code
        document = json.loads(told.stdout)
        assert len(document["files"] if count else document["problems"]) == max(count, 1)
        assert SECRET not in told.output


@pytest.mark.parametrize("command", ["status", "run", "check"])
def test_debug_says_where_and_not_who(command: str, clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise ValueError(SECRET)

    monkeypatch.setattr("ei_export.judging.rules.Rules.load", fails)
    told = CliRunner().invoke(main, [command, "--debug", "--config", str(clinic.folder / "ei-export.toml")])
    assert told.exit_code == 4
    assert "test_edge_streams.py" in told.stderr
    assert "ValueError" in told.stderr
    assert SECRET not in told.output
