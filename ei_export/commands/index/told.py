"""What is to be told of an index: what it leaves out, what it rests on, and why there is none."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Final

from ...base.problems import Finding, Language
from ...model.index_tables import Minimum
from .care import Patient, Settled
from .sources import Sources
from .span import Span

#: Codes that are named, of those that no table knows.
_MOST_NAMED: Final = 20


def of_sources(sources: Sources, counted: Settled, span: Span, today: date) -> Iterator[Finding]:
    """Of lines: whether they are all there, and what of them doesn't count."""
    yield from sources.findings
    if today <= span.last:
        yield Finding("INDEX_PERIOD_OPEN", "", {"last": span.last.isoformat(), "today": today.isoformat()})
    if not span.is_year:
        yield Finding("INDEX_NOT_A_YEAR")
    for first, last in span.left_out:
        params = {"start": first.isoformat(), "end": last.isoformat(), "count": counted.left.get("week", 0)}
        yield Finding("INDEX_DAYS_LEFT_OUT", "", params)
    for reason, code in (("unanswered", "INDEX_UNANSWERED"), ("credit", "INDEX_CREDIT_ALONE")):
        if count := counted.left.get(reason, 0):  # type: ignore[call-overload] # a key of Reason
            yield Finding(code, "", {"count": count})
    unknown = Counter(
        line.code for line in sources.lines if line.counted.reason == "unknown" and span.why_not(line.day) is None
    )
    if unknown:
        named = ", ".join(sorted(unknown)[:_MOST_NAMED])
        yield Finding("INDEX_CODES_UNKNOWN", "", {"names": named, "count": unknown.total()})
    if unsure := sum(not line.counted.is_sure for line in counted.lines):
        yield Finding("INDEX_UNITS_FIXED", "", {"count": unsure})


def of_patients(found: Sequence[Patient], minimum: Sequence[Minimum], language: Language) -> Iterator[Finding]:
    """Of patients: whether they are enough, and what isn't known of them."""
    if not found:
        yield Finding("INDEX_NOTHING")
        return
    for row in minimum:
        if len(found) < row.patients:
            params = {"patients": len(found), "least": row.patients, "says": row.says[language], "source": row.source}
            yield Finding("INDEX_FEW_PATIENTS", "", params)
    without = (
        ("INDEX_BASIS_UNKNOWN", sum(not patient.basis for patient in found)),
        ("INDEX_CONDITION_UNKNOWN", sum(not patient.condition for patient in found)),
        ("INDEX_PATIENT_MIXED", sum(patient.is_mixed for patient in found)),
    )
    for code, count in without:
        if count:
            yield Finding(code, "", {"count": count, "patients": len(found)})
