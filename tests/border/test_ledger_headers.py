"""A credit goes out under the header that its debit had; a file whose total would outgrow its element is split."""

from typing import Final

import pytest

from ei_export.standards.flat.pm304 import Pm304
from tests.support.clerk import COURSE, SINGLE, START, Clerk, the
from tests.support.feeds import Clinic, tables_read_once, visit
from tests.support.receiver import take_apart

__all__ = ["tables_read_once"]

_SETTINGS: Final = 'practice_agb = "04012345"\nprovider_agb = "04098765"\n'


def header(clinic: Clinic, text: str) -> None:
    """What the settings say of who declares."""
    path = clinic.folder / "ei-export.toml"
    before, _, rest = path.read_text(encoding="utf-8").partition('name = "Fysiotherapie De Brug"\n')
    rest = rest[rest.index("[input]") :]
    path.write_text(f'{before}name = "Fysiotherapie De Brug"\n{text}{rest}', encoding="utf-8")


@pytest.mark.parametrize(
    ("other", "key"),
    [
        (_SETTINGS.replace("04012345", "04054321") + 'formerly = ["04012345"]\n', "practice_agb"),
        (_SETTINGS.replace("04098765", "04011119"), "provider_agb"),
        (_SETTINGS + 'service_bureau_agb = "98000123"\n', "service_bureau_agb"),
        (_SETTINGS + 'pay_to = "provider"\n', "pay_to"),
    ],
)
@pytest.mark.parametrize("asked", ["credit", "correct"])
def test_a_credit_waits_for_the_header_of_its_debit(
    asked: str, other: str, key: str, clinic: Clinic, clerk: Clerk
) -> None:
    clinic.feed([START]).run()
    reference = clerk.reference("A1")
    clinic.feed([START | {"diagnosis_code": "3526"} if asked == "correct" else START]).run()
    assert len(clerk.asks(asked, reference)["queued"]) == 1
    header(clinic, other)
    for _ in range(2):
        held = clinic.feed([{**START, "date": "2021-03-02"} if asked == "correct" else START, SINGLE]).run()
        (problem,) = [each for each in held.problems if each["code"] == "CREDIT_OTHER_HEADER"]
        assert key in problem["message"]
        assert (held.exit_code, held.credits) == (1, {})
        assert "A1" not in held.lines
    header(clinic, _SETTINGS)
    gone = clinic.run()
    assert [*gone.credits] == ["A1"]
    assert [*gone.lines] == (["A1"] if asked == "correct" else [])
    assert the(gone).header.values["0111"] == "04012345"


def test_what_a_program_calls_itself_is_no_other_header(clinic: Clinic, clerk: Clerk) -> None:
    clinic.feed(COURSE).run()
    clerk.asks("credit", clerk.reference("A3"))
    header(clinic, _SETTINGS + '[software]\ncode = "999801"\nversion = "2"\n')
    assert [*clinic.run().credits] == ["A3"]


def test_a_total_that_would_outgrow_its_element_is_split(clinic: Clinic) -> None:
    """9907 has 11 digits: a thousand lines of the highest amount are one too many."""
    _highest(clinic)
    persons = [_insured(n) for n in range(1_001)]
    result = clinic.feed(persons).run()
    assert result.counts == {"read": 1_001, "declared": 1_001}
    totals = [take_apart(content).cents for content in result.files.values()]
    assert sorted(totals) == [99_999_999, 1_000 * 99_999_999]
    assert [row["amount_cents"] for row in result.document["declarations"]] == [1_000 * 99_999_999, 99_999_999]


def _insured(number: int) -> dict[str, str]:
    """One of many without a BSN."""
    own = {"patient_id": f"Q{number}", "bsn": "999999999", "insured_number": f"8{number:06}"}
    return visit(f"X{number}", "2021-03-01", "940131", **{**own, "name": "Jansen"})


def _highest(clinic: Clinic) -> None:
    text = "list;insurer;code;from;until;amount\nproductafspraken Zorg1;VGZ;940131;;;999999.99\n"
    (clinic.folder / "tariffs.csv").write_text(text, encoding="utf-8")


def test_so_is_one_of_credits(clinic: Clinic, clerk: Clerk, monkeypatch: pytest.MonkeyPatch) -> None:
    """A total below zero has as many digits; persons stay whole."""
    clinic.feed([_insured(number) for number in range(6)]).run()
    for number in range(6):
        clerk.asks("credit", clerk.reference(f"X{number}"))
    cents = clerk.debits()[0]["amount_cents"]
    monkeypatch.setattr(Pm304, "most_cents", 2 * cents)
    result = clinic.run()
    assert [take_apart(content).cents for content in result.files.values()] == [-2 * cents] * 3
