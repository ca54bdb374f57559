"""``undo``: a run that was not sent is taken back; all that was in it goes out with the next one. Unless an answer to
it shows that it was sent."""

from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

from attrs import frozen

from ...base.delivery import mark_withdrawn, unmark_withdrawn
from ...base.private import resolved
from ...base.problems import Finding, SettingsError
from ...declaring.numbers import run_label
from ...ledger import Ledger, events
from ...ledger.runs import PublishedRun, mark_published, published_run
from ...settings import Settings
from ..run.pages import mark_pages
from ..run.recovery import finish_earlier_runs, is_of
from .named import own_ledger
from .runs import number_of, run_named


@frozen
class Undone:
    """A run that was taken back. ``folder`` is None where its files are gone; ``findings``: what else is to be told."""

    run: str
    folder: Path | None
    findings: Sequence[Finding]


def undo(
    settings: Settings, label: str, why: str, today: date, *, files_gone: bool = False, although_sent: bool = False
) -> Undone:
    """Takes back a run that was not sent: its lines go out again, under new references and invoice numbers. Its folder
    stays, under a name that says so. ``files_gone``: also where it is nowhere to be found; ``although_sent``: also
    where somebody noted that its files were handed to VECOZO.

    Raises SettingsError for a run that isn't there, was answered or noted as sent, that a later run credits, or whose
    files are gone; and as `own_ledger`.
    """
    number_of(label)  # refused before anything is touched
    with own_ledger(settings) as ledger:
        findings = list(finish_earlier_runs(ledger, settings))
        run = run_named(ledger, label)
        name = run_label(run.run)
        if fault := _not_to_be_undone(run, name):
            raise fault
        if run.handed_over_on and not although_sent:
            raise SettingsError("RUN_SENT", run=name, day=run.handed_over_on)
        # First the folder, so that nobody sends what the ledger is about to make due again.
        folder = _found(mark_withdrawn, ledger, run, settings)
        if folder is None and not files_gone:
            raise SettingsError("UNDO_FILES_MISSING", run=name, path=str(run.folder))
        mark_pages(settings, folder or run.folder, name, "withdrawn")
        events.withdrawn(ledger, run.run, folder or run.folder, today, why)
        ledger.commit()
    return Undone(name, folder, findings)


def _not_to_be_undone(run: PublishedRun, name: str) -> SettingsError | None:
    if run.answered:
        return SettingsError("RUN_ANSWERED", run=name, invoice=run.answered)
    if run.credited:
        return SettingsError("RUN_CREDITED", run=name, later=run_label(run.later), reference=run.credited)
    return None


def reinstate_folder(ledger: Ledger, number: int, settings: Settings) -> None:
    """Gives the folder of a withdrawn run its name back, where it can be found, and notes where it is."""
    run = published_run(ledger, number)
    assert run is not None
    folder = _found(unmark_withdrawn, ledger, run, settings) or run.folder
    mark_pages(settings, folder, run_label(number), "sent" if run.handed_over_on else "send")
    mark_published(ledger, number, folder)


def _found(
    mark: Callable[[Path, Callable[[Path], bool]], Path | None], ledger: Ledger, run: PublishedRun, settings: Settings
) -> Path | None:
    """Marks the folder of a run, or takes the mark off it, where it was or where the practice moved with all its files;
    a folder of that name in which nothing is of this run is left alone."""
    for folder in dict.fromkeys((resolved(settings.output.dir) / run.folder.name, run.folder)):
        if marked := mark(folder, lambda place: is_of(run, place, ledger)):
            return marked
    return None
