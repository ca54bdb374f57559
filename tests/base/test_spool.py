"""Data that outgrows memory comes back as it was, from disk or not."""

from hypothesis import given
from hypothesis import strategies as st

from ei_export.base.spool import PairCheck, Partitions, SortedLines

LINES = st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\n"), max_size=8), max_size=40)


@given(LINES, st.integers(0, 60))
def test_sorted_lines_come_back_in_order_whatever_fits_in_memory(lines: list[str], memory: int) -> None:
    spool = SortedLines(memory)
    for line in lines:
        spool.add(line)
    assert spool.count == len(lines)
    assert list(spool) == sorted(lines)
    assert list(spool) == sorted(lines)
    for run in spool._runs:
        run.close()


@given(LINES, st.integers(1, 4), st.integers(0, 60))
def test_partitions_give_back_each_line_once(lines: list[str], count: int, memory: int) -> None:
    partitions = Partitions(count, memory)
    for index, line in enumerate(lines):
        partitions.held[index % count].append(line)
        partitions.grew(len(line))
    assert [list(partitions.take(index)) for index in range(count)] == [lines[index::count] for index in range(count)]


def test_a_pair_check_finds_keys_with_two_values_on_disk_and_in_memory() -> None:
    check = PairCheck()
    pairs = [(key, key % 7) for key in range(0, 400_000, 2)] + [(64, 99), (400_001, 1), (400_001, 1)]
    for index, (key, value) in enumerate(pairs):
        check.parts[key & check.mask].extend((key, value))
        if index % 50_000 == 0:
            check.flush()
    assert check.conflicts() == {64}
