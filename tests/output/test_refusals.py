"""What a refusal is told as."""

import re

import pytest

from ei_export.base.problems import LANGUAGES, Language
from ei_export.base.wording import naming
from ei_export.model.codelists import remedies, remedy
from ei_export.model.columns import COLUMNS
from ei_export.output.refusals import worded


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("code", "column"), [("8011", "therapist_agb"), ("0551", "authorization_number")])
def test_a_remedy_names_a_column_as_the_practice_does(code: str, column: str, language: Language) -> None:
    text, places = remedy(code).remedy, {"insurer": "CZ"}
    assert f'"{column}"' in worded(text, places, language)
    with naming({column: "Kolom {7}"}):
        assert '"Kolom {7}"' in worded(text, places, language)


def test_remedies_quote_columns_only() -> None:
    texts = [text for found in remedies().values() for text in found.remedy.values()]
    assert {name for text in texts for name in re.findall(r'\((?:kolom|column) "(\w+)"\)', text)} <= set(COLUMNS)
