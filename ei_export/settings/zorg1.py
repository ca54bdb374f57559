"""``[zorg1]``: how a practice wants its Zorg1 tables made."""

from collections.abc import Mapping
from pathlib import Path
from typing import Final, Literal, get_args

from attrs import frozen

from .sections import Section, asked, nearest

#: What says that a session of regular care without a category is of a trajectory without price agreement.
WithoutCategory = Literal["diagnosis", "nothing"]
#: No time between two trajectories is longer, nor one that is measured in.
_MOST_WEEKS: Final = 520
_MOST_DAYS: Final = 366
#: The columns of ``zorg1 monitor``; a view may have something to ask of each.
MONITOR_COLUMNS: Final = (
    *("started", "trajectory", "patient_id", "category", "program", "profile", "dcsph", "csi", "instrument", "score"),
    *("profile_by_score", "uzovi", "insurer", "own_code", "declare_under", "expected_declare_under", "f_code", "list"),
    *("units", "status", "fits", "problems", "consent"),
)
_SORT: Final = "sort"
#: The keys of criteria that are a percentage; each is the moment of its measurements.
_PERCENTAGES: Final = ("intake", "between", "end")
_MOST_PATIENTS: Final = 1_000_000


def _texts(section: Section, name: str) -> Mapping[str, str]:
    return section.section(name).texts()


def _texts_or_text(section: Section, name: str) -> tuple[str, ...]:
    """A text, or a list of them; each may be empty."""
    if isinstance(section.values.get(name), str):
        return (section.text(name),)
    return section.list_of_texts(name, (), empty=True)


@frozen
class View:
    """What is asked of the columns of monitoring, each as one of its filters has it; and by what it is sorted."""

    filters: Mapping[str, tuple[str, ...]]
    sort: tuple[str, ...] = ()


def _views(section: Section, name: str) -> Mapping[str, View]:
    """Views by the names that a practice gave them."""
    views: dict[str, View] = {}
    section = section.section(name)
    for named in section.values:
        view = section.section(named)
        for key in view.values:
            if key not in (*MONITOR_COLUMNS, _SORT):
                raise view.error("SETTINGS_UNKNOWN_KEY", key, expected=nearest(key, (*MONITOR_COLUMNS, _SORT)))
        asked_of = {key: _texts_or_text(view, key) for key in view.values if key != _SORT}
        views[named.strip()] = View(asked_of, _texts_or_text(view, _SORT))
    return views


@frozen
class Criteria:
    """What a practice is held to, None for what it isn't: of the trajectories of each program that should have been
    measured by now, at least so many per cent by moment (``percentages``: intake, between, end); and at least so many
    ``patients`` in each program. The official criteria of Zorg1 are not public (manual §5.2.3)."""

    percentages: Mapping[str, int]
    patients: int | None = None

    @property
    def is_empty(self) -> bool:
        return not self.percentages and self.patients is None


def _criteria(section: Section, name: str) -> Criteria:
    section = section.section(name)
    percentages = {key: section.number(key, 0, 100, 0) for key in _PERCENTAGES if key in section.values}
    patients = section.number("patients", 0, _MOST_PATIENTS) if "patients" in section.values else None
    return Criteria(percentages, patients)


#: The keys of a table that isn't made by its fields.
CRITERIA_KEYS: Final = (*_PERCENTAGES, "patients")


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
    ``specs/zorg1-profiles.csv``; ``views`` of monitoring, by name; ``criteria`` of quality; the rest: see `Limits`."""

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
    views: Mapping[str, View] = asked(_views, default={})
    criteria: Criteria = asked(_criteria, default=Criteria({}))

    @property
    def limits(self) -> Limits:
        return Limits(self.intake_days, self.end_days, self.between_weeks)
