"""What a command says when nobody reads on, or when it can't be written."""

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.commands.show import show as showing
from ei_export.standards.contents import Content
from tests.support.clerk import SINGLE, START, Clerk, few_tariffs
from tests.support.declared import changed, declaration, file_of
from tests.support.feeds import TODAY, Clinic, tables_read_once
from tests.support.receiver import file_level, take_apart

__all__ = ["tables_read_once"]

COMMAND = Path(sys.executable).with_name("ei-export")
FULL, GONE = errno.ENOSPC, errno.EPIPE


class Lost(io.StringIO):
    """A stream of which nothing arrives."""

    def __init__(self, error: int) -> None:
        super().__init__()
        self._error = error

    def write(self, text: str) -> int:
        raise OSError(self._error, os.strerror(self._error))


@pytest.fixture
def clinic(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Clinic:
    monkeypatch.chdir(tmp_path)
    clinic = few_tariffs(Clinic.open(tmp_path)).feed([START])
    (tmp_path / "good.txt").write_bytes(file_of(declaration()))
    (tmp_path / "wrong.txt").write_bytes(file_of(changed(declaration(), "B3", "0408", "20210229")))
    return clinic


def ends(monkeypatch: pytest.MonkeyPatch, error: int, *arguments: str, errors: io.StringIO) -> int:
    """The exit code of a command of which the output gets lost."""
    with monkeypatch.context() as patch:
        patch.setattr("sys.stdout", Lost(error))
        patch.setattr("sys.stderr", errors)
        with pytest.raises(SystemExit) as ended:
            main([*arguments, "--today", TODAY])
    return int(str(ended.value.code))


@pytest.mark.parametrize(
    ("command", "code"),
    [
        ("show good.txt", 0),
        ("status", 0),
        ("explain A1", 0),
        ("check", 0),
        ("specs check", 0),
        ("verify good.txt", 0),
        ("verify good.txt wrong.txt", 1),
    ],
)
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_only_tells(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, command: str, code: int, options: tuple[str, ...]
) -> None:
    words = (*command.split(), *options)
    gone, full = io.StringIO(), io.StringIO()
    assert ends(monkeypatch, GONE, *words, errors=gone) == code
    assert gone.getvalue() == ""
    assert ends(monkeypatch, FULL, *words, errors=full) == 4
    assert "kan niet worden geschreven: de schijf is vol." in full.getvalue()
    assert ends(monkeypatch, FULL, *words, errors=Lost(FULL)) == 4


@pytest.mark.parametrize("error", [GONE, FULL])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_is_done_is_done(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, error: int, options: tuple[str, ...]
) -> None:
    sent = clinic.feed([START, SINGLE]).run()
    answers = [f"{number}.txt" for number, _ in enumerate(sent.files)]
    for name, content in zip(answers, sent.files.values(), strict=True):
        Path(name).write_bytes(file_level(take_apart(content), "8001"))
    assert len(answers) == 2
    clerk = Clerk(clinic)
    assert ends(monkeypatch, error, "returns", *answers, *options, errors=Lost(error)) == 0
    assert [line["status"] for line in clerk.lines()] == ["granted", "granted"]
    assert ends(monkeypatch, error, "credit", clerk.reference("A1"), "12", *options, errors=Lost(error)) == 1
    assert ends(monkeypatch, error, "run", *options, errors=Lost(error)) == 0
    assert ends(monkeypatch, error, "undo", "R000002", *options, errors=Lost(error)) == 0
    assert [row["state"] for row in clerk.rows("SELECT state FROM run")] == ["published", "withdrawn"]


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_can_not_be_read_on_is_told(clinic: Clinic, monkeypatch: pytest.MonkeyPatch, options: list[str]) -> None:
    """It is not taken for an output that can't be written."""
    first = showing._contents

    def broken(*given: Any, **more: Any) -> Iterator[Content]:
        yield next(first(*given, **more))
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(showing, "_contents", broken)
    done = CliRunner().invoke(main, ["show", "good.txt", *options])
    assert done.exit_code == 3
    assert "de schijf geeft een fout" in done.stdout
    if options:
        (problem,) = json.loads(done.stdout)["problems"]
        assert problem["code"] == "FILE_UNREADABLE"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no /dev/full here")
def test_a_full_disk(clinic: Clinic) -> None:
    with Path("/dev/full").open("w") as full:
        command = [str(COMMAND), "verify", "--lang", "en", "--json", "good.txt"]
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 4
    assert done.stderr.startswith("What there is to tell cannot be written: No space left on device.")
    assert "Traceback" not in done.stderr
