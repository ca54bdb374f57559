"""The code lists as they are shipped: what they say, and of which days."""

from collections import Counter
from datetime import date

import pytest

from ei_export.base.row_types import CERTAINTIES
from ei_export.model.codelists import (
    DCSPH,
    choices,
    codes,
    deadlines,
    diagnoses,
    eras,
    return_codes,
    standard_on,
    uzovi_numbers,
)


@pytest.mark.parametrize(
    ("code", "first", "last"),
    [
        ("001", date(1997, 1, 1), date.max),
        ("002", date(1997, 1, 1), date(2016, 12, 31)),
        ("004", date(1997, 1, 1), date(2024, 12, 31)),
        ("012", date(2018, 1, 1), date.max),
    ],
)
def test_an_indication_holds_for_its_period(code: str, first: date, last: date) -> None:
    indication = codes("COD321")[code]

    assert (indication.valid_from, indication.valid_until) == (first, last)
    assert indication.valid_on(first)
    assert indication.valid_on(last)
    assert not indication.valid_on(date(1996, 12, 31))


def test_the_lists_the_exporter_uses() -> None:
    assert {"012", "990", "073", "081"} <= codes("COD367").keys()
    assert codes("COD833").keys() == {"01", "02", "03", "04", "99"}
    assert codes("COD183").keys() == {"J", "N", "O"}
    assert codes("COD856").keys() == {"P", "T"}
    assert len(codes("COD321")) == 21
    assert codes("ZORG1-2019").keys() == {"8001", "8002", "8003"}
    assert codes("COD392")[DCSPH].certainty == "certain"
    assert codes("COD820").keys() == {"1", "2"}
    assert len(codes("COD217")) == 17
    assert {"0101", "0305", "0404", "0478"} <= codes("COD016").keys()
    with pytest.raises(KeyError):
        codes("COD999")


def test_uzovi_numbers_belong_to_contract_parties() -> None:
    found = uzovi_numbers()

    assert {number: found[number].insurer for number in ("3311", "7095", "0101", "9664", "3332", "3343")} == {
        "3311": "Zilveren Kruis",
        "7095": "VGZ",
        "0101": "VGZ",
        "9664": "CZ",
        "3332": "Menzis",
        "3343": "ONVZ",
    }
    assert {uzovi.certainty for uzovi in found.values()} <= set(CERTAINTIES)


def test_dcsph_has_every_location_with_its_pathologies() -> None:
    found = diagnoses()

    assert len(found) == 4824
    assert Counter(diagnosis.is_open for diagnosis in found.values()) == {True: 1492, False: 3332}
    knee = found["7023"]
    assert (knee.pathology, knee.status, knee.side_required) == ("Artrose", "open", True)
    assert (knee.indications, knee.indications_under_18) == (("009", "012"), ("003", "009"))
    assert not found["3426"].side_required
    assert found.keys().isdisjoint(codes("ZORG1-2019"))


def test_indications_of_diagnoses_exist() -> None:
    named = {code for found in diagnoses().values() for code in (*found.indications, *found.indications_under_18)}

    assert named <= codes("COD321").keys()


@pytest.mark.parametrize(
    ("day", "standard"),
    [
        (date(2019, 1, 1), "PM304 3.2"),
        (date(2024, 12, 31), "PM304 3.2"),
        (date(2025, 1, 1), "GDS801 2.0"),
        (date.max, "GDS801 2.0"),
    ],
)
def test_the_date_of_the_care_decides_the_standard(day: date, standard: str) -> None:
    assert standard_on(day).standard == standard
    assert len(eras()) == 2


def test_deadlines_choices_and_return_codes() -> None:
    assert {of: deadline.months for of, deadline in deadlines().items()} == {
        ("VGZ", "care"): 12,
        ("Zilveren Kruis", "care"): 6,
        ("Zilveren Kruis", "refusal"): 3,
    }
    assert (choices()["diagnosis_element"].value, choices()["diagnosis_element"].alternatives) == ("0414", ("0418",))
    assert choices()["charset"].value == "iso-8859-1"
    assert return_codes()["0586"].text == "Declaratie is te laat ingediend."
    assert return_codes()["0586"].level == "D"
