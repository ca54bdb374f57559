"""Rows of tables that a story names, as they stand there."""

import os
from pathlib import Path

import pytest
from attrs import evolve

from ei_export.base.specs import SPECS, own_labels
from ei_export.commands.explain.rule_rows import rule_row
from ei_export.settings import Settings, load
from tests.support.demo import demo


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return load(demo(tmp_path_factory.mktemp("rules")) / "ei-export.toml")


def test_a_row_is_as_it_stands_in_its_file(settings: Settings) -> None:
    lines = (SPECS / "zorg1" / "vgz.csv").read_text("utf-8").splitlines()
    row = rule_row(settings, "specs/zorg1/vgz.csv:11")
    assert row is not None
    assert [*row.values] == lines[0].split(",")
    assert lines[10].startswith(",".join([*row.values.values()][:8]))
    assert settings.tariffs_path is not None
    tariff = settings.tariffs_path.read_text("utf-8-sig").splitlines()[89]
    own = rule_row(settings, f"{settings.tariffs_path.name}:90")
    assert own is not None
    assert tariff.startswith(own["list"])


def test_a_row_of_an_own_table_with_another_separator(settings: Settings, tmp_path: Path) -> None:
    own = tmp_path / "eigen.csv"
    own.write_text("sep=;\nCode;Bedrag\n940131;10,00\n", encoding="utf-8")
    row = rule_row(evolve(settings, overlays=(own,)), "eigen.csv:3")
    assert row is not None
    assert row.values == {"Code": "940131", "Bedrag": "10,00"}


def test_own_tables_are_called_by_their_place_below_what_holds_them(tmp_path: Path) -> None:
    """The same wherever that is, and however the settings are named; two of one name are told apart."""
    one, two = tmp_path / "own.csv", tmp_path / "2026" / "own.csv"
    assert own_labels([]) == {}
    assert own_labels([two]) == {"own.csv": two}
    assert own_labels([one, two]) == {"own.csv": one, "2026/own.csv": two}
    near = [Path(os.path.relpath(path)) for path in (one, two)]
    assert own_labels([near[0], two]) == {"own.csv": near[0], "2026/own.csv": two}


@pytest.mark.parametrize(
    "place",
    ["afspraken.csv:3", "specs/zorg1/vgz.csv:1", "specs/zorg1/vgz.csv:99999", "specs/zorg1/vgz.csv", "Zorg1 §4.2.1",
     "ei-export.toml [codes]", "specs/words/explain.toml:3", "specs/nergens.csv:2", ""],
)  # fmt: skip
def test_what_is_no_row_of_a_table_of_rules(settings: Settings, place: str) -> None:
    assert rule_row(settings, place) is None
