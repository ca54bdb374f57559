"""What every command ends with, as docs/commands.md has it."""

import signal
import socket
from pathlib import Path

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from ei_export.desk.serving import Server
from tests.support.clerk import CONTACT, COURSE, END, START, Clerk, few_tariffs, the
from tests.support.controlled import activity, files
from tests.support.feeds import Clinic, tables_read_once, visit
from tests.support.filed import Care, pm304
from tests.support.receiver import Verdict, by_insurer
from tools.commands_page import EXIT_CODES

__all__ = ["tables_read_once"]

HELD = visit("H1", "2021-03-01", "940131", "T9", patient="P5", diagnosis="")


def test_every_command_ends_with_each_of_its_codes_and_no_other(tmp_path: Path) -> None:
    clinic = few_tariffs(Clinic.open(tmp_path / "practice"))
    config = str(clinic.folder / "ei-export.toml")
    ended: set[tuple[str, int]] = set()

    def gives(name: str, *arguments: object) -> int:
        words = [*name.split(), "--config", config, "--today", "2021-07-01", *map(str, arguments)]
        code = CliRunner().invoke(main, words).exit_code
        ended.add((name, code))
        return code

    def all_of(*commands: tuple[object, ...]) -> list[int]:
        return [gives(str(name), *arguments) for name, *arguments in commands]

    clinic.feed(COURSE)
    assert all_of(("check",), ("explain", "A1"), ("explain", "nothing"), ("status",)) == [0, 0, 2, 0]
    result = clinic.run()
    declared = next(clinic.folder.glob("out/*/declarations/*"))
    reference = Clerk(clinic).reference("A1")
    text = tmp_path / "note.txt"
    text.write_text("hello", encoding="utf-8")
    broken = tmp_path / "broken.txt"
    broken.write_bytes(declared.read_bytes().replace(b"7095", b"7O95"))
    assert all_of(("show", declared), ("show", declared, "--records", "77"), ("show", text)) == [0, 2, 3]
    assert all_of(("verify", declared), ("verify", broken), ("verify", text)) == [0, 1, 3]
    back = tmp_path / "back.ret"
    back.write_bytes(by_insurer(the(result), {}))
    assert all_of(("returns", text), ("returns", back), ("returns", back)) == [3, 0, 0]
    back.write_bytes(by_insurer(the(result), {reference: Verdict(0, ("0611",))}))
    assert gives("returns", back) == 1
    assert all_of(("sent", "R000001"), ("sent", "R000001", "--not-sent")) == [0, 2]
    assert all_of(("undo", "R000001", "--why", "x")) == [2]
    with pytest.MonkeyPatch.context() as patch, socket.create_server(("127.0.0.1", 0)) as taken:
        run = Server.run
        patch.setattr(Server, "run", lambda server: (server.stop(), run(server)))
        patch.setattr(signal, "signal", lambda number, handler: None)
        ports = 0, taken.getsockname()[1]
        assert [gives("desk", "--no-browser", "--port", port) for port in ports] == [0, 2]
    for name, code in (("credit", 0), ("credit", 1), ("redeclare", 0), ("correct", 1)):
        assert gives(name, reference) == code
    zorg1 = ("zorg1 export",), ("zorg1 monitor",), ("zorg1 quality",)
    clinic.feed([START, CONTACT, END | {"date": "2021-03-23"}, HELD])
    assert all_of(*zorg1, ("zorg1 quality", "--check")) == [0, 0, 0, 2]
    with_criteria = clinic.folder / "criteria.toml"
    settings = (clinic.folder / "ei-export.toml").read_text(encoding="utf-8")
    with_criteria.write_text(f"{settings}\n[zorg1.criteria]\npatients = 9\n", encoding="utf-8")
    assert gives("zorg1 quality", "--config", with_criteria, "--consent", "all", "--check") == 1
    assert all_of(("check",), ("explain", "H1"), ("run",), ("correct", Clerk(clinic).reference("A3"))) == [1, 1, 1, 0]
    assert all_of(("close", "H1", "--as", "handled"), ("close", "--reopen", "H1"), ("redeclare", "nothing")) == [
        0,
        0,
        1,
    ]
    assert gives("close", "nothing", "--as", "patient") == 1
    assert all_of(zorg1[1], (*zorg1[1], "--filter", "x=1")) == [1, 2]
    clinic.feed([*COURSE, HELD | {"diagnosis_code": "3426"}])
    assert all_of(("run",), ("undo", "R000003", "--why", "x"), ("specs check",)) == [0, 0, 0]
    (clinic.folder / "ledger.sqlite").unlink()
    lines = clinic.folder / "out" / "R000001" / "lines.csv"
    lines.rename(lines.with_suffix(".old"))
    assert gives("recover") == 2
    lines.with_suffix(".old").rename(lines)
    assert gives("recover") == 0
    (clinic.folder / "appointments.csv").unlink()
    assert all_of(("check",), ("run",), ("explain", "A1")) == [3, 3, 3]
    overlay = tmp_path / "overlay.csv"
    overlay.write_text("x\n", encoding="utf-8")
    assert gives("specs check", "--overlay", overlay) == 2
    right, beside, _ = files(tmp_path / "right", [activity()])
    wrong, *_ = files(tmp_path / "wrong", [activity(date="")])
    n0959 = ("control n0959", "--subtrajects", beside, "--activities")
    assert all_of((*n0959, right, "--year", "2021"), (*n0959, wrong, "--year", "2021")) == [0, 1]
    assert all_of((*n0959, right, "--year", "2022"), (*n0959, tmp_path / "none", "--year", "2021")) == [2, 3]
    elsewhere = tmp_path / "elsewhere.txt"
    elsewhere.write_bytes(pm304([Care(1, "2021-03-01")], practice="04011111"))
    index = ("index", "--year", "2021", "--files")
    assert all_of((*index, declared), (*index, elsewhere), (*index, text)) == [0, 1, 3]
    assert gives("index", "--year", "2021", "--reference", overlay) == 2
    copy = ("specs copy", "--insurer", "VGZ", "--from", "2024-01-01")
    assert all_of(copy, copy) == [0, 2]
    assert all_of(("agreements",), ("agreements", "--program", "x")) == [0, 2]
    assert all_of(("prune", "--before", "2000-01-01"), ("prune", "--before", "2000-01-01", "--yes")) == [2, 0]
    assert all_of(("init", tmp_path / "new"), ("init", tmp_path / "new")) == [0, 2]
    assert ended == {(name, code) for name, codes in EXIT_CODES.items() for code in codes}
