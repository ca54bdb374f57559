"""N0959: care activities that are declared apart (OZP) on the day on which a care product begins, of which somebody is
to judge whether they may be (ValueCare, "Deelwaarneming - OZP i.c.m. Zorgproduct").

All four of its conditions must hold; the tariff types, specialisms and other norms they name are in
``specs/controls/n0959.csv``.
"""

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from pathlib import Path
from typing import Annotated, Final, NamedTuple

from attrs import field, frozen

from ...base.problems import Finding
from ...base.row_types import RequiredCell, TextCell
from ...base.tables import Row
from ...base.wording import printable
from ...model.names import Spelling, chosen
from ...model.norms import Norm, norms
from .reading import AmountCell, DayCell, RowNumber, Tell, YesCell, read_file, yes

NAME: Final = "N0959"
_TWO_DIGITS: Final = re.compile(r"[0-9]{1,2}")
_SUBTRAJECT: Final = re.compile(r"(?:ZT)?\s*([0-9]{2})", re.IGNORECASE)
_SPECIALISM: Final = re.compile(r"[0-9]{3,4}")
#: How an activity can be declared: apart, or between care providers.
_PRODUCTIONS: Final = ("OZP", "WDS")
#: The columns that a file of activities may lack.
_MAY_LACK: Final = ("code", "amount", "before", "after")


def _tariff_type(row: Row, column: str) -> str:
    if not _TWO_DIGITS.fullmatch(row[column]):
        raise row.error(column, "12 | 20 | …")
    return row[column].zfill(2)


def _subtraject(row: Row, column: str) -> str:
    found = _SUBTRAJECT.fullmatch(row[column])
    if found is None:
        raise row.error(column, "ZT11 | ZT21 | ZT41 | …")
    return found[1]


def _specialism(row: Row, column: str) -> str:
    """Of physiotherapy it must be said: with two specialisms it counts."""
    text = row[column]
    if not text and not yes(row, "physiotherapy"):
        return ""
    if not _SPECIALISM.fullmatch(text):
        raise row.error(column, "4 × 0-9")
    return text.zfill(4)


def _production(row: Row, column: str) -> str:
    return row.choice(column, _PRODUCTIONS)


@frozen
class Activity:
    """A care activity. ``separate``: it can be invoiced apart; ``physiotherapy``: it is outpatient physiotherapy;
    ``production``: declared, or to be declared, as OZP, or WDS. ``amount`` is the value of the OZP, ``before`` and
    ``after`` that of the subtrajects without and with it, in cents, each None where it isn't known."""

    activity_id: RequiredCell
    patient_id: RequiredCell
    day: DayCell
    code: TextCell
    tariff_type: Annotated[str, _tariff_type]
    separate: YesCell
    physiotherapy: YesCell
    specialism: Annotated[str, _specialism]
    production: Annotated[str, _production]
    amount: AmountCell
    before: AmountCell
    after: AmountCell
    row: RowNumber = field(eq=False)

    @property
    def impact(self) -> int | None:
        """The difference in value of the subtrajects once it is added, less the value of the OZP, in cents; None where
        one of these isn't known."""
        if self.amount is None or self.before is None or self.after is None:
            return None
        return self.after - self.before - self.amount


@frozen
class Subtraject:
    """A subtraject of a care path, its first day and its type: ``11``."""

    subtraject_id: RequiredCell
    patient_id: RequiredCell
    day: DayCell
    type: Annotated[str, _subtraject]


@frozen
class Listed:
    """An activity that a norm signals, '' where the list doesn't say which."""

    activity_id: RequiredCell
    norm: Annotated[str, lambda row, column: row[column].upper()]


class Conditions(NamedTuple):
    """Which of the conditions hold for an activity."""

    separate: bool
    as_ozp: bool
    same_day: bool
    only_here: bool


@frozen
class Rules:
    """What the norm says of a year."""

    year: int
    left_out: AbstractSet[str]
    rehabilitation: AbstractSet[str]
    ozp: AbstractSet[str]
    subtrajects: AbstractSet[str]
    other_norms: AbstractSet[str]

    @classmethod
    def of(cls, norm: Norm, year: int) -> "Rules":
        kinds = ("tariff_type", "rehabilitation", "production", "subtraject", "signalled_by")
        return cls(year, *(norm.values(kind, year) for kind in kinds))


#: The subtrajects that an activity may begin with, by patient and day.
Begun = Mapping[tuple[str, date], Sequence[str]]


def conditions(rules: Rules, activity: Activity, begun: Begun, elsewhere: Collection[str]) -> Conditions:
    """What holds for an activity, given the subtrajects that began and the activities that other norms signal."""
    counts = not activity.physiotherapy or activity.specialism in rules.rehabilitation
    return Conditions(
        separate=activity.separate and counts and activity.tariff_type not in rules.left_out,
        as_ozp=activity.day.year == rules.year and activity.production in rules.ozp,
        same_day=(activity.patient_id, activity.day) in begun,
        only_here=activity.activity_id not in elsewhere,
    )


@frozen
class Signalled:
    """An activity that meets all conditions, with the subtrajects that begin on its day."""

    activity: Activity
    subtrajects: Sequence[str]


@frozen
class Control:
    """What came of a control. ``read`` activities, of which ``unreadable`` ones couldn't be judged and ``doubles`` say
    what another row says; ``left`` is how many were left after each condition, one behind the other."""

    norm: Norm
    year: int
    read: int
    unreadable: int
    doubles: int
    subtrajects: int
    left: Sequence[int]
    signalled: Sequence[Signalled]
    findings: Sequence[Finding]

    @property
    def impact(self) -> int:
        """The sum of what is known of it, in cents."""
        return sum(found.activity.impact or 0 for found in self.signalled)

    @property
    def without_impact(self) -> int:
        """How many signalled activities lack a value."""
        return sum(1 for found in self.signalled if found.activity.impact is None)


def control(activities: Path, subtrajects: Path, year: str, lists: Sequence[Path] = ()) -> Control:
    """Judges the activities of a year by the subtrajects; ``lists`` are what N0955 and N0962 signal.

    Raises SettingsError for a year that the norm doesn't know, InputError for a file that can't be read.
    """
    norm = norms()[NAME]
    known = list(map(str, norm.years))
    rules = Rules.of(norm, int(chosen(Spelling.of(known), known, year, "--year")))
    findings: list[Finding] = []
    rows = list(read_file(activities, "--activities", Activity, _MAY_LACK, findings.append))
    illegible = len(findings)
    once = list(_once(rows, printable(activities.name), findings.append))
    begun, subtraject_count = _begun(subtrajects, rules, findings.append)
    elsewhere = _elsewhere(lists, rules, findings.append)
    judged = [(activity, conditions(rules, activity, begun, elsewhere)) for activity, _ in once]
    signalled = [Signalled(a, begun[a.patient_id, a.day]) for a, held in judged if all(held)]
    if strangers := elsewhere - {activity.activity_id for activity in rows}:
        findings.append(Finding("CONTROL_LIST_STRANGERS", "", {"count": len(strangers)}))
    doubles = sum(count - 1 for _, count in once)
    return Control(
        norm=norm,
        year=rules.year,
        read=len(rows) + illegible,
        unreadable=illegible + len(rows) - len(once) - doubles,
        doubles=doubles,
        subtrajects=subtraject_count,
        left=[sum(1 for _, held in judged if all(held[:number])) for number in range(1, len(Conditions._fields) + 1)],
        signalled=sorted(signalled, key=lambda found: (found.activity.day, found.activity.activity_id)),
        findings=findings,
    )


def _once(rows: Iterable[Activity], file: str, tell: Tell) -> Iterator[tuple[Activity, int]]:
    """Each activity with how many rows say the same of it; not one of which rows say different things."""
    by_id: dict[str, list[Activity]] = {}
    for activity in rows:
        by_id.setdefault(activity.activity_id, []).append(activity)
    for same in by_id.values():
        first, *others = same
        if all(other == first for other in others):
            yield first, len(same)
        else:
            numbers = ", ".join(str(activity.row) for activity in same)
            tell(Finding("CONTROL_TWICE", "", {"file": file, "rows": numbers}))


def _begun(path: Path, rules: Rules, tell: Tell) -> tuple[Begun, int]:
    """The subtrajects whose first day counts, by patient and day; and how many subtrajects there are."""
    found: dict[tuple[str, date], set[str]] = {}
    count = 0
    for subtraject in read_file(path, "--subtrajects", Subtraject, (), tell):
        count += 1
        if subtraject.type in rules.subtrajects:
            found.setdefault((subtraject.patient_id, subtraject.day), set()).add(subtraject.subtraject_id)
    if not found:
        wanted = ", ".join(f"ZT{kind}" for kind in sorted(rules.subtrajects))
        tell(Finding("CONTROL_NO_SUBTRAJECTS", "", {"file": printable(path.name), "types": wanted}))
    return {key: sorted(ids) for key, ids in found.items()}, count


def _elsewhere(lists: Sequence[Path], rules: Rules, tell: Tell) -> AbstractSet[str]:
    """The activities that other norms signal."""
    names = ", ".join(sorted(rules.other_norms))
    if not lists:
        tell(Finding("CONTROL_NO_LISTS", "", {"norms": names}))
    found: set[str] = set()
    for path in lists:
        others = 0
        for listed in read_file(path, "--signalled", Listed, ("norm",), tell):
            if listed.norm in ("", *rules.other_norms):
                found.add(listed.activity_id)
            else:
                others += 1
        if others:
            params = {"file": printable(path.name), "count": others, "norms": names}
            tell(Finding("CONTROL_LIST_OTHERS", "", params))
    return found
