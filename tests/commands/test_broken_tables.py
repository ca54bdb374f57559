"""A table of ``specs/`` that is broken: every command that reads it says in which file and line, and ends with 2."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any, Final, cast

import pytest

from ei_export.base.specs import SPECS, STARTER
from tests.commands.test_specs_check import DEFECTS

_ROOT: Final = Path(__file__).parents[2]
_BREAKING: Final = _ROOT / "tests" / "support" / "breaking.py"
_TODAY: Final = "2024-02-01"
#: Every command on a practice that has declared, and the messages it declared.
_COMMANDS: Final = {
    "run": ["run"],
    "check": ["check"],
    "status": ["status", "--lines", "--all"],
    "explain": ["explain", "A0001"],
    "show": ["show", "declarations"],
    "verify": ["verify", "declarations"],
    "verify of a practice": ["verify", "--config", "ei-export.toml", "declarations"],
    "returns": ["returns", "declarations"],
    "credit": ["credit", "A0001"],
    "redeclare": ["redeclare", "A0001"],
    "correct": ["correct", "--all"],
    "undo": ["undo", "R000001", "--why", "-"],
    "recover": ["recover"],
    "prune": ["prune", "--before", "2010-01-01", "--yes"],
    "index": ["index", "--year", "2023", "--files", "declarations"],
    "specs check": ["specs", "check"],
}


def _rows(change: Callable[[list[str]], list[str]]) -> Callable[[str], str]:
    return lambda text: "".join(change(text.splitlines(keepends=True)))


#: Tables of which there are any number, by whatever name: one that is gone isn't missed, but what it said may be.
_SETS: Final = ("zorg1/", "problems/", "gds801/message-")
#: Words for what is told in a refusal: where they are broken, that is told in its place, and it stays what it is.
_IN_REFUSALS: Final = "words/forms.toml"
#: What records something, and then has page and lists say so: that these can't be renewed undoes nothing.
_RENEWING: Final = ("returns", "credit", "redeclare", "correct", "undo", "recover", "prune")
#: Ways to break a table: what it holds then, and whether a line is told.
_CSV: Final[dict[str, tuple[Callable[[str], str | None], bool]]] = {
    "no such column": (_rows(lambda rows: ["x" + rows[0], *rows[1:]]), False),
    "a column is missing": (_rows(lambda rows: [row.partition(",")[2] for row in rows]), False),
    "a cell too many": (_rows(lambda rows: [*rows[:-1], rows[-1].rstrip("\n") + ",x\n"]), True),
    "a quote that is not closed": (_rows(lambda rows: [*rows, '"x\n']), True),
    "not UTF-8": (_rows(lambda rows: [*rows, "\udce9"]), True),
    "gone": (lambda text: None, False),
}
_TOML: Final[dict[str, tuple[Callable[[str], str | None], bool]]] = {
    "cut off": (lambda text: text[: text.rindex('"') - 1], True),
    "no such key": (_rows(lambda rows: [*rows, 'x = "x"\n']), True),
    "a key is missing": (_rows(lambda rows: [row for row in rows if not row.startswith("en =")]), True),
    "not UTF-8": (_rows(lambda rows: [*rows, "\udce9"]), True),
    "gone": (lambda text: None, False),
    "no text": (_rows(lambda rows: [re.sub("^nl = .*", "nl = 1", row) for row in rows]), True),
}


class _Giving:
    """The process that gives commands with broken tables."""

    def __init__(self, folder: Path) -> None:
        command, pipe = [sys.executable, str(_BREAKING), str(folder)], subprocess.PIPE
        self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True)
        self._right: dict[str, dict[str, Any]] = {}

    def right(self, name: str) -> dict[str, Any]:
        """What becomes of a command with the tables as they are, found once."""
        if name not in self._right:
            self._right[name] = self.ask(arguments=[*_COMMANDS[name], "--today", _TODAY])
        return self._right[name]

    def ask(self, **asked: Any) -> dict[str, Any]:
        to, of = cast("IO[str]", self._process.stdin), cast("IO[str]", self._process.stdout)
        to.write(json.dumps(asked) + "\n")
        to.flush()
        answer: dict[str, Any] = json.loads(of.readline())
        return answer

    def close(self) -> None:
        cast("IO[str]", self._process.stdin).close()
        cast("IO[str]", self._process.stdout).close()
        assert self._process.wait(timeout=60) == 0


@pytest.fixture(scope="module")
def giving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[_Giving]:
    folder = tmp_path_factory.mktemp("copy")
    shutil.copytree(_ROOT / "ei_export", folder / "ei_export", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(SPECS, folder / "specs")
    practice = shutil.copytree(STARTER, folder / "practice")
    settings = practice / "ei-export.toml"
    settings.write_text(settings.read_text(encoding="utf-8").replace('"test"', '"production"'), encoding="utf-8")
    command = [sys.executable, "-m", "ei_export", "run", "--today", _TODAY, "--quiet"]
    subprocess.run(command, cwd=practice, capture_output=True, timeout=60, check=True)
    shutil.copytree(practice / "out" / "R000001" / "declarations", practice / "declarations")
    process = _Giving(folder)
    yield process
    process.close()


@pytest.mark.parametrize("name", _COMMANDS)
def test_every_command_says_which_table_is_broken_and_where(name: str, giving: _Giving) -> None:
    arguments = [*_COMMANDS[name], "--today", _TODAY]
    right = giving.right(name)
    assert right["exit"] in (0, 1, 2, 3), right
    assert right["files"]
    first = list(_COMMANDS).index(name)
    step = 16 if name == "specs check" else 8  # which has tests of its own; the next commands read much the same
    for number, file in list(enumerate(right["files"], first))[first % step :: step]:
        ways = _TOML if file.endswith(".toml") else _CSV
        way = list(ways)[number // step % len(ways)]
        # `specs check` reads the words there are; which ones a command asks for, it doesn't know.
        is_of_set = file.startswith(_SETS) or (name == "specs check" and file.startswith("words/"))
        if way == "gone" and is_of_set:
            way = "not UTF-8"
        change, has_line = ways[way]
        data = change((SPECS / file).read_text(encoding="utf-8"))
        done = giving.ask(file=file, data=data, arguments=arguments)
        is_done = done["exit"] == right["exit"] and (file == _IN_REFUSALS or name in _RENEWING)
        assert done["exit"] == 2 or is_done, (name, file, way, done)
        assert f"specs/{file}" in done["said"], (name, file, way, done)
        assert not has_line or re.search(r"(?i)(regel|line) \d|:\d", done["said"]), (name, file, way, done)
        assert "Traceback" not in done["said"]
        assert "onverwacht" not in done["said"]


def test_a_wrong_value_is_told_or_does_no_harm(giving: _Giving) -> None:
    """Each defect that `specs check` finds, with one command after the other."""
    names = [name for name in _COMMANDS if name != "specs check"]
    right = {name: giving.right(name)["exit"] for name in names}
    told = 0
    for number, (file, old, new, _, _) in enumerate(DEFECTS[::3]):
        name = names[number % len(names)]
        text = (SPECS / file).read_text(encoding="utf-8")
        done = giving.ask(file=file, data=text.replace(old, new, 1), arguments=[*_COMMANDS[name], "--today", _TODAY])
        is_told = done["exit"] == 2 and f"specs/{file}" in done["said"]
        told += is_told
        assert is_told or done["exit"] == right[name], (name, file, new, done)
        assert "Traceback" not in done["said"]
    assert told > 5


@pytest.mark.parametrize(
    ("file", "arguments", "lacks"),
    [
        ("01-settings", ["run", "--config", "no.toml"], "SETTINGS_MISSING"),
        ("02-input", ["check", "--input", "no.csv"], "INPUT_MISSING"),
        ("12-explain", ["explain", "no such number"], "EXPLAIN_UNKNOWN"),
    ],
)
def test_a_problem_without_words_is_told_as_a_table_that_lacks_it(
    file: str, arguments: list[str], lacks: str, giving: _Giving
) -> None:
    right = giving.ask(arguments=arguments)["exit"]
    done = giving.ask(file=f"problems/{file}.toml", data=None, arguments=arguments)
    assert done["exit"] == right
    assert "specs/problems/*.toml" in done["said"]
    assert lacks in done["said"] or "TABLE_ENTRY" in done["said"]
    assert "Traceback" not in done["said"]
