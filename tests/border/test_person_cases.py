"""Practices in which somebody is taken for somebody else, or for nobody, each with what is right."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support.feeds import Clinic, Result

HERE = Path(__file__).parent


@pytest.fixture
def case(tmp_path: Path) -> Callable[[str], Clinic]:
    def copied(name: str) -> Clinic:
        shutil.copytree(HERE / name, tmp_path / name)
        return Clinic(tmp_path / name)

    return copied


def errors(result: Result) -> list[tuple[str, str]]:
    return [(code, appointment) for code, appointment, _ in result.found("error")]


@pytest.mark.parametrize(
    ("name", "today", "code"),
    [
        ("same-bsn-two-persons", "2023-06-01", "BSN_TWO_PERSONS"),
        ("mother-and-newborn-without-bsn", "2023-06-01", "INSURED_NUMBER_TWO_PERSONS"),
    ],
)
def test_two_persons_under_one_number(case: Callable[[str], Clinic], name: str, today: str, code: str) -> None:
    result = case(name).run(today=today)
    assert result.lines == {}
    assert {found for found, _ in errors(result)} == {code}
    assert result.counts["held"] == len(errors(result)) == 2


def test_numbers_without_their_zeros(case: Callable[[str], Clinic]) -> None:
    clinic = case("excel-drops-id-zeros-declared-twice")
    assert set(clinic.run(today="2023-04-01").lines) == {"000123", "000125"}
    shutil.copy(clinic.folder / "excel.csv", clinic.folder / "appointments.csv")
    again = clinic.run(today="2023-04-02")
    assert again.lines == {}
    assert errors(again) == [("PERFORMANCE_DECLARED", "123"), ("PERFORMANCE_DECLARED", "125")]


def test_all_that_is_wrong_at_once(case: Callable[[str], Clinic]) -> None:
    clinic = case("problems-in-stages")
    found = errors(clinic.command("check", today="2023-04-01"))
    assert found == [(code, "A-1") for code in ("BSN_INVALID", "DIAGNOSIS_WRONG", "TARIFF_MISSING")]
