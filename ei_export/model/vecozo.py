"""What VECOZO takes in one go: ``specs/vecozo.csv``."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Final

from attrs import frozen

from ..base.problems import SettingsError
from ..base.row_types import CertaintyCell, CountCell, KeyedTable, SourceCell, one_of
from ..base.specs import SPECS, label
from ..base.tables import Report, refuse

#: How many messages fit in a zip, and how many bytes it may have.
LIMITS: Final = ("messages", "bytes")
#: The law that physiotherapy is declared under, among those of which a limit is known.
LAW: Final = "Zvw"
LAWS: Final = (LAW, "Wmo", "Jw")


@frozen
class Limit:
    """No more than ``value`` of what ``limit`` names, in a zip of declarations under a ``law``."""

    limit: Annotated[str, one_of(LIMITS)]
    law: Annotated[str, one_of(LAWS)]
    value: CountCell
    source: SourceCell
    certainty: CertaintyCell


limits: Final = KeyedTable[tuple[str, str], Limit]("vecozo.csv", Limit, "limit", "law")


def read_limits(specs: Path = SPECS, report: Report = refuse) -> Mapping[tuple[str, str], Limit]:
    """Every limit by its name and law; one of ours that is missing is an error too."""
    errors: list[SettingsError] = []
    found = limits.read(specs, errors.append)
    if not errors:  # a row that is wrong isn't missing
        place = {"file": label(specs / "vecozo.csv"), "line": 1, "column": "limit", "found": ""}
        missing = [name for name in LIMITS if (name, LAW) not in found]
        errors = [SettingsError("TABLE_VALUE", **place, expected=f"{name}, {LAW}") for name in missing]
    for error in errors:
        report(error)
    return found


def limit(name: str) -> Limit:
    """What holds for the declarations of a practice."""
    return limits()[name, LAW]
