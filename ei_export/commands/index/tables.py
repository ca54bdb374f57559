"""An index as tables for people: which there are, and their rows."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from ...base.problems import Language
from ...base.words import Words, words
from ...model.codelists import diagnoses
from ...model.index_tables import Threshold
from ...output.sheets import Column, Row, Sheet, titled
from .arithmetic import IndexValue, sub_index, tenths
from .index import Figures, GroupFigures, Index

_FIGURES = (
    Column("patients", "number"),
    Column("treatments", "number"),
    Column("mean", "number"),
    Column("mean_before", "number"),
)
_SUMMARY = (
    Column("year", "number"),
    Column("version", "number"),
    Column("from", "date"),
    Column("until", "date"),
    *_FIGURES,
    Column("formula", width=34),
    Column("index", "number"),
    Column("lower", "number"),
    Column("upper", "number"),
)
_GROUPS = (
    Column("condition", width=34),
    Column("diagnoses", "list", width=40),
    Column("age_from", "number"),
    Column("age_until", "number"),
    Column("basis"),
    Column("sex"),
    Column("social_status"),
    *_FIGURES,
    Column("reference_mean", "number"),
    Column("sub_index", "number"),
)
_THERAPISTS = (Column("therapist"), *_FIGURES)
_NATIONAL = (
    Column("population", width=30),
    Column("year", "number"),
    Column("national_mean", "number"),
    Column("patients", "number"),
    Column("treatments", "number"),
    Column("mean", "number"),
    Column("is_index", width=22),
    Column("source", width=40),
    Column("certainty"),
)
_THRESHOLDS = (
    Column("insurer"),
    Column("year", "number"),
    Column("index_year", "number"),
    Column("least", "number"),
    Column("most", "number"),
    Column("meaning", width=40),
    Column("held", width=30),
    Column("fits_weighted"),
    Column("fits_expected"),
    Column("source", width=40),
    Column("certainty"),
)
_PERIODS = (
    Column("year", "number"),
    Column("version", "number"),
    Column("computed", "date"),
    Column("patients", "number"),
    Column("treatments", "number"),
    *(Column(key, "number") for key in ("weighted", "weighted_lower", "weighted_upper")),
    *(Column(key, "number") for key in ("expected", "expected_lower", "expected_upper")),
    Column("reference", width=30),
)
_COUNTED = (Column("outcome", width=60), Column("lines", "number"))


def tables(index: Index, language: Language) -> Iterator[tuple[str, Sheet, Sequence[Row]]]:
    """The tables of an index: what JSON calls each, the sheet and its rows."""
    say = words("index", language)
    for key, columns, rows in (
        ("summary", _SUMMARY, _summary(index, say)),
        ("groups", _GROUPS, [_group(each, language) for each in index.groups]),
        ("therapists", _THERAPISTS, [(each.therapist, *figures(each.now, each.before)) for each in index.therapists]),
        ("thresholds", _THRESHOLDS, [_threshold(each, index, say) for each in index.thresholds]),
        ("periods", _PERIODS, _periods(index)),
        ("national", _NATIONAL, _national(index, say)),
        ("counted", _COUNTED, _counted(index, say)),
    ):
        yield key, titled(say(f"sheet.{key}"), columns, language), rows


def figures(now: Figures, before: Figures) -> Row:
    """Patients, treatments, their mean, and that of a year earlier."""
    return now.patients, now.treatments, number(now.mean), number(before.mean)


def number(of_tenths: int | None) -> Decimal | None:
    """What is in tenths, as a number with one decimal."""
    return None if of_tenths is None else Decimal(of_tenths).scaleb(-1)


def fits(threshold: Threshold, outcome: IndexValue) -> bool | None:
    """Whether what an insurer holds against a threshold lies in it; None where there is no interval and it asks for
    one."""
    value = outcome.index
    if threshold.held == "lower":
        if outcome.interval is None:
            return None
        value = outcome.interval.lower
    least = threshold.least is None or value >= threshold.least * 10
    # a range that ends with 119 is followed by one that begins with 120
    return least and (threshold.most is None or value < (threshold.most + 1) * 10)


def _summary(index: Index, say: Words) -> Sequence[Row]:
    about = (
        index.asked.year,
        index.asked.version,
        index.span.first,
        index.span.last,
        *figures(index.now, index.before),
    )
    if index.computed is None:
        return [(*about, say("formula.none"), None, None, None)]
    return [
        (*about, say(f"formula.{key}"), *_of(outcome))
        for key, outcome in (("weighted", index.computed.weighted), ("expected", index.computed.expected))
    ]


def _of(outcome: IndexValue) -> Row:
    interval = outcome.interval
    bounds = (None, None) if interval is None else (number(interval.lower), number(interval.upper))
    return number(outcome.index), *bounds


def _group(each: GroupFigures, language: Language) -> Row:
    group = each.reference
    if group is None:
        found = diagnoses().get(each.condition)
        diagnosis = f"{found.location}: {found.pathology}" if found is not None else ""
        condition = each.condition or words("index", language)("unknown")
        basis = each.basis or words("index", language)("unknown")
        return condition, diagnosis, None, None, basis, "", "", *figures(each.now, each.before), None, None
    now, mean = each.now, tenths(group.mean)
    over_mean = sub_index(now.treatments, now.patients, group.mean) if now.patients else None
    about = (group.condition, group.diagnoses, group.age_from, group.age_until)
    traits = (group.basis, group.sex, group.social_status)
    return *about, *traits, *figures(now, each.before), number(mean), number(over_mean)


def _threshold(row: Threshold, index: Index, say: Words) -> Row:
    fitting: list[str | None] = [None, None]
    if index.computed is not None:
        found = (fits(row, outcome) for outcome in (index.computed.weighted, index.computed.expected))
        fitting = [None if each is None else say("yes" if each else "no") for each in found]
    about = (row.insurer, row.year, row.index_year, row.least, row.most)
    return *about, row.means[say.language], say(f"held.{row.held}"), *fitting, row.source, row.certainty


def _periods(index: Index) -> Sequence[Row]:
    return [
        (
            *(each.year, each.version, each.day, each.patients, each.treatments),
            *map(number, (each.weighted, each.weighted_lower, each.weighted_upper)),
            *map(number, (each.expected, each.expected_lower, each.expected_upper)),
            each.reference,
        )
        for each in index.periods
    ]


def _national(index: Index, say: Words) -> Sequence[Row]:
    return [
        (
            *(row.population[say.language], row.year, Decimal(row.mean)),
            *(own.patients, own.treatments, number(own.mean)),
            *(say("not_index"), row.source, row.certainty),
        )
        for row, own in index.national
    ]


def _counted(index: Index, say: Words) -> Sequence[Row]:
    left = [(say(f"left.{reason}"), count) for reason, count in sorted(index.left.items())]
    rows = [(say("inferred"), index.inferred), *left, (say("doubles"), index.doubles)]
    return [(say("lines"), index.lines), *(row for row in rows if row[1])]
