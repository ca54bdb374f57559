"""The practice's own headings of the export to Zorg1, held against the columns that it may have."""

from ..base.problems import SettingsError
from ..output.codebook import Codebook, columns_with
from ..settings import Settings
from ..settings.sections import nearest
from .measures import Measures


def codebook_of(settings: Settings, measures: Measures) -> Codebook:
    """What columns are called. Raises SettingsError for a name of a column that the export can't have, and for one that
    two columns of a table would have."""
    own, known = settings.zorg1.codebook, columns_with(measures.instruments)
    codebook, path = Codebook(settings.language, own), settings.path.as_posix()
    for column in own:
        if column not in known:
            params = {"path": path, "key": f"zorg1.codebook.{column}"}
            raise SettingsError("SETTINGS_UNKNOWN_KEY", **params, expected=nearest(column, known))
    for sheet in (codebook.program_sheet("", measures.instruments), codebook.profile_sheet("")):
        named: dict[str, str] = {}
        for key, heading in zip([column.key for column in sheet.columns], sheet.header(), strict=True):
            if (other := named.setdefault(heading, key)) != key:
                own_key, other = (key, other) if key in own else (other, key)
                params = {"path": path, "key": f"zorg1.codebook.{own_key}", "found": heading}
                raise SettingsError("SETTINGS_VALUE", **params, expected=f"!= {other}")
    return codebook
