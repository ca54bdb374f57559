"""The Herdeclaratiecode (COD651) of a line: ``specs/gds801/redeclaration.csv``, by what became of it before."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, get_args

from attrs import frozen

from ...base.row_types import CERTAINTIES
from ...base.specs import SPECS
from ...base.tables import Report, Row, parse_table, refuse, source
from ...model.codelists import codes
from ..standard import Became
from .tree import FOLDER

_BECAME: Final = get_args(Became)
_ANY: Final = "*"


@frozen
class Redeclaration:
    """The ``code`` of a line by what became of it ``here``, with the insurer that gets it now, and ``elsewhere``."""

    code: str
    here: str
    elsewhere: str


def read_redeclarations(specs: Path = SPECS, report: Report = refuse) -> Sequence[Redeclaration]:
    """Every row. Errors go to ``report``."""

    def parse(row: Row) -> Redeclaration:
        row.choice("certainty", CERTAINTIES)
        source(row)
        elsewhere = row.choice("elsewhere", (*_BECAME, _ANY))
        return Redeclaration(row.choice("code", tuple(codes("COD651"))), row.choice("here", _BECAME), elsewhere)

    return parse_table(specs / FOLDER / "redeclaration.csv", _COLUMNS, parse, report)


_COLUMNS: Final = ("code", "here", "elsewhere", "certainty", "source")


@cache
def redeclaration_code(here: Became = "", elsewhere: Became = "") -> str:
    """The code of a line by what became of it before; without arguments that of a first declaration."""
    rows = read_redeclarations()
    return next(row.code for row in rows if row.here == here and row.elsewhere in (elsewhere, _ANY))
