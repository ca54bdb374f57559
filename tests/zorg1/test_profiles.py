"""Which profile goes with a score: `ei_export.zorg1.profiles` and its table."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ei_export.base.problems import SettingsError
from ei_export.model.measurement import Measurement
from ei_export.zorg1.profiles import Profiles, is_profile_of

KNOWN = {"1", "2", "3", "2 AV"}
DAY = date(2022, 3, 1)
HEADER = "instrument;from;until;subscore_from;subscore_until;profile;source;certainty"


def of(instrument: str, score: str, subscore: str = "", own: Path | None = None) -> tuple[str, ...]:
    return Profiles.load(KNOWN, own).of(Measurement(DAY, instrument, score, subscore))


@pytest.mark.parametrize(
    ("score", "subscore", "profiles"),
    [
        ("0", "", ("1",)),
        ("3", "3", ("1",)),
        ("4", "", ("2", "3")),
        ("4", "3", ("2",)),
        ("4", "4", ("3",)),
        ("9", "5", ("3",)),
        ("10", "", ()),
        ("4", "6", ()),
        ("", "", ()),
        ("hoog", "", ()),
    ],
)
def test_start_back(score: str, subscore: str, profiles: tuple[str, ...]) -> None:
    assert of("STarT Back", score, subscore) == profiles


@pytest.mark.parametrize(
    ("score", "profile"), [("0", "1"), ("4", "1"), ("5", "2"), ("8", "2"), ("9", "3"), ("12", "3")]
)
def test_start_msk(score: str, profile: str) -> None:
    assert of("STarT MSK", score) == (profile,)


def test_an_instrument_without_a_row_says_no_profile() -> None:
    assert of("NPRS", "7") == ()


@given(score=st.integers(0, 9), subscore=st.none() | st.integers(0, 5))
def test_every_score_of_start_back_has_a_profile(score: int, subscore: int | None) -> None:
    """And only the sub score is ever missing to tell which."""
    known = of("STarT Back", str(score), "" if subscore is None else str(subscore))
    assert len(known) == 1 or (subscore is None and known == ("2", "3"))


@given(score=st.decimals(0, 12, places=1))
def test_no_score_has_two_profiles_without_a_sub_score(score: object) -> None:
    assert len(of("STarT MSK", str(score))) <= 1


def test_a_profile_of_one_insurance_is_that_profile() -> None:
    assert is_profile_of("2 AV", ("2",))
    assert is_profile_of("3 AV + BV", ("2", "3"))
    assert not is_profile_of("1", ("2", "3"))


def test_a_table_of_the_practice_takes_the_place_of_ours_by_instrument(tmp_path: Path) -> None:
    own = tmp_path / "eigen.csv"
    rows = "start back;0;5;;;1;afspraak;certain\nstart back;6;;;;2;afspraak;certain\nSPADI;50;;;;3;-;inferred\n"
    own.write_text(f"{HEADER}\n{rows}", encoding="utf-8")
    assert of("STarT Back", "5", own=own) == ("1",)
    assert of("STarT Back", "9", "5", own=own) == ("2",)
    assert of("SPADI", "50,5", own=own) == ("3",)
    assert of("STarT MSK", "9", own=own) == ("3",)


@pytest.mark.parametrize(
    ("rows", "code", "column"),
    [
        ("SPADI;0;x;;;1;-;certain", "TABLE_VALUE", "until"),
        ("SPADI;0;9;;;hoog;-;certain", "TABLE_VALUE", "profile"),
        ("SPADI;0;9;;;1;;certain", "TABLE_SOURCE", None),
        ("SPADI;0;9;;;1;-;certain\nspadi;9;;;;2;-;certain", "TABLE_OVERLAP", None),
    ],
)
def test_what_is_not_understood_in_it_is_refused(tmp_path: Path, rows: str, code: str, column: str | None) -> None:
    own = tmp_path / "eigen.csv"
    own.write_text(f"{HEADER}\n{rows}\n", encoding="utf-8")
    with pytest.raises(SettingsError) as refused:
        Profiles.load(KNOWN, own)
    assert (refused.value.code, refused.value.params.get("column")) == (code, column)
    assert str(refused.value.params["file"]).endswith("eigen.csv")
