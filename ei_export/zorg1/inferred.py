"""What in a row of ``specs/zorg1/`` is our own conclusion, and not read in the Zorg1 manual
(``specs/codelists/zorg1-inferred.csv``)."""

from collections.abc import Collection, Iterable, Sequence
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.row_types import FromCell, KeyedTable, SomeWordCells, SourceCell, TextCell, UntilCell, within
from ..base.specs import SPECS
from ..base.tables import Report, Row, refuse
from ..model.names import AGREEMENT_COLUMNS
from .agreements import MOMENTS, Agreement


@frozen
class Inferred:
    """``columns`` that are inferred in the rows of an insurer, a moment and a code, each '' for any, that begin from
    ``valid_from`` up to and including ``valid_until``."""

    insurer: TextCell
    moment: TextCell
    code: TextCell
    valid_from: FromCell
    valid_until: UntilCell
    columns: SomeWordCells
    source: SourceCell

    def is_about(self, row: Agreement) -> bool:
        said = (self.insurer, row.insurer), (self.moment, row.moment), (self.code, row.code)
        return self.valid_from <= row.valid_from <= self.valid_until and all(one in ("", other) for one, other in said)


_INFERRED: Final = KeyedTable[Sequence[str], Inferred](
    "codelists/zorg1-inferred.csv", Inferred, "insurer", "moment", "code", "from"
)


def read_inferred(
    insurers: Collection[str], codes: Collection[str], specs: Path = SPECS, report: Report = refuse
) -> Sequence[Inferred]:
    """Every row. ``insurers`` and ``codes`` are those of the agreements; one that is none of them is an error, as is a
    column that they have not."""
    known = within(AGREEMENT_COLUMNS, " | ".join(AGREEMENT_COLUMNS), "columns")

    def check(row: Row) -> None:
        for column, allowed in (("insurer", insurers), ("moment", MOMENTS), ("code", codes)):
            if row[column]:
                row.choice(column, sorted(allowed))
        known(row)

    return tuple(_INFERRED.read(specs, report, check).values())


@cache
def _built_in() -> Sequence[Inferred]:
    return tuple(_INFERRED().values())


def inferred(row: Agreement) -> Sequence[str]:
    """The columns of a built-in row that are our own conclusion, in the order of the table of agreements."""
    if row.is_own:
        return ()
    return _in_order(column for each in _built_in() if each.is_about(row) for column in each.columns)


def _in_order(columns: Iterable[str]) -> Sequence[str]:
    found = set(columns)
    return tuple(column for column in AGREEMENT_COLUMNS if column in found)
