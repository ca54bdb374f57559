"""The formulas of the index, by the worked example and by what must hold whatever the numbers are."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.commands.index.arithmetic import Group, IndexValue, Interval, expected, sub_index, tenths, weighted

A = Group([8] * 10, Fraction(6))
B = Group([6] * 30, Fraction(8))

counts = st.lists(st.integers(1, 60), min_size=1, max_size=12)
means = st.fractions(Fraction(1, 2), 40, max_denominator=10)
groups = st.lists(st.builds(Group, counts, means), min_size=1, max_size=4)


def test_the_worked_example() -> None:
    assert weighted([A, B]).index == 896
    assert expected([A, B]).index == 867
    assert (sub_index(80, 10, A.mean), sub_index(180, 30, B.mean)) == (1333, 750)


def test_the_intervals_of_the_worked_example() -> None:
    # s of ten 4/3 and thirty 3/4 is 0.25581; residuals 8 - 6R and 6 - 8R with R = 13/15 are 2.8 and -14/15
    assert weighted([A, B]).interval == Interval(817, 975)
    assert expected([A, B]).interval == Interval(799, 934)


def test_one_patient_has_no_interval() -> None:
    alone = [Group([3], Fraction(4))]
    assert weighted(alone) == expected(alone) == IndexValue(750, None)


@pytest.mark.parametrize("formula", [weighted, expected])
def test_nobody_has_no_index(formula: object) -> None:
    with pytest.raises(ValueError, match="at least one patient"):
        formula([])  # type: ignore[operator]


@settings(deadline=None)
@given(groups)
def test_a_practice_that_is_as_all_others_has_100(drawn: list[Group]) -> None:
    same = [Group(group.treatments, Fraction(sum(group.treatments), len(group.treatments))) for group in drawn]
    assert weighted(same).index == expected(same).index == 1000


@settings(deadline=None)
@given(groups)
def test_an_interval_is_around_its_index(drawn: list[Group]) -> None:
    for outcome in (weighted(drawn), expected(drawn)):
        if outcome.interval is not None:
            assert 0 <= outcome.interval.lower <= outcome.index <= outcome.interval.upper


@settings(deadline=None)
@given(groups, st.randoms())
def test_no_order_matters(drawn: list[Group], random: object) -> None:
    shuffled = [Group(sorted(group.treatments), group.mean) for group in drawn]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert (weighted(shuffled), expected(shuffled)) == (weighted(drawn), expected(drawn))


@settings(deadline=None)
@given(counts, means)
def test_in_one_group_both_formulas_are_the_same(treatments: list[int], mean: Fraction) -> None:
    one = [Group(treatments, mean)]
    assert weighted(one).index == expected(one).index == sub_index(sum(treatments), len(treatments), mean)


@settings(deadline=None)
@given(groups)
def test_twice_the_treatments_are_twice_the_index(drawn: list[Group]) -> None:
    twice = [Group([2 * count for count in group.treatments], group.mean) for group in drawn]
    for formula in (weighted, expected):
        assert abs(formula(twice).index - 2 * formula(drawn).index) <= 1


def test_half_a_tenth_goes_up() -> None:
    assert (tenths(Fraction(8965, 100)), tenths(Fraction(89649, 1000))) == (897, 896)
