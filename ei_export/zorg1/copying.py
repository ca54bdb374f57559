"""Agreements of a new time, to begin with: those that were in force last, dated anew; each says that it is to be
checked."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from operator import attrgetter

from attrs import evolve, field, frozen

from ..base.problems import Finding
from ..model.codelists import standard_on
from .agreements import UNCHECKED, Agreement, Agreements


@frozen
class Copy:
    """``rows`` of an insurer from ``first`` up to and including ``last``, as they were on ``taken``. ``left_out`` are
    codes that have rows in that time already, and none here; ``lists`` the performance lists that became another."""

    insurer: str
    first: date
    last: date
    taken: date
    rows: Sequence[Agreement]
    left_out: Sequence[str] = ()
    lists: Mapping[str, str] = field(factory=dict)


def copy(agreements: Agreements, insurer: str, first: date) -> Copy | None:
    """The agreements of an insurer from a day until the end of that year, as they were on the last day before it on
    which there were any; None where there were none."""
    last = date(first.year, 12, 31)
    of_insurer = [row for row in agreements if row.insurer == insurer]
    earlier = [row for row in of_insurer if row.valid_from < first]
    if not earlier:
        return None
    taken = min(max(row.valid_until for row in earlier), first - timedelta(days=1))
    in_force = sorted((row for row in earlier if row.covers(taken)), key=attrgetter("order"))
    known = {row.code for row in of_insurer if row.valid_from <= last and first <= row.valid_until}
    lists = {row.list: _list_on(row.list, taken, first) for row in in_force if row.is_sent}
    rows = [
        evolve(
            row,
            valid_from=first,
            valid_until=last,
            list=lists.get(row.list, row.list),
            source=f"{UNCHECKED}: {row.rule}; {row.source.removeprefix(f'{UNCHECKED}: ')}",
        )
        for row in in_force
        if row.code not in known
    ]
    left_out = [row.code for row in in_force if row.code in known]
    return Copy(insurer, first, last, taken, rows, left_out, {old: new for old, new in lists.items() if old != new})


def _list_on(performance_list: str, before: date, day: date) -> str:
    """The list that is on a day what a list was before, by its place in ``specs/standards.csv``; itself where that has
    none."""
    old, new = standard_on(before).lists, standard_on(day).lists
    return dict(zip(old, new, strict=False)).get(performance_list, performance_list)


def unchecked(agreements: Agreements) -> Iterator[Finding]:
    """The rows that were copied from another time and that nobody has looked at since, by the files they are in."""
    files = Counter(row.rule.rpartition(":")[0] for row in agreements if row.is_unchecked)
    if files:
        yield told_unchecked(files.total(), sorted(files))


def told_unchecked(count: int, files: Sequence[str]) -> Finding:
    """So many rows of these files are to be checked."""
    return Finding("AGREEMENTS_UNCHECKED", "", {"count": count, "files": ", ".join(files), "mark": UNCHECKED})
