"""What a run that was stopped left behind: published after all, or taken away."""

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Final

from ...base.delivery import complete, sweep, withdrawn_folders
from ...base.problems import Finding
from ...declaring.numbers import run_label
from ...ledger import Ledger
from ...ledger.recovering import doubt_begun, last_listed
from ...ledger.runs import PublishedRun, files_of, last_day, mark_published, published_run, staged_runs
from ...output.traces import last_recorded
from ...settings import Settings
from ...standards.files import sha256_of


def finish_earlier_runs(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """Publishes what a run that was stopped had recorded, and takes away what it had not. Raises WriteError."""
    for staged in staged_runs(ledger):
        label = run_label(staged.run)
        place = complete(staged.staging, staged.folder)
        moved = settings.output.dir / staged.staging.name
        if place is None and moved.is_dir():  # the practice moved with all its files
            place = complete(moved, settings.output.dir / staged.folder.name)
        if place is not None:
            yield Finding("RUN_RECOVERED", "", {"run": label})
        else:
            yield Finding("RUN_FILES_MISSING", "", {"run": label, "path": str(staged.folder)})
        mark_published(ledger, staged.run, place or staged.folder)
    sweep(settings.output.dir, settings.ledger.path)


def before_the_last(ledger: Ledger, today: date) -> Iterator[Finding]:
    """Tells of a day before that of an earlier run: a clock that is wrong, or a mistyped ``--today``."""
    last = last_day(ledger)
    if last is not None and today.isoformat() < last[1]:
        params = {"today": today.isoformat(), "last": last[1], "run": run_label(last[0])}
        yield Finding("TODAY_BEFORE_LAST_RUN", "", params)


def forgotten(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """Tells of an older copy of the ledger. The runs that it forgot declared nothing, or it would be refused; what they
    saw of contacts is not known any more."""
    known = last_listed(ledger, settings.output.dir)
    if known is not None and known < last_recorded(settings.output.dir):
        doubt_begun(ledger)
        yield Finding("LEDGER_OLDER", "", {"path": str(settings.ledger.path)})


RUN: Final = re.compile(r"[Rr]?0*([1-9][0-9]{0,8})")


def broken_off(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """The runs that are marked as withdrawn while the ledger doesn't know: nobody sends them, and nothing of them is
    due."""
    for folder in withdrawn_folders(settings.output.dir):
        match = RUN.fullmatch(folder.name.partition("-")[0])
        run = published_run(ledger, int(match[1])) if match else None
        if run is not None and run.state == "published" and is_of(run, folder, ledger):
            yield Finding("UNDO_BROKEN_OFF", "", {"run": run_label(run.run), "path": str(folder)})


def is_of(run: PublishedRun, folder: Path, ledger: Ledger) -> bool:
    """Whether a file of the run is in a folder as it was written."""
    for name, sha256 in files_of(ledger, run.run):
        with suppress(OSError), (folder / name).open("rb") as file:
            if sha256_of(file) == sha256:
                return True
    return False
