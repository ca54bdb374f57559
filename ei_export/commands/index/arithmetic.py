"""The two public formulas of the treatment index, and intervals around them. Nothing here knows of lines or tables.

CZ describes an index by patients: of each group of patients the mean of the practice over that of all others, and
these weighed by the patients. The report of Equalis and Talma describes the observed number of treatments over the
number that is expected by the mix of patients. They differ wherever groups do. Which of them Vektis takes, no text says
that we found; both are shown.

How Vektis makes its confidence interval isn't published. Here it is that of 95 % by the differences between the
patients of the practice: of the first formula, which is the mean of the ratios of patients, the usual one of a mean; of
the second that of a ratio of two sums (Cochran, Sampling Techniques, 1977, chapter 6). Reference means are taken as
exact.
"""

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from math import fsum, sqrt
from typing import Final

from attrs import frozen

#: How many standard errors an interval of 95 % has on each side, of a normal distribution.
_ERRORS: Final = 1.959964
#: An index of a practice that is as all others.
_WHOLE: Final = 100


@frozen
class Group:
    """Patients that are alike to the index: of each how many treatments (at least 1), and the ``mean`` of treatments
    that others give such a patient."""

    treatments: Sequence[int]
    mean: Fraction

    @property
    def ratios(self) -> Sequence[Fraction]:
        """Of each patient the treatments over those that others give."""
        return [count / self.mean for count in self.treatments]


@frozen
class Interval:
    """From ``lower`` to ``upper``, in tenths of the index."""

    lower: int
    upper: int


@frozen
class IndexValue:
    """What a formula gives, in tenths: 896 is an index of 89.6. Without an interval where there is one patient only."""

    index: int
    interval: Interval | None


def weighted(groups: Sequence[Group]) -> IndexValue:
    """The sub-indices of groups, weighed by their patients. Raises ValueError where there is no patient."""
    ratios = [ratio for group in groups for ratio in group.ratios]
    if not ratios:
        raise ValueError("an index is of at least one patient")
    index = sum(ratios, Fraction()) / len(ratios)
    squares = fsum((float(ratio) - float(index)) ** 2 for ratio in ratios)
    count = len(ratios)
    return _outcome(index, sqrt(squares / (count - 1) / count) if count > 1 else None)


def expected(groups: Sequence[Group]) -> IndexValue:
    """All treatments over those that others give such patients. Raises ValueError where there is no patient."""
    patients = [(count, group.mean) for group in groups for count in group.treatments]
    if not patients:
        raise ValueError("an index is of at least one patient")
    due = sum((mean for _, mean in patients), Fraction())
    index = sum(count for count, _ in patients) / due
    squares = fsum((count - float(index) * float(mean)) ** 2 for count, mean in patients)
    count = len(patients)
    return _outcome(index, sqrt(squares * count / (count - 1)) / float(due) if count > 1 else None)


def sub_index(treatments: int, patients: int, mean: Fraction) -> int:
    """The mean of a group, of at least one patient, over that of others, in tenths."""
    return tenths(_WHOLE * Fraction(treatments, patients) / mean)


def tenths(value: Fraction) -> int:
    """A number in tenths, half of one away from zero."""
    exact = Decimal(value.numerator * 10) / Decimal(value.denominator)
    return int(exact.quantize(Decimal(1), ROUND_HALF_UP))


def _outcome(index: Fraction, error: float | None) -> IndexValue:
    of_whole = float(index) * _WHOLE
    if error is None:
        return IndexValue(tenths(index * _WHOLE), None)
    wide = error * _WHOLE * _ERRORS
    lower, upper = (tenths(Fraction(end)) for end in (max(of_whole - wide, 0.0), of_whole + wide))
    return IndexValue(tenths(index * _WHOLE), Interval(lower, upper))
