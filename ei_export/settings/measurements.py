"""``[measurements]``: a file of measurements beside the feed."""

from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Final

from attrs import frozen

from ..base.wording import printable
from ..model.columns import MEASUREMENT_COLUMNS, MEASUREMENTS, FeedKind
from .sections import Section, asked
from .sources import encoding, meanings, own_columns

#: The columns whose words may stand for something else.
_WITH_WORDS: Final = ("instrument", "score", "subscore", "moment")


def _path(section: Section, name: str) -> Path | None:
    """Where it is; there may be nothing yet."""
    return section.place(name, "") if section.text(name) else None


@frozen
class MeasurementSettings:
    """Where the file is, None where there is none, and how to read it, as of `InputSettings`. ``complete_from``: it
    holds everything from this day on."""

    path: Path | None = asked(_path, default=None)
    table: str = asked(Section.text, default="")
    query: str = asked(Section.text, default="")
    encoding: str = asked(encoding, default="auto")
    columns: Mapping[str, str] = asked(own_columns, MEASUREMENT_COLUMNS, default={})
    values: Mapping[str, Mapping[str, str]] = asked(meanings, _WITH_WORDS, default={})
    complete_from: date | None = asked(Section.day, default=None)

    @classmethod
    def of(cls, section: Section) -> "MeasurementSettings":
        """Those of a section."""
        found = section.read(cls)
        if found.table and found.query:
            raise section.refused("query", found.query, "table | query")
        if found.path is None and found != cls():
            raise section.error("SETTINGS_REQUIRED", "path", expected='"metingen.csv"')
        return found

    @property
    def kind(self) -> FeedKind:
        return MEASUREMENTS

    @property
    def name(self) -> str:
        """The name of the file, as it is told."""
        return printable(self.path.name) if self.path is not None else ""

    @property
    def names(self) -> Mapping[str, str]:
        """What the practice calls its columns, by the names that findings have for them; none without a file."""
        if self.path is None:
            return {}
        return {self.kind.called(column): self.columns.get(column, column) for column in MEASUREMENT_COLUMNS}
