"""Runs by the names that people give them, and ``sent``: when the files of one were handed to VECOZO."""

from datetime import date

from ...base.problems import SettingsError
from ...declaring.numbers import has_form, is_of_a_test, run_label
from ...ledger import Ledger, events
from ...ledger.runs import PublishedRun, published_run
from ...output.decisions import note_sent as keep_sent
from ...settings import Settings
from ..belonging import refuse_strangers
from ..run.pages import mark_pages
from ..run.recovery import RUN, finish_earlier_runs
from .named import own_ledger


def number_of(label: str) -> int:
    """The number of a run by its name; capitals and zeros don't matter. Raises SettingsError for that of a test, which
    declared nothing, or no name of a run."""
    if is_of_a_test(label):
        raise SettingsError("TEST_NUMBER", number=label.strip().upper())
    match = RUN.fullmatch(label.strip())
    if match is None:
        raise SettingsError("RUN_UNKNOWN", run="-")  # it may be anything
    return int(match[1])


def run_named(ledger: Ledger, label: str) -> PublishedRun:
    """A run by its name. Raises SettingsError where there is none, or it was withdrawn."""
    run = published_run(ledger, number_of(label))
    if run is None:
        raise SettingsError("RUN_UNKNOWN", run=label if has_form(label) else "-")
    if run.state == "withdrawn":
        raise SettingsError("RUN_WITHDRAWN", run=run_label(run.run), day=run.withdrawn_on)
    return run


def note_sent(settings: Settings, label: str, day: date | None, today: date) -> str:
    """Notes that the files of a run were handed to VECOZO on a day, in the place of what was noted before, or, with
    None, that they were not. Gives its name.

    Raises SettingsError for a run that isn't there or was withdrawn, a day before it or after today, None where it
    was answered, and the ledger of another practice; and as `own_ledger`.
    """
    number_of(label)  # refused before anything is touched
    with own_ledger(settings) as ledger:
        refuse_strangers(ledger, settings)
        list(finish_earlier_runs(ledger, settings))
        run = run_named(ledger, label)
        name = run_label(run.run)
        if day is None and run.answered:
            raise SettingsError("SENT_ANSWERED", run=name, invoice=run.answered)
        if day is not None and not run.day <= day.isoformat() <= today.isoformat():
            code = "SENT_IN_FUTURE" if day > today else "SENT_BEFORE_RUN"
            raise SettingsError(code, run=name, day=day.isoformat(), date=run.day, today=today.isoformat())
        mark_pages(settings, run.folder, name, "send" if day is None else "sent")
        events.handed_over(ledger, run.run, day)
        keep_sent(settings.output.dir, name, day, today)
        ledger.commit()
    return name
