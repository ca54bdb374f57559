"""What is expected in a cell, or at a key, is told in Dutch too, whoever words it."""

import ast
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from types import ModuleType

from ei_export.base import problems, words
from ei_export.settings import settings
from ei_export.standards.xml.judge.constraints import CONSTRAINTS, VALUES

PACKAGE = Path(problems.__file__).parents[1]
#: Words of English that no Dutch has; a form says most by signs and by names of the tables.
ENGLISH = re.compile(
    r"\b(?:an?(?= \w{2})|the|that|with|only|none|nothing|no|at|most|characters|digits|row|first|such|means)\b"
)


def expectations(path: Path) -> Iterator[str]:
    """What a file says that it expects in a cell or at a key: texts in the call of ``error`` or at ``expected=``, and
    those of the constants that stand there. What goes in a place of such a text is 9."""
    module = import_module(".".join(("ei_export", *path.relative_to(PACKAGE).with_suffix("").parts)))
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            said = [word.value for word in node.keywords if word.arg == "expected"]
            for each in (*said, *(node.args[1:] if name in ("error", "refused", "_wrong_type", "within") else ())):
                yield from texts_in(each, module)


def texts_in(node: ast.AST, module: ModuleType) -> Iterator[str]:
    if isinstance(node, ast.JoinedStr):
        yield "".join(str(part.value) if isinstance(part, ast.Constant) else "9" for part in node.values)
    elif isinstance(node, ast.Constant):
        yield from (node.value,) if isinstance(node.value, str) else ()
    elif isinstance(node, ast.Name) and node.id.isupper():
        yield from texts_of(getattr(module, node.id, ""))
    else:
        for child in ast.iter_child_nodes(node):
            yield from texts_in(child, module)


def texts_of(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        yield from (text for text in value.values() if isinstance(text, str))


def test_what_is_expected_is_told_in_dutch() -> None:
    found = {text for path in PACKAGE.rglob("*.py") if path.stem[0] != "_" for text in expectations(path)}
    found |= {constraint.shown for constraint in CONSTRAINTS.values()}
    found |= {value[1] for value in vars(settings).values() if isinstance(value, tuple) and len(value) == 2}

    assert {"a value", "no values", "at most 9 characters", "- with the moment contact only", *VALUES.values()} <= found
    told = {text: str(words.shown({"expected": text}, "nl")["expected"]) for text in found}
    assert {text: dutch for text, dutch in told.items() if ENGLISH.search(dutch)} == {}
