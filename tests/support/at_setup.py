"""Somebody at Inrichting: its sections, a change that is looked at and saved, one that is refused."""

from pathlib import Path
from typing import Final

from click.testing import CliRunner

from ei_export.cli import main
from tests.support.desk import Page, Visitor

LOOK: Final = "Bekijk de wijziging"
SAVE: Final = "Bewaren"


def at(visitor: Visitor, section: str = "") -> Page:
    """A section, by the end of its address."""
    page = visitor.get(f"/inrichting{section and '/'}{section}")
    assert page.status == 200, page.text
    return page


def saved(visitor: Visitor, page: Page) -> Page:
    """What comes after the look."""
    assert page.status == 200, page.text
    page = visitor.press(page, SAVE)
    assert page.status == 200, page.text
    assert "Gelukt:" in page.text
    return page


def refused(page: Page) -> bool:
    """Holds a page to telling why its form was refused, as a page like any other: a browser notes each status of an
    error, and who comes back to it sends nothing again."""
    assert (page.status, page.response.request.method) == (200, "GET")
    assert "opnieuw=" in page.path
    assert page.all("//p[@role='alert']")
    return True


def look_token(page: Page) -> str:
    """By which the first form of a page is known."""
    return str(page.tree.xpath("//input[@name='_token']/@value")[0])


def check(practice: Path, today: str = "2024-02-02") -> str:
    command = ["check", "--config", str(practice / "ei-export.toml"), "--today", today, "--lang", "nl"]
    return CliRunner().invoke(main, command).output
