"""The reference table: which group a patient is in, and what is refused with row and column."""

from fractions import Fraction
from pathlib import Path

import pytest

from ei_export.base.problems import SettingsError
from ei_export.commands.index.care import Traits, TreatedPatient
from ei_export.commands.index.reference import ReferenceTable, read_reference
from ei_export.model.codelists import diagnoses
from tests.commands.index.practice import COLUMNS


def read(folder: Path, *rows: str, columns: str = COLUMNS, statuses: str = "") -> ReferenceTable:
    path = folder / "ref.csv"
    path.write_text("\n".join([columns, *rows, ""]), encoding="utf-8")
    other = folder / "pc4.csv"
    other.write_text(f"postcode;social_status\n{statuses}", encoding="utf-8")
    return read_reference(path, diagnoses().keys(), other if statuses else None)


def patient(condition: str = "3426", born: int | None = 1981, sex: str = "2", basis: str = "AV") -> TreatedPatient:
    return TreatedPatient(Traits(born, sex, "1234"), 5, condition, basis, "009", is_mixed=False, by_therapist={})


def group(reference: ReferenceTable, of: TreatedPatient) -> str | None:
    found = reference.group_of(of, 2021)
    return found.condition if found is not None else None


def test_a_mean_may_have_a_comma(tmp_path: Path) -> None:
    reference = read(tmp_path, ";;a;3426;;;;6,25", ";;b;3026;;;;6.25")
    assert [found.mean for found, _ in reference.groups] == [Fraction(25, 4)] * 2


def test_ages_are_those_of_the_end_of_the_year(tmp_path: Path) -> None:
    reference = read(tmp_path, "0;39;jong;;;;;5", "40;;oud;;;;;6")
    assert [group(reference, patient(born=born)) for born in (1982, 1981, 1920, None)] == ["jong", "oud", "oud", None]


def test_what_is_not_known_is_in_no_group_that_asks_for_it(tmp_path: Path) -> None:
    reference = read(tmp_path, ";;a;34??;BV;;;5", ";;b;34??;AV;1;;5", ";;c;30??;;;;5")
    assert group(reference, patient(basis="BV")) == "a"
    assert group(reference, patient(basis="")) is None
    assert group(reference, patient(sex="1")) == "b"
    assert group(reference, patient(sex="")) is None
    assert group(reference, patient("3026", sex="", basis="")) == "c"


def test_a_group_without_diagnoses_is_of_all_others(tmp_path: Path) -> None:
    reference = read(tmp_path, ";;overig;;;;;5", ";;rug;34?? 35??;;;;6")
    assert [group(reference, patient(code)) for code in ("3426", "3026", "")] == ["rug", "overig", "overig"]


def test_a_status_comes_of_the_postcode(tmp_path: Path) -> None:
    reference = read(tmp_path, ";;a;;;;hoog;5", ";;b;;;;laag;6", statuses="1234;laag\n2000;hoog\n")
    assert group(reference, patient()) == "b"


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("x;;a;;;;;5", "age_from"),
        (";200;a;;;;;5", "age_until"),
        ("50;40;a;;;;;5", "age_until"),
        (";;;;;;;5", "condition"),
        (";;a;342;;;;5", "diagnoses"),
        (";;a;0001;;;;5", "diagnoses"),
        (";;a;;ZV;;;5", "basis"),
        (";;a;;;v;;5", "sex"),
        (";;a;;;;hoog;5", "social_status"),
        (";;a;;;;;0", "mean"),
        (";;a;;;;;zes", "mean"),
        (";;a;;;;;", "mean"),
    ],
)
def test_what_is_not_understood_is_refused_with_row_and_column(tmp_path: Path, row: str, column: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, ";;b;3026;BV;1;;4", row)
    assert refused.value.code == "TABLE_VALUE"
    assert Path(str(refused.value.params["file"])).name == "ref.csv"
    assert (refused.value.params["line"], refused.value.params["column"]) == (3, column)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("0;40;a;3426;;;;5", "40;;b;34??;;;;6"),
        (";;a;;BV;;;5", ";;b;;;;;6"),
        (";;a;3426 3026;AV;1;;5", ";;b;3026;AV;;;6"),
    ],
)
def test_two_groups_that_one_patient_could_be_in_are_refused(tmp_path: Path, first: str, second: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, first, second)
    assert (refused.value.code, refused.value.params["line"]) == ("TABLE_OVERLAP", 3)


def test_a_column_more_or_less_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, columns=COLUMNS.replace(";mean", ";gemiddelde"))
    assert refused.value.code == "TABLE_COLUMNS"


def test_no_group_at_all_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path)
    assert refused.value.code == "INDEX_REFERENCE_EMPTY"


@pytest.mark.parametrize(("statuses", "code"), [("123;laag\n", "TABLE_VALUE"), ("1234;a\n1234;b\n", "TABLE_OVERLAP")])
def test_postcodes_are_told_apart(tmp_path: Path, statuses: str, code: str) -> None:
    with pytest.raises(SettingsError) as refused:
        read(tmp_path, ";;a;;;;;5", statuses=statuses)
    assert refused.value.code == code
