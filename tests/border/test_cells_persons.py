"""Persons as practice systems export them: read, and told where something was made of it."""

import shutil
from pathlib import Path

import pytest

from ei_export.standards.flat.record import Layout
from tests.support.feeds import Clinic, visit

CASES = Path(__file__).parent


def copied(tmp_path: Path, name: str) -> Clinic:
    return Clinic(shutil.copytree(CASES / name, tmp_path / name))


def test_man_vrouw_12a(tmp_path: Path) -> None:
    result = copied(tmp_path, "man-vrouw-12a").command("check", today="2023-04-01")
    assert result.lines == {"A-11": ("F1013", 1), "A-31": ("F1013", 2)}
    assert result.found("error") == []
    assert result.found("info") == [("HOUSE_NUMBER_SPLIT", "A-11", "house_number")]


def test_ijsselmuiden(tmp_path: Path) -> None:
    result = copied(tmp_path, "ijsselmuiden-ligature").run(today="2023-04-01")
    assert result.found("warning") == [("CHARACTER_REPLACED", "A-1", "name")]
    assert "Ĳ → IJ" in result.problems[0]["message"]
    (declared,) = result.files.values()
    assert b"IJsselmuiden" in declared


def test_what_systems_write_for_a_sex_and_a_house_number(clinic: Clinic) -> None:
    wanted = {
        ("man", "12A"): ("1", "00012", "A"),
        ("VROUW", "3 bis"): ("2", "00003", "bis"),
        ("Male", "104-2"): ("1", "00104", "2"),
        ("female", "12-A/3"): ("2", "00012", "A/3"),
        ("Mannelijk", "7 hs"): ("1", "00007", "hs"),
        ("v", "9"): ("2", "00009", ""),
    }
    people = [
        visit(f"A{n}", "2021-03-01", "940131", patient=f"P{n}", sex=sex, house_number=number, house_number_suffix="")
        for n, (sex, number) in enumerate(wanted)
    ]
    result = clinic.feed(people).run()
    assert len(result.lines) == len(wanted)
    assert result.codes == ["HOUSE_NUMBER_SPLIT"]
    (declared,) = result.files.values()
    records = [record for record in declared.decode("latin-1").split("\r\n") if record.startswith("02")]
    found = map(Layout.load("pm304-3.2")["02"].unpack, records)
    written = {(person["0208"], person["0219"], person["0220"].strip()) for person in found}
    assert written == set(wanted.values())


def test_nothing_behind_a_house_number_is_lost(clinic: Clinic) -> None:
    row = visit("A1", "2021-03-01", "940131", house_number="12a", house_number_suffix="links")
    result = clinic.feed([row]).run()
    assert result.found("warning") == [("TEXT_SHORTENED", "A1", "house_number_suffix")]
    (declared,) = result.files.values()
    assert b"00012a link" in declared


@pytest.mark.parametrize("country", ["UK", "XX", "Duitsland", "NLD"])
def test_a_country_that_is_none_is_held_with_what_to_do(clinic: Clinic, country: str) -> None:
    row = visit("A1", "2021-03-01", "940131", country=country, foreign_postcode="1000")
    result = clinic.feed([row]).command("check", "--lang", "en")
    assert result.found("error") == [("COUNTRY_INVALID", "A1", "country")]
    assert f'"{country}"' in result.problems[0]["message"]
    assert "[input.values.country]" in result.problems[0]["remedy"]


def test_first_names_go_as_initials_and_are_told(clinic: Clinic) -> None:
    row = visit("A1", "2021-03-01", "940131", initials="Johannes Pieter")
    result = clinic.feed([row]).run()
    assert result.found("warning") == [("INITIALS_OF_NAMES", "A1", "initials")]
    assert not any("Johannes" in problem["message"] + problem["remedy"] for problem in result.problems)
    (declared,) = result.files.values()
    assert b"JP    " in declared
    assert b"Johannes" not in declared
