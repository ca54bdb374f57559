"""The Herdeclaratiecode (COD651) of a line: ``specs/gds801/redeclaration.csv``, by what became of it before."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Final, get_args

from attrs import frozen

from ...base.row_types import CertaintyCell, KeyedTable, SourceCell, TextCell, one_of
from ...base.specs import SPECS
from ...base.tables import Report, refuse
from ...model.codelists import codes
from ..standard import Became
from .tree import FOLDER

_BECAME: Final = get_args(Became)
_ANY: Final = "*"


@frozen
class Redeclaration:
    """The ``code`` of a line by what became of it ``here``, with the insurer that gets it now, and ``elsewhere``."""

    code: TextCell
    here: Annotated[str, one_of(_BECAME)]
    elsewhere: Annotated[str, one_of((*_BECAME, _ANY))]
    certainty: CertaintyCell
    source: SourceCell


_TABLE: Final = KeyedTable[tuple[str, str], Redeclaration](
    f"{FOLDER}/redeclaration.csv", Redeclaration, "here", "elsewhere"
)


def read_redeclarations(specs: Path = SPECS, report: Report = refuse) -> Mapping[tuple[str, str], Redeclaration]:
    """Every row, by what became of the line here and elsewhere. Errors go to ``report``."""
    known = tuple(codes("COD651"))
    return _TABLE.read(specs, report, lambda row: row.choice("code", known))


@cache
def redeclaration_code(here: Became = "", elsewhere: Became = "") -> str:
    """The code of a line by what became of it before; without arguments that of a first declaration."""
    rows = read_redeclarations()
    return next(rows[key].code for key in ((here, elsewhere), (here, _ANY)) if key in rows)
