"""What files are called that are dragged in and kept: as any computer can have it, and as nothing else is called."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ei_export.base.specs import STARTER
from ei_export.commands.setup.begin import OWN_FILES
from ei_export.desk.uploads import plain_name
from ei_export.settings import load
from tests.support.demo import DEMO
from tests.support.desk import Visitor

CONTENT = (DEMO / "afspraken.csv").read_bytes()[:2000].rpartition(b"\n")[0] + b"\n"


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Export mei", "Export mei"),
        ("Export März 2024", "Export März 2024"),
        ("Export Ma\u0308rz", "Export März"),  # as macOS has it
        ("Fysio Één – „mei” 😀", "Fysio Één – „mei” 😀"),
        ('wat: "dit"?|<\x07>', "wat- -dit"),
        ("a.b. . ", "a.b"),
        ("é" * 300, "é" * 60),
        ("", "export"),
        ("../../x", "x"),
        (".-.", "export"),
        ("a" * 59 + ".b", "a" * 59),
        *((device, "export") for device in ("CON", "nul", "Aux.tar", "com1", "LPT9.x.y", "prn.", "COM¹", "CONIN$")),
        *((no_device, no_device) for no_device in ("console", "com10", "nul1", "x.con")),
    ],
)
def test_a_name_is_one_on_any_computer(name: str, plain: str) -> None:
    assert plain_name(name, "export") == plain


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("tariffs.csv", "tariffs-2.csv"),
        ("TARIFFS.CSV", "TARIFFS-2.csv"),
        ("ei-export.csv", "ei-export.csv"),
        ("con.csv", "export.csv"),
        ("Fysio Één – „mei” 😀.csv", "Fysio Één – „mei” 😀.csv"),
    ],
)
def test_an_export_takes_no_name_of_what_the_practice_has_besides(
    tmp_path: Path, desk: Callable[..., Visitor], name: str, kept: str
) -> None:
    visitor = desk(tmp_path / "praktijk")
    who: dict[str, Any] = {"practice.practice_agb": "04012345", "practice.provider_agb": "04098765"}
    page = visitor.press(visitor.get("/"), "Beginnen", **who, export={name: CONTENT})
    assert "De instellingen zijn gemaakt." in page.text
    assert load(tmp_path / "praktijk" / "ei-export.toml").input.path.name == kept


def test_every_file_of_the_starter_is_such_a_name() -> None:
    starter = load(STARTER / "ei-export.toml")
    assert {starter.path.name, starter.ledger.path.name, str(starter.tariffs_path and starter.tariffs_path.name)} == (
        OWN_FILES
    )
