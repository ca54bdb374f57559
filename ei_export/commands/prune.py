"""``prune``: names, addresses, BSNs and files of what was settled before a day are taken out, for good.

A patient goes whole or not at all: as long as anything of theirs is open or newer, all of it is needed. A file goes
once every line in it is settled, also one of a patient who stays: of a line the ledger keeps all that a credit needs.
"""

import json
from collections import Counter
from collections.abc import Sequence
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Literal

from attrs import evolve, frozen

from ..base.delivery import replacing, test_folders, writing
from ..base.private import resolved
from ..base.problems import BusyError, SettingsError, WriteError
from ..declaring.numbers import run_label
from ..judging.rules import Rules
from ..ledger import Ledger
from ..ledger.pruning import compact, old_files, open_lines, patients, prune
from ..settings import Settings
from .belonging import refuse_strangers
from .corrections.named import own_ledger
from .worklist.overview import still_open

#: Why a patient stays.
WhyStaying = Literal["newer", "unanswered", "waiting", "held", "open"]


@frozen
class Staying:
    """A patient who is kept although all of theirs is of before that day: why, and a line, appointment or trajectory
    that shows it."""

    patient_id: str
    reason: WhyStaying
    shown_by: str


@frozen
class PrunePlan:
    """What is taken out: patients; and who stays. ``newer``: how many are kept for what came later."""

    before: date
    patients: Sequence[str]
    staying: Sequence[Staying]
    newer: int


@frozen
class Pruned:
    """What was taken out. ``files`` by their path in the folder of runs; ``kept_files``: those that
    still hold somebody who was taken out."""

    plan: PrunePlan
    lines: int
    files: Sequence[str]
    kept_files: Sequence[str]
    #: The room in the ledger could not be given back; what was taken out is overwritten all the same.
    is_compact: bool = True


def plan(settings: Settings, before: date, today: date) -> PrunePlan:
    """What would be taken out. Raises SettingsError for a day to come, BusyError, WriteError."""
    if before > today:
        raise SettingsError("PRUNE_FUTURE", day=before.isoformat())
    if not settings.ledger.path.exists():
        raise SettingsError("LEDGER_MISSING", path=str(settings.ledger.path))
    rules = Rules.load(settings, today)
    with closing(Ledger.look(settings.ledger.path)) as ledger:
        refuse_strangers(ledger, settings)
        return _plan(ledger, settings, rules, before)


def take_out(settings: Settings, before: date, today: date) -> Pruned:
    """Takes out what is settled by now. Raises as `plan`."""
    rules = Rules.load(settings, today)
    with own_ledger(settings) as ledger:
        refuse_strangers(ledger, settings)
        found = _plan(ledger, settings, rules, before)
        lines = prune(ledger, found.patients)
        ledger.commit()
        # From here on it is out of the ledger; files that are left for whatever reason go with the next time.
        gone, kept = _remove_files(ledger, settings, before)
        done = Pruned(found, lines, [*gone, *_remove_tests(settings, before)], kept)
        try:
            compact(ledger)
        except (BusyError, WriteError):  # it is out; who just reads, or writes by now, is in the way of no more
            return evolve(done, is_compact=False)
    return done


def _plan(ledger: Ledger, settings: Settings, rules: Rules, before: date) -> PrunePlan:
    day = before.isoformat()
    kept: dict[str, Staying] = {}
    for line in open_lines(ledger, day):
        reason: WhyStaying = "newer" if line.is_recent else "unanswered" if line.unanswered else "waiting"
        if line.patient_id not in kept or kept[line.patient_id].reason != "newer":
            kept[line.patient_id] = Staying(line.patient_id, reason, line.reference)
    for started in still_open(ledger, settings, rules, before):
        kept.setdefault(started.patient_id, Staying(started.patient_id, "open", started.trajectory))
    going: list[str] = []
    for patient_id, last, waiting in patients(ledger):
        if last >= day:
            kept[patient_id] = Staying(patient_id, "newer", "")
        elif patient_id not in kept and waiting:
            kept[patient_id] = Staying(patient_id, "held", waiting)
        elif patient_id not in kept:
            going.append(patient_id)
    reasons = Counter(staying.reason for staying in kept.values())
    staying = sorted((each for each in kept.values() if each.reason != "newer"), key=lambda each: each.patient_id)
    return PrunePlan(before, going, staying, reasons["newer"])


# Files.


def _remove_files(ledger: Ledger, settings: Settings, before: date) -> tuple[list[str], list[str]]:
    """Removes the files of which nothing is open; their runs say so themselves, for who reads them back. Gives these,
    and those that stay: with somebody in them who was taken out, or outside the folder of runs, as where the ledger is
    a copy."""
    gone: list[str] = []
    kept: list[str] = []
    for file in old_files(ledger, before.isoformat()):
        folder = resolved(settings.output.dir) / file.folder.name
        path, name = folder / file.file, f"{run_label(file.run)}/{file.file}"
        if not path.is_file():
            kept += [str(found) for found in (file.folder / file.file,) if found.is_file()]
        elif file.is_open:
            kept.append(name)
        else:
            _mark(folder, file.invoice, settings, before)
            with writing(path):
                path.unlink()
            gone.append(name)
    return gone, kept


def _mark(folder: Path, invoice: str, settings: Settings, before: date) -> None:
    """Has the summary of a run say that a file was taken out."""
    path = folder / "summary.json"
    with suppress(OSError, ValueError, KeyError, TypeError):
        document = json.loads(path.read_text(encoding="utf-8"))
        for declaration in document["declarations"]:
            if declaration["invoice"] == invoice:
                declaration["pruned"] = before.isoformat()
        with replacing(path, settings.ledger.path) as file:
            file.write((json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode())


def _remove_tests(settings: Settings, before: date) -> list[str]:
    """The files of tests of before that day."""
    gone = []
    for folder in test_folders(settings.output.dir):
        try:
            day = date.fromisoformat(json.loads((folder / "summary.json").read_text(encoding="utf-8"))["today"])
        except (OSError, ValueError, KeyError, TypeError):
            continue
        if day < before:
            for path in sorted((folder / "declarations").glob("*")):
                with writing(path):
                    path.unlink()
                gone.append(f"{folder.name}/declarations/{path.name}")
    return gone
