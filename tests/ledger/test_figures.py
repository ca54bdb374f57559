"""What was known on a day: the same whenever it is asked, whatever happened since."""

import datetime as dt
import random
import tempfile
from contextlib import closing
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ei_export.ledger import Ledger
from ei_export.ledger.figures import answered_lines, declared_after, known_declarations
from ei_export.ledger.line import debits_of
from tests.ledger.test_line_states import DAY, EVENTS, Practice

#: Events of a day.
_A_DAY = 3


def known(ledger: Ledger, on: dt.date) -> tuple[Any, ...]:
    declarations = [*known_declarations(ledger, on)]
    for each in declarations:
        came_to = each.granted_cents + each.refused_cents + each.written_off_cents + each.patient_cents
        assert each.declared_cents - each.credited_cents == came_to + each.open_cents
    answered = sorted(answered_lines(ledger, on), key=repr)
    assert sum(lines.lines for lines in answered) <= sum(each.lines for each in declarations if each.read_on)
    return declarations, answered, sorted(declared_after(ledger, on))


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(EVENTS, st.integers(0, 2**32))
def test_a_day_is_told_later_as_it_was_known_then(events: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(Path(folder) / "ledger.sqlite")) as ledger:
        practice, as_it_was = Practice(ledger, random.Random(seed)), {DAY - dt.timedelta(days=1): known(ledger, DAY)}
        for number, event in enumerate(events):
            practice.day = DAY + dt.timedelta(days=number // _A_DAY)
            practice.happens(event)
            as_it_was[practice.day] = known(ledger, dt.date.max)
        assert {day: known(ledger, day) for day in as_it_was} == as_it_was


@settings(max_examples=60, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(EVENTS, st.integers(0, 2**32))
def test_what_is_kept_of_counts_holds_as_long_as_it_is_what_would_be_counted(events: list[str], seed: int) -> None:
    with tempfile.TemporaryDirectory() as folder, closing(Ledger.open(Path(folder) / "ledger.sqlite")) as ledger:
        practice = Practice(ledger, random.Random(seed))
        for number, event in enumerate(events):
            practice.day = DAY + dt.timedelta(days=number // _A_DAY)
            practice.happens(event)
            kept, again = known(ledger, dt.date.max), known(ledger, dt.date.max)
            ledger.do("DELETE FROM counted")
            assert kept == again == known(ledger, dt.date.max)


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
    return sum(lines for *_, lines in declared_after(ledger, dt.date.max))


def first_answered(ledger: Ledger) -> int:
    return sum(lines.lines for lines in answered_lines(ledger, dt.date.max) if lines.is_first)


def practice_debits(practice: Practice) -> list[Any]:
    return [debit for number in range(practice.appointments) for debit in debits_of(practice.ledger, f"A{number}")]
