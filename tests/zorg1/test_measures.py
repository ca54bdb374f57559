"""What is measured in a trajectory: `ei_export.zorg1.measures` and its table."""

from pathlib import Path

import pytest

from ei_export.base.problems import SettingsError
from ei_export.model.measurement import MEASURING_MOMENTS
from ei_export.zorg1.agreements import Agreements
from ei_export.zorg1.instruments import instrument_names
from ei_export.zorg1.measures import Measures, known_profiles

HEADER = "program;profile;moment;instrument;required;source;certainty"


@pytest.fixture(scope="module")
def known() -> dict[str, set[str]]:
    agreements = Agreements.load()
    return known_profiles(agreements, agreements.programs)


def test_the_programs_are_those_of_the_manual(known: dict[str, set[str]]) -> None:
    assert known.keys() == {"lage rug", "nek", "schouder", "artrose", "artrose knie", "artrose heup", "TKP", "THP"}
    assert known["artrose knie"] == {"1", "2", "3"}
    assert {"2", "2 AV", "2 BV"} < known["TKP"]


def test_every_program_has_the_tool_of_its_profile_at_intake(known: dict[str, set[str]]) -> None:
    measures = Measures.load(known)
    for program, profiles in known.items():
        tool = "STarT Back" if program == "lage rug" else "STarT MSK"
        for profile in profiles:
            assert tool in {name for row in measures.required(program, profile, "intake") for name in row.instruments}


def test_low_back_is_measured_by_profile(known: dict[str, set[str]]) -> None:
    measures = Measures.load(known)

    def asked(profile: str, moment: str) -> list[tuple[str, ...]]:
        (found,) = (each for each in MEASURING_MOMENTS if each == moment)
        return [row.instruments for row in measures.required("lage rug", profile, found)]

    assert asked("1", "intake") == [("STarT Back",), ("NPRS",), ("PSK",)]
    assert asked("1", "tussen") == []
    assert asked("1", "eind") == [("NPRS",), ("PSK",), ("GPE",)]
    assert asked("2", "tussen") == asked("3", "eind") == [("QBPDS", "ODI"), ("PSK",), ("NPRS",)]


def test_other_programs_ask_for_something_at_each_moment(known: dict[str, set[str]]) -> None:
    """The manual names the moments, not the instruments."""
    measures = Measures.load(known)
    for program in known.keys() - {"lage rug"}:
        for moment in MEASURING_MOMENTS:
            assert () in [row.instruments for row in measures.required(program, "2", moment)]


def test_a_table_of_the_practice_takes_the_place_of_ours_by_program(known: dict[str, set[str]], tmp_path: Path) -> None:
    own = tmp_path / "eigen.csv"
    own.write_text(f"{HEADER}\nNek;*;Intake;start msk | NDI;1;eigen afspraak;certain\n", encoding="utf-8")
    measures = Measures.load(known, own)
    (row,) = measures.of_program("nek")
    assert (row.moment, row.instruments, row.required) == ("intake", ("STarT MSK", "NDI"), True)
    assert "NDI" in measures.instruments
    assert measures.of_program("lage rug") == Measures.load(known).of_program("lage rug")


@pytest.mark.parametrize(
    ("row", "code", "column"),
    [
        ("pols;*;intake;NPRS;1;-;certain", "TABLE_VALUE", "program"),
        ("nek;9;intake;NPRS;1;-;certain", "TABLE_VALUE", "profile"),
        ("nek;*;begin;NPRS;1;-;certain", "TABLE_VALUE", "moment"),
        ("nek;*;intake;*|NPRS;1;-;certain", "TABLE_VALUE", "instrument"),
        ("nek;*;intake;NPRS;ja;-;certain", "TABLE_VALUE", "required"),
        ("nek;*;intake;NPRS;1;;certain", "TABLE_SOURCE", None),
        ("nek;*;intake;NPRS;1;-;certain\nNEK;*;intake;nprs;;-;certain", "TABLE_OVERLAP", None),
    ],
)
def test_what_is_not_understood_in_it_is_refused(
    known: dict[str, set[str]], tmp_path: Path, row: str, code: str, column: str | None
) -> None:
    own = tmp_path / "eigen.csv"
    own.write_text(f"{HEADER}\n{row}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        Measures.load(known, own)
    assert (refused.value.code, refused.value.params.get("column")) == (code, column)


@pytest.mark.parametrize("written", ["Start Back", "START BACK", "STarT Back", "start  back", "SBST", "sbst"])
def test_an_instrument_has_one_name(written: str) -> None:
    assert instrument_names().name(written) == "STarT Back"


def test_an_unknown_instrument_keeps_its_own_name(known: dict[str, set[str]]) -> None:
    names = instrument_names(Measures.load(known).instruments)
    assert names.find("Eigen vragenlijst") is None
    assert names.name("spadi") == "SPADI"
