"""The rows of tables that a story names as its sources, as they stand there."""

from pathlib import Path

from ...base.problems import SettingsError
from ...base.specs import SPECS, own_labels
from ...base.tables import Row, row_at
from ...settings import Settings

_OURS = "specs/"


def rule_row(settings: Settings, place: str) -> Row | None:
    """The row at a place as steps name it: ``specs/zorg1/vgz.csv:12``, or one of the practice's own agreements or
    tariffs. None for what is no row of a table of rules, such as one of the feed, or is not there any more."""
    file, _, line = place.rpartition(":")
    if not line.isdecimal():
        return None
    own = {**own_labels(settings.overlays)}
    if settings.tariffs_path is not None:
        own[settings.tariffs_path.name] = settings.tariffs_path
    path = SPECS / Path(file.removeprefix(_OURS)) if file.startswith(_OURS) else own.get(file)
    if path is None or path.suffix != ".csv":
        return None
    try:
        return row_at(path, int(line), is_sheet=file in own)
    except SettingsError:  # it changed since
        return None
