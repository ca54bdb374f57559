"""Cells of SQLite as a person would have typed them."""

import sqlite3
from pathlib import Path

import pytest

from ei_export.base.spool import UNIT
from ei_export.intake import open_feed
from ei_export.intake.feed import NEWLINE
from ei_export.model.columns import REQUIRED
from ei_export.settings import InputSettings

COLUMNS = sorted(REQUIRED)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, ""),
        (7095, "7095"),
        (7095.0, "7095"),
        (0.5, "0.5"),
        (1e20, "100000000000000000000"),
        ("0101", "0101"),
        ("Müller", "Müller"),
        (b"M\xc3\xbcller", "Müller"),
        (b"M\xfcller", "M\ufffdller"),
        ("a\nb", f"a{NEWLINE}b"),
        ("a\x00b\x1db\x1eb\x1fb", "a\ufffdb\ufffdb\ufffdb\ufffdb"),
    ],
)
def test_a_value_becomes_the_text_of_a_cell(value: object, text: str, tmp_path: Path) -> None:
    path = tmp_path / "feed.db"
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE visits ({', '.join(COLUMNS)})")
    connection.execute(f"INSERT INTO visits ({COLUMNS[0]}) VALUES (?)", [value])
    connection.commit()
    connection.close()
    source = open_feed(path, InputSettings(path, "", "", "auto", {}, frozenset()))
    ((body,),) = source.bodies()
    assert body == UNIT + UNIT.join([text, *[""] * (len(COLUMNS) - 1)])
    assert source.first_row == 1


def test_text_that_is_no_utf_8_does_not_stop_the_feed(tmp_path: Path) -> None:
    path = tmp_path / "feed.db"
    connection = sqlite3.connect(path)
    connection.execute(f"CREATE TABLE visits ({', '.join(COLUMNS)})")
    connection.execute(f"INSERT INTO visits ({COLUMNS[0]}) VALUES (CAST(x'4dfc' AS TEXT))")
    connection.commit()
    connection.close()
    source = open_feed(path, InputSettings(path, "", "", "auto", {}, frozenset()))
    ((body,),) = source.bodies()
    assert body.startswith(f"{UNIT}M\ufffd")
