"""What was known on a day: the same whenever it is asked, whatever happened since."""

import datetime as dt
import random
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ei_export.ledger import Ledger
from ei_export.ledger.counted import CountedDebits, counted_debits
from ei_export.ledger.figures import KnownDeclaration, known_declarations
from ei_export.ledger.line import debits_of
from tests.ledger.test_line_states import DAY, EVENTS, Practice
from tests.support.counted_oracle import asked_of_all, assert_counts_hold

#: Events of a day.
_A_DAY = 3


def known(ledger: Ledger, on: dt.date) -> tuple[list[KnownDeclaration], CountedDebits]:
    declarations, debits = [*known_declarations(ledger, on)], counted_debits(ledger, on)
    for each in declarations:
        came_to = each.granted_cents + each.refused_cents + each.written_off_cents + each.patient_cents
        assert each.declared_cents - each.credited_cents == came_to + each.open_cents
    assert debits == asked_of_all(ledger, on)
    assert_counts_hold(ledger.rows)
    return declarations, debits


def live(ledger: Ledger, events: list[str], seed: int) -> None:
    """Lets it happen, and asks after each event and again at the end."""
    practice, as_it_was = Practice(ledger, random.Random(seed)), {DAY - dt.timedelta(days=1): known(ledger, DAY)}
    for number, event in enumerate(events):
        practice.day = DAY + dt.timedelta(days=number // _A_DAY)
        practice.happens(event)
        as_it_was[practice.day] = known(ledger, dt.date.max)
    assert {day: known(ledger, day) for day in as_it_was} == as_it_was


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(EVENTS, st.integers(0, 2**32))
def test_a_day_is_told_later_as_it_was_known_then(events: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(Path(folder) / "ledger.sqlite")) as ledger:
        live(ledger, events, seed)


@pytest.mark.parametrize("event", ["answer", "ask", "undo"])
def test_a_count_that_is_kept_for_too_long_is_seen(event: str) -> None:
    """What watches over the counts would notice, whatever it is that they don't follow."""
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(Path(folder) / "ledger.sqlite")) as ledger:
        ledger.do("DROP TRIGGER line_counted")
        with pytest.raises(AssertionError):
            live(ledger, ["run", "run", *[event] * 6, "run"], 7)


def test_each_appointment_is_first_declared_and_first_answered_once() -> None:
    """However often it goes out, is refused, withdrawn and sent after all."""
    chance = random.Random(11)
    kinds = ["run", "run", "answer", "answer", "ask", "ask", "undo"]
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(Path(folder) / "ledger.sqlite")) as ledger:
        practice = Practice(ledger, chance)
        for number in range(80):
            practice.day = DAY + dt.timedelta(days=number)
            practice.happens(chance.choice(kinds))
        asked = {"became <> 'withdrawn'": declared(ledger), "granted_cents IS NOT NULL": first_answered(ledger)}
        for condition, found in asked.items():
            sql = f"SELECT count(DISTINCT appointment_id) FROM line WHERE debit_credit = 'D' AND {condition}"
            assert found == ledger.one(sql) > 5
        assert any(row.attempt > 2 for row in practice_debits(practice))


def declared(ledger: Ledger) -> int:
    return sum(lines for *_, lines in counted_debits(ledger, dt.date.max).declared_after)


def first_answered(ledger: Ledger) -> int:
    return sum(lines.lines for lines in counted_debits(ledger, dt.date.max).answered if lines.is_first)


def practice_debits(practice: Practice) -> list[Any]:
    return [debit for number in range(practice.appointments) for debit in debits_of(practice.ledger, f"A{number}")]
