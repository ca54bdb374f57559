"""The controls of PM305, as those of PM304: what the insurer added, and whether the file agrees with itself."""

from typing import Final

import pytest

from tests.support.declared import END, Change, Records, answer, changed, element_changes, file_of, judged

CHANGES: Final = element_changes("pm305", answer())


def of(*names: str, **trailer: str) -> Records:
    """Some records of the correct return, with other elements in the trailer."""
    records = {name: answer()[name] for name in names}
    for element, value in trailer.items():
        records = changed(records, "trailer", element[1:], value)
    return records


EMPTY: Final = {"_9902": "000000", "_9904": "000000", "_9905": "000000", "_9906": "0000000"}


def codes(records: Records) -> list[tuple[str, str]]:
    return [(fault.element, fault.code) for fault in judged(file_of(records))]


def test_the_correct_return_has_no_fault() -> None:
    assert codes(answer()) == []


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.name)
def test_a_change_is_caught_where_it_is_and_nothing_else_is(change: Change) -> None:
    change.check()


def test_what_is_wholly_granted_comes_back_without_details() -> None:
    granted = changed(of("header", "trailer", **EMPTY, _9909="00000052450"), "header", "0196", "8001")
    assert codes(granted) == []
    assert codes(changed(granted, "trailer", "9909", "00000052449")) == [("9909", "VERIFY_TOTAL")]
    assert codes(changed(granted, "header", "0197", "8002")) == [("0197", "VERIFY_ALL_GRANTED")]


def test_what_is_refused_as_a_file_comes_back_without_details() -> None:
    refused = changed(of("header", "trailer", **EMPTY, _9909="00000000000"), "header", "0196", "0020")
    assert codes(refused) == []
    assert codes(changed(refused, "header", "0114", "20210230")) == []  # that is what 0020 speaks of
    assert codes(changed(refused, "trailer", "9909", "00000000001")) == [("9909", "VERIFY_RETURN_TOTAL")]


@pytest.mark.parametrize(("code", "told"), [("8007", False), ("9999", False), ("8096", True), ("8001", True)])
def test_what_a_return_code_speaks_of_is_not_told_again(code: str, told: bool) -> None:
    records = changed(changed(answer(), "B3", "0408", "20210229"), "B3", "0496", code)
    assert (("0408", "VERIFY_DATE") in codes(records)) == told


def test_credits_that_come_back_count_the_other_way() -> None:
    credit = answer()
    for element in ("0430", "0433", "0482", "0484"):
        credit = changed(credit, "A2", element, "C")
    credit = changed(credit, "A2", "0435", "Q-0001")
    assert codes(changed(credit, "trailer", "9909", "00000063400")) == []


def test_a_person_may_come_back_alone_and_numbers_may_be_missing() -> None:
    alone = of("header", "A", "trailer", **EMPTY | {"_9902": "000001", "_9906": "0000001"}, _9909="00000052450")
    assert codes(alone) == []


def test_a_return_as_long_as_a_declaration_is_taken_for_one() -> None:
    record = answer()["header"][:310]
    (fault,) = judged(record + END)
    assert (fault.element, fault.found, fault.expected) == ("0102", "108", "107")
