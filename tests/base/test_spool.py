"""Data that outgrows memory comes back as it was, from disk or not."""

import errno
import os
import random
from unittest import mock

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ei_export.base.spool import Batches, PairCheck, Partitions, SortedLines

LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8), max_size=40)


@given(LINES, st.integers(0, 60))
def test_sorted_lines_come_back_in_order_whatever_fits_in_memory(lines: list[str], memory: int) -> None:
    spool = SortedLines(memory)
    for line in lines:
        spool.add(line)
    assert spool.count == len(lines)
    assert list(spool) == sorted(lines)
    assert list(spool) == sorted(lines)
    spool.close()


@settings(deadline=None)
@given(st.lists(LINES, min_size=1, max_size=4), st.integers(0, 60), st.integers(1, 40))
def test_sorted_lines_of_others_come_in_between(parts: list[list[str]], memory: int, block: int) -> None:
    """Whatever is read at a time, and by two readers at once."""
    own, *others = (SortedLines(memory) for _ in parts)
    for spool, lines in zip((own, *others), parts, strict=True):
        for line in lines:
            spool.add(line)
    for other in others:
        own.adopt(other)
    expected = sorted(line for lines in parts for line in lines)
    with mock.patch.multiple("ei_export.base.spool", _MERGED=block, _LEAST_BLOCK=1):
        assert own.count == len(expected)
        assert list(zip(own, own, strict=True)) == [(line, line) for line in expected]
    own.close()


def test_a_run_that_is_cut_off_is_no_shorter_run() -> None:
    """Somebody takes the file away from under it: that is told, not declared."""
    spool = SortedLines(0)
    for line in ("one", "other"):
        spool.add(line)
    assert spool._file is not None
    spool._file._file.truncate(3)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        list(spool)
    spool.close()


@settings(deadline=None)
@given(st.lists(st.lists(st.integers(), max_size=9), min_size=1, max_size=4), st.integers(1, 3))
def test_batches_come_back_in_order_also_those_of_others(parts: list[list[int]], size: int) -> None:
    with mock.patch("ei_export.base.spool._BATCH", size):
        own, *others = (Batches[int]() for _ in parts)
        for batches, numbers in zip((own, *others), parts, strict=True):
            for number in numbers:
                batches.add(number)
        for other in others:
            own.adopt(other)
        found = sorted(number for batch in own for number in batch)
    assert found == sorted(number for numbers in parts for number in numbers)


@given(LINES, st.integers(1, 4), st.integers(0, 60))
def test_partitions_give_back_each_line_once(lines: list[str], count: int, memory: int) -> None:
    partitions = Partitions(count, memory)
    for index, line in enumerate(lines):
        partitions.held[index % count].append(line)
        partitions.grew(len(line))
    assert [list(partitions.take(index)) for index in range(count)] == [lines[index::count] for index in range(count)]


@pytest.mark.parametrize("count", [0, 1, 511, 512, 513, 100_000])
def test_keys_are_found_on_disk(count: int) -> None:
    check, other = PairCheck(), PairCheck()
    keys = [hash(str(number)) for number in range(count)]
    check.add_hashed((key, 0) for key in keys[::2])
    check.flush()
    other.add_hashed((key, 0) for key in (*keys[1::2], *keys[:3]))
    check.adopt(other)
    found = check.keys()
    assert all(key in found for key in random.Random(count).sample(keys, min(count, 2_000)))
    assert not any(hash(str(number)) in found for number in range(count, count + 2_000))


def test_a_pair_check_finds_keys_with_two_values_on_disk_and_in_memory() -> None:
    check = PairCheck()
    pairs = [(key, key % 7) for key in range(0, 400_000, 2)] + [(64, 99), (400_001, 1), (400_001, 1)]
    for index, (key, value) in enumerate(pairs):
        check.add_hashed([(key, value)])
        if index % 50_000 == 0:
            check.flush()
    assert check.conflicts() == {64: {64 % 7, 99}}
