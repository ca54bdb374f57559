"""What stands decides: products of TKP and THP, and starts, that were refused, credited or withdrawn since."""

from collections.abc import Callable
from typing import Final

import pytest

from tests.support.clerk import Clerk
from tests.support.feeds import CONTRACTS, Cells, Result, visit


def knee(ident: str, day: str, code: str, number: str = "", **cells: str) -> Cells:
    diagnosis = "7022" if code == "940183" else "7001"
    indication = "001" if code == "940187" else "009"
    more = {"insurer": "Menzis", "diagnosis": diagnosis, "indication_code": indication, **cells}
    return visit(ident, day, code, number, **more)


FIRST: Final = knee("A1", "2021-05-03", "940184")
SECOND: Final = knee("A2", "2021-06-01", "940186")


def stays(clerk: Clerk, result: Result) -> None:
    pass


def refused(clerk: Clerk, result: Result) -> None:
    clerk.is_refused(result, "A1")


def credited(clerk: Clerk, result: Result) -> None:
    clerk.asks("credit", clerk.reference("A1"))


def withdrawn(clerk: Clerk, result: Result) -> None:
    assert clerk.undoes("R000001") == 0


def refused_in_part(clerk: Clerk, result: Result) -> None:
    clerk.is_refused(result, "A1", granted=100)


@pytest.mark.parametrize("number", ["", "T1"])
@pytest.mark.parametrize(
    ("event", "is_held"),
    [(stays, True), (refused_in_part, True), (refused, False), (credited, False)],
)
def test_only_what_stands_blocks_another_profile(
    clerk: Clerk, event: Callable[[Clerk, Result], None], is_held: bool, number: str
) -> None:
    first = clerk.clinic.feed([FIRST | {"trajectory_id": number}]).run()
    assert first.lines == {"A1": ("F1022", 5)}
    event(clerk, first)
    second = clerk.clinic.feed([SECOND | {"trajectory_id": number}]).run()
    assert second.lines == ({} if is_held else {"A2": ("F1024", 20)})
    twice = [problem for problem in second.problems if problem["code"] == "PRODUCT_TWICE"]
    assert [problem["appointment_id"] for problem in twice] == ["A2"] * is_held
    assert all("A1" in problem["message"] and "940184" in problem["message"] for problem in twice)


def test_what_was_withdrawn_goes_again_before_a_second(clerk: Clerk) -> None:
    """It is due again, and dated first."""
    withdrawn(clerk, clerk.clinic.feed([FIRST]).run())
    again = clerk.clinic.feed([SECOND]).run()
    assert again.lines == {"A1": ("F1022", 5)}
    assert ("PRODUCT_TWICE", "A2", "code") in again.found("error")


def test_what_stands_goes_before_what_is_dated_earlier(clerk: Clerk) -> None:
    clerk.clinic.feed([SECOND]).run()
    late = clerk.clinic.feed([FIRST]).run()
    assert late.lines == {}
    assert late.found("error") == [("PRODUCT_TWICE", "A1", "code")]
    taken_away = clerk.clinic.feed([FIRST | {"status": "no-show"}]).run()
    assert taken_away.found("error") == []


def test_another_number_is_another_knee_and_none_could_be_either(clerk: Clerk) -> None:
    clerk.clinic.feed([FIRST | {"trajectory_id": "T1"}]).run()
    other = clerk.clinic.feed([SECOND | {"trajectory_id": "T2"}]).run()
    assert other.lines == {"A2": ("F1024", 20)}
    bv = knee("A3", "2021-06-02", "940187", "T2")
    unknown = knee("A4", "2021-06-03", "940185")
    last = clerk.clinic.feed([bv, unknown]).run()
    assert last.lines == {"A3": ("F1018", 1)}
    assert last.found("error") == [("PRODUCT_TWICE", "A4", "code")]


START: Final = visit("A1", "2021-03-01", "940156", "T1", diagnosis="3026", insurer="CZ")
END: Final = visit("A3", "2021-03-22", "940157", "T1", diagnosis="3026", insurer="CZ")


@pytest.mark.parametrize(
    ("event", "is_told"), [(stays, False), (refused_in_part, False), (refused, True), (credited, True)]
)
def test_an_end_whose_start_does_not_stand(clerk: Clerk, event: Callable[[Clerk, Result], None], is_told: bool) -> None:
    event(clerk, clerk.clinic.feed([START]).run())
    result = clerk.clinic.feed([END]).run()
    assert result.lines == {"A3": ("F1041", 1)}
    told = [problem for problem in result.problems if problem["code"] == "END_START_NOT_DECLARED"]
    assert [problem["appointment_id"] for problem in told] == ["A3"] * is_told
    again = clerk.clinic.feed([END]).run()
    assert "END_START_NOT_DECLARED" not in again.codes


def test_a_warning_about_the_start_may_hold_the_end(clerk: Clerk) -> None:
    clerk.clinic.configure(contracts=f'{CONTRACTS}[severity]\nEND_START_NOT_DECLARED = "error"\n')
    held = clerk.clinic.feed([START | {"diagnosis_code": ""}, END]).run()
    assert held.lines == {}
    assert ("END_START_NOT_DECLARED", "A3", "") in held.found("error")
    released = clerk.clinic.feed([START]).run()
    assert released.lines == {"A1": ("F1041", 1), "A3": ("F1041", 1)}


@pytest.mark.parametrize(("link", "units"), [("940135", 3), ("-", 2)])
def test_what_is_linked_later(clerk: Clerk, link: str, units: int) -> None:
    """Also where the feed doesn't bring it again."""
    days = [("A1", "01", "01"), ("A2", "O11", "08"), ("A3", "011", "15"), ("A4", "0111", "22")]
    for ident, code, day in days:
        held = clerk.clinic.feed([visit(ident, f"2021-03-{day}", code, insurer="CZ")]).run()
    assert held.found("error") == [("COUNT_UNCERTAIN", "A4", "")]
    assert "A2" in next(problem["message"] for problem in held.problems if problem["code"] == "COUNT_UNCERTAIN")
    clerk.clinic.configure(codes=f'"O11" = "{link}"')
    assert clerk.clinic.feed([]).run().lines == {"A4": ("F1013", units)}


COURSE_OF_ZILVEREN_KRUIS: Final = [
    visit("A1", "2021-03-01", "940150", insurer="Zilveren Kruis"),
    visit("A2", "2021-03-08", "011", insurer="Zilveren Kruis"),
]
COURSE: Final = [
    visit("A1", "2021-03-01", "940131", "T1"),
    visit("A2", "2021-03-08", "940135", "T1", diagnosis="4126"),
    visit("A3", "2021-02-08", "940135", "T1"),
    visit("A4", "2021-03-09", "O11"),
    visit("A5", "2021-03-22", "940134", "T1"),
]


@pytest.mark.parametrize(
    ("rows", "ident", "told"),
    [
        ([FIRST, SECOND], "A2", "there is 940184 of 2021-05-03 already, appointment A1"),
        ([FIRST, knee("A2", "2021-05-10", "940135")], "A2", "contact: registered, number is fixed"),
        (COURSE_OF_ZILVEREN_KRUIS, "A2", "knows a contact of profile 3 as 940155; so 940135 goes as 940155"),
        (COURSE, "A2", "contact with a diagnosis of another program: does not count"),
        (COURSE, "A3", "contact of before the start: does not count"),
        (COURSE, "A4", "O11, not linked: perhaps it counts"),
        (COURSE, "A5", "A2, A3, A4"),
        ([START | {"diagnosis_code": ""}, END], "A3", "the start of 2021-03-01 (appointment A1) was not declared"),
        ([visit("A1", "2021-05-03", "940174", diagnosis="6223")], "A1", "P1/VGZ/artrose heup, profile 1"),
    ],
)
def test_explain_tells_it(clerk: Clerk, rows: list[Cells], ident: str, told: str) -> None:
    """Before the run and after it."""
    clerk.clinic.feed(rows)
    for _ in range(2):
        _, text = clerk.gives("explain", ident, "--lang", "en")
        document = clerk.parsed(text)
        said = [step["text"] for step in document["steps"]] + [problem["message"] for problem in document["problems"]]
        assert any(told in sentence for sentence in said), said
        if told.startswith("the start"):
            break
        clerk.clinic.run()
