"""What somebody asked for can be taken back until a run did it; what will come of an act is told before it is done."""

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ei_export.commands.corrections.acts import Act
from ei_export.commands.corrections.preview import Planned, Preview, confirm, preview, ways_of
from ei_export.judging.rules import Rules
from ei_export.ledger import Ledger
from ei_export.settings import load
from tests.support.clerk import COURSE, NOTHING, SINGLE, START, Clerk, few_tariffs, refusals, the
from tests.support.feeds import TODAY, Clinic, tables_read_once, visit
from tests.support.receiver import Verdict, by_insurer

__all__ = ["tables_read_once"]

DAY = date.fromisoformat(TODAY)
#: Held: the diagnosis is missing.
HELD = visit("H1", "2021-03-01", "940131", "T2", patient="P2") | {"diagnosis_code": ""}
MOVED = START | {"date": "2021-03-02"}


@pytest.fixture
def clerk(tmp_path: Path) -> Clerk:
    folder = tmp_path / "practice"
    folder.mkdir()
    return Clerk(few_tariffs(Clinic.open(folder)))


@contextmanager
def looking(clerk: Clerk) -> Iterator[Ledger]:
    with closing(Ledger.look(clerk.clinic.folder / "ledger.sqlite")) as ledger:
        yield ledger


def shown(clerk: Clerk, act: Act, *names: str) -> Preview:
    """What would come of it; the ledger is as it was."""
    before = clerk.dump()
    with looking(clerk) as ledger:
        held = [*ledger.rows("SELECT * FROM line")]
        found = preview(load(clerk.clinic.folder / "ei-export.toml"), ledger, act, names, DAY)
        assert [*ledger.rows("SELECT * FROM line")] == held
    assert clerk.dump() == before
    return found


def is_done(clerk: Clerk, act: Act, found: Preview) -> tuple[list[str], list[str]]:
    """What was done of what was shown, and what comes to something else by now."""
    settings = load(clerk.clinic.folder / "ei-export.toml")
    confirmed = confirm(settings, act, {each.name: each.fingerprint for each in found.planned}, DAY)
    return [each.name for each in confirmed.done], [each.name for each in confirmed.otherwise.planned]


def wishes(clerk: Clerk) -> list[tuple[str, str, str]]:
    found = clerk.parsed(clerk.gives("status")[1])["wishes"]
    return [(each["appointment_id"], each["asked"], each["why"]) for each in found]


def only(found: Preview) -> Planned:
    (planned,) = found.planned
    return planned


def nights(clerk: Clerk, *feeds: list[Any]) -> list[Any]:
    """What goes out, by night."""
    found = [clerk.clinic.feed(feed).run() for feed in feeds]
    return [(night.lines, night.credits, sorted(night.codes)) for night in found]


def test_a_redeclared_line_stays_refused_after_all(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed(COURSE).run(), "A1")
    before = clerk.parsed(clerk.gives("status")[1])
    assert [each["cancelled"] for each in clerk.asks("redeclare", "--why", "toch wel", "A1")["queued"]] == [""]
    assert wishes(clerk) == [("A1", "redeclare", "toch wel")]
    (taken_back,) = clerk.asks("redeclare", "--cancel", "A1")["queued"]
    assert (taken_back["asked"], taken_back["cancelled"]) == ("cancel", "redeclare")
    assert clerk.parsed(clerk.gives("status")[1]) == before
    assert nights(clerk, [*COURSE]) == [({}, {}, ["LINE_REFUSED_OPEN"])]
    assert refusals(clerk.asks("redeclare", "--cancel", "A1")) == [("CANCEL_NOT_ASKED", "")]
    clerk.asks("redeclare", "A1")
    assert clerk.clinic.run().lines.keys() == {"A1"}
    (problem,) = clerk.asks("redeclare", "--cancel", "A1")["problems"]
    assert problem["code"] == "CANCEL_DONE"
    assert clerk.reference("A1") in problem["message"]
    assert clerk.undoes("R000002") == 0
    assert refusals(clerk.asks("redeclare", "--cancel", "A1")) == [("CANCEL_NOT_ASKED", "")], "what was done, is undone"


@pytest.mark.parametrize("between", ["nothing", "held", "refused"])
def test_a_corrected_line_stands_after_all(clerk: Clerk, between: str) -> None:
    """Also where a run looked at it in between, and found that its appointment gives no line; or the insurer refused
    it."""
    first = clerk.clinic.feed(COURSE).run()
    changed = [MOVED | ({"diagnosis_code": ""} if between == "held" else {}), *COURSE[1:]]
    clerk.clinic.feed(changed).run()
    never = Clerk(Clinic(clerk.clinic.folder.with_name("never")))
    shutil.copytree(clerk.clinic.folder, never.clinic.folder)
    clerk.asks("correct", "A1")
    for practice in (clerk, never):
        if between == "held":
            assert practice.clinic.run().document["run"] is None
        if between == "refused":
            practice.gets(by_insurer(the(first), {practice.reference("A1"): Verdict(0, ("0611",))}))
    assert [row["cancelled"] for row in clerk.asks("correct", "--cancel", "A1")["queued"]] == ["correct"]
    assert wishes(clerk) == []
    assert nights(clerk, changed, [*COURSE]) == nights(never, changed, [*COURSE])
    assert clerk.sums() == never.sums()
    assert clerk.live() == never.live()


def test_a_credit_that_was_refused_is_told_of_until_nobody_wants_it(clerk: Clerk) -> None:
    clerk.clinic.feed([START]).run()
    clerk.asks("credit", "A1")
    message = the(clerk.clinic.run())
    clerk.gets(by_insurer(message, {line.reference: Verdict(0, ("8017",)) for _, line in message.lines}))
    for told in (["CREDIT_REFUSED"], []):
        assert clerk.clinic.run().codes == told
        clerk.asks("credit", "A1")
        clerk.asks("credit", "--cancel", "A1")
        assert clerk.clinic.run().codes == told
        if told:
            clerk.asks("credit", "--cancel", "A1")


def test_a_credit_that_an_answer_overtook(clerk: Clerk) -> None:
    sent = clerk.clinic.feed(COURSE).run()
    clerk.asks("credit", "A1", "A3")
    clerk.is_refused(sent, "A1")
    assert refusals(clerk.asks("credit", "--cancel", "A1")) == [("CANCEL_OVERTAKEN", "")]
    assert len(clerk.asks("credit", "--cancel", "A3")["queued"]) == 1
    assert clerk.clinic.run().document["run"] is None


def test_one_wish_of_two_is_taken_back(clerk: Clerk) -> None:
    clerk.clinic.feed([START]).run()
    clerk.replaces("A1")
    assert [asked for _, asked, _ in wishes(clerk)] == ["credit", "redeclare"]
    assert refusals(clerk.asks("correct", "--cancel", "A1")) == [("CANCEL_NOT_ASKED", "")]
    clerk.asks("redeclare", "--cancel", "A1")
    assert [asked for _, asked, _ in wishes(clerk)] == ["credit"]
    night = clerk.clinic.write(NOTHING).run()
    assert (night.lines, night.credits) == ({}, {"A1": 6644})


def test_what_goes_again_as_its_run_was_withdrawn_is_a_wish_still(clerk: Clerk) -> None:
    clerk.clinic.feed([START]).run()
    clerk.clinic.feed([MOVED]).run()
    clerk.asks("correct", "A1", "--why", "dag")
    assert clerk.clinic.write(NOTHING).run().credits
    assert wishes(clerk) == []
    clerk.undoes("R000002")
    assert wishes(clerk) == [("A1", "correct", "dag")]
    clerk.asks("correct", "--cancel", clerk.debits()[0]["reference"])
    assert wishes(clerk) == []
    assert clerk.clinic.run().document["run"] is None


def test_a_declaration_is_declared_again_but_for_what_is_closed(clerk: Clerk) -> None:
    sent = clerk.clinic.feed(COURSE).run()
    clerk.is_refused(sent, "A1", "A3")
    invoice = the(sent).invoice
    clerk.gives("close", "A3", "--as", "patient")
    done = clerk.asks("redeclare", invoice)
    assert [each["appointment_id"] for each in done["queued"]] == ["A1"]
    (told,) = done["problems"]
    assert (told["code"], told["severity"]) == ("REDECLARE_PASSES_CLOSED", "warning")
    assert [each["appointment_id"] for each in clerk.asks("redeclare", "--cancel", invoice)["queued"]] == ["A1"]
    assert wishes(clerk) == []


# What will come of it.


def test_what_is_shown_is_what_the_next_run_sends(clerk: Clerk) -> None:
    clerk.is_refused(
        clerk.clinic.feed([*COURSE, SINGLE | {"uzovi": "7095", "code": "940156", "diagnosis_code": "3026"}]).run(), "A3"
    )
    clerk.clinic.feed([MOVED, *COURSE[1:]]).run()
    came: dict[str, tuple[object, ...]] = {}
    for act, name in ((Act("correct"), "A1"), (Act("redeclare"), "A3"), (Act("credit"), "S1")):
        found = shown(clerk, act, name)
        planned = only(found)
        assert planned.coming is not None
        came[planned.appointment_id] = (planned.coming.credit_cents, planned.coming.line_cents, planned.coming.held)
        assert (found.credit_cents, found.line_cents) == came[planned.appointment_id][:2]
        assert is_done(clerk, act, found) == ([planned.name], [])
    sent = clerk.clinic.write(NOTHING).run()
    debits = {row["appointment_id"]: row["amount_cents"] for row in clerk.debits() if row["attempt"] > 1}
    assert came == {
        "A1": (sent.credits["A1"], debits["A1"], None),
        "A3": (0, debits["A3"], None),
        "S1": (sent.credits["S1"], 0, None),
    }
    assert sent.credits.keys() == {"A1", "S1"}


def test_what_can_be_done_is_shown_beside_what_can_not(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed([*COURSE, HELD]).run(), "A3")
    found = shown(clerk, Act("redeclare"), "A1", "A3", "nothing", "H1")
    assert [each.appointment_id for each in found.planned] == ["A3"]
    told = [(name, finding.code) for name, _, finding in found.refused]
    assert told == [("A1", "REDECLARE_STANDS"), ("-", "REFERENCE_UNKNOWN"), ("H1", "APPOINTMENT_NOT_DECLARED")]
    with looking(clerk) as ledger:
        practice = load(clerk.clinic.folder / "ei-export.toml")
        rules = Rules.load(practice, DAY)
        acts = [Act("redeclare"), Act("correct"), Act("credit"), Act("cancel"), Act("close"), Act("reopen")]
        found_ways = {name: ways_of(practice, ledger, name, acts, rules, DAY) for name in ("A1", "A2", "A3", "H1")}
        ways = {name: {act.kind for act in found} for name, found in found_ways.items()}
    assert ways == {"A1": {"credit"}, "A2": set(), "A3": {"redeclare", "close"}, "H1": {"close"}}


def test_a_new_line_that_waits_is_said_to(clerk: Clerk) -> None:
    clerk.clinic.feed(COURSE).run()
    clerk.clinic.feed([MOVED | {"diagnosis_code": ""}, *COURSE[1:]]).run()
    planned = only(shown(clerk, Act("correct"), "A1"))
    assert planned.coming is not None
    assert (planned.coming.credits, planned.coming.code) == (0, "")
    assert planned.coming.held is not None
    assert planned.coming.held.code == "DIAGNOSIS_MISSING"
    clerk.clinic.feed([START | {"status": "cancelled"}, *COURSE[1:]]).run()
    planned = only(shown(clerk, Act("correct"), "A1"))
    assert planned.coming is not None
    assert (planned.coming.credit_cents, planned.coming.code, planned.coming.held) == (6644, "", None)


def test_sums_move_as_is_shown(clerk: Clerk) -> None:
    clerk.is_refused(clerk.clinic.feed([*COURSE, HELD]).run(), "A3", granted=1_000)
    before = clerk.parsed(clerk.gives("status")[1])["totals"]
    act = Act("close", closed_as="patient", why="verhuisd")
    found = shown(clerk, act, "A3", "H1")
    assert [(each.name, each.from_sum, each.to_sum, each.moved_cents) for each in found.planned] == [
        (clerk.reference("A3"), "refused", "patient", 5781),
        ("H1", "refused", "patient", 0),
    ]
    assert is_done(clerk, act, found)[1] == []
    after = clerk.parsed(clerk.gives("status")[1])
    assert after["totals"]["patient_cents"] - before["patient_cents"] == 5781
    assert {row["why"] for row in after["closed"]} == {"verhuisd"}
    opened = only(shown(clerk, Act("reopen"), "A3"))
    assert (opened.from_sum, opened.to_sum, opened.moved_cents) == ("patient", "refused", 5781)


def test_only_what_still_comes_to_the_same_is_done(clerk: Clerk) -> None:
    """Somebody else, or the night, came in between."""
    clerk.is_refused(clerk.clinic.feed(COURSE).run(), "A3")
    clerk.clinic.feed([MOVED, *COURSE[1:]]).run()
    act = Act("correct")
    found = shown(clerk, act, "A1")
    clerk.clinic.feed([MOVED | {"diagnosis_code": ""}, *COURSE[1:]]).run()
    assert is_done(clerk, act, found) == ([], [clerk.reference("A1")])
    assert wishes(clerk) == []
    again = shown(clerk, Act("redeclare"), "A3")
    clerk.asks("redeclare", "A3")
    assert is_done(clerk, Act("redeclare"), again) == ([], [])
    assert refusals(clerk.asks("redeclare", "A3")) == [("REDECLARE_QUEUED", "")]
    clerk.clinic.run()
    assert is_done(clerk, Act("redeclare"), again) == ([], [])


@pytest.mark.parametrize(
    ("code", "amount", "repeats"),
    [("0611", "67.81", "0611"), ("0611", "70.00", ""), ("0300", "67.81", "")],  # the last is nothing of the line's
)
def test_who_asks_again_for_what_was_refused_is_told_where_it_says_the_same(
    clerk: Clerk, code: str, amount: str, repeats: str
) -> None:
    sent = the(clerk.clinic.feed([*COURSE]).run())
    clerk.gets(by_insurer(sent, {clerk.reference("A3"): Verdict(0, (code,))}))
    path = clerk.clinic.folder / "tariffs.csv"
    rows = [row.split(";") for row in path.read_text(encoding="utf-8").splitlines()]
    changed = [[*row[:-1], amount if row[1:3] == ["VGZ", "940134"] else row[-1]] for row in rows]
    path.write_text("\n".join(map(";".join, changed)), encoding="utf-8")
    (coming,) = [each.coming for each in shown(clerk, Act("redeclare"), "A3").planned]
    assert coming is not None
    assert coming.repeats == repeats
    _, text = clerk.gives("redeclare", "A3", as_json=False)
    assert ("wordt zo weer afgewezen" in text) is bool(repeats)
