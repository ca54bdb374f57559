"""Declarations in XML that a receiver refuses or warns of: each file of ``judge/`` through ``ei-export verify``."""

import csv

import pytest

from tests.border.test_flat_judge import JUDGE, verified

#: What is asked of every message of products that have one price.
PRICE = "VERIFY_NUMBER_TIMES_TARIFF"


def cases() -> list[dict[str, str]]:
    with (JUDGE / "xml.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("case", cases(), ids=lambda case: case["file"])
def test_a_message_is_judged_as_its_receiver_would(case: dict[str, str]) -> None:
    code, file = verified(JUDGE / case["file"], case["today"])
    assert [p["code"] for p in file["problems"]].count(PRICE) == 1
    about = [p for p in file["problems"] if p["element"] in case["elements"].split()]
    severity = "error" if case["want"] == "refuse" else "warning"
    assert (code, {p["severity"] for p in about}) == (int(case["want"] == "refuse"), {severity})
    assert {p["return_code"] for p in about} & set(case["codes"].split() or [""])
    assert all(p["code"] == PRICE for p in file["problems"] if p not in about)
    assert all(p["message"] and p["remedy"] for p in about)


def test_the_name_of_an_element_is_said_once() -> None:
    _, file = verified(JUDGE / "G08-diagnosis-unknown-1.xml", "2026-07-20")
    said = {p["code"]: p["message"] for p in file["problems"]}
    assert said["VERIFY_DIAGNOSIS"].startswith("Diagnosecode is 9999")
    assert said[PRICE] == "BerekendBedragInclBtw is niet 3 × TariefInclBtw."
