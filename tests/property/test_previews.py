"""Whatever became of lines and of their appointments: what is shown before it is done, is what the next run sends."""

import random
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Final

import pytest

from ei_export.commands.coming import queued
from ei_export.commands.corrections.acts import Act
from ei_export.commands.corrections.preview import confirm, preview
from ei_export.judging.rules import Rules
from ei_export.ledger import Ledger
from ei_export.settings import load
from tests.support.clerk import NOTHING, Clerk, few_tariffs, the
from tests.support.feeds import TODAY, Cells, Clinic, tables_read_once, visit
from tests.support.receiver import Verdict, by_insurer

__all__ = ["tables_read_once"]

DAY: Final = date.fromisoformat(TODAY)
PATIENTS: Final = 9
ACTS: Final = (Act("correct"), Act("redeclare"), Act("credit"))
#: What somebody does with an appointment in the agenda after it was declared.
CHANGES: Final[tuple[dict[str, str], ...]] = (
    {},
    {},
    {"date": "2021-03-02"},
    {"status": "cancelled"},
    {"diagnosis_code": ""},
    {"code": "940135"},
)


def course(number: int) -> list[Cells]:
    """A start of one patient."""
    return [visit(f"S{number}", "2021-03-01", "940131", f"T{number}", patient=f"P{number}")]


@pytest.mark.parametrize("seed", range(2))
def test_what_is_shown_is_what_is_sent(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path)))
    rows = [row for number in range(1, PATIENTS + 1) for row in course(number)]
    message = the(clerk.clinic.feed(rows).run())
    verdicts = {
        clerk.reference(row["appointment_id"]): Verdict(chance.choice((0, 0, 1_000)), ("0611",))
        for row in chance.sample(rows, 4)
    }
    clerk.gets(by_insurer(message, verdicts))
    clerk.clinic.feed([row | chance.choice(CHANGES) for row in rows]).run()
    settings = load(tmp_path / "ei-export.toml")
    expected: dict[str, tuple[int, int]] = {}
    for row in rows:
        act = chance.choice(ACTS)
        with closing(Ledger.look(settings.ledger.path)) as ledger:
            shown = preview(settings, ledger, act, [row["appointment_id"]], DAY)
        confirmed = confirm(settings, act, {each.name: each.fingerprint for each in shown.planned}, DAY)
        assert [each.name for each in confirmed.done] == [each.name for each in shown.planned]
        for each in shown.planned:
            assert each.coming is not None
            expected[each.appointment_id] = each.coming.credit_cents, each.coming.line_cents
    assert expected, "something can be done about one of them"
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        waiting = {wish.appointment_id: coming for wish, coming in queued(settings, ledger, Rules.load(settings, DAY))}
    assert {ident: (each.credit_cents, each.line_cents) for ident, each in waiting.items()} == expected
    night = clerk.clinic.write(NOTHING).run()
    claimed = {
        each["appointment_id"]: each["amount_cents"] for each in night.document["lines"] if each["debit_credit"] == "D"
    }
    sent = {ident: (night.credits.get(ident, 0), claimed.get(ident, 0)) for ident in expected}
    assert sent == expected
    assert night.credits.keys() | claimed.keys() <= expected.keys(), "and nothing else"
