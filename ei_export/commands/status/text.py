"""``status`` for a person at a terminal, by its template."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from attrs import asdict, frozen

from ...base.problems import Language, render
from ...base.wording import euros
from ...base.words import Words, words
from ...ledger.standing import LedgerRow
from ...output.listing import LONG, SHORT, Listing
from ...output.paper import Paint, counted, few, plain, set_lines, template
from ...output.problem_list import ProblemList
from ...output.ran import Ran, last_done
from ..figures.text import money_lines
from ..worklist.refused import refusal
from .document import Status

#: How much of a long list is told, and how much where all of it is asked for.
_FEW: Final = 10
_MOST: Final = 100_000
#: What an appointment is held for that is told of with the lines that were refused.
_TOLD_THERE: Final = frozenset({"LINE_REFUSED", "DECLARATION_REFUSED"})
#: Of a line.
_AMOUNTS: Final = ("declared_cents", "granted_cents")
#: A line: reference, appointment, what became of it, declared, granted.
_LINE: Final = "{:<21}{:<21}{:<15}{:>12}{:>11}"


def text_lines(
    status: Status,
    language: Language,
    *,
    everything: bool = False,
    with_lines: bool = False,
    paint: Paint = plain,
) -> Iterator[str]:
    """How things stand, in words. ``everything``: long lists in full; ``with_lines``: what became of every line too."""
    say, today = words("status", language), status.overview.day
    limits = LONG if everything else SHORT

    def left(days: int, past: str) -> str:
        """How long it takes, or how long ago it is."""
        return say(past if days < 0 else "left" if days else "left_none", days=counted(abs(days), "day", language))

    def when(ran: Ran) -> str:
        """The day and the time of a run, and how long ago that is."""
        days = (today - ran.day).days
        return f"{ran.when(language)} ({left(-days, 'ago')})" if days > 0 else ran.when(language)

    with ExitStack() as stack:
        problems = ProblemList(language, "", status.severities)
        stack.callback(problems.close)
        text = template(__package__, "status", language).generate(
            s=status,
            today=today,
            overview=status.overview,
            first=partial(few, most=_MOST if everything else _FEW),
            money=list(money_lines(status.by_uzovi, status.totals, language)),
            next_run=_next_run(status, say),
            last=status.ran[-1] if status.ran else None,
            done=last_done(status.ran),
            held=_held(status, problems),
            problems=Listing(language, {}, "ei-export status --all", limits, of_feed=False).pieces(problems),
            refused=partial(_refused, status),
            runs=partial(_runs, status, say),
            every_line=_every_line(status, say) if with_lines else (),
            refusal=partial(refusal, language=language),
            render=lambda finding: render(finding.code, finding.params, language),
            within=lambda trajectory: say("trajectory", id=trajectory) if trajectory else "",
            days_since=lambda day: (today - date.fromisoformat(day)).days,
            fields=asdict,
            left=left,
            when=when,
        )
        yield from set_lines(text, paint)


def _next_run(status: Status, say: Words) -> Sequence[str]:
    """What is ready to go out."""
    credits, again = status.queued
    told = [counted(credits, "credit", say.language)] if credits else []
    return [*told, *([say("again", lines=counted(again, "line", say.language))] if again else [])]


def _held(status: Status, problems: ProblemList) -> Counter[str]:
    """How many appointments are held, and into the list what for: but for those that are told of with the lines that
    were refused. One that nothing wrong holds any more is told of by all that was found; of what an earlier version
    found, there may be no words."""
    counts: Counter[str] = Counter()
    for held in status.held():
        wrong = [finding for finding in held.findings if status.severities.of(finding.code) == "error"]
        if wrong and _TOLD_THERE.issuperset(finding.code for finding in wrong):
            continue
        counts["said" if held.findings else "unsaid"] += 1
        for finding in wrong or held.findings:
            problems.add(finding, held.appointment_id, held.trajectory)
    return counts


@frozen
class Refused:
    """A line that was refused, or the first of the ``lines`` of a file that was refused with its header."""

    row: LedgerRow
    lines: int = 1
    cents: int = 0


def _refused(status: Status) -> Iterator[Refused]:
    """Line by line; those that were refused with their header, file by file."""
    for invoice, rows in groupby(status.refused(), key=lambda row: row["waits_for"] == "header" and row["invoice"]):
        if not invoice:
            yield from map(Refused, rows)
            continue
        first, *others = rows
        yield Refused(first, 1 + len(others), sum(row["amount_cents"] for row in (first, *others)))


def _runs(status: Status, say: Words) -> Iterator[Mapping[str, Any]]:
    """The runs, the last one first: what went out, and what became of its files."""
    for run, same in groupby(reversed(status.declarations), key=itemgetter("run")):
        rows = list(same)
        states = Counter(row["state"] for row in rows)
        told = ", ".join(say(f"declared_{state}", count=states[state]) for state in sorted(states))
        lines, cents = (sum(row[name] for row in rows) for name in ("lines", "amount_cents"))
        told_of = {"run": run, "today": rows[0]["today"], "states": told, "amount_cents": cents}
        yield {**told_of, "invoices": len(rows), "lines": lines}


def _every_line(status: Status, say: Words) -> Iterator[str]:
    """What became of each line, under its heads; a credit takes money back."""
    of_amounts = words("headings", say.language)
    heads = (say["reference"], say["appointment"], say["stands"], *(of_amounts[name] for name in _AMOUNTS))
    yield _LINE.format(*heads)
    for row in status.lines():
        sign = -1 if row["debit_credit"] == "C" else 1
        amounts = (euros(sign * row[name], say.language) for name in ("amount_cents", "granted_cents"))
        yield _LINE.format(row["reference"], row["appointment_id"], say[f"line_{row['status']}"], *amounts)
