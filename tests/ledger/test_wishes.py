"""What was asked and taken back, with no run that did it, is as if nobody had asked; whatever happened before it, and
whatever happens in between."""

import random
import tempfile
from collections.abc import Callable, Sequence
from contextlib import closing
from datetime import date
from functools import partial
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ei_export.base.problems import Finding
from ei_export.commands.corrections.corrections import Wanted, cancelling, crediting, redeclaring
from ei_export.ledger import Ledger
from ei_export.ledger.corrections import ask, asking, wishes
from ei_export.ledger.credits import due_credits, refused_credits, replacements
from ei_export.ledger.figures import known_declarations
from ei_export.ledger.standing import going_by_themselves
from tests.ledger.test_line_states import DAY, EVENTS, HEADERS, Practice

#: What is to be done about a line, whatever is written beside it; that it is not simply what was sent is only ever more
#: to look at.
_LINES = """
SELECT reference, attempt, became, granted_cents, to_credit, to_repeat, wish_credit, wish_again, credit, again, header
FROM line ORDER BY reference
"""


def state(ledger: Ledger) -> dict[str, Any]:
    """All that a next run goes by, and the sums."""
    return {
        "lines": [*ledger.rows(_LINES)],
        "credits": [[each.debit.reference for each in due_credits(ledger, header)] for header in HEADERS],
        "replaced": [replacements(ledger, header) for header in HEADERS],
        "told": [[each.debit.reference for each in refused_credits(ledger, header)] for header in HEADERS],
        "wishes": [*wishes(ledger)],
        "by themselves": going_by_themselves(ledger),
        "sums": [*known_declarations(ledger, date.max)],
        "corrected": [found.is_corrected for reference in _debits(ledger) if (found := asking(ledger, reference))],
    }


def _debits(ledger: Ledger) -> list[str]:
    return [*ledger.column("SELECT reference FROM line WHERE debit_credit = 'D' ORDER BY reference")]


def asks(ledger: Ledger, wanted: Wanted, reference: str) -> bool:
    """Whether it can be asked; then it is."""
    found = asking(ledger, reference)
    assert found is not None
    if wanted == "correct":  # whether the appointment changed is not what this is about
        may = found.is_last and found.debit.stands and not found.debit.closed_as
        may = may and not (found.debit.credit == "now" and found.is_corrected)
        if may:
            ask(ledger, found, "correct", "", DAY, credit=True, again=True)
        return may
    act = crediting("", DAY) if wanted == "credit" else redeclaring("", DAY)
    return is_done(act(ledger, reference))


def taken_back(ledger: Ledger, wanted: Wanted, reference: str) -> bool:
    """Whether it can be taken back; then it is."""
    return is_done(cancelling(wanted, "", DAY)(ledger, reference))


def is_done(found: Sequence[object] | None) -> bool:
    assert found
    return not any(isinstance(each, Finding) for each in found)


def after(practice: Practice, seed: int, *steps: Callable[[], Any]) -> tuple[list[Any], dict[str, Any]]:
    """What becomes of a practice by these steps, each with what it gives; undone afterwards."""
    count = practice.runs, practice.appointments, dict(practice.closed)
    with practice.ledger.trying():
        gave = []
        for step in steps:
            practice.chance = random.Random(seed)
            gave.append(step())
        found = state(practice.ledger)
    practice.runs, practice.appointments, practice.closed = count
    return gave, found


@settings(max_examples=20, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(EVENTS, st.integers(0, 2**32), st.sampled_from(["credit", "redeclare", "correct"]))
def test_asked_and_taken_back_is_nothing(events: list[str], seed: int, wanted: Wanted) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(Path(folder) / "ledger.sqlite")) as ledger:
        practice = Practice(ledger, random.Random(seed))
        for event in events:
            practice.happens(event)
        for reference in _debits(ledger)[-3:]:
            found = asking(ledger, reference)
            assert found is not None
            if found.wishes:  # what is asked now comes in the place of that
                continue
            ask_it, take_it_back = (
                partial(asks, ledger, wanted, reference),
                partial(taken_back, ledger, wanted, reference),
            )
            for between in ("", "answer"):
                happens = [] if not between else [getattr(practice, between)]
                never = after(practice, seed, *happens)[1]
                gave, then = after(practice, seed, ask_it, *happens, take_it_back)
                if gave[0] and gave[-1]:
                    assert then == never, (wanted, reference, between)
                assert gave[-1] or between or not gave[0]
