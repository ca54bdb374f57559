"""A practice that begins with its own export: settings of its own, nothing made up, every run a test."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from ei_export.base.problems import InputError, SettingsError
from ei_export.base.specs import STARTER
from ei_export.commands.setup.begin import begin, begin_with
from ei_export.commands.setup.guessing import uzovi_guess
from ei_export.commands.setup.holdings import holdings
from ei_export.settings import load
from ei_export.zorg1.tariffs import Tariffs
from tests.support.demo import DEMO

from .conftest import NOW

PRACTICE = {"practice.name": 'De "Brug"', "practice.practice_agb": "04012345", "practice.provider_agb": "04098765"}


def test_a_starter_folder_runs_as_it_is(tmp_path: Path) -> None:
    made = begin(tmp_path / "praktijk")
    assert {path.name for path in made} == {"appointments.csv", "ei-export.toml", "tariffs.csv"}
    with pytest.raises(SettingsError):
        begin(tmp_path / "praktijk")


def test_settings_for_an_export(tmp_path: Path) -> None:
    export = shutil.copy(DEMO / "afspraken.csv", tmp_path)
    config = begin_with(tmp_path / "ei-export.toml", Path(export), PRACTICE)
    found = load(config)
    assert (found.practice.name, found.input.path.name, found.output.test) == ('De "Brug"', "afspraken.csv", True)
    assert (found.codes, found.contracts, Tariffs.load(found.tariffs_path).rows) == ({}, (), ())
    demo = load(DEMO / "ei-export.toml").input.columns
    assert {ours: theirs.casefold() for ours, theirs in demo.items() if theirs.casefold() != ours} == {
        ours: theirs.casefold() for ours, theirs in found.input.columns.items()
    }
    assert holdings(found, NOW.date()).missing == ()
    assert "verzonnen" in (STARTER / "ei-export.toml").read_text("utf-8")
    assert "verzonnen" not in config.read_text("utf-8")
    with pytest.raises(SettingsError):
        begin_with(config, Path(export), PRACTICE)


def test_what_is_refused_leaves_nothing(tmp_path: Path) -> None:
    export = tmp_path / "export.csv"
    export.write_bytes((DEMO / "afspraken.csv").read_bytes())
    with pytest.raises(SettingsError):
        begin_with(tmp_path / "ei-export.toml", export, {**PRACTICE, "practice.practice_agb": "1"})
    with pytest.raises(InputError):
        begin_with(tmp_path / "ei-export.toml", tmp_path / "weg.csv", PRACTICE)
    assert [*tmp_path.iterdir()] == [export]


@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("fbto", "3351"),
        ("UNIVÉ", "0101"),
        ("Zilveren Kruis", "3311"),
        ("CZ", ""),
        ("Avéro Achmea", ""),
        ("Niemand", ""),
    ],
)
def test_a_name_may_stand_for_the_number_of_one_insurer(name: str, number: str) -> None:
    """Not where two have it, nor where the number ended."""
    assert uzovi_guess(name, date(2024, 1, 15)) == number
