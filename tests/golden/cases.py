"""Golden cases: a practice's folder beside the exact bytes that its runs must give, and how the two differ.

A case is a folder of ``fixtures/golden``: ``ei-export.toml``, its tables and feeds, ``case.toml`` with the runs in
order, and ``expected/run-<n>/`` with the files and the exit code of each run.
"""

import csv
import io
import json
import shutil
import tomllib
from collections.abc import Iterator, Mapping
from datetime import date
from itertools import zip_longest
from pathlib import Path
from typing import Any, Final

from attrs import evolve, frozen

from ei_export.commands.run.run import Options
from ei_export.commands.run.run import run as run_pipeline
from ei_export.settings import load
from ei_export.standards.flat.record import Layout, encoding
from ei_export.standards.flat.writing import LINE_END
from ei_export.standards.xml.reader import instances
from tests.support.gds import M573

LAYOUT: Final = Layout.load("pm304-3.2")
GOLDEN: Final = Path(__file__).parents[2] / "fixtures" / "golden"

#: Bytes by path below ``expected``: ``run-1/lines.csv``.
Files = Mapping[str, bytes]


@frozen
class Run:
    """One run of a case: the feed, the day, and files that take the place of others before it (target = source)."""

    feed: str
    today: date
    replace: Mapping[str, str] = {}


@frozen
class Case:
    """A folder of ``fixtures/golden``."""

    folder: Path
    about: str
    runs: tuple[Run, ...]

    @classmethod
    def load(cls, folder: Path) -> "Case":
        """Reads ``case.toml``."""
        document = tomllib.loads((folder / "case.toml").read_text(encoding="utf-8"))
        return cls(folder, document["about"], tuple(Run(**run) for run in document["runs"]))

    @property
    def name(self) -> str:
        return self.folder.name

    def expected(self) -> Files:
        """What the runs must give."""
        root = self.folder / "expected"
        return {path.relative_to(root).as_posix(): path.read_bytes() for path in _files(root)}

    def write(self, found: Files) -> None:
        """Makes what was found what is expected."""
        root = self.folder / "expected"
        shutil.rmtree(root, ignore_errors=True)
        for name, content in found.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_bytes(content)

    def run(self, scratch: Path) -> Files:
        """Runs the case in a copy of its folder below ``scratch``, and gives what its runs wrote.

        A run that declared nothing makes no folder; its ``summary.json`` is the document it would print, its
        ``problems.csv`` the one that every run refreshes. ``exit`` is its exit code. Not compared are the page
        for people, as its words and its looks may change, and what only `recover` reads.
        """
        work = scratch / self.name
        shutil.copytree(self.folder, work, ignore=shutil.ignore_patterns("expected"))
        found: dict[str, bytes] = {}
        for number, run in enumerate(self.runs, 1):
            for target, source in run.replace.items():
                shutil.copyfile(work / source, work / target)
            settings = load(work / "ei-export.toml")
            settings = evolve(settings, input=evolve(settings.input, path=work / run.feed))
            summary = run_pipeline(settings, Options(run.today))
            refreshed = settings.output.dir / "problems.csv"
            if summary.folder is None:
                document = json.dumps(summary.document(), ensure_ascii=False, indent=1) + "\n"
                written = {"problems.csv": refreshed.read_bytes(), "summary.json": document.encode()}
            else:
                folder = summary.folder
                written = {path.relative_to(folder).as_posix(): path.read_bytes() for path in _files(folder)}
            for name in ("report.html", "memory.jsonl"):
                written.pop(name, None)
            written["exit"] = f"{summary.exit_code}\n".encode()
            for name, content in written.items():  # tables of the practice are named by where they are
                found[f"run-{number}/{name}"] = content.replace(f"{work.as_posix()}/".encode(), b"")
        return found


def cases() -> list[Case]:
    """Every case, by name."""
    return [Case.load(path.parent) for path in sorted(GOLDEN.glob("*/case.toml"))]


def _files(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


# Differences ---------------------------------------------------------------------------------------


def differences(expected: Files, found: Files) -> Iterator[str]:
    """Every difference, in words: which file, and in it which record and element, row and column, or key."""
    for name in sorted({*expected, *found}):
        if name not in found:
            yield f"{name}: expected, but not written"
        elif name not in expected:
            yield f"{name}: written, but not expected"
        elif expected[name] != found[name]:
            told = list(_in_file(name, expected[name], found[name]))
            yield from told or [f"{name}: the same values in other bytes (line ends, quotes or padding)"]


def _in_file(name: str, expected: bytes, found: bytes) -> Iterator[str]:
    if name.endswith(".txt"):
        yield from _in_records(name, expected.decode(encoding()), found.decode(encoding()))
    elif name.endswith(".xml"):
        yield from _in_elements(name, expected, found)
    elif name.endswith(".csv"):
        yield from _in_rows(name, expected.decode(), found.decode())
    else:
        yield from _in_values(name, json.loads(expected), json.loads(found))


def _in_records(name: str, expected: str, found: str) -> Iterator[str]:
    """By record and element, as the layout table of the standard has them."""
    pairs = zip_longest(expected.split(LINE_END), found.split(LINE_END))
    for number, (one, other) in enumerate(pairs, 1):
        if one == other:
            continue
        place = f"{name}, record {number}"
        if one is None or other is None:
            yield f"{place}: {'not expected' if one is None else 'missing'}"
            continue
        kind, kind_found = LAYOUT.kind(one), LAYOUT.kind(other)
        if kind not in LAYOUT.records or kind != kind_found or {len(one), len(other)} != {LAYOUT.length}:
            yield f"{place}: expected {kind!r} of {len(one)} characters, found {kind_found!r} of {len(other)}"
            continue
        record = LAYOUT[kind]
        left, right = record.unpack(one), record.unpack(other)
        for element in record.elements:
            if left[element.id] != right[element.id]:
                place_in = f"{place}, {element.id} {element.name}"
                yield f"{place_in}: expected {left[element.id]!r}, found {right[element.id]!r}"


def _in_elements(name: str, expected: bytes, found: bytes) -> Iterator[str]:
    """By instance of a class and element."""
    for left, right in zip_longest(_elements(expected), _elements(found)):
        if left != right:
            yield f"{name}: expected {left}, found {right}"


def _elements(content: bytes) -> Iterator[tuple[int, str, str, str]]:
    """Number and class of the instance, and in it the element and its text."""
    for part, _ in instances(io.BytesIO(content), M573, ""):
        for one in part.walk():
            yield from ((one.number, one.name, element, text) for element, text in one.texts.items())


def _in_rows(name: str, expected: str, found: str) -> Iterator[str]:
    """By row and column; row 1 is the header."""
    one, other = (list(csv.reader(io.StringIO(text, newline=""))) for text in (expected, found))
    columns = one[0] if one else []
    for number, (left, right) in enumerate(zip_longest(one, other), 1):
        if left is None or right is None:
            yield f"{name}, row {number}: {'not expected' if left is None else 'missing'}: {left or right}"
            continue
        for column, wanted, got in zip_longest(columns, left, right):
            if wanted != got:
                yield f"{name}, row {number}, {column}: expected {wanted!r}, found {got!r}"


def _in_values(name: str, expected: Any, found: Any, key: str = "") -> Iterator[str]:
    """By key, written with dots; items of a list count from 1."""
    if isinstance(expected, dict) and isinstance(found, dict):
        for each in dict.fromkeys((*expected, *found)):
            yield from _in_values(name, expected.get(each), found.get(each), f"{key}.{each}".lstrip("."))
    elif isinstance(expected, list) and isinstance(found, list):
        for number, (one, other) in enumerate(zip_longest(expected, found), 1):
            yield from _in_values(name, one, other, f"{key}[{number}]")
    elif expected != found:
        yield f"{', '.join(filter(None, (name, key)))}: expected {expected!r}, found {found!r}"
