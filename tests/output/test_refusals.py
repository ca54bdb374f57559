"""What a refusal is told as."""

import csv
import re
from collections import defaultdict
from pathlib import Path

import pytest

from ei_export.base.problems import LANGUAGES, Language
from ei_export.base.specs import SPECS
from ei_export.base.wording import naming
from ei_export.model.codelists import remedies, remedy, return_codes
from ei_export.model.columns import COLUMNS
from ei_export.output.refusals import reasons, worded


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


def rows_of(table: Path) -> list[dict[str, str]]:
    with table.open(encoding="utf-8", newline="") as file:
        return [*csv.DictReader(file)]


def codes_of_head_or_end() -> set[str]:
    """Return codes of controls of elements that stand at the head or the end of a declaration, and nowhere else."""
    places: defaultdict[str, set[str]] = defaultdict(set)
    for name in ("pm304-3.2", "pm304-3.2-relations"):
        for row in rows_of(SPECS / "checks" / f"{name}.csv"):
            places[row["return_code"]].add(row["element"][:2])
    for row in rows_of(SPECS / "gds801" / "rules.csv"):
        if row["message"] == "573":
            for code in row["return_codes"].split():
                places[code].add(row["class"].split("/")[0])
    around = {"01", "99", "Header", "DeclaratieContext", "Overzicht"}
    return {code for code, found in places.items() if found <= around and code in return_codes()}


def test_each_code_of_the_head_or_the_end_of_a_file_says_what_is_wrong_there() -> None:
    codes = codes_of_head_or_end()
    assert len(codes) > 40
    told = {code: dict(reasons([code], whole=True))[code] for code in codes}
    assert {code for code, found in told.items() if found.code != code} == set()
    meanings = [found.meaning["nl"] for found in told.values()]
    assert len({*meanings}) == len(meanings), "each says which field it is"


@pytest.mark.parametrize("language", LANGUAGES)
def test_of_a_whole_file_nothing_is_said_as_if_one_line_were_meant(language: Language) -> None:
    places = {"insurer": "CZ", "by": "VECOZO", "invoice": "1", "codes": "8007"}
    for code in {*return_codes(), "9999", ""} - {"8096"}:  # which stands with lines, and beside another of the whole
        for _, found in reasons([code] if code else [], whole=True):
            said = " ".join(worded(text, places, language) for text in (found.meaning, found.remedy))
            assert not re.search(r"deze regel|deze patiënt|this line|this patient", said), code


@pytest.mark.parametrize("code", ["8007", "0435", "0611", "0316"])
def test_a_code_about_lines_is_not_told_as_one_of_the_head(code: str) -> None:
    (found,) = (remedy for _, remedy in reasons([code], whole=True))
    assert found.meaning["nl"].startswith("Zo is het bij een of meer regels of patiënten in dit bestand")
    assert "kop" not in found.meaning["nl"]
