"""What figures are held against: what insurers promise, and what others reach."""

from typing import Annotated, Final, Literal, get_args

from attrs import frozen

from ..base.row_types import CertaintyCell, CountCell, KeyedTable, RequiredCell, SourceCell, one_of
from ..base.tables import Row


def _percent(row: Row, column: str) -> int:
    found = row.whole_number(column)
    if found > _WHOLE:
        raise row.error(column, f"1-{_WHOLE}")
    return found


_WHOLE: Final = 100
_PercentCell = Annotated[int, _percent]
#: The figures that there is a benchmark for.
Benchmarked = Literal["first_pass", "refused"]


@frozen
class Promise:
    """An insurer answers ``percent`` of what is declared within so many ``working_days`` after it was sent."""

    insurer: RequiredCell
    working_days: CountCell
    percent: _PercentCell
    source: SourceCell
    certainty: CertaintyCell


promises: Final = KeyedTable[str, Promise]("figures/promises.csv", Promise, "insurer")


@frozen
class Benchmark:
    """What others reach, and ``where``: a ``figure`` of at ``least``, or at ``most``, so many ``percent``. No norm."""

    figure: Annotated[Benchmarked, one_of(get_args(Benchmarked))]
    direction: Annotated[Literal["least", "most"], one_of(("least", "most")), "is"]
    percent: _PercentCell
    where: RequiredCell
    source: SourceCell
    certainty: CertaintyCell


benchmarks: Final = KeyedTable[str, Benchmark]("figures/benchmarks.csv", Benchmark, "figure")
