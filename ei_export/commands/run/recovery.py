"""What a run that was stopped left behind: published after all, or taken away."""

from collections.abc import Iterator
from datetime import date

from ...base.delivery import complete, sweep
from ...base.problems import Finding
from ...declaring.files import run_label
from ...ledger import Ledger
from ...ledger.recovering import doubt_begun, last_listed
from ...output.traces import last_done
from ...settings import Settings


def finish_earlier_runs(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """Publishes what a run that was stopped had recorded, and takes away what it had not. Raises WriteError."""
    for staged in ledger.staged_runs():
        label = run_label(staged.run)
        place = complete(staged.staging, staged.folder)
        moved = settings.output.dir / staged.staging.name
        if place is None and moved.is_dir():  # the practice moved with all its files
            place = complete(moved, settings.output.dir / staged.folder.name)
        if place is not None:
            yield Finding("RUN_RECOVERED", "", {"run": label})
        else:
            yield Finding("RUN_FILES_MISSING", "", {"run": label, "path": str(staged.folder)})
        ledger.mark_published(staged.run, place or staged.folder)
    sweep(settings.output.dir, settings.ledger.path)


def before_the_last(ledger: Ledger, today: date) -> Iterator[Finding]:
    """Tells of a day before that of an earlier run: a clock that is wrong, or a mistyped ``--today``."""
    last = ledger.last_day()
    if last is not None and today.isoformat() < last[1]:
        params = {"today": today.isoformat(), "last": last[1], "run": run_label(last[0])}
        yield Finding("TODAY_BEFORE_LAST_RUN", "", params)


def forgotten(ledger: Ledger, settings: Settings) -> Iterator[Finding]:
    """Tells of an older copy of the ledger. The runs that it forgot declared nothing, or it would be refused; what they
    saw of contacts is not known any more."""
    known = last_listed(ledger, settings.output.dir)
    if known is not None and known < last_done(settings.output.dir):
        doubt_begun(ledger)
        yield Finding("LEDGER_OLDER", "", {"path": str(settings.ledger.path)})
