"""What stands where the ledger should be is something else: it is refused, and left as it is."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.faults.conftest import Starts
from tests.faults.scene import LATER


def _foreign(path: Path) -> None:
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE patient (patient_id TEXT)")
    connection.commit()
    connection.close()


def _foreign_wal(path: Path) -> None:
    _foreign(path)
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.close()


def _foreign_empty(path: Path) -> None:
    """Of another program, which has not made its tables yet."""
    path.unlink()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA application_id = 7")
    connection.commit()
    connection.close()


def _newer(path: Path) -> None:
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 1000")
    connection.close()


def _unreleased(path: Path) -> None:
    """Of a version from before the first release, which counted its schemas in another way."""
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA application_id = {0x45494558}")
    connection.execute("PRAGMA user_version = 5")
    connection.close()


def _text(path: Path) -> None:
    path.write_text("appointment_id;date;status\n" * 200, encoding="utf-8")


def _short_text(path: Path) -> None:
    path.write_text("nothing much\n", encoding="utf-8")


def _cut_to(size: int) -> Callable[[Path], None]:
    def cut(path: Path) -> None:
        path.write_bytes(path.read_bytes()[:size])

    cut.__name__ = f"cut_to_{size}"
    return cut


def _zeros(path: Path) -> None:
    """As a file system may leave a file behind after a power cut."""
    path.write_bytes(bytes(path.stat().st_size))


@pytest.mark.parametrize("command", ["run", "check"])
@pytest.mark.parametrize(
    ("make", "code"),
    [
        (_foreign, 2),
        (_foreign_wal, 2),
        (_foreign_empty, 2),
        (_newer, 2),
        (_unreleased, 2),
        (_text, 4),
        (_short_text, 4),
        *((_cut_to(size), 4) for size in (10, 100, 1_000, 4_096, 8_192, 20_000, 40_960)),
        (_zeros, 4),
    ],
)
def test_it_is_left_as_it_is(
    make: Callable[[Path], None], code: int, command: str, starts: Starts, workshop: Path
) -> None:
    scene = starts.later.scene.copy(workshop / "ledgers")
    make(scene.ledger)
    scene.ledger.chmod(0o640)
    before = scene.tree()
    ended = getattr(scene, command)(LATER, "-q")
    assert ended.code == code, ended
    assert "Traceback" not in ended.stderr
    assert "ledger.sqlite" in ended.stderr
    assert scene.tree() == before
