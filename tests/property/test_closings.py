"""Whatever is refused, closed and opened again, in whatever order: the money is somewhere, and nothing that is closed
goes out or is told of."""

import json
import random
from datetime import date
from pathlib import Path
from typing import Any, Final

import pytest

from tests.support.clerk import Clerk, few_tariffs, the
from tests.support.feeds import TODAY, Clinic, visit
from tests.support.receiver import Verdict, by_insurer
from tests.support.work_oracle import NOT_GRANTED, OUTLOOK, assert_everything_is_told_once

WAYS: Final = ("write-off", "patient", "accepted", "handled")
PATIENTS: Final = 6


def rows(seed: random.Random) -> list[dict[str, str]]:
    """Starts, of which some are held, and as many appointments that nobody completed."""
    found = [visit(f"S{n}", "2021-03-01", "940131", f"T{n}", patient=f"P{n}") for n in range(1, PATIENTS + 1)]
    planned = [row | {"appointment_id": f"G{row['appointment_id']}", "status": "gepland"} for row in found]
    return [row | ({"diagnosis_code": ""} if seed.random() < 0.3 else {}) for row in found] + planned


def names(tasks: list[dict[str, Any]]) -> set[str]:
    """By which tasks that are no line, nor wait, are closed."""
    return {task["key"] for task in tasks if task["kind"] in OUTLOOK}


@pytest.mark.parametrize("seed", range(6))
def test_the_sums_add_up_whatever_is_closed(seed: int, tmp_path: Path) -> None:
    chance = random.Random(seed)
    clerk = Clerk(few_tariffs(Clinic.open(tmp_path)))
    feed = rows(chance)
    sent = clerk.clinic.feed(feed).run()
    if sent.files:
        verdicts = {
            ident: Verdict(chance.choice((0, 1_000, 3_000)), ("0611",))
            for ident in chance.sample(sorted(sent.lines), 2)
        }
        clerk.gets(by_insurer(the(sent), {clerk.reference(ident): verdict for ident, verdict in verdicts.items()}))
    closed: set[str] = set()
    everything = names(clerk.parsed(clerk.gives("status")[1])["tasks"])
    for _ in range(8):
        ident = chance.choice([f"S{chance.randint(1, PATIENTS)}", *sorted(everything)])
        if chance.random() < 0.3:
            feed = [row | ({"diagnosis_code": "3426"} if row["appointment_id"] == ident else {}) for row in feed]
            clerk.clinic.feed(feed)
        option = ("--reopen",) if chance.random() < 0.4 else ("--as", chance.choice(WAYS))
        code, text = clerk.gives("close", ident, *option)
        was_done = bool(json.loads(text)["closed"])
        assert was_done is (code == 0)
        if was_done:
            closed.symmetric_difference_update(
                {each["task"] or each["appointment_id"] for each in json.loads(text)["closed"]}
            )
        check(clerk, closed)
        if chance.random() < 0.5:
            result = clerk.clinic.run()
            assert closed.isdisjoint(result.lines)
            told = {each["appointment_id"] for each in result.problems if each["severity"] == "error"}
            assert closed.isdisjoint(told)
            check(clerk, closed)


def check(clerk: Clerk, closed: set[str]) -> None:
    found: dict[str, Any] = clerk.parsed(clerk.gives("status", "--lines")[1])
    for sums in (found["totals"], *found["insurers"]):
        parts = ("granted", "refused", "written_off", "patient", "open")
        assert sums["declared_cents"] - sums["credited_cents"] == sum(sums[f"{part}_cents"] for part in parts)
    assert {row["task"] or row["appointment_id"] for row in found["closed"]} == closed
    assert names(found["tasks"]).isdisjoint(closed)
    things = assert_everything_is_told_once(clerk.clinic.folder, date.fromisoformat(TODAY))
    assert closed.isdisjoint(thing.appointment_id for thing in things)
    not_granted = sum(thing.amount_cents or 0 for thing in things if thing.kind in NOT_GRANTED)
    assert found["totals"]["refused_cents"] == not_granted + sum(
        row["amount_cents"] - row["granted_cents"]
        for row in found["lines"]
        if row["status"] in ("refused", "partly_granted") and row["closed_as"] in ("accepted", "handled")
    )
    for name in ("held", "deadlines", "refused", "nothing_stands", "changed"):
        assert closed.isdisjoint(row["appointment_id"] for row in found[name])
    given_up = {"write-off": "written_off_cents", "patient": "patient_cents"}
    for way, key in given_up.items():
        rest = [row["rest_cents"] or 0 for row in found["closed"] if row["as"] == way]
        assert found["totals"][key] == sum(rest)
