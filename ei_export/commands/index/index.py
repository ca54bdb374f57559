"""``index``: the part of a practice in the treatment index of a version of a year, and the index where a reference
table is given. It only reads."""

import sys
from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Final, TypeAlias

from attrs import field, frozen

from ...base.problems import Finding, SettingsError
from ...model.codelists import diagnoses, uzovi_numbers
from ...model.index_tables import NationalMean, Threshold, index_tables
from ...settings import Settings
from ...zorg1.agreements import Agreements
from ..belonging import codes_of, practice_ledger
from .arithmetic import Group, IndexValue, expected, tenths, weighted
from .care import Reason, TreatedPatient, balanced, treated
from .kept import KeptIndex, folder_of, kept_indices
from .reference import ReferenceGroup, ReferenceTable, read_reference
from .sources import Reading
from .span import Span
from .told import of_days_left_out, of_lines, of_patients, of_period
from .treatments import Counting

#: The share of patients without a reference group, in percent, above which there is no index: too little of the
#: practice would be in it. A choice of ours.
_MOST_WITHOUT: Final = 10
#: A group by its row in the reference table, condition and basis; the last of them where it has no row.
_Key: TypeAlias = tuple[int, str, str]
_NO_ROW: Final = sys.maxsize


@frozen
class Asked:
    """What was asked: a ``version`` (1-3) of the index of a ``year``; ``files`` beside the ledger; the reference table
    and the social status of postcodes, if they are given. ``called``: what files are called, where that is not their
    path."""

    year: int
    version: int
    files: Sequence[Path] = ()
    reference: Path | None = None
    statuses: Path | None = None
    called: Mapping[Path, str] = field(factory=dict)


@frozen
class Figures:
    """Patients, treatments, and the mean of these in tenths."""

    patients: int
    treatments: int

    @property
    def mean(self) -> int | None:
        return tenths(Fraction(self.treatments, self.patients)) if self.patients else None


@frozen
class GroupFigures:
    """The figures of a group. ``reference`` is the row of the reference table that says what group it is; without one
    it is that of a ``condition`` (DCSPH) and ``basis``. ``before``: a year earlier."""

    condition: str
    basis: str
    reference: ReferenceGroup | None
    now: Figures
    before: Figures


@frozen
class TherapistFigures:
    """The figures of a therapist, by AGB code, '' where it isn't known: patients with at least one treatment of
    theirs."""

    therapist: str
    now: Figures
    before: Figures


@frozen
class Computed:
    """The index by both formulas."""

    weighted: IndexValue
    expected: IndexValue


@frozen
class Index:
    """All that there is to tell. ``now``, and ``before``: in the same months a year earlier.

    ``left``: lines that are no treatments, by reason; ``lines`` those that are, of which ``inferred`` by what is our
    conclusion; ``doubles`` were found more than once. ``national``: public means, each with the own figures of those
    whom it is of, where these are of a year too; they are not the index. ``thresholds``: those of the year.
    ``periods``: the last versions of which an index was computed.
    """

    asked: Asked
    span: Span
    now: Figures
    before: Figures
    groups: Sequence[GroupFigures]
    therapists: Sequence[TherapistFigures]
    national: Sequence[tuple[NationalMean, Figures]]
    thresholds: Sequence[Threshold]
    computed: Computed | None
    periods: Sequence[KeptIndex]
    left: Mapping[Reason, int]
    lines: int
    inferred: int
    doubles: int
    findings: Sequence[Finding]


def compute(settings: Settings, asked: Asked, today: date) -> Index:
    """The figures of a practice, and the index. Raises SettingsError (a table that can't be understood, a ledger of
    another practice), InputError for a file that can't be read, BusyError, WriteError."""
    tables = index_tables()
    reference = _reference(asked)
    agreements = Agreements.load(settings.overlays)
    spans = span, earlier = [Span.of(year, asked.version, tables) for year in (asked.year, asked.year - 1)]
    reading = Reading(
        Counting(agreements, tables.performances),
        {number: row.insurer for number, row in uzovi_numbers().items()} | dict(settings.uzovi),
        codes_of(settings.practice) | {settings.practice.provider_agb, *settings.practice.formerly} - {""},
        earlier.first,
        span.last,
    )
    with practice_ledger(settings) as ledger:
        sources = reading.read(ledger, [(path, asked.called.get(path, "")) for path in asked.files])
    balances = balance, _ = [balanced(sources.lines, each.why_not) for each in spans]
    found, before = (treated(each.lines, sources.traits, agreements.covers) for each in balances)
    computed = _computed(found, reference, asked.year)
    return Index(
        asked=asked,
        span=span,
        now=_figures(found),
        before=_figures(before),
        groups=_groups(found, before, reference, asked.year),
        therapists=_therapists(found, before),
        national=[(mean, _figures(_of(found, mean))) for mean in tables.means if span.is_year],
        thresholds=[row for row in tables.thresholds if asked.year == (row.index_year or row.year)],
        computed=computed,
        periods=kept_indices(folder_of(settings)),
        left=balance.left,
        lines=len(balance.lines),
        inferred=sum(line.treatments.certainty == "inferred" for line in balance.lines),
        doubles=sources.doubles,
        findings=[
            *([] if asked.files else [Finding("INDEX_FILES_NONE")]),
            *sources.findings,
            *of_period(span, today),
            *of_days_left_out(spans, balances),
            *of_lines(balance, sources.unknown(span), tables.insurers),
            *of_patients(found, tables.minimum, settings.language),
            *_of_reference(found, reference, asked.year),
        ],
    )


def _reference(asked: Asked) -> ReferenceTable | None:
    if asked.reference is not None:
        return read_reference(asked.reference, diagnoses().keys(), asked.statuses)
    if asked.statuses is not None:
        raise SettingsError("INDEX_STATUS_ALONE")
    return None


def _figures(found: Collection[TreatedPatient]) -> Figures:
    return Figures(len(found), sum(patient.treatments for patient in found))


def _of(found: Sequence[TreatedPatient], mean: NationalMean) -> Sequence[TreatedPatient]:
    """Those whom a national mean is of."""
    return [patient for patient in found if not mean.indications or patient.indication in mean.indications]


def _computed(found: Sequence[TreatedPatient], reference: ReferenceTable | None, year: int) -> Computed | None:
    """The index, unless too many patients are in no group of the reference table."""
    if reference is None or not found:
        return None
    in_groups: dict[str, list[int]] = defaultdict(list)
    means: dict[str, Fraction] = {}
    without = 0
    for patient in found:
        if (group := reference.group_of(patient, year)) is None:
            without += 1
        else:
            in_groups[group.place].append(patient.treatments)
            means[group.place] = group.mean
    if _is_too_many(without, len(found)):
        return None
    groups = [Group(treatments, means[place]) for place, treatments in sorted(in_groups.items())]
    return Computed(weighted(groups), expected(groups))


def _of_reference(found: Sequence[TreatedPatient], reference: ReferenceTable | None, year: int) -> Iterator[Finding]:
    """Why there is no index, or who is not in it."""
    if reference is None:
        yield Finding("INDEX_REFERENCE_NONE")
    elif found and (without := sum(reference.group_of(patient, year) is None for patient in found)):
        code = "INDEX_TOO_FEW_IN_GROUPS" if _is_too_many(without, len(found)) else "INDEX_NOT_IN_GROUPS"
        params = {"count": without, "patients": len(found), "file": reference.name, "limit": _MOST_WITHOUT}
        yield Finding(code, "", params)


def _is_too_many(without: int, patients: int) -> bool:
    return without * 100 > patients * _MOST_WITHOUT


def _groups(
    now: Sequence[TreatedPatient], before: Sequence[TreatedPatient], reference: ReferenceTable | None, year: int
) -> Sequence[GroupFigures]:
    """The figures by group: those of the reference table in its order, then others by condition and basis."""
    groups: dict[_Key, ReferenceGroup | None] = {}
    in_groups: list[dict[_Key, list[TreatedPatient]]] = []
    for found, of_year in ((now, year), (before, year - 1)):
        in_groups.append(defaultdict(list))
        for patient in found:
            group = reference.group_of(patient, of_year) if reference is not None else None
            key = (_NO_ROW, patient.condition, patient.basis)
            if group is not None:
                key = (group.row.line, group.condition, group.basis)
            groups[key] = group
            in_groups[-1][key].append(patient)
    return [
        GroupFigures(condition, basis, groups[key], *(_figures(each.get(key, ())) for each in in_groups))
        for key in sorted(groups)
        for _, condition, basis in [key]
    ]


def _therapists(now: Sequence[TreatedPatient], before: Sequence[TreatedPatient]) -> Sequence[TherapistFigures]:
    by_therapist = []
    for found in (now, before):
        patients: Counter[str] = Counter()
        treatments: Counter[str] = Counter()
        for patient in found:
            patients.update(patient.by_therapist.keys())
            treatments.update(patient.by_therapist)
        by_therapist.append({agb: Figures(count, treatments[agb]) for agb, count in patients.items()})
    none = Figures(0, 0)
    everyone = sorted(by_therapist[0].keys() | by_therapist[1].keys())
    return [TherapistFigures(agb, *(each.get(agb, none) for each in by_therapist)) for agb in everyone]
