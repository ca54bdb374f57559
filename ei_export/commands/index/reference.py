"""The reference table: how many treatments others give, by group of patients. Vektis has one and doesn't publish it; a
practice that was given one, or made one with others, brings it as a spreadsheet saves it as CSV.

Its rows say what the groups are; nothing of them is filled in here. The columns are in docs/output.md.
"""

import re
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from typing import Annotated, Final

from attrs import frozen

from ...base.problems import SettingsError
from ...base.row_types import PlaceCell, RequiredCell, RowCell, RowType, TextCell, one_of
from ...base.tables import Row, overlap, parse_rows, read_sheet
from .care import BASES, TreatedPatient

#: The oldest age of a group without an end.
_OLDEST: Final = 199
_MEAN: Final = re.compile(r"[0-9]{1,3}(?:[.,][0-9]{1,6})?")
_POSTCODE: Final = re.compile(r"[1-9][0-9]{3}")
#: Diagnoses that a group is of: a DCSPH code in which ? is any digit.
_DIAGNOSIS: Final = re.compile(r"[0-9?]{4}")


def _age(row: Row, column: str) -> int | None:
    text = row[column]
    if not text:
        return None
    if not (text.isascii() and text.isdigit() and int(text) <= _OLDEST):
        raise row.error(column, f"0 … {_OLDEST}")
    return int(text)


def _mean(row: Row, column: str) -> Fraction:
    text = row[column]
    if not _MEAN.fullmatch(text) or not (mean := Fraction(text.replace(",", "."))):
        raise row.error(column, "a number above 0, such as 6,5")
    return mean


def _diagnoses(row: Row, column: str) -> tuple[str, ...]:
    found = tuple(row[column].split())
    for each in found:
        if not _DIAGNOSIS.fullmatch(each):
            raise row.error(column, "DCSPH codes of 4 digits, ? for any digit, a space between")
    return found


@frozen
class ReferenceGroup:
    """Patients by their age (both inclusive, None = no bound), diagnosis, ``basis``, ``sex`` and ``social_status``, and
    how many treatments others give each of them. What is empty, is any, but for ``diagnoses``: those that no other
    group names. Who has no known age, basis, sex or status is in no group that asks for one."""

    age_from: Annotated[int | None, _age]
    age_until: Annotated[int | None, _age]
    condition: RequiredCell
    diagnoses: Annotated[tuple[str, ...], _diagnoses]
    basis: Annotated[str, one_of(BASES)]
    sex: Annotated[str, one_of(("", "1", "2"))]
    social_status: TextCell
    mean: Annotated[Fraction, _mean]
    place: PlaceCell
    row: RowCell

    @property
    def ages(self) -> tuple[int, int]:
        return self.age_from or 0, _OLDEST if self.age_until is None else self.age_until

    @property
    def asks_age(self) -> bool:
        return self.age_from is not None or self.age_until is not None


_GROUP: Final = RowType(ReferenceGroup)


@frozen
class ReferenceTable:
    """A reference table. ``groups`` each with its diagnoses, None = those that no other group names; ``statuses``: the
    social status by the four digits of a postcode."""

    name: str
    groups: Sequence[tuple[ReferenceGroup, frozenset[str] | None]]
    statuses: Mapping[str, str]

    def group_of(self, patient: TreatedPatient, year: int) -> ReferenceGroup | None:
        """The group that a patient is in, in the year in which they reach an age."""
        status = self.statuses.get(patient.traits.postcode[:4], "")
        born = patient.traits.birth_year
        for group, codes in self.groups:
            if (
                (codes is None or patient.condition in codes)
                and group.basis in ("", patient.basis)
                and group.sex in ("", patient.traits.sex)
                and group.social_status in ("", status)
                and (not group.asks_age or (born is not None and group.ages[0] <= year - born <= group.ages[1]))
            ):
                return group
        return None


def read_reference(path: Path, diagnoses: Collection[str], statuses: Path | None) -> ReferenceTable:
    """The table in a file. ``diagnoses``: the DCSPH codes that there are; ``statuses``: a table of postcodes.

    Raises SettingsError, with file, row and column, for what can't be understood: a cell of another form, diagnoses
    that no code has, a status that no postcode has, and two groups that one patient could be in.
    """
    rows = parse_rows(read_sheet(path, _GROUP.columns), _parsed)
    if not rows:
        raise SettingsError("INDEX_REFERENCE_EMPTY", file=path.name)
    known = _read_statuses(statuses) if statuses is not None else {}
    for group in rows:
        if group.social_status and group.social_status not in known.values():
            raise group.row.error("social_status", "a status of the table of postcodes (--social-status)")
    groups = [(group, _codes_of(group, diagnoses)) for group in rows]
    for (one, of_one), (other, of_other) in combinations(groups, 2):
        if _share(one, other) and _meet(of_one, of_other):
            raise overlap(other.row, one.place)
    return ReferenceTable(path.name, sorted(groups, key=lambda each: each[1] is None), known)


def _read_statuses(path: Path) -> Mapping[str, str]:
    """The social status of who lives in a postcode, by its four digits."""
    first: dict[str, Row] = {}

    def parse(row: Row) -> tuple[str, str]:
        if not _POSTCODE.fullmatch(row["postcode"]):
            raise row.error("postcode", "4 digits")
        other = first.setdefault(row["postcode"], row)
        if other is not row:
            raise overlap(row, other.place)
        return row["postcode"], row.required("social_status")

    return dict(parse_rows(read_sheet(path, ("postcode", "social_status")), parse))


def _parsed(row: Row) -> ReferenceGroup:
    group = _GROUP.parse(row)
    if group.ages[1] < group.ages[0]:
        raise row.error("age_until", f">= {group.ages[0]}")
    return group


def _codes_of(group: ReferenceGroup, diagnoses: Collection[str]) -> frozenset[str] | None:
    """The diagnoses of a group; None where it names none."""
    if not group.diagnoses:
        return None
    found: set[str] = set()
    for each in group.diagnoses:
        form = re.compile(each.replace("?", "[0-9]"))
        fitting = {code for code in diagnoses if form.fullmatch(code)}
        if not fitting:
            raise group.row.error("diagnoses", "a code of specs/codelists/dcsph.csv")
        found |= fitting
    return frozenset(found)


def _share(one: ReferenceGroup, other: ReferenceGroup) -> bool:
    """Whether a patient could be in both, but for the diagnosis."""
    (first, last), (begin, end) = one.ages, other.ages
    pairs = ((one.basis, other.basis), (one.sex, other.sex), (one.social_status, other.social_status))
    return first <= end and begin <= last and all(not a or not b or a == b for a, b in pairs)


def _meet(one: frozenset[str] | None, other: frozenset[str] | None) -> bool:
    """Whether a diagnosis is in both; a group that names none has those that no other names."""
    return one is other if one is None or other is None else bool(one & other)
