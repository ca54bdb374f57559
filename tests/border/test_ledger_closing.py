"""What somebody closed is left alone by every night, and is as it should be once it is opened again."""

import datetime as dt
from pathlib import Path

import pytest

from ei_export.ledger import Ledger, events
from ei_export.ledger.line import ClosedAs
from ei_export.ledger.matters import Matter
from tests.support.clerk import COURSE, END, START, Clerk, few_tariffs, the
from tests.support.feeds import Clinic
from tests.support.ledgers import writing
from tests.support.receiver import by_insurer

DAY = dt.date(2021, 7, 2)


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    return Clerk(few_tariffs(Clinic.open(tmp_path)))


def close(clerk: Clerk, reference: str, closed_as: ClosedAs = "patient") -> None:
    line = Matter("line", reference)

    def act(ledger: Ledger) -> None:
        events.closed(ledger, line, closed_as, "verhuisd", DAY)

    writing(clerk.clinic.folder, act)


def reopen(clerk: Clerk, reference: str) -> None:
    line = Matter("line", reference)

    def act(ledger: Ledger) -> None:
        events.closed(ledger, line, None, "toch niet", DAY)

    writing(clerk.clinic.folder, act)


def appointment(clerk: Clerk, reference: str) -> str:
    (row,) = clerk.rows(f"SELECT appointment_id FROM line WHERE reference = '{reference}'")
    return str(row["appointment_id"])


def test_a_refused_line_that_is_closed_does_not_go_again_until_it_is_opened(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed(COURSE).run(), "A3")
    reference = clerk.reference("A3")
    assert [each["code"] for each in clerk.clinic.run().problems] == ["LINE_REFUSED_OPEN"]
    close(clerk, reference)
    changed = END | {"indication_code": "001"}
    result = clerk.clinic.feed([*COURSE[:2], changed]).run()
    assert (result.exit_code, result.problems, result.lines) == (0, [], {})
    reopen(clerk, reference)
    assert clerk.clinic.run().lines.keys() == {"A3"}


def test_an_answer_to_a_closed_line_is_kept_and_counts_once_it_is_opened(clerk: Clerk) -> None:
    sent = the(clerk.clinic.feed(COURSE).run())
    reference = clerk.reference("A1")
    close(clerk, reference, "accepted")
    assert clerk.clinic.run().lines == {}
    assert clerk.gets(by_insurer(sent, {}))["lines_granted"] == 2
    assert clerk.rows(f"SELECT state, granted_cents > 0 AS paid FROM line WHERE reference = '{reference}'") == [
        {"state": "closed", "paid": 1}
    ]
    reopen(clerk, reference)
    assert {row["state"] for row in clerk.rows("SELECT state FROM line")} == {"granted"}


def test_a_line_that_stands_and_is_closed_is_declared_once_all_the_same(clerk: Clerk) -> None:
    """Whoever the patient is by now, and whatever the feed says."""
    clerk.is_refused(clerk.clinic.feed([START]).run(), "A1", granted=1_000)
    close(clerk, clerk.reference("A1"))
    assert clerk.clinic.feed([START | {"appointment_id": "A9"}]).run().lines == {}
    assert clerk.clinic.feed([START]).run().lines == {}
