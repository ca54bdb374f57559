"""The pages of ``docs/`` say what the tables say."""

from pathlib import Path

from tools.problems_page import problems_page

DOCS = Path(__file__).parents[2] / "docs"
ANEW = "python -m tools.problems_page > docs/problems.md"


def test_problems_page_is_made_from_the_catalogue() -> None:
    assert (DOCS / "problems.md").read_text(encoding="utf-8") == problems_page(), f"make it anew: {ANEW}"
