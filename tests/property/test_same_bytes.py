"""Random practices give the bytes that they gave before: declarations, lists, pages, answers' reports, exit codes."""

import pytest

from tests.property.same_bytes import SEEDS, differences, digest, played, recorded

pytestmark = pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")


@pytest.mark.parametrize("seed", SEEDS)
def test_a_history_gives_the_same_bytes(seed: int) -> None:
    """What is told here can be read with ``python -m tests.property.same_bytes --show SEED STEP WHAT``."""
    found = {key: digest(content) for key, content in played(seed)}
    told = list(differences(recorded()[seed], found))
    assert not told, "\n".join([f"{len(told)} of {len(found)}, first:", *told[:12]])


def test_what_is_otherwise_is_told() -> None:
    expected = {(1, "run", "stdout"): "a", (2, "run", "exit"): "0", (3, "run", "out/x"): "b"}
    found = {(1, "run", "stdout"): "a", (2, "run", "exit"): "1", (4, "run", "out/y"): "c"}
    assert list(differences(expected, found)) == [
        "step 2, ei-export run: exit: other bytes",
        "step 3, ei-export run: out/x: missing",
        "step 4, ei-export run: out/y: new",
    ]


def test_the_histories_come_by_every_command() -> None:
    """Else nothing would be said of it here."""
    commands = {command.split()[0] for seed in recorded().values() for _, command, _ in seed}
    known = {"check", "correct", "credit", "explain", "prune", "recover", "redeclare", "returns", "run", "show"}
    assert commands == known | {"status", "undo", "verify"}
