"""What instruments are called: whatever a practice writes, one name for each (``specs/zorg1-instruments.csv``)."""

from collections.abc import Collection, Iterable
from functools import cache
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.row_types import CertaintyCell, KeyedTable, RequiredCell, SourceCell
from ..base.specs import SPECS
from ..base.tables import Report, Row, refuse
from ..model.names import Spelling, folded


@frozen
class OtherName:
    """Another ``name`` of an ``instrument``."""

    name: RequiredCell
    instrument: RequiredCell
    source: SourceCell
    certainty: CertaintyCell


_NAMES: Final = KeyedTable[str, OtherName]("zorg1-instruments.csv", OtherName, "name")


def instrument_names(instruments: Iterable[str] = ()) -> Spelling:
    """Every name of these instruments, and of all that have another one."""
    others = {row.name: row.instrument for row in _NAMES().values()}
    return Spelling.of((*instruments, *others.values()), others)


@cache
def other_names() -> Spelling:
    """The names of the instruments that have another one."""
    return instrument_names()


def read_other_names(known: Collection[str], specs: Path = SPECS, report: Report = refuse) -> None:
    """Reads the other names; each is to be that of a ``known`` instrument, and no name of one, in whatever case."""
    seen = {folded(instrument): instrument for instrument in known}

    def check(row: Row) -> None:
        row.choice("instrument", sorted(known))
        if seen.setdefault(folded(row["name"]), row["instrument"]) != row["instrument"]:
            raise row.error("name", "a name of one instrument")

    _NAMES.read(specs, report, check)
