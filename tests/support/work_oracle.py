"""Everything that is open is told of once by the work list, by what the ledger itself says is open."""

from collections import Counter
from contextlib import closing
from datetime import date
from pathlib import Path

from ei_export.commands.worklist.outlook import outlook
from ei_export.commands.worklist.task import Task, pack
from ei_export.commands.worklist.worklist import tasks_about, worklist
from ei_export.declaring.numbers import declared_by, provider
from ei_export.judging.rules import Rules
from ei_export.ledger import Ledger
from ei_export.ledger.credits import refused_credits
from ei_export.ledger.line import Line
from ei_export.ledger.standing import changed, nothing_stands, refused, waiting
from ei_export.settings import load

#: What was not granted of a line is in the tasks of these kinds.
NOT_GRANTED = ("refused", "partly_granted")

#: The kinds of what is neither a line nor an appointment that waits.
OUTLOOK = ("planned", "open_trajectory", "agreements_end", "tariffs_end", "contract_end")


def assert_everything_is_told_once(folder: Path, day: date) -> list[Task]:
    """Everything that is open, each in one task or under one cause; what is told is all there is."""
    settings = load(folder / "ei-export.toml")
    rules = Rules.load(settings, day)
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        with closing(worklist(settings, ledger, rules)) as found:
            things = [thing for _, thing in found.things()]
            tasks = [*found]
        of_patients = {thing.patient_id for thing in things} - {""}
        asked = [pack(task) for each in of_patients for task in tasks_about(settings, ledger, rules, each)]
        assert Counter(asked) == Counter(pack(thing) for thing in things if thing.patient_id), "asked by the patient"
        every = {line.reference: line for line in ledger.each(Line, "SELECT * FROM sent_line")}
        standing = {line.reference for line, _ in changed(ledger)}
        standing |= {each.debit.reference for each in refused_credits(ledger, declared_by(provider(settings)))}
        opened = {line.reference for line in (*refused(ledger), *nothing_stands(ledger))} | standing
        partly = {ident for ident, line in every.items() if line.state == "partly_granted" and not line.credit}
        outlooked = {task.key for task, _ in outlook(ledger, settings, rules)}
        decided = {task.key for task, _ in outlook(ledger, settings, rules, closed=True)}
        waits = {(patient, kept.appointment_id) for patient, kept in waiting(ledger)}

    by_line = Counter(thing.reference for thing in things if thing.reference)
    assert set(by_line.values()) <= {1}
    twice = {every[ident].appointment_id for ident in by_line if every[ident].stands}
    missing = (opened | {ident for ident in partly if every[ident].debit_credit == "D"}) - by_line.keys()
    assert all(every[ident].appointment_id in twice for ident in missing), (
        "but for the other line of one that is paid twice"
    )
    of_lines = {(thing.patient_id, thing.appointment_id) for thing in things if thing.reference}
    alone = Counter((t.patient_id, t.appointment_id) for t in things if not t.reference and t.kind in WAITING)
    assert set(alone.values()) <= {1}
    assert alone.keys() == waits - of_lines

    assert Counter(thing.key for thing in things if thing.kind in OUTLOOK) == Counter(outlooked)
    assert decided.isdisjoint(outlooked)
    for thing in things:
        if thing.kind in NOT_GRANTED:
            assert thing.amount_cents == _gap(every[thing.reference])
    for task in tasks:
        own = [thing for thing in things if thing.waits_for == task.waits_for] if task.is_cause else [task]
        assert task.count == sum(thing.count for thing in own)
        assert (task.amount_cents or 0) == sum(thing.amount_cents or 0 for thing in own)
    return things


#: The kinds of appointments that wait.
WAITING = ("held", "tariff_missing", "contract_missing", "contact", "no_agreement")


def _gap(line: Line) -> int:
    return line.amount_cents - (line.granted_cents or 0)
