"""What makes a number a BSN."""

from hypothesis import given
from hypothesis import strategies as st
from stdnum.nl import bsn

from ei_export.model.declaration import passes_11_test


@given(st.from_regex(r"[0-9]{9}", fullmatch=True))
def test_the_11_test_is_that_of_others(digits: str) -> None:
    assert passes_11_test(digits) == (bsn.checksum(digits) == 0)


@given(st.integers(0, 10**8 - 1))
def test_one_last_digit_at_most_passes(first: int) -> None:
    assert sum(passes_11_test(f"{first:08}{last}") for last in range(10)) <= 1
