"""What is to be told of an index: what it leaves out, and what it rests on."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from ...base.problems import Finding, Language
from ...model.index_tables import Minimum
from .care import Balance, Reason, TreatedPatient
from .span import Span

#: Codes that are named, of those that no table knows.
_MOST_NAMED: Final = 20
#: The reasons for which a line doesn't count that somebody can do something about.
_REASONS: Final[Mapping[Reason, str]] = {"unanswered": "INDEX_UNANSWERED", "credit": "INDEX_CREDIT_ALONE"}


def of_period(span: Span, today: date) -> Iterator[Finding]:
    """Whether it is over, and what isn't said of it."""
    if today <= span.last:
        yield Finding("INDEX_PERIOD_OPEN", "", {"last": span.last.isoformat(), "today": today.isoformat()})
    if not span.is_year:
        yield Finding("INDEX_NOT_A_YEAR")


def of_days_left_out(spans: Sequence[Span], balances: Sequence[Balance]) -> Iterator[Finding]:
    """The days in a period whose care doesn't count; in that of a year earlier only where there was care."""
    for span, balance in zip(spans, balances, strict=True):
        count = balance.left.get("week", 0)
        for first, last in span.left_out if count or span is spans[0] else ():
            params = {"start": first.isoformat(), "end": last.isoformat(), "count": count}
            yield Finding("INDEX_DAYS_LEFT_OUT", "", params)


def of_lines(balance: Balance, unknown: Counter[str], insurers: Collection[str]) -> Iterator[Finding]:
    """Whether lines are all there, and what of them doesn't count. ``unknown``: codes that no table knows;
    ``insurers``: whose lines are in the index of Vektis."""
    for reason, code in _REASONS.items():
        if count := balance.left.get(reason, 0):
            yield Finding(code, "", {"count": count})
    if unknown:
        named = ", ".join(sorted(unknown)[:_MOST_NAMED])
        yield Finding("INDEX_CODES_UNKNOWN", "", {"names": named, "count": unknown.total()})
    if unsure := sum(not line.treatments.is_sure for line in balance.lines):
        yield Finding("INDEX_UNITS_FIXED", "", {"count": unsure})
    if others := sum(line.insurer not in insurers for line in balance.lines):
        yield Finding("INDEX_INSURERS_OTHER", "", {"count": others, "names": ", ".join(sorted(insurers))})


def of_patients(found: Sequence[TreatedPatient], minimum: Sequence[Minimum], language: Language) -> Iterator[Finding]:
    """Whether patients are enough, and what isn't known of them."""
    if not found:
        yield Finding("INDEX_NOTHING")
        return
    for row in minimum:
        if len(found) < row.patients:
            params = {"patients": len(found), "least": row.patients, "says": row.says[language], "source": row.source}
            yield Finding("INDEX_FEW_PATIENTS", "", params)
    for code, count in (
        ("INDEX_BASIS_UNKNOWN", sum(not patient.basis for patient in found)),
        ("INDEX_CONDITION_UNKNOWN", sum(not patient.condition for patient in found)),
        ("INDEX_PATIENT_MIXED", sum(patient.is_mixed for patient in found)),
    ):
        if count:
            yield Finding(code, "", {"count": count, "patients": len(found)})
