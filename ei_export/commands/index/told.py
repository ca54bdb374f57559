"""What is to be told of an index: what it leaves out, what it rests on, and why there is none."""

from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from datetime import date
from typing import Final

from ...base.problems import Finding, Language
from ...model.index_tables import Minimum
from .care import Balance, TreatedPatient
from .sources import Sources
from .span import Span

#: Codes that are named, of those that no table knows.
_MOST_NAMED: Final = 20


def of_sources(
    sources: Sources, balance: Balance, span: Span, insurers: Collection[str], today: date
) -> Iterator[Finding]:
    """Of lines: whether they are all there, and what of them doesn't count. ``insurers``: whose lines
    are in the index of Vektis."""
    yield from sources.findings
    if today <= span.last:
        yield Finding("INDEX_PERIOD_OPEN", "", {"last": span.last.isoformat(), "today": today.isoformat()})
    if not span.is_year:
        yield Finding("INDEX_NOT_A_YEAR")
    for first, last in span.left_out:
        params = {"start": first.isoformat(), "end": last.isoformat(), "count": balance.left.get("week", 0)}
        yield Finding("INDEX_DAYS_LEFT_OUT", "", params)
    for reason, code in (("unanswered", "INDEX_UNANSWERED"), ("credit", "INDEX_CREDIT_ALONE")):
        if count := balance.left.get(reason, 0):  # type: ignore[call-overload] # a key of Reason
            yield Finding(code, "", {"count": count})
    unknown = Counter(
        line.code for line in sources.lines if line.treatments.reason == "unknown" and span.why_not(line.day) is None
    )
    if unknown:
        named = ", ".join(sorted(unknown)[:_MOST_NAMED])
        yield Finding("INDEX_CODES_UNKNOWN", "", {"names": named, "count": unknown.total()})
    if unsure := sum(not line.treatments.is_sure for line in balance.lines):
        yield Finding("INDEX_UNITS_FIXED", "", {"count": unsure})
    if others := sum(line.insurer not in insurers for line in balance.lines):
        yield Finding("INDEX_INSURERS_OTHER", "", {"count": others, "names": ", ".join(sorted(insurers))})


def of_patients(found: Sequence[TreatedPatient], minimum: Sequence[Minimum], language: Language) -> Iterator[Finding]:
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
