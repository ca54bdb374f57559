"""The documents of ``--json`` are what docs/output.md says."""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

import pytest
from click.testing import CliRunner

from ei_export.cli import main
from tests.support.controlled import activity, files
from tests.support.demo import ANSWERS, demo
from tests.support.markdown import quoted, table

FILE: Final = "out/R000001/declarations/PM304_0699_240201000002.txt"
#: With what each command is given, in this order, in the demo after its first run: what the page tells of is in there.
GIVEN: Final[Mapping[str, str]] = {
    "check": "",
    "show": FILE,
    "verify": FILE,
    "close": "AFS00250 --as patient",
    "credit": "240201R0000010000126",
    "status": "--lines",
    "status --on": "2024-02-20",
    "returns": str(ANSWERS),
    "explain": "AFS00267",
    "redeclare": "240201R0000010000120",
    "correct": "--all",
    "run": "",
    "zorg1 export": "",
    "zorg1 monitor": "",
    "zorg1 quality": "",
    "sent": "R000002",
    "undo": "R000002 --although-sent --why mislukt",
    "prune": "--before 2010-01-01 --yes",
    "recover": "",
    "agreements": "--on 2023-06-01",
    "index": "--year 2023",
    "control n0959": "--activities activities.csv --subtrajects subtrajects.csv --year 2021",
    "specs check": "",
    "specs copy": "--insurer CZ --from 2026-01-01",
    "init": "new",
}


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    found: dict[str, Any] = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(demo(tmp_path_factory.mktemp("json")))
        for command, given in GIVEN.items():
            if command == "recover":
                Path("ledger.sqlite").unlink()
            if command == "control n0959":
                files(Path(), [activity(), activity("A2", date="")])
            words = [*command.split(), *given.split(), "--json", "--today", "2024-02-20"]
            found[command] = json.loads(CliRunner().invoke(main, words).stdout)
    return found


def told() -> Iterator[tuple[list[str], list[str], set[str], set[str]]]:
    """Each row of the page: commands, part of their document (none: the whole), keys, and keys that may be there."""
    commands: list[str] = []
    for cell, text in table("docs/output.md", "of", "keys"):
        is_part = cell.startswith("–")
        commands = commands if is_part else quoted(cell)
        always, _, sometimes = text.partition(";")
        yield commands, quoted(cell) if is_part else [], set(quoted(always)), set(quoted(sometimes))


def part_of(document: Any, names: list[str]) -> list[Mapping[str, Any]]:
    """What is found in a document by one name after another, each of a list or of one."""
    found = [document]
    for name in names:
        within = [each[name] for each in found]
        found = [item for each in within for item in (each if isinstance(each, list) else [each])]
    return found


def test_every_document_is_as_the_page_says(documents: Mapping[str, Any]) -> None:
    for commands, names, always, sometimes in told():
        found = [each for command in commands for each in part_of(documents[command], names)]
        assert found, f"nothing shows what {commands} have in {names}"
        for each in found:
            assert not always or always <= each.keys() <= always | sometimes, f"{commands} {names}"


def test_every_command_is_on_the_page() -> None:
    assert {command for commands, *_ in told() for command in commands} == GIVEN.keys()
