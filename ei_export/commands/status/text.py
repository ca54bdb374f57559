"""``status`` for a person at a terminal, by its template."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import Any, Final

from ...base.problems import Language
from ...base.wording import euros
from ...base.words import Words, words
from ...output.paper import Paint, counted, few, plain, set_lines, template
from ...output.ran import Ran, last_done
from ..figures.text import money_lines
from ..worklist.task import Task
from .document import Status

#: How much of a long list is told, and how much where all of it is asked for.
_FEW: Final = 10
_MOST: Final = 100_000
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
    kinds = words("worklist", language)

    def left(days: int, past: str) -> str:
        """How long it takes, or how long ago it is."""
        return say(past if days < 0 else "left" if days else "left_none", days=counted(abs(days), "day", language))

    def when(ran: Ran) -> str:
        """The day and the time of a run, and how long ago that is."""
        days = (today - ran.day).days
        return f"{ran.when(language)} ({left(-days, 'ago')})" if days > 0 else ran.when(language)

    text = template(__package__, "status", language).generate(
        s=status,
        first=partial(few, most=_MOST if everything else _FEW),
        tasks=few(status.worklist, _MOST if everything else _FEW),
        head=status.worklist.head(language),
        counts=status.worklist.counts,
        is_calm=all(kind.endswith("_end") for kind in status.worklist.counts),
        kinds=kinds,
        facts=partial(_facts, say, kinds),
        language=language,
        today=today,
        money=list(money_lines(status.by_uzovi, status.totals, language)),
        next_run=_next_run(status, say),
        last=status.ran[-1] if status.ran else None,
        done=last_done(status.ran),
        runs=partial(_runs, status, say),
        every_line=_every_line(status, say) if with_lines else (),
        days_since=lambda day: (today - date.fromisoformat(day)).days,
        left=left,
        when=when,
    )
    yield from set_lines(text, paint)


def _facts(say: Words, kinds: Words, task: Task) -> Iterator[str]:
    """What a task is about, in few words: whose, when, and what there is to gain."""
    for name in ("insurer", "patient_id", "appointment_id", "trajectory", "date", "reference"):
        if value := getattr(task, name):
            yield say(f"fact_{name}", value=value)
    if task.amount_cents is not None:
        yield say("fact_estimate" if task.estimated else "fact_amount", value_cents=task.amount_cents)
    elif task.basis == "unknown":
        yield kinds["basis_unknown"]


def _next_run(status: Status, say: Words) -> Sequence[str]:
    """What is ready to go out."""
    queue = status.queue
    told = [counted(queue.credits, "credit", say.language)] if queue.credits else []
    again = [say("again", lines=counted(queue.again, "line", say.language))] if queue.again else []
    return [*told, *again, *([say("queue_waits", count=queue.waits)] if queue.waits else [])]


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
