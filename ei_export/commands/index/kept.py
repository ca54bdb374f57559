"""The indices that were computed, version by version: Vektis shows a practice the last six, and so do we. They are kept
in a file beside the runs, as each was computed with the reference table of its time."""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Final

from attrs import asdict, frozen

from ...base.delivery import replacing
from ...base.problems import SettingsError
from ...settings import Settings

_FILE: Final = "behandelindex.json"
_FOLDER: Final = "behandelindex"
#: As many periods are shown (spiegelinformatiefysio.nl, FAQ), and kept.
_MOST: Final = 6


@frozen
class KeptIndex:
    """An index as it was computed: of which version of which year, on which day (YYYY-MM-DD), and with which reference
    table. Numbers are tenths; a bound is None where there was no interval."""

    year: int
    version: int
    computed: str
    reference: str
    patients: int
    treatments: int
    weighted: int
    weighted_lower: int | None
    weighted_upper: int | None
    expected: int
    expected_lower: int | None
    expected_upper: int | None

    @property
    def day(self) -> date:
        """When it was computed."""
        return date.fromisoformat(self.computed)


def folder_of(settings: Settings) -> Path:
    """Where they are kept, and tables go where nothing else was said: beside the runs."""
    return settings.output.dir / _FOLDER


def kept_indices(folder: Path) -> Sequence[KeptIndex]:
    """Those that are kept, the last version first. Raises SettingsError for a file that was damaged."""
    path = folder / _FILE
    try:
        return [_checked(KeptIndex(**each)) for each in json.loads(path.read_text(encoding="utf-8"))]
    except FileNotFoundError:
        return []
    except (OSError, ValueError, TypeError) as error:
        raise SettingsError("INDEX_KEPT_DAMAGED", path=str(path), reason=type(error).__name__) from None


def _checked(kept: KeptIndex) -> KeptIndex:
    """An index whose values are of their kinds. Raises TypeError, ValueError."""
    for name, value in asdict(kept).items():
        if not isinstance(value, str if name in ("computed", "reference") else int | None):
            raise TypeError(name)
    date.fromisoformat(kept.computed)
    return kept


def keep(folder: Path, ledger: Path, new: KeptIndex) -> Sequence[KeptIndex]:
    """Keeps an index in the place of what was kept of its version, and gives those that are kept from now on. Raises as
    `kept_indices`, and WriteError."""
    others = [each for each in kept_indices(folder) if (each.year, each.version) != (new.year, new.version)]
    found = sorted([*others, new], key=lambda each: (each.year, each.version), reverse=True)[:_MOST]
    with replacing(folder / _FILE, ledger) as file:
        file.write((json.dumps([asdict(each) for each in found], indent=1) + "\n").encode())
    return found
