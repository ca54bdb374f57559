"""docs/develop.md says what the code says: its rooms are those of import-linter, its places and words are there."""

import ast
import re
import tomllib
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "develop.md").read_text(encoding="utf-8")
PACKAGE = ROOT / "ei_export"
SPAN = re.compile(r"`([^`]+)`")
#: A place, and what is said to be in it.
PLACE = re.compile(r"`([\w/.]+\.py)` `(\w+)`")


def chapter(name: str) -> str:
    return PAGE.partition(f"\n## {name}\n")[2].partition("\n## ")[0]


def defined(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.name for node in tree.body if isinstance(node, ast.ClassDef | ast.FunctionDef)}
    targets = [t for node in tree.body if isinstance(node, ast.Assign) for t in node.targets]
    targets += [node.target for node in tree.body if isinstance(node, ast.AnnAssign)]
    return names | {target.id for target in targets if isinstance(target, ast.Name)}


@cache
def all_defined() -> set[str]:
    return {name for path in PACKAGE.rglob("*.py") for name in defined(path)}


def test_the_rooms_are_those_that_imports_are_held_to() -> None:
    linter = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    layers = next(c["layers"] for c in linter["contracts"] if c["containers"] == ["ei_export"])
    rooms = re.findall(r"^\| `ei_export/(\w+)/`", chapter("The rooms"), re.MULTILINE)
    assert sorted(rooms) == sorted(room for layer in layers for room in layer.split(" | ") if (PACKAGE / room).is_dir())
    depth = {room: number for number, layer in enumerate(layers) for room in layer.split(" | ")}
    assert [depth[room] for room in rooms] == sorted(depth[room] for room in rooms), "the rooms above come first"


@pytest.mark.parametrize("span", sorted({s for s in SPAN.findall(PAGE) if re.fullmatch(r"[\w./-]*/[\w./-]*", s)}))
def test_every_path_is_there(span: str) -> None:
    assert any((place / span).exists() for place in (ROOT, PACKAGE, PACKAGE / "standards", ROOT / "tests")) or any(
        PACKAGE.rglob(f"{span.strip('/')}/")
    )


@pytest.mark.parametrize(("path", "name"), PLACE.findall(PAGE))
def test_every_place_is_there(path: str, name: str) -> None:
    assert name in defined(ROOT / path if (ROOT / path).exists() else PACKAGE / path)


@pytest.mark.parametrize(
    "name", sorted(name for name in set(SPAN.findall(PAGE)) if re.fullmatch(r"[A-Z]\w+[a-z]\w*", name))
)
def test_every_class_is_there(name: str) -> None:
    assert name in all_defined()


def test_places_and_words_are_found_on_the_page() -> None:
    assert len(PLACE.findall(PAGE)) > 10
    assert len(re.findall(r"^\| [a-z]", chapter("Words"), re.MULTILINE)) > 25
