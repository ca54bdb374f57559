"""The pages of problems say what the tables say."""

from pathlib import Path

import pytest

from ei_export.base.problems import Language
from tools.problems_page import PAGES, problems_page

DOCS = Path(__file__).parents[2] / "docs"


@pytest.mark.parametrize("language", PAGES)
def test_problems_page_is_made_from_the_catalogue(language: Language) -> None:
    made = (DOCS / PAGES[language]).read_text(encoding="utf-8")
    assert made == problems_page(language), "make it anew: python -m tools.problems_page"
