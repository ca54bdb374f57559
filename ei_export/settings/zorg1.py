"""``[zorg1]``: how a practice wants its Zorg1 tables made."""

from collections.abc import Mapping
from typing import Final, Literal, get_args

from attrs import frozen

from .sections import Section, asked

#: What says that a session of regular care without a category is of a trajectory without price agreement.
WithoutCategory = Literal["diagnosis", "nothing"]
#: No time between two trajectories is longer.
_MOST_WEEKS: Final = 520


def _texts(section: Section, name: str) -> Mapping[str, str]:
    return section.section(name).texts()


@frozen
class Zorg1Settings:
    """``without_category``: see `WithoutCategory`; ``apart_weeks``: sessions without a trajectory number that are more
    than so many weeks apart are of two trajectories; ``codebook``: what columns of the export are called, by what we
    call them."""

    without_category: WithoutCategory = asked(
        Section.choice, get_args(WithoutCategory), "diagnosis", default="diagnosis"
    )
    apart_weeks: int = asked(Section.number, 12, _MOST_WEEKS, default=12)
    codebook: Mapping[str, str] = asked(_texts, default={})
