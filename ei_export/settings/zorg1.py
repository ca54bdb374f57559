"""``[zorg1]``: how a practice wants its Zorg1 tables made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, get_args

from attrs import frozen

from .sections import Section, asked

#: What says that a session of regular care without a category is of a trajectory without price agreement.
WithoutCategory = Literal["diagnosis", "nothing"]
#: No time between two trajectories is longer, nor one that is measured in.
_MOST_WEEKS: Final = 520
_MOST_DAYS: Final = 366


def _texts(section: Section, name: str) -> Mapping[str, str]:
    return section.section(name).texts()


@frozen
class Limits:
    """Which moment of a trajectory a measurement is of, where that isn't said: up to ``intake_days`` before or after
    the start intake, up to ``end_days`` before or after the end eind. One in between is asked where a trajectory lasts
    longer than ``between_weeks``.

    The days are inferred: no text gives any. The weeks are the 3 months of the national minimal dataset for low back
    pain (uitkomstindicatoren.nl), inferred for other programs.
    """

    intake_days: int = 14
    end_days: int = 14
    between_weeks: int = 13


@frozen
class Zorg1Settings:
    """``without_category``: see `WithoutCategory`; ``apart_weeks``: sessions without a trajectory number that are more
    than so many weeks apart are of two trajectories; ``codebook``: what columns of the export are called, by what we
    call them. ``measures`` and ``profiles``: tables of the practice's own, beside ``specs/zorg1-measures.csv`` and
    ``specs/zorg1-profiles.csv``; the rest: see `Limits`."""

    without_category: WithoutCategory = asked(
        Section.choice, get_args(WithoutCategory), "diagnosis", default="diagnosis"
    )
    apart_weeks: int = asked(Section.number, 12, _MOST_WEEKS, default=12)
    codebook: Mapping[str, str] = asked(_texts, default={})
    measures: Path | None = asked(Section.file, default=None)
    profiles: Path | None = asked(Section.file, default=None)
    intake_days: int = asked(Section.number, 14, _MOST_DAYS, 0, default=14)
    end_days: int = asked(Section.number, 14, _MOST_DAYS, 0, default=14)
    between_weeks: int = asked(Section.number, 13, _MOST_WEEKS, 0, default=13)

    @property
    def limits(self) -> Limits:
        return Limits(self.intake_days, self.end_days, self.between_weeks)
