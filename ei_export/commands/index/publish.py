"""An index written down: its tables, and what is kept of it for the versions to come."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from attrs import evolve

from ...output.sheets import sheet_files
from ...settings import Settings
from .index import Computed, Index
from .kept import KeptIndex, folder_of, keep
from .tables import tables

#: What the workbook is called.
_WORKBOOK = "behandelindex"


def publish(
    index: Index, settings: Settings, out: Path | None, today: date, *, xlsx: bool
) -> tuple[Index, Sequence[Path]]:
    """Writes the tables in a folder, beside the runs where none is given, and keeps the index if there is one; gives
    what is so from then on, and what was written. Raises SettingsError (what was kept is damaged), WriteError."""
    if index.computed is not None:
        kept = keep(folder_of(settings), settings.ledger.path, _kept(index, index.computed, today))
        index = evolve(index, periods=kept)
    with sheet_files(out or folder_of(settings), settings.ledger.path) as files:
        if xlsx:
            files.workbook(_WORKBOOK, today)
        for _, sheet, rows in tables(index, settings.language):
            into = files.sheet(sheet)
            for row in rows:
                into.add(row)
        written = files.paths
    return index, written


def _kept(index: Index, computed: Computed, today: date) -> KeptIndex:
    intervals = computed.weighted.interval, computed.expected.interval
    bounds = [(None, None) if each is None else (each.lower, each.upper) for each in intervals]
    return KeptIndex(
        year=index.asked.year,
        version=index.asked.version,
        computed=today.isoformat(),
        reference=index.asked.reference.name if index.asked.reference is not None else "",
        patients=index.now.patients,
        treatments=index.now.treatments,
        weighted=computed.weighted.index,
        weighted_lower=bounds[0][0],
        weighted_upper=bounds[0][1],
        expected=computed.expected.index,
        expected_lower=bounds[1][0],
        expected_upper=bounds[1][1],
    )
