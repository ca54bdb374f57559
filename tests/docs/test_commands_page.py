"""The page of commands says what the commands say."""

from pathlib import Path

from tools.commands_page import commands_page

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
ANEW = "python -m tools.commands_page > docs/commands.md"


def test_commands_page_is_made_from_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == commands_page(), f"make it anew: {ANEW}"
