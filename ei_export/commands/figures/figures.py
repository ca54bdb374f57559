"""Figures to steer by, as they were known on a day.

Only what was known on that day counts, see :mod:`ei_export.ledger.figures`. What waits is remembered as the last run
left it and no longer: of an earlier day it is not told.
"""

from collections.abc import Mapping, Sequence
from datetime import date

from attrs import frozen

from ...judging.rules import Rules
from ...ledger import Ledger
from ...ledger.counted import CountedDebits, counted_debits
from ...ledger.figures import KnownDeclaration, known_declarations, last_event
from ...model.promises import Benchmark, benchmarks, promises
from .lines import (
    ANSWERED_WITHIN,
    DECLARED_WITHIN,
    Days,
    Kept,
    Share,
    answered_after,
    days_taken,
    first_pass,
    kept_promises,
    refused_by,
    refused_by_code,
)
from .money import Open, open_by_age, sums, sums_by_uzovi, together
from .waiting import Undeclared, undeclared


@frozen
class Figures:
    """The figures of a practice on a day, or of one ``insurer`` of it ('': of all).

    ``sums``: where the money is; ``by_uzovi`` the same by insurer and UZOVI number, ``months`` by the month (YYYY-MM)
    in which it was declared, whenever the answer came. Of a sequence of `Open`, `Share` or `Days` the first is of all,
    and the others by name; ``by_code`` has no such first. ``undeclared`` is None where nobody can tell any more;
    ``insurers`` are all there are to choose from. ``untimed``: answered lines of which nobody knows how long that took,
    see `KnownDeclaration.is_timed`: they are in no days.
    """

    on: date
    insurer: str
    insurers: Sequence[str]
    sums: Mapping[str, int]
    by_uzovi: Mapping[tuple[str, str], Mapping[str, int]]
    months: Mapping[str, Mapping[str, int]]
    open: Sequence[Open]
    first_pass: Sequence[Share]
    by_code: Sequence[Share]
    by_insurer: Sequence[Share]
    by_therapist: Sequence[Share]
    by_list: Sequence[Share]
    declared_after: Sequence[Days]
    answered_after: Sequence[Days]
    untimed: int
    promises: Sequence[Kept]
    undeclared: Sequence[Undeclared] | None
    benchmarks: Mapping[str, Benchmark]


def figures(ledger: Ledger, rules: Rules, on: date, insurer: str = "") -> Figures:
    """The figures of a day; ``insurer``: of that one only."""
    waits = undeclared(ledger, rules) if on.isoformat() >= last_event(ledger) else None
    return figured(on, [*known_declarations(ledger, on)], counted_debits(ledger, on), waits, insurer)


def figured(
    on: date,
    declarations: Sequence[KnownDeclaration],
    debits: CountedDebits,
    waits: Sequence[Undeclared] | None,
    insurer: str = "",
) -> Figures:
    """The figures of what was known on a day; ``waits`` None where it isn't known."""
    known = [each for each in declarations if insurer in ("", each.insurer)]
    answered = [each for each in debits.answered if insurer in ("", each.insurer)]
    own_promises = [each for each in promises().values() if insurer in ("", each.insurer)]
    return Figures(
        on=on,
        insurer=insurer,
        insurers=sorted({each.insurer for each in declarations}),
        sums=sums(known),
        by_uzovi=sums_by_uzovi(known),
        months={month: sums(same) for month, same in together(known, _month).items()},
        open=open_by_age(known, on),
        first_pass=first_pass(answered),
        by_code=refused_by_code(answered),
        by_insurer=refused_by(answered, lambda lines: lines.insurer),
        by_therapist=refused_by(answered, lambda lines: lines.therapist),
        by_list=refused_by(answered, lambda lines: lines.list),
        declared_after=days_taken(
            [each for each in debits.declared_after if insurer in ("", each[0])], DECLARED_WITHIN.values()
        ),
        answered_after=days_taken(answered_after(known), ANSWERED_WITHIN.values()),
        untimed=sum(each.lines for each in known if each.read_on is not None and not each.is_timed),
        promises=kept_promises(known, own_promises, on),
        undeclared=waits if waits is None else [each for each in waits if insurer in ("", each.insurer)],
        benchmarks=benchmarks(),
    )


def _month(declaration: KnownDeclaration) -> str:
    return declaration.declared_on[:7]
