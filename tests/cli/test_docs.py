"""The page of commands says what the commands say."""

from pathlib import Path

from ei_export.cli.docs import commands_page

PAGE = Path(__file__).parents[2] / "docs" / "commands.md"
ANEW = 'python -c "from ei_export.cli import docs; print(docs.commands_page(), end=str())" > docs/commands.md'


def test_commands_page_is_made_from_the_commands() -> None:
    assert PAGE.read_text(encoding="utf-8") == commands_page(), f"make it anew: {ANEW}"
