"""The steps of judging hand on values: nobody changes what another made."""

import ast
from pathlib import Path
from typing import Final

import pytest

import ei_export

PACKAGE: Final = Path(ei_export.__file__).parent
#: Where a value is built up until it is handed over, by the names of what is built there.
BUILT: Final = {
    "judging/collected.py": {"own"},
    "judging/heard.py": {"hearing"},
    "judging/judge.py": {"result"},
    "zorg1/so_far.py": {"trajectory"},
    "zorg1/trajectories.py": {"trajectory", "rival"},
}
MODULES: Final = sorted(path for room in ("judging", "zorg1") for path in (PACKAGE / room).glob("*.py"))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: f"{path.parent.name}/{path.name}")
def test_no_field_of_an_object_is_set_but_by_its_own_class(path: Path) -> None:
    built = BUILT.get(f"{path.parent.name}/{path.name}", set()) | {"self"}
    found = [
        f"{path.name}:{node.lineno}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Attribute) and isinstance(node.ctx, ast.Store | ast.Del) and _owner(node) not in built
    ]
    assert found == []


def _owner(node: ast.Attribute) -> str:
    """Whose field it is: the name itself; a field of a field is somebody else's."""
    return node.value.id if isinstance(node.value, ast.Name) else ast.unparse(node.value)
