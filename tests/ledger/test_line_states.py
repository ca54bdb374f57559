"""What became of a line, as the events in the ledger leave it: always what follows from what happened."""

import datetime as dt
import random
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from itertools import chain
from pathlib import Path
from typing import Final
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ei_export.ledger import Ledger, events
from ei_export.ledger.corrections import ask, asking, drop, let_stand, standing_debits, take_back
from ei_export.ledger.credits import due_credits
from ei_export.ledger.line import ClosedAs, When, debits_of
from ei_export.ledger.matters import Matter, closed_matters
from ei_export.ledger.runs import StagedRun, add_declaration, add_persons, add_run, mark_published, published_run
from tests.support.line_oracle import assert_as_derived, remembering

DAY: Final = dt.date(2026, 1, 1)
PERSON: Final = 1
COLUMNS: Final = (
    "reference", "appointment_id", "trajectory", "uzovi", "date", "code", "list", "f_code", "units", "amount_cents",
    "debit_credit", "invoice", "rule", "patient_id", "person", "sent", "attempt", "previous", "therapist",
)  # fmt: skip
HEADERS: Final = ("a header", "another header")


def care(ident: str) -> str:
    """When an appointment was."""
    return f"2025-12-{1 + int(ident[1:]) % 28:02}"


class Practice:
    """Made-up runs, straight into the ledger: what happens is drawn, what may happen is as in the commands."""

    def __init__(self, ledger: Ledger, chance: random.Random) -> None:
        self.ledger, self.chance = ledger, chance
        self.day = DAY
        self.runs = self.appointments = 0
        self.closed: dict[Matter, ClosedAs] = {}
        add_persons(ledger, [(PERSON, "somebody")])

    def happens(self, event: str) -> None:
        getattr(self, event)()

    def run(self) -> None:
        """New lines, the credits that are due, and lines in the place of others, in one or two files."""
        self.runs += 1
        header = self.chance.choice(HEADERS)
        new = range(self.appointments, self.appointments + self.chance.randint(0, 3))
        self.appointments += len(new)
        due = [
            ("C", credit.debit.appointment_id, credit.debit.credit_cents, credit.attempt, credit.debit.reference)
            for credit in due_credits(self.ledger, header)
        ]
        credited = {previous for *_, previous in due}
        due += [("D", f"A{number}", self.cents(), 1, "") for number in new]
        for number in range(new.start):
            debits = debits_of(self.ledger, f"A{number}")
            if debits[-1].again and not any(d.stands and d.reference not in credited for d in debits):
                due.append(("D", f"A{number}", self.cents(), debits[-1].attempt + 1, debits[-1].reference))
        if not due:
            return
        add_run(self.ledger, StagedRun(self.runs, Path("/s"), Path("/f")), self.day, "feed.csv", "")
        self.chance.shuffle(due)
        middle = self.chance.randint(0, len(due))
        for file, some in enumerate(filter(None, (due[:middle], due[middle:]))):
            self.declare(f"{self.runs:04}{file}", some, header)
        mark_published(self.ledger, self.runs, Path("/f"))

    def cents(self) -> int:
        return self.chance.choice([0, 5_000, 6_644])

    def declare(self, invoice: str, due: list[tuple[str, str, int, int, str]], header: str) -> None:
        lines = [
            (
                *(f"{invoice}R{number:03}", ident, "T", "7095", care(ident), "940131", "012", "F1", 1, cents, side),
                *(invoice, "rule", "P", PERSON, "sent", attempt, previous if side == "C" else None, ident[-1]),
            )
            for number, (side, ident, cents, attempt, previous) in enumerate(due)
        ]
        taken_back = {side: [p for s, *_, p in due if s == side and p] for side in "CD"}
        events.sent(self.ledger, COLUMNS, lines, taken_back["C"], taken_back["D"])
        amount = sum(cents if side == "D" else -cents for side, _, cents, *_ in due)
        values = {
            "invoice": invoice, "run": self.runs, "file": "f", "standard": "PM304 3.2", "uzovi": "7095",
            "insurer": "VGZ", "persons": 1, "lines": len(lines), "amount_cents": amount, "sha256": invoice,
            "provider": header, "first_reference": lines[0][0], "last_reference": lines[-1][0],
        }  # fmt: skip
        add_declaration(self.ledger, values)

    def answer(self) -> None:
        """An answer to a file: everything granted, some lines not, all refused as a whole by VECOZO or for its header.
        Where it is of a withdrawn run, that was sent after all, unless other lines stand in the place of its own."""
        sql = "SELECT invoice, run FROM declaration WHERE invoice NOT IN (SELECT invoice FROM answer) ORDER BY invoice"
        waiting = [*self.ledger.rows(sql)]
        if not waiting:
            return
        invoice, run = self.chance.choice(waiting)
        is_withdrawn = (found := published_run(self.ledger, run)) is not None and found.state == "withdrawn"
        self.ledger.do("SAVEPOINT answer")
        kind = self.chance.choice(["granted", "some", "some", "whole", "header"])
        rest: When | None = None
        refused: When = "feed"
        if kind in ("whole", "header"):
            rest, refused = ("now", "line") if kind == "whole" else ("header", "header")
        rows = list(self.judged(invoice, kind))
        for start in range(0, len(rows), 2):
            events.lines_answered(self.ledger, rows[start : start + 2])
        if is_withdrawn and events.reinstated(self.ledger, run):
            self.ledger.do("ROLLBACK TO answer")
            events.contradicted(self.ledger, run)
            return
        if is_withdrawn:
            mark_published(self.ledger, run, Path("/f"))
        values = {
            "invoice": invoice, "sha256": invoice, "file": "r", "read_on": self.day.isoformat(), "dated": "",
            "standard": "",
            "kind": "refused" if rest else "answered", "by_insurer": int(not rest), "codes": "8097" if rest else "",
            "declared_cents": 0, "granted_cents": 0 if rest else self.granted(invoice, rows),
        }  # fmt: skip
        events.answered(self.ledger, values, rest, refused)

    def judged(self, invoice: str, kind: str) -> Iterator[events.AnsweredLine]:
        """What an answer says of single lines."""
        sql = "SELECT reference, amount_cents FROM line WHERE invoice = ? ORDER BY reference"
        for reference, cents in self.ledger.rows(sql, (invoice,)):
            if kind in ("granted", "header") or self.chance.random() < 0.5:
                continue
            partly = cents > 1 and kind == "some" and self.chance.random() < 0.4
            granted = cents // 2 if partly else cents if kind == "some" and self.chance.random() < 0.2 else 0
            state = "partly_granted" if partly else "granted" if granted == cents and cents else "refused"
            yield state, granted, "0611 8059" if state != "granted" else "", "a remark", reference

    def granted(self, invoice: str, rows: list[events.AnsweredLine]) -> int:
        said = {reference: cents for _, cents, *_, reference in rows}
        sql = "SELECT reference, amount_cents, debit_credit FROM line WHERE invoice = ?"
        lines = self.ledger.rows(sql, (invoice,))
        return sum((1 if side == "D" else -1) * said.get(reference, cents) for reference, cents, side in lines)

    def ask(self) -> None:
        """Somebody wants a line credited, declared again, both, or what they asked for not after all."""
        references = [*self.ledger.column("SELECT reference FROM line WHERE debit_credit = 'D' ORDER BY reference")]
        found = asking(self.ledger, self.chance.choice(references)) if references else None
        if found is None:
            return
        debit, stands = found.debit, found.debit.stands
        wish = self.chance.choice(["credit", "redeclare", "correct", "cancel"])
        if wish == "cancel" and found.wishes:
            take_back(self.ledger, found, found.wishes, "", self.day)
        elif wish == "cancel" and debit.stands and (debit.credit or found.was_credited):
            let_stand(self.ledger, found, "", self.day)
        elif wish == "credit" and stands and debit.credit != "now":
            ask(self.ledger, found, "credit", "", self.day, credit=True, again=False)
        elif wish == "redeclare" and found.is_last and (not stands or debit.credit):
            ask(self.ledger, found, "redeclare", "", self.day, credit=debit.credit == "header", again=True)
        elif wish == "correct" and found.is_last and stands:
            ask(self.ledger, found, "correct", "", self.day, credit=True, again=True)

    def undo(self) -> None:
        """A run is taken back that was not answered, and that no other credits."""
        for run in sorted(range(1, self.runs + 1), key=lambda _: self.chance.random()):
            found = published_run(self.ledger, run)
            if found is not None and found.state == "published" and not (found.answered or found.credited):
                events.withdrawn(self.ledger, run, Path("/f"), self.day, "not sent")
                return

    def drop(self) -> None:
        """An appointment is again as it was declared; only one of which a line stands is taken for that."""
        ident = f"A{self.chance.randrange(self.appointments + 1)}"
        sql = "SELECT 1 FROM line WHERE appointment_id = ? AND state IN ('sent', 'granted') AND credit = 'now'"
        if any(self.ledger.rows(sql, (ident,))):
            drop(self.ledger, [ident])

    def close(self) -> None:
        """Somebody closes a debit, whatever became of it, or an appointment that gave none; or opens one again."""
        sql = "SELECT reference FROM line WHERE debit_credit = 'D' ORDER BY reference"
        known = [Matter("line", reference) for reference in self.ledger.column(sql)]
        about = self.chance.choice([*known, Matter("appointment", "H1"), Matter("appointment", "H2"), *self.closed])
        if about in self.closed:
            events.closed(self.ledger, about, None, "", self.day)
            del self.closed[about]
        else:
            self.closed[about] = self.chance.choice(["write-off", "patient", "accepted", "handled"])
            events.closed(self.ledger, about, self.closed[about], "", self.day)

    def assert_right(self) -> None:
        assert_as_derived(self.ledger.rows)
        assert {matter: said.closed_as for matter, said in closed_matters(self.ledger).items()} == self.closed
        for debit in chain(due_credits(self.ledger, HEADERS[0]), due_credits(self.ledger, "")):
            assert not debit.debit.closed_as
        for number in range(self.appointments):
            assert len(standing_debits(self.ledger, f"A{number}")) <= 2, "one, and one of which the credit was refused"


#: What may happen, as often as it helps to find something.
EVENTS: Final = st.lists(
    st.sampled_from(["run", "run", "run", "answer", "answer", "answer", "ask", "ask", "undo", "drop", "close"]),
    min_size=5,
    max_size=30,
)


def live(events: list[str], seed: int) -> None:
    """Lets it happen, and looks after each event."""
    with ExitStack() as stack:
        stack.enter_context(remembering())
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ledger = stack.enter_context(closing(Ledger.open(Path(folder) / "ledger.sqlite")))
        practice = Practice(ledger, random.Random(seed))
        for event in events:
            practice.happens(event)
            practice.assert_right()


@settings(max_examples=150, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
@given(EVENTS, st.integers(0, 2**32))
def test_what_is_kept_of_a_line_is_what_follows_from_what_happened(events: list[str], seed: int) -> None:
    live(events, seed)


def _nothing(*_: object) -> None:
    """An event that leaves everything as it was."""


def _without(part: str) -> Callable[[Ledger, str, tuple[object, ...]], None]:
    """Writing, but for one statement."""
    do = Ledger.do

    def act(ledger: Ledger, sql: str, values: tuple[object, ...] = ()) -> None:
        if part not in sql:
            do(ledger, sql, values)

    return act


@pytest.mark.parametrize(
    ("owner", "name", "broken"),
    [
        (events, "_follow_credits", _nothing),
        (Ledger, "do", _without("SET became = 'sent'")),
        (Ledger, "do", _without("SET became = 'granted'")),
        (Ledger, "do", _without("line SET became = 'withdrawn'")),
        (Ledger, "do", _without("SET corrected = 1, to_credit = NULL, wish_credit = NULL\nWHERE reference BETWEEN")),
    ],
    ids=["credits", "reinstated", "granted", "withdrawn", "corrected"],
)
def test_a_broken_event_is_seen(owner: object, name: str, broken: object) -> None:
    """What watches over the events would notice."""
    chance = random.Random(7)
    kinds = ["run", "run", "run", "answer", "answer", "answer", "ask", "ask", "ask", "undo"]

    def live_often() -> None:
        for seed in range(60):
            live([chance.choice(kinds) for _ in range(40)], seed)

    with patch.object(owner, name, broken), pytest.raises(AssertionError):
        live_often()
